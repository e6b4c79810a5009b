"""Conflicted copies whose edits are taken over: filed away, or left where they are with what is left to decide."""

from collections.abc import Collection, Sequence
from pathlib import Path

import structlog

from bridge.atomic import moved
from bridge.copies import archive_copy
from bridge.errors import BridgeError
from bridge.files import content_hash
from daemon.bridge_words import words_for
from daemon.domain.messages import Message, message
from daemon.domain.plan import Held, Plan
from daemon.domain.rows import Cell, Field, Text
from daemon.parts import Parts, Sheet
from daemon.texts import Texts

log = structlog.get_logger()


def unused(plan: Plan, workbook: Sheet | None) -> tuple[Held, ...]:
    """List what was typed into a copy and could not be taken over, but for rows that the workbook has as well."""
    known = {row.sku for row in workbook.rows} if workbook else set()
    return tuple(entry for entry in plan.held if _is_of_the_copy(entry, known))


def _is_of_the_copy(entry: Held, known: Collection[Cell]) -> bool:
    if entry.sku is None and entry.row is None:
        return True
    is_told_there = entry.field is Field.SKU and entry.sku is not None and Text(entry.sku) in known
    return entry.row is not None and entry.field is not Field.STATUS and not is_told_there


def words_for_unused(sheet: Sheet, left: Sequence[Held], texts: Texts) -> Message:
    """Tell that a copy stays where it is, because some of it needs the seller."""
    rows = ", ".join(str(row) for row in sorted({entry.row for entry in left if entry.row is not None})[:10])
    if not rows:
        return message("workbook.copy_scrambled", name=sheet.path.name)
    return message("workbook.copy_unclear", name=sheet.path.name, rows=rows, reason=texts.say(left[0].reason))


def file_away(parts: Parts, merged: Sequence[Sheet]) -> tuple[Message, ...]:
    """Move copies that nothing is left of out of the seller's way, into a folder beside the workbook.

    One that was saved again in the meantime stays and is read in the next cycle.
    """
    problems = []
    folder = parts.settings.workbook.parent / parts.texts.say(message("copies.folder"))
    for sheet in merged:
        try:
            _move(sheet, folder)
        except BridgeError as error:
            problems.append(words_for(error))
    return tuple(problems)


def _move(sheet: Sheet, folder: Path) -> None:
    place = archive_copy(sheet.path, folder)
    if content_hash(place) == sheet.table.content_hash:
        log.info("copy.merged", name=sheet.path.name, to=str(place))
    elif not moved(place, sheet.path):
        log.warning("copy.saved_meanwhile", name=sheet.path.name, kept=str(place))
