"""The ledger: movements are booked once, chained so that a changed past is noticed, and added up per SKU."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, case, exists, func, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert

from daemon.domain.orders import RESERVED
from daemon.domain.stock import GIVING_BACK, Booked, Cause, Movement
from daemon.domain.values import Sku
from daemon.mirror.moments import from_ms, to_ms
from daemon.mirror.schema import IS_OUTSTANDING, movements, order_lines, orders, products
from daemon.mirror.store import Transaction

line_reference = order_lines.c.shop + "/" + order_lines.c.order_id + "/" + order_lines.c.line_id
"""The natural key of a line's movements, as :attr:`daemon.domain.orders.LineFact.reference`."""


def chained(previous: str, *fields: str | int) -> str:
    """Return the hash of a movement: SHA-256 over the hash before it (empty for the first) and all its fields.

    The fields are id, SKU, delta, cause, reference, cycle and time, as a JSON list: no two movements look alike in it.
    """
    return hashlib.sha256(json.dumps([previous, *fields]).encode()).hexdigest()


def book(tx: Transaction, moves: Sequence[Movement], *, cycle: int, now: datetime) -> None:
    """Append movements to the chain, and add them to what is available of their SKUs.

    Raises ``IntegrityError`` for a natural key that the ledger has already: an accident of ours, never a repetition.
    """
    if not moves:
        return
    # Asked of SQLite's own count, so that the number of a movement that somebody removed is never given again.
    given = tx.execute(_GIVEN).scalar() or 0
    last = tx.execute(_LAST_HASH).scalar() or ""
    rows: list[dict[str, Any]] = []
    units = Counter[Sku]()
    for number, move in enumerate(moves, start=given + 1):
        fields = (number, move.sku, move.delta, move.cause.value, move.reference, cycle, to_ms(now))
        last = chained(last, *fields)
        rows.append(dict(zip(_FIELDS, (*fields, last), strict=True)))
        units[move.sku] += move.delta
    tx.execute(insert(movements), rows)
    tx.execute(_ADD, [{"moved": sku, "units": delta} for sku, delta in units.items()])
    tx.execute(_SETTLE_LINES)


_FIELDS = ("id", "sku", "delta", "cause", "reference", "cycle", "booked_at_ms", "hash")

_GIVEN = text("SELECT seq FROM sqlite_sequence WHERE name = 'movements'")
_LAST_HASH = select(movements.c.hash).order_by(movements.c.id.desc()).limit(1)
_ADD = (
    update(products)
    .where(products.c.sku == bindparam("moved"))
    .values(available=products.c.available + bindparam("units"))
)


def is_booked(*causes: Cause) -> ColumnElement[bool]:
    """The condition that picks order lines with a movement of one of ``causes``."""
    is_it = and_(movements.c.reference == line_reference, movements.c.cause.in_([cause.value for cause in causes]))
    return exists().where(is_it).correlate(order_lines)


_SETTLE_LINES = (
    update(order_lines)
    .where(IS_OUTSTANDING, is_booked(Cause.ORDER), or_(order_lines.c.is_cancelled == 0, is_booked(*GIVING_BACK)))
    .values(is_outstanding=0)
)
"""Leaves lines with nothing more to book out of what every cycle looks through."""


def booked(tx: Transaction, which: ColumnElement[bool]) -> Iterator[Booked]:
    """Read the movements that the condition picks, oldest first."""
    for row in tx.execute(select(movements).where(which).order_by(movements.c.id)):
        move = Movement(Sku(row.sku), row.delta, Cause(row.cause), row.reference)
        yield Booked(row.id, move, row.cycle, from_ms(row.booked_at_ms))


def sold_since(tx: Transaction, moment: datetime) -> Mapping[Sku, int]:
    """Count the units of every SKU that orders took, less those that came back, booked after ``moment``."""
    return {Sku(sku): units for sku, units in tx.execute(_SOLD, {"since_ms": to_ms(moment)})}


_before = movements.alias()
# Looked for from the newest on: it is seldom far.
_LAST_BEFORE = (
    select(_before.c.id)
    .where(_before.c.booked_at_ms <= bindparam("since_ms"))
    .order_by(_before.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_SOLD = (
    select(movements.c.sku, -func.sum(movements.c.delta))
    .where(movements.c.id > func.coalesce(_LAST_BEFORE, 0))
    .where(movements.c.cause.in_([Cause.ORDER.value, Cause.CANCEL.value]))
    .group_by(movements.c.sku)
)


def left_since(saved_at: datetime | None) -> dict[str, int | None]:
    """Give the parameter that :data:`RESERVING` takes for a file that was saved at ``saved_at``.

    Marketplaces stamp in whole seconds: what left in the very second counts, so that a mistake sells too few.
    """
    return {"left_since_ms": None if saved_at is None else to_ms(saved_at.replace(microsecond=0))}


def _reserving() -> ColumnElement[bool]:
    is_open = orders.c.status.in_([status.value for status in RESERVED])
    is_wanted = order_lines.c.is_cancelled == 0
    has_left = orders.c.shipped_at_ms >= bindparam("left_since_ms", None, type_=Integer)
    return and_(or_(is_open, has_left), or_(is_wanted, and_(has_left, ~is_booked(Cause.CANCEL))))


RESERVING = _reserving()
"""Picks order lines whose units are promised and on the shelf.

With the parameter of :func:`left_since` also those that lay there at that moment, whenever they were ordered, and have
left since.
"""


def _promised() -> Select[Any]:
    is_booking = and_(movements.c.reference == line_reference, movements.c.cause == Cause.ORDER.value)
    return (
        select(
            *(orders.c[name] for name in ("shop", "order_id", "status", "created_at_ms")),
            func.coalesce(movements.c.sku, order_lines.c.sku).label("sku"),
            func.coalesce(-movements.c.delta, 1).label("units"),
        )
        .join(order_lines, and_(orders.c.shop == order_lines.c.shop, orders.c.order_id == order_lines.c.order_id))
        .outerjoin(movements, is_booking)
        .where(orders.c.takes_our_stock == 1, RESERVING)
    )


PROMISED = _promised()
"""What :data:`RESERVING` picks, in units: one row per line and SKU that it was booked under.

A line that is not booked yet counts as one unit of the SKU that the order names.
"""


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
        tuple(tx.execute(_wrong_lines().union(_lost_lines()).order_by("reference")).scalars()),
    )


def _repeated() -> Select[Any]:
    key = (movements.c.cause, movements.c.reference, movements.c.sku)
    return select(key[0] + " " + key[1] + " " + key[2]).group_by(*key).having(func.count() > 1).order_by(*key)


def _wrong_lines() -> Select[Any]:
    """Order lines that were taken in more than one cycle, gave back more than they took, or that no order has."""
    is_taking = movements.c.cause == Cause.ORDER.value
    is_giving = movements.c.cause.in_([cause.value for cause in GIVING_BACK])
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
    return select(by_sku.c.reference).group_by(by_sku.c.reference).having(is_wrong)


def _lost_lines() -> Select[Any]:
    """Order lines that nobody looks at any more although they are not booked."""
    is_unreturned = and_(order_lines.c.is_cancelled == 1, ~is_booked(*GIVING_BACK))
    is_lost = and_(order_lines.c.is_outstanding == 0, or_(~is_booked(Cause.ORDER), is_unreturned))
    return select(line_reference.label("reference")).where(is_lost)
