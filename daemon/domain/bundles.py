"""Bundles: goods without a ledger of their own, whose stock is what their parts allow (decision 0012).

A recipe takes effect at the end of a cycle, and for goods only that have no units of their own: what is booked before
that, orders too, goes by the recipes that were in force until now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from daemon.domain.brakes import RECIPES_WAIT, plan_to_approve
from daemon.domain.draft import Draft, LinkedRow
from daemon.domain.identity import nearly
from daemon.domain.messages import Message, message
from daemon.domain.recipes import Recipe, RecipeSheet, Refusal, recipes_of, units_of
from daemon.domain.rows import Absent, Blank, Field, Number, RowBase, SheetRow, Text, Unclear
from daemon.domain.stock import Cause, Movement
from daemon.domain.values import Sku


def read_recipes(draft: Draft) -> None:
    """Read what the sheet ``Paket`` of the workbook itself wants, and which bundles it names no more.

    Goods that come into view with their recipe written already are a bundle from the start.
    """
    given, sheet = draft.given, _sheet(draft)
    if sheet is None:
        return
    draft.wanted, _refusals = recipes_of(sheet, given.recipes)
    known, parts = {*given.products, *given.recipes}, draft.parts()
    draft.recipes |= {sku: recipe for sku, recipe in draft.wanted.items() if sku not in known}
    gone = (given.recipes.keys() - draft.wanted.keys()) & given.products.keys()
    draft.leaving = {sku for sku in gone if sku in parts or any(draft.linked(sku))}


def _decides(draft: Draft) -> bool:
    """Whether the sheet counts: copies, files older than the newest revision and stopped saves change no recipe."""
    given = draft.given
    return not (given.rows is None or given.copy or given.is_stale or draft.is_scrambled)


def _sheet(draft: Draft) -> RecipeSheet | None:
    sheet = draft.given.recipe_sheet
    return sheet if isinstance(sheet, RecipeSheet) and _decides(draft) else None


def settle_bundles(draft: Draft, rows: Iterable[LinkedRow]) -> None:
    """Let recipes take effect, all else being booked, and give every bundle the number that its parts allow.

    What was typed for a bundle is held.
    """
    draft.leaving -= draft.left
    _take_effect(draft)
    in_force = [sku for sku in sorted(draft.recipes) if sku in draft.products and draft.parts_of(sku)]
    for sku in in_force:
        _give_to_parts(draft, sku)
    for sku in in_force:
        draft.derive(sku, _allowed(draft, draft.recipes[sku])[0])
        draft.decided.add(sku)
    for sku in sorted(draft.leaving):
        reason = message("bundle.dissolved", bundle=sku, stock=draft.products[sku].available)
        draft.hold(sku, None, Field.STOCK, reason)
    for row in rows:
        if draft.parts_of(row.sku):
            _hold_typed(draft, row)


def _give_to_parts(draft: Draft, sku: Sku) -> None:
    """Empty a bundle's own ledger: units that came back, ordered before it was a bundle, are units of its parts now.

    What goods open with that come into view as a bundle is only what their shop shows.
    """
    units, cycle = draft.products[sku].available, draft.given.cycle
    draft.move(Movement(sku, -units, Cause.BUNDLE, str(cycle)))
    if units > 0 and sku in draft.given.products:
        for part, quantity in sorted(draft.recipes[sku].items()):
            draft.move(Movement(part, units * quantity, Cause.BUNDLE, f"{cycle}/{sku}"))
            draft.decided.add(part)


def _take_effect(draft: Draft) -> None:
    """Put the recipes into force that can be, and tell what is wrong with the others; those keep what they had."""
    sheet, stored = _sheet(draft), draft.given.recipes
    if sheet is None:
        _report_no_sheet(draft)
        _report_idle(draft, {})
        return
    wanted, refusals = recipes_of(sheet, stored, waiting=draft.leaving)
    idle = {
        sku: recipe for sku, recipe in wanted.items() if recipe != stored.get(sku) and not _is_free(draft, sku, recipe)
    }
    if kept := idle.keys() & stored.keys():
        wanted, refusals = recipes_of(sheet, stored, waiting={*draft.leaving, *kept})
        idle = {sku: recipe for sku, recipe in idle.items() if sku in wanted}
    draft.recipes = {sku: recipe for sku, recipe in wanted.items() if sku not in idle or sku in stored}
    for bundle, reason in refusals:
        draft.hold(bundle, None, Field.STOCK, reason)
    _report_idle(draft, _doubted(sheet, stored, refusals) | idle)
    _stop_suspicious(draft, sheet)


def _is_free(draft: Draft, sku: Sku, recipe: Recipe) -> bool:
    """Whether a recipe can take effect: every part has a ledger, and the goods have nothing of their own."""
    if not all(map(draft.has_ledger, recipe)):
        return False
    return sku in draft.given.recipes or sku not in draft.products or _why_own(draft, sku) is None


def _why_own(draft: Draft, sku: Sku) -> str | None:
    """Name what keeps goods from becoming a bundle: units that they have, or owe. Those are never dropped unasked.

    Units promised to open orders may come back; who typed or counted that none are left has thought of those.
    """
    product, is_known = draft.products[sku], sku in draft.given.products
    if product.available < 0:
        return "bundle.owes_units"
    if not is_known:
        return None  # they come into view with their recipe: what the shop shows nobody took for a number of ours
    if product.available > 0:
        return "bundle.has_own_stock"
    return "bundle.has_promised" if product.reserved and sku not in draft.decided else None


def _stop_suspicious(draft: Draft, sheet: RecipeSheet) -> None:
    """Keep the last recipes as long as new ones would sell out too many goods at once and nobody said yes to that."""
    last, given = draft.given.recipes, draft.given
    new = {sku: recipe for sku, recipe in draft.recipes.items() if recipe != last.get(sku)}
    sold_out = [sku for sku, recipe in new.items() if sku in draft.products and _empties(draft, sku, recipe)]
    if not sold_out:
        return
    known = len({*draft.skus(), *given.in_step.skus})
    before = {sku: last[sku] for sku in new if sku in last}
    plan = plan_to_approve(_named(new), _named(before), sold_out=len(sold_out), known=known, limits=given.limits)
    if plan is not None and plan not in given.approved:
        draft.recipes = {sku: recipe for sku, recipe in last.items() if sku not in draft.left}
        reason = message(RECIPES_WAIT, sheet=sheet.name, count=len(sold_out), known=known, plan=plan)
        draft.hold(None, None, Field.STOCK, reason)


def _empties(draft: Draft, sku: Sku, recipe: Recipe) -> bool:
    last = draft.given.recipes.get(sku)
    units = _allowed(draft, last)[0] if last else draft.products[sku].available
    return units > 0 and _allowed(draft, recipe)[0] == 0


def _named(recipes: Mapping[Sku, Recipe]) -> list[tuple[Sku, object]]:
    return [(sku, sorted(recipe.items())) for sku, recipe in recipes.items()]


def _allowed(draft: Draft, recipe: Recipe) -> tuple[int, Sku]:
    return units_of(recipe, {part: draft.products[part].available for part in recipe})


def _report_no_sheet(draft: Draft) -> None:
    given, sheet = draft.given, draft.given.recipe_sheet
    if not _decides(draft):
        return
    if isinstance(sheet, Message):
        draft.hold(None, None, Field.STOCK, sheet)
    elif given.recipes:
        draft.hold(None, None, Field.STOCK, message("bundle.no_sheet", count=len(given.recipes)))


def _doubted(sheet: RecipeSheet, stored: Mapping[Sku, Recipe], refusals: Iterable[Refusal]) -> dict[Sku, Recipe]:
    """Recipes that are not used because another row names no bundle: what is wrong with them is told at once."""
    if all(bundle is not None for bundle, _reason in refusals):
        return {}
    named = tuple(row for row in sheet.rows if isinstance(row.bundle, Text))
    return recipes_of(replace(sheet, rows=named), stored)[0]


def _report_idle(draft: Draft, idle: dict[Sku, Recipe]) -> None:
    """Tell which recipes have no effect yet, and why; ``idle`` are those that the sheet names beside those in force."""
    for sku in sorted(idle.keys() & draft.products.keys() - draft.given.recipes.keys()):
        if code := _why_own(draft, sku):
            product = draft.products[sku]
            units = abs(product.available) or product.reserved
            draft.hold(sku, None, Field.STOCK, message(code, bundle=sku, units=units))
    if not draft.given.is_catalogue_known:
        return
    for sku, recipe in sorted((draft.recipes | idle).items()):
        if not any(draft.linked(sku)):
            draft.hold(sku, None, Field.STOCK, message("bundle.not_listed", bundle=sku))
        for part in sorted(recipe):
            if not draft.has_ledger(part) and not any(draft.linked(part)):
                draft.hold(sku, None, Field.STOCK, _why_without_stock(draft, sku, part))


def _why_without_stock(draft: Draft, bundle: Sku, part: Sku) -> Message:
    near = nearly([part], [*draft.skus(), *draft.given.in_step.skus]).get(part)
    if near is None:
        return message("bundle.part_without_stock", bundle=bundle, part=part)
    return message("bundle.part_nearly", bundle=bundle, part=part, near=near)


def _hold_typed(draft: Draft, row: LinkedRow) -> None:
    """Hold what was typed into the row of a bundle: its number follows from those of its parts."""
    base = draft.bases.get(row.sku, row.base)  # its own stock may have been asked about already
    base = base._replace(note=None) if isinstance(row.cells.note, Blank) else base
    available, scarce = _allowed(draft, draft.recipes[row.sku])
    derived = message(
        "bundle.stock_is_derived", stock=available, part=scarce, units=max(draft.products[scarce].available, 0)
    )
    agreed = {
        Field.STOCK: {base.stock, available},
        Field.ADJUSTMENT: {base.adjustment},
        Field.COUNT: {base.count},
    }
    is_leaving = row.sku in draft.leaving
    told = {entry.field for entry in draft.held if entry.row == row.cells.number} if is_leaving else ()
    for field, known in agreed.items():
        match row.cells.cell(field):
            case Blank() | Absent():
                continue
            case Number(value) if value in known or field in told:
                continue
            case Unclear(reason):
                draft.hold(row.sku, row.cells.number, field, reason)
            case _:
                draft.hold(row.sku, row.cells.number, field, derived)
    draft.bases[row.sku] = _agreed(row.cells, base, available)


def _agreed(cells: SheetRow, base: RowBase, available: int) -> RowBase:
    """What the row agrees on: a number that is the right one, and cells that are empty.

    Any other number is remembered as refused: later it would be taken for stock of its own.
    """
    stock = available if cells.stock == Number(available) else base.stock
    refused = cells.stock.value if isinstance(cells.stock, Number) and cells.stock.value != stock else None
    adjustment = None if isinstance(cells.adjustment, Blank | Absent) else base.adjustment
    match cells.count:
        case Blank() | Absent():
            count = None
        case Number(value) if 0 <= value != base.count:
            count = ~value
        case _:
            count = base.count
    return base._replace(stock=stock, adjustment=adjustment, count=count, asked_stock=refused, is_derived=True)


def made_in_copy(draft: Draft) -> set[Sku]:
    """Name the goods that a copy makes a bundle of: its sheet does not count, so what it types for them must wait."""
    sheet = draft.given.recipe_sheet
    if not (draft.given.copy and isinstance(sheet, RecipeSheet)):
        return set()
    return {Sku(row.bundle.value) for row in sheet.rows if isinstance(row.bundle, Text)} - draft.given.recipes.keys()


def hold_in_copy(draft: Draft, row: LinkedRow) -> None:
    """Hold what a copy types for goods that it makes a bundle of: half of it is not what was meant."""
    draft.bases[row.sku] = row.base
    for field in (Field.STOCK, Field.ADJUSTMENT, Field.COUNT):
        cell = row.cells.cell(field)
        if not isinstance(cell, Blank | Absent) and cell != Number(getattr(row.base, field.value)):
            draft.hold(row.sku, row.cells.number, field, message("bundle.in_copy", bundle=row.sku))
