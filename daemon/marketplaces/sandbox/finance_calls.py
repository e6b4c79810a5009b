"""The endpoints of statements and their transactions (reference 8). Charges are negative, and amounts are text."""

from collections import defaultdict
from collections.abc import Iterator

from daemon.marketplaces.sandbox import wire
from daemon.marketplaces.sandbox.finance import Account, Statement, account_of, statements, totals, unsettled
from daemon.marketplaces.sandbox.finance_wire import (
    PAYMENT_STATUS,
    estimate_json,
    sku_json,
    statement_json,
    transaction_json,
)
from daemon.marketplaces.sandbox.goods import CURRENCY
from daemon.marketplaces.sandbox.orders import OrderLine
from daemon.marketplaces.sandbox.paging import cut
from daemon.marketplaces.sandbox.refusals import RefusedError, bad_parameter
from daemon.marketplaces.sandbox.visits import Visit, before, within
from daemon.marketplaces.sandbox.wire import JsonObject

USUAL_PAGE = "20"


def list_statements(visit: Visit) -> JsonObject:
    """Get Statements."""
    is_descending = _order(visit, "statement_time")
    since, until = _seconds(visit, "statement_time_ge"), _seconds(visit, "statement_time_lt")
    status = visit.choice("payment_status", ("", "PAID", "PROCESSING", "FAILED"))
    made = [each for each in statements(visit.world, visit.shop) if within(each.made_at, since, before(until))]
    wish = visit.wish(f"{since}/{until}/{status}", is_descending=is_descending, usual=USUAL_PAGE)
    page = cut([] if status else made, lambda each: (each.made_at, each.id), wish)
    return wire.filled(
        {"next_page_token": page.next_token, "statements": [statement_json(each) for each in page.entries]}
    )


def list_transactions(visit: Visit) -> JsonObject:
    """Get Transactions by Statement."""
    is_descending = _order(visit, "order_create_time")
    statement = _statement(visit)
    wish = visit.wish(statement.id, is_descending=is_descending, usual=USUAL_PAGE)
    page = cut(statement.accounts, lambda each: (each.order.created_at, each.order.id), wish)
    whole = totals(statement.accounts)
    return wire.filled(
        {
            "id": statement.id,
            "create_time": statement.made_at,
            "status": PAYMENT_STATUS,
            "currency": CURRENCY,
            "total_settlement_amount": str(whole.settlement),
            "total_reserve_amount": "0",
            "payable_amount": str(whole.settlement),
            "total_settlement_breakdown": {
                "total_revenue_amount": str(whole.revenue),
                "total_shipping_cost_amount": str(-whole.logistics),
                "total_fee_tax_amount": str(-whole.fees),
                "total_adjustment_amount": "0",
            },
            "total_count": page.total,
            "next_page_token": page.next_token,
            "transactions": [transaction_json(each) for each in page.entries],
        }
    )


def list_order_transactions(visit: Visit) -> JsonObject:
    """Get Transactions by Order: one entry for each SKU and statement."""
    order = next((each for each in visit.world.orders_of(visit.shop.name) if each.id == visit.names["order_id"]), None)
    if order is None:
        raise RefusedError(21008111, "The order does not belong to this shop.")
    made = [
        (statement.id, account)
        for statement in statements(visit.world, visit.shop)
        for account in statement.accounts
        if account.order is order
    ]
    whole = totals([account for _, account in made])
    return wire.filled(
        {
            "order_id": order.id,
            "order_create_time": order.created_at,
            "currency": CURRENCY,
            "revenue_amount": str(whole.revenue),
            "fee_and_tax_amount": str(-whole.fees),
            "shipping_cost_amount": str(-whole.logistics),
            "settlement_amount": str(whole.settlement),
            "sku_transactions": [
                sku_json(visit.shop, id_, part) for id_, account in made for part in _by_sku(visit, account)
            ],
        }
    )


def list_unsettled(visit: Visit) -> JsonObject:
    """Get Unsettled Transactions: estimates."""
    is_descending = _order(visit, "order_create_time")
    since, until = _seconds(visit, "search_time_ge"), _seconds(visit, "search_time_lt")
    accounts = [
        each for each in unsettled(visit.world, visit.shop) if within(each.order.created_at, since, before(until))
    ]
    wish = visit.wish(f"{since}/{until}", is_descending=is_descending, usual=USUAL_PAGE)
    page = cut(accounts, lambda each: (each.order.created_at, each.order.id), wish)
    whole = totals(accounts)
    return wire.filled(
        {
            "total_count": page.total,
            "next_page_token": page.next_token,
            "sum_est_settlement_amount": str(whole.settlement),
            "sum_est_revenue_amount": str(whole.revenue),
            "sum_est_adjustment_amount": "0",
            "sum_est_fee_amount": str(-whole.fees - whole.logistics),
            "transactions": [estimate_json(each) for each in page.entries],
        }
    )


def _order(visit: Visit, field: str) -> bool:
    """Read the two parameters of the order; tells whether the newest come first."""
    if visit.call.value("sort_field") != field:
        raise bad_parameter(f"The 'sort_field' query parameter must be {field}.")
    return visit.choice("sort_order", ("ASC", "DESC")) == "DESC"


def _seconds(visit: Visit, name: str) -> int | None:
    text = visit.call.value(name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise bad_parameter(f"The '{name}' query parameter must be Unix seconds.")
    return int(text)


def _statement(visit: Visit) -> Statement:
    for each in statements(visit.world, visit.shop):
        if each.id == visit.names["statement_id"]:
            return each
    raise bad_parameter("There is no such statement.")


def _by_sku(visit: Visit, account: Account) -> Iterator[Account]:
    by_sku: dict[str, list[OrderLine]] = defaultdict(list)
    for line in account.lines:
        by_sku[line.listing.id].append(line)
    for lines in by_sku.values():
        yield account_of(visit.world, account.order, tuple(lines))
