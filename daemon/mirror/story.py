"""The story of a number: what moved it, what the shops were told of it and showed, and what each run did."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, ScalarSelect, and_, func, or_, select

from daemon.domain.edits import UNLINKED
from daemon.domain.plan import Target
from daemon.domain.refusals import Refusal
from daemon.domain.stock import Booked, Sending, Told, promised
from daemon.domain.values import ListingId, ListingStatus, OrderStatus, Sku
from daemon.mirror import ledger
from daemon.mirror.in_step import SWEEPS_UNTIL_GONE
from daemon.mirror.moments import from_ms, optional_moment
from daemon.mirror.outbox import refusals
from daemon.mirror.schema import IS_OPEN, cycles, listings, movements, outbox, products
from daemon.mirror.store import Transaction


@dataclass(frozen=True, slots=True)
class Wanted:
    """A command that is not finished; ``desired`` is in units, or in minor units of ``currency``."""

    target: Target
    desired: int
    currency: str
    state: str
    refusal: Refusal | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A listing: what its shop was told and when, what it showed and when; ``None`` where that never happened.

    ``unexplained`` are units by which it differs from everything that facts explain, ``promised`` the most that buyers
    may find there. ``takes_stock``: its number can be set.
    """

    id: ListingId
    title: str
    takes_stock: bool
    is_gone: bool
    told: int | None
    told_at: datetime | None
    shown: int | None
    shown_at: datetime | None
    unexplained: int
    promised: int
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class Reserving:
    """An open order that ``units`` of a SKU are promised to."""

    shop: str
    order_id: str
    status: OrderStatus
    units: int


@dataclass(frozen=True, slots=True)
class Run:
    """A cycle with what it planned: SKUs whose stock moved, writes to shops, rows of the workbook.

    ``outcome`` is ``None`` while it runs, and for one that did not come to its end; ``is_quiet``: it decided nothing
    new.
    """

    cycle: int
    trigger: str
    started_at: datetime
    outcome: str | None
    skus: int
    commands: int
    rows: int
    is_quiet: bool


def known_skus(tx: Transaction) -> set[Sku]:
    """Every SKU that has a ledger or a listing."""
    listed = select(listings.c.sku).where(listings.c.sku != "")
    return {Sku(sku) for sku in tx.execute(select(products.c.sku).union(listed)).scalars()}


def movements_of(tx: Transaction, sku: Sku) -> tuple[Booked, ...]:
    """Everything that moved the stock of ``sku``, oldest first."""
    return tuple(ledger.booked(tx, movements.c.sku == sku))


def listings_of(tx: Transaction, sku: Sku) -> tuple[Shown, ...]:
    """The listings of ``sku`` in all shops, by shop."""
    key = (listings.c.shop, listings.c.product_id, listings.c.sku_id)
    of_product = and_(outbox.c.shop == listings.c.shop, outbox.c.product_id == listings.c.product_id)
    same = and_(of_product, or_(outbox.c.sku_id == listings.c.sku_id, outbox.c.target == Target.STATUS.value))
    is_wanted = and_(listings.c.sku == sku, IS_OPEN)
    commands: dict[ListingId, list[Wanted]] = defaultdict(list)
    sending: dict[ListingId, Sending] = {}
    refused = refusals(tx)
    unfinished = select(outbox, listings.c.currency, listings.c.sku_id.label("of")).join(listings, same)
    for row in tx.execute(unfinished.where(is_wanted).order_by(outbox.c.id)):
        listing, recorded = (ListingId(row.shop, row.product_id, sku_id) for sku_id in (row.of, row.sku_id))
        commands[listing].append(_wanted(row, refused.get((recorded, Target(row.target)))))
        if row.target == Target.QUANTITY and row.state == "sending":
            sending[listing] = Sending(row.sent_desired, row.sent)
    query = select(listings).where(listings.c.sku == sku).order_by(*key)
    return tuple(_shown(row, commands, sending) for row in tx.execute(query))


