"""Bundles and their parts where each unit is offered once: who may offer how many of the same units (decision 0016)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from daemon.domain.allocation import Rule, Sharing, allocate
from daemon.domain.recipes import Recipe, units_of
from daemon.domain.values import ListingId, Sku


@dataclass(frozen=True, slots=True)
class Offer:
    """The listings of one SKU: the rules of those that we may set; ``locked`` are the units that the others promise."""

    rules: Mapping[ListingId, Rule] = field(default_factory=dict)
    locked: int = 0

    @property
    def is_claimant(self) -> bool:
        """Whether some listing would show units if there were enough."""
        return any(rule.may_show for rule in self.rules.values())


@dataclass(frozen=True, slots=True)
class Portion:
    """Units that the listings of one SKU may show together.

    ``bundled`` are the units of a part that its bundles show. A bundle lacks ``scarce``, which as many as ``claimants``
    take equal parts of.
    """

    units: int
    bundled: int = 0
    scarce: Sku | None = None
    claimants: int = 1


def portions(
    available: Mapping[Sku, int], recipes: Mapping[Sku, Recipe], offers: Mapping[Sku, Offer]
) -> dict[Sku, Portion]:
    """Divide every part among its bundles and its own listings; what a bundle cannot use is left to the latter."""
    parts = {part for recipe in recipes.values() for part in recipe}
    claimants = Counter(part for part in parts if offers[part].is_claimant)
    locked = Counter({part: offers[part].locked for part in parts})
    for bundle, recipe in recipes.items():
        claimants.update(recipe.keys() if offers[bundle].is_claimant else ())
        locked.update({part: units * offers[bundle].locked for part, units in recipe.items()})
    each = {part: (available[part] - locked[part]) // max(claimants[part], 1) for part in parts}
    found: dict[Sku, Portion] = {}
    bundled = Counter[Sku]()
    for bundle, recipe in recipes.items():
        made, scarce = units_of(recipe, each)
        dealt = allocate(made, offers[bundle].rules, sharing=Sharing.EXCLUSIVE)
        shown = sum(dealt.values()) + offers[bundle].locked
        bundled.update({part: units * shown for part, units in recipe.items()})
        found[bundle] = Portion(made, scarce=scarce, claimants=claimants[scarce])
    for part in parts:
        found[part] = Portion(available[part] - offers[part].locked - bundled[part], bundled[part])
    return found


def spare(available: Mapping[Sku, int], recipes: Mapping[Sku, Recipe], held: Mapping[Sku, int]) -> dict[Sku, int]:
    """Tell how many more of every bundle and part could be shown; below zero where more is shown than there is.

    ``held`` is what all listings of a SKU show at most, or are to show.
    """
    left = {part: available[part] - held[part] for recipe in recipes.values() for part in recipe}
    for bundle, recipe in recipes.items():
        for part, units in recipe.items():
            left[part] -= units * held[bundle]
    return left | {
        bundle: min(left[part] // units for part, units in recipe.items()) for bundle, recipe in recipes.items()
    }
