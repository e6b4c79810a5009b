"""Conflicted copies whose edits are taken over: filed away, or left where they are with what is left to decide."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from bridge.columns import Column, header_text
from bridge.errors import BridgeError
from bridge.folder.atomic import laid_down, moved
from bridge.folder.copies import archive_copy
from bridge.folder.files import content_hash
from daemon.bridge_words import words_for
from daemon.domain.copies import Bases
from daemon.domain.messages import Message, message
from daemon.domain.plan import Held, Plan
from daemon.domain.rows import TYPED, Cell, Field, RowBase, SheetRow, Text
from daemon.parts import Parts, Sheet
from daemon.texts import Texts

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class MergedCopy:
    """A copy that was reconciled: what came of it, and what its rows had agreed on ``before``."""

    sheet: Sheet
    plan: Plan
    before: Bases


def unused(copy: MergedCopy, workbook: Sheet | None) -> tuple[Held, ...]:
    """List what was typed into a copy and could not be taken over, but for rows that stand in the workbook as they are.

    Those are told there. A row of the same goods with other numbers in it is not the same row.
    """
    there = defaultdict(list)
    for row in workbook.rows if workbook else ():
        if isinstance(row.sku, Text):
            there[row.sku.value].append(_typed(row))
    known = {row.number for row in copy.sheet.rows if isinstance(row.sku, Text) and _typed(row) in there[row.sku.value]}
    return tuple(entry for entry in copy.plan.held if _is_of_the_copy(entry, known))


def _typed(row: SheetRow) -> tuple[Cell, ...]:
    return tuple(row.cell(field) for field in TYPED)


def _is_of_the_copy(entry: Held, known: Collection[int]) -> bool:
    if entry.row is None:
        return entry.is_whole_sheet
    is_told_there = entry.field is Field.SKU and entry.row in known
    return not is_told_there


def words_for_unused(sheet: Sheet, left: Sequence[Held], texts: Texts) -> Message:
    """Tell that a copy stays where it is, because some of it needs the seller."""
    rows = ", ".join(str(row) for row in sorted({entry.row for entry in left if entry.row is not None})[:10])
    if not rows:
        plan = {name: value for name, value in left[0].reason.params.items() if name == "plan"}
        return message("workbook.copy_stopped", name=sheet.path.name, reason=texts.say(left[0].reason), **plan)
    return message("workbook.copy_unclear", name=sheet.path.name, rows=rows, reason=texts.say(left[0].reason))


def file_away(parts: Parts, merged: Sequence[MergedCopy]) -> tuple[Message, ...]:
    """Move copies that nothing is left of into a folder beside the workbook, each with a note of what was taken.

    One that was saved again in the meantime stays and is read in the next cycle.
    """
    problems = []
    folder = parts.settings.workbook.parent / parts.texts.say(message("copies.folder"))
    for copy in merged:
        try:
            _move(parts, copy, folder)
        except BridgeError as error:
            problems.append(words_for(error))
    return tuple(problems)


def _move(parts: Parts, copy: MergedCopy, folder: Path) -> None:
    place = archive_copy(copy.sheet.path, folder)
    if content_hash(place) == copy.sheet.table.content_hash:
        log.info("copy.merged", name=copy.sheet.path.name, to=str(place))
        with suppress(OSError), laid_down(place, _note(parts, copy).encode()) as temporary:
            temporary.replace(place.with_name(f"{place.name}.txt"))
    elif not moved(place, copy.sheet.path):
        log.warning("copy.saved_meanwhile", name=copy.sheet.path.name, kept=str(place))


def _note(parts: Parts, copy: MergedCopy) -> str:
    """Say what became of a copy: where it went, which numbers were taken from it, what was not looked at."""
    texts, settings = parts.texts, parts.settings
    when = texts.moment(parts.now(), settings.timezone)
    head = message("copies.merged", name=copy.sheet.path.name, workbook=settings.workbook.name, when=when)
    taken = [
        f"{sku}: {header_text(Column(field.value), texts.language)} {shown}"
        for sku, base in copy.plan.bases.items()
        for field in TYPED
        if (shown := getattr(base, field.value)) is not None
        and shown != getattr(copy.before.get(sku, RowBase()), field.value)
    ]
    lines = [texts.say(head), *(taken or [texts.say(message("copies.nothing_new"))]), texts.say(message("copies.rest"))]
    return "\n".join([*lines, ""])
