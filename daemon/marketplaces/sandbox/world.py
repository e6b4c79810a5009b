"""The pretended marketplace: shops, their stock, their orders, and the rules by which these change.

No I/O: clock and randomness are handed in. Everything happens in one event loop, and no method awaits, so
each is one step that nobody sees half done.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import TypeAlias

from daemon.domain.values import Platform
from daemon.marketplaces.sandbox.after_sales_returns import Return
from daemon.marketplaces.sandbox.deadlines import REFUND_S, TIMED_OUT, stays_until
from daemon.marketplaces.sandbox.diary import Diary
from daemon.marketplaces.sandbox.goods import IdSequence, Listing, Product, Warehouse
from daemon.marketplaces.sandbox.orders import (
    CANCELLABLE,
    CANCELLABLE_ON_REQUEST,
    NEXT,
    PACKAGE_LOST,
    Cancellation,
    CancelRequest,
    CancelStatus,
    Order,
    OrderLine,
    OrderStatus,
)
from daemon.marketplaces.sandbox.people import invent_buyer
from daemon.marketplaces.sandbox.reviews import Reviews
from daemon.marketplaces.sandbox.webhooks import Source, Webhooks

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
        self.by_seller_sku = _by_seller_sku(every)

    def rename(self, listing: Listing, seller_sku: str) -> None:
        """Give a listing another code; of two with the same one the first is found by it."""
        listing.seller_sku = seller_sku
        self.by_seller_sku = _by_seller_sku(self.listings.values())


class World:
    """All shops and orders. Lookups raise :class:`UnknownNameError`, refused changes :class:`NotPossibleError`."""

    def __init__(self, shops: Mapping[str, Shop], *, rng: Random, clock: Clock) -> None:
        self.shops = dict(shops)
        self.orders: dict[str, Order] = {}
        self.cancel_requests: dict[str, CancelRequest] = {}
        self.returns: dict[str, Return] = {}
        self.answered: set[tuple[str, str]] = set()
        """Paths and idempotency keys of the answers that sellers gave to requests."""
        self.diary = Diary()
        self.webhooks = Webhooks({shop.name: shop.id for shop in shops.values()}, self.now)
        # A source of its own: who asks for nothing must not change what else happens by the same seed.
        self.after_sales_ids = IdSequence(Random(0), prefix="4039", digits=19)  # noqa: S311  # ids are no secret
        self.reviews = Reviews(self.now)
        self.search_lag_s = 0
        self.orders_move = False
        self._clock = clock
        # Sources of their own: how many units an order has must not change who orders next.
        self._order_ids = IdSequence(_source(rng), prefix="58", digits=18)
        self._package_ids = IdSequence(_source(rng), prefix="115", digits=19)
        self._user_ids = IdSequence(_source(rng), prefix="749", digits=19)
        self._people = _source(rng)

    def now(self) -> int:
        """Tell the time in whole Unix seconds, as the marketplace stamps it: an appointment is kept at its own time."""
        return int(self._clock()) if self.diary.moment is None else self.diary.moment

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
        if (found := self.shop(shop).by_seller_sku.get(seller_sku)) is None:
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
        """Let somebody order ``wanted`` (seller SKU to units)."""
        basket = {self.listing(shop, seller_sku): quantity for seller_sku, quantity in wanted.items()}
        return self.sell(self.shop(shop), basket, platform=platform, status=status)

    def sell(self, seller: Shop, basket: Mapping[Listing, int], *, platform: Platform, status: OrderStatus) -> Order:
        """Let somebody order so many of each listing. The units leave the available stock at once."""
        self.reviews.end()
        self._check_basket(seller, basket, platform)
        now = self.now()
        with self.webhooks.telling_stock(seller.name, basket, Source.ORDER_PLACED):
            order = Order(
                id=self._order_ids.next(),
                shop=seller.name,
                platform=platform,
                status=OrderStatus.UNPAID,
                created_at=now,
                updated_at=now,
                buyer=invent_buyer(self._people, self._user_ids.next()),
                package_id=self._package_ids.next(),
                lines=tuple(self._take_units(seller, basket)),
                shown_from=now + self.search_lag_s,
            )
        self._reach(order, status)
        self.orders[order.id] = order
        return order

    def advance(self, order: Order) -> None:
        """Bring an order one step further: paid, released, shipped, collected, delivered, completed."""
        if order.status not in NEXT:
            raise NotPossibleError(f"order {order.id} is {order.status} and goes no further")
        self._reach(order, NEXT[order.status])
        if order.status is OrderStatus.AWAITING_COLLECTION:
            number = Random(order.package_id).randrange(10**11, 10**12)  # noqa: S311  # no secret
            order.tracking_number = f"{order.buyer.courier.tracking_prefix}{number}"
        if order.status is OrderStatus.IN_TRANSIT:
            with self._telling_stock_of(order, Source.ORDER_COLLECTED):
                for line in order.units:
                    line.listing.stocks[line.warehouse_id].committed -= 1

    def cancel(self, order: Order, cancellation: Cancellation) -> None:
        """Cancel an order that is not yet shipped; with auto-restock its units can be ordered again.

        One that is packed can be cancelled only when its buyer asked for it.
        """
        if order.status not in (CANCELLABLE_ON_REQUEST if order.is_asked_to_cancel else CANCELLABLE):
            raise NotPossibleError(f"order {order.id} is {order.status}; only unshipped orders can be cancelled")
        with self._telling_stock_of(order, Source.ORDER_CANCELLED):
            for line in order.units:
                stock = line.listing.stocks[line.warehouse_id]
                stock.committed -= 1
                stock.available += line.listing.restocks
                if cancellation.says_empty:
                    line.listing.set_available(0)
        self._end(order, cancellation)

    def lose(self, order: Order) -> None:
        """Let the courier lose the parcel: the order is cancelled, and its units are gone (reference 7.1)."""
        if order.status is not OrderStatus.IN_TRANSIT:
            raise NotPossibleError(f"order {order.id} is {order.status}; no courier can lose it")
        self._end(order, PACKAGE_LOST)

    def record_cancel(self, order: Order, cause: Cancellation, *, answer_by: int = 0) -> CancelRequest:
        """Open the record of a cancellation that is not granted yet."""
        now = self.now()
        request = CancelRequest(
            id=self.after_sales_ids.next(),
            order_id=order.id,
            cause=cause,
            status=CancelStatus.PENDING,
            created_at=now,
            updated_at=now,
            answer_by=answer_by,
            item_ids=tuple(self.after_sales_ids.next() for _ in order.lines),
            replenish=not (order.was_collected or all(line.listing.restocks for line in order.units)),
            tell=partial(self.webhooks.cancellation_changed, order.shop),
        )
        if answer_by:
            request.tell(request)
        self.cancel_requests[request.id] = order.cancel_request = request
        return request

    def catch_up(self) -> None:
        """Let everything happen whose time has come."""
        self.reviews.end()
        self.diary.keep(self.now())

    def touch(self, shop: Shop, listing: Listing) -> None:
        """Note that somebody edited the listing. Orders do not do this: see the reference, 3.2."""
        shop.products[listing.product_id].updated_at = self.now()

    def _telling_stock_of(self, order: Order, source: Source) -> AbstractContextManager[None]:
        return self.webhooks.telling_stock(order.shop, (line.listing for line in order.units), source)

    def _reach(self, order: Order, status: OrderStatus) -> None:
        order.reach(status, self.now())
        self.webhooks.order_changed(order)
        until = stays_until(order)
        if until is not None:
            self.diary.note(until, partial(self._run_out, order, status))

    def _run_out(self, order: Order, status: OrderStatus) -> None:
        """Let an order go on, or end, that has been in ``status`` for too long."""
        if order.status is not status:
            return
        if status in TIMED_OUT:
            self.cancel(order, TIMED_OUT[status])
        else:
            self.advance(order)

    def _end(self, order: Order, cause: Cancellation) -> None:
        """Make the order a cancelled one; where money was paid it takes a while to go back."""
        order.reach(OrderStatus.CANCELLED, self.now())
        self.webhooks.order_changed(order)
        order.cancellation = cause
        request = order.cancel_request
        if request is None or not order.is_asked_to_cancel:
            request = self.record_cancel(order, cause)
        if order.paid_at is None:
            request.reach(CancelStatus.COMPLETE, self.now())
            return
        request.reach(CancelStatus.SUCCESS, self.now())
        self.diary.note(self.now() + REFUND_S, lambda: request.reach(CancelStatus.COMPLETE, self.now()))

    def _take_units(self, seller: Shop, basket: Mapping[Listing, int]) -> Iterator[OrderLine]:
        for listing, quantity in basket.items():
            title = seller.products[listing.product_id].title
            for place in listing.take(quantity):
                parts = tuple(self._take_parts(seller, listing, place))
                yield OrderLine(self._order_ids.next(), listing, title, place, listing.price, parts)

    def _take_parts(self, seller: Shop, bundle: Listing, place: str) -> Iterator[OrderLine]:
        for part, units in bundle.parts:
            part.stocks[place].available -= units
            part.stocks[place].committed += units
            for _ in range(units):
                title = seller.products[part.product_id].title
                yield OrderLine(self._order_ids.next(), part, title, place, part.price)

    @staticmethod
    def _check_basket(seller: Shop, basket: Mapping[Listing, int], platform: Platform) -> None:
        for listing in basket:
            product = seller.products[listing.product_id]
            if not product.is_on_sale(platform):
                raise NotPossibleError(f"{listing.seller_sku} is not on sale ({product.status})")
        needed = Counter(basket)
        for bundle, quantity in basket.items():
            for part, units in bundle.parts:
                needed[part] += quantity * units
        short = [
            f"{listing.seller_sku} (wanted {quantity}, available {listing.available})"
            for listing, quantity in needed.items()
            if quantity > listing.available
        ]
        if short:
            raise NotPossibleError(f"not enough stock: {', '.join(short)}")


def _source(rng: Random) -> Random:
    return Random(rng.random())  # noqa: S311  # a pretended world, nothing secret


def _by_seller_sku(listings: Iterable[Listing]) -> dict[str, Listing]:
    found: dict[str, Listing] = {}
    for listing in listings:
        found.setdefault(listing.seller_sku, listing)
    return found
