"""Reconciliation: what comparing every listing with what it should show came to, and when that is due again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from daemon.domain.values import ListingId, Sku

MOST_LINES = 200
"""So many differing listings are kept by name; all are counted."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When large shops are compared as a whole: at least ``every`` so often, and once a day ``at`` a local time."""

    every: timedelta
    at: time


def is_due(swept_at: datetime | None, now: datetime, rhythm: Rhythm, *, zone: tzinfo) -> bool:
    """Whether a shop last read as a whole at ``swept_at`` is to be read again. A clock that went back makes it due."""
    if swept_at is None or not swept_at <= now < swept_at + rhythm.every:
        return True
    today = datetime.combine(now.astimezone(zone).date(), rhythm.at, zone)
    last = today if today <= now else datetime.combine(today.date() - timedelta(days=1), rhythm.at, zone)
    return swept_at < last


class Outcome(StrEnum):
    """What a comparison came to.

    ``EXPLAINED``: orders, cancellations or an edit that was taken over account for the number. ``CORRECTED``: another
    one is written. ``KEPT``: another one is due, and nothing is sent to the shop for now. ``WAITING``: it has to stand
    for a while. ``ASKED``: the seller decides. ``UNREAD``: the shop did not show it.
    """

    EQUAL = "equal"
    EXPLAINED = "explained"
    CORRECTED = "corrected"
    KEPT = "kept"
    WAITING = "waiting"
    ASKED = "asked"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Line:
    """One listing that was read and not simply equal; ``None`` for a number that is not known."""

    listing: ListingId
    sku: Sku
    shown: int | None
    expected: int | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Recon:
    """What comparing the shops came to: how many listings by outcome, and the first that were not equal."""

    counts: Mapping[Outcome, int]
    lines: tuple[Line, ...]

    @property
    def checked(self) -> int:
        """Listings that were read and compared."""
        return sum(self.counts.values()) - self.counts[Outcome.UNREAD]
