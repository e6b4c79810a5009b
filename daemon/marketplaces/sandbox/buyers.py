"""Buyers who order while you sync: how often is Poisson-like, what they do comes from the seed."""

import asyncio
from random import Random

from daemon.domain.values import Platform
from daemon.marketplaces.sandbox.goods import Listing, ProductStatus
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
    Cancellation("BUYER", "Ingin mengubah alamat pengiriman"),
    Cancellation("BUYER", "Menemukan harga lebih murah"),
    Cancellation("SYSTEM", "Pembayaran tidak selesai tepat waktu"),
)


class Buyers:
    """Everybody who buys in this world."""

    def __init__(self, world: World, rng: Random) -> None:
        self._world = world
        self._rng = rng

    async def keep_ordering(self, orders_per_minute: float) -> None:
        """Order until cancelled."""
        while True:
            await asyncio.sleep(self._rng.expovariate(orders_per_minute / 60))
            self.take_turn()

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
        on_sale = [listing for listing in shop.listings.values() if _is_on_sale(shop, listing)]
        if not on_sale:
            return None
        chosen = self._rng.sample(on_sale, min(self._rng.randint(1, MOST_LINES), len(on_sale)))
        wanted = {listing.seller_sku: min(self._rng.choice((1, 1, 1, 2, 3)), listing.available) for listing in chosen}
        platforms = (Platform.TIKTOK_SHOP, Platform.TIKTOK_SHOP, Platform.TOKOPEDIA)
        return self._world.place_order(
            shop.name, wanted, platform=self._rng.choice(platforms), status=self._rng.choice(FIRST_STATUS)
        )

    def _advance_one(self) -> None:
        going = [order for order in self._world.orders.values() if order.status in NEXT]
        if going:
            self._world.advance(self._rng.choice(going))

    def _cancel_one(self) -> None:
        open_orders = [order for order in self._world.orders.values() if order.status in CANCELLABLE]
        if open_orders:
            order = self._rng.choice(open_orders)
            is_unpaid = order.status is OrderStatus.UNPAID
            self._world.cancel(order, REASONS[-1] if is_unpaid else self._rng.choice(REASONS[:-1]))


def _is_on_sale(shop: Shop, listing: Listing) -> bool:
    return listing.available > 0 and shop.products[listing.product_id].status is ProductStatus.ACTIVATE