def _wanted(row: Row[Any], refusal: Refusal | None) -> Wanted:
    return Wanted(Target(row.target), row.desired, row.currency, row.state, refusal, from_ms(row.changed_at_ms))


def _shown(row: Row[Any], commands: dict[ListingId, list[Wanted]], sending: dict[ListingId, Sending]) -> Shown:
    id_ = ListingId(row.shop, row.product_id, row.sku_id)
    told = None if row.told is None else Told(row.told, row.told_slack)
    is_unexplained = row.unexplained_since_ms is not None
    return Shown(
        id_,
        f"{row.title} – {row.variant}" if row.variant else row.title,
        takes_stock=bool(row.quantity_is_editable),
        is_gone=row.missed_sweeps >= SWEEPS_UNTIL_GONE or row.status == ListingStatus.DELETED,
        told=row.told if row.edits_alike != UNLINKED or row.written_to_ms else None,
        told_at=None if row.told is None else optional_moment(row.written_to_ms),
        shown=row.shown,
        shown_at=None if row.shown is None else optional_moment(row.observed_at_ms),
        unexplained=row.unexplained if is_unexplained else 0,
        promised=promised(told, row.shown, sending.get(id_)),
        wanted=tuple(commands.get(id_, ())),
    )


def reserving_orders(tx: Transaction, sku: Sku) -> tuple[Reserving, ...]:
    """The open orders that units of ``sku`` are promised to, oldest first; together the reserved units of the SKU.

    A line belongs to the SKU it was booked under, as in :func:`daemon.mirror.picture.load_snapshot`.
    """
    lines = ledger.PROMISED.subquery()
    query = (
        select(lines.c.shop, lines.c.order_id, lines.c.status, func.sum(lines.c.units).label("units"))
        .where(lines.c.sku == sku)
        .group_by(lines.c.shop, lines.c.order_id)
        .order_by(lines.c.created_at_ms, lines.c.order_id)
    )
    return tuple(Reserving(row.shop, row.order_id, OrderStatus(row.status), row.units) for row in tx.execute(query))


def runs(tx: Transaction) -> Iterator[Run]:
    """The cycles, newest first; read only as far as they are taken."""
    columns = (cycles.c.id, cycles.c.trigger, cycles.c.started_at_ms, cycles.c.outcome)
    lists = (func.json_array_length(cycles.c.plan, f"$.{name}") for name in ("rows", "prices", "statuses"))
    counted = select(*columns, _moved(), _sent(), *(func.coalesce(each, 0) for each in lists))
    for cycle, trigger, started_at_ms, outcome, skus, commands, rows, prices, statuses in tx.execute(
        counted.order_by(cycles.c.id.desc()).execution_options(yield_per=100)
    ):
        is_quiet = not (skus or commands or rows or prices or statuses)
        yield Run(cycle, trigger, from_ms(started_at_ms), outcome, skus, commands, rows, is_quiet)


def _moved() -> ScalarSelect[Any]:
    """Count the SKUs whose stock a plan moves."""
    movement = func.json_each(cycles.c.plan, "$.movements").table_valued("value").c.value
    return select(func.count(func.json_extract(movement, "$.sku").distinct())).scalar_subquery()


def _sent() -> ScalarSelect[Any]:
    """Count the commands of a plan that nothing kept from being sent, and that the run before did not want as well."""
    last = cycles.alias()
    plan_before = select(last.c.plan).where(last.c.id == cycles.c.id - 1).correlate(cycles).scalar_subquery()
    command, known = (
        func.json_each(plan, "$.commands").table_valued("value").c.value for plan in (cycles.c.plan, plan_before)
    )
    kept = (func.coalesce(func.json_extract(command, f"$.{why}"), 0) for why in ("is_waiting", "is_later"))
    new = select(command).where(*(each == 0 for each in kept)).except_(select(known))
    return select(func.count()).select_from(new.subquery()).scalar_subquery()
