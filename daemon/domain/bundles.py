"""Bundles: goods without a ledger of their own, whose stock is what their parts allow (decision 0012)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from daemon.domain.draft import Draft, LinkedRow
from daemon.domain.identity import nearly
from daemon.domain.messages import Message, message
from daemon.domain.recipes import Refusal, recipes_of, units_of
from daemon.domain.rows import Absent, Blank, Field, Number, RowBase, SheetRow, Text, Unclear
from daemon.domain.snapshot import Product
from daemon.domain.stock import QUANTITY_LIMIT, Cause, Movement
from daemon.domain.typed import take_typed_stock
from daemon.domain.values import Sku


def take_recipes(draft: Draft) -> list[Refusal]:
    """Take over what the sheet ``Paket`` of the workbook itself says, and tell what is refused.

    What is not certain leaves the last recipe. Copies and files older than the newest revision change no recipe, and
    neither does a save that a brake stopped.
    """
    given = draft.given
    if given.rows is None or given.copy or given.is_stale or draft.is_scrambled:
        return []
    sheet = given.recipe_sheet
    if isinstance(sheet, Message):
        return [(None, sheet)]
    if sheet is None:
        return [(None, message("bundle.no_sheet", count=len(given.recipes)))] if given.recipes else []
    draft.recipes, refusals = recipes_of(sheet, given.recipes)
    draft.waiting = {sku: recipe for sku, recipe in draft.recipes.items() if _must_wait(draft, sku)}
    draft.leaving = {sku for sku in dissolved(draft) if any(draft.linked(sku))} - draft.left
    if kept := {*draft.waiting, *draft.leaving}:
        draft.recipes, refusals = recipes_of(sheet, given.recipes, waiting=kept)
    for sku in _with_own_stock(draft):
        draft.waiting[sku] = draft.recipes.pop(sku)
    return refusals


def _must_wait(draft: Draft, sku: Sku) -> bool:
    """Whether a new recipe lacks the stock of a part while the last one is in force: a typing error empties nothing."""
    last = draft.given.recipes.get(sku)
    return last is not None and last.keys() <= draft.given.products.keys() and not draft.parts_of(sku)


def _with_own_stock(draft: Draft) -> set[Sku]:
    """Find the goods in new recipes that have units of their own, which the seller has seen: those are not dropped."""
    new = (draft.recipes.keys() - draft.given.recipes.keys()) & draft.given.products.keys()
    return {sku for sku in new if draft.products[sku].available > 0}


def open_parts(draft: Draft) -> None:
    """Start the ledger of parts that no shop lists, where their row in the workbook says how many there are.

    Orders count as for the bundle itself: one that is not seen yet was no more known to whoever typed the number.
    """
    lacking = {part for part in draft.parts() - draft.products.keys() if not any(draft.linked(part))}
    if not lacking or draft.is_scrambled or not draft.given.is_catalogue_known:
        return
    times = Counter(row.sku for row in draft.rows)
    for row in draft.rows:
        match row.sku, row.stock:
            case Text(words), Number(units) if 0 <= units <= QUANTITY_LIMIT and times[row.sku] == 1:
                if (sku := Sku(words)) in lacking:
                    draft.open_product(Product(sku, 0, 0, None, _known_since(draft, sku)))
                    draft.unopened.add(sku)


def _known_since(draft: Draft, part: Sku) -> datetime:
    bundles = [draft.products[sku] for sku, recipe in draft.recipes.items() if part in recipe and sku in draft.products]
    return min((bundle.opened_at for bundle in bundles), default=draft.given.now)


def restarted(draft: Draft, rows: Iterable[LinkedRow]) -> list[LinkedRow]:
    """Take what was typed for goods whose own ledger starts in this cycle as their stock, not as a difference.

    Parts come first: by the time of its own row, it is known whether a bundle is one.
    """
    fresh = {*draft.unopened, *dissolved(draft)}
    taken = [_restarted(row) if row.sku in fresh else row for row in rows]
    return sorted(taken, key=lambda row: row.sku not in draft.unopened)


def _restarted(row: LinkedRow) -> LinkedRow:
    is_as_shown = row.base.stock is not None and row.cells.stock == Number(row.base.stock)
    return row if is_as_shown else replace(row, base=replace(row.base, stock=0))


def take_own_stock(draft: Draft, row: LinkedRow) -> None:
    """Take the number typed for a bundle that stands in ``Paket`` no more as its own stock: it is goods again."""
    if not _says_own_stock(row):
        return
    before = len(draft.held)
    take_typed_stock(draft, replace(row, base=replace(row.base, stock=0)))
    if len(draft.held) == before:
        draft.left.add(row.sku)
        draft.decided.add(row.sku)


def _says_own_stock(row: LinkedRow) -> bool:
    stock, count = row.cells.stock, row.cells.count
    return isinstance(count, Number) or (isinstance(stock, Number) and stock.value != row.base.stock)


def settle_bundles(draft: Draft, rows: Iterable[LinkedRow]) -> None:
    """Give every bundle the number that its parts allow, all else being booked; what was typed for it is held."""
    # Parts may have got their ledger since, or goods lost theirs: recipes that waited for that are in force now.
    for bundle, reason in take_recipes(draft):
        draft.hold(bundle, None, Field.STOCK, reason)
    _report_idle(draft)
    for sku in sorted(draft.recipes):
        if sku not in draft.products or not draft.parts_of(sku):
            continue
        # What it opened with, or was booked before it became a bundle, is no number of anything any more.
        draft.move(Movement(sku, -draft.products[sku].available, Cause.BUNDLE, str(draft.given.cycle)))
        draft.derive(sku, _allowed(draft, sku)[0])
        draft.decided.add(sku)
    for sku in sorted(draft.leaving):
        reason = message("bundle.dissolved", bundle=sku, stock=draft.products[sku].available)
        draft.hold(sku, None, Field.STOCK, reason)
    for row in rows:
        if draft.parts_of(row.sku) and not (row.sku in draft.leaving and _says_own_stock(row)):
            _hold_typed(draft, row)


def dissolved(draft: Draft) -> Iterator[Sku]:
    """Yield the goods that were a bundle until now: their own ledger is empty."""
    known = draft.products.keys()
    return (
        sku
        for sku, recipe in draft.given.recipes.items()
        if sku not in draft.recipes and sku in known and recipe.keys() <= known
    )


def _allowed(draft: Draft, sku: Sku) -> tuple[int, Sku]:
    recipe = draft.parts_of(sku)
    return units_of(recipe, {part: draft.products[part].available for part in recipe})


def _report_idle(draft: Draft) -> None:
    """Tell which recipes have no effect yet, and why."""
    for sku in sorted(draft.waiting.keys() - draft.given.recipes.keys()):
        reason = message("bundle.has_own_stock", bundle=sku, units=draft.products[sku].available)
        draft.hold(sku, None, Field.STOCK, reason)
    if not draft.given.is_catalogue_known:
        return
    for sku, recipe in sorted((draft.recipes | draft.waiting).items()):
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
    base = draft.bases.get(row.sku, row.base)  # its own stock may have been taken first
    base = replace(base, note=None) if isinstance(row.cells.note, Blank) else base
    available, scarce = _allowed(draft, row.sku)
    left = draft.products[scarce].available
    agreed = {
        Field.STOCK: {base.stock, available},
        Field.ADJUSTMENT: {base.adjustment},
        Field.COUNT: {base.count},
    }
    for field, known in agreed.items():
        match row.cells.cell(field):
            case Blank() | Absent():
                continue
            case Number(value) if value in known:
                continue
            case Unclear(reason):
                pass
            case _:
                reason = message("bundle.stock_is_derived", stock=available, part=scarce, units=max(left, 0))
        draft.hold(row.sku, row.cells.number, field, reason)
    draft.bases[row.sku] = _agreed(row.cells, base, available)


def _agreed(cells: SheetRow, base: RowBase, available: int) -> RowBase:
    """What the row agrees on: a number that is the right one, and cells that are empty."""
    stock = available if cells.stock == Number(available) else base.stock
    adjustment = None if isinstance(cells.adjustment, Blank | Absent) else base.adjustment
    count = None if isinstance(cells.count, Blank | Absent) else base.count
    return replace(base, stock=stock, adjustment=adjustment, count=count, asked_stock=None)
