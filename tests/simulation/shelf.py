"""The seller's goods as somebody sees them who stands in the storeroom: no ledger, no lag, no doubt.

This shares no code and no idea with the ledger: goods lie on a shelf, some of them are promised to people, a bundle is
packed from them when somebody wants one, and what the seller types has the meaning that a person gives to it.
"""

from dataclasses import dataclass

from tests.simulation.allowance import Rule, bundles_in


@dataclass
class Goods:
    """What lies on the shelf of one SKU. ``risen`` are all the units that ever came."""

    on_shelf: int
    promised: int = 0
    price: int = 0
    risen: int = 0

    @property
    def available(self):
        """Units that may still be sold; negative when more were promised than are there."""
        return self.on_shelf - self.promised


@dataclass
class Promise:
    """One ordered unit of what is listed as ``sku``; ``takes`` are the units that leave the shelf for it.

    Until ``known_from`` (seconds) no marketplace tells of its order.
    """

    order: str
    line: str
    shop: str
    sku: str
    takes: dict[str, int]
    known_from: float
    is_cancelled: bool = False
    is_shipped: bool = False


@dataclass(frozen=True)
class Wishes:
    """What the seller wants: ``recipes`` by bundle, the rule of each shop, and of single goods by SKU and shop."""

    recipes: dict[str, dict[str, int]]
    by_shop: dict[str, Rule]
    single: dict[tuple[str, str], Rule]

    def recipe(self, sku):
        """What one unit is packed from: goods from themselves."""
        return self.recipes.get(sku) or {sku: 1}

    def holding(self, part, shown):
        """Units of ``part`` in all that is ``shown`` (units by SKU), singly and in bundles."""
        return sum(units * self.recipe(sku).get(part, 0) for sku, units in shown.items())

    def takers(self, part):
        """How many kinds of goods are sold from it: itself, and every bundle, if some shop is to show them at all."""
        made_of_it = {part, *(bundle for bundle, recipe in self.recipes.items() if part in recipe)}
        return sum(any(self.rule(sku, shop).shows_any for shop in self.by_shop) for sku in made_of_it)

    def rule(self, sku, shop):
        return self.single.get((sku, shop), self.by_shop[shop])


class Shelf:
    """The storeroom. Every method is something that really happened.

    ``wishes`` are all that ever held, the last one holds now; ``cancelled`` are promises in the order of their end.
    ``packed_anew`` are bundles whose recipe was changed, which perhaps nobody has read yet.
    """

    def __init__(self, opening, prices, wishes):
        self.goods = {sku: Goods(units, price=prices[sku]) for sku, units in opening.items()}
        self.wishes = [wishes]
        self.promises = []
        self.cancelled = []
        self.packed_anew = set()
        for bundle in wishes.recipes:
            self.goods[bundle].on_shelf = 0

    @property
    def wanted(self):
        """What the seller wants now."""
        return self.wishes[-1]

    def pool(self, sku):
        """Units of ``sku`` that may be sold in all; of a bundle as many as can be packed."""
        recipe = self.wanted.recipe(sku)
        return bundles_in(recipe, {part: self.goods[part].available for part in recipe})

    def to_deal(self, sku, shown):
        """Units of ``sku`` that all shops are to show together where each unit is offered once; ``shown`` by SKU."""
        wanted = self.wanted
        if sku in wanted.recipes:
            recipe = wanted.recipe(sku)
            each = {part: self.goods[part].available // max(wanted.takers(part), 1) for part in recipe}
            return bundles_in(recipe, each)
        packed = {bundle: shown[bundle] for bundle in wanted.recipes}
        return max(self.goods[sku].available - wanted.holding(sku, packed), 0)

    def lacks(self, sku):
        """Whether one more unit of ``sku`` cannot be had."""
        return self.pool(sku) < 1

    def order(self, order, line, sku, *, shop, known_from):
        """Somebody is promised one unit."""
        takes = self.wanted.recipe(sku)
        for part, units in takes.items():
            self.goods[part].promised += units
        self.promises.append(Promise(order, line, shop, sku, takes, known_from))

    def cancel(self, order):
        """Nobody wants them any more; they never left the shelf."""
        for promise in self.of(order):
            promise.is_cancelled = True
            self.cancelled.append(promise)
            for part, units in promise.takes.items():
                self.goods[part].promised -= units
                self.goods[part].risen += units

    def ship(self, order):
        """The parcel is carried out of the door."""
        for promise in self.of(order):
            promise.is_shipped = True
            for part, units in promise.takes.items():
                self.goods[part].on_shelf -= units
                self.goods[part].promised -= units

    def add(self, sku, units):
        """Goods came, or went; a typed 12 → 22 says that ten came."""
        self.goods[sku].on_shelf += units
        self.goods[sku].risen += max(units, 0)

    def count(self, sku, units):
        """Somebody counted what lies on the shelf, promised or not."""
        self.add(sku, units - self.goods[sku].on_shelf)

    def reprice(self, sku, price):
        self.goods[sku].price = price

    def pack(self, bundle, recipe):
        """From now on ``bundle`` is packed by ``recipe``."""
        self.packed_anew.add(bundle)
        self._want(self.wanted.recipes | {bundle: recipe}, self.wanted.single)

    def allot(self, sku, shop, rule):
        """From now on ``shop`` shows ``sku`` by a rule of its own, or with ``None`` as it shows everything."""
        single = {key: each for key, each in self.wanted.single.items() if key != (sku, shop)}
        self._want(self.wanted.recipes, single | {(sku, shop): rule} if rule else single)

    def _want(self, recipes, single):
        self.wishes.append(Wishes(recipes, self.wanted.by_shop, single))

    def of(self, order):
        """Every unit that was promised with ``order``."""
        return [promise for promise in self.promises if promise.order == order]
