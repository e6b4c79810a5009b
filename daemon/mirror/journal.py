"""Cycles: what was decided when, how it ended, and what it left open."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, delete, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert

from daemon.domain.messages import Message
from daemon.domain.plan import Held
from daemon.domain.rows import Field
from daemon.domain.values import Sku
from daemon.mirror.moments import from_ms, to_ms
from daemon.mirror.schema import cycles, held, listings, orders, outbox, products, troubles
from daemon.mirror.store import Transaction

QUIET_CYCLES_KEPT = 1000
"""Older cycles that decided nothing are forgotten, unless a write that was kept back refers to them."""

UNDO = "undo"
"""The trigger of a run that takes back an earlier one: it decides, and leaves reading and sending to the next."""

RESTOCK = "restock"
"""The trigger of a run that puts returned goods on sale again; it leaves the rest to the next, too."""

_START = insert(cycles).returning(cycles.c.id)
_CYCLE = select(cycles).where(cycles.c.id == bindparam("number"))
_CHANGE = update(cycles).where(cycles.c.id == bindparam("number"))
_FORGET_QUIET = delete(cycles).where(
    cycles.c.id < bindparam("before"),
    cycles.c.plan.is_(None),
    ~exists().where(outbox.c.created_in == cycles.c.id),  # a write that was kept back makes no cycle loud
)
_NEWEST_FIRST = select(cycles).order_by(cycles.c.id.desc()).limit(1)
_LAST_RECON = _NEWEST_FIRST.where(cycles.c.recon.is_not(None))
_LAST_FINISHED = _NEWEST_FIRST.where(cycles.c.outcome.is_not(None), cycles.c.trigger.not_in([UNDO, RESTOCK]))
_COUNTS = {table.name: select(func.count()).select_from(table) for table in (products, listings, orders)}
_TROUBLES = select(troubles).order_by(troubles.c.id)
_HELD = select(held).order_by(held.c.id)


def start_cycle(tx: Transaction, trigger: str, *, now: datetime) -> int:
    """Open a cycle and return its number."""
    values = {"trigger": trigger, "started_at_ms": to_ms(now)}
    number: int = tx.execute(_START, values).scalar_one()
    return number


def store_plan(tx: Transaction, cycle: int, plan_json: str) -> None:
    """Keep what the cycle decided, as it would be shown."""
    tx.execute(_CHANGE, {"number": cycle, "plan": plan_json})


def store_recon(tx: Transaction, cycle: int, recon_json: str) -> None:
    """Keep what comparing every listing in ``cycle`` came to."""
    tx.execute(_CHANGE, {"number": cycle, "recon": recon_json})


def last_recon(tx: Transaction) -> tuple[int, datetime, str] | None:
    """The newest comparison: its cycle, when that began, and the JSON."""
    row = tx.execute(_LAST_RECON).first()
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
        tx.execute(insert(troubles), {"code": entry.code, "params": json.dumps(entry.params, ensure_ascii=False)})
    end_cycle(tx, cycle, outcome, now=now)
    tx.execute(_FORGET_QUIET, {"before": cycle - QUIET_CYCLES_KEPT})


def end_cycle(tx: Transaction, cycle: int, outcome: str, *, now: datetime) -> None:
    """Record how a cycle ended; what was in the way of the last one that read shops and files stays known."""
    tx.execute(_CHANGE, {"number": cycle, "outcome": outcome, "finished_at_ms": to_ms(now)})


def recorded_plan(tx: Transaction, cycle: int) -> dict[str, Any] | None:
    """What a cycle decided, as it was shown; empty for a quiet one, ``None`` when there is no such cycle."""
    found = tx.execute(_CYCLE, {"number": cycle}).first()
    return None if found is None else json.loads(found.plan or "{}")


def unfinished(tx: Transaction) -> int | None:
    """The newest cycle, if it has no outcome: it is under way, or did not come to its end."""
    newest = tx.execute(_NEWEST_FIRST).first()
    return newest.id if newest is not None and newest.outcome is None else None


@dataclass(frozen=True, slots=True)
class FinishedCycle:
    """How and when a cycle ended."""

    cycle: int
    outcome: str
    finished_at: datetime


def last_finished(tx: Transaction) -> FinishedCycle | None:
    """The last cycle that read shops and files and came to its end."""
    row = tx.execute(_LAST_FINISHED).first()
    return None if row is None else FinishedCycle(row.id, row.outcome, from_ms(row.finished_at_ms))


def count(tx: Transaction, what: Literal["products", "listings", "orders"]) -> int:
    """How many of them the mirror knows."""
    return tx.execute(_COUNTS[what]).scalar_one()


def troubles_of_last_cycle(tx: Transaction) -> tuple[Message, ...]:
    """What kept shops or files from being read or written in the last cycle."""
    return tuple(Message(row.code, json.loads(row.params)) for row in tx.execute(_TROUBLES))


def held_entries(tx: Transaction) -> tuple[Held, ...]:
    """What the last cycle held, and why."""
    return tuple(
        Held(
            None if row.sku is None else Sku(row.sku),
            row.row,
            Field(row.field),
            Message(row.code, json.loads(row.params)),
        )
        for row in tx.execute(_HELD)
    )
