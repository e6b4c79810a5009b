"""Cycles: what was decided when, how it ended, and what it left open."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from daemon.domain.messages import Message
from daemon.domain.plan import Held
from daemon.domain.rows import Field
from daemon.domain.values import Sku
from daemon.mirror.moments import from_ms, to_ms
from daemon.mirror.schema import cycles, held, listings, orders, products, troubles
from daemon.mirror.store import Transaction

QUIET_CYCLES_KEPT = 1000
"""Older cycles that decided nothing are forgotten; nothing refers to them."""

UNDO = "undo"
"""The trigger of a run that takes back an earlier one: it decides, and leaves reading and sending to the next."""


def start_cycle(tx: Transaction, trigger: str, *, now: datetime) -> int:
    """Open a cycle and return its number."""
    values = {"trigger": trigger, "started_at_ms": to_ms(now)}
    number: int = tx.execute(insert(cycles).values(values).returning(cycles.c.id)).scalar_one()
    return number


def store_plan(tx: Transaction, cycle: int, plan_json: str) -> None:
    """Keep what the cycle decided, as it would be shown."""
    tx.execute(update(cycles).where(cycles.c.id == cycle).values(plan=plan_json))


def store_recon(tx: Transaction, cycle: int, recon_json: str) -> None:
    """Keep what comparing every listing in ``cycle`` came to."""
    tx.execute(update(cycles).where(cycles.c.id == cycle).values(recon=recon_json))


def last_recon(tx: Transaction) -> tuple[int, datetime, str] | None:
    """The newest comparison: its cycle, when that began, and the JSON."""
    query = select(cycles.c.id, cycles.c.started_at_ms, cycles.c.recon).where(cycles.c.recon.is_not(None))
    row = tx.execute(query.order_by(cycles.c.id.desc()).limit(1)).first()
    return None if row is None else (row.id, from_ms(row.started_at_ms), row.recon)


def finish_cycle(
    tx: Transaction,
    cycle: int,
    outcome: str,
    *,
    now: datetime,
    in_the_way: Sequence[Message] = (),
) -> None:
    """Record how a cycle ended: ``done`` or ``partial``. One that never came to its end has no outcome.

    ``in_the_way`` is what kept shops or files from being read or written.
    """
    tx.execute(delete(troubles))
    for entry in in_the_way:
        tx.execute(insert(troubles).values(code=entry.code, params=json.dumps(entry.params, ensure_ascii=False)))
    end_cycle(tx, cycle, outcome, now=now)
    is_old = and_(cycles.c.id < cycle - QUIET_CYCLES_KEPT, cycles.c.plan.is_(None))
    tx.execute(delete(cycles).where(is_old))


def end_cycle(tx: Transaction, cycle: int, outcome: str, *, now: datetime) -> None:
    """Record how a cycle ended; what was in the way of the last one that read shops and files stays known."""
    tx.execute(update(cycles).where(cycles.c.id == cycle).values(outcome=outcome, finished_at_ms=to_ms(now)))


def recorded_plan(tx: Transaction, cycle: int) -> dict[str, Any] | None:
    """What a cycle decided, as it was shown; empty for a quiet one, ``None`` when there is no such cycle."""
    found = tx.execute(select(cycles.c.plan).where(cycles.c.id == cycle)).first()
    return None if found is None else json.loads(found.plan or "{}")


def unfinished(tx: Transaction) -> int | None:
    """The newest cycle, if it has no outcome: it is under way, or did not come to its end."""
    newest = tx.execute(select(cycles.c.id, cycles.c.outcome).order_by(cycles.c.id.desc()).limit(1)).first()
    return newest.id if newest is not None and newest.outcome is None else None


@dataclass(frozen=True, slots=True)
class FinishedCycle:
    """How and when a cycle ended."""

    cycle: int
    outcome: str
    finished_at: datetime


def last_finished(tx: Transaction) -> FinishedCycle | None:
    """The last cycle that read shops and files and came to its end."""
    query = select(cycles.c.id, cycles.c.outcome, cycles.c.finished_at_ms)
    query = query.where(cycles.c.outcome.is_not(None), cycles.c.trigger != UNDO)
    row = tx.execute(query.order_by(cycles.c.id.desc()).limit(1)).first()
    return None if row is None else FinishedCycle(row.id, row.outcome, from_ms(row.finished_at_ms))


def counts(tx: Transaction) -> dict[str, int]:
    """How many products, listings and orders the mirror knows."""
    tables = {"products": products, "listings": listings, "orders": orders}
    return {name: tx.execute(select(func.count()).select_from(table)).scalar_one() for name, table in tables.items()}


def troubles_of_last_cycle(tx: Transaction) -> tuple[Message, ...]:
    """What kept shops or files from being read or written in the last cycle."""
    rows = tx.execute(select(troubles).order_by(troubles.c.id))
    return tuple(Message(row.code, json.loads(row.params)) for row in rows)


def held_entries(tx: Transaction) -> tuple[Held, ...]:
    """What the last cycle held, and why."""
    return tuple(
        Held(
            None if row.sku is None else Sku(row.sku),
            row.row,
            Field(row.field),
            Message(row.code, json.loads(row.params)),
        )
        for row in tx.execute(select(held).order_by(held.c.id))
    )
