"""Storing what the marketplaces showed: listings, orders, how far we have read. Each call is idempotent."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Integer, and_, bindparam, case, func, or_, select, update
from sqlalchemy.dialects.sqlite import Insert, insert

from daemon.domain.orders import OPEN, has_shipped
from daemon.domain.values import Listing, ListingId, Money, Order, OrderLine
from daemon.mirror.first_shape import in_first_shape
from daemon.mirror.moments import optional_moment, optional_ms, to_ms
from daemon.mirror.of_listing import CHANGE_LISTING, of_listing
from daemon.mirror.schema import listings, order_lines, orders, shops
from daemon.mirror.store import Transaction
from daemon.mirror.windows import as_columns

_ADD_SHOP = insert(shops).on_conflict_do_nothing()
_SHOP = select(shops).where(shops.c.name == bindparam("shop"))
_CHANGE_SHOP = update(shops).where(shops.c.name == bindparam("shop"))
_SEE_ORDERS = _CHANGE_SHOP.values(
    orders_seen_to_ms=func.max(func.coalesce(shops.c.orders_seen_to_ms, 0), bindparam("moment_ms"))
)
_COUNT_MISSED = (
    update(listings)
    .where(listings.c.shop == bindparam("in_shop"))
    .values(missed_sweeps=case((listings.c.observed_in == bindparam("cycle"), 0), else_=listings.c.missed_sweeps + 1))
)


def add_shop(tx: Transaction, name: str) -> None:
    """Make a configured shop known."""
    tx.execute(_ADD_SHOP, {"name": name})


def shop_id_of(tx: Transaction, name: str) -> str | None:
    """The marketplace's id of a shop, ``None`` before it was first identified."""
    known = tx.execute(_SHOP, {"shop": name}).first()
    return None if known is None else known.shop_id


def set_shop_id(tx: Transaction, name: str, shop_id: str) -> None:
    """Remember whose account a shop's name stands for."""
    tx.execute(_CHANGE_SHOP, {"shop": name, "shop_id": shop_id})


def orders_seen_to(tx: Transaction, shop: str) -> datetime | None:
    """Up to when all order changes of ``shop`` are in the mirror."""
    known = tx.execute(_SHOP, {"shop": shop}).first()
    return None if known is None else optional_moment(known.orders_seen_to_ms)


def set_orders_seen_to(tx: Transaction, shop: str, moment: datetime) -> None:
    """Record that all order changes before ``moment`` are in the mirror; never moves back."""
    tx.execute(_SEE_ORDERS, {"shop": shop, "moment_ms": to_ms(moment)})


def open_orders(tx: Transaction, shop: str, *, before: datetime) -> list[str]:
    """Ids of the orders of ``shop`` that are open and have not changed since ``before``, the oldest first."""
    found = tx.execute(_OPEN_ORDERS, {"in_shop": shop, "before_ms": to_ms(before)})
    return [row.order_id for row in found]


def store_orders(tx: Transaction, batch: Iterable[Order], *, cycle: int) -> int:
    """Take in orders as they stand; an older version never replaces a newer one. Returns how many changed."""
    return sum(_store_order(tx, order, cycle) for order in batch)


def _store_order(tx: Transaction, order: Order, cycle: int) -> int:
    shipped_at = order.left_at or order.updated_at
    values = {
        "status": order.status.value,
        "platform": order.platform.value,
        "takes_our_stock": int(order.takes_our_stock),
        "has_shipped": int(has_shipped(order)),
        "shipped_at_ms": to_ms(shipped_at) if has_shipped(order) else None,
        "created_at_ms": to_ms(order.created_at),
        "updated_at_ms": to_ms(order.updated_at),
        "ship_by_ms": optional_ms(order.ship_by),
        "buyer": order.buyer,
        "courier": order.courier,
        "tracking_number": order.tracking_number,
        "invoice": order.invoice,
        "cancel_reason": order.cancel_reason,
    }
    key = {"in_shop": order.shop, "of_order": order.id}
    stored = tx.execute(_STORED_ORDER, key).mappings().first()
    if stored is not None:
        if stored["updated_at_ms"] > values["updated_at_ms"]:
            return 0
        if stored["has_shipped"]:
            values |= {name: stored[name] for name in ("has_shipped", "shipped_at_ms")}
    has_changed = stored is None or any(stored[name] != value for name, value in values.items())
    if stored is None:
        tx.execute(insert(orders), {"shop": order.shop, "order_id": order.id, "changed_in": cycle, **values})
    elif has_changed:
        tx.execute(_RENEW_ORDER, {**key, "changed_in": cycle, **values})
    lines = order.lines if stored is None else in_first_shape(tx, order)
    lines_changed = sum(_store_line(tx, order, line) for line in lines)
    if lines_changed and not has_changed:
        tx.execute(_RENEW_ORDER, {**key, "changed_in": cycle})
    return int(has_changed or lines_changed > 0)


