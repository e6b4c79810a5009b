"""Why the number of a bundle is what it is: what it is made of, and how much of that is left."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from daemon.domain.messages import message
from daemon.domain.recipes import Recipe, units_of
from daemon.domain.values import Sku
from daemon.texts import Texts


@dataclass(frozen=True, slots=True)
class MadeOf:
    """The recipe of a SKU, empty for what is no bundle, and the units left of its parts."""

    recipe: Recipe = field(default_factory=dict)
    left: Mapping[Sku, int] = field(default_factory=dict)

    @property
    def available(self) -> int | None:
        """How many bundles there are; ``None`` unless the stock is that of the parts."""
        return units_of(self.recipe, self.left)[0] if self.recipe else None


def say_made_of(made_of: MadeOf, texts: Texts) -> Iterator[str]:
    """One line for every part; the last one tells how many bundles that is."""
    for part, units in made_of.recipe.items():
        yield texts.say(message("why.part", part=part, units=units, available=made_of.left[part]))
    if made_of.available is not None:
        scarce = units_of(made_of.recipe, made_of.left)[1]
        yield texts.say(message("why.sum_of_parts", count=made_of.available, part=scarce))


def as_plain(made_of: MadeOf) -> list[dict[str, Any]]:
    """Show the same as plain data."""
    return [{"sku": part, "units": units, "available": made_of.left[part]} for part, units in made_of.recipe.items()]
