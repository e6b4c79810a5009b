"""What an order line does to the ledger: exactly once when it appears, exactly once when it is cancelled."""

from dataclasses import dataclass
from datetime import datetime

from daemon.domain.stock import Cause, Movement
from daemon.domain.values import ListingId, OrderStatus, Sku

RESERVED = frozenset(
    {
        OrderStatus.UNPAID,
        OrderStatus.ON_HOLD,
        OrderStatus.TO_SHIP,
        OrderStatus.PARTLY_SHIPPED,
        OrderStatus.TO_COLLECT,
    },
)
"""Units of these orders are promised and still on the seller's shelf (reference 5.3)."""

SHIPPED = frozenset({OrderStatus.IN_TRANSIT, OrderStatus.DELIVERED, OrderStatus.COMPLETED})
"""The goods have left: a later cancellation does not bring them back by itself."""


@dataclass(frozen=True, slots=True)
class LineFact:
    """An order line whose effect on the ledger may be incomplete.

    ``is_taken`` and ``is_returned`` say which movements the ledger has already; ``has_shipped`` is true once the
    order was ever seen on its way.
    """

    order_id: str
    line_id: str
    listing: ListingId
    sku: Sku
    created_at: datetime
    is_cancelled: bool
    has_shipped: bool
    is_taken: bool
    is_returned: bool

    @property
    def reference(self) -> str:
        """The natural key of its movements."""
        return f"{self.listing.shop}/{self.order_id}/{self.line_id}"


@dataclass(frozen=True, slots=True)
class LineEffect:
    """Movements of one line, and whether its listing in the shop went down by it (and perhaps up again)."""

    movements: tuple[Movement, ...] = ()
    lowers_listing: bool = False
    raises_listing: bool = False


def effect_of(line: LineFact, opened_at: datetime) -> LineEffect:
    """Tell what is still to be booked for ``line``; its product's stock was first seen at ``opened_at``.

    An order older than that is already inside the opening number: it is booked together with an equal opening,
    so that the ledger shows it, a later cancellation counts, and the sum stays. Marketplaces stamp orders in whole
    seconds: one of the very second counts as younger, so that a mistake sells too few and not too many.
    """
    is_given_back = line.is_cancelled and not line.is_returned and not line.has_shipped
    if line.is_taken:
        return LineEffect((_move(line, Cause.CANCEL),), raises_listing=True) if is_given_back else LineEffect()
    taken = _move(line, Cause.ORDER)
    if line.created_at < opened_at:
        return LineEffect() if line.is_cancelled else LineEffect((_move(line, Cause.OPENING), taken))
    if is_given_back:
        return LineEffect((taken, _move(line, Cause.CANCEL)), lowers_listing=True, raises_listing=True)
    return LineEffect((taken,), lowers_listing=True)


def _move(line: LineFact, cause: Cause) -> Movement:
    return Movement(line.sku, -1 if cause is Cause.ORDER else 1, cause, line.reference)
