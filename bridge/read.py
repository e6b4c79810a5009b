"""Reads the seller's sheet: the columns it has, and row by row what was typed into them."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import starmap
from pathlib import Path

from bridge.columns import ANYWHERE, HEADER_IN_FIRST, Column, Layout, mapped_columns
from bridge.errors import FileBusyError, FileRefusedError
from bridge.mark import Mark, read_mark
from bridge.values import Kind, Value
from bridge.xlsx.archive import MAX_FILE_BYTES, MAY_BE_UNFINISHED, Archive
from bridge.xlsx.cells import CellReader, read_shared_strings
from bridge.xlsx.directory import normal_name
from bridge.xlsx.fingerprint import Consulted
from bridge.xlsx.package import Package, SheetEntry
from bridge.xlsx.rows import RowReader, stored_rows
from bridge.xlsx.styles import read_styles

_YOUNG_S = 60.0
_QUIET_S = 2.0
"""So long is enough for what does not even begin like a workbook: a save that is still going on does."""


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
    are left out. ``mark`` tells which revision of ours the file came from, ``layout`` finds this very sheet
    again; ``unknown_headers`` are the seller's own columns, from left to right, ``titles`` the header
    texts of the known ones. ``parts`` is what all this was read from: as long as
    :meth:`bridge.xlsx.fingerprint.Fingerprint.agrees` with it, it still holds.
    """

    content_hash: str
    sheet: str
    header_row: int
    columns: Mapping[Column, int]
    rows: tuple[Row, ...]
    content: bytes = field(repr=False)
    name: str = ""
    mark: Mark | None = None
    layout: Layout = ANYWHERE
    unknown_headers: tuple[str, ...] = ()
    titles: Mapping[Column, str] = field(default_factory=dict)
    parts: Consulted = field(default_factory=dict, repr=False)


def read_table(path: Path, *, layout: Layout = ANYWHERE, known: Table | None = None) -> Table:
    """Read the sheet that ``layout`` names; else that of ``known``, else the only one that has our header.

    The rows of ``known`` are taken again when the parts they were read from are unchanged. Raises
    :class:`~bridge.errors.FileBusyError` when the file is incomplete but was touched within the
    last minute (somebody is saving it; what does not even begin like a workbook, within two seconds),
    :class:`~bridge.errors.FileRefusedError` when a person must act.
    """
    content = content_of(path)
    with unfinished_while_young(path):
        return table_in(content, path.name, layout=layout, known=known)


def content_of(path: Path) -> bytes:
    """Read a file whole. Raises :class:`~bridge.errors.FileRefusedError`."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise FileRefusedError("workbook.too_big", name=path.name)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FileRefusedError("workbook.missing", name=path.name) from error
    except IsADirectoryError as error:
        raise FileRefusedError("workbook.is_folder", name=path.name) from error
    except OSError as error:
        raise FileRefusedError("workbook.unreadable", name=path.name, reason=error.strerror or "") from error


@contextmanager
def unfinished_while_young(path: Path) -> Iterator[None]:
    """Turn damage into :class:`~bridge.errors.FileBusyError` for a file that somebody may still be saving."""
    try:
        yield
    except FileRefusedError as error:
        with suppress(OSError):
            patience_s = _QUIET_S if error.code == "workbook.not_zip" else _YOUNG_S
            is_young = abs(time.time() - path.stat().st_mtime) < patience_s
            if error.code in MAY_BE_UNFINISHED and is_young:
                raise FileBusyError("workbook.unfinished", name=path.name) from error
        raise


def table_in(content: bytes, name: str, *, layout: Layout = ANYWHERE, known: Table | None = None) -> Table:
    """Read a table from a workbook's bytes; ``name`` is what errors call the file."""
    content_hash = sha256(content).hexdigest()
    archive = Archive(content, name)
    if known is not None and layout.sheet is None:
        layout = replace(layout, sheet=known.layout.sheet)
    if known is not None and known.layout == layout and archive.fingerprint.agrees(known.parts):
        if known.content_hash != content_hash:
            archive.prove()
        return replace(known, content_hash=content_hash, content=content, name=name)
    sheet = find_sheet(Package(archive), layout)
    rows = tuple(starmap(Row, sheet.rows()))
    mark = read_mark(sheet.package)
    # Of the other sheets only the first rows were looked at, to find this one.
    others = {normal_name(entry.part.name) for entry in sheet.package.sheets() if entry != sheet.entry}
    parts = {part: figures for part, figures in archive.consulted.items() if part not in others}
    archive.prove()
    return Table(
        content_hash=content_hash,
        sheet=sheet.entry.name,
        header_row=sheet.header.row,
        columns=sheet.header.columns,
        rows=rows,
        content=content,
        name=name,
        mark=mark,
        layout=layout if layout.sheet is not None else replace(layout, sheet=sheet.entry.name),
        unknown_headers=sheet.header.unknown,
        titles=sheet.header.titles,
        parts=parts,
    )


