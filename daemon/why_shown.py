"""Why a shop shows another number than the pool: the rules that hold, and what they make of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from daemon.config import Settings, StockSync
from daemon.domain.allocation import FULL_POOL, Rule, Sharing, allocate
from daemon.domain.claims import Offer, Portion, portions
from daemon.domain.messages import Message, message
from daemon.domain.overrides import rule_of
from daemon.domain.values import ListingId, Sku
from daemon.mirror import Transaction, allocations, bundles, story
from daemon.mirror.story import Shown
from daemon.texts import Texts
from daemon.why_bundle import MadeOf


@dataclass(frozen=True, slots=True)
class Allotted:
    """What a listing shows of ``available`` units, and by which rule; ``locked`` ones are left to other listings.

    ``portion`` is what all listings of the SKU show together. ``is_outranked``: the last piece is shown by a listing of
    higher priority.
    """

    available: int
    units: int
    rule: Rule
    sharing: Sharing
    locked: int = 0
    portion: Portion | None = None
    is_outranked: bool = False

    @property
    def is_full_pool(self) -> bool:
        """There is nothing to explain."""
        return self.rule == FULL_POOL and self.sharing is Sharing.SHARED and not self.is_outranked


def allotted(
    tx: Transaction, sku: Sku, available: int, listings: Iterable[Shown], settings: Settings
) -> Mapping[ListingId, Allotted]:
    """Look up what every listing of a SKU shows that we may set."""
    is_shared = settings.sharing is Sharing.SHARED
    offer = _offer(tx, sku, listings, settings)
    locked = 0 if is_shared else offer.locked
    portion = None if is_shared else _portions(tx, settings).get(sku)
    left = portion.units if portion else available - locked
    units = allocate(left, offer.rules, sharing=settings.sharing)
    return {
        listing: Allotted(
            available,
            units[listing],
            rule,
            settings.sharing,
            locked,
            portion,
            is_outranked=is_shared and _would_show(left, rule) > units[listing],
        )
        for listing, rule in offer.rules.items()
    }


def _offer(tx: Transaction, sku: Sku, listings: Iterable[Shown], settings: Settings) -> Offer:
    shops = {shop.name: shop.rule for shop in settings.shops if shop.stock is StockSync.UPDATE}
    order = list(shops)
    served = [each for each in listings if each.id.shop in shops and not each.is_gone]
    ours = sorted((each.id for each in served if each.takes_stock), key=lambda id_: (order.index(id_.shop), id_))
    stored = allocations.stored_overrides(tx)
    rules = {listing: rule_of((sku, listing.shop), shops[listing.shop], stored) for listing in ours}
    return Offer(rules, sum(each.promised for each in served if not each.takes_stock))


def _portions(tx: Transaction, settings: Settings) -> Mapping[Sku, Portion]:
    """Look up what bundles and their parts may show of the same units."""
    made_of = {
        bundle: MadeOf(recipe, bundles.stock_of_parts(tx, recipe)) for bundle, recipe in bundles.recipes(tx).items()
    }
    recipes = {bundle: each.recipe for bundle, each in made_of.items() if each.available is not None}
    available = {part: units for bundle in recipes for part, units in made_of[bundle].left.items()}
    offers = {sku: _offer(tx, sku, story.listings_of(tx, sku), settings) for sku in {*recipes, *available}}
    return portions(available, recipes, offers)


def _would_show(available: int, rule: Rule) -> int:
    """Tell what a listing would show if it were the only one."""
    (units,) = allocate(available, {ListingId("", "", ""): rule}, sharing=Sharing.SHARED).values()
    return units


def say_allotted(shop: str, found: Allotted, texts: Texts) -> str:
    """The line for a person: from what is available, over the rules, to what the shop shows."""
    terms = ", ".join(texts.say(term) for term in _terms(found))
    return texts.say(message("why.allotted", shop=shop, available=found.available, terms=terms, units=found.units))


def _terms(found: Allotted) -> Iterator[Message]:
    if found.sharing is Sharing.EXCLUSIVE:
        yield message("why.rule_exclusive")
    if found.locked:
        yield message("why.rule_locked", count=found.locked)
    if (portion := found.portion) and portion.bundled:
        yield message("why.rule_bundled", count=portion.bundled)
    if portion and portion.scarce and portion.claimants > 1:
        yield message("why.rule_claimants", part=portion.scarce, count=portion.claimants)
    yield from _terms_of(found.rule)
    if found.is_outranked:
        yield message("why.rule_outranked")


def _terms_of(rule: Rule) -> Iterator[Message]:
    if rule.buffer:
        yield message("why.rule_buffer", count=rule.buffer)
    if rule.share != FULL_POOL.share:
        yield message("why.rule_share", percent=rule.share)
    if rule.lowest:
        yield message("why.rule_lowest", count=rule.lowest)
    if rule.highest is not None:
        yield message("why.rule_highest", count=rule.highest)
    if rule.priority:
        yield message("why.rule_priority", priority=rule.priority)
