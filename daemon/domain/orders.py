"""What an order line does to the ledger: exactly once when it appears, exactly once when it is cancelled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from daemon.domain.stock import Cause, Movement
from daemon.domain.values import ListingId, Order, OrderStatus, Sku

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

OPEN = RESERVED | {OrderStatus.UNKNOWN}
"""Of these orders it is not known yet whether their goods leave."""

EMPTY_WORDS = ("out_of_stock", "out of stock", "stok habis", "kehabisan stok", "stok kosong", "stok tidak tersedia")
"""How a cancellation says that nothing was left; marketplaces give a name, or words in the seller's language."""

SHIPPED = frozenset({OrderStatus.IN_TRANSIT, OrderStatus.DELIVERED, OrderStatus.COMPLETED})
"""The goods have left: a later cancellation does not bring them back by itself."""


def has_shipped(order: Order) -> bool:
    """Whether its goods have left the shelf: also those of a parcel that got lost and an order cancelled for it.

    Of an order that is not cancelled as a whole, some goods can have left and others not: its status tells.
    """
    return order.status in SHIPPED or (order.status is OrderStatus.CANCELLED and order.left_at is not None)


def says_empty(reason: str) -> bool:
    """Whether a cancellation was given because nothing was left."""
    words = reason.casefold()
    return any(each in words for each in EMPTY_WORDS)


@dataclass(frozen=True, slots=True)
class LineFact:
    """An order line whose effect on the ledger may be incomplete.

    ``taken`` are the units that the ledger took for it by SKU, several where it is a bundle, none as long as it is not
    booked; ``is_returned``: they were given back. ``has_shipped`` is true once the order was ever seen on its way,
    ``is_reserving`` while its units are promised and on the shelf, or were when the file was saved, and have left
    since.
    """

    order_id: str
    line_id: str
    listing: ListingId
    sku: Sku
    created_at: datetime
    is_cancelled: bool
    has_shipped: bool
    is_returned: bool
    taken: Mapping[Sku, int] = field(default_factory=dict)
    is_reserving: bool = False

    @property
    def is_taken(self) -> bool:
        """Whether the ledger has it."""
        return bool(self.taken)

    @property
    def reference(self) -> str:
        """The natural key of its movements."""
        return f"{self.listing.shop}/{self.order_id}/{self.line_id}"


@dataclass(frozen=True, slots=True)
class Goods:
    """What one line takes of a SKU; ``opened_at``: orders before it are inside the number that opened its stock."""

    sku: Sku
    units: int
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class LineEffect:
    """Movements of one line, and whether its listing in the shop went down by it (and perhaps up again)."""

    movements: tuple[Movement, ...] = ()
    lowers_listing: bool = False
    raises_listing: bool = False


def effect_of(line: LineFact, opened_at: datetime, parts: Sequence[Goods] = ()) -> LineEffect:
    """Tell what is still to be booked for ``line``: one unit of its SKU, opened at ``opened_at``, or its ``parts``.

    An order older than that is already inside the opening number: it is booked together with an equal opening,
    so that the ledger shows it, a later cancellation counts, and the sum stays. Marketplaces stamp orders in whole
    seconds: one of the very second counts as younger, so that a mistake sells too few and not too many.
    A cancellation gives back what was taken, whatever the line would take today.
    """
    is_given_back = line.is_cancelled and not line.is_returned and not line.has_shipped
    if line.is_taken:
        back = tuple(Movement(sku, units, Cause.CANCEL, line.reference) for sku, units in line.taken.items())
        return LineEffect(back, raises_listing=True) if is_given_back else LineEffect()
    goods = parts or (Goods(line.sku, 1, opened_at),)
    movements = tuple(move for each in goods for move in _taking(line, each, is_given_back=is_given_back))
    # A line that leaves no trace in the ledger comes again in every cycle: it must leave none in its listing either.
    is_lowered = bool(movements) and line.created_at >= opened_at
    return LineEffect(movements, lowers_listing=is_lowered, raises_listing=is_lowered and is_given_back)


def _taking(line: LineFact, goods: Goods, *, is_given_back: bool) -> Iterator[Movement]:
    is_inside = line.created_at < goods.opened_at
    if is_inside and line.is_cancelled:
        return
    if is_inside:
        yield Movement(goods.sku, goods.units, Cause.OPENING, line.reference)
    yield Movement(goods.sku, -goods.units, Cause.ORDER, line.reference)
    if is_given_back:
        yield Movement(goods.sku, goods.units, Cause.CANCEL, line.reference)
