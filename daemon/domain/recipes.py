"""What bundles are made of: the sheet ``Paket`` read with suspicion, and the stock that parts allow."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from daemon.domain.messages import Message, Param, message
from daemon.domain.rows import Cell, Number, Text
from daemon.domain.values import Sku

Recipe: TypeAlias = Mapping[Sku, int]
"""Units of every part in one bundle."""

Refusal: TypeAlias = tuple[Sku | None, Message]
"""A bundle whose rows are not used, ``None`` for all of them, and why."""

MOST_UNITS = 999
"""The most units of one part in a bundle: more is a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class RecipeRow:
    """One row of the sheet ``Paket`` as saved. ``number`` is its place in the sheet, counted from 1."""

    number: int
    bundle: Cell
    part: Cell
    quantity: Cell


@dataclass(frozen=True, slots=True)
class RecipeSheet:
    """The sheet ``Paket`` under the name that it has in the workbook."""

    name: str
    rows: tuple[RecipeRow, ...]


def units_of(recipe: Recipe, available: Mapping[Sku, int]) -> tuple[int, Sku]:
    """Tell how many bundles the parts allow, never below zero, and the part of which there are too few for more."""
    scarce = min(recipe, key=lambda part: (available[part] // recipe[part], part))
    return max(0, available[scarce] // recipe[scarce]), scarce


def recipes_of(
    sheet: RecipeSheet, stored: Mapping[Sku, Recipe], *, waiting: Collection[Sku] = ()
) -> tuple[dict[Sku, Recipe], list[Refusal]]:
    """Read what every bundle is made of, and tell what cannot be used; ``stored`` is what held until now.

    A bundle with one unusable row is refused as a whole and keeps what it had: there is never half a recipe. A row
    without a readable bundle may belong to any of them, so then all keep what they had. Bundles that are ``waiting``
    keep what they had as well.
    """
    places: dict[Sku, dict[Sku, RecipeRow]] = defaultdict(dict)
    refusals: list[Refusal] = []
    for row in sheet.rows:
        bundle, reason = _read(sheet, row, places)
        if reason is not None:
            refusals.append((bundle, reason))
    refused = {bundle for bundle, _reason in refusals if bundle is not None} | {*waiting}
    is_doubtful = any(bundle is None for bundle, _reason in refusals)
    recipes = {bundle: stored[bundle] for bundle in stored if bundle in refused}
    recipes |= {bundle: _recipe(rows) for bundle, rows in places.items() if bundle not in refused}
    while nested := _nested(recipes, refused, stored):
        outer, inner = nested
        changed = outer if recipes[outer] != stored.get(outer) else inner
        code = "bundle.inside_bundle" if changed == outer else "bundle.is_part"
        row = min(places[changed].values(), key=lambda row: (row.part != Text(inner), row.number))
        refusals.append((changed, message(code, sheet=sheet.name, row=row.number, bundle=outer, part=inner)))
        del recipes[changed]
        refused.add(changed)  # it is meant as a bundle: in a circle each of them is refused
        recipes |= {changed: stored[changed]} if changed in stored else {}
    return dict(stored) if is_doubtful else recipes, refusals


def _read(
    sheet: RecipeSheet, row: RecipeRow, places: Mapping[Sku, dict[Sku, RecipeRow]]
) -> tuple[Sku | None, Message | None]:
    """Put a row to its bundle, or tell why it cannot be used."""
    if not isinstance(row.bundle, Text):
        return None, message("bundle.code_unclear", sheet=sheet.name, row=row.number)
    bundle = Sku(row.bundle.value)
    place: dict[str, Param] = {"sheet": sheet.name, "row": row.number, "bundle": bundle}
    if not isinstance(row.part, Text):
        return bundle, message("bundle.part_unclear", **place)
    part = Sku(row.part.value)
    if part == bundle:
        return bundle, message("bundle.own_part", **place)
    if part in places[bundle]:
        return bundle, message("bundle.part_twice", **place, part=part)
    if not (isinstance(row.quantity, Number) and 1 <= row.quantity.value <= MOST_UNITS):
        return bundle, message("bundle.bad_quantity", **place, part=part, limit=MOST_UNITS)
    places[bundle][part] = row
    return bundle, None


def _recipe(rows: Mapping[Sku, RecipeRow]) -> Recipe:
    return {part: row.quantity.value for part, row in rows.items() if isinstance(row.quantity, Number)}


def _nested(
    recipes: Mapping[Sku, Recipe], refused: Collection[Sku], stored: Mapping[Sku, Recipe]
) -> tuple[Sku, Sku] | None:
    """Find a bundle inside another one: stock is counted in parts, and those are goods on a shelf.

    One that is ``refused`` and was none before counts only for what is new: it has no part in anything yet.
    """
    for outer in sorted(recipes):
        bundles = {*recipes} if recipes[outer] == stored.get(outer) else {*recipes, *refused}
        if inner := min(bundles & recipes[outer].keys(), default=None):
            return outer, inner
    return None
