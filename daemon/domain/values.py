"""The nouns every part shares: listings, orders, money, as a marketplace shows them.

Times are aware UTC ``datetime``. Ids are text. Quantities are whole units.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, TypeAlias

Sku = NewType("Sku", str)
"""The seller's own code: the key that groups listings and finds the workbook row. Always text."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in whole units of ``currency`` (IDR is not divided in practice: Rp 55.000 is 55000)."""

    amount: int
    currency: str = "IDR"


@dataclass(frozen=True, slots=True, order=True)
class ListingId:
    """What identifies a listing; the seller SKU only groups listings."""

    shop: str
    product_id: str
    sku_id: str


class ListingStatus(StrEnum):
    """Whether buyers see a listing. ``OTHER`` covers review, freeze and words we do not know."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"
    OTHER = "other"


class WindowState(StrEnum):
    """How goods stand in one shop window. ``LOCKED`` is the marketplace's word: frozen, refused, or unknown to us."""

    ON = "on"
    OFF = "off"
    IN_REVIEW = "in_review"
    LOCKED = "locked"


Windows: TypeAlias = tuple[tuple["Platform", WindowState], ...]
"""How goods stand in each shop window that lists them, by the window's name; empty where that was not told."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing as a catalogue sweep shows it.

    ``sku`` is empty when the seller gave none. ``quantity`` is what buyers can still order, over all
    of the seller's own warehouses; ``None`` where the marketplace did not say.
    """

    id: ListingId
    sku: Sku
    title: str
    variant: str
    status: ListingStatus
    windows: Windows
    price: Money | None
    quantity: int | None
    price_is_editable: bool = True
    quantity_is_editable: bool = True

    @property
    def platforms(self) -> frozenset["Platform"]:
        """The windows that list it."""
        return frozenset(platform for platform, _ in self.windows)


@dataclass(frozen=True, slots=True)
class Quantity:
    """Stock of one listing as the marketplace shows it: ``available`` to order, ``committed`` to open orders."""

    available: int
    committed: int


class Platform(StrEnum):
    """Where the buyer ordered (TT-10, TT-11)."""

    TIKTOK_SHOP = "TIKTOK_SHOP"
    TOKOPEDIA = "TOKOPEDIA"
    OTHER = "OTHER"


class OrderStatus(StrEnum):
    """Where an order stands. ``UNKNOWN`` is a word of the marketplace that we do not know yet."""

    UNPAID = "unpaid"
    ON_HOLD = "on_hold"
    TO_SHIP = "to_ship"
    PARTLY_SHIPPED = "partly_shipped"
    TO_COLLECT = "to_collect"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One unit of one listing in an order (TikTok Shop has no quantity: two shirts are two lines).

    ``is_cancelled`` is the state of this line, which can differ from its order's. ``part_of``: the id of the line that
    it is told instead of, where that is a bundle of the marketplace's making.
    """

    id: str
    listing: ListingId
    sku: Sku
    product_name: str
    variant: str
    price: Money
    is_cancelled: bool
    is_gift: bool = False
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the marketplace shows it now. ``takes_our_stock`` is false for goods the platform stores itself.

    ``buyer`` and ``recipient`` texts are masked by the connector before they get here (invariant 7).
    ``ship_by`` is the latest time to hand over; ``None`` means the marketplace did not say.
    ``cancel_reason`` is in the marketplace's words; empty while nothing of it is cancelled.
    ``left_at`` is when a courier had the first of its goods; ``None`` as long as none has, or nobody said so.
    """

    shop: str
    id: str
    status: OrderStatus
    platform: Platform
    takes_our_stock: bool
    created_at: datetime
    updated_at: datetime
    ship_by: datetime | None
    buyer: str
    courier: str
    tracking_number: str
    invoice: str
    lines: tuple[OrderLine, ...]
    cancel_reason: str = ""
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShopIdentity:
    """Who the credentials belong to."""

    shop_id: str
    name: str
    region: str
