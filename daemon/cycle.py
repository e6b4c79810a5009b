"""One cycle: pull → read → reconcile → push → write."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from daemon.domain.messages import Message
from daemon.domain.plan import Plan
from daemon.domain.reconcile import reconcile
from daemon.errors import SelarasError
from daemon.mirror import Transaction, decisions, journal, picture
from daemon.order_sheets import write_order_sheets
from daemon.parts import Parts, Trigger
from daemon.plan_view import as_json
from daemon.pull import Pulled, pull, store_pulled
from daemon.push import PushReport, push
from daemon.read import SheetRead, read_workbook, settle_revision
from daemon.write import write_workbook

log = structlog.get_logger()

SOON = timedelta(seconds=2)
"""When to look again after something that only another look can settle."""


@dataclass(frozen=True, slots=True)
class CycleResult:
    """What a cycle did. ``errors`` are per shop, ``problems`` concern files.

    ``look_again`` asks for a full cycle after that time; ``is_postponed``: the workbook was open, so it waits.
    """

    cycle: int
    trigger: Trigger
    plan: Plan
    push: PushReport
    orders_changed: int
    rows_written: int
    errors: Sequence[tuple[str, SelarasError]] = field(default_factory=tuple)
    problems: Sequence[Message] = field(default_factory=tuple)
    look_again: timedelta | None = None
    is_postponed: bool = False

    @property
    def is_complete(self) -> bool:
        """Nothing failed and nothing is held."""
        return not (self.errors or self.problems or self.plan.held or self.push.refused or self.push.unknown)


async def run_cycle(parts: Parts, trigger: Trigger) -> CycleResult:
    """Bring workbook and shops in step once. Every step leaves a state from which the next start goes on."""
    pulled = await pull(parts, sweep=trigger.sweeps)
    sheet = await read_workbook(parts)
    cycle, plan, orders_changed = decide(parts, trigger, pulled, sheet)
    pushed = await push(parts)
    written = await write_workbook(parts, sheet, plan.rows, cycle=cycle)
    sheets = await write_order_sheets(parts, cycle=cycle)

    problems = tuple(filter(None, (sheet.problem, *written.problems, *sheets.problems)))
    errors = tuple((shop.shop, shop.error) for shop in pulled if shop.error) + tuple(pushed.errors)
    waits = [plan.look_again] if plan.look_again else []
    if pushed.must_look_again or (pushed.is_waiting and not trigger.sweeps):
        waits.append(SOON)
    result = CycleResult(
        cycle,
        trigger,
        plan,
        pushed,
        orders_changed,
        written.rows,
        errors,
        problems,
        look_again=min(waits, default=None),
        is_postponed=written.is_postponed,
    )
    _record(parts, result)
    return result


def decide(
    parts: Parts,
    trigger: Trigger,
    pulled: Sequence[Pulled],
    sheet: SheetRead,
    *,
    discard: bool = False,
) -> tuple[int, Plan, int]:
    """Step 3: store what was read, reconcile, and commit every decision in the same transaction.

    With ``discard`` the transaction is rolled back: the same plan, and nothing changed.
    """
    now = parts.now()
    with parts.mirror.transaction(discard=discard) as tx:
        cycle = journal.start_cycle(tx, trigger.value, now=now)
        orders_changed = store_pulled(tx, pulled, cycle=cycle, now=now)
        settle_revision(tx, sheet)
        plan = _reconcile(parts, tx, sheet, cycle)
        decisions.commit_plan(tx, plan, cycle=cycle, now=now)
        if not plan.is_quiet:
            journal.store_plan(tx, cycle, json.dumps(as_json(plan, parts.texts), ensure_ascii=False))
    log.info("cycle.decided", cycle=cycle, trigger=trigger.value, movements=len(plan.movements), held=len(plan.held))
    return cycle, plan, orders_changed


def _reconcile(parts: Parts, tx: Transaction, sheet: SheetRead, cycle: int) -> Plan:
    snapshot = picture.load_snapshot(tx, parts.policies, sheet.rows, cycle=cycle, now=parts.now())
    return reconcile(snapshot, parts.texts.say)


def _record(parts: Parts, result: CycleResult) -> None:
    outcome = "done" if result.is_complete else "partial"
    said = [error.message for _shop, error in result.errors] + list(result.problems)
    with parts.mirror.transaction() as tx:
        journal.finish_cycle(tx, result.cycle, outcome, now=parts.now(), in_the_way=said)
    for trouble in said:
        log.warning("cycle.in_the_way", said=parts.texts.say(trouble))
    log.info(
        "cycle.finished",
        cycle=result.cycle,
        outcome=outcome,
        orders=result.orders_changed,
        verified=result.push.verified,
        rows=result.rows_written,
    )


async def preview(parts: Parts) -> tuple[Plan, Sequence[tuple[str, SelarasError]], Message | None]:
    """Plan a full cycle without changing anything: the same steps, the same plan, nothing kept."""
    pulled = await pull(parts, sweep=True)
    sheet = await read_workbook(parts)
    _cycle, plan, _orders = decide(parts, Trigger.COMMAND, pulled, sheet, discard=True)
    return plan, [(shop.shop, shop.error) for shop in pulled if shop.error], sheet.problem
