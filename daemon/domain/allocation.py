"""How many units of a SKU's pool each of its listings shows.

Whole units, never below zero, never above what the pool has or a listing can show, and the same whenever asked. The
order of the listings is that of the configuration: it settles what nothing else does (decision 0011).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from daemon.domain.stock import shown_for
from daemon.domain.values import ListingId


class Sharing(StrEnum):
    """Whether every shop offers the same units, or each unit is offered once."""

    SHARED = "shared"
    EXCLUSIVE = "exclusive"


@dataclass(frozen=True, slots=True)
class Rule:
    """What one listing may show of the pool.

    ``buffer``: units of the pool that it leaves alone. ``share``: percent of the pool; in exclusive sharing the weight
    it is dealt by. ``lowest``: units that it shows as long as the pool has as many, whatever else would give it fewer.
    ``highest``: the most it shows (``None``: no such limit). ``priority``: the highest gets the last pieces.
    """

    buffer: int = 0
    share: int = 100
    lowest: int = 0
    highest: int | None = None
    priority: int = 0

    @property
    def may_show(self) -> bool:
        """Whether a listing shows anything of a pool that is large enough."""
        return self.lowest > 0 or (self.share > 0 and self.highest != 0)


@dataclass(frozen=True, slots=True)
class Override:
    """What holds for one SKU in one shop instead of the shop's settings; ``None``: the shop's."""

    buffer: int | None = None
    share: int | None = None
    lowest: int | None = None
    highest: int | None = None
    priority: int | None = None

    def over(self, rule: Rule) -> Rule:
        """Give the rule that holds where ``rule`` is the shop's."""
        return Rule(
            rule.buffer if self.buffer is None else self.buffer,
            rule.share if self.share is None else self.share,
            rule.lowest if self.lowest is None else self.lowest,
            rule.highest if self.highest is None else self.highest,
            rule.priority if self.priority is None else self.priority,
        )


FULL_POOL = Rule()
"""Everything that is there: what a shop shows unless told otherwise."""


def allocate(available: int, listings: Mapping[ListingId, Rule], *, sharing: Sharing) -> dict[ListingId, int]:
    """Tell how many units every listing shows of ``available`` ones; ``listings`` in the order of the configuration."""
    units = max(available, 0)
    if sharing is Sharing.SHARED:
        return _shared(units, listings)
    return _dealt(units, listings)


def _shared(units: int, listings: Mapping[ListingId, Rule]) -> dict[ListingId, int]:
    quotas = {id_: min(units * rule.share // 100, _most(units, rule)) for id_, rule in listings.items()}
    offering = [listings[id_] for id_, quota in quotas.items() if quota]
    if offering and units - min(rule.buffer for rule in offering) == 1:
        first = max(rule.priority for rule in offering)
        quotas = {id_: quota if listings[id_].priority == first else 0 for id_, quota in quotas.items()}
    return {id_: max(quota, _least(units, listings[id_])) for id_, quota in quotas.items()}


def _most(units: int, rule: Rule) -> int:
    within = shown_for(units - rule.buffer)
    return within if rule.highest is None else min(within, rule.highest)


def _least(units: int, rule: Rule) -> int:
    return min(rule.lowest, shown_for(units))


def _dealt(units: int, listings: Mapping[ListingId, Rule]) -> dict[ListingId, int]:
    """Deal each unit once: by weight, within what every listing must and may have.

    Whoever would get too much or too little is settled first, the larger group before the smaller, and what is left is
    dealt anew among the others: at every turn enough is left for what they must have.
    """
    least: dict[ListingId, int] = {}
    for id_ in sorted(listings, key=lambda id_: -listings[id_].priority):
        least[id_] = _least(units - sum(least.values()), listings[id_])
    most = {id_: max(_most(units, rule), least[id_]) for id_, rule in listings.items()}
    buffer = min((rule.buffer for rule in listings.values()), default=0)
    left = max(units - buffer, sum(least.values()))
    settled: dict[ListingId, int] = {}
    while True:
        dealt = _by_weight(left, {id_: rule for id_, rule in listings.items() if id_ not in settled})
        above = {id_: most[id_] for id_, pieces in dealt.items() if pieces > most[id_]}
        below = {id_: least[id_] for id_, pieces in dealt.items() if pieces < least[id_]}
        if not above and not below:
            return {id_: (settled | dealt)[id_] for id_ in listings}
        too_much = sum(dealt[id_] - pieces for id_, pieces in above.items())
        too_little = sum(pieces - dealt[id_] for id_, pieces in below.items())
        fixed = above if too_much >= too_little else below
        settled |= fixed
        left -= sum(fixed.values())


def _by_weight(units: int, listings: Mapping[ListingId, Rule]) -> dict[ListingId, int]:
    """Deal units by share; the pieces left go to the highest priority, then the largest remainder, then in order."""
    total = sum(rule.share for rule in listings.values())
    if not total:
        return dict.fromkeys(listings, 0)
    dealt = {id_: units * rule.share // total for id_, rule in listings.items()}
    weighted = [id_ for id_, rule in listings.items() if rule.share]
    weighted.sort(key=lambda id_: (-listings[id_].priority, -(units * listings[id_].share % total)))
    for id_ in weighted[: units - sum(dealt.values())]:
        dealt[id_] += 1
    return dealt


def not_yet_given_back(
    spare: int,
    allotted: Mapping[ListingId, int],
    promised: Mapping[ListingId, int],
    surely: Mapping[ListingId, int],
) -> dict[ListingId, int]:
    """Tell what each listing may show now, where each unit is offered once.

    Of each one it is known what it shows at most (``promised``) and at least (``surely``); ``spare`` units are there
    beside what all show at most or shall show. Nobody rises by units that another listing has yet to give back, also if
    it shows the most that it may; whoever has to fall does so at once.
    """
    still = {id_: max(units, promised[id_]) for id_, units in allotted.items()}
    return {
        id_: units if units <= surely[id_] else max(min(units, still[id_] + spare), surely[id_])
        for id_, units in allotted.items()
    }
