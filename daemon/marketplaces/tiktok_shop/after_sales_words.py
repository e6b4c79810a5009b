"""From TikTok Shop's words about cancellations and returns to ours (reference 7.3, 7.6, 7.7)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from daemon.domain.after_sales import Cancellation, CancelState, Return, ReturnKind, ReturnLine, ReturnState
from daemon.domain.values import Sku
from daemon.marketplaces.tiktok_shop import after_sales_models as models

WAITING = "CANCELLATION_REQUEST_PENDING"
"""The state of a cancellation that the seller has to answer."""
_CANCEL_STATE = {
    WAITING: CancelState.ASKED,
    "CANCELLATION_REQUEST_SUCCESS": CancelState.GRANTED,
    "CANCELLATION_REQUEST_COMPLETE": CancelState.GRANTED,
    # Two versions, two spellings.
    "CANCELLATION_REQUEST_CANCEL": CancelState.DROPPED,
    "CANCELLATION_REQUEST_CANCELLED": CancelState.DROPPED,
}
_RETURN_KIND = {
    "REFUND": ReturnKind.REFUND,
    "RETURN_AND_REFUND": ReturnKind.RETURN,
    "REPLACEMENT": ReturnKind.REPLACEMENT,
}
_RETURN_STATE = {
    "RETURN_OR_REFUND_REQUEST_PENDING": ReturnState.ASKED,
    "REPLACEMENT_REQUEST_PENDING": ReturnState.ASKED,
    "AWAITING_BUYER_SHIP": ReturnState.AWAITED,
    "AWAITING_BUYER_RESPONSE": ReturnState.AWAITED,
    "BUYER_SHIPPED_ITEM": ReturnState.SENT,
    "RETURN_OR_REFUND_REQUEST_SUCCESS": ReturnState.SETTLED,
    "RETURN_OR_REFUND_REQUEST_COMPLETE": ReturnState.SETTLED,
    "REPLACEMENT_REQUEST_REFUND_SUCCESS": ReturnState.SETTLED,
    "REPLACEMENT_REQUEST_COMPLETE": ReturnState.SETTLED,
    "REFUND_OR_RETURN_REQUEST_REJECT": ReturnState.DROPPED,
    "REJECT_RECEIVE_PACKAGE": ReturnState.DROPPED,
    "RETURN_OR_REFUND_REQUEST_CANCEL": ReturnState.DROPPED,
    "REPLACEMENT_REQUEST_REJECT": ReturnState.DROPPED,
    "REPLACEMENT_REQUEST_CANCEL": ReturnState.DROPPED,
}
GRANTS = {
    (ReturnKind.REFUND, ReturnState.ASKED): "APPROVE_REFUND",
    (ReturnKind.RETURN, ReturnState.ASKED): "APPROVE_RETURN",
    (ReturnKind.RETURN, ReturnState.SENT): "APPROVE_RECEIVED_PACKAGE",
    (ReturnKind.REPLACEMENT, ReturnState.ASKED): "APPROVE_REPLACEMENT",
}
"""What is sent to grant what a return asks for now."""
REFUSALS = {
    (ReturnKind.REFUND, ReturnState.ASKED): "REJECT_REFUND",
    (ReturnKind.RETURN, ReturnState.ASKED): "REJECT_RETURN",
    (ReturnKind.RETURN, ReturnState.SENT): "REJECT_RECEIVED_PACKAGE",
    (ReturnKind.REPLACEMENT, ReturnState.ASKED): "REJECT_REPLACEMENT",
}
"""What is sent to refuse it."""


def cancellation(shop: str, wire: models.Cancellation) -> Cancellation:
    """Return the cancellation; a state that we do not know asks nothing of the seller."""
    return Cancellation(
        shop=shop,
        id=wire.cancel_id,
        order_id=wire.order_id,
        is_by_buyer=wire.role == "BUYER",
        state=_CANCEL_STATE.get(wire.cancel_status, CancelState.UNKNOWN),
        reason=wire.cancel_reason_text or wire.cancel_reason,
        reason_name=wire.cancel_reason,
        updated_at=_time(wire.update_time),
        answer_by=_deadline(wire.seller_next_action_response),
        must_replenish=wire.should_replenish_stock,
    )


def return_(shop: str, wire: models.Return) -> Return:
    """Return the return; kinds and states that we do not know bring nothing back."""
    return Return(
        shop=shop,
        id=wire.return_id,
        order_id=wire.order_id,
        kind=_RETURN_KIND.get(wire.return_type, ReturnKind.UNKNOWN),
        state=_RETURN_STATE.get(wire.return_status, ReturnState.UNKNOWN),
        reason=wire.return_reason_text or wire.return_reason,
        asked_at=_time(wire.create_time),
        updated_at=_time(wire.update_time),
        answer_by=_deadline(wire.seller_next_action_response),
        keeps_goods=wire.can_buyer_keep_item,
        lines=tuple(unit for line in wire.return_line_items for unit in _units(line)),
    )


def _units(line: models.ReturnLineItem) -> Iterator[ReturnLine]:
    """Name the units as the order's lines do: of a bundle that the marketplace makes, those it is made of."""
    for part in line.return_sub_line_items:
        yield ReturnLine(part.sub_order_line_item_id, Sku(part.seller_sku), part.product_name, part.sku_name)
    if not line.return_sub_line_items:
        yield ReturnLine(line.order_line_item_id, Sku(line.seller_sku), line.product_name, line.sku_name)


def _deadline(steps: Sequence[models.NextStep]) -> datetime | None:
    """Return the nearest of them; a step without one is not asked for until some time."""
    return min((_time(step.deadline) for step in steps if step.deadline), default=None)


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
