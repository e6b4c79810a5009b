"""Step 2, read: what the seller saved. Bridge values become domain cells; errors become a message, never an edit."""

import asyncio
from dataclasses import dataclass

from bridge.columns import Column
from bridge.errors import BridgeError
from bridge.read import Row, Table, read_table
from bridge.values import Blank as BlankCell
from bridge.values import Unclear as UnclearCell
from bridge.values import Value, Whole, Words
from daemon.bridge_words import words_for
from daemon.domain.messages import Message
from daemon.domain.rows import Absent, Blank, Cell, Field, Number, SheetRow, Text, Unclear
from daemon.mirror import Transaction, revisions
from daemon.mirror.revisions import Revision
from daemon.parts import Parts


@dataclass(frozen=True, slots=True)
class SheetRead:
    """The workbook as read. Either ``table`` and ``rows``, or the reason why it could not be read."""

    table: Table | None
    rows: tuple[SheetRow, ...] | None
    problem: Message | None = None


async def read_workbook(parts: Parts) -> SheetRead:
    """Read the workbook; one that cannot be read leaves everything as it is."""
    try:
        table = await asyncio.to_thread(read_table, parts.settings.workbook)
    except BridgeError as error:
        return SheetRead(None, None, words_for(error))
    return SheetRead(table, tuple(_row(row) for row in table.rows))


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


def settle_revision(tx: Transaction, sheet: SheetRead) -> None:
    """Find out whether a revision whose end was not recorded (we were killed) is in the file, and record it.

    The file's hash says it for certain. When the seller has saved since, the cells vote: more of them show either the
    values we wrote or those that stood there before.
    """
    revision = revisions.unfinished_revision(tx)
    if revision is None or sheet.table is None or sheet.rows is None:
        return
    if sheet.table.content_hash == revision.before_hash:
        is_written = False
    elif sheet.table.content_hash == revision.after_hash:
        is_written = True
    else:
        is_written = _votes_for(revision, sheet.rows) > 0
    if is_written:
        revisions.finish_revision(tx, revision.number, revision.cells)
    else:
        revisions.abandon_revision(tx, revision.number)


def _votes_for(revision: Revision, rows: tuple[SheetRow, ...]) -> int:
    """Cells that show what we wrote, less those that show what stood there before."""
    by_sku = {row.sku.value: row for row in rows if isinstance(row.sku, Text)}
    votes = 0
    for cell in revision.cells:
        row = by_sku.get(cell.sku or "")
        if row is not None:
            shown = plain_value(row.cell(cell.field))
            votes += (shown == cell.new) - (shown == cell.old)
    return votes


def plain_value(cell: Cell) -> int | str | None:
    """What a cell holds, as far as it is clear; ``None`` for blank, absent and unclear ones."""
    return cell.value if isinstance(cell, Number | Text) else None
