"""Step 5, write: the cells that must change, into the seller's workbook.

The revision is recorded before the file is replaced and finished after, so that a kill between the two is settled by
the next start, or the next read. Never while somebody has the file open, never over a save that we have not read
(invariants 3, 6).
"""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog

from bridge.columns import Column
from bridge.errors import BridgeError, FileBusyError, FileChangedError, FileRefusedError
from bridge.folder import files, versions
from bridge.formats import patch_file
from bridge.mark import Mark, can_carry
from bridge.patch import Change, Patched
from bridge.plan_sheet import PlanPage, filled_plan
from bridge.read import Table
from bridge.refusals import TargetsRefusedError
from bridge.status_sheet import StatusPage, filled
from bridge.xlsx.archive import Archive
from bridge.xlsx.package import Package
from bridge.xlsx.sheet_xml import column_number
from daemon.bridge_words import words_for
from daemon.domain.copies import Bases
from daemon.domain.messages import Message
from daemon.domain.plan import RowWrite
from daemon.domain.rows import Field, RowBase
from daemon.domain.typed import last_goods
from daemon.errors import BugError
from daemon.mirror import revisions
from daemon.mirror.revisions import Revision
from daemon.parts import QUIET_S, Parts, Sheet

log = structlog.get_logger()

MOST_SHOWN = 25
"""So many cells that could not be written are named; who has more of them needs no longer list."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the workbook that was read as ``sheet`` shall hold.

    ``rows`` are the cells to change, ``agreed`` is what its rows agree on as they were saved. ``is_outdated``: it needs
    a new revision even where no cell changes. ``plan`` is what its sheet ``Rencana`` shall show. ``is_stopped``:
    nothing else is written, and the file stays the save that it is, for its edits are still to be decided on.
    """

    sheet: Sheet
    rows: Sequence[RowWrite]
    agreed: Bases
    is_outdated: bool
    plan: PlanPage | None = None
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class WriteReport:
    """Rows written; ``problems`` say which were not, and why. ``is_postponed``: the same is planned again later."""

    rows: int = 0
    problems: tuple[Message, ...] = ()
    is_postponed: bool = False


async def write_workbook(parts: Parts, wanted: Wanted | None, page: StatusPage | None = None) -> WriteReport:
    """Put the planned cells into the workbook, and ``page`` into its sheet ``Selaras``.

    ``wanted`` is ``None`` when the workbook could not be read, ``page`` when there is nothing to tell.
    """
    if wanted is None:
        return WriteReport()
    try:
        told = await asyncio.to_thread(_told, wanted, page)
        if not (wanted.rows or wanted.is_outdated or told):
            return WriteReport()
        return await _to_its_end(asyncio.to_thread(_write, parts, wanted, page, told))
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


def _told(wanted: Wanted, page: StatusPage | None) -> Mapping[str, bytes]:
    """The sheets ``Selaras`` and ``Rencana``, where one of them is news or the file is written anyway."""
    sheet = wanted.sheet
    if (sheet.status is None and sheet.plan is None) or not (
        wanted.rows or wanted.is_outdated or _is_news(wanted, page)
    ):
        return {}
    package = Package(Archive(sheet.table.content, sheet.table.name))
    status = filled(package, page) if sheet.status is not None and page is not None else {}
    plan = filled_plan(package, wanted.plan) if sheet.plan is not None and wanted.plan is not None else {}
    if wanted.is_stopped and not plan and not _says_plan(wanted):
        return {}  # nothing there says why, and no answer can be given
    return {**status, **plan}


def _is_news(wanted: Wanted, page: StatusPage | None) -> bool:
    status, plan = wanted.sheet.status, wanted.sheet.plan
    is_told = status is None or page is None or status.says(page)
    return not (is_told and (plan is None or _says_plan(wanted)))


def _says_plan(wanted: Wanted) -> bool:
    plan = wanted.sheet.plan
    return plan is not None and (wanted.plan is None or plan.says(wanted.plan))


