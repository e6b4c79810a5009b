"""The sheet ``Rencana`` of the workbook: the plan that a brake stopped, and the yes that was given there."""

from collections.abc import Iterator
from datetime import datetime

from bridge.columns import Column, header_text
from bridge.plan_sheet import PlanLine, PlanPage
from daemon.domain.brakes import edits
from daemon.domain.messages import message
from daemon.domain.plan import Plan
from daemon.domain.rows import Text
from daemon.mirror import Transaction, approvals
from daemon.origin import PlacedSheet
from daemon.parts import Sheet
from daemon.texts import Texts

MOST_LINES = 300
"""The rest is counted: nobody reads more, and the sheet must stay quick to write."""


def take_approval(tx: Transaction, sheet: Sheet | None, *, now: datetime) -> None:
    """Take the yes that stands in the workbook, if it is one to a plan that the last cycle was stopped by."""
    plan = sheet.plan.approved if sheet and sheet.plan else None
    if plan is not None and plan in approvals.waiting(tx):
        approvals.approve(tx, plan, now=now)


def plan_page(file: PlacedSheet, plan: Plan, texts: Texts) -> PlanPage:
    """Show what was stopped in ``file``, or that nothing was."""
    reasons = [entry.reason for entry in plan.held if entry.is_whole_sheet]
    if not (plan.is_scrambled and reasons):
        return PlanPage(texts.say(message("plan_sheet.idle")))
    lines = list(_lines(file, texts))
    if len(lines) > MOST_LINES:
        rest = texts.say(message("story.and_more", count=len(lines) - MOST_LINES))
        lines = [*lines[:MOST_LINES], PlanLine("", rest, "", None, None)]
    return PlanPage(texts.say(reasons[0]), str(reasons[0].params["plan"]), tuple(lines))


def _lines(file: PlacedSheet, texts: Texts) -> Iterator[PlanLine]:
    rows, bases = file.sheet.rows, file.origin.bases
    named = ((row.sku, row.product) for row in rows)
    names = {sku.value: name.value for sku, name in named if isinstance(sku, Text) and isinstance(name, Text)}
    for sku, field, typed in edits(rows, bases):
        what = header_text(Column(field.value), texts.language)
        yield PlanLine(sku, names.get(sku, ""), what, getattr(bases[sku], field.value), typed)
