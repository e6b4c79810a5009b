"""Cancellations and returns in the marketplace's JSON (reference 7.3, 7.6, 7.7)."""

from daemon.marketplaces.sandbox.after_sales_returns import Record, Return, ReturnStatus, ReturnType
from daemon.marketplaces.sandbox.goods import CURRENCY, Place
from daemon.marketplaces.sandbox.orders import CancelRequest, CancelStatus, Order, OrderLine
from daemon.marketplaces.sandbox.wire import JsonObject, full_address

BUYER_FEE = 1000
ACTIONS = {
    (ReturnType.REFUND, ReturnStatus.PENDING): "SELLER_RESPOND_REFUND",
    (ReturnType.RETURN_AND_REFUND, ReturnStatus.PENDING): "SELLER_RESPOND_RETURN",
    (ReturnType.RETURN_AND_REFUND, ReturnStatus.BUYER_SHIPPED_ITEM): "SELLER_RESPOND_RECEIVE_PACKAGE",
    (ReturnType.REPLACEMENT, ReturnStatus.REPLACEMENT_PENDING): "SELLER_RESPOND_REPLACEMENT",
}


def cancellation_json(request: CancelRequest, order: Order, *, version: str) -> JsonObject:
    """A cancellation; the older version spells two words differently and does not say who puts goods on sale again."""
    is_old = version == "202309"
    status: str = request.status
    if is_old and request.status is CancelStatus.CANCEL:
        status = "CANCELLATION_REQUEST_CANCELLED"
    shown: JsonObject = {
        "cancel_id": request.id,
        "order_id": order.id,
        "cancel_type": cancel_type(request),
        "cancel_status": status,
        "role": request.cause.initiator,
        "cancel_reason": request.cause.reason_name,
        "cancel_reason_text": request.cause.reason,
        "create_time": request.created_at,
        "update_time": request.updated_at,
        "refund_amount": _whole_refund_json(order),
        "cancel_line_items": [
            {"cancel_line_item_id": item_id, **_line_json(line)}
            for item_id, line in zip(request.item_ids, order.lines, strict=True)
        ],
    }
    if not is_old:
        shown["should_replenish_stock"] = request.replenish
    if request.status is CancelStatus.PENDING:
        action = "SELLER_RESPOND_CANCEL" if is_old else "SELLER_RESPOND_BUYER_CANCEL"
        shown["seller_next_action_response"] = [{"action": action, "deadline": request.answer_by}]
    return shown


def cancel_type(request: CancelRequest) -> str:
    """Whether a buyer cancelled, or somebody else."""
    return "BUYER_CANCEL" if request.cause.initiator == "BUYER" else "CANCEL"


def return_json(asked: Return, warehouse: Place) -> JsonObject:
    """A return, to be sent to ``warehouse``."""
    shown: JsonObject = {
        "return_id": asked.id,
        "order_id": asked.order.id,
        "return_type": asked.kind,
        "return_status": asked.status,
        "role": "BUYER",
        "return_reason": asked.reason_name,
        "return_reason_text": asked.reason,
        "is_combined_return": False,
        "combined_return_id": "0",
        "pre_return_id": "",
        "next_return_id": "",
        "can_buyer_keep_item": asked.keeps_goods,
        "create_time": asked.created_at,
        "update_time": asked.updated_at,
        "refund_amount": _refund_json(asked.refund),
        "return_line_items": [
            {"return_line_item_id": item_id, **_line_json(line), **_parts_json(item_id, line)}
            for item_id, line in zip(asked.item_ids, asked.lines, strict=True)
        ],
        **_parcel_json(asked, warehouse),
    }
    action = ACTIONS.get((asked.kind, asked.status))
    if action:
        shown["seller_next_action_response"] = [{"action": action, "deadline": asked.until}]
    if asked.partial_refund is not None:
        shown["seller_proposed_return_type"] = "PARTIAL_REFUND"
        shown["partial_refund"] = {"currency": CURRENCY, "amount": str(asked.partial_refund)}
    return shown


def record_json(record: Record) -> JsonObject:
    """One entry of a return's history."""
    return {
        "event": record.event,
        "role": record.role,
        "description": record.description,
        "note": record.note,
        "create_time": record.at,
    }


def _parcel_json(asked: Return, warehouse: Place) -> JsonObject:
    """How the goods come back, once the buyer sent them."""
    if not asked.tracking_number:
        return {}
    courier = asked.order.buyer.courier
    return {
        "shipment_type": "PLATFORM",
        "handover_method": "DROP_OFF",
        "return_method": "PLATFORM_SHIPPED",
        "return_provider_id": courier.id,
        "return_provider_name": courier.name,
        "return_tracking_number": asked.tracking_number,
        "return_warehouse_address": {"full_address": full_address(warehouse, warehouse.street)},
    }


def _line_json(line: OrderLine) -> JsonObject:
    return {
        "order_line_item_id": line.id,
        "sku_id": line.listing.id,
        "seller_sku": line.listing.seller_sku,
        "sku_name": line.listing.variant,
        "product_name": line.title,
        "refund_amount": _refund_json(line.price),
    }


def _parts_json(item_id: str, line: OrderLine) -> JsonObject:
    """The units that a bundle is made of; its number of each is that of the bundle with a place."""
    parts = [
        {
            "return_sub_line_item_id": f"{int(item_id) + place}",
            "return_line_item_id": item_id,
            "order_line_item_id": line.id,
            "sub_order_line_item_id": part.id,
            "sku_id": part.listing.id,
            "seller_sku": part.listing.seller_sku,
            "sku_name": part.listing.variant,
            "product_name": part.title,
        }
        for place, part in enumerate(line.parts, 1)
    ]
    return {"return_sub_line_items": parts} if parts else {}


def _refund_json(goods: int, shipping: int = 0, fee: int = 0) -> JsonObject:
    return {
        "currency": CURRENCY,
        "refund_total": str(goods + shipping + fee),
        "refund_subtotal": str(goods),
        "refund_shipping_fee": str(shipping),
        "refund_tax": "0",
    }


def _whole_refund_json(order: Order) -> JsonObject:
    """All that was paid; nothing was when the order was not."""
    if order.paid_at is None:
        return _refund_json(0)
    refund = _refund_json(sum(line.price for line in order.lines), order.buyer.shipping_fee, BUYER_FEE)
    return {**refund, "buyer_service_fee": str(BUYER_FEE)}
