"""Orders of the sandbox and the way they go (reference 5.2, 5.3)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from daemon.domain.values import Platform
from daemon.marketplaces.sandbox.delivery import REGULAR, DeliveryOption
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
CANCELLABLE_ON_REQUEST = CANCELLABLE | {OrderStatus.AWAITING_COLLECTION}


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Who cancelled (``BUYER``, ``SELLER``, ``SYSTEM``) and why: as people read it, and by the marketplace's name."""

    initiator: str
    reason: str
    reason_name: str = ""

    @property
    def says_empty(self) -> bool:
        """Whether nothing was left: the marketplace then takes the goods off sale (reference 3.9)."""
        return self.reason_name.endswith("out_of_stock")


PACKAGE_LOST = Cancellation("SYSTEM", "Paket hilang dalam pengiriman", "package_lost")
"""Why the marketplace cancels an order whose parcel a courier lost (reference 7.5)."""


class CancelStatus(StrEnum):
    """How far a cancellation is (reference 7.3)."""

    PENDING = "CANCELLATION_REQUEST_PENDING"
    SUCCESS = "CANCELLATION_REQUEST_SUCCESS"
    COMPLETE = "CANCELLATION_REQUEST_COMPLETE"
    CANCEL = "CANCELLATION_REQUEST_CANCEL"


@dataclass(slots=True)
class CancelRequest:
    """The record of a cancellation, asked for or done; all times are Unix seconds.

    ``answer_by`` is when the marketplace decides for the seller. ``item_ids`` are its own ids of the order's lines,
    in their order; ``replenish`` tells the seller to put the units on sale again by hand.
    """

    id: str
    order_id: str
    cause: Cancellation
    status: CancelStatus
    created_at: int
    updated_at: int
    answer_by: int
    item_ids: tuple[str, ...]
    replenish: bool
    tell: Callable[["CancelRequest"], None]

    def reach(self, status: CancelStatus, now: int) -> None:
        """Enter ``status``, and tell whoever wants to hear of it."""
        self.status = status
        self.updated_at = now
        self.tell(self)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One unit; ``price`` is what it cost when it was ordered, in whole Rupiah.

    Of a bundle, ``parts`` are the units that it is made of.
    """

    id: str
    listing: Listing
    title: str
    warehouse_id: str
    price: int
    parts: tuple["OrderLine", ...] = ()


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
    delivery: DeliveryOption = REGULAR
    cancel_request: CancelRequest | None = None

    @property
    def is_asked_to_cancel(self) -> bool:
        """Whether the buyer wants it cancelled and waits for the seller's answer."""
        return self.cancel_request is not None and self.cancel_request.status is CancelStatus.PENDING

    @property
    def units(self) -> tuple[OrderLine, ...]:
        """What is taken from a shelf: of a bundle its parts."""
        return tuple(unit for line in self.lines for unit in line.parts or (line,))

    @property
    def paid_at(self) -> int | None:
        """When it was paid (Unix seconds); ``None`` while it is not."""
        return self.reached.get(OrderStatus.ON_HOLD, self.reached.get(OrderStatus.AWAITING_SHIPMENT))

    @property
    def was_collected(self) -> bool:
        """Whether a courier ever had it."""
        return OrderStatus.IN_TRANSIT in self.reached

    def reach(self, status: OrderStatus, now: int) -> None:
        """Enter ``status``."""
        self.status = status
        self.updated_at = now
        self.reached[status] = now
