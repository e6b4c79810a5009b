"""How many units every listing is to show in the end, by the rules that a draft holds now."""

from collections import defaultdict
from collections.abc import Iterator

from daemon.domain.allocation import FULL_POOL, Rule, Sharing, allocate
from daemon.domain.claims import Offer, portions, spare
from daemon.domain.draft import Draft
from daemon.domain.overrides import rule_of
from daemon.domain.recipes import Recipe
from daemon.domain.snapshot import ListingState
from daemon.domain.stock import shown_for
from daemon.domain.values import ListingId, Sku


class Deal:
    """What a draft allots, once all its movements are booked and its bundles settled."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.listings = dict(draft.listings)
        """As they are before what is allotted is agreed with any of them."""
        self.is_exclusive = draft.given.sharing is Sharing.EXCLUSIVE
        self._single = draft.allocations
        rules = {policy.rule for policy in draft.given.shops.values()}
        # As for most sellers: a large catalogue must not pay for rules that nobody made.
        self._has_no_rules = not self.is_exclusive and rules <= {FULL_POOL} and not self._single
        self._recipes: dict[Sku, Recipe] = {}
        self._bundles_of: dict[Sku, list[Sku]] = defaultdict(list)
        if self.is_exclusive:
            known = ((sku, draft.parts_of(sku)) for sku in draft.recipes if sku in draft.products)
            self._recipes = {sku: recipe for sku, recipe in known if recipe}
        for bundle, recipe in self._recipes.items():
            for part in recipe:
                self._bundles_of[part].append(bundle)
        together = {*self._recipes, *self._bundles_of}
        available = {sku: draft.products[sku].available for sku in together}
        self._portions = portions(available, self._recipes, {sku: self._offer(sku) for sku in together})
        self._spare = spare(available, self._recipes, {sku: self._held(sku) for sku in together})

    def allotments(self, sku: Sku) -> dict[ListingId, int]:
        """Tell what every listing of ``sku`` shall show; those that we may not set are left out."""
        if self._has_no_rules:
            return dict.fromkeys(self._settable(sku), shown_for(self.draft.products[sku].available))
        return allocate(self._to_deal(sku), self._rules(sku), sharing=self.draft.given.sharing)

    def spare(self, sku: Sku) -> int:
        """Units that could be shown of ``sku`` beside all that is shown or shall be, where each is offered once."""
        return self._spare[sku] if sku in self._spare else self.draft.products[sku].available - self._held(sku)

    def rivals(self, sku: Sku) -> set[Sku]:
        """Name the goods that offer the same units: itself, and where each is offered once bundles and their parts."""
        parts = self._recipes.get(sku, {sku: 1})
        return {sku, *parts}.union(*(self._bundles_of.get(part, ()) for part in parts))

    def _to_deal(self, sku: Sku) -> int:
        if sku in self._portions:
            return self._portions[sku].units
        available = self.draft.products[sku].available
        return available - self._locked(sku) if self.is_exclusive else available

    def _offer(self, sku: Sku) -> Offer:
        return Offer(self._rules(sku), self._locked(sku))

    def _rules(self, sku: Sku) -> dict[ListingId, Rule]:
        shops = self.draft.given.shops
        return {id_: rule_of((sku, id_.shop), shops[id_.shop].rule, self._single) for id_ in self._settable(sku)}

    def _settable(self, sku: Sku) -> Iterator[ListingId]:
        return (listing.id for listing in self._served(sku) if listing.quantity_is_editable)

    def _locked(self, sku: Sku) -> int:
        """Units of listings that cannot be set: where each is offered once, they offer theirs all the same."""
        return sum(listing.promised for listing in self._served(sku) if not listing.quantity_is_editable)

    def _held(self, sku: Sku) -> int:
        """Units that listings show at most, or shall show."""
        allotted = self.allotments(sku)
        return sum(max(allotted.get(listing.id, 0), listing.promised) for listing in self._served(sku))

    def _served(self, sku: Sku) -> Iterator[ListingState]:
        shops = self.draft.given.shops
        return (listing for listing in self.draft.linked(sku) if shops[listing.id.shop].sends_stock)
