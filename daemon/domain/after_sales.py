"""What happens after the sale: buyers who cancel, and goods that come back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from daemon.domain.values import Sku


class CancelState(StrEnum):
    """How far a cancellation is. ``ASKED``: a buyer waits for the seller's answer; ``DROPPED``: the order stands."""

    ASKED = "asked"
    GRANTED = "granted"
    DROPPED = "dropped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A cancellation, asked for or done. ``reason`` is for people, ``reason_name`` is the marketplace's own.

    ``answer_by``: until when the seller has to answer, ``None`` where nothing is asked. ``must_replenish``: the
    marketplace says that it did not put the units on sale again.
    """

    shop: str
    id: str
    order_id: str
    is_by_buyer: bool
    state: CancelState
    reason: str
    reason_name: str
    updated_at: datetime
    answer_by: datetime | None
    must_replenish: bool


class ReturnKind(StrEnum):
    """What the buyer asked for: money alone, money for the goods, or other goods."""

    REFUND = "refund"
    RETURN = "return"
    REPLACEMENT = "replacement"
    UNKNOWN = "unknown"


class ReturnState(StrEnum):
    """How far a return is.

    ``ASKED``: the seller has to answer; ``AWAITED``: the buyer has to send the goods; ``SENT``: they are on their way,
    or wait for the seller to say so; ``SETTLED``: granted to the end, the goods with it where there are any;
    ``DROPPED``: refused, withdrawn or too late.
    """

    ASKED = "asked"
    AWAITED = "awaited"
    SENT = "sent"
    SETTLED = "settled"
    DROPPED = "dropped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One unit of an order that the buyer wants to give back."""

    order_line_id: str
    sku: Sku
    product_name: str
    variant: str


@dataclass(frozen=True, slots=True)
class Return:
    """A return that was asked for at ``asked_at``.

    ``answer_by``: until when the seller has to act, ``None`` where it is not their turn. ``keeps_goods``: the buyer
    need not send anything back.
    """

    shop: str
    id: str
    order_id: str
    kind: ReturnKind
    state: ReturnState
    reason: str
    asked_at: datetime
    updated_at: datetime
    answer_by: datetime | None
    keeps_goods: bool
    lines: tuple[ReturnLine, ...]

    @property
    def is_received(self) -> bool:
        """Whether the marketplace says which goods the seller has again. In which state they are it cannot know."""
        is_settled = self.kind is ReturnKind.RETURN and self.state is ReturnState.SETTLED
        return is_settled and not self.keeps_goods and bool(self.lines)


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason that may be given now: ``name`` is sent, ``text`` is for people."""

    name: str
    text: str
