"""Cancelling an order: who may, for which reasons, and who answers until when (reference 7.1-7.5)."""

from functools import partial

from daemon.marketplaces.sandbox.deadlines import ANSWER_CANCEL_S
from daemon.marketplaces.sandbox.orders import (
    CANCELLABLE_ON_REQUEST,
    Cancellation,
    CancelRequest,
    CancelStatus,
    Order,
    OrderStatus,
)
from daemon.marketplaces.sandbox.refusals import RefusedError
from daemon.marketplaces.sandbox.world import NotPossibleError, World

TO_SHIP = "ecom_order_to_ship_canceled_reason_"
CHANGED_MIND = Cancellation("BUYER", "Berubah pikiran", f"{TO_SHIP}created_by_mistakes")
OUT_OF_STOCK = Cancellation("SELLER", "Stok habis", "seller_cancel_reason_out_of_stock")
WITHOUT_ASKING = frozenset({OrderStatus.UNPAID, OrderStatus.ON_HOLD})
"""The buyer of such an order may cancel it at once."""

_PAID = {
    "seller_cancel_reason_out_of_stock": "Stok habis",
    "seller_cancel_reason_wrong_price": "Salah mencantumkan harga",
    "seller_cancel_paid_reason_address_not_deliver": "Alamat tidak terjangkau kurir",
}
SELLER_REASONS = {
    OrderStatus.UNPAID: {
        "seller_cancel_unpaid_reason_out_of_stock": "Stok habis",
        "seller_cancel_unpaid_reason_wrong_price": "Salah mencantumkan harga",
        "seller_cancel_unpaid_reason_buyer_hasnt_paid_within_time_allowed": "Pembeli belum membayar",
    },
    OrderStatus.ON_HOLD: _PAID,
    OrderStatus.AWAITING_SHIPMENT: _PAID,
}
"""Names of reasons that a seller may give, by the status of the order, with the text that people read."""

DECISIONS = ("APPROVE_REQUEST_CANCEL", "REJECT_REQUEST_CANCEL")
REJECT_REASONS = {
    "seller_reject_apply_product_has_been_packed": "Produk sudah dikemas",
    "order_manage_list_action_respond_popup_reject_reason_invalid_cancellation_reason": "Alasan tidak dapat diterima",
}


def ask_to_cancel(world: World, order: Order) -> None:
    """Let the buyer cancel: at once while the order is not released, by asking the seller until it is collected."""
    if order.status in WITHOUT_ASKING:
        world.cancel(order, CHANGED_MIND)
        return
    if order.status not in CANCELLABLE_ON_REQUEST or order.is_asked_to_cancel:
        raise NotPossibleError(f"the buyer of order {order.id} cannot ask for a cancellation now ({order.status})")
    request = world.record_cancel(order, CHANGED_MIND, answer_by=world.now() + ANSWER_CANCEL_S)
    world.diary.note(request.answer_by, partial(_decide_late, world, order, request))


def withdraw(world: World, order: Order) -> None:
    """Let the buyer want the order after all."""
    if order.cancel_request is None or not order.is_asked_to_cancel:
        raise NotPossibleError(f"nobody asked to cancel order {order.id}")
    order.cancel_request.reach(CancelStatus.CANCEL, world.now())


def _decide_late(world: World, order: Order, request: CancelRequest) -> None:
    """Grant what the seller left unanswered, as long as no courier has it: a label alone does not reject it."""
    if request.status is not CancelStatus.PENDING:
        return
    if order.status in CANCELLABLE_ON_REQUEST:
        world.cancel(order, request.cause)
    else:
        request.reach(CancelStatus.CANCEL, world.now())


def approve(world: World, request: CancelRequest) -> None:
    """Let the seller grant a request, or raise the marketplace's refusal."""
    order = world.order(request.order_id)
    _check_open(request)
    if order.status not in CANCELLABLE_ON_REQUEST:
        raise RefusedError(25001045, "The package has been shipped.")
    world.cancel(order, request.cause)


def reject(world: World, request: CancelRequest, reason_name: str) -> None:
    """Let the seller refuse a request, or raise the marketplace's refusal."""
    _check_open(request)
    if reason_name not in REJECT_REASONS:
        raise RefusedError(25001014, f"The reason {reason_name} is unknown.")
    request.reach(CancelStatus.CANCEL, world.now())


def _check_open(request: CancelRequest) -> None:
    if request.status is not CancelStatus.PENDING:
        raise RefusedError(25001051, "The cancellation is complete or was withdrawn.")


def cancel_as_seller(world: World, order: Order, reason_name: str) -> CancelRequest:
    """Let the seller cancel, or raise the marketplace's refusal."""
    known = {name for reasons in SELLER_REASONS.values() for name in reasons}
    if order.status in {OrderStatus.CANCELLED, OrderStatus.COMPLETED}:
        raise RefusedError(25001051, "The order is complete or cancelled.")
    if order.is_asked_to_cancel:
        raise RefusedError(25001011, "A cancellation of this order is running.")
    if reason_name not in known:
        raise RefusedError(25001014, f"The reason {reason_name} is unknown.")
    if order.status not in SELLER_REASONS:
        raise RefusedError(25001045, f"The order has been shipped ({order.status}).")
    reasons = SELLER_REASONS[order.status]
    if reason_name not in reasons:
        raise RefusedError(25001021, f"The reason {reason_name} does not fit the status {order.status}.")
    world.cancel(order, Cancellation("SELLER", reasons[reason_name], reason_name))
    assert order.cancel_request is not None  # noqa: S101  # every cancellation leaves its record
    return order.cancel_request
