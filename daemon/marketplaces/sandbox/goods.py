"""What a sandbox shop sells and where it lies: warehouses, products, listings and their stock."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

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
    """Units of one listing in one warehouse: ``available`` to order, ``committed`` to open orders."""

    available: int
    committed: int = 0


@dataclass(slots=True, eq=False)
class Listing:
    """One SKU of a product. ``price`` is whole Rupiah; ``stocks`` is by warehouse id, default warehouse first."""

    id: str
    product_id: str
    seller_sku: str
    attributes: tuple[tuple[str, str], ...]
    price: int
    stocks: dict[str, Stock]

    @property
    def available(self) -> int:
        """Units buyers can still order, over all warehouses."""
        return sum(stock.available for stock in self.stocks.values())

    @property
    def committed(self) -> int:
        """Units promised to open orders, over all warehouses."""
        return sum(stock.committed for stock in self.stocks.values())

    @property
    def variant(self) -> str:
        """The variant as buyers read it: ``Hitam, XL``."""
        return ", ".join(value for _, value in self.attributes)

    def take(self, quantity: int) -> list[str]:
        """Move ``quantity`` units from available to committed; give the warehouse of each one."""
        places: list[str] = []
        for warehouse_id, stock in self.stocks.items():
            taken = min(quantity - len(places), stock.available)
            stock.available -= taken
            stock.committed += taken
            places += [warehouse_id] * taken
        return places

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
    """A product with its listings. Times are Unix seconds; ``is_on_tiktok`` is false for Tokopedia-only goods."""

    id: str
    title: str
    description: str
    category: Category
    status: ProductStatus
    is_on_tiktok: bool
    is_on_tokopedia: bool
    created_at: int
    updated_at: int
    listings: list[Listing]


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
