"""How a return goes on: what the buyer, the seller and the marketplace do about it (reference 7.6, 7.7)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial

from daemon.marketplaces.sandbox.after_sales_returns import (
    FIRST_STATUS,
    OPEN,
    REFUNDED,
    Record,
    Return,
    ReturnStatus,
    ReturnType,
)
from daemon.marketplaces.sandbox.deadlines import ANSWER_RETURN_S, REFUND_S, SEND_BACK_S
from daemon.marketplaces.sandbox.orders import Order, OrderLine, OrderStatus
from daemon.marketplaces.sandbox.refusals import RefusedError
from daemon.marketplaces.sandbox.world import NotPossibleError, World

WRONG_GOODS = ("ecom_order_delivered_refund_and_return_reason_wrong_product", "Barang tidak sesuai pesanan")
REJECT_REASONS = {
    "seller_reject_apply_return_evidence_insufficient": "Bukti tidak cukup",
    "seller_reject_apply_return_not_as_sent": "Barang yang kembali bukan barang yang dikirim",
}

S = ReturnStatus
ANSWERS: Mapping[tuple[ReturnType, ReturnStatus], Mapping[str, ReturnStatus]] = {
    (ReturnType.REFUND, S.PENDING): {
        "APPROVE_REFUND": S.SUCCESS,
        "REJECT_REFUND": S.REJECTED,
        "OFFER_PARTIAL_REFUND": S.AWAITING_BUYER_RESPONSE,
    },
    (ReturnType.RETURN_AND_REFUND, S.PENDING): {
        "APPROVE_RETURN": S.AWAITING_BUYER_SHIP,
        "REJECT_RETURN": S.REJECTED,
        "DIRECT_REFUND": S.SUCCESS,
        "OFFER_PARTIAL_REFUND": S.AWAITING_BUYER_RESPONSE,
    },
    (ReturnType.RETURN_AND_REFUND, S.BUYER_SHIPPED_ITEM): {
        "APPROVE_RECEIVED_PACKAGE": S.SUCCESS,
        "REJECT_RECEIVED_PACKAGE": S.PACKAGE_REJECTED,
    },
    (ReturnType.REPLACEMENT, S.REPLACEMENT_PENDING): {
        "APPROVE_REPLACEMENT": S.REPLACEMENT_COMPLETE,
        "REJECT_REPLACEMENT": S.REPLACEMENT_REJECTED,
        "ISSUE_REPLACEMENT_REFUND": S.REPLACEMENT_REFUNDED,
    },
}
"""What a seller may answer, and where it leads."""

PATIENCE_S = {
    S.PENDING: ANSWER_RETURN_S,
    S.REPLACEMENT_PENDING: ANSWER_RETURN_S,
    S.BUYER_SHIPPED_ITEM: ANSWER_RETURN_S,
    S.AWAITING_BUYER_SHIP: SEND_BACK_S,
    S.AWAITING_BUYER_RESPONSE: SEND_BACK_S,
    S.SUCCESS: REFUND_S,
}
BY_ITSELF = {
    S.AWAITING_BUYER_SHIP: S.CANCEL,
    S.AWAITING_BUYER_RESPONSE: S.SUCCESS,
    S.SUCCESS: S.COMPLETE,
}
"""Where it goes when nobody acts in time; what the seller leaves unanswered is answered by the first of its answers."""


DESCRIPTIONS = {
    S.PENDING: "Pembeli mengajukan pengembalian",
    S.REPLACEMENT_PENDING: "Pembeli meminta barang pengganti",
    S.AWAITING_BUYER_SHIP: "Pengembalian disetujui",
    S.BUYER_SHIPPED_ITEM: "Pembeli telah mengirim barang",
    S.SUCCESS: "Dana dikembalikan",
    S.CANCEL: "Pengajuan dibatalkan",
}


def ask_to_return(world: World, order: Order, kind: ReturnType, wanted: Mapping[str, int]) -> Return:
    """Let the buyer of a delivered order ask: ``wanted`` units by seller SKU, or all when it is empty."""
    if order.status is not OrderStatus.DELIVERED:
        raise NotPossibleError(f"order {order.id} is {order.status}; only delivered goods can be returned")
    lines = tuple(_chosen(_returnable(world, order), wanted))
    if not lines or (wanted and len(lines) < sum(wanted.values())):
        raise NotPossibleError(f"order {order.id} has no such units that could be returned")
    now = world.now()
    asked = Return(
        id=world.after_sales_ids.next(),
        order=order,
        kind=kind,
        reason_name=WRONG_GOODS[0],
        reason=WRONG_GOODS[1],
        lines=lines,
        item_ids=tuple(world.after_sales_ids.next() for _ in lines),
        status=FIRST_STATUS[kind],
        created_at=now,
        updated_at=now,
    )
    world.returns[asked.id] = asked
    _reach(world, asked, asked.status, role="BUYER")
    return asked


def _returnable(world: World, order: Order) -> list[OrderLine]:
    """Find the lines that no return holds, unless it came to nothing."""
    others = [each for each in world.returns.values() if each.order is order]
    taken = {line.id for each in others if each.status in OPEN | REFUNDED for line in each.lines}
    return [line for line in order.lines if line.id not in taken]


def _chosen(lines: list[OrderLine], wanted: Mapping[str, int]) -> Iterator[OrderLine]:
    left = Counter(wanted) if wanted else Counter(line.listing.seller_sku for line in lines)
    for line in lines:
        if left[line.listing.seller_sku] > 0:
            left[line.listing.seller_sku] -= 1
            yield line


def send_back(world: World, asked: Return) -> None:
    """Let the buyer hand the goods to the courier."""
    if asked.status is not S.AWAITING_BUYER_SHIP:
        raise NotPossibleError(f"return {asked.id} is {asked.status}; the buyer sends nothing back now")
    asked.tracking_number = f"{asked.order.buyer.courier.tracking_prefix}{asked.id[-12:]}"
    _reach(world, asked, S.BUYER_SHIPPED_ITEM, role="BUYER")


def withdraw(world: World, asked: Return) -> None:
    """Let the buyer keep the goods after all."""
    if asked.status not in OPEN:
        raise NotPossibleError(f"return {asked.id} is {asked.status}")
    _reach(world, asked, S.CANCEL, role="BUYER")


def answer(world: World, asked: Return, decision: str, *, note: str = "", keeps_goods: bool = False) -> None:
    """Let the seller decide, or raise the marketplace's refusal; with ``keeps_goods`` nothing has to be sent back."""
    following = ANSWERS.get((asked.kind, asked.status), {}).get(decision)
    if following is None:
        raise RefusedError(25001015, f"The decision {decision} is not allowed in the status {asked.status}.")
    asked.keeps_goods = keeps_goods
    _reach(world, asked, S.SUCCESS if keeps_goods else following, role="SELLER", note=note)


def _reach(world: World, asked: Return, status: ReturnStatus, *, role: str, note: str = "") -> None:
    now = world.now()
    asked.status, asked.updated_at = status, now
    asked.until = now + PATIENCE_S[status] if status in PATIENCE_S else 0
    asked.records.append(Record(f"ORDER_RETURN_{status.name}", role, DESCRIPTIONS.get(status, asked.reason), note, now))
    world.webhooks.return_changed(asked, role)
    if asked.until:
        world.diary.note(asked.until, partial(_run_out, world, asked, status))
    if status in REFUNDED:
        _close(world, asked.order)


def _run_out(world: World, asked: Return, status: ReturnStatus) -> None:
    if asked.status is not status:
        return
    following = BY_ITSELF.get(status) or next(iter(ANSWERS[asked.kind, status].values()))
    _reach(world, asked, following, role="SYSTEM")


def _close(world: World, order: Order) -> None:
    """Close an order of which everything was paid back: it does not say that it was (reference 5.3)."""
    refunded = {
        line.id
        for each in world.returns.values()
        if each.order is order and each.status in REFUNDED and each.partial_refund is None
        for line in each.lines
    }
    if order.status is OrderStatus.DELIVERED and refunded == {line.id for line in order.lines}:
        world.advance(order)
