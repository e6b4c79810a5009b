"""What a shop's refusal means for the seller: how often it came, since when, and what helps."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from daemon.domain.messages import Message, message

DEAD_AFTER = 5
"""A write that was refused so often in a row will most likely be refused again: a person has to act."""


class Cure(StrEnum):
    """What kind of thing helps against a refusal."""

    PROMOTION = "promotion"
    STATUS = "status"
    GONE = "gone"
    RANGE = "range"
    WAREHOUSE = "warehouse"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A write that a shop refused ``times`` in a row, wanted ``since``; ``reason`` is in the marketplace's words."""

    reason: str
    cure: Cure
    times: int
    since: datetime

    @property
    def is_dead(self) -> bool:
        """Whether trying again is no longer likely to help."""
        return self.times >= DEAD_AFTER


def as_plain(refusal: Refusal) -> dict[str, str | int | bool]:
    """Show a refusal as plain data; the time is ISO 8601, UTC."""
    return {
        "reason": refusal.reason,
        "cure": refusal.cure.value,
        "times": refusal.times,
        "since": refusal.since.isoformat(),
        "is_dead": refusal.is_dead,
    }


def told(shop: str, refusal: Refusal) -> Message:
    """Put a refusal into words; a dead one with what helps."""
    if not refusal.is_dead:
        return message("push.refused", shop=shop, reason=refusal.reason)
    since = int(refusal.since.timestamp())
    return message(f"push.dead_{refusal.cure}", shop=shop, reason=refusal.reason, count=refusal.times, since=since)
