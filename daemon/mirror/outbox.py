"""The outbox: durable commands to marketplaces, one open per listing and target; push works them off."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, Subquery, and_, bindparam, case, func, or_, select, update

from daemon.domain.orders import says_empty
from daemon.domain.plan import Target
from daemon.domain.refusals import DEAD_AFTER, Cure, Refusal
from daemon.domain.stock import Sending, Told
from daemon.domain.values import ListingId, Money
from daemon.domain.windows import shown_in
from daemon.mirror.moments import from_ms, to_ms
from daemon.mirror.of_listing import CHANGE_LISTING, is_of_listing, of_listing
from daemon.mirror.schema import IS_OPEN, OPEN_STATES, cycles, listings, order_lines, orders, outbox
from daemon.mirror.store import Transaction
from daemon.mirror.windows import note_switched, windows_in

LONGEST_PAUSE = timedelta(hours=1)
"""A refused command is offered again after 1, 2, 4 … minutes, a dead one after this long."""

COVER_DAYS = timedelta(days=14)
"""The orders of these days tell how fast goods sell."""

EMPTIED_FOR = timedelta(days=30)
"""So long a number 0 is laid to a cancellation as out of stock, and asked about: nobody has to answer within a day."""

_UNKNOWN_UNITS = 1_000_000
"""What a listing may show that was never read: more than any."""

IS_OPEN_FOR = and_(is_of_listing(outbox), outbox.c.target == bindparam("of_target"), IS_OPEN)
"""The condition that picks the open command for one listing and target."""

_of_order = and_(orders.c.shop == order_lines.c.shop, orders.c.order_id == order_lines.c.order_id)
_same_listing = and_(
    listings.c.shop == outbox.c.shop,
    listings.c.product_id == outbox.c.product_id,
    listings.c.sku_id == outbox.c.sku_id,
)

# Asked again and again; it mostly finds nothing.
_ANY_OPEN = (
    select(outbox.c.id)
    .where(outbox.c.shop == bindparam("in_shop"), outbox.c.target == bindparam("of_target"))
    .where(IS_OPEN)
    .limit(1)
)
_CALLED_EMPTY = (
    select(order_lines.c.shop, order_lines.c.product_id, order_lines.c.sku_id, orders.c.cancel_reason)
    .join(orders, _of_order)
    .where(orders.c.cancel_reason != "", orders.c.updated_at_ms >= bindparam("since_ms"))
    .where(order_lines.c.is_cancelled == 1)
)
_SHOWN_PRICES = (
    select(outbox, listings)
    .join(listings, _same_listing)
    .where(outbox.c.target == Target.PRICE.value, outbox.c.state == "sending")
    .where(listings.c.observed_in == bindparam("in_cycle"), listings.c.price == outbox.c.sent)
)
_ATTEMPTS = select(outbox.c.attempts).where(outbox.c.id == bindparam("command"))
_CHANGE = update(outbox).where(outbox.c.id == bindparam("command"))
_FINISH = _CHANGE.values(state=case((outbox.c.desired != bindparam("met"), "pending"), else_="done"))
_REFUSED = (
    select(outbox, cycles.c.started_at_ms)
    .join(cycles, cycles.c.id == outbox.c.created_in)
    .where(outbox.c.state == "refused")
)
_STATES = select(outbox.c.state).where(IS_OPEN)


@dataclass(frozen=True, slots=True)
class Due:
    """A command to carry out now, with what we hold as agreed with its listing.

    ``sent`` is the value of an earlier write that got no answer, ``sending`` for stock the same with what was desired.
    ``is_fall``: the listing may show more than is desired, or stand in a window where it shall not. ``turns`` and
    ``is_called_empty`` are what :func:`daemon.domain.edits.keeps_edit` asks for.
    """

    id: int
    listing: ListingId
    target: Target
    desired: int
    told: Told | None
    told_price: Money | None
    currency: str
    sending: Sending | None
    sent: int | None
    is_editable: bool
    is_fall: bool
    turns: int
    is_called_empty: bool


def due_commands(tx: Transaction, shop: str, target: Target, *, now: datetime) -> list[Due]:
    """Commands of ``shop`` to work off now: first what falls, of that what would be sold out first, then by product."""
    asked = {"in_shop": shop, "of_target": target.value}
    if tx.execute(_ANY_OPEN, asked).first() is None:
        return []
    emptied = called_empty(tx, now=now)
    moments = {"now_ms": to_ms(now), "sold_since_ms": to_ms(now - COVER_DAYS)}
    due = [_due(row, target, emptied) for row in tx.execute(_DUE[target], {**asked, **moments})]
    return sorted(due, key=lambda command: not command.is_fall)


def _due_for(target: Target) -> Select[Any]:
    is_due = or_(
        outbox.c.state.in_(["pending", "sending"]),
        and_(outbox.c.state == "refused", outbox.c.not_before_ms <= bindparam("now_ms")),
    )
    sold = _sold()
    cover = outbox.c.desired * 1.0 / sold.c.units
    danger = (cover.is_(None), cover) if target is Target.QUANTITY else ()
    return (
        select(outbox, listings)
        .join(listings, _same_listing)
        .outerjoin(sold, sold.c.sku == listings.c.sku)
        .where(outbox.c.shop == bindparam("in_shop"), outbox.c.target == bindparam("of_target"), is_due)
        .order_by(*danger, outbox.c.product_id, outbox.c.id)
    )


def _sold() -> Subquery:
    """Units ordered per SKU of late, in all shops: they sell out of one pool."""
    query = (
        select(order_lines.c.sku, func.count().label("units"))
        .join(orders, _of_order)
        .where(orders.c.created_at_ms >= bindparam("sold_since_ms"))
        .where(orders.c.takes_our_stock == 1, order_lines.c.is_cancelled == 0)
        .group_by(order_lines.c.sku)
    )
    return query.subquery()


_DUE = {target: _due_for(target) for target in Target}


def called_empty(tx: Transaction, *, now: datetime) -> frozenset[ListingId]:
    """Listings of which an order was cancelled as out of stock a short while ago (reference 3.9)."""
    found = tx.execute(_CALLED_EMPTY, {"since_ms": to_ms(now - EMPTIED_FOR)})
    return frozenset(ListingId(*row[:3]) for row in found if says_empty(row.cancel_reason))


def _due(row: Row[Any], target: Target, emptied: frozenset[ListingId] = frozenset()) -> Due:
    listing = ListingId(row.shop, row.product_id, row.sku_id)
    is_sending = row.state == "sending"
    is_quantity = target is Target.QUANTITY
    return Due(
        id=row.id,
        listing=listing,
        target=target,
        desired=row.desired,
        told=None if row.told is None else Told(row.told, row.told_slack),
        told_price=None if row.told_price is None else Money(row.told_price, row.currency),
        currency=row.currency,
        sending=Sending(row.sent_desired, row.sent) if is_sending and is_quantity else None,
        sent=row.sent if is_sending else None,
        is_editable=_is_editable(row, target),
        is_fall=_is_fall(row, target),
        turns=row.edits_alike,
        is_called_empty=listing in emptied,
    )


def _is_editable(row: Row[Any], target: Target) -> bool:
    match target:
        case Target.QUANTITY:
            return bool(row.quantity_is_editable)
        case Target.PRICE:
            return bool(row.price_is_editable)
        case Target.STATUS:
            return True  # each window has a lock of its own


def _is_fall(row: Row[Any], target: Target) -> bool:
    if target is Target.STATUS:
        return bool(shown_in(windows_in(row.tiktok_shop, row.tokopedia)) & ~row.desired)
    return target is Target.QUANTITY and row.desired < _most_shown(row)


def _most_shown(row: Row[Any]) -> int:
    """The most that a listing may show now, by all that we know."""
    known = row.shown if row.told is None else row.told + row.told_slack
    return max(_UNKNOWN_UNITS if known is None else known, row.sent or 0)


def mark_sending(tx: Transaction, command: Due, sent: int, *, read_at: datetime, now: datetime) -> None:
    """Record, before anything leaves, what is about to be written; from now on the outcome is unknown."""
    _set(tx, command, now, state="sending", sent=sent, sent_desired=command.desired)
    if command.target is Target.QUANTITY:
        window = {"written_from_ms": to_ms(read_at), "written_to_ms": None}
        tx.execute(CHANGE_LISTING, {**of_listing(command.listing), **window})


def mark_done(  # noqa: PLR0913 - each is one fact about the write
    tx: Transaction, command: Due, *, shown: int, seen_at: datetime, now: datetime, is_written: bool = True
) -> None:
    """Record that the listing is as desired: from now on this is what we agreed on.

    ``shown`` is what was read, at ``seen_at``. Where nothing had to be written, the number can be chance, made by an
    order that we cannot see yet: the moment counts like a write (``facts.book_orders``). A command that wants another
    number by now stays open.
    """
    settled = {"refusal": None, "attempts": 0, "sent": None, "sent_desired": None}
    tx.execute(_FINISH, {"command": command.id, "met": command.desired, "changed_at_ms": to_ms(now), **settled})
    if command.target is Target.STATUS:
        note_switched(tx, command.listing, shown)
        return
    agreed: dict[str, int] = {"told_price": command.desired, "price": command.desired}
    if command.target is Target.QUANTITY:
        agreed = {"told": command.desired, "told_slack": 0, "written_to_ms": to_ms(seen_at)}
        agreed |= {"shown": shown, "observed_at_ms": to_ms(seen_at)}
        if not is_written:
            agreed["written_from_ms"] = to_ms(seen_at)
    tx.execute(CHANGE_LISTING, {**of_listing(command.listing), **agreed})


def mark_told(tx: Transaction, command: Due, told: Told | None, *, now: datetime) -> None:
    """Record how an unknown outcome was settled by reading back; the command is open again."""
    _set(tx, command, now, state="pending", sent=None, sent_desired=None)
    agreed = {"told": told.quantity if told else None, "told_slack": told.slack if told else 0}
    tx.execute(CHANGE_LISTING, {**of_listing(command.listing), **agreed})


def mark_price_told(tx: Transaction, command: Due, *, now: datetime) -> None:
    """Record that a price write without an answer happened; the command is open again, if more is desired."""
    _set(tx, command, now, state="pending", sent=None, sent_desired=None)
    tx.execute(CHANGE_LISTING, {**of_listing(command.listing), "told_price": command.sent, "price": command.sent})


def settle_price_writes(tx: Transaction, *, cycle: int, now: datetime) -> None:
    """Record as happened the price writes without an answer that the sweep of ``cycle`` shows."""
    for row in tx.execute(_SHOWN_PRICES, {"in_cycle": cycle}).all():
        mark_price_told(tx, _due(row, Target.PRICE), now=now)


def mark_pending(tx: Transaction, command: Due, *, now: datetime) -> None:
    """Record that a write did not happen: it is wanted as before."""
    _set(tx, command, now, state="pending", sent=None, sent_desired=None)


def mark_waiting(tx: Transaction, command: Due, *, now: datetime) -> None:
    """Record that the command waits for the seller to decide a conflict."""
    _set(tx, command, now, state="waiting", sent=None, sent_desired=None)


def mark_refused(tx: Transaction, command: Due, reason: str, *, now: datetime, cure: Cure = Cure.OTHER) -> None:
    """Record the marketplace's refusal and what kind of thing helps; it is offered again after a growing pause."""
    attempts = tx.execute(_ATTEMPTS, {"command": command.id}).scalar_one() + 1
    pause = LONGEST_PAUSE if attempts >= DEAD_AFTER else timedelta(minutes=2 ** (attempts - 1))
    again = {"attempts": attempts, "not_before_ms": to_ms(now + pause)}
    refusal = f"{cure}: {reason}"
    _set(tx, command, now, state="refused", refusal=refusal, sent=None, sent_desired=None, **again)


def refusals(tx: Transaction) -> dict[tuple[ListingId, Target], Refusal]:
    """Why open commands were refused, how often, and since when they are wanted."""
    return {
        (ListingId(row.shop, row.product_id, row.sku_id), Target(row.target)): _refusal(row)
        for row in tx.execute(_REFUSED)
    }


def _refusal(row: Row[Any]) -> Refusal:
    """Read what :func:`mark_refused` stored: the kind of cure, then the reason."""
    kind, mark, reason = row.refusal.partition(": ")
    is_ours = mark and kind in set(Cure)
    cure, reason = (Cure(kind), reason) if is_ours else (Cure.OTHER, row.refusal)
    return Refusal(reason, cure, row.attempts, from_ms(row.started_at_ms))


def count_open(tx: Transaction) -> dict[str, int]:
    """Open commands per state."""
    states = tx.execute(_STATES).scalars().all()
    return {state: states.count(state) for state in OPEN_STATES}


def _set(tx: Transaction, command: Due, now: datetime, **values: object) -> None:
    tx.execute(_CHANGE, {"command": command.id, "changed_at_ms": to_ms(now), **values})
