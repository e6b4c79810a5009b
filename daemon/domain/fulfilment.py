"""How ordered goods leave: packages, ways to hand them over, labels, where they are, and what was paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from daemon.domain.values import Money


class PackageStatus(StrEnum):
    """Where a package stands. ``UNKNOWN`` is a word of the marketplace that we do not know yet."""

    TO_SHIP = "to_ship"
    TO_COLLECT = "to_collect"
    IN_TRANSIT = "in_transit"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Package:
    """What is sent together. Its id changes when it is split or combined, so it is no key for long.

    ``tracking_number`` is empty before it is shipped, and can come a little later.
    """

    id: str
    status: PackageStatus
    order_ids: Sequence[str]
    line_ids: Sequence[str]
    courier: str
    tracking_number: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PickupSlot:
    """When the courier comes (aware UTC)."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class PickUp:
    """The courier fetches it; ``slot`` ``None`` leaves the time to the courier."""

    slot: PickupSlot | None = None


@dataclass(frozen=True, slots=True)
class DropOff:
    """The seller brings it to a counter."""


@dataclass(frozen=True, slots=True)
class OwnCourier:
    """The seller sends it: ``tracking_number`` (4 to 50 letters, digits and ``-_./``) and the id of the courier."""

    courier_id: str
    tracking_number: str


Handover: TypeAlias = PickUp | DropOff | OwnCourier


@dataclass(frozen=True, slots=True)
class HandoverChoices:
    """How a package that the marketplace's courier carries can be handed over. ``slots`` are those still free."""

    can_pick_up: bool
    can_drop_off: bool
    slots: Sequence[PickupSlot]


class LabelState(StrEnum):
    """Whether there is a label: ``COMING`` means that the marketplace is making it, ask again soon."""

    NONE = "none"
    COMING = "coming"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class PackageDetail:
    """What must be known to ship a package. ``needs_own_courier``: the marketplace's couriers do not carry it.

    ``delivery_option_id`` leads to the couriers to choose from. ``trouble`` is the marketplace's word for what went
    wrong on the way; empty when nothing did.
    """

    package: Package
    needs_own_courier: bool
    delivery_option_id: str
    warehouse_id: str
    label: LabelState
    trouble: str


class Document(StrEnum):
    """What is printed for a package."""

    LABEL = "label"
    PACKING_SLIP = "packing_slip"
    BOTH = "both"


class Paper(StrEnum):
    """How large it is printed."""

    A6 = "A6"
    A5 = "A5"


@dataclass(frozen=True, slots=True)
class DeliveryOption:
    """A way of sending that a warehouse offers; ``needs_own_courier`` as in :class:`PackageDetail`."""

    id: str
    name: str
    needs_own_courier: bool


@dataclass(frozen=True, slots=True)
class Courier:
    """Who carries what the seller sends."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a courier said of a parcel, in its own words."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class PriceParts:
    """From the price before any discount to what was charged, and who gave the discount."""

    listed: Money
    by_seller: Money
    by_marketplace: Money
    charged: Money


@dataclass(frozen=True, slots=True)
class PriceDetail:
    """What an order came to: ``goods`` in all and by line id, ``shipping``, and ``paid``, what the buyer gave."""

    goods: PriceParts
    lines: Mapping[str, PriceParts]
    shipping: PriceParts
    paid: Money
