"""The outbox: durable commands to marketplaces, one open per listing and target; push works them off."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select, update

from daemon.domain.plan import Target
from daemon.domain.stock import Sending, Told
from daemon.domain.values import ListingId, Money
from daemon.mirror.moments import to_ms
from daemon.mirror.observations import is_listing
from daemon.mirror.schema import OPEN_STATES, listings, outbox
from daemon.mirror.store import Transaction

LONGEST_PAUSE = timedelta(hours=1)
"""A refused command is offered again after 1, 2, 4 … minutes, at most after this long."""

_same_listing = and_(
    listings.c.shop == outbox.c.shop,
    listings.c.product_id == outbox.c.product_id,
    listings.c.sku_id == outbox.c.sku_id,
)


@dataclass(frozen=True, slots=True)
class Due:
    """A command to carry out now, with what we hold as agreed with its listing.

    ``sent`` is the value of an earlier write that got no answer, ``sending`` for stock the same with what was desired.
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


def is_open(listing: ListingId, target: Target) -> ColumnElement[bool]:
    """The condition that picks the open command for one listing and target."""
    return and_(
        outbox.c.shop == listing.shop,
        outbox.c.product_id == listing.product_id,
        outbox.c.sku_id == listing.sku_id,
        outbox.c.target == target.value,
        outbox.c.state.in_(OPEN_STATES),
    )


def due_commands(tx: Transaction, shop: str, target: Target, *, now: datetime) -> list[Due]:
    """Commands of ``shop`` to work off now, stock that falls before stock that rises, then by product."""
    is_due = or_(
        outbox.c.state.in_(["pending", "sending"]),
        and_(outbox.c.state == "refused", outbox.c.not_before_ms <= to_ms(now)),
    )
    query = (
        select(outbox, listings)
        .join(listings, _same_listing)
        .where(outbox.c.shop == shop, outbox.c.target == target.value, is_due)
        .order_by(outbox.c.desired >= listings.c.told, outbox.c.product_id, outbox.c.id)
    )
    return [_due(row, target) for row in tx.execute(query)]


def _due(row: Row[Any], target: Target) -> Due:
    is_sending = row.state == "sending"
    is_quantity = target is Target.QUANTITY
    return Due(
        id=row.id,
        listing=ListingId(row.shop, row.product_id, row.sku_id),
        target=target,
        desired=row.desired,
        told=None if row.told is None else Told(row.told, row.told_slack),
        told_price=None if row.told_price is None else Money(row.told_price, row.currency),
        currency=row.currency,
        sending=Sending(row.sent_desired, row.sent) if is_sending and is_quantity else None,
        sent=row.sent if is_sending else None,
        is_editable=bool(row.quantity_is_editable if is_quantity else row.price_is_editable),
    )


def mark_sending(tx: Transaction, command: Due, sent: int, *, read_at: datetime, now: datetime) -> None:
    """Record, before anything leaves, what is about to be written; from now on the outcome is unknown."""
    _set(tx, command, now, state="sending", sent=sent, sent_desired=command.desired)
    if command.target is Target.QUANTITY:
        window = {"written_from_ms": to_ms(read_at), "written_to_ms": None}
        tx.execute(update(listings).where(is_listing(command.listing)).values(**window))


def mark_done(tx: Transaction, command: Due, *, seen_at: datetime, now: datetime, is_written: bool = True) -> None:
    """Record that the listing is as desired: from now on this is what we agreed on.

    ``seen_at`` is when it was read. Where nothing had to be written, the number can be chance, made by an order that
    we cannot see yet: the moment counts like a write (``facts.book_orders``).
    """
    _set(tx, command, now, state="done", refusal=None)
    agreed: dict[str, int] = {"told_price": command.desired, "price": command.desired}
    if command.target is Target.QUANTITY:
        agreed = {"told": command.desired, "told_slack": 0, "written_to_ms": to_ms(seen_at)}
        if not is_written:
            agreed["written_from_ms"] = to_ms(seen_at)
    tx.execute(update(listings).where(is_listing(command.listing)).values(**agreed))


def mark_told(tx: Transaction, command: Due, told: Told | None, *, now: datetime) -> None:
    """Record how an unknown outcome was settled by reading back; the command is open again."""
    _set(tx, command, now, state="pending", sent=None, sent_desired=None)
    agreed = {"told": told.quantity if told else None, "told_slack": told.slack if told else 0}
    tx.execute(update(listings).where(is_listing(command.listing)).values(**agreed))


def mark_price_told(tx: Transaction, command: Due, *, now: datetime) -> None:
    """Record that a price write without an answer happened; the command is open again, if more is desired."""
    _set(tx, command, now, state="pending", sent=None, sent_desired=None)
    tx.execute(update(listings).where(is_listing(command.listing)).values(told_price=command.sent, price=command.sent))


def settle_price_writes(tx: Transaction, *, cycle: int, now: datetime) -> None:
    """Record as happened the price writes without an answer that the sweep of ``cycle`` shows."""
    query = (
        select(outbox, listings)
        .join(listings, _same_listing)
        .where(outbox.c.target == Target.PRICE.value, outbox.c.state == "sending")
        .where(listings.c.observed_in == cycle, listings.c.price == outbox.c.sent)
    )
    for row in tx.execute(query).all():
        mark_price_told(tx, _due(row, Target.PRICE), now=now)


def mark_pending(tx: Transaction, command: Due, *, now: datetime) -> None:
    """Record that a write did not happen: it is wanted as before."""
    _set(tx, command, now, state="pending", sent=None, sent_desired=None)


def mark_waiting(tx: Transaction, command: Due, *, now: datetime) -> None:
    """Record that the command waits for the seller to decide a conflict."""
    _set(tx, command, now, state="waiting", sent=None, sent_desired=None)


def mark_refused(tx: Transaction, command: Due, reason: str, *, now: datetime) -> None:
    """Record the marketplace's refusal; the command is offered again after a growing pause."""
    attempts = tx.execute(select(outbox.c.attempts).where(outbox.c.id == command.id)).scalar_one() + 1
    pause = min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_PAUSE)
    again = {"attempts": attempts, "not_before_ms": to_ms(now + pause)}
    _set(tx, command, now, state="refused", refusal=reason, sent=None, sent_desired=None, **again)


def count_open(tx: Transaction) -> dict[str, int]:
    """Open commands per state."""
    states = tx.execute(select(outbox.c.state).where(outbox.c.state.in_(OPEN_STATES))).scalars().all()
    return {state: states.count(state) for state in OPEN_STATES}


def _set(tx: Transaction, command: Due, now: datetime, **values: object) -> None:
    tx.execute(update(outbox).where(outbox.c.id == command.id).values(changed_at_ms=to_ms(now), **values))
