"""Approvals: the seller's yes to a plan that a brake stopped, by the hash that the plan was shown with."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import Insert, insert

from daemon.mirror.journal import held_entries, troubles_of_last_cycle
from daemon.mirror.moments import to_ms
from daemon.mirror.schema import approvals
from daemon.mirror.store import Transaction

COUNTS_FOR = timedelta(hours=24)
"""An older yes is none: nobody remembers what it was said to."""


def waiting(tx: Transaction) -> tuple[str, ...]:
    """List the plans that the last cycle was stopped by, in the workbook or in a copy of it, each once."""
    reasons = (*(entry.reason for entry in held_entries(tx)), *troubles_of_last_cycle(tx))
    stopped = (reason.params.get("plan") for reason in reasons)
    return tuple(dict.fromkeys(str(plan) for plan in stopped if plan is not None))


def approve(tx: Transaction, plan: str, *, now: datetime) -> None:
    """Record a yes to exactly ``plan``; said again, it counts from ``now`` on."""
    tx.execute(_APPROVE, {"plan": plan, "approved_at_ms": to_ms(now)})


def _approve() -> Insert:
    statement = insert(approvals)
    renewed = {"approved_at_ms": statement.excluded.approved_at_ms}
    return statement.on_conflict_do_update(index_elements=["plan"], set_=renewed)


_APPROVE = _approve()
_APPROVED = select(approvals.c.plan).where(
    approvals.c.approved_at_ms.between(bindparam("from_ms"), bindparam("to_ms")),
)


def approved(tx: Transaction, *, now: datetime) -> frozenset[str]:
    """Tell which plans the seller said yes to in the last 24 hours."""
    # From both sides: a clock that was put back must not make a yes last for longer.
    lately = {"from_ms": to_ms(now - COUNTS_FOR), "to_ms": to_ms(now + COUNTS_FOR)}
    return frozenset(tx.execute(_APPROVED, lately).scalars())
