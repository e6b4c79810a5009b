"""One cycle: pull → read → reconcile → push → write."""

import gc
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from daemon.cancel_requests import look_for_requests
from daemon.copies import MergedCopy, file_away, unused, words_for_unused
from daemon.domain.messages import Message
from daemon.domain.notes import brought
from daemon.domain.plan import Plan
from daemon.domain.reconcile import reconcile
from daemon.errors import SelarasError
from daemon.mirror import Transaction, decisions, journal, picture, revisions
from daemon.mirror.known_sheet import known_sheet, remember_sheet
from daemon.order_sheets import write_order_sheets
from daemon.origin import PlacedSheet, agree, is_outdated, placed, settle_writes
from daemon.parts import Parts, Trigger
from daemon.plan_sheet import plan_page, take_approval
from daemon.plan_view import as_json, recon_as_json
from daemon.pull import Pulled, pull, store_pulled
from daemon.push import PushReport, push
from daemon.read import Saved, known_as, read_workbook
from daemon.status_sheet import status_page
from daemon.stopped import tell_stopped
from daemon.sweeping import must_sweep
from daemon.write import Wanted, write_workbook

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
    sweep = must_sweep(parts, trigger)
    pulled = await parts.unless_stopping(pull(parts, sweep=sweep))
    saved = await read_workbook(parts)
    decided = decide(parts, trigger, pulled, saved)
    cycle, plan = decided.cycle, decided.plan
    pushed = await push(parts)
    errors = tuple((shop.shop, shop.error) for shop in pulled if shop.error) + tuple(pushed.errors)
    unreachable = {shop for shop, _error in errors}
    if sweep:
        await look_for_requests(parts, unreachable=unreachable)
    page = status_page(parts, plan, unreachable=unreachable)
    written = await write_workbook(parts, decided.wanted, page)
    sheets = await write_order_sheets(parts, cycle=cycle)

    tell_stopped(parts, decided.stopped)

    problems = (*decided.problems, *file_away(parts, decided.merged), *written.problems, *sheets.problems)
    waits = [plan.look_again] if plan.look_again else []
    if pushed.must_look_again or (pushed.is_waiting and not sweep) or any(shop.is_cut for shop in pulled):
        waits.append(SOON)
    result = CycleResult(
        cycle,
        trigger,
        plan,
        pushed,
        decided.orders_changed,
        written.rows,
        errors,
        problems,
        look_again=min(waits, default=None),
        is_postponed=written.is_postponed,
    )
    _record(parts, result)
    return result


@dataclass(frozen=True, slots=True)
class Decided:
    """What step 3 committed. ``wanted`` is what the workbook shall hold, ``merged`` are copies that are used up.

    ``stopped`` tells why nothing in the workbook is used; it is empty as long as rows of it count.
    """

    cycle: int
    plan: Plan
    orders_changed: int
    wanted: Wanted | None
    merged: Sequence[MergedCopy]
    problems: Sequence[Message]
    stopped: Sequence[Message]


