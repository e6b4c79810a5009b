"""How many units a shop may show, as somebody says it who reads the seller's rules: no dealing, only what must hold."""

from dataclasses import dataclass

MOST_SHOWN = 99_999


@dataclass(frozen=True)
class Rule:
    """One row of the sheet ``Alokasi``: units left alone, share in percent, at least, at most, who comes first."""

    buffer: int = 0
    share: int = 100
    least: int = 0
    most: int = MOST_SHOWN
    priority: int = 0

    @property
    def shows_any(self):
        """Whether it shows something once there is plenty."""
        return self.least > 0 or (self.share > 0 and self.most > 0)


def bundles_in(recipe, units):
    """How many times the whole ``recipe`` (units of each part) lies in ``units``."""
    return max(min(units[part] // each for part, each in recipe.items()), 0)


def shown_together(pool, rules):
    """What each shop shows where all of them offer the same units; ``rules`` by shop."""
    offers = {
        shop: max(min(pool * rule.share // 100, pool - rule.buffer, rule.most), 0) for shop, rule in rules.items()
    }
    offering = [rules[shop] for shop, units in offers.items() if units]
    if offering and pool - min(rule.buffer for rule in offering) == 1:
        first = max(rule.priority for rule in offering)
        offers = {shop: units if rules[shop].priority == first else 0 for shop, units in offers.items()}
    return {shop: max(units, min(rules[shop].least, pool)) for shop, units in offers.items()}


def most_alone(pool, rule, *, least=None):
    """The most that a shop may show where each unit is offered once, whatever the others show.

    ``least`` is what is left for it of the units that it shows in any case.
    """
    offered = min(pool - rule.buffer, rule.most) if rule.share else 0
    return max(offered, min(rule.least, pool) if least is None else least, 0)


def faults_in_dealing(pool, rules, shown):
    """Tell what is wrong with ``shown`` (units by shop), where each of ``pool`` units is offered once."""
    wanted, left = {}, pool
    for shop in sorted(rules, key=lambda shop: -rules[shop].priority):
        wanted[shop] = min(rules[shop].least, left)
        left -= wanted[shop]
    most = {shop: most_alone(pool, rule, least=wanted[shop]) for shop, rule in rules.items()}
    offered = max(pool - min(rule.buffer for rule in rules.values()), sum(wanted.values()))
    if sum(shown.values()) != min(offered, sum(most.values())):
        yield f"{sum(shown.values())} of {pool} are offered"
    for shop, units in shown.items():
        if not wanted[shop] <= units <= most[shop]:
            yield f"{shop} has to show {wanted[shop]} to {most[shop]}"
        others_could = any(shown[other] < most[other] for other in shown if other != shop)
        if others_could and units > wanted[shop] and _is_over_its_part(units, offered, rules, shop):
            yield f"{shop} shows more than its part of {offered}"


def _is_over_its_part(units, offered, rules, shop):
    """Whether it shows more than its weight gives it, rounded up."""
    weights = sum(rule.share for rule in rules.values())
    return (units - 1) * weights >= offered * rules[shop].share
