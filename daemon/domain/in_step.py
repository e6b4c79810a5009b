"""Which rows of the workbook are as they should be, so that nobody needs to look at their goods (decision 0015).

What is not proved to be so here is looked at: a mistake in this direction costs time only.
"""

from collections.abc import Container, Iterable, Mapping
from typing import Any, TypeAlias

from daemon.domain.identity import row_key
from daemon.domain.notes import DONE_MARK, NOTE_MARK, still_holds
from daemon.domain.overrides import OverrideSheet
from daemon.domain.prices import HIGHEST_PRICE, LOWEST_PRICE
from daemon.domain.recipes import RecipeSheet
from daemon.domain.rows import Absent, Blank, Cell, Number, RowBase, SheetRow, Text
from daemon.domain.snapshot import SeenFile
from daemon.domain.stock import QUANTITY_LIMIT
from daemon.domain.values import Sku

Agreed: TypeAlias = tuple[tuple[str, str | None], int, int | None]
"""What shops and ledger agree on about one SKU: the words of its row for status and platform (``None``: shown nowhere),
units, minor units of the currency."""


def rows_in_step(file: SeenFile, agreed: Mapping[Sku, Agreed]) -> dict[Sku, int]:
    """Find the rows of ``file`` that show what is ``agreed``, as they did before; tell their numbers."""
    found: dict[Sku, int] = {}
    met: set[Sku] = set(file.brought)
    bases, written = file.bases, file.bases if file.written is None else file.written
    for row in file.rows:
        if type(row.sku) is not Text:
            continue
        sku: Any = row.sku.value  # a Sku; saying so by a call for every row would be a tenth of all this
        if sku in met:
            found.pop(sku, None)  # which of the two speaks for the goods has to be asked
            continue
        met.add(sku)
        now, base = agreed.get(sku), bases.get(sku)
        if now is None or base is None or written.get(sku) is not base:
            continue
        if _is_as_agreed(base, now) and _shows(row, now) and _is_marked(row, sku, base, now):
            found[sku] = row.number
    return found


def _is_as_agreed(base: RowBase, agreed: Agreed) -> bool:
    """Whether a row showed these numbers before, and nothing was asked in it."""
    _, stock, price = agreed
    if base.is_derived or base.stock != stock or base.price != price or base.adjustment is not None:
        return False
    return base.count is None and base.asked_price is None and base.asked_stock is None


_EMPTY = (Blank, Absent)
_USABLE = (Blank, Absent, Number)


def _shows(row: SheetRow, agreed: Agreed) -> bool:
    _, units, amount = agreed
    stock, price = row.stock, row.price
    if type(row.adjustment) not in _EMPTY or type(row.count) not in _EMPTY or type(row.cost) not in _USABLE:
        return False
    if units > QUANTITY_LIMIT or not (stock.value == units if type(stock) is Number else type(stock) is Absent):
        return False
    if amount is None:
        return type(price) in _EMPTY
    if not LOWEST_PRICE <= amount <= HIGHEST_PRICE:
        return False
    return price.value == amount if type(price) is Number else type(price) is Absent


def _is_marked(row: SheetRow, sku: Sku, base: RowBase, agreed: Agreed) -> bool:
    """Whether status, key, name and note are as they should be."""
    key, note = row.key, row.note
    if not _has_words(row, base, agreed[0]):
        return False
    if not (key.value == row_key(sku) if type(key) is Text else type(key) is Absent) or type(row.product) is Blank:
        return False
    if type(note) in _EMPTY:
        return base.note is None
    return type(note) is Text and _is_to_stay(note.value, base, agreed)


def _has_words(row: SheetRow, base: RowBase, agreed: tuple[str, str | None]) -> bool:
    status, platform, seen = row.status, row.platform, base.words
    if not (status.value == seen[0] == agreed[0] if type(status) is Text else type(status) is Absent):
        return False
    if type(platform) is Absent:
        return True
    if agreed[1] is None:
        return platform.value == seen[1] if type(platform) is Text else seen[1] is None and type(platform) is Blank
    return type(platform) is Text and platform.value == seen[1] == agreed[1]


def with_new_words(file: SeenFile, met: Container[int], listed: Iterable[Sku]) -> set[Sku]:
    """Find the goods in whose rows, but for those ``met``, other words for status or platform stand than we wrote.

    They can switch their product, and so concern its other variants. A code that we do not know may be a damaged one,
    and mean any of the ``listed`` goods of which no row has the name.
    """
    found = {
        Sku(row.sku.value) if type(row.sku) is Text else None
        for row in file.rows
        if row.number not in met and _says_otherwise(row, file.bases)
    }
    named = {sku for sku in found if sku is not None}
    if found <= file.bases.keys():
        return named
    return named.union(set(listed) - {Sku(row.sku.value) for row in file.rows if type(row.sku) is Text})


def _says_otherwise(row: SheetRow, bases: Mapping[Sku, RowBase]) -> bool:
    base = bases.get(Sku(row.sku.value)) if type(row.sku) is Text else None
    status, platform = (None, None) if base is None else base.words
    return (type(row.status) is Text and row.status.value != status) or (
        type(row.platform) is Text and row.platform.value != platform
    )


def _is_to_stay(note: str, base: RowBase, agreed: Agreed) -> bool:
    """Whether a note is the seller's own, or one of ours that tells what was done and is still so."""
    if not note.startswith(NOTE_MARK):
        return base.note is None
    shown = set(agreed[1:])
    return note == base.note and note.startswith(DONE_MARK) and still_holds(note, shown, was=shown)


def named_in(file: SeenFile) -> set[Sku]:
    """Collect the SKUs that the file names elsewhere than in its rows: in choices, and in its sheets about goods."""
    cells: list[Cell] = []
    if isinstance(file.recipe_sheet, RecipeSheet):
        cells += (cell for row in file.recipe_sheet.rows for cell in (row.bundle, row.part))
    if isinstance(file.override_sheet, OverrideSheet):
        cells += (row.sku for row in file.override_sheet.rows)
    return {chosen.sku for chosen in file.choices} | {Sku(cell.value) for cell in cells if isinstance(cell, Text)}
