"""The order endpoints (reference 5.1, 5.2)."""

from collections.abc import Sequence

from daemon.marketplaces.sandbox import wire
from daemon.marketplaces.sandbox.bodies import SearchOrders, read_body
from daemon.marketplaces.sandbox.orders import Order
from daemon.marketplaces.sandbox.paging import cut
from daemon.marketplaces.sandbox.refusals import RefusedError, bad_parameter
from daemon.marketplaces.sandbox.visits import Visit, before, within
from daemon.marketplaces.sandbox.wire import JsonObject
from daemon.marketplaces.sandbox.wire_orders import order_json

MOST_ORDER_IDS = 50
MOST_WAREHOUSES = 100
QUIET_S = 60


def search_orders(visit: Visit) -> JsonObject:
    """Get Order List; without a word about sorting the newest comes first."""
    body = read_body(SearchOrders, visit.call.body)
    if len(body.warehouse_ids) > MOST_WAREHOUSES:
        raise bad_parameter(f"At most {MOST_WAREHOUSES} warehouse ids can be given.")
    by_update = visit.choice("sort_field", ("create_time", "update_time")) == "update_time"
    is_descending = visit.choice("sort_order", ("DESC", "ASC")) == "DESC"
    shown = (order for order in visit.world.orders_of(visit.shop.name) if order.shown_from <= visit.world.now())
    hits = [order for order in shown if _is_wanted(order, body)]
    wish = visit.wish(f"{body.model_dump_json()}{by_update}", is_descending=is_descending)
    try:
        page = cut(hits, lambda order: (order.updated_at if by_update else order.created_at, order.id), wish)
    except ValueError as error:
        raise bad_parameter("The 'page_token' query parameter does not fit this search.") from error
    if visit.world.orders_move and page.next_token:
        _move_one(page.entries, visit.world.now())
    paging: JsonObject = {"next_page_token": page.next_token} if page.next_token else {}
    return wire.filled({"total_count": page.total, **paging, "orders": [order_json(order) for order in page.entries]})


def _move_one(shown: Sequence[Order], now: int) -> None:
    """Let the marketplace touch an order of this page: its time moves, and a later page shows it again (reference 5.1).

    Not the same one soon again, or a search of single orders would never end.
    """
    quiet = [order for order in shown if order.updated_at < now - QUIET_S]
    if quiet:
        quiet[0].updated_at = now


def _is_wanted(order: Order, body: SearchOrders) -> bool:
    return (
        body.order_status in {None, order.status}
        and body.shipping_type in {None, order.delivery.shipping_type}
        and body.buyer_user_id in {None, order.buyer.user_id}
        and body.is_buyer_request_cancel in {None, order.is_asked_to_cancel}
        and (not body.warehouse_ids or order.lines[0].warehouse_id in body.warehouse_ids)
        and within(order.created_at, body.create_time_ge, before(body.create_time_lt))
        and within(order.updated_at, body.update_time_ge, before(body.update_time_lt))
    )


def get_orders(visit: Visit) -> JsonObject:
    """Get Order Detail; one id of another shop fails the whole call."""
    order_ids = [order_id for order_id in (visit.call.value("ids") or "").split(",") if order_id]
    if not 1 <= len(order_ids) <= MOST_ORDER_IDS:
        raise bad_parameter(f"The 'ids' query parameter must hold 1 to {MOST_ORDER_IDS} order ids.")
    own = {order.id: order for order in visit.world.orders_of(visit.shop.name)}
    strange = [order_id for order_id in order_ids if order_id not in own]
    if strange:
        raise RefusedError(21008111, f"The order {strange[0]} does not belong to this shop.")
    return {"orders": [order_json(own[order_id]) for order_id in dict.fromkeys(order_ids)]}
