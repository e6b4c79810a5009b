"""Stock rules: movements of the ledger, and what a shown quantity means.

A marketplace's quantity is never taken as the truth. It is compared with what we last agreed on (:class:`Told`),
and the difference is either explained by facts (orders, cancellations) or waits until it has been seen long enough
to be somebody's edit in Seller Center (design 5.1, 5.6; invariants 1, 2, 4, 5).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from daemon.domain.values import Sku

QUANTITY_LIMIT = 99_999
"""The most a marketplace lets a listing show (reference 3.5)."""


class Cause(StrEnum):
    """Why stock moved."""

    OPENING = "opening"
    SHEET_EDIT = "sheet_edit"
    ADJUSTMENT = "adjustment"
    COUNT = "count"
    ORDER = "order"
    CANCEL = "cancel"
    RETURN = "return"
    MARKETPLACE_EDIT = "marketplace_edit"
    BUNDLE = "bundle"
    UNDO = "undo"


GIVING_BACK = frozenset({Cause.CANCEL, Cause.RETURN})
"""An order line gets one of them: what was restocked is not given back once more when the order is cancelled."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of the ledger. ``(cause, reference, sku)`` is its natural key: the ledger takes each key once."""

    sku: Sku
    delta: int
    cause: Cause
    reference: str


@dataclass(frozen=True, slots=True)
class Booked:
    """A movement as the ledger holds it: its number, and when it was booked in which cycle."""

    number: int
    movement: Movement
    cycle: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What a listing must show by all that we know.

    ``quantity`` is the agreed number, lowered by the shop's own orders since. ``slack`` counts units that the
    listing may show on top and still be explained: cancelled units that the marketplace may or may not have given
    back (reference 3.9), and orders that we did not know of when we wrote, which may have been overwritten (3.5).
    """

    quantity: int
    slack: int = 0

    def unexplained(self, shown: int) -> int:
        """Units by which ``shown`` is above (+) or below (−) everything that facts explain."""
        if shown < self.quantity:
            return shown - self.quantity
        return max(0, shown - self.quantity - self.slack)

    def lowered(self, *, maybe_overwritten: bool) -> "Told":
        """The same after one unit was ordered in this shop."""
        return Told(self.quantity - 1, self.slack + int(maybe_overwritten))

    def raised(self) -> "Told":
        """The same after one ordered unit was cancelled, which the marketplace may have given back."""
        return Told(self.quantity, self.slack + 1)


@dataclass(frozen=True, slots=True)
class Sending:
    """A quantity write whose outcome is not known: ``desired`` by the ledger, ``target`` as sent.

    ``target`` differs by the unexplained units that were carried over when it was sent.
    """

    desired: int
    target: int

    def lowered(self, *, came_before: bool) -> "Sending":
        """The same after one unit was ordered in this shop; one that came before the write may be carried already."""
        is_carried = came_before and self.target < self.desired
        return Sending(self.desired - 1, self.target - (not is_carried))


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A difference that no fact explains (units, never 0) and when it was first seen like that."""

    units: int
    since: datetime


def shown_for(available: int) -> int:
    """What a listing shows for ``available`` units in the pool: the full pool, within what a listing can show."""
    return min(max(available, 0), QUANTITY_LIMIT)


def promised(told: Told | None, shown: int | None, sending: Sending | None) -> int:
    """Tell the most that buyers may find at a listing until we have read that it is less."""
    agreed = (shown or 0) if told is None else told.quantity + told.slack
    return max(0, agreed, sending.target if sending else 0)


def settle(told: Told | None, sending: Sending, shown: int) -> Told | None:
    """Tell from a read-back whether a write with unknown outcome happened: the nearer number is the true one.

    Of two equally near ones it is the greater: an order that we cannot see yet lowers a number, seldom does anything
    raise it. What lies between the two is nobody's edit: it becomes slack, and the absolute number is written again.
    """
    if told is None:
        return Told(sending.desired) if shown == sending.target else None
    missed = Told(sending.target, told.slack).unexplained(shown)
    kept = Told(told.quantity - sending.desired + sending.target, told.slack).unexplained(shown)
    is_written = (abs(missed), missed > 0) < (abs(kept), kept > 0)
    quantity = sending.desired if is_written else told.quantity
    kept_edit = max(0, sending.target - sending.desired)
    highest = max(sending.target - kept_edit, told.quantity) + told.slack
    return Told(quantity, max(told.slack, min(shown - kept_edit, highest) - quantity))


def is_agreed(told: Told | None, desired: int, shown: int) -> bool:
    """Whether the listing shows what it should, and not by chance.

    An order that we cannot see yet may have lowered a number to the desired one; nothing but a person raises it.
    """
    return shown == desired and (told is None or told.unexplained(shown) >= 0)


def quantity_to_send(told: Told | None, desired: int, shown: int, *, keeps_edit: bool = False) -> int | None:
    """Decide what to write over ``shown``, or ``None`` when nothing may or need be written now.

    An unexplained minus is most likely an order that we cannot see yet (reference 5.1: up to 30 s), so it is
    carried over into the written number; with slack it may be larger than it looks, hidden behind units that came back,
    so then a rise waits. An unexplained plus may be an edit in Seller Center: a rise waits until
    it is settled, a fall is written at once, because selling too much is the worse mistake.
    With ``keeps_edit`` a person has to decide about the difference: it stays as large as it is, and nothing is raised.
    """
    if told is None:
        return None if shown == desired else desired
    units = told.unexplained(shown)
    if units == 0 and shown != desired:
        return desired
    if is_agreed(told, desired, shown) or desired == told.quantity:
        return None
    carried = max(0, desired + units)
    if keeps_edit:
        return carried if carried < shown else None
    if units < 0:
        is_unsure = told.slack > 0 and carried > shown
        return None if is_unsure or carried == shown else carried
    return desired if desired < told.quantity else None


def seen(before: Unexplained | None, units: int, now: datetime) -> Unexplained | None:
    """Remember an unexplained difference; a changed one starts anew, none at all forgets."""
    if units == 0:
        return None
    return before if before is not None and before.units == units else Unexplained(units, now)


def is_settled(difference: Unexplained, read_at: datetime, lag: timedelta) -> bool:
    """Whether a difference has stood for so long that no late order explains it; ``read_at``: orders were asked for.

    By the marketplace's clock: an order that made the difference is in every answer from one ``lag`` later on.
    """
    return read_at - difference.since >= lag
