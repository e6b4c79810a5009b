"""The sheet ``Selaras`` in a workbook of ours: how things stand, and a choice list where the seller must decide.

It belongs to the template. A seller's own workbook has none and is not given one; a sheet of that name without our
header is the seller's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bridge.columns import Column, Language, header_text, plain
from bridge.errors import FileRefusedError
from bridge.values import Cell, Kind, Whole, Words, meaning
from bridge.xlsx.archive import Member
from bridge.xlsx.cells import CellReader, read_shared_strings
from bridge.xlsx.markup import Asides, OddEncodingError, encoding_of
from bridge.xlsx.package import Package, SheetEntry
from bridge.xlsx.proven import row_cells
from bridge.xlsx.sheet_patch import SheetEdit, SheetPatcher
from bridge.xlsx.sheet_xml import Head, Rows, pieces, rows_in, tags_for
from bridge.xlsx.splice import Wish
from bridge.xlsx.styles import read_styles, unlocked_styles

NAME = "Selaras"
HEADERS: Mapping[Language, tuple[str, ...]] = {
    "id": ("Apa", "SKU", "Baris", "Di sini", "Di toko", "Alasan", "Pilihan"),
    "en": ("What", "SKU", "Row", "Here", "In the shop", "Reason", "Choice"),
}
HEADER_ROW = 4
"""Above it stand the state, the time of our last write, and what the sheet is for."""
NO_CHOICE = "–"
"""Stands in the choice cell of a line that asks nothing."""


class Choice(StrEnum):
    """What can be chosen."""

    SHEET = "sheet"
    SHOP = "shop"
    SUM = "sum"


_CHOICES: Mapping[Choice, tuple[str, str]] = {
    Choice.SHEET: ("pakai sheet", "use sheet"),
    Choice.SHOP: ("pakai toko", "use shop"),
    Choice.SUM: ("jumlahkan", "add up"),
}
_CHOICE_OF = {plain(text): choice for choice, texts in _CHOICES.items() for text in texts}
_COLUMN_OF = {plain(header_text(column, language)): column for language in HEADERS for column in Column}


def choice_text(choice: Choice, language: Language) -> str:
    """Give the words of the choice list."""
    indonesian, english = _CHOICES[choice]
    return indonesian if language == "id" else english


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One line of the table: what it is about (the header of a column, or other words), and what stands where.

    ``shown`` is what the shop shows. Only a line that ``is_question`` takes a choice.
    """

    what: str
    sku: str
    row: int | None
    here: int | None
    shown: int | None
    reason: str
    is_question: bool = False


