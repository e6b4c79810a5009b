"""The endpoints of returns, and those that tell what may be done about a request (reference 7.2, 7.4, 7.6, 7.7)."""

from collections.abc import Collection, Mapping

from daemon.marketplaces.sandbox import after_sales, after_sales_desk, wire
from daemon.marketplaces.sandbox.after_sales_bodies import ApproveReturn, RejectReturn, SearchReturns
from daemon.marketplaces.sandbox.after_sales_calls import found_page, is_about, is_among, once, own_order
from daemon.marketplaces.sandbox.after_sales_returns import Return
from daemon.marketplaces.sandbox.after_sales_wire import record_json, return_json
from daemon.marketplaces.sandbox.bodies import read_body
from daemon.marketplaces.sandbox.orders import CancelStatus, Order
from daemon.marketplaces.sandbox.refusals import RefusedError
from daemon.marketplaces.sandbox.visits import Visit, before, within
from daemon.marketplaces.sandbox.wire import JsonObject


def search_returns(visit: Visit) -> JsonObject:
    """Search Returns, the oldest first."""
    body = read_body(SearchReturns, visit.call.body)
    hits = [each for each in visit.world.returns.values() if _is_wanted(visit, each, body)]
    page = found_page(visit, hits, body, lambda each: (each.created_at, each.updated_at, each.id))
    warehouse = next(each.place for each in visit.shop.warehouses if each.is_for_returns)
    shown = [return_json(each, warehouse) for each in page.entries]
    return wire.filled({"total_count": page.total, "next_page_token": page.next_token, "return_orders": shown})


def _is_wanted(visit: Visit, asked: Return, body: SearchReturns) -> bool:
    return (
        is_among(asked.id, body.return_ids)
        and is_among(asked.kind, body.return_types)
        and is_among(asked.status, body.return_status)
        and is_about(visit, asked.order, body)
        and within(asked.created_at, body.create_time_ge, before(body.create_time_lt))
        and within(asked.updated_at, body.update_time_ge, before(body.update_time_lt))
    )


def approve_return(visit: Visit) -> JsonObject:
    """Approve Return: several decisions, each at its own time."""
    body = read_body(ApproveReturn, visit.call.body)

    def approve() -> None:
        asked = _return(visit)
        keeps_goods = body.decision == "APPROVE_RETURN" and body.buyer_keep_item
        after_sales_desk.answer(visit.world, asked, body.decision, keeps_goods=keeps_goods)
        if body.partial_refund is not None:
            asked.partial_refund = int(body.partial_refund.amount)

    return once(visit, approve)


def reject_return(visit: Visit) -> JsonObject:
    """Reject Return."""
    body = read_body(RejectReturn, visit.call.body)

    def reject() -> None:
        asked = _return(visit)
        if body.reject_reason not in after_sales_desk.REJECT_REASONS:
            raise RefusedError(25001014, f"The reason {body.reject_reason} is unknown.")
        after_sales_desk.answer(visit.world, asked, body.decision, note=body.comment)

    return once(visit, reject)


def get_records(visit: Visit) -> JsonObject:
    """Get Return Records, the oldest first."""
    return wire.filled({"records": [record_json(each) for each in _return(visit).records]})


def get_reject_reasons(visit: Visit) -> JsonObject:
    """Get Reject Reasons of a cancellation or a return that waits for an answer."""
    decisions, reasons = _possible(visit)
    return wire.filled({"reasons": _reasons_json(reasons if decisions else {})})


def get_decisions(visit: Visit) -> JsonObject:
    """Get Decision Eligibility: which answers are possible now, of those asked about or of all."""
    possible, reasons = _possible(visit)
    wanted = visit.call.value("check_decisions")
    shown = []
    for decision in wanted.split(",") if wanted else possible:
        entry: JsonObject = {"decision": decision, "eligible": decision in possible}
        if decision in possible and decision.startswith("REJECT"):
            entry["available_reject_reasons"] = _reasons_json(reasons)
        shown.append(entry)
    return wire.filled({"decisions": shown})


def _possible(visit: Visit) -> tuple[Collection[str], Mapping[str, str]]:
    """What the seller may decide now about a cancellation or a return, and why they may refuse it."""
    id_ = visit.call.value("return_or_cancel_id") or ""
    request = visit.world.cancel_requests.get(id_)
    if request is not None and visit.world.order(request.order_id).shop == visit.shop.name:
        is_open = request.status is CancelStatus.PENDING
        return after_sales.DECISIONS if is_open else (), after_sales.REJECT_REASONS
    asked = _own_return(visit, id_)
    return after_sales_desk.ANSWERS.get((asked.kind, asked.status), {}), after_sales_desk.REJECT_REASONS


def _reasons_json(reasons: Mapping[str, str]) -> list[JsonObject]:
    return [{"name": name, "text": text} for name, text in reasons.items()]


def get_eligibility(visit: Visit) -> JsonObject:
    """Get Aftersale Eligibility: whether the seller may cancel, and why; refunds only follow a buyer's request."""
    order = own_order(visit, visit.names["order_id"])
    who = visit.choice("initiate_aftersale_user", ("SELLER", "BUYER"))
    kinds = (visit.call.value("request_types") or "CANCEL").split(",")
    by_sku: dict[str, list[str]] = {}
    for line in order.lines:
        by_sku.setdefault(line.listing.id, []).append(line.id)
    unknown = _UNKNOWN.get(visit.names["version"], ())

    def told(kind: str, line_ids: list[str]) -> JsonObject:
        shown = _eligibility(order, kind, who, line_ids)
        return {name: value for name, value in shown.items() if name not in unknown}

    entries = [
        {"sku_id": sku_id, "line_item_eligibility": [told(kind, line_ids) for kind in kinds]}
        for sku_id, line_ids in by_sku.items()
    ]
    return {"sku_eligibility": entries}


_UNKNOWN = {"202309": ("order_line_list", "available_reason_names"), "202512": ("order_line_list",)}
"""What older versions do not tell about a line."""


def _eligibility(order: Order, kind: str, who: str, line_ids: list[str]) -> JsonObject:
    reasons = after_sales.SELLER_REASONS.get(order.status, {}) if (kind, who) == ("CANCEL", "SELLER") else {}
    shown: JsonObject = {
        "request_type": kind,
        "eligible": bool(reasons) and not order.is_asked_to_cancel,
        "order_line_items_ids": line_ids,
        "order_line_list": [{"order_line_item_id": line_id} for line_id in line_ids],
        "available_reason_names": list(reasons),
    }
    if not shown["eligible"]:
        shown |= {"ineligible_code": 25001015, "ineligible_reason": "Not allowed in this status."}
    return wire.filled(shown)


def _return(visit: Visit) -> Return:
    return _own_return(visit, visit.names["return_id"])


def _own_return(visit: Visit, return_id: str) -> Return:
    asked = visit.world.returns.get(return_id)
    if asked is None or asked.order.shop != visit.shop.name:
        raise RefusedError(25001001, "There is no such request.")
    return asked
