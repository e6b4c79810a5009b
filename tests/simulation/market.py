"""Buyers and Seller Center: what happens in the shops, told to the shelf as it happens."""

import sqlite3
from collections import Counter

from daemon.marketplaces.sandbox.orders import CANCELLABLE, NEXT, Cancellation, OrderStatus
from daemon.marketplaces.sandbox.world import NotPossibleError

FIRST = (OrderStatus.AWAITING_SHIPMENT, OrderStatus.ON_HOLD, OrderStatus.UNPAID)
REGRET = Cancellation("BUYER", "Berubah pikiran")


class Market:
    """The shops of ``town``. A move that is not possible now does not happen."""

    def __init__(self, town, shelf, knowledge, mirror_path):
        self.town, self._shelf, self._knowledge = town, shelf, knowledge
        self._mirror_path, self._mirror = mirror_path, None
        self.counting = set()
        """SKUs that are being counted: nothing of them leaves the house until the count was read."""
        self.left = set()
        """SKUs of which something left since our last undisturbed cycle."""
        self.orders = 0

    def close(self):
        if self._mirror is not None:
            self._mirror.close()

    def order(self, shop, lines, status, hidden_s):
        """Somebody orders; no search finds it for ``hidden_s`` seconds."""
        world, name = self.town.world, self._shop(shop)
        wanted = Counter()
        for sku, units in lines:
            wanted[self._sku(sku)] += units
        if self._shelf.packed_anew & wanted.keys():
            return
        try:
            order = world.place_order(name, wanted, status=FIRST[status])
        except NotPossibleError:
            return
        self.orders += 1
        order.shown_from = world.now() + hidden_s
        for line in order.lines:
            self._knowledge.sell(name, line.listing.seller_sku)
            self._shelf.order(order.id, line.id, line.listing.seller_sku, shop=name, known_from=order.shown_from)

    def cancel(self, place, gives_back):
        """A buyer cancels; the marketplace puts the units on sale again, or does not."""
        order = self._pick(place, CANCELLABLE)
        if order is None or any(self._is_in_doubt(line.listing) for line in order.lines):
            return
        self.town.world.cancel(order, REGRET)
        self._shelf.cancel(order.id)
        for line in order.lines if not gives_back else ():
            line.listing.stocks[line.warehouse_id].available -= 1

    def advance(self, place):
        """An order goes on: paid, packed, collected, delivered."""
        order = self._pick(place, NEXT)
        if order is None:
            return
        leaves = order.status is OrderStatus.AWAITING_COLLECTION
        skus = {sku for promise in self._shelf.of(order.id) for sku in promise.takes}
        if leaves and (skus & self.counting or order.shown_from > self.town.world.now()):
            return
        self.town.world.advance(order)
        if leaves:
            self.left |= skus
            self._shelf.ship(order.id)

    def edit_stock(self, shop, sku, units):
        """Somebody types another number in Seller Center: they mean the difference; for a bundle it means nothing."""
        name, code = self._shop(shop), self._sku(sku)
        listing = self.town.listing(name, code)
        changed = max(units, -listing.available)
        listing.set_available(listing.available + changed)
        self._touch(name, listing)
        if code not in self._shelf.wanted.recipes:
            self._shelf.add(code, changed)

    def edit_price(self, shop, sku, price):
        """Somebody types another price in Seller Center."""
        name, code = self._shop(shop), self._sku(sku)
        listing = self.town.listing(name, code)
        listing.price = price
        self._touch(name, listing)
        self._shelf.reprice(code, price)

    def _touch(self, name, listing):
        self.town.world.touch(self.town.world.shop(name), listing)

    def _pick(self, place, statuses):
        orders = [order for order in self.town.world.orders.values() if order.status in statuses]
        return orders[place % len(orders)] if orders else None

    def _is_in_doubt(self, listing):
        """Whether we wrote its stock and do not know the outcome: then nobody could tell what a cancel did."""
        doubt = "SELECT count(*) FROM outbox WHERE state = 'sending' AND target = 'quantity' AND sku_id = ?"
        if self._mirror is None:
            self._mirror = sqlite3.connect(f"file:{self._mirror_path}?mode=ro", uri=True, isolation_level=None)
        return self._mirror.execute(doubt, (listing.id,)).fetchone()[0] > 0

    def _shop(self, place):
        return self.town.shops[place % len(self.town.shops)]

    def _sku(self, place):
        return self.town.skus[place % len(self.town.skus)]
