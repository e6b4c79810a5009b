"""Loading the one consistent picture that reconcile decides on."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, ScalarSelect, Select, Text, and_, bindparam, func, or_, select

from daemon.domain.allocation import Sharing
from daemon.domain.brakes import NO_LIMITS
from daemon.domain.notes import Say
from daemon.domain.orders import LineFact
from daemon.domain.plan import Target
from daemon.domain.refusals import told
from daemon.domain.snapshot import NOTHING_IN_STEP, ListingState, Product, SeenFile, ShopPolicy, Snapshot
from daemon.domain.stock import GIVING_BACK, Cause, Sending, Told, Unexplained
from daemon.domain.values import ListingId, ListingStatus, Money, Sku
from daemon.mirror import allocations, approvals, bundles, holds, ledger
from daemon.mirror.in_step import SWEEPS_UNTIL_GONE, Narrow, find_in_step
from daemon.mirror.moments import from_ms, optional_moment
from daemon.mirror.outbox import called_empty
from daemon.mirror.outbox import refusals as open_refusals
from daemon.mirror.schema import (
    IS_OPEN,
    IS_OUTSTANDING,
    listings,
    movements,
    order_lines,
    orders,
    outbox,
    products,
    shops,
)
from daemon.mirror.store import Transaction
from daemon.mirror.windows import windows_in


def load_snapshot(  # noqa: PLR0913 - each is one source of the picture
    tx: Transaction,
    policies: Mapping[str, ShopPolicy],
    file: SeenFile | None,
    *,
    cycle: int,
    now: datetime,
    sharing: Sharing = Sharing.SHARED,
    say: Say | None = None,
) -> Snapshot:
    """Build the picture of ``cycle``: what was read in it, and all that is agreed so far.

    ``file`` is what the seller saved, ``None`` when the workbook could not be read. With ``say``, the words of the
    workbook, goods about which there is nothing to decide are left out.
    """
    known_shops = tx.execute(select(shops)).all()
    saved_at = file.saved_at if file else None
    lines = _lines(tx, list(policies), saved_at)
    in_step, others = NOTHING_IN_STEP, None
    if say is not None:
        in_step, others = find_in_step(tx, Narrow(policies, sharing, say), file, cycle=cycle, lines=lines)
    swept = {shop.name for shop in known_shops if shop.swept_at_ms is not None}
    return Snapshot(
        now=now,
        cycle=cycle,
        shops=policies,
        products=_products(tx, saved_at, others),
        listings=_listings(tx, list(policies), others, cycle=cycle, now=now),
        lines=lines,
        rows=file.rows if file else None,
        bases=file.bases if file else {},
        copy=file.copy if file else "",
        written=file.written if file else None,
        choices=file.choices if file else (),
        is_stale=file.is_stale if file else False,
        brought=file.brought if file else {},
        sold=file.sold if file else {},
        written_at=file.written_at if file else None,
        is_catalogue_known=set(policies) <= swept,
        limits=file.limits if file else NO_LIMITS,
        gone=file.gone if file else (),
        approved=approvals.approved(tx, now=now),
        orders_read_at={
            shop.name: from_ms(shop.orders_seen_to_ms) for shop in known_shops if shop.orders_seen_to_ms is not None
        },
        recipes=bundles.recipes(tx),
        recipe_sheet=file.recipe_sheet if file else None,
        allocations=allocations.stored_overrides(tx),
        override_sheet=file.override_sheet if file else None,
        old_overrides=allocations.old_overrides(tx),
        sharing=sharing,
        in_step=in_step,
        at_rest=tuple(reason for reason in holds.at_rest(tx, now=now) if reason.params["shop"] in policies),
    )


def _products(tx: Transaction, saved_at: datetime | None, only: Collection[Sku] | None) -> dict[Sku, Product]:
    reserved = {row[0]: row[1] for row in tx.execute(_RESERVED, ledger.left_since(saved_at))}
    return {
        Sku(row.sku): Product(
            Sku(row.sku),
            row.available,
            reserved.get(row.sku, 0),
            None if row.price is None else Money(row.price, row.currency),
            from_ms(row.opened_at_ms),
        )
        for row in (tx.execute(_PRODUCTS) if only is None else tx.execute(_SOME_PRODUCTS, _as_json(only)))
    }


def _as_json(only: Collection[Sku]) -> dict[str, str]:
    """Give SKUs, and none, as one parameter: there can be more of them than SQLite takes as many."""
    return {"only": json.dumps([*only, ""])}


def _reserved() -> Select[Any]:
    lines = ledger.PROMISED.subquery()
    return select(lines.c.sku, func.sum(lines.c.units)).group_by(lines.c.sku)


def _booked(cause: Cause) -> ScalarSelect[Any]:
    """What a line's movements of ``cause`` moved by SKU, several where it is a bundle, as JSON; or NULL."""
    moved = func.json_group_object(movements.c.sku, movements.c.delta)
    is_it = and_(movements.c.reference == ledger.line_reference, movements.c.cause == cause.value)
    return select(func.nullif(moved, "{}")).where(is_it).scalar_subquery()


