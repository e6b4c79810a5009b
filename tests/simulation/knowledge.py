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
        self._taken = Counter()
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
        self._begun = moment, self._shown_by_all()

    def tell(self, moment):
        """An undisturbed cycle ended: from now on the shops know what was knowable when it began."""
        self._known = moment
        self._sold.clear()
        self._taken.clear()

    def sell(self, shop, sku):
        """A shop sells one unit: because it could not know that there is none, or because we had not told it."""
        if self._shelf.lacks(sku):
            if self._known and self._is_told(shop, sku):
                self.oversold_by_us.append(f"{shop} {sku}")
            else:
                self.oversold_unknowing += 1
        self._sold[shop, sku] += 1
        self._taken.update(self._shelf.wanted.recipe(sku))

    def _is_told(self, shop, sku):
        """Whether the shop, or where each unit is offered once all shops together, had sold all that it may show."""
        wish = self._shelf.wanted
        is_all_gone = any(
            self._taken[part] + units > self._in_all(self._known, part, wish)
            for part, units in wish.recipe(sku).items()
        )
        is_told = self._most(self._known, sku, shop) <= self._sold[shop, sku]
        return is_told or (self._is_exclusive and is_all_gone)

    def overstated(self):
        """Tell which shops show more than they may, now that an undisturbed cycle ended."""
        for sku in self._shelf.goods:
            shown = self._shown(sku)
            for shop, units in shown.items():
                most = self._most(self._known, sku, shop)
                if units > most:
                    yield f"{shop} {sku} shows {units}, at most it may {most}"
        if self._is_exclusive:
            yield from self._offered_above(self._known, {})

    def offered_twice(self):
        """Tell of what more is offered in this moment than there is, although each unit is to be offered once.

        What was shown too much when the cycle began, it may still be about to take back.
        """
        if not self._is_exclusive:
            return
        yield from self._offered_above(*self._begun)

    def _offered_above(self, since, at_first):
        """Tell of which part more is on offer, singly and in bundles, than there was since, and than ``at_first``.

        A changed recipe counts from when we read it, at the latest in an undisturbed cycle.
        """
        shown, back = self._shown_by_all(), self._shelf.cancelled[since.cancelled :]
        recipes = self._shelf.wishes[self._known.wishes - 1 if self._known else 0 :]
        for part in self._shelf.goods.keys() - self._shelf.wanted.recipes.keys():
            allowed = [
                max(self._in_all(since, part, wish), wish.holding(part, at_first) + _given_back(back, part, wish))
                for wish in recipes
            ]
            offered = [wish.holding(part, shown) for wish in recipes]
            if all(units > most for units, most in zip(offered, allowed, strict=True)):
                yield f"{part} in {shown}, there are {max(allowed)}"

    def _shown_by_all(self):
        return {sku: sum(self._shown(sku).values()) for sku in self._shelf.goods}

    def _in_all(self, since, part, wish):
        """The most units of a part that all shops together may offer by anything that was known since.

        Of what was cancelled, see :meth:`_most`.
        """
        back, before = self._shelf.cancelled[since.cancelled :], self._shelf.cancelled[: since.cancelled]
        came = self._shelf.goods[part].risen - since.risen[part] - _units_in(back, part)
        again = _given_back([*back, *_hidden_at(since, before)], part, wish)
        return max(since.units[part], 0) + came + again

    def _shown(self, sku):
        return {shop: self._shows(shop, sku) for shop in self._shops}

    def _most(self, since, sku, shop):
        """The most that a shop may show of ``sku`` by anything that was known since.

        What was cancelled since, the marketplace puts on sale again before we can say a word. What was cancelled while
        its order hid may be written over, and then given back.
        """
        is_here = lambda promise: (promise.sku, promise.shop) == (sku, shop)  # noqa: E731
        back = [*filter(is_here, self._shelf.cancelled[since.cancelled :])]
        unseen = [*filter(is_here, _hidden_at(since, self._shelf.cancelled[: since.cancelled]))]
        allowed = max(
            units
            for wishes in self._shelf.wishes[since.wishes - 1 :]
            for units in (
                self._may(since, wishes, sku, shop),
                self._may(since, wishes, sku, shop, without=back) + len(back),
            )
        )
        return allowed + len(unseen)

    def _may(self, since, wishes, sku, shop, *, without=()):
        goods, recipe = self._shelf.goods, wishes.recipe(sku)
        units = {part: max(since.units[part], 0) + goods[part].risen - since.risen[part] for part in recipe}
        for promise in without:
            for part in units.keys() & promise.takes.keys():
                units[part] -= promise.takes[part]
        pool = bundles_in(recipe, units)
        if self._is_exclusive:
            return most_alone(pool, wishes.rule(sku, shop))
        return shown_together(pool, {each: wishes.rule(sku, each) for each in self._shops})[shop]


def _hidden_at(moment, promises):
    return [promise for promise in promises if promise.known_from > moment.at]


def _units_in(promises, part):
    return sum(promise.takes.get(part, 0) for promise in promises)


def _given_back(promises, part, wish):
    """Units that are on offer again; those of a bundle are by now as many as its recipe says today."""
    return sum(max(promise.takes.get(part, 0), wish.recipe(promise.sku).get(part, 0)) for promise in promises)
