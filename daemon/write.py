"""Step 5, write: the cells that must change, into the seller's workbook.

The revision is recorded before the file is replaced and finished after, so that a kill between the two is settled by
the next read. Never while somebody has the file open, never over a save that we have not read (invariants 3, 6).
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from bridge import files
from bridge.columns import Column
from bridge.errors import BridgeError, FileBusyError, FileChangedError, FileRefusedError
from bridge.patch import Change, Patched, patch
from bridge.read import Table
from bridge.sheet_xml import column_number
from daemon.bridge_words import words_for
from daemon.domain.messages import Message
from daemon.domain.plan import RowWrite
from daemon.domain.rows import SheetRow
from daemon.mirror import revisions
from daemon.mirror.revisions import CellValue, Revision, WrittenCell
from daemon.parts import Parts
from daemon.read import SheetRead, plain_value

log = structlog.get_logger()

MOST_REFUSALS = 25
"""So many cells are left out one by one before the whole write is given up: each costs a pass over the file."""


@dataclass(frozen=True, slots=True)
class WriteReport:
    """Rows written; ``problems`` say which were not, and why. ``is_postponed``: the same is planned again later."""

    rows: int = 0
    problems: tuple[Message, ...] = ()
    is_postponed: bool = False


async def write_workbook(parts: Parts, sheet: SheetRead, rows: Sequence[RowWrite], *, cycle: int) -> WriteReport:
    """Put the planned cells into the workbook that was read as ``sheet``."""
    if sheet.table is None or sheet.rows is None or not rows:
        return WriteReport()
    try:
        return await _to_its_end(asyncio.to_thread(_write, parts, sheet.table, sheet.rows, rows, cycle))
    except FileRefusedError as error:
        return WriteReport(problems=(words_for(error),))
    except BridgeError as error:
        log.info("write.postponed", reason=str(error))
        return WriteReport(problems=(words_for(error),), is_postponed=True)


async def _to_its_end(write: Coroutine[None, None, WriteReport]) -> WriteReport:
    """Wait for a write even when the cycle is dropped: nobody may take the mirror's lock while it goes on."""
    task = asyncio.create_task(write)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _write(
    parts: Parts,
    table: Table,
    seen: tuple[SheetRow, ...],
    rows: Sequence[RowWrite],
    cycle: int,
) -> WriteReport:
    path = parts.settings.workbook
    _refuse_while_open(path)
    patched, written, problems = _patch(table, rows)
    if patched.content_hash == table.content_hash:
        return WriteReport(problems=tuple(problems))
    files.keep_version(path, parts.settings.state_folder / "versions")
    cells = tuple(_cells(table, written, seen, patched.appended_rows))
    planned = Revision(table.content_hash, patched.content_hash, cells)
    with parts.mirror.transaction() as tx:
        number = revisions.begin_revision(tx, planned, cycle=cycle, now=parts.now())
    parts.own_write(patched.content_hash)
    try:
        files.replace(path, patched.content, expected_hash=table.content_hash)
    except (FileBusyError, FileChangedError):
        # Surely not replaced. After any other error the next read tells, from the file itself.
        with parts.mirror.transaction() as tx:
            revisions.abandon_revision(tx, number)
        raise
    with parts.mirror.transaction() as tx:
        revisions.finish_revision(tx, number, cells)
    log.info("write.done", revision=number, rows=len(written))
    return WriteReport(len(written), tuple(problems))


def _refuse_while_open(path: Path) -> None:
    who = files.who_has_it_open(path)
    if who is not None:
        raise FileBusyError("workbook.open", name=path.name, who=who)


def _patch(table: Table, rows: Sequence[RowWrite]) -> tuple[Patched, list[RowWrite], list[Message]]:
    """Patch what can be patched: a cell that the file does not let us change is left out and reported."""
    wanted = list(rows)
    problems: list[Message] = []
    while True:
        changes = [
            Change(row.number, Column(field.value), value)
            for row in wanted
            if row.number is not None
            for field, value in row.cells.items()
        ]
        added = [
            {Column(field.value): value for field, value in row.cells.items() if value is not None}
            for row in wanted
            if row.number is None
        ]
        try:
            return patch(table, changes, added), wanted, problems
        except FileRefusedError as error:
            kept = _without(wanted, table, error)
            if kept == wanted or len(problems) == MOST_REFUSALS:
                raise
            problems.append(words_for(error))
            wanted = kept


def _without(rows: Sequence[RowWrite], table: Table, refusal: FileRefusedError) -> list[RowWrite]:
    """Leave out the refused cell; when it is in none of the existing rows, the rows to be added."""
    refused_row, refused_cell = refusal.params.get("row"), str(refusal.params.get("cell", ""))
    if refused_row not in {row.number for row in rows}:
        return [row for row in rows if row.number is not None]
    column = column_number(refused_cell.rstrip("0123456789").encode()) if refused_cell else None
    kept = []
    for row in rows:
        is_met = row.number == refused_row
        cells = {
            field: value
            for field, value in row.cells.items()
            if not is_met or (column is not None and table.columns.get(Column(field.value)) != column)
        }
        if cells:
            kept.append(replace(row, cells=cells))
    return kept


def _cells(
    table: Table,
    rows: Sequence[RowWrite],
    seen: tuple[SheetRow, ...],
    appended: tuple[int, ...],
) -> list[WrittenCell]:
    """What the revision changes, in the words of the mirror. Columns that the sheet lacks are left out."""
    by_number = {row.number: row for row in seen}
    new_numbers = iter(appended)
    cells = []
    for row in rows:
        number = next(new_numbers) if row.number is None else row.number
        before = by_number.get(number)
        for field, value in row.cells.items():
            if Column(field.value) in table.columns:
                old: CellValue = None if before is None else plain_value(before.cell(field))
                cells.append(WrittenCell(row.sku, number, field, old, value))
    return cells
