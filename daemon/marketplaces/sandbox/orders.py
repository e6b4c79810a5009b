"""Orders of the sandbox and the way they go (reference 5.2, 5.3)."""

from dataclasses import dataclass, field
from enum import StrEnum

from daemon.domain.values import Platform
from daemon.marketplaces.sandbox.goods import Listing
from daemon.marketplaces.sandbox.people import Buyer


class OrderStatus(StrEnum):
    """The marketplace's order states, in the order in which an undisturbed order passes them."""

    UNPAID = "UNPAID"
    ON_HOLD = "ON_HOLD"
    AWAITING_SHIPMENT = "AWAITING_SHIPMENT"
    PARTIALLY_SHIPPING = "PARTIALLY_SHIPPING"
    AWAITING_COLLECTION = "AWAITING_COLLECTION"
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERED = "DELIVERED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


NEXT = {
    OrderStatus.UNPAID: OrderStatus.ON_HOLD,
    OrderStatus.ON_HOLD: OrderStatus.AWAITING_SHIPMENT,
    OrderStatus.AWAITING_SHIPMENT: OrderStatus.AWAITING_COLLECTION,
    OrderStatus.AWAITING_COLLECTION: OrderStatus.IN_TRANSIT,
    OrderStatus.IN_TRANSIT: OrderStatus.DELIVERED,
    OrderStatus.DELIVERED: OrderStatus.COMPLETED,
}
CANCELLABLE = frozenset({OrderStatus.UNPAID, OrderStatus.ON_HOLD, OrderStatus.AWAITING_SHIPMENT})


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Who cancelled (``BUYER``, ``SELLER``, ``SYSTEM``) and the reason as people read it."""

    initiator: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One unit; ``price`` is what it cost when it was ordered, in whole Rupiah."""

    id: str
    listing: Listing
    title: str
    warehouse_id: str
    price: int


@dataclass(slots=True)
class Order:
    """One order. ``reached`` tells when each status was reached; all times are Unix seconds.

    Before ``shown_from`` no search finds it (reference 5.1).
    """

    id: str
    shop: str
    platform: Platform
    status: OrderStatus
    created_at: int
    updated_at: int
    buyer: Buyer
    package_id: str
    lines: tuple[OrderLine, ...]
    reached: dict[OrderStatus, int] = field(default_factory=dict)
    tracking_number: str = ""
    cancellation: Cancellation | None = None
    shown_from: int = 0
    handover_method: str = ""
    pickup_slot: tuple[int, int] | None = None

    @property
    def paid_at(self) -> int | None:
        """When it was paid (Unix seconds); ``None`` while it is not."""
        return self.reached.get(OrderStatus.ON_HOLD, self.reached.get(OrderStatus.AWAITING_SHIPMENT))

    def reach(self, status: OrderStatus, now: int) -> None:
        """Enter ``status``."""
        self.status = status
        self.updated_at = now
        self.reached[status] = now
