"""Which rows of the workbook are as they should be, so that nobody needs to look at their goods (decision 0015).

What is not proved to be so here is looked at: a mistake in this direction costs time only.
"""

from collections.abc import Mapping
from typing import NamedTuple

from daemon.domain.identity import row_key
from daemon.domain.notes import DONE_MARK, NOTE_MARK, still_holds
from daemon.domain.overrides import OverrideSheet
from daemon.domain.prices import HIGHEST_PRICE, LOWEST_PRICE
from daemon.domain.recipes import RecipeSheet
from daemon.domain.rows import Absent, Blank, Cell, Number, RowBase, SheetRow, Text
from daemon.domain.snapshot import SeenFile
from daemon.domain.stock import QUANTITY_LIMIT
from daemon.domain.values import Sku


class Agreed(NamedTuple):
    """What shops and ledger agree on about one SKU: the word of its row, units, minor units of the currency.

    Of its listings ``read`` were read in this cycle; of those whose stock we keep ``equal`` were, ``unread`` were not.
    """

    status: str
    stock: int
    price: int | None
    read: int = 0
    equal: int = 0
    unread: int = 0


def rows_in_step(file: SeenFile, agreed: Mapping[Sku, Agreed]) -> dict[Sku, int]:
    """Find the rows of ``file`` that show what is ``agreed``, as they did before; tell their numbers."""
    found: dict[Sku, int] = {}
    met: set[Sku] = set(file.brought)
    for row in file.rows:
        if type(row.sku) is not Text:
            continue
        sku = Sku(row.sku.value)
        if sku in met:
            found.pop(sku, None)  # which of the two speaks for the goods has to be asked
            continue
        met.add(sku)
        numbers, base = agreed.get(sku), file.bases.get(sku)
        if numbers is None or base is None or (file.written is not None and file.written.get(sku) is not base):
            continue
        if not (_is_as_agreed(base, numbers) and _shows(row, numbers)):
            continue
        if _is_marked(row, sku, base, numbers.status) and _is_noted(row.note, base, numbers):
            found[sku] = row.number
    return found


def _is_as_agreed(base: RowBase, agreed: Agreed) -> bool:
    """Whether a row showed these numbers before, and nothing was asked in it."""
    if base.stock != agreed.stock or base.price != agreed.price or base.adjustment is not None:
        return False
    return base.count is None and base.asked_price is None and base.asked_stock is None


_EMPTY = (Blank, Absent)


def _shows(row: SheetRow, agreed: Agreed) -> bool:
    stock, price = row.stock, row.price
    if type(row.cost) is not Number and type(row.cost) not in _EMPTY:
        return False
    if agreed.stock > QUANTITY_LIMIT or type(row.adjustment) not in _EMPTY or type(row.count) not in _EMPTY:
        return False
    if type(stock) is not Absent and not (type(stock) is Number and stock.value == agreed.stock):
        return False
    if agreed.price is None:
        return type(price) in _EMPTY
    if not LOWEST_PRICE <= agreed.price <= HIGHEST_PRICE:
        return False
    return type(price) is Absent or (type(price) is Number and price.value == agreed.price)


def _is_marked(row: SheetRow, sku: Sku, base: RowBase, status: str) -> bool:
    """Whether status, key and name are as they should be."""
    if type(row.status) is not Absent and not (type(row.status) is Text and row.status.value == base.status == status):
        return False
    if type(row.key) is not Absent and not (type(row.key) is Text and row.key.value == row_key(sku)):
        return False
    return type(row.product) is not Blank


def _is_noted(note: Cell, base: RowBase, agreed: Agreed) -> bool:
    """Whether a note is to stay: the seller's own, or one of ours that tells what was done and is still so."""
    if type(note) is not Text or not note.value.startswith(NOTE_MARK):
        return base.note is None and (type(note) in _EMPTY or type(note) is Text)
    shown = {agreed.stock, agreed.price}
    return note.value == base.note and note.value.startswith(DONE_MARK) and still_holds(note.value, shown, was=shown)


def named_in(file: SeenFile) -> set[Sku]:
    """Collect the SKUs that the file names elsewhere than in its rows: in choices, and in its sheets about goods."""
    cells: list[Cell] = []
    if isinstance(file.recipe_sheet, RecipeSheet):
        cells += (cell for row in file.recipe_sheet.rows for cell in (row.bundle, row.part))
    if isinstance(file.override_sheet, OverrideSheet):
        cells += (row.sku for row in file.override_sheet.rows)
    return {chosen.sku for chosen in file.choices} | {Sku(cell.value) for cell in cells if isinstance(cell, Text)}
