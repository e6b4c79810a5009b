"""How the marketplace writes statements and transactions (reference 8): charges are negative, and amounts are text."""

from daemon.marketplaces.sandbox.finance import Account, Statement, totals
from daemon.marketplaces.sandbox.goods import CURRENCY
from daemon.marketplaces.sandbox.orders import OrderStatus
from daemon.marketplaces.sandbox.wire import JsonObject
from daemon.marketplaces.sandbox.world import Shop

PAYMENT_STATUS = "SETTLED"


def statement_json(statement: Statement) -> JsonObject:
    """One day's account."""
    whole = totals(statement.accounts)
    return {
        "id": statement.id,
        "statement_time": statement.made_at,
        "currency": CURRENCY,
        "revenue_amount": str(whole.revenue),
        "fee_amount": str(-whole.fees - whole.logistics),  # in this region the shipping is in it
        "adjustment_amount": "0",
        "settlement_amount": str(whole.settlement),
        "net_sales_amount": "0",
        "shipping_cost_amount": "0",
        "payment_status": PAYMENT_STATUS,
        "payment_id": "",
        "payment_time": 0,
    }


def transaction_json(account: Account) -> JsonObject:
    """What one order adds to a statement."""
    return {
        "id": f"7593{account.order.id[-15:]}",
        "type": "ORDER",
        "order_id": account.order.id,
        "order_create_time": account.order.created_at,
        "adjustment_id": "",
        "adjustment_amount": "0",
        "revenue_amount": str(account.revenue),
        "shipping_cost_amount": str(-account.logistics),
        "fee_tax_amount": str(-account.fees),
        "settlement_amount": str(account.settlement),
        **_breakdowns(account),
        "fee_tax_breakdown": {"fee": _fees(account), "tax": _taxes(account)},
    }


def _breakdowns(account: Account) -> JsonObject:
    return {
        "revenue_breakdown": {
            "subtotal_before_discount_amount": str(account.goods),
            "seller_discount_amount": "0",
            "refund_subtotal_before_discount_amount": str(account.revenue - account.goods),
            "seller_discount_refund_amount": "0",
        },
        "shipping_cost_breakdown": {"logistics_service_fee": str(-account.logistics)},
    }


def _fees(account: Account) -> JsonObject:
    return {
        "platform_commission_amount": str(-account.commission),
        "dynamic_commission_amount": str(-account.dynamic),
    }


def _taxes(account: Account) -> JsonObject:
    return {"article_22_income_tax_withheld": str(-account.tax)}


def estimate_json(account: Account) -> JsonObject:
    """What one order will probably add to a statement."""
    order = account.order
    return {
        "id": order.id,
        "type": "ORDER",
        "status": "UNSETTLED",
        "currency": CURRENCY,
        "order_id": order.id,
        "order_create_time": order.created_at,
        "order_delivery_time": order.reached.get(OrderStatus.DELIVERED, 0),
        "estimated_settlement": "3 hari setelah pesanan selesai",
        "unsettled_reason": "",
        "est_revenue_amount": str(account.revenue),
        "est_shipping_cost_amount": str(-account.logistics),
        "est_fee_tax_amount": str(-account.fees),
        "est_settlement_amount": str(account.settlement),
        **_breakdowns(account),
        "fee_tax_breakdown": {"fee": _fees(account)},  # its tax has no name for the one that is withheld here
    }


def sku_json(shop: Shop, statement_id: str, account: Account) -> JsonObject:
    """What the units of one SKU add to a statement."""
    line = account.lines[0]
    return {
        "sku_id": line.listing.id,
        "sku_name": line.listing.variant,
        "product_name": shop.products[line.listing.product_id].title,
        "statement_id": statement_id,
        "quantity": str(len(account.lines)),
        "revenue_amount": str(account.revenue),
        "shipping_cost_amount": str(-account.logistics),
        "fee_tax_amount": str(-account.fees),
        "settlement_amount": str(account.settlement),
        **_breakdowns(account),
        "fee_tax_breakdown": {"fee": _fees(account), "tax": _taxes(account)},
    }
