"""A small table on a sheet of its own in the seller's workbook: rules that belong to no single row of the goods."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bridge.columns import HEADER_IN_FIRST, Column, plain
from bridge.errors import FileRefusedError
from bridge.values import BLANK, Cell, Value, meaning
from bridge.xlsx.cells import CellReader, read_shared_strings
from bridge.xlsx.package import Package, SheetEntry
from bridge.xlsx.rows import stored_rows
from bridge.xlsx.styles import read_styles


@dataclass(frozen=True, slots=True)
class SideColumn:
    """A column by what it is called here, its header texts, and how its cells are understood.

    A row that lacks a column that ``is_required`` is not the header.
    """

    name: str
    headers: tuple[str, ...]
    column: Column
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class SideRow:
    """One row below the header: what each column says by the column's name. Columns the sheet lacks are blank."""

    number: int
    cells: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class SideTable:
    """What the sheet said, under the name it has in the workbook; rows that are blank are left out."""

    sheet: str
    rows: tuple[SideRow, ...]


def read_side_sheet(package: Package, names: Collection[str], columns: Sequence[SideColumn]) -> SideTable | None:
    """Read the sheet that has one of ``names``; ``None`` when the workbook has none.

    Raises :class:`~bridge.errors.FileRefusedError` when two have one, when the sheet has no header in its first rows
    or names one column twice, and when it cannot be read.
    """
    wanted = {plain(name) for name in names}
    entries = [entry for entry in package.sheets() if plain(entry.name) in wanted]
    if len(entries) > 1:
        sheets = ", ".join(entry.name for entry in entries)
        raise FileRefusedError("workbook.side_sheet_twice", name=package.archive.name, sheets=sheets)
    return _read(package, entries[0], columns) if entries else None


def _read(package: Package, entry: SheetEntry, columns: Sequence[SideColumn]) -> SideTable:
    reader = CellReader(read_styles(package), read_shared_strings(package))
    places: dict[str, int] | None = None
    rows = []
    with package.understood(entry.part):
        for number, cells in stored_rows(reader, package.markup(entry.part)):
            if places is not None:
                rows.append(SideRow(number, _values(cells, columns, places)))
            elif number > HEADER_IN_FIRST:
                break
            else:
                places = _places(package, entry, (number, cells), columns)
    if places is None:
        headers = ", ".join(column.headers[0] for column in columns if column.is_required)
        name, sheet = package.archive.name, entry.name
        raise FileRefusedError("workbook.side_sheet_header", name=name, sheet=sheet, headers=headers)
    return SideTable(entry.name, tuple(row for row in rows if any(each is not BLANK for each in row.cells.values())))


def _values(cells: Mapping[int, Cell], columns: Sequence[SideColumn], places: Mapping[str, int]) -> dict[str, Value]:
    given = ((column, cells.get(places.get(column.name, 0))) for column in columns)
    return {column.name: BLANK if cell is None else meaning(column.column, cell) for column, cell in given}


def _places(
    package: Package, entry: SheetEntry, row: tuple[int, Mapping[int, Cell]], columns: Sequence[SideColumn]
) -> dict[str, int] | None:
    """Find the columns in a row, if it is the header."""
    number, cells = row
    named = {plain(header): column.name for column in columns for header in column.headers}
    places: dict[str, int] = {}
    doubled = ""
    for position, cell in sorted(cells.items()):
        name = named.get(plain(cell.text))
        if name is not None and places.setdefault(name, position) != position:
            doubled = cell.text
    if any(column.name not in places for column in columns if column.is_required):
        return None
    if doubled:
        name, sheet = package.archive.name, entry.name
        raise FileRefusedError("workbook.doubled_header", name=name, sheet=sheet, row=number, header=doubled)
    return places
