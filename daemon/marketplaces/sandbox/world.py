"""The pretended marketplace: shops, their stock, their orders, and the rules by which these change.

No I/O: clock and randomness are handed in. Everything happens in one event loop, and no method awaits, so
each is one step that nobody sees half done.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import TypeAlias

from daemon.domain.values import Platform
from daemon.marketplaces.sandbox.goods import IdSequence, Listing, Product, ProductStatus, Warehouse
from daemon.marketplaces.sandbox.orders import CANCELLABLE, NEXT, Cancellation, Order, OrderLine, OrderStatus
from daemon.marketplaces.sandbox.people import invent_buyer

Clock: TypeAlias = Callable[[], float]
"""Tells the time in Unix seconds."""


class UnknownNameError(Exception):
    """There is no such shop, listing or order."""


class NotPossibleError(Exception):
    """The marketplace's rules forbid it now; nothing was changed."""


@dataclass(slots=True)
class Shop:
    """One seller's shop."""

    name: str
    id: str
    code: str
    cipher: str
    warehouses: tuple[Warehouse, ...]
    products: dict[str, Product]
    listings: dict[str, Listing] = field(init=False)
    by_seller_sku: dict[str, Listing] = field(init=False)

    def __post_init__(self) -> None:
        every = [listing for product in self.products.values() for listing in product.listings]
        self.listings = {listing.id: listing for listing in every}
        self.by_seller_sku = {listing.seller_sku: listing for listing in every}


class World:
    """All shops and orders. Lookups raise :class:`UnknownNameError`, refused changes :class:`NotPossibleError`."""

    def __init__(self, shops: Mapping[str, Shop], *, rng: Random, clock: Clock) -> None:
        self.shops = dict(shops)
        self.orders: dict[str, Order] = {}
        self._rng = rng
        self._clock = clock
        self._order_ids = IdSequence(rng, prefix="58", digits=18)
        self._package_ids = IdSequence(rng, prefix="115", digits=19)
        self._user_ids = IdSequence(rng, prefix="749", digits=19)

    def now(self) -> int:
        """Tell the time in whole Unix seconds, as the marketplace stamps it."""
        return int(self._clock())

    def utc(self) -> datetime:
        """Tell the time to the microsecond."""
        return datetime.fromtimestamp(self._clock(), UTC)

    def shop(self, name: str) -> Shop:
        """Find a shop by name."""
        if name not in self.shops:
            raise UnknownNameError(f"no shop is called {name!r}; there are {', '.join(self.shops)}")
        return self.shops[name]

    def listing(self, shop: str, seller_sku: str) -> Listing:
        """Find a listing by the seller's own code."""
        found = self.shop(shop).by_seller_sku.get(seller_sku)
        if found is None:
            raise UnknownNameError(f"{shop} sells nothing under the SKU {seller_sku!r}")
        return found

    def order(self, order_id: str) -> Order:
        """Find an order by id."""
        if order_id not in self.orders:
            raise UnknownNameError(f"there is no order {order_id}")
        return self.orders[order_id]

    def orders_of(self, shop: str) -> list[Order]:
        """List a shop's orders, oldest first."""
        return [order for order in self.orders.values() if order.shop == shop]

    def place_order(
        self,
        shop: str,
        wanted: Mapping[str, int],
        *,
        platform: Platform = Platform.TIKTOK_SHOP,
        status: OrderStatus = OrderStatus.AWAITING_SHIPMENT,
    ) -> Order:
        """Let somebody order ``wanted`` (seller SKU to units). The units leave the available stock at once."""
        seller = self.shop(shop)
        basket = {self.listing(shop, seller_sku): quantity for seller_sku, quantity in wanted.items()}
        self._check_basket(seller, basket)
        now = self.now()
        order = Order(
            id=self._order_ids.next(),
            shop=shop,
            platform=platform,
            status=OrderStatus.UNPAID,
            created_at=now,
            updated_at=now,
            buyer=invent_buyer(self._rng, self._user_ids.next()),
            package_id=self._package_ids.next(),
            lines=tuple(self._take_units(seller, basket)),
        )
        order.reach(status, now)
        self.orders[order.id] = order
        return order

    def advance(self, order: Order) -> None:
        """Bring an order one step further: paid, released, shipped, collected, delivered, completed."""
        if order.status not in NEXT:
            raise NotPossibleError(f"order {order.id} is {order.status} and goes no further")
        order.reach(NEXT[order.status], self.now())
        if order.status is OrderStatus.AWAITING_COLLECTION:
            order.tracking_number = f"{order.buyer.courier.tracking_prefix}{self._rng.randrange(10**11, 10**12)}"
        if order.status is OrderStatus.IN_TRANSIT:
            for line in order.lines:
                line.listing.stocks[line.warehouse_id].committed -= 1

    def cancel(self, order: Order, cancellation: Cancellation) -> None:
        """Cancel an order that is not yet shipped: its units can be ordered again."""
        if order.status not in CANCELLABLE:
            raise NotPossibleError(f"order {order.id} is {order.status}; only unshipped orders can be cancelled")
        order.reach(OrderStatus.CANCELLED, self.now())
        order.cancellation = cancellation
        for line in order.lines:
            stock = line.listing.stocks[line.warehouse_id]
            stock.committed -= 1
            stock.available += 1

    def touch(self, shop: Shop, listing: Listing) -> None:
        """Note that somebody edited the listing. Orders do not do this: see the reference, 3.2."""
        shop.products[listing.product_id].updated_at = self.now()

    def _take_units(self, seller: Shop, basket: Mapping[Listing, int]) -> Iterator[OrderLine]:
        for listing, quantity in basket.items():
            title = seller.products[listing.product_id].title
            for place in listing.take(quantity):
                yield OrderLine(self._order_ids.next(), listing, title, place, listing.price)

    @staticmethod
    def _check_basket(seller: Shop, basket: Mapping[Listing, int]) -> None:
        for listing in basket:
            status = seller.products[listing.product_id].status
            if status is not ProductStatus.ACTIVATE:
                raise NotPossibleError(f"{listing.seller_sku} is not on sale ({status})")
        short = [
            f"{listing.seller_sku} (wanted {quantity}, available {listing.available})"
            for listing, quantity in basket.items()
            if quantity > listing.available
        ]
        if short:
            raise NotPossibleError(f"not enough stock: {', '.join(short)}")
