"""The fields of statements and transactions that Selaras uses (reference 8). Tolerant as :mod:`models`."""

from pydantic import Field

from daemon.marketplaces.tiktok_shop.models import Object, Page, Seconds, Wire


class Statement(Wire):
    """A statement of a page."""

    id: str
    statement_time: Seconds = 0
    currency: str = ""
    revenue_amount: str = ""
    fee_amount: str = ""
    adjustment_amount: str = ""
    settlement_amount: str = ""
    payment_status: str = ""


class StatementPage(Page):
    """A page of Get Statements."""

    statements: tuple[Statement, ...] = ()


class Transaction(Wire):
    """A transaction of a statement, or one that is not settled yet: then its amounts are estimates (``est_``)."""

    id: str
    type: str = ""
    currency: str = ""
    order_id: str = ""
    adjustment_order_id: str = ""
    revenue_amount: str = ""
    shipping_cost_amount: str = ""
    fee_tax_amount: str = ""
    adjustment_amount: str = ""
    settlement_amount: str = ""
    est_revenue_amount: str = ""
    est_shipping_cost_amount: str = ""
    est_fee_tax_amount: str = ""
    est_adjustment_amount: str = ""
    est_settlement_amount: str = ""
    revenue_breakdown: Object = Field(default_factory=dict)
    shipping_cost_breakdown: Object = Field(default_factory=dict)
    fee_tax_breakdown: Object = Field(default_factory=dict)


class TransactionPage(Page):
    """A page of Get Transactions by Statement, or of those that are not settled yet."""

    currency: str = ""
    transactions: tuple[Transaction, ...] = ()
