"""The sheet ``Rencana`` of the workbook: the plan that a brake stopped, and the yes that was given there."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from bridge.columns import Column, header_text
from bridge.plan_sheet import PlanLine, PlanPage, PlanSheet
from daemon.domain.brakes import RECIPES_WAIT, RULES_WAIT, edits
from daemon.domain.messages import Message, message
from daemon.domain.plan import Plan
from daemon.domain.rows import Text
from daemon.first_lines import MOST_IN_SHEET, first_lines
from daemon.mirror import Transaction, approvals
from daemon.origin import PlacedSheet
from daemon.parts import Sheet
from daemon.texts import Texts


def take_approval(tx: Transaction, sheet: Sheet | None, *, now: datetime) -> None:
    """Take the yes that stands in the workbook, if it is one to a plan that the last cycle was stopped by."""
    plan = sheet.plan.approved if sheet and sheet.plan else None
    if plan is not None and plan in approvals.waiting(tx):
        approvals.approve(tx, plan, now=now)


def plan_page(file: PlacedSheet, plan: Plan, texts: Texts) -> PlanPage:
    """Show what was stopped in ``file``, or that nothing was. Rules and recipes are told by their number alone."""
    waits = {RULES_WAIT, RECIPES_WAIT}
    reasons = [entry.reason for entry in plan.held if entry.is_whole_sheet or entry.reason.code in waits]
    if not reasons:
        return PlanPage(texts.say(message("plan_sheet.idle")))
    lines = list(_lines(file, texts)) if plan.is_scrambled else []
    told = first_lines(lines, MOST_IN_SHEET, lambda rest: PlanLine("", texts.say(rest), "", None, None))
    name = str(reasons[0].params["plan"])
    is_of_stock = any(line.what == header_text(Column.STOCK, texts.language) for line in lines)
    more = [message("plan_sheet.sold_meanwhile")] if is_of_stock else []
    return PlanPage(_title(file.sheet.plan, name, [reasons[0], *more], texts), name, tuple(told))


def _title(sheet: PlanSheet | None, plan: str, stopped: Iterable[Message], texts: Texts) -> str:
    """Say what was stopped, and what an answer other than yes comes to, as long as it stands there."""
    said = [texts.say(each) for each in stopped]
    if sheet is not None and sheet.plan == plan and sheet.answer and not sheet.approved:
        said.append(texts.say(message("plan_sheet.no_yes", answer=sheet.answer)))
    return " ".join(said)


def _lines(file: PlacedSheet, texts: Texts) -> Iterator[PlanLine]:
    rows, bases = file.sheet.rows, file.origin.bases
    named = ((row.sku, row.product) for row in rows)
    names = {sku.value: name.value for sku, name in named if isinstance(sku, Text) and isinstance(name, Text)}
    for sku, field, typed in edits(rows, bases):
        what = header_text(Column(field.value), texts.language)
        yield PlanLine(sku, names.get(sku, ""), what, getattr(bases[sku], field.value), typed)
