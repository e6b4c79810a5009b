"""Loading the one consistent picture that reconcile decides on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, ScalarSelect, and_, func, or_, select

from daemon.domain.brakes import NO_LIMITS
from daemon.domain.messages import message
from daemon.domain.orders import RESERVED, LineFact
from daemon.domain.plan import Target
from daemon.domain.snapshot import ListingState, Product, SeenFile, ShopPolicy, Snapshot
from daemon.domain.stock import Cause, Sending, Told, Unexplained
from daemon.domain.values import ListingId, ListingStatus, Money, Sku
from daemon.mirror import approvals
from daemon.mirror.moments import from_ms, optional_moment
from daemon.mirror.schema import (
    OPEN_STATES,
    listings,
    movements,
    order_lines,
    orders,
    outbox,
    products,
    shops,
)
from daemon.mirror.store import Transaction

SWEEPS_UNTIL_GONE = 2
"""A listing counts as gone once it is missing in two complete sweeps (a single page can be stale)."""

_reference = order_lines.c.shop + "/" + order_lines.c.order_id + "/" + order_lines.c.line_id


def load_snapshot(
    tx: Transaction,
    policies: Mapping[str, ShopPolicy],
    file: SeenFile | None,
    *,
    cycle: int,
    now: datetime,
) -> Snapshot:
    """Build the picture of ``cycle``: what was read in it, and all that is agreed so far.

    ``file`` is what the seller saved, ``None`` when the workbook could not be read.
    """
    known = _listings(tx, set(policies), cycle)
    swept = set(tx.execute(select(shops.c.name).where(shops.c.swept_at_ms.is_not(None))).scalars())
    return Snapshot(
        now=now,
        cycle=cycle,
        shops=policies,
        products=_products(tx),
        listings=known,
        lines=_lines(tx, set(policies)),
        rows=file.rows if file else None,
        bases=file.bases if file else {},
        copy=file.copy if file else "",
        written=file.written if file else None,
        choices=file.choices if file else (),
        is_stale=file.is_stale if file else False,
        brought=file.brought if file else {},
        is_catalogue_known=set(policies) <= swept,
        limits=file.limits if file else NO_LIMITS,
        approved=approvals.approved(tx, now=now),
    )


def _products(tx: Transaction) -> dict[Sku, Product]:
    totals = select(movements.c.sku, func.sum(movements.c.delta)).group_by(movements.c.sku)
    available = {row[0]: row[1] for row in tx.execute(totals)}
    reserved = _reserved(tx)
    return {
        Sku(row.sku): Product(
            Sku(row.sku),
            available.get(row.sku, 0),
            reserved.get(row.sku, 0),
            None if row.price is None else Money(row.price, row.currency),
            from_ms(row.opened_at_ms),
        )
        for row in tx.execute(select(products))
    }


def _booked_sku(cause: Cause) -> ScalarSelect[Any]:
    """The SKU under which a line's movement of ``cause`` was booked, or NULL."""
    booked = select(movements.c.sku).where(movements.c.reference == _reference, movements.c.cause == cause.value)
    return booked.limit(1).scalar_subquery()


def _reserved(tx: Transaction) -> dict[str, int]:
    """Units per SKU that are promised to open orders."""
    sku = func.coalesce(_booked_sku(Cause.ORDER), order_lines.c.sku).label("booked_sku")
    open_lines = (
        select(sku, func.count())
        .join(orders, and_(orders.c.shop == order_lines.c.shop, orders.c.order_id == order_lines.c.order_id))
        .where(orders.c.status.in_([status.value for status in RESERVED]))
        .where(order_lines.c.is_cancelled == 0, orders.c.takes_our_stock == 1)
        .group_by(sku)
    )
    return {row[0]: row[1] for row in tx.execute(open_lines)}


