"""The ledger: movements are booked once, chained so that a changed past is noticed, and added up per SKU."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert

from daemon.domain.orders import RESERVED
from daemon.domain.stock import Booked, Cause, Movement
from daemon.domain.values import Sku
from daemon.mirror.moments import from_ms, to_ms
from daemon.mirror.schema import movements, order_lines, orders, products
from daemon.mirror.store import Transaction

line_reference = order_lines.c.shop + "/" + order_lines.c.order_id + "/" + order_lines.c.line_id
"""The natural key of a line's movements, as :attr:`daemon.domain.orders.LineFact.reference`."""


def chained(previous: str, *fields: str | int) -> str:
    """Return the hash of a movement: SHA-256 over the hash before it (empty for the first) and all its fields.

    The fields are id, SKU, delta, cause, reference, cycle and time, as a JSON list: no two movements look alike in it.
    """
    return hashlib.sha256(json.dumps([previous, *fields]).encode()).hexdigest()


def book(tx: Transaction, moves: Sequence[Movement], *, cycle: int, now: datetime) -> None:
    """Append movements to the chain and add them to what is available of their SKUs.

    Raises ``IntegrityError`` for a natural key that the ledger has already: an accident of ours, never a repetition.
    """
    if not moves:
        return
    # Asked of SQLite's own count, so that the number of a movement that somebody removed is never given again.
    given = tx.execute(text("SELECT seq FROM sqlite_sequence WHERE name = 'movements'")).scalar() or 0
    last = tx.execute(select(movements.c.hash).order_by(movements.c.id.desc()).limit(1)).scalar() or ""
    rows: list[dict[str, Any]] = []
    units = Counter[Sku]()
    for number, move in enumerate(moves, start=given + 1):
        fields = (number, move.sku, move.delta, move.cause.value, move.reference, cycle, to_ms(now))
        last = chained(last, *fields)
        rows.append(dict(zip(_FIELDS, (*fields, last), strict=True)))
        units[move.sku] += move.delta
    tx.execute(insert(movements), rows)
    added = update(products).where(products.c.sku == bindparam("moved"))
    added = added.values(available=products.c.available + bindparam("units"))
    tx.execute(added, [{"moved": sku, "units": delta} for sku, delta in units.items()])


_FIELDS = ("id", "sku", "delta", "cause", "reference", "cycle", "booked_at_ms", "hash")


def booked(tx: Transaction, which: ColumnElement[bool]) -> Iterator[Booked]:
    """Read the movements that the condition picks, oldest first."""
    for row in tx.execute(select(movements).where(which).order_by(movements.c.id)):
        move = Movement(Sku(row.sku), row.delta, Cause(row.cause), row.reference)
        yield Booked(row.id, move, row.cycle, from_ms(row.booked_at_ms))


def is_reserving(saved_at: datetime | None = None) -> ColumnElement[bool]:
    """The condition that picks order lines whose units are promised and on the shelf.

    With ``saved_at`` also those that lay there at that moment, whenever they were ordered, and have left since.
    """
    is_open = orders.c.status.in_([status.value for status in RESERVED])
    is_wanted = order_lines.c.is_cancelled == 0
    if saved_at is None:
        return and_(is_open, is_wanted)
    is_back = exists().where(movements.c.reference == line_reference, movements.c.cause == Cause.CANCEL.value)
    # Marketplaces stamp in whole seconds: one of the very second counts, so that a mistake sells too few.
    left_since = orders.c.shipped_at_ms >= to_ms(saved_at.replace(microsecond=0))
    return and_(or_(is_open, left_since), or_(is_wanted, and_(left_since, ~is_back.correlate(order_lines))))


def promised(saved_at: datetime | None = None) -> Select[Any]:
    """Select what :func:`is_reserving` picks, in units: one row per line and SKU that it was booked under.

    A line that is not booked yet counts as one unit of the SKU that the order names.
    """
    is_booking = and_(movements.c.reference == line_reference, movements.c.cause == Cause.ORDER.value)
    return (
        select(
            *(orders.c[name] for name in ("shop", "order_id", "status", "created_at_ms")),
            func.coalesce(movements.c.sku, order_lines.c.sku).label("sku"),
            func.coalesce(-movements.c.delta, 1).label("units"),
        )
        .join(order_lines, and_(orders.c.shop == order_lines.c.shop, orders.c.order_id == order_lines.c.order_id))
        .outerjoin(movements, is_booking)
        .where(orders.c.takes_our_stock == 1, is_reserving(saved_at))
    )


@dataclass(frozen=True, slots=True)
class WrongSum:
    """A SKU whose available units are not the sum of its movements."""

    sku: Sku
    kept: int
    summed: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the whole ledger found.

    ``last_hash`` stands for everything that was ever booked. ``changed`` is the number of the first movement that
    does not follow from those before it; ``repeated`` are natural keys that occur twice, ``lines`` the references of
    order lines that the ledger took twice, gave back more than once, or that no order has.
    """

    movements: int
    skus: int
    last_hash: str
    changed: int | None
    sums: tuple[WrongSum, ...]
    repeated: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Nothing was found."""
        return self.changed is None and not (self.sums or self.repeated or self.lines)


def verify(tx: Transaction) -> Verdict:
    """Derive everything from the movements once more, and compare."""
    count, last, changed = 0, "", None
    summed = Counter[str]()
    rows = select(*(movements.c[name] for name in _FIELDS)).order_by(movements.c.id)
    for *fields, kept_hash in tx.execute(rows.execution_options(yield_per=10_000)):
        number, sku, delta = fields[:3]
        count += 1
        summed[sku] += delta
        if changed is None and (number != count or kept_hash != chained(last, *fields)):
            changed = number
        last = kept_hash
    kept = {sku: units for sku, units in tx.execute(select(products.c.sku, products.c.available))}  # noqa: C416 - rows
    differing = sorted(sku for sku in kept.keys() | summed.keys() if kept.get(sku, 0) != summed[sku])
    return Verdict(
        count,
        len(kept),
        last,
        changed,
        tuple(WrongSum(Sku(sku), kept.get(sku, 0), summed[sku]) for sku in differing),
        tuple(tx.execute(_repeated()).scalars()),
        tuple(tx.execute(_wrong_lines()).scalars()),
    )


def _repeated() -> Select[Any]:
    key = (movements.c.cause, movements.c.reference, movements.c.sku)
    return select(key[0] + " " + key[1] + " " + key[2]).group_by(*key).having(func.count() > 1).order_by(*key)


def _wrong_lines() -> Select[Any]:
    """Order lines that were taken in more than one cycle, gave back more than they took, or that no order has."""
    is_taking, is_giving = (movements.c.cause == cause.value for cause in (Cause.ORDER, Cause.CANCEL))
    by_sku = (
        select(
            movements.c.reference,
            func.min(case((is_taking, movements.c.cycle))).label("first"),
            func.max(case((is_taking, movements.c.cycle))).label("last"),
            func.sum(movements.c.delta).label("left"),
        )
        .where(or_(is_taking, is_giving))
        .group_by(movements.c.reference, movements.c.sku)
        .subquery()
    )
    is_wrong = or_(
        func.min(by_sku.c.first) != func.max(by_sku.c.last),
        func.max(by_sku.c.left) > 0,
        by_sku.c.reference.not_in(select(line_reference)),
    )
    return select(by_sku.c.reference).group_by(by_sku.c.reference).having(is_wrong).order_by(by_sku.c.reference)