# Built once: the same orders are read again and again.
_is_order = and_(orders.c.shop == bindparam("in_shop"), orders.c.order_id == bindparam("of_order"))
_STORED_ORDER = select(orders).where(_is_order)
_RENEW_ORDER = update(orders).where(_is_order)


_OPEN_ORDERS = (
    select(orders.c.order_id)
    .where(orders.c.shop == bindparam("in_shop"), orders.c.status.in_([status.value for status in sorted(OPEN)]))
    .where(orders.c.updated_at_ms < bindparam("before_ms", type_=Integer))
    .order_by(orders.c.created_at_ms, orders.c.order_id)
)


def _store_line(tx: Transaction, order: Order, line: OrderLine) -> int:
    values = {
        "product_id": line.listing.product_id,
        "sku_id": line.listing.sku_id,
        "sku": line.sku,
        "product_name": line.product_name,
        "variant": line.variant,
        "price": line.price.amount,
        "currency": line.price.currency,
        "is_cancelled": int(line.is_cancelled),
        "is_gift": int(line.is_gift),
    }
    key = {"shop": order.shop, "order_id": order.id, "line_id": line.id}
    return tx.execute(_TAKE_IN_LINE, {**key, **values}).rowcount


def _take_in_line() -> Insert:
    statement = insert(order_lines)
    key = ("shop", "order_id", "line_id")
    values = {column.name: statement.excluded[column.name] for column in order_lines.c if column.name not in key}
    changed = or_(*(order_lines.c[name] != value for name, value in values.items() if name != "is_outstanding"))
    return statement.on_conflict_do_update(index_elements=key, set_=values, where=changed)


_TAKE_IN_LINE = _take_in_line()


def store_listings(tx: Transaction, batch: Iterable[Listing], *, cycle: int, observed_at: datetime) -> None:
    """Take in listings as a sweep showed them at ``observed_at`` (the marketplace's clock)."""
    observed = {"observed_at_ms": to_ms(observed_at), "observed_in": cycle, "missed_sweeps": 0}
    rows = [{**_shown(listing), **observed, "first_seen_at_ms": to_ms(observed_at)} for listing in batch]
    if rows:
        tx.execute(_TAKE_IN_LISTING, rows)


def _shown(listing: Listing) -> dict[str, str | int | None]:
    return {
        "shop": listing.id.shop,
        "product_id": listing.id.product_id,
        "sku_id": listing.id.sku_id,
        "sku": listing.sku,
        "title": listing.title,
        "variant": listing.variant,
        "status": listing.status.value,
        **as_columns(listing.windows),
        "price": listing.price.amount if listing.price else None,
        "currency": listing.price.currency if listing.price else "IDR",
        "price_is_editable": int(listing.price_is_editable),
        "quantity_is_editable": int(listing.quantity_is_editable),
        "shown": listing.quantity,
    }


def _take_in_listing() -> Insert:
    """Build the statement once: for a large catalogue, building it is most of the work."""
    statement = insert(listings)
    renewed: tuple[str, ...] = (
        "sku",
        "title",
        "variant",
        "status",
        "tiktok_shop",
        "tokopedia",
        "price",
        "currency",
        "price_is_editable",
    )
    renewed += ("quantity_is_editable", "shown", "observed_at_ms", "observed_in", "missed_sweeps")
    # What was agreed was agreed on for the old SKU's goods; the listing starts anew under another one.
    is_renamed = listings.c.sku != statement.excluded.sku
    kept = {name: case((is_renamed, None), else_=listings.c[name]) for name in ("told", "unexplained_since_ms")}
    changes = {**{name: statement.excluded[name] for name in renewed}, **kept}
    return statement.on_conflict_do_update(index_elements=["shop", "product_id", "sku_id"], set_=changes)


_TAKE_IN_LISTING = _take_in_listing()


def finish_sweep(tx: Transaction, shop: str, *, cycle: int, now: datetime) -> None:
    """Record a complete sweep of ``shop``: listings it did not show have missed one more."""
    tx.execute(_COUNT_MISSED, {"in_shop": shop, "cycle": cycle})
    tx.execute(_CHANGE_SHOP, {"shop": shop, "swept_at_ms": to_ms(now)})


def swept_at(tx: Transaction, shop: str) -> datetime | None:
    """When every listing of ``shop`` was read last; ``None`` if that never was."""
    known = tx.execute(_SHOP, {"shop": shop}).first()
    return None if known is None else optional_moment(known.swept_at_ms)


def note_price(tx: Transaction, listing: ListingId, price: Money) -> None:
    """Record a price that was read outside a sweep."""
    tx.execute(CHANGE_LISTING, {**of_listing(listing), "price": price.amount, "currency": price.currency})