def _lines(tx: Transaction, configured: set[str]) -> tuple[LineFact, ...]:
    """Order lines whose movements are not complete."""
    taken, returned = _booked_sku(Cause.ORDER).label("taken"), _booked_sku(Cause.CANCEL).label("returned")
    is_unreturned = and_(order_lines.c.is_cancelled == 1, orders.c.has_shipped == 0, returned.is_(None))
    query = (
        select(order_lines, orders.c.created_at_ms, orders.c.has_shipped, listings.c.sku.label("listed_sku"))
        .add_columns(taken, returned)
        .join(orders, and_(orders.c.shop == order_lines.c.shop, orders.c.order_id == order_lines.c.order_id))
        .outerjoin(
            listings,
            and_(
                listings.c.shop == order_lines.c.shop,
                listings.c.product_id == order_lines.c.product_id,
                listings.c.sku_id == order_lines.c.sku_id,
            ),
        )
        .where(orders.c.takes_our_stock == 1, order_lines.c.shop.in_(configured))
        .where(or_(taken.is_(None), is_unreturned))
        .order_by(orders.c.created_at_ms, order_lines.c.line_id)
    )
    return tuple(
        LineFact(
            order_id=row.order_id,
            line_id=row.line_id,
            listing=ListingId(row.shop, row.product_id, row.sku_id),
            sku=Sku(row.taken or row.listed_sku or row.sku),
            created_at=from_ms(row.created_at_ms),
            is_cancelled=bool(row.is_cancelled),
            has_shipped=bool(row.has_shipped),
            is_taken=row.taken is not None,
            is_returned=row.returned is not None,
        )
        for row in tx.execute(query)
    )


def _listings(tx: Transaction, configured: set[str], cycle: int) -> dict[ListingId, ListingState]:
    commands: dict[ListingId, list[Row[Any]]] = {}
    for row in tx.execute(select(outbox).where(outbox.c.state.in_(OPEN_STATES))):
        commands.setdefault(ListingId(row.shop, row.product_id, row.sku_id), []).append(row)
    found = {}
    for row in tx.execute(select(listings).where(listings.c.shop.in_(configured))):
        state = _listing(row, commands.get(ListingId(row.shop, row.product_id, row.sku_id), []), cycle)
        found[state.id] = state
    return found


def _listing(row: Row[Any], commands: list[Row[Any]], cycle: int) -> ListingState:
    is_fresh = row.observed_in == cycle
    is_gone = row.missed_sweeps >= SWEEPS_UNTIL_GONE
    sending = next((c for c in commands if c.target == Target.QUANTITY and c.state == "sending"), None)
    refusals = {
        Target(c.target): message("push.refused", shop=row.shop, reason=c.refusal or "")
        for c in commands
        if c.state == "refused"
    }
    since = optional_moment(row.unexplained_since_ms)
    return ListingState(
        id=ListingId(row.shop, row.product_id, row.sku_id),
        sku=Sku(row.sku),
        title=f"{row.title} – {row.variant}" if row.variant else row.title,
        status=ListingStatus.DELETED if is_gone else ListingStatus(row.status),
        price=None if row.price is None else Money(row.price, row.currency),
        shown=row.shown if is_fresh else None,
        observed_at=from_ms(row.observed_at_ms) if is_fresh else None,
        first_seen_at=optional_moment(row.first_seen_at_ms),
        told=None if row.told is None else Told(row.told, row.told_slack),
        told_price=None if row.told_price is None else Money(row.told_price, row.currency),
        unexplained=None if since is None else Unexplained(row.unexplained, since),
        written_from=optional_moment(row.written_from_ms),
        written_to=optional_moment(row.written_to_ms),
        sending=sending and Sending(sending.sent_desired, sending.sent),
        is_price_sending=any(c.target == Target.PRICE and c.state == "sending" for c in commands),
        commanded=frozenset(Target(command.target) for command in commands),
        refusals=refusals,
        price_is_editable=bool(row.price_is_editable),
        quantity_is_editable=bool(row.quantity_is_editable),
    )
