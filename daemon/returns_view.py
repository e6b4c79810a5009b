"""Returns and requests to cancel, for people and as JSON."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from daemon.domain.after_sales import Cancellation, Return, ReturnKind, ReturnState
from daemon.domain.messages import Message, message
from daemon.domain.returned import Fate, SoldLine
from daemon.returns import Returns
from daemon.texts import Texts


def tell_cancellation(request: Cancellation, texts: Texts, zone: tzinfo) -> str:
    """The line for a buyer who waits for an answer."""
    until = request.answer_by or request.updated_at
    params = {"shop": request.shop, "order": request.order_id, "reason": request.reason}
    return texts.say(message("returns.cancel_asked", **params, time=texts.moment(until, zone)))


def tell_return(asked: Return, sold: Sequence[SoldLine], texts: Texts, zone: tzinfo) -> str:
    """The line for a return: what it is about, how far it is, and what the seller can do."""
    units = Counter(each.line.sku or each.line.product_name for each in sold)
    goods = ", ".join(texts.say(message("returns.goods", sku=sku, count=count)) for sku, count in units.items())
    until = texts.moment(asked.answer_by or asked.updated_at, zone)
    about = {"shop": asked.shop, "request": asked.id, "order": asked.order_id, "reason": asked.reason}
    state = texts.say(_state(asked, sold, until))
    return texts.say(message("returns.line", **about, goods=goods, state=state))


def _state(asked: Return, sold: Sequence[SoldLine], until: str) -> Message:
    if asked.state in {ReturnState.ASKED, ReturnState.SENT}:
        return message(f"returns.{asked.state}", time=until)
    if asked.state is not ReturnState.SETTLED or asked.kind is ReturnKind.UNKNOWN:
        return message(f"returns.{ReturnState.UNKNOWN if asked.state is ReturnState.SETTLED else asked.state}")
    if asked.kind is ReturnKind.RETURN and not asked.lines:
        return message(f"returns.{ReturnState.UNKNOWN}")
    if not asked.is_received:
        return message("returns.without_goods")
    return _in_ledger(asked, Counter(each.fate for each in sold))


def _in_ledger(asked: Return, fates: Mapping[Fate, int]) -> Message:
    if Fate.OUT in fates:
        back = fates.get(Fate.BACK, 0)
        return message("returns.partly_back" if back else "returns.received", request=asked.id, count=back)
    if Fate.UNREAD in fates:
        return message("returns.order_unread")
    return message("returns.back" if fates.keys() == {Fate.BACK} else "returns.outside")


def as_json(found: Returns, sold: Mapping[str, Sequence[SoldLine]]) -> dict[str, Any]:
    """Show the same as plain data; times are ISO 8601, UTC."""
    return {
        "cancellations": [_cancellation(each) for each in found.cancellations],
        "returns": [_return(each, sold[each.id]) for each in found.returns],
    }


def _cancellation(request: Cancellation) -> dict[str, Any]:
    return {
        "shop": request.shop,
        "id": request.id,
        "order": request.order_id,
        "reason": request.reason,
        "answer_by": request.answer_by and request.answer_by.isoformat(),
    }


def _return(asked: Return, sold: Sequence[SoldLine]) -> dict[str, Any]:
    return {
        "shop": asked.shop,
        "id": asked.id,
        "order": asked.order_id,
        "kind": asked.kind.value,
        "state": asked.state.value,
        "reason": asked.reason,
        "answer_by": asked.answer_by and asked.answer_by.isoformat(),
        "is_received": asked.is_received,
        "lines": [
            {"order_line": each.line.order_line_id, "sku": each.line.sku, "is_back": each.fate is Fate.BACK}
            for each in sold
        ],
    }