def _outstanding() -> Select[Any]:
    """Build the query for order lines whose movements are not complete."""
    taken, returned = _booked(Cause.ORDER).label("taken"), _booked(Cause.CANCEL).label("returned")
    is_given_back = ledger.is_booked(*GIVING_BACK)
    is_unreturned = and_(order_lines.c.is_cancelled == 1, orders.c.has_shipped == 0, ~is_given_back)
    return (
        select(order_lines, orders.c.created_at_ms, orders.c.has_shipped)
        .add_columns(listings.c.sku.label("listed_sku"), taken, returned)
        .add_columns(ledger.RESERVING.label("is_reserving"))
        .join(orders, and_(orders.c.shop == order_lines.c.shop, orders.c.order_id == order_lines.c.order_id))
        .outerjoin(
            listings,
            and_(
                listings.c.shop == order_lines.c.shop,
                listings.c.product_id == order_lines.c.product_id,
                listings.c.sku_id == order_lines.c.sku_id,
            ),
        )
        .where(orders.c.takes_our_stock == 1, order_lines.c.shop.in_(_CONFIGURED))
        .where(IS_OUTSTANDING, or_(~ledger.is_booked(Cause.ORDER), is_unreturned))
        .order_by(orders.c.created_at_ms, order_lines.c.line_id)
    )


# Built once: they are asked in every cycle.
_CONFIGURED = bindparam("configured", expanding=True, type_=Text)
_PICKED = select(func.json_each(bindparam("only", type_=Text)).table_valued("value").c.value)
_RESERVED, _OUTSTANDING = _reserved(), _outstanding()
# In one order, however many there are: what is held of a row is told in the order of the listings.
_PRODUCTS = select(products).order_by(products.c.sku)
_LISTINGS = select(listings).where(listings.c.shop.in_(_CONFIGURED)).order_by(*listings.primary_key.columns)
_SOME_PRODUCTS, _SOME_LISTINGS = (
    _PRODUCTS.where(products.c.sku.in_(_PICKED)),
    select(listings).where(listings.c.sku.in_(_PICKED)).order_by(*listings.primary_key.columns),
)
_COMMANDS = select(outbox).where(IS_OPEN)


def _lines(tx: Transaction, configured: list[str], saved_at: datetime | None) -> tuple[LineFact, ...]:
    """Order lines whose movements are not complete."""
    given = {"configured": configured, **ledger.left_since(saved_at)}
    return tuple(_line(row) for row in tx.execute(_OUTSTANDING, given))


def _line(row: Row[Any]) -> LineFact:
    return LineFact(
        order_id=row.order_id,
        line_id=row.line_id,
        listing=ListingId(row.shop, row.product_id, row.sku_id),
        sku=Sku(row.listed_sku or row.sku),
        created_at=from_ms(row.created_at_ms),
        is_cancelled=bool(row.is_cancelled),
        has_shipped=bool(row.has_shipped),
        is_returned=row.returned is not None,
        taken={Sku(sku): -delta for sku, delta in json.loads(row.taken or "{}").items()},
        is_reserving=bool(row.is_reserving),
    )


def _listings(
    tx: Transaction, configured: list[str], only: Collection[Sku] | None, *, cycle: int, now: datetime
) -> dict[ListingId, ListingState]:
    refused, emptied = open_refusals(tx), called_empty(tx, now=now)
    commands: dict[ListingId, list[Row[Any]]] = {}
    for row in tx.execute(_COMMANDS):
        commands.setdefault(ListingId(row.shop, row.product_id, row.sku_id), []).append(row)
    if only is None:
        rows: Iterable[Row[Any]] = tx.execute(_LISTINGS, {"configured": configured})
    else:  # with the shops in the query SQLite searches all that they list
        rows = (row for row in tx.execute(_SOME_LISTINGS, _as_json(only)) if row.shop in configured)
    found = {}
    for row in rows:
        state = _listing(row, commands.get(ListingId(row.shop, row.product_id, row.sku_id), []), cycle)
        refusals = {target: told(row.shop, refused[key]) for target in Target if (key := (state.id, target)) in refused}
        if refusals or state.id in emptied:
            state = replace(state, refusals=refusals, is_called_empty=state.id in emptied)
        found[state.id] = state
    return found


def _listing(row: Row[Any], commands: list[Row[Any]], cycle: int) -> ListingState:
    is_fresh = row.observed_in == cycle
    is_gone = row.missed_sweeps >= SWEEPS_UNTIL_GONE
    sending = next((c for c in commands if c.target == Target.QUANTITY and c.state == "sending"), None)
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
        price_is_editable=bool(row.price_is_editable),
        quantity_is_editable=bool(row.quantity_is_editable),
        edited_to=row.edited_to,
        edits_alike=row.edits_alike,
        windows=windows_in(row.tiktok_shop, row.tokopedia),
        switching_to=next((c.desired for c in commands if c.target == Target.STATUS), None),
        is_switch_sending=any(c.target == Target.STATUS and c.state == "sending" for c in commands),
    )
