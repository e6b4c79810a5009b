"""What the course of a push asks of stock and of prices."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol, TypeAlias

from daemon.domain.plan import Target
from daemon.domain.values import ListingId
from daemon.mirror import Transaction
from daemon.mirror.outbox import Due


class Otherwise(Enum):
    """What to do with a command instead of writing: it is fulfilled, must wait, or only the seller can decide it."""

    FULFILLED = "fulfilled"
    LATER = "later"
    ASK = "ask"


Decision: TypeAlias = int | Otherwise


@dataclass(frozen=True, slots=True)
class Write:
    """One value about to be written over ``shown``; ``read_at`` by the marketplace's clock."""

    command: Due
    value: int
    shown: int
    read_at: datetime


class Aim(Protocol):
    """Stock, or prices."""

    @property
    def target(self) -> Target:
        """Which commands it works off."""
        ...

    async def read(self, listings: Sequence[ListingId]) -> Mapping[ListingId, int]:
        """Read what listings show now; unknown ones are missing."""
        ...

    def decide(self, tx: Transaction, command: Due, shown: int, now: datetime) -> Decision:
        """Decide what to write over ``shown``; settles an earlier write that got no answer."""
        ...

    def together(self, write: Write) -> Hashable:
        """Tell which writes go out together: those of which this is the same."""
        ...

    async def write(self, values: Mapping[ListingId, int]) -> Mapping[ListingId, str]:
        """Write values that go out together; returns the refused ones with the reason."""
        ...

    def has_happened(self, write: Write, shown: int) -> bool:
        """Whether a read-back proves the write."""
        ...