def _write(parts: Parts, wanted: Wanted, page: StatusPage | None, told: Mapping[str, bytes]) -> WriteReport:
    path, table = parts.settings.workbook, wanted.sheet.table
    _refuse_while_open(path)
    if parts.quiet_for() < QUIET_S:
        return WriteReport(is_postponed=True)
    planned = _next_revision(parts, table)
    mark = Mark(planned.workbook, planned.number) if can_carry(table.name) and not wanted.is_stopped else None
    patched, written, problems = _patch(wanted, mark, told)
    if not (written or wanted.is_outdated or _is_news(wanted, page)):
        # None of the cells can be written, and nothing else asks for a new file: it would be one in every cycle.
        return WriteReport(problems=tuple(problems))
    if patched.content_hash == table.content_hash:
        return WriteReport(problems=tuple(problems))
    versions.keep_version(path, parts.settings.state_folder / "versions")
    if wanted.is_stopped:
        # No revision: with the mark that it has, the next read takes it for the save that it was.
        files.replace(path, patched.content, expected_hash=table.content_hash)
        return WriteReport()
    planned = replace(planned, after_hash=patched.content_hash)
    parts.own_write(patched.content_hash)
    recording = _recorded(parts, planned, _shown_after(wanted.agreed, table, written))
    files.replace(path, patched.content, expected_hash=table.content_hash, recording=recording)
    log.info("write.done", revision=planned.number, rows=len(written))
    return WriteReport(len(written), tuple(problems))


@contextmanager
def _recorded(parts: Parts, planned: Revision, shown: Bases) -> Iterator[None]:
    """Record a revision before the file is replaced, and how that ended."""
    with parts.mirror.transaction() as tx:
        revisions.begin_revision(tx, planned, shown, now=parts.now())
    try:
        yield
    except Exception as error:
        if isinstance(error, FileBusyError | FileChangedError) or _is_as_before(parts.settings.workbook, planned):
            with parts.mirror.transaction() as tx:
                revisions.abandon_revision(tx, planned.number)
        raise
    with parts.mirror.transaction() as tx:
        revisions.finish_revision(tx, planned.number)


def _is_as_before(path: Path, planned: Revision) -> bool:
    """Whether the file surely was not replaced; otherwise the next read tells."""
    try:
        return files.content_hash(path) == planned.before_hash
    except FileRefusedError:
        return False


def _next_revision(parts: Parts, table: Table) -> Revision:
    with parts.mirror.transaction() as tx:
        newest, number = revisions.newest_revision(tx), revisions.next_number(tx)
    if newest is None:
        raise BugError("a workbook was decided on without a revision")
    return Revision(number, newest.workbook, before_hash=table.content_hash, after_hash="")


def _refuse_while_open(path: Path) -> None:
    who = files.who_has_it_open(path)
    if who is not None:
        raise FileBusyError("workbook.open", name=path.name, who=who)


def _patch(
    planned: Wanted, mark: Mark | None, told: Mapping[str, bytes]
) -> tuple[Patched, list[RowWrite], list[Message]]:
    """Patch what can be patched: cells that the file does not let us change are left out and reported."""
    table, wanted = planned.sheet.table, list(planned.rows)
    after = last_goods(planned.sheet.rows)
    problems: list[Message] = []
    while wanted:
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
            patched = patch_file(table, changes, added, mark=mark, after=after, parts=told)
            return patched, wanted, problems[:MOST_SHOWN]
        except FileRefusedError as error:
            refused = error.refused if isinstance(error, TargetsRefusedError) else (error,)
            kept = wanted
            for refusal in refused:
                kept = _without(kept, table, refusal)
            if kept == wanted:
                raise
            # One for each row: whoever clears it away sees what else stands there.
            firsts = {(refusal.code, refusal.params.get("row")): refusal for refusal in reversed(refused)}
            problems += [words_for(refusal) for refusal in reversed(firsts.values())]
            wanted = kept
    return patch_file(table, [], [], mark=mark, parts=told), wanted, problems[:MOST_SHOWN]


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


def _shown_after(agreed: Bases, table: Table, rows: Sequence[RowWrite]) -> Bases:
    """What every row shows, and has agreed on, once ``rows`` are written. Columns that the sheet lacks show nothing."""
    shown = dict(agreed)
    for row in rows:
        cells = {field.value: value for field, value in row.cells.items() if field in _BASES}
        present: dict[str, Any] = {name: value for name, value in cells.items() if Column(name) in table.columns}
        if Field.STOCK in present:
            present["is_derived"] = row.is_derived
        if row.sku is not None:
            shown[row.sku] = shown.get(row.sku, RowBase())._replace(**present)
    return shown


_BASES = frozenset({Field.PRICE, Field.STOCK, Field.ADJUSTMENT, Field.COUNT, Field.STATUS, Field.PLATFORM, Field.NOTE})