def decide(
    parts: Parts,
    trigger: Trigger,
    pulled: Sequence[Pulled],
    saved: Saved,
    *,
    discard: bool = False,
) -> Decided:
    """Step 3: store what was read, reconcile, and commit every decision in the same transaction.

    The copies of the workbook come first, each compared with the revision that it started from; then the workbook.
    With ``discard`` the transaction is rolled back: the same plan, and nothing changed.
    """
    now = parts.now()
    with parts.mirror.transaction(discard=discard) as tx, _without_collector():
        cycle = journal.start_cycle(tx, trigger.value, now=now)
        take_approval(tx, saved.workbook, now=now)
        orders_changed = store_pulled(tx, pulled, cycle=cycle, now=now)
        copies, problems = _merge_copies(parts, tx, saved, cycle)
        is_open = revisions.note_open(tx, is_open=saved.is_open)
        workbook = placed(tx, saved.workbook, now=now, is_copy=False, is_open=is_open) if saved.workbook else None
        stopped = [*saved.problems[:1]] if saved.workbook is None else []
        if isinstance(workbook, Message):
            problems.append(workbook)
            stopped.append(workbook)
            workbook = None
        elif workbook is not None:
            workbook = replace(workbook, brought=brought(copy.plan for copy in copies), gone=_gone(tx, workbook))
        plan, wanted = _settle(parts, tx, workbook, cycle)
        if workbook is not None and not plan.is_scrambled:
            remember_sheet(tx, known_as(workbook.sheet))
        if plan.is_scrambled:
            stopped += (entry.reason for entry in plan.held if entry.is_whole_sheet)
        plan = replace(plan, movements=(*(move for copy in copies for move in copy.plan.movements), *plan.movements))
        if plan.recon is not None:
            journal.store_recon(tx, cycle, json.dumps(recon_as_json(plan.recon), ensure_ascii=False))
        if plan.products or plan.switches or not plan.is_quiet:  # what is kept back for now can be undone, too
            journal.store_plan(tx, cycle, json.dumps(as_json(plan, parts.texts), ensure_ascii=False))
    log.info("cycle.decided", cycle=cycle, trigger=trigger.value, movements=len(plan.movements), held=len(plan.held))
    left = [(copy, unused(copy, saved.workbook)) for copy in copies]
    merged = tuple(copy for copy, held in left if not held)
    unclear = (words_for_unused(copy.sheet, held, parts.texts) for copy, held in left if held)
    return Decided(cycle, plan, orders_changed, wanted, merged, (*saved.problems, *problems, *unclear), stopped)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Let Python not look for garbage: a large picture is all kept, and would be searched through again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _gone(tx: Transaction, workbook: PlacedSheet) -> tuple[str, ...]:
    """Name the columns that were in the workbook when it was last used, and are not in it now."""
    known = known_sheet(tx)
    return known.gone_from(known_as(workbook.sheet)) if known else ()


def _merge_copies(parts: Parts, tx: Transaction, saved: Saved, cycle: int) -> tuple[list[MergedCopy], list[Message]]:
    """Take over what the copies bring, one after the other."""
    if saved.workbook is not None:
        settle_writes(tx, saved.workbook)
    merged: list[MergedCopy] = []
    problems: list[Message] = []
    for sheet in saved.copies:
        copy = placed(tx, sheet, now=parts.now(), is_copy=True)
        if isinstance(copy, Message):
            problems.append(copy)
        else:
            plan, _ = _settle(parts, tx, copy, cycle, name=sheet.path.name)
            merged.append(MergedCopy(sheet, plan, copy.origin.bases))
    return merged, problems


def _settle(
    parts: Parts, tx: Transaction, file: PlacedSheet | None, cycle: int, *, name: str = ""
) -> tuple[Plan, Wanted | None]:
    """Reconcile with one file, or with none, and store what follows. ``name`` is that of a copy."""
    now = parts.now()
    seen = file.seen(copy=name, limits=parts.limits) if file else None
    sharing, say = parts.settings.sharing, parts.texts.say
    given = picture.load_snapshot(tx, parts.policies, seen, cycle=cycle, now=now, sharing=sharing, say=say)
    plan = reconcile(given, say)
    decisions.commit_plan(tx, plan, cycle=cycle, now=now)
    if file is None:
        return plan, None
    page = plan_page(file, plan, parts.texts)
    if plan.is_scrambled:
        return plan, Wanted(file.sheet, (), {}, is_outdated=False, plan=page, is_stopped=True)
    agreed = agree(tx, file, plan.bases, now=now)
    return plan, Wanted(file.sheet, plan.rows, agreed, is_outdated(tx, file, agreed), plan=page)


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


async def preview(parts: Parts) -> tuple[Plan, Sequence[tuple[str, SelarasError]], Sequence[Message]]:
    """Plan a full cycle without changing anything: the same steps, the same plan, nothing kept."""
    pulled = await pull(parts, sweep=True)
    saved = await read_workbook(parts)
    decided = decide(parts, Trigger.COMMAND, pulled, saved, discard=True)
    errors = [(shop.shop, shop.error) for shop in pulled if shop.error]
    return decided.plan, errors, decided.problems