@dataclass(frozen=True, slots=True)
class StatusPage:
    """The whole sheet; ``written`` tells when, and is no reason to write it."""

    state: str
    written: str
    lines: Sequence[StatusLine] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice that was made, with the numbers that its line showed."""

    sku: str
    column: Column
    choice: Choice
    here: int | None
    shown: int | None


@dataclass(frozen=True, slots=True)
class StatusSheet:
    """The sheet as it stands in a file. ``lines`` are its cells row by row, in the order of the header."""

    header_row: int
    positions: tuple[int, ...]
    state: str
    lines: Mapping[int, tuple[Cell, ...]]

    def says(self, page: StatusPage) -> bool:
        """Tell whether nothing but the time would change, the order of the lines aside."""
        now = sorted(tuple(map(_shown, cells)) for cells in self.lines.values())
        wanted = sorted(tuple("" if wish is None else str(wish) for wish in _wishes(line)) for line in page.lines)
        return self.state == (_wish(page.state) or "") and now == wanted

    def choices(self) -> tuple[Chosen, ...]:
        """Read what was chosen; what is none of our words is no choice."""
        found = (_chosen(cells) for cells in self.lines.values())
        return tuple(each for each in found if each is not None)


def read_status(package: Package) -> StatusSheet | None:
    """Read the sheet; ``None`` when the workbook has none of ours, or none that can be read."""
    entry = _entry(package)
    return None if entry is None else _read(package, entry, _reader(package), package.markup(entry.part))


def filled(package: Package, page: StatusPage) -> Mapping[str, bytes]:
    """Give the part to replace so that the sheet shows ``page``; nothing when there is no sheet to fill.

    The looks are those of the template's columns. Cells beside our columns stay, and where something of the seller's
    stands in our place (a formula, merged cells, protection) the sheet is left alone. It has been read again.
    """
    entry = _entry(package)
    if entry is None or package.is_signed:
        return {}
    reader = _reader(package)
    sheet = _read(package, entry, reader, package.markup(entry.part))
    if sheet is None:
        return {}
    first, top = sheet.positions[0], sheet.header_row - HEADER_ROW + 1
    wishes: dict[int, Mapping[int, Wish]] = {number: dict.fromkeys(sheet.positions) for number in sheet.lines}
    wishes |= {top: {first: _wish(page.state)}, top + 1: {first: _wish(page.written)}}
    for number, line in enumerate(page.lines, start=sheet.header_row + 1):
        wishes[number] = dict(zip(sheet.positions, _wishes(line), strict=True))
    edit = SheetEdit(sheet.header_row, sheet.header_row, wishes, frozenset(sheet.positions))
    try:
        xml = _patched(package, entry.part, edit)
    except FileRefusedError:
        return {}
    new = _read(package, entry, reader, [xml])
    return {entry.part.name: xml} if new is not None and new.says(page) else {}


def _entry(package: Package) -> SheetEntry | None:
    return next((each for each in package.sheets() if each.name.casefold() == NAME.casefold()), None)


def _reader(package: Package) -> CellReader:
    return CellReader(read_styles(package), read_shared_strings(package))


def _patched(package: Package, part: Member, edit: SheetEdit) -> bytes:
    patcher, asides = SheetPatcher(edit, unlocked_styles(package)), Asides()
    with package.understood(part):
        if encoding_of(next(package.archive.stream(part), b"")) != "utf-8":
            raise OddEncodingError
        return b"".join(asides.restored(patcher.stream(asides.taken(package.archive.stream(part)))))


def _read(package: Package, entry: SheetEntry, reader: CellReader, chunks: Iterable[bytes]) -> StatusSheet | None:
    try:
        with package.understood(entry.part):
            rows = dict(_rows(reader, chunks))
    except FileRefusedError:
        return None
    header = next((number for number, cells in rows.items() if _positions(cells)), 0)
    if header < HEADER_ROW:
        return None
    positions = _positions(rows[header])
    title = rows.get(header - HEADER_ROW + 1, {}).get(positions[0], _EMPTY)
    ours = {row: tuple(cells.get(position, _EMPTY) for position in positions) for row, cells in rows.items()}
    lines = {row: cells for row, cells in ours.items() if row > header and any(map(_shown, cells))}
    return StatusSheet(header, positions, _shown(title), lines)


def _rows(reader: CellReader, chunks: Iterable[bytes]) -> Iterator[tuple[int, dict[int, Cell]]]:
    after, tags = 0, tags_for(b"")
    for piece in pieces(chunks):
        if isinstance(piece, Head):
            tags = piece.tags
        elif isinstance(piece, Rows):
            for span in rows_in(piece.data, tags, after=after):
                cells = row_cells(piece.data, tags, span)
                yield span.number, {cell.column: reader.stored(cell, tags) for cell in cells}
                after = span.number


def _positions(cells: Mapping[int, Cell]) -> tuple[int, ...]:
    """Find our columns in a row that is our header in either language; none in any other row."""
    places = {plain(cell.text): column for column, cell in cells.items()}
    for headers in HEADERS.values():
        if all(plain(header) in places for header in headers):
            return tuple(places[plain(header)] for header in headers)
    return ()


def _wishes(line: StatusLine) -> tuple[Wish, ...]:
    choice = "" if line.is_question else NO_CHOICE
    texts = [_wish(text) for text in (line.what, line.sku, line.reason, choice)]
    return (*texts[:2], line.row, line.here, line.shown, *texts[2:])


def _wish(text: str) -> str | None:
    """Give a text as a cell holds it: in one line, and with what cannot be encoded (half a character) left out."""
    return " ".join(text.split()).encode("utf-8", "replace").decode() or None


def _shown(cell: Cell) -> str:
    return " ".join(cell.text.split())


def _chosen(cells: tuple[Cell, ...]) -> Chosen | None:
    what, sku, _row, here, shown, _reason, choice = cells
    column, made, code = _COLUMN_OF.get(plain(what.text)), _CHOICE_OF.get(plain(choice.text)), meaning(Column.SKU, sku)
    if column is None or made is None or not isinstance(code, Words):
        return None
    return Chosen(code.text, column, made, _number(here), _number(shown))


def _number(cell: Cell) -> int | None:
    value = meaning(Column.PRICE, cell)
    return value.value if isinstance(value, Whole) else None


_EMPTY = Cell(Kind.NOTHING, "")
