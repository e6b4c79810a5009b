"""Step 2, read: what the seller saved. Bridge values become domain cells; errors become a message, never an edit."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bridge.columns import REQUIRED, Column, Layout
from bridge.errors import BridgeError
from bridge.folder.copies import conflicted_copies
from bridge.folder.files import who_has_it_open
from bridge.formats import read_file
from bridge.mark import can_carry
from bridge.plan_sheet import read_plan
from bridge.read import Row
from bridge.side_sheet import SideTable
from bridge.side_sheets import ALLOCATION, BUNDLES, SideSheet
from bridge.status_sheet import read_status
from bridge.values import Blank as BlankCell
from bridge.values import Unclear as UnclearCell
from bridge.values import Value, Whole, Words
from bridge.xlsx.archive import Archive
from bridge.xlsx.package import Package
from daemon.bridge_words import words_for
from daemon.domain.messages import Message, message
from daemon.domain.overrides import OverrideRow, OverrideSheet
from daemon.domain.recipes import RecipeRow, RecipeSheet
from daemon.domain.rows import Absent, Blank, Cell, Field, Number, SheetRow, Text, Unclear
from daemon.mirror import revisions
from daemon.mirror.known_sheet import KnownSheet, known_sheet
from daemon.parts import Parts, Sheet


@dataclass(frozen=True, slots=True)
class Saved:
    """The workbook, ``None`` when it could not be read, and the conflicted copies of it; ``problems`` say why not.

    ``is_open``: an editor that we see has the workbook open, or had since we wrote it last.
    """

    workbook: Sheet | None
    copies: tuple[Sheet, ...] = ()
    problems: tuple[Message, ...] = ()
    is_open: bool = False


async def read_workbook(parts: Parts) -> Saved:
    """Read the workbook, and the copies that a cloud folder put beside it because two people had saved.

    A file that cannot be read leaves everything as it is. What is unchanged since it was read last is not parsed again.
    """
    return await asyncio.to_thread(read_now, parts)


def read_now(parts: Parts) -> Saved:
    """Do what :func:`read_workbook` does, while the caller waits."""
    path = parts.settings.workbook
    is_open = parts.was_open() or who_has_it_open(path) is not None
    with parts.mirror.transaction() as tx:
        remembered = known_sheet(tx)
    workbook = _read_again(parts, path, remembered)
    if isinstance(workbook, Sheet):
        parts.sheets[path] = workbook
        remembered = known_as(workbook)
    read = [workbook, *(_read_again(parts, copy, remembered) for copy in conflicted_copies(path))]
    problems = tuple(each for each in read if isinstance(each, Message))
    copies = tuple(each for each in read[1:] if isinstance(each, Sheet))
    return Saved(workbook if isinstance(workbook, Sheet) else None, copies, problems, is_open)


def known_as(sheet: Sheet) -> KnownSheet:
    """Give what the mirror shall remember of the sheet that was read."""
    titles = {Field(column.value): title for column, title in sheet.table.titles.items()}
    return KnownSheet(sheet.table.sheet, sheet.table.unknown_headers, titles)


def _read_again(parts: Parts, path: Path, remembered: KnownSheet | None) -> Sheet | Message:
    """Read the sheet that the seller names, or the one that was read before: no other takes its place by itself."""
    layout, known = parts.settings.layout, parts.sheets.get(path)
    before = remembered.name if remembered and layout.sheet is None else ""
    if before:
        layout = replace(layout, sheet=before)
    sheet = read_sheet(path, layout, known=known if layout.sheet else None)
    if before and isinstance(sheet, Message) and sheet.code in {"workbook.no_sheet", "workbook.no_header"}:
        sheet = _instead_of(parts, path, before, sheet)
    if isinstance(sheet, Message) and sheet.code in {"workbook.no_header", "workbook.no_header_at"}:
        return _without_header(path, layout, sheet, remembered)
    return sheet


def _without_header(path: Path, layout: Layout, problem: Message, remembered: KnownSheet | None) -> Message:
    """Name the headers that are missing, where the settings name them or they were there before."""
    others = {column: read_sheet(path, replace(layout, needed=REQUIRED - {column})) for column in sorted(REQUIRED)}
    missing = [column for column, found in others.items() if isinstance(found, Sheet)] or list(others)
    if named := [layout.titles[column] for column in missing if column in layout.titles]:
        return message("workbook.named_header_missing", name=path.name, headers=", ".join(named))
    if remembered is None or not remembered.titles:
        return problem
    titles = (remembered.titles[Field(column.value)] for column in missing)
    return message("workbook.header_lost", name=path.name, headers=", ".join(titles))


def _instead_of(parts: Parts, path: Path, gone: str, problem: Message) -> Sheet | Message:
    """Read the sheet that is ``gone`` under its new name; or ask, unless it is certain that this is the one.

    ``problem``: the workbook has no sheet of the old name any more, or that sheet has no header.
    """
    is_nameless = problem.code == "workbook.no_sheet"
    other = read_sheet(path, parts.settings.layout)
    if isinstance(other, Message) and other.code == problem.code:
        return problem
    if isinstance(other, Message) and other.code not in {"workbook.two_sheets", "workbook.no_header"}:
        return other
    if isinstance(other, Sheet) and is_nameless and _shows_what_was_agreed(parts, other):
        return other
    sheets = other.table.sheet if isinstance(other, Sheet) else other.params.get("sheets", "–")
    return message("workbook.sheet_gone", name=path.name, sheet=gone, sheets=sheets)


def _shows_what_was_agreed(parts: Parts, sheet: Sheet) -> bool:
    """Whether most of the goods that the workbook showed stand here with the same stock: no order list does that."""
    with parts.mirror.transaction() as tx:
        newest = revisions.newest_revision(tx)
        bases = revisions.bases_at(tx, newest.number) if newest else {}
    agreed = {(Text(sku), Number(base.stock)) for sku, base in bases.items() if base.stock is not None}
    return 2 * len(agreed & {(row.sku, row.stock) for row in sheet.rows}) > len(agreed)


def read_sheet(path: Path, layout: Layout, *, known: Sheet | None = None) -> Sheet | Message:
    """Read a workbook, or tell why it cannot be read. ``known`` is what it was last."""
    saved_at = _saved_at(path)
    try:
        table = read_file(path, layout=layout, known=known.table if known else None)
        if known is not None and (known.table.content_hash, known.table.layout) == (table.content_hash, table.layout):
            return known
        sheet = Sheet(path, table, tuple(_row(row) for row in table.rows), saved_at=saved_at)
        return _with_other_sheets(sheet) if can_carry(table.name) else sheet
    except BridgeError as error:
        return words_for(error)


def _saved_at(path: Path) -> datetime | None:
    with suppress(OSError, OverflowError, ValueError):
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return None


def _with_other_sheets(sheet: Sheet) -> Sheet:
    """Read the sheets that Selaras knows beside the goods; one that cannot be read does not stop the goods."""
    package = Package(Archive(sheet.table.content, sheet.table.name))
    unread: dict[str, Message] = {}

    def found(name: str, kind: SideSheet) -> SideTable | None:
        try:
            return kind.read_from(package, except_sheet=sheet.table.sheet)
        except BridgeError as error:
            unread[name] = words_for(error)
            return None

    allocation, bundles = found("allocation", ALLOCATION), found("bundles", BUNDLES)
    plan = read_plan(package)
    return replace(sheet, status=read_status(package), plan=plan, allocation=allocation, bundles=bundles, unread=unread)


def recipes_in(sheet: Sheet) -> RecipeSheet | Message | None:
    """Give what the sheet ``Paket`` says, or why it cannot be read; ``None`` when the file has none."""
    table = sheet.bundles
    if table is None:
        return sheet.unread.get("bundles")
    columns = ("bundle", "part", "quantity")
    rows = (RecipeRow(row.number, *(_cell(row.cells[name]) for name in columns)) for row in table.rows)
    return RecipeSheet(table.sheet, tuple(rows))


def overrides_in(sheet: Sheet) -> OverrideSheet | Message | None:
    """Give what the sheet ``Alokasi`` says, as :func:`recipes_in` does."""
    table = sheet.allocation
    if table is None:
        return sheet.unread.get("allocation")
    read = ((row.number, {name: _cell(value) for name, value in row.cells.items()}) for row in table.rows)
    rows = (OverrideRow(number, cells.pop("sku"), cells.pop("shop"), cells) for number, cells in read)
    return OverrideSheet(table.sheet, tuple(rows))


def _row(row: Row) -> SheetRow:
    cells = {field.value: _cell(row.cells.get(Column(field.value))) for field in Field}
    return SheetRow(number=row.number, **cells)


def _cell(value: Value | None) -> Cell:
    match value:
        case None:
            return Absent()
        case BlankCell():
            return Blank()
        case Whole(number):
            return Number(number)
        case Words(text):
            return Text(text)
        case UnclearCell(code, shown):
            return Unclear(Message(code, {"shown": shown}))