@dataclass(frozen=True, slots=True)
class Header:
    """The header row of a sheet: its number, where our columns are, what else it names, and what ours are called."""

    row: int
    columns: Mapping[Column, int]
    unknown: tuple[str, ...]
    titles: Mapping[Column, str]


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """The sheet that has the header, ready to be streamed."""

    package: Package
    entry: SheetEntry
    header: Header
    cells: CellReader

    def rows(self) -> Iterator[tuple[int, dict[Column, Value]]]:
        """Yield number and cells of the rows below the header that are not blank."""
        with self.package.understood(self.entry.part):
            reader = RowReader(self.header.row, self.header.columns, self.cells)
            yield from reader.rows(self.package.markup(self.entry.part))


def find_sheet(package: Package, layout: Layout) -> OpenSheet:
    """Find the sheet that ``layout`` names, or the only one with our header in its first rows."""
    cells = CellReader(read_styles(package), read_shared_strings(package))
    entries = package.sheets()
    name = package.archive.name
    meant = sheets_meant([entry.name for entry in entries], layout, name=name)
    headers = ((entry, _header(package, entry, cells, layout)) for entry in entries if entry.name in meant)
    found = [OpenSheet(package, entry, header, cells) for entry, header in headers if header is not None]
    if len(found) != 1:
        package.archive.prove()
    refuse_all_but_one([sheet.entry.name for sheet in found], layout, name=name)
    return found[0]


def sheets_meant(sheets: Sequence[str], layout: Layout, *, name: str) -> Sequence[str]:
    """Give those of a workbook's sheets that the goods may stand in: all, unless ``layout`` names one."""
    if layout.sheet is None:
        return sheets
    if layout.sheet in sheets:
        return [layout.sheet]
    wanted = layout.sheet.strip().casefold()
    found = [sheet for sheet in sheets if sheet.strip().casefold() == wanted]
    if not found:
        raise FileRefusedError("workbook.no_sheet", name=name, sheet=layout.sheet, sheets=", ".join(sheets))
    return found


def refuse_all_but_one(found: Sequence[str], layout: Layout, *, name: str) -> None:
    """Refuse a workbook of which not exactly one sheet has our header; ``found`` are those that have it.

    An order list has a SKU and a quantity as well: which sheet holds the goods is the seller's to say.
    """
    if len(found) > 1:
        raise FileRefusedError("workbook.two_sheets", name=name, sheets=", ".join(found))
    if not found and layout.header_row is not None:
        raise FileRefusedError("workbook.no_header_at", name=name, row=layout.header_row)
    if not found:
        raise FileRefusedError("workbook.no_header", name=name)


def _header(package: Package, entry: SheetEntry, cells: CellReader, layout: Layout) -> Header | None:
    last = layout.header_row or HEADER_IN_FIRST
    with package.understood(entry.part):
        for number, stored in stored_rows(cells, package.markup(entry.part)):
            if number > last:
                break
            if layout.header_row not in {None, number}:
                continue
            texts = {position: each.text for position, each in stored.items() if each.kind is Kind.TEXT}
            header = header_in(number, texts, layout, name=package.archive.name, sheet=entry.name)
            if header is not None:
                return header
    return None


def header_in(row: int, texts: Mapping[int, str], layout: Layout, *, name: str, sheet: str) -> Header | None:
    """Take a row (position to text) for the header, if it is one; ``name`` and ``sheet`` say where errors are."""
    try:
        columns = mapped_columns(texts, layout.titles, needed=layout.needed)
    except FileRefusedError as error:
        raise error.at(name=name, sheet=sheet, row=row) from error
    others = (text.strip() for position, text in sorted(texts.items()) if position not in columns.values())
    titles = {column: texts[position].strip() for column, position in columns.items()}
    return Header(row, columns, tuple(filter(None, others)), titles) if columns else None
