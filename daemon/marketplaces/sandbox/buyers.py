"""Buyers who order while you sync: how often is Poisson-like, what they do comes from the seed."""

from functools import partial
from random import Random

from daemon.domain.values import Platform
from daemon.marketplaces.sandbox.after_sales import TO_SHIP
from daemon.marketplaces.sandbox.deadlines import TIMED_OUT
from daemon.marketplaces.sandbox.goods import Listing
from daemon.marketplaces.sandbox.orders import CANCELLABLE, NEXT, Cancellation, Order, OrderStatus
from daemon.marketplaces.sandbox.world import Shop, World

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
        order = self._order()
        if self._rng.random() < ADVANCE_SHARE:
            self._advance_one()
        if self._rng.random() < CANCEL_SHARE:
            self._cancel_one()
        return order

    def _order(self) -> Order | None:
        shop = self._rng.choice(list(self._world.shops.values()))
        platform = self._rng.choice((Platform.TIKTOK_SHOP, Platform.TIKTOK_SHOP, Platform.TOKOPEDIA))
        self._world.reviews.end()
        on_sale = [listing for listing in shop.listings.values() if _is_on_sale(shop, listing, platform)]
        if not on_sale:
            return None
        chosen = self._rng.sample(on_sale, min(self._rng.randint(1, MOST_LINES), len(on_sale)))
        wanted = {listing.seller_sku: min(self._rng.choice((1, 1, 1, 2, 3)), listing.available) for listing in chosen}
        return self._world.place_order(shop.name, wanted, platform=platform, status=self._rng.choice(FIRST_STATUS))

    def _advance_one(self) -> None:
        going = [order for order in self._world.orders.values() if order.status in NEXT]
        if going:
            self._world.advance(self._rng.choice(going))

    def _cancel_one(self) -> None:
        open_orders = [order for order in self._world.orders.values() if order.status in CANCELLABLE]
        if open_orders:
            order = self._rng.choice(open_orders)
            is_unpaid = order.status is OrderStatus.UNPAID
            self._world.cancel(order, TIMED_OUT[order.status] if is_unpaid else self._rng.choice(REASONS))


def _is_on_sale(shop: Shop, listing: Listing, platform: Platform) -> bool:
    # Buyers leave bundles alone: one and its part in the same basket could want more than there is.
    return listing.available > 0 and not listing.parts and shop.products[listing.product_id].is_on_sale(platform)
