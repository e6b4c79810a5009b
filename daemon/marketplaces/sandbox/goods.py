"""What a sandbox shop sells and where it lies: warehouses, products, listings and their stock."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import TypeAlias

from daemon.domain.values import Platform

CURRENCY = "IDR"


class ProductStatus(StrEnum):
    """The marketplace's product states (reference 3.1)."""

    DRAFT = "DRAFT"
    PENDING = "PENDING"
    FAILED = "FAILED"
    ACTIVATE = "ACTIVATE"
    SELLER_DEACTIVATED = "SELLER_DEACTIVATED"
    PLATFORM_DEACTIVATED = "PLATFORM_DEACTIVATED"
    FREEZE = "FREEZE"
    DELETED = "DELETED"


STOCK_EDITABLE = frozenset(
    {
        ProductStatus.DRAFT,
        ProductStatus.PENDING,
        ProductStatus.FAILED,
        ProductStatus.ACTIVATE,
        ProductStatus.SELLER_DEACTIVATED,
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a warehouse stands or a buyer lives."""

    street: str
    district: str
    city: str
    province: str
    postal_code: str


@dataclass(frozen=True, slots=True)
class Warehouse:
    """One warehouse; the same building used for sales and returns has two ids and one ``entity_id``."""

    id: str
    entity_id: str
    name: str
    place: Place
    contact: str
    is_default: bool
    is_for_returns: bool = False


@dataclass(slots=True)
class Stock:
    """Units of one listing in one warehouse: ``available`` to order, ``committed`` to open orders.

    Of the available ones a campaign was promised ``pledged``.
    """

    available: int
    committed: int = 0
    pledged: int = 0

    @property
    def locked(self) -> int:
        """Units that are for the campaign: no update may leave fewer (reference 3.5)."""
        return min(self.pledged, self.available)


Part: TypeAlias = tuple["Listing", int]


@dataclass(slots=True, eq=False)
class Listing:
    """One SKU of a product. ``price`` is whole Rupiah; ``stocks`` is by warehouse id, default warehouse first.

    ``restocks``: units of cancelled orders can be ordered again by themselves (reference 3.9). ``parts`` are the
    listings that a bundle is made of, and how many units of each; others have none.
    """

    id: str
    product_id: str
    seller_sku: str
    attributes: tuple[tuple[str, str], ...]
    price: int
    stocks: Mapping[str, Stock]
    restocks: bool = True
    parts: tuple["Part", ...] = ()

    @property
    def available(self) -> int:
        """Units buyers can still order, over all warehouses."""
        return sum(stock.available for stock in self.stocks.values())

    @property
    def committed(self) -> int:
        """Units promised to open orders, over all warehouses."""
        return sum(stock.committed for stock in self.stocks.values())

    @property
    def locked(self) -> int:
        """Units that are for campaigns, over all warehouses."""
        return sum(stock.locked for stock in self.stocks.values())

    @property
    def variant(self) -> str:
        """The variant as buyers read it: ``Hitam, XL``."""
        return ", ".join(value for _, value in self.attributes)

    @property
    def shelves(self) -> tuple["Listing", ...]:
        """The listings that have the stock: of a bundle its parts."""
        return tuple(part for part, _ in self.parts) or (self,)

    def take(self, quantity: int) -> list[str]:
        """Move ``quantity`` units from available to committed; give the warehouse of each one."""
        places: list[str] = []
        for warehouse_id, stock in self.stocks.items():
            taken = min(quantity - len(places), stock.available)
            stock.available -= taken
            stock.committed += taken
            places += [warehouse_id] * taken
        return places

    def lock(self, quantity: int) -> None:
        """Keep ``quantity`` units in all for a campaign, out of the first warehouses that have them; 0 ends it."""
        for stock in self.stocks.values():
            stock.pledged = min(quantity, stock.available)
            quantity -= stock.pledged

    def set_available(self, quantity: int) -> None:
        """Make ``quantity`` the sum over all warehouses; the first one absorbs the difference as far as it can."""
        for stock in self.stocks.values():
            others = self.available - stock.available
            stock.available = max(0, quantity - others)


@dataclass(frozen=True, slots=True)
class Category:
    """Two levels of the category tree."""

    parent_id: str
    parent_name: str
    id: str
    name: str


@dataclass(slots=True)
class Product:
    """A product with its listings. ``windows`` is its status in each window that lists it; times are Unix seconds."""

    id: str
    title: str
    description: str
    category: Category
    windows: dict[Platform, ProductStatus]
    created_at: int
    updated_at: int
    listings: list[Listing]

    @property
    def status(self) -> ProductStatus:
        """What rules whether it may be edited: the TikTok Shop status, or that of goods on Tokopedia only."""
        return self.windows.get(Platform.TIKTOK_SHOP) or self.windows[Platform.TOKOPEDIA]

    def is_on_sale(self, platform: Platform) -> bool:
        """Whether buyers can order it in a window; where it is not listed, the other window's word counts."""
        return self.windows.get(platform, self.status) is ProductStatus.ACTIVATE


class IdSequence:
    """Digit strings of one length that only grow, as the marketplace's ids do."""

    def __init__(self, rng: Random, *, prefix: str, digits: int) -> None:
        self._rng = rng
        room = digits - len(prefix)
        self._last = int(prefix) * 10**room + rng.randrange(10 ** (room - 1))

    def next(self) -> str:
        """Give the next id."""
        self._last += self._rng.randrange(1, 10**6)
        return str(self._last)
