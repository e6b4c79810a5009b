"""The seller's goods as somebody sees them who stands in the storeroom: no ledger, no lag, no doubt.

This shares no code and no idea with the ledger: goods lie on a shelf, some of them are promised to people, and what
the seller types has the meaning that a person gives to it.
"""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Goods:
    """One SKU. ``told`` says for each shop what it could have known after our last undisturbed cycle.

    ``risen`` are all the units that ever came.
    """

    on_shelf: int
    promised: int = 0
    price: int = 0
    risen: int = 0
    told: dict[str, int] = field(default_factory=dict)

    @property
    def available(self):
        """Units that may still be sold; negative when more were promised than are there."""
        return self.on_shelf - self.promised


@dataclass
class Promise:
    """One ordered unit. Until ``known_from`` (seconds) no marketplace tells of its order."""

    order: str
    line: str
    shop: str
    sku: str
    known_from: float
    is_cancelled: bool = False
    is_shipped: bool = False


class Shelf:
    """The storeroom. Every method is something that really happened."""

    def __init__(self, opening, prices):
        self.goods = {sku: Goods(units, price=prices[sku]) for sku, units in opening.items()}
        self.promises = []
        self.oversold_unknowing = 0
        self.oversold_by_us = []

    def available(self, sku):
        return self.goods[sku].available

    def order(self, order, lines, *, shop, known_from):
        """Somebody is promised units: ``lines`` are pairs of line id and SKU."""
        for line, sku in lines:
            goods = self.goods[sku]
            if goods.available <= 0:
                self._count_oversold(goods, shop, f"{shop}/{order} {sku}")
            goods.promised += 1
            if shop in goods.told:
                goods.told[shop] -= 1
            self.promises.append(Promise(order, line, shop, sku, known_from))

    def _count_oversold(self, goods, shop, what):
        """The shop sold what is not there: because it could not know, or because we had not told it."""
        if goods.told.get(shop, 1) <= 0:
            self.oversold_by_us.append(what)
        else:
            self.oversold_unknowing += 1

    def cancel(self, order):
        """Nobody wants them any more; they never left the shelf."""
        for promise in self._of(order):
            promise.is_cancelled = True
            self.goods[promise.sku].promised -= 1
            self._rises(promise.sku, 1)

    def ship(self, order):
        """The parcel is carried out of the door."""
        for promise in self._of(order):
            promise.is_shipped = True
            self.goods[promise.sku].on_shelf -= 1
            self.goods[promise.sku].promised -= 1

    def add(self, sku, units):
        """Goods came, or went; a typed 12 → 22 says that ten came."""
        self.goods[sku].on_shelf += units
        self._rises(sku, units)

    def count(self, sku, units):
        """Somebody counted what lies on the shelf, promised or not."""
        self.add(sku, units - self.goods[sku].on_shelf)

    def reprice(self, sku, price):
        self.goods[sku].price = price

    def knowable(self, *, at):
        """For each SKU, what somebody would say is available who knows of all but the orders that still hide.

        Beside it what came until now: a cycle may know of what comes while it runs.
        """
        hidden = Counter(each.sku for each in self.promises if each.known_from > at and not each.is_cancelled)
        return {sku: (goods.available + hidden[sku], goods.risen) for sku, goods in self.goods.items()}

    def tell(self, shops, knowable):
        """An undisturbed cycle ended: from now on the shops know what was ``knowable`` when it began.

        A shop shows no less than nothing, and what is cancelled it puts on sale again by itself.
        """
        for sku, (units, risen) in knowable.items():
            goods = self.goods[sku]
            goods.told = dict.fromkeys(shops, max(units, 0) + goods.risen - risen)

    def _rises(self, sku, units):
        goods = self.goods[sku]
        goods.risen += max(units, 0)
        goods.told = {shop: told + max(units, 0) for shop, told in goods.told.items()}

    def _of(self, order):
        return [promise for promise in self.promises if promise.order == order]
