"""Reads the seller's sheet: the columns it has, and row by row what was typed into them."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from bridge.archive import MAX_FILE_BYTES, MAY_BE_UNFINISHED, Archive
from bridge.cells import CellReader, read_shared_strings
from bridge.columns import Column, mapped_columns
from bridge.errors import FileBusyError, FileRefusedError
from bridge.package import Package, SheetEntry
from bridge.sheet_xml import Head, Rows, RowSpan, Tags, cells_in, pieces, rows_in, tags_for
from bridge.styles import read_styles
from bridge.values import BLANK, Kind, Value

_HEADER_IN_FIRST = 20
_YOUNG_S = 60.0


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header; ``cells`` holds every column the sheet has."""

    number: int
    cells: Mapping[Column, Value]


@dataclass(frozen=True, slots=True)
class Table:
    """What a workbook said at one moment.

    ``content_hash`` is the SHA-256 (hex) of the file, ``content`` the file itself; ``columns`` maps to
    positions from 1 and lacks the optional columns that the sheet lacks. Rows blank in every column
    are left out.
    """

    content_hash: str
    sheet: str
    header_row: int
    columns: Mapping[Column, int]
    rows: tuple[Row, ...]
    content: bytes = field(repr=False)
    name: str = ""


def read_table(path: Path) -> Table:
    """Read the first sheet that has our header.

    Raises :class:`~bridge.errors.FileBusyError` when the file is incomplete but was touched within the
    last minute (somebody is saving it), :class:`~bridge.errors.FileRefusedError` when a person must act.
    """
    try:
        status = path.stat()
        if status.st_size > MAX_FILE_BYTES:
            raise FileRefusedError("workbook.too_big", name=path.name)
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise FileRefusedError("workbook.missing", name=path.name) from error
    except OSError as error:
        raise FileRefusedError("workbook.unreadable", name=path.name, reason=error.strerror or "") from error
    try:
        return table_in(content, path.name)
    except FileRefusedError as error:
        if error.code in MAY_BE_UNFINISHED and abs(time.time() - status.st_mtime) < _YOUNG_S:
            raise FileBusyError("workbook.unfinished", name=path.name) from error
        raise


def table_in(content: bytes, name: str) -> Table:
    """Read a table from a workbook's bytes; ``name`` is what errors call the file."""
    sheet = find_sheet(content, name)
    rows = tuple(sheet.rows())
    sheet.package.archive.prove()
    return Table(
        content_hash=sha256(content).hexdigest(),
        sheet=sheet.entry.name,
        header_row=sheet.header_row,
        columns=sheet.columns,
        rows=rows,
        content=content,
        name=name,
    )


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """The sheet that has the header, ready to be streamed."""

    package: Package
    entry: SheetEntry
    header_row: int
    columns: Mapping[Column, int]
    cells: CellReader

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header."""
        wanted = {position: column for column, position in self.columns.items()}
        blank: Mapping[Column, Value] = dict.fromkeys(self.columns, BLANK)
        with self.package.understood(self.entry.part):
            for block, tags, span in _spans(self.package, self.entry):
                if span.number <= self.header_row:
                    continue
                cells = dict(blank)
                for cell in cells_in(block, tags, span.start, span.end, only=wanted):
                    column = wanted[cell.column]
                    cells[column] = self.cells.value(column, cell, tags)
                if any(value is not BLANK for value in cells.values()):
                    yield Row(span.number, cells)


def find_sheet(content: bytes, name: str) -> OpenSheet:
    """Find the first sheet with our header in its first rows."""
    package = Package(Archive(content, name))
    cells = CellReader(read_styles(package), read_shared_strings(package))
    for entry in package.sheets():
        header = _header(package, entry, cells)
        if header is not None:
            return OpenSheet(package, entry, *header, cells)
    package.archive.prove()
    raise FileRefusedError("workbook.no_header", name=name)


def _header(package: Package, entry: SheetEntry, cells: CellReader) -> tuple[int, Mapping[Column, int]] | None:
    with package.understood(entry.part):
        for block, tags, span in _spans(package, entry):
            if span.number > _HEADER_IN_FIRST:
                break
            stored = ((cell.column, cells.stored(cell, tags)) for cell in cells_in(block, tags, span.start, span.end))
            texts = {position: each.text for position, each in stored if each.kind is Kind.TEXT}
            try:
                columns = mapped_columns(texts)
            except FileRefusedError as error:
                raise error.at(name=package.archive.name, sheet=entry.name, row=span.number) from error
            if columns:
                return span.number, columns
    return None


def _spans(package: Package, entry: SheetEntry) -> Iterator[tuple[bytes, Tags, RowSpan]]:
    """Yield every row of a sheet with the block it lies in."""
    after = 0
    tags = tags_for(b"")
    for piece in pieces(package.archive.stream(entry.part)):
        if isinstance(piece, Head):
            tags = piece.tags
        elif isinstance(piece, Rows):
            for span in rows_in(piece.data, tags, after=after):
                yield piece.data, tags, span
                after = span.number
