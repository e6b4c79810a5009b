"""The endpoints of cancellations, and what both kinds of after-sales requests share (reference 7.2-7.4)."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from daemon.marketplaces.sandbox import after_sales, wire
from daemon.marketplaces.sandbox.after_sales_bodies import (
    CancelOrder,
    RejectCancellation,
    SearchAfterSales,
    SearchCancellations,
)
from daemon.marketplaces.sandbox.after_sales_wire import cancel_type, cancellation_json
from daemon.marketplaces.sandbox.bodies import read_body
from daemon.marketplaces.sandbox.orders import CancelRequest, Order
from daemon.marketplaces.sandbox.paging import Page, Place, cut
from daemon.marketplaces.sandbox.refusals import RefusedError, bad_parameter
from daemon.marketplaces.sandbox.visits import Visit, before, within
from daemon.marketplaces.sandbox.wire import JsonObject

LARGEST_PAGE = 50
USUAL_PAGE = "10"
LONGEST_KEY = 255
T = TypeVar("T")


def cancel_order(visit: Visit) -> JsonObject:
    """Cancel Order: in Indonesia always as a whole (reference 7.1)."""
    body = read_body(CancelOrder, visit.call.body)
    order = own_order(visit, body.order_id)
    named = {*body.order_line_item_ids, *(line.order_line_item_id for line in body.order_line_list)}
    if named and named != {line.id for line in order.lines}:
        raise RefusedError(25001001, "An order of this region can only be cancelled as a whole.")
    request = after_sales.cancel_as_seller(visit.world, order, body.cancel_reason)
    return {"cancel_id": request.id, "cancel_status": request.status}


def search_cancellations(visit: Visit) -> JsonObject:
    """Search Cancellations, the oldest first."""
    body = read_body(SearchCancellations, visit.call.body)
    requests = [each for each in visit.world.cancel_requests.values() if _is_wanted(visit, each, body)]
    page = found_page(visit, requests, body, lambda each: (each.created_at, each.updated_at, each.id))
    shown = [
        cancellation_json(each, visit.world.order(each.order_id), version=visit.names["version"])
        for each in page.entries
    ]
    return wire.filled({"total_count": page.total, "next_page_token": page.next_token, "cancellations": shown})


def _is_wanted(visit: Visit, request: CancelRequest, body: SearchCancellations) -> bool:
    return (
        is_among(request.id, body.cancel_ids)
        and is_among(request.status, body.cancel_status)
        and is_among(cancel_type(request), body.cancel_types)
        and is_about(visit, visit.world.order(request.order_id), body)
        and within(request.created_at, body.create_time_ge, before(body.create_time_lt))
        and within(request.updated_at, body.update_time_ge, before(body.update_time_lt))
    )


def approve_cancellation(visit: Visit) -> JsonObject:
    """Approve Cancellation."""
    return once(visit, lambda: after_sales.approve(visit.world, _request(visit)))


def reject_cancellation(visit: Visit) -> JsonObject:
    """Reject Cancellation."""
    reason = read_body(RejectCancellation, visit.call.body).reject_reason
    return once(visit, lambda: after_sales.reject(visit.world, _request(visit), reason))


def _request(visit: Visit) -> CancelRequest:
    request = visit.world.cancel_requests.get(visit.names["cancel_id"])
    if request is None or visit.world.order(request.order_id).shop != visit.shop.name:
        raise RefusedError(25001001, "The cancellation does not exist.")
    return request


def once(visit: Visit, answer: Callable[[], None]) -> JsonObject:
    """Do what the seller answered, unless the same ``idempotency_key`` has come here before (reference 10.4)."""
    key = visit.call.value("idempotency_key") or ""
    if len(key) > LONGEST_KEY:
        raise RefusedError(25001001, f"The 'idempotency_key' has more than {LONGEST_KEY} characters.")
    if (visit.call.path, key) in visit.world.answered:
        return {}
    answer()
    if key:
        visit.world.answered.add((visit.call.path, key))
    return {}


def found_page(
    visit: Visit, hits: list[T], body: SearchAfterSales, moments: Callable[[T], tuple[int, int, str]]
) -> Page[T]:
    """Cut the wanted page out of ``hits``; ``moments`` tells when one was created and changed, and its id."""
    by_update = visit.choice("sort_field", ("create_time", "update_time")) == "update_time"
    is_descending = visit.choice("sort_order", ("ASC", "DESC")) == "DESC"
    wish = visit.wish(
        f"{body.model_dump_json()}{by_update}", is_descending=is_descending, largest=LARGEST_PAGE, usual=USUAL_PAGE
    )

    def place(hit: T) -> Place:
        created_at, updated_at, id_ = moments(hit)
        return (updated_at if by_update else created_at), id_

    try:
        return cut(hits, place, wish)
    except ValueError as error:
        raise bad_parameter("The 'page_token' query parameter does not fit this search.") from error


def is_among(value: str, wanted: Sequence[str]) -> bool:
    """Tell whether ``value`` is wanted; no wish at all wants everything."""
    return not wanted or value in wanted


def is_about(visit: Visit, order: Order, body: SearchAfterSales) -> bool:
    """Tell whether a search of this shop wants what is about ``order``."""
    return (
        order.shop == visit.shop.name
        and is_among(order.id, body.order_ids)
        and is_among(order.buyer.user_id, body.buyer_user_ids)
    )


def own_order(visit: Visit, order_id: str) -> Order:
    """Find an order of this shop, or refuse."""
    order = visit.world.orders.get(order_id)
    if order is None or order.shop != visit.shop.name:
        raise RefusedError(21008111, f"The order {order_id} does not belong to this shop.")
    return order
