"""Buyers who order while you sync: how often is Poisson-like, what they do comes from the seed.

Whatever the seller does meanwhile, and however late or often it arrives, changes only the choices that it is about:
every turn has a source of its own, and things are chosen in an order that does not hang on how many there are.
"""

from collections.abc import Container, Iterable
from functools import partial
from itertools import islice
from random import Random
from typing import TypeVar

from daemon.domain.values import Platform
from daemon.marketplaces.sandbox.after_sales import TO_SHIP
from daemon.marketplaces.sandbox.deadlines import TIMED_OUT
from daemon.marketplaces.sandbox.goods import Listing
from daemon.marketplaces.sandbox.orders import CANCELLABLE, NEXT, Cancellation, Order, OrderStatus
from daemon.marketplaces.sandbox.world import Shop, World

T = TypeVar("T")

MOST_LINES = 3
ADVANCE_SHARE = 0.5
CANCEL_SHARE = 0.08
FIRST_STATUS = (
    OrderStatus.AWAITING_SHIPMENT,
    OrderStatus.AWAITING_SHIPMENT,
    OrderStatus.AWAITING_SHIPMENT,
    OrderStatus.ON_HOLD,
    OrderStatus.UNPAID,
)
REASONS = (
    Cancellation("BUYER", "Ingin mengubah alamat pengiriman", f"{TO_SHIP}wrong_delivery_info"),
    Cancellation("BUYER", "Menemukan harga lebih murah", f"{TO_SHIP}better_price"),
)


class Buyers:
    """Everybody who buys in this world."""

    def __init__(self, world: World, rng: Random) -> None:
        self._world = world
        self._rng = rng

    def keep_ordering(self, orders_per_minute: float) -> None:
        """Order from now on, by the world's time."""
        self._wait(orders_per_minute, since=self._world.now())

    def _wait(self, orders_per_minute: float, *, since: float) -> None:
        next_at = since + self._rng.expovariate(orders_per_minute / 60)
        self._world.diary.note(int(next_at), partial(self._order_again, orders_per_minute, next_at))

    def _order_again(self, orders_per_minute: float, now: float) -> None:
        self.take_turn()
        self._wait(orders_per_minute, since=now)

    def take_turn(self) -> Order | None:
        """Place one order, and let now and then an earlier one go on or be cancelled.

        ``None`` when the chosen shop has nothing left to sell.
        """
        rng = Random(self._rng.random())  # noqa: S311  # play, not cryptography
        advances, cancels = rng.random() < ADVANCE_SHARE, rng.random() < CANCEL_SHARE
        order = self._order(rng)
        if advances:
            self._advance_one(rng)
        if cancels:
            self._cancel_one(rng)
        return order

    def _order(self, rng: Random) -> Order | None:
        shop = rng.choice(list(self._world.shops.values()))
        platform = rng.choice((Platform.TIKTOK_SHOP, Platform.TIKTOK_SHOP, Platform.TOKOPEDIA))
        status, lines = rng.choice(FIRST_STATUS), rng.randint(1, MOST_LINES)
        units = rng.choices((1, 1, 1, 2, 3), k=MOST_LINES)
        self._world.reviews.end()
        every = _shuffled(rng, shop.listings.values())
        on_sale = (listing for listing in every if _is_on_sale(shop, listing, platform))
        chosen = zip(islice(on_sale, lines), units, strict=False)
        basket = {listing: min(quantity, listing.available) for listing, quantity in chosen}
        return self._world.sell(shop, basket, platform=platform, status=status) if basket else None

    def _advance_one(self, rng: Random) -> None:
        order = self._one_of(NEXT, rng)
        if order is not None:
            self._world.advance(order)

    def _cancel_one(self, rng: Random) -> None:
        order = self._one_of(CANCELLABLE, rng)
        if order is not None:
            is_unpaid = order.status is OrderStatus.UNPAID
            self._world.cancel(order, TIMED_OUT[order.status] if is_unpaid else rng.choice(REASONS))

    def _one_of(self, statuses: Container[OrderStatus], rng: Random) -> Order | None:
        every = _shuffled(rng, self._world.orders.values())
        return next((order for order in every if order.status in statuses), None)


def _shuffled(rng: Random, every: Iterable[T]) -> list[T]:
    entries = list(every)
    rng.shuffle(entries)
    return entries


def _is_on_sale(shop: Shop, listing: Listing, platform: Platform) -> bool:
    # Buyers leave bundles alone: one and its part in the same basket could want more than there is.
    return listing.available > 0 and not listing.parts and shop.products[listing.product_id].is_on_sale(platform)
