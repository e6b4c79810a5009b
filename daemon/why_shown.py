"""Why a shop shows another number than the pool: the rules that hold, and what they make of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from daemon.config import Settings, StockSync
from daemon.domain.allocation import FULL_POOL, Rule, Sharing, allocate, left_to_deal
from daemon.domain.messages import Message, message
from daemon.domain.overrides import rule_of
from daemon.domain.values import ListingId, Sku
from daemon.mirror import Transaction, allocations
from daemon.mirror.story import Shown
from daemon.texts import Texts


@dataclass(frozen=True, slots=True)
class Allotted:
    """What a listing shows of ``available`` units, and by which rule; ``locked`` ones are left to other listings.

    ``is_outranked``: the last piece is shown by a listing of higher priority.
    """

    available: int
    units: int
    rule: Rule
    sharing: Sharing
    locked: int = 0
    is_outranked: bool = False

    @property
    def is_full_pool(self) -> bool:
        """There is nothing to explain."""
        return self.rule == FULL_POOL and self.sharing is Sharing.SHARED and not self.is_outranked


def allotted(
    tx: Transaction, sku: Sku, available: int, listings: Iterable[Shown], settings: Settings
) -> Mapping[ListingId, Allotted]:
    """Look up what every listing of a SKU shows that we may set."""
    shops = {shop.name: shop.rule for shop in settings.shops if shop.stock is StockSync.UPDATE}
    order = list(shops)
    served = [each for each in listings if each.id.shop in shops and not each.is_gone]
    ours = [each.id for each in served if each.takes_stock]
    stored = allocations.stored_overrides(tx)
    rules = {
        listing: rule_of((sku, listing.shop), shops[listing.shop], stored)
        for listing in sorted(ours, key=lambda listing: (order.index(listing.shop), listing))
    }
    left = left_to_deal(available, (each.promised for each in served if not each.takes_stock), sharing=settings.sharing)
    units = allocate(left, rules, sharing=settings.sharing)
    return {
        listing: Allotted(
            available,
            units[listing],
            rule,
            settings.sharing,
            locked=available - left,
            is_outranked=_would_show(left, rule) > units[listing] and settings.sharing is Sharing.SHARED,
        )
        for listing, rule in rules.items()
    }


def _would_show(available: int, rule: Rule) -> int:
    """Tell what a listing would show if it were the only one."""
    (units,) = allocate(available, {ListingId("", "", ""): rule}, sharing=Sharing.SHARED).values()
    return units


def say_allotted(shop: str, found: Allotted, texts: Texts) -> str:
    """The line for a person: from what is available, over the rules, to what the shop shows."""
    terms = ", ".join(texts.say(term) for term in _terms(found))
    return texts.say(message("why.allotted", shop=shop, available=found.available, terms=terms, units=found.units))


def _terms(found: Allotted) -> Iterator[Message]:
    rule = found.rule
    if found.sharing is Sharing.EXCLUSIVE:
        yield message("why.rule_exclusive")
    if found.locked:
        yield message("why.rule_locked", count=found.locked)
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
    if found.is_outranked:
        yield message("why.rule_outranked")
