"""Step 2, read: what the seller saved. Bridge values become domain cells; errors become a message, never an edit."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import structlog

from bridge.archive import Archive
from bridge.columns import Column
from bridge.copies import conflicted_copies
from bridge.errors import BridgeError
from bridge.formats import read_file
from bridge.mark import can_carry
from bridge.package import Package
from bridge.read import Row
from bridge.status_sheet import read_status
from bridge.values import Blank as BlankCell
from bridge.values import Unclear as UnclearCell
from bridge.values import Value, Whole, Words
from daemon.bridge_words import words_for
from daemon.config import Settings
from daemon.domain.messages import Message
from daemon.domain.rows import Absent, Blank, Cell, Field, Number, SheetRow, Text, Unclear
from daemon.parts import Parts, Sheet

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Saved:
    """The workbook, ``None`` when it could not be read, and the conflicted copies of it; ``problems`` say why not."""

    workbook: Sheet | None
    copies: tuple[Sheet, ...] = ()
    problems: tuple[Message, ...] = ()


async def read_workbook(parts: Parts) -> Saved:
    """Read the workbook, and the copies that a cloud folder put beside it because two people had saved.

    A file that cannot be read leaves everything as it is. What is unchanged since it was read last is not parsed again.
    """
    return await asyncio.to_thread(_read_all, parts.settings, parts.sheets)


def _read_all(settings: Settings, sheets: dict[Path, Sheet]) -> Saved:
    workbook = read_sheet(settings, known=sheets.get(settings.workbook))
    read = [workbook, *(read_sheet(settings, path) for path in conflicted_copies(settings.workbook))]
    problems = tuple(each for each in read if isinstance(each, Message))
    copies = tuple(each for each in read[1:] if isinstance(each, Sheet))
    if isinstance(workbook, Message):
        return Saved(None, copies, problems)
    if settings.workbook not in sheets and workbook.table.unknown_headers:
        log.info("workbook.own_columns", columns=list(workbook.table.unknown_headers))
    sheets[settings.workbook] = workbook
    return Saved(workbook, copies, problems)


def read_sheet(settings: Settings, path: Path | None = None, *, known: Sheet | None = None) -> Sheet | Message:
    """Read the workbook, or another file like it; or tell why it cannot be read. ``known`` is what it was last."""
    path = path or settings.workbook
    try:
        table = read_file(path, layout=settings.layout, known=known.table if known else None)
        if known is not None and known.table.content_hash == table.content_hash:
            return known
        status = read_status(Package(Archive(table.content, table.name))) if can_carry(table.name) else None
    except BridgeError as error:
        return words_for(error)
    return Sheet(path, table, tuple(_row(row) for row in table.rows), status)


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
