"""What the sheets of ours in a workbook share: found by name and header, read cell by cell, filled in their place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bridge.columns import Language, plain
from bridge.errors import FileRefusedError
from bridge.values import Cell, Kind
from bridge.xlsx.archive import Member
from bridge.xlsx.cells import CellReader, read_shared_strings
from bridge.xlsx.markup import Asides, OddEncodingError, encoding_of
from bridge.xlsx.package import Package, SheetEntry
from bridge.xlsx.rows import stored_rows
from bridge.xlsx.sheet_patch import SheetEdit, SheetPatcher
from bridge.xlsx.splice import Wish
from bridge.xlsx.styles import read_styles, unlocked_styles


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """A sheet of ours as it stands in a file. ``positions`` are its columns in the order of the header."""

    header_row: int
    positions: tuple[int, ...]
    rows: Mapping[int, Mapping[int, Cell]]

    def cell(self, row: int, place: int) -> Cell:
        """The cell of a row in the column that stands at ``place`` in the header, from 0."""
        return self.rows.get(row, {}).get(self.positions[place], _EMPTY)

    @property
    def lines(self) -> Mapping[int, tuple[Cell, ...]]:
        """The rows below the header that say something in our columns."""
        places = range(len(self.positions))
        found = {row: tuple(self.cell(row, place) for place in places) for row in self.rows if row > self.header_row}
        return {row: cells for row, cells in found.items() if any(map(shown, cells))}


@dataclass(frozen=True, slots=True)
class SheetKind:
    """One of our sheets: its names, its header in either language, and the row in which the template has that."""

    names: tuple[str, ...]
    headers: Mapping[Language, tuple[str, ...]]
    header_row: int

    def read_from(self, package: Package) -> OwnSheet | None:
        """Read the sheet; ``None`` when the workbook has none of ours, or none that can be read."""
        entry = self._entry(package)
        return None if entry is None else self._read(package, entry, package.markup(entry.part))

    def filled(self, package: Package, wishes: Mapping[int, Mapping[int, Wish]]) -> tuple[str, bytes, OwnSheet] | None:
        """Give the part with ``wishes`` (row, column) in it, by its name, and what it says then.

        ``None`` where something of the seller's stands in our place: a formula, merged cells, protection.
        """
        entry = self._entry(package)
        sheet = None if entry is None or package.is_signed else self.read_from(package)
        if entry is None or sheet is None:
            return None
        edit = SheetEdit(sheet.header_row, sheet.header_row, wishes, frozenset(sheet.positions))
        try:
            xml = _patched(package, entry.part, edit)
        except FileRefusedError:
            return None
        new = self._read(package, entry, [xml])
        return None if new is None else (entry.part.name, xml, new)

    def _entry(self, package: Package) -> SheetEntry | None:
        names = {name.casefold() for name in self.names}
        return next((each for each in package.sheets() if each.name.casefold() in names), None)

    def _read(self, package: Package, entry: SheetEntry, chunks: Iterable[bytes]) -> OwnSheet | None:
        reader = CellReader(read_styles(package), read_shared_strings(package))
        try:
            with package.understood(entry.part):
                rows = dict(stored_rows(reader, chunks))
        except FileRefusedError:
            return None
        header = next((number for number, cells in rows.items() if self._positions(cells)), 0)
        return OwnSheet(header, self._positions(rows[header]), rows) if header >= self.header_row else None

    def _positions(self, cells: Mapping[int, Cell]) -> tuple[int, ...]:
        """Find our columns in a row that is our header in either language; none in any other row."""
        places = {plain(cell.text): column for column, cell in cells.items()}
        for headers in self.headers.values():
            if all(plain(header) in places for header in headers):
                return tuple(places[plain(header)] for header in headers)
        return ()


def shown(cell: Cell) -> str:
    """The text of a cell in one line."""
    return " ".join(cell.text.split())


def wish(text: str) -> str | None:
    """Give a text as a cell holds it: in one line, and with what cannot be encoded (half a character) left out."""
    return " ".join(text.split()).encode("utf-8", "replace").decode() or None


def _patched(package: Package, part: Member, edit: SheetEdit) -> bytes:
    patcher, asides = SheetPatcher(edit, unlocked_styles(package)), Asides()
    with package.understood(part):
        if encoding_of(next(package.archive.stream(part), b"")) != "utf-8":
            raise OddEncodingError
        return b"".join(asides.restored(patcher.stream(asides.taken(package.archive.stream(part)))))


_EMPTY = Cell(Kind.NOTHING, "")
