"""What the shops could know of the shelf: the most that each may show, and who is to blame when one sells too much."""

from collections import Counter
from dataclasses import dataclass

from tests.simulation.allowance import bundles_in, most_alone, shown_together


@dataclass
class Moment:
    """What somebody would say at a moment who knows of all but the orders that still hide.

    ``units`` were available, ``risen`` had come until then; so much had been cancelled, so often had the seller changed
    what they want. What comes later a cycle that begins now may know of, or not.
    """

    at: float
    units: dict[str, int]
    risen: dict[str, int]
    cancelled: int
    wishes: int


class Knowledge:
    """Compares what the shops show with what was knowable when a cycle began; ``shows(shop, sku)`` gives units."""

    def __init__(self, shelf, shops, shows, *, is_exclusive):
        self._shelf, self._shops, self._shows, self._is_exclusive = shelf, shops, shows, is_exclusive
        self._known = None
        self._begun = None
        self._sold = Counter()
        self.oversold_unknowing = 0
        self.oversold_by_us = []

    @property
    def read_to(self):
        """Orders that were to be seen before this moment (seconds) are surely known to us."""
        return self._known.at if self._known else 0.0

    def now(self, at):
        """What is knowable at this moment (seconds)."""
        hidden = Counter()
        for promise in self._shelf.promises:
            if promise.known_from > at and not promise.is_cancelled:
                hidden.update(promise.takes)
        goods = self._shelf.goods
        return Moment(
            at,
            {sku: each.available + hidden[sku] for sku, each in goods.items()},
            {sku: each.risen for sku, each in goods.items()},
            len(self._shelf.cancelled),
            len(self._shelf.wishes),
        )

    def begin(self, moment):
        """A cycle begins; it may go wrong."""
        self._begun = moment, {sku: sum(self._shown(sku).values()) for sku in self._shelf.goods}

    def tell(self, moment):
        """An undisturbed cycle ended: from now on the shops know what was knowable when it began."""
        self._known = moment
        self._sold.clear()

    def sell(self, shop, sku):
        """A shop sells one unit: because it could not know that there is none, or because we had not told it."""
        if self._shelf.lacks(sku):
            if self._known and self._is_told(shop, sku):
                self.oversold_by_us.append(f"{shop} {sku}")
            else:
                self.oversold_unknowing += 1
        self._sold[shop, sku] += 1

    def _is_told(self, shop, sku):
        """Whether the shop, or where each unit is offered once all shops together, had sold all that it may show."""
        everywhere = sum(self._sold[each, sku] for each in self._shops)
        is_all_gone = self._is_exclusive and self._most(self._known, sku) <= everywhere
        return is_all_gone or self._most(self._known, sku, shop) <= self._sold[shop, sku]

    def overstated(self):
        """Tell which shops show more than they may, now that an undisturbed cycle ended."""
        for sku in self._shelf.goods:
            shown = self._shown(sku)
            for shop, units in shown.items():
                most = self._most(self._known, sku, shop)
                if units > most:
                    yield f"{shop} {sku} shows {units}, at most it may {most}"
            if self._is_exclusive and sum(shown.values()) > self._most(self._known, sku):
                yield f"{sku} is offered {shown}, there are {self._most(self._known, sku)}"

    def offered_twice(self):
        """Tell of what more is offered in this moment than there is, although each unit is to be offered once.

        What was shown too much when the cycle began, it may still be about to take back.
        """
        if not self._is_exclusive:
            return
        since, at_first = self._begun
        for sku in self._shelf.goods:
            shown = self._shown(sku)
            most = max(self._most(since, sku), at_first[sku] + len(self._back(since, sku)))
            if sum(shown.values()) > most:
                yield f"{sku} {shown}, there are {most}"

    def _shown(self, sku):
        return {shop: self._shows(shop, sku) for shop in self._shops}

    def _back(self, since, sku, shop=None):
        """What was cancelled since a moment: the marketplace puts it on sale again before we can say a word."""
        return [each for each in self._shelf.cancelled[since.cancelled :] if _is_of(each, sku, shop)]

    def _unseen(self, since, sku, shop):
        """What was cancelled before a moment in which its order hid: it may be written over, and then given back."""
        before = self._shelf.cancelled[: since.cancelled]
        return [each for each in before if each.known_from > since.at and _is_of(each, sku, shop)]

    def _most(self, since, sku, shop=None):
        """The most that a shop, or all shops together, may show of ``sku`` by anything that was known since."""
        back = self._back(since, sku, shop)
        allowed = max(
            units
            for wishes in self._shelf.wishes[since.wishes - 1 :]
            for units in (
                self._may(since, wishes, sku, shop),
                self._may(since, wishes, sku, shop, without=back) + len(back),
            )
        )
        return allowed + len(self._unseen(since, sku, shop))

    def _may(self, since, wishes, sku, shop, *, without=()):
        goods, recipe = self._shelf.goods, wishes.recipe(sku)
        units = {part: max(since.units[part], 0) + goods[part].risen - since.risen[part] for part in recipe}
        for promise in without:
            for part in units.keys() & promise.takes.keys():
                units[part] -= promise.takes[part]
        pool = bundles_in(recipe, units)
        if shop is None:
            return pool
        if self._is_exclusive:
            return most_alone(pool, wishes.rule(sku, shop))
        return shown_together(pool, {each: wishes.rule(sku, each) for each in self._shops})[shop]


def _is_of(promise, sku, shop):
    return promise.sku == sku and shop in {None, promise.shop}
