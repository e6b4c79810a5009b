"""What is written into every workbook of the suite, and what must follow from it."""

from dataclasses import dataclass
from functools import cache

from fidelity.added_parts import unzipped
from fidelity.books import PLACES, workbook
from fidelity.comparison import seen_by_openpyxl
from fidelity.goods import ADJUSTMENT, COUNT, GOODS, NOTE, PRICE, SKU, STATUS, STOCK, Place
from openpyxl.utils import get_column_letter as letters

from bridge.mark import Mark
from bridge.patch import Change, patch
from bridge.read import Table, table_in

MARK = Mark("tokosari", 8)
SAVED = "✓ 12 → 19 & <ok> 🎉 \t_x0041_\x07 "
ADDED = (
    {SKU: "007", PRICE: 1000, STOCK: 5, STATUS: "Aktif"},
    {SKU: "BARU=1", STOCK: 0, NOTE: "=bukan rumus"},
)


@dataclass(frozen=True, slots=True)
class Case:
    """A workbook before and after."""

    name: str
    place: Place
    table: Table
    old: bytes
    new: bytes
    targets: dict[str, object]
    added: dict[str, object]

    @property
    def parts(self) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """All parts before and after."""
        return unzipped(self.old), unzipped(self.new)

    @property
    def own_formulas(self) -> dict[int, str]:
        """The seller's own formula of each row, by row."""
        column = letters(self.place.last_column + 1)
        return {row: f"{column}{row}" for row in range(self.place.row + 2, self.place.last_row + 2)}


def changes(place: Place) -> list[Change]:
    """Change cells of every kind: numbers, texts, cleared ones and ones that were not there."""
    first = place.row + 2
    return [
        Change(first, STOCK, 19),
        Change(first, NOTE, SAVED),
        Change(first + 1, ADJUSTMENT, None),
        Change(first + 1, STOCK, 0),
        Change(first + 2, PRICE, 36_000),
        Change(first + 3, STATUS, "Nonaktif"),
        Change(first + 4, COUNT, 4),
        Change(first + 5, STATUS, None),
    ]


@cache
def case(name: str, place: str, *, grows: bool) -> Case:
    """Patch a workbook once: with changes only, or with added rows and a mark as well."""
    old, at = workbook(name, place), PLACES[place]
    table = table_in(old, f"{name}.xlsx")
    assert [row.number for row in table.rows] == list(range(at.row + 2, at.last_row + 2)), "the goods are not read"
    wishes, rows, mark = changes(at), ADDED if grows else (), MARK if grows else None
    result = patch(table, wishes, rows, mark=mark)
    targets = {cell_name(at, each.row, each.column): each.value for each in wishes}
    added = {
        cell_name(at, number, column): value
        for number, row in zip(result.appended_rows, rows, strict=True)
        for column, value in row.items()
    }
    assert len(GOODS) + len(rows) == len(table_in(result.content, name).rows)
    return Case(name, at, table, old, result.content, targets, added)


def cell_name(place: Place, row: int, column: object) -> str:
    """Name the cell of a column."""
    return f"{letters(place.column + place.order.index(column) + 1)}{row}"


def formulas(content: bytes) -> dict[tuple[str, str], object]:
    """List the formulas of all sheets, as openpyxl reads them."""
    seen = seen_by_openpyxl(content, values=False)
    return {place: cell[0] for place, cell in seen.items() if str(cell[0]).startswith("=")}
