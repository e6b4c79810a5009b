"""Storing what the marketplaces showed: listings, orders, how far we have read. Each call is idempotent."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from daemon.domain.orders import SHIPPED
from daemon.domain.values import Listing, ListingId, Money, Order, OrderLine
from daemon.mirror.moments import optional_moment, optional_ms, to_ms
from daemon.mirror.schema import listings, order_lines, orders, shops
from daemon.mirror.store import Transaction


def add_shop(tx: Transaction, name: str) -> None:
    """Make a configured shop known."""
    tx.execute(insert(shops).values(name=name).on_conflict_do_nothing())


def shop_id_of(tx: Transaction, name: str) -> str | None:
    """The marketplace's id of a shop, ``None`` before it was first identified."""
    return tx.execute(select(shops.c.shop_id).where(shops.c.name == name)).scalar()


def set_shop_id(tx: Transaction, name: str, shop_id: str) -> None:
    """Remember whose account a shop's name stands for."""
    tx.execute(update(shops).where(shops.c.name == name).values(shop_id=shop_id))


def orders_seen_to(tx: Transaction, shop: str) -> datetime | None:
    """Up to when all order changes of ``shop`` are in the mirror."""
    return optional_moment(tx.execute(select(shops.c.orders_seen_to_ms).where(shops.c.name == shop)).scalar())


def set_orders_seen_to(tx: Transaction, shop: str, moment: datetime) -> None:
    """Record that all order changes before ``moment`` are in the mirror; never moves back."""
    later = func.max(func.coalesce(shops.c.orders_seen_to_ms, 0), to_ms(moment))
    tx.execute(update(shops).where(shops.c.name == shop).values(orders_seen_to_ms=later))


def store_orders(tx: Transaction, batch: Iterable[Order], *, cycle: int) -> int:
    """Take in orders as they stand; an older version never replaces a newer one. Returns how many changed."""
    return sum(_store_order(tx, order, cycle) for order in batch)


def _store_order(tx: Transaction, order: Order, cycle: int) -> int:
    values = {
        "status": order.status.value,
        "platform": order.platform.value,
        "takes_our_stock": int(order.takes_our_stock),
        "has_shipped": int(order.status in SHIPPED),
        "created_at_ms": to_ms(order.created_at),
        "updated_at_ms": to_ms(order.updated_at),
        "ship_by_ms": optional_ms(order.ship_by),
        "buyer": order.buyer,
        "courier": order.courier,
        "tracking_number": order.tracking_number,
        "invoice": order.invoice,
    }
    key = and_(orders.c.shop == order.shop, orders.c.order_id == order.id)
    stored = tx.execute(select(orders).where(key)).mappings().first()
    if stored is not None:
        if stored["updated_at_ms"] > values["updated_at_ms"]:
            return 0
        values["has_shipped"] = max(values["has_shipped"], stored["has_shipped"])
    has_changed = stored is None or any(stored[name] != value for name, value in values.items())
    if stored is None:
        tx.execute(insert(orders).values(shop=order.shop, order_id=order.id, changed_in=cycle, **values))
    elif has_changed:
        tx.execute(update(orders).where(key).values(changed_in=cycle, **values))
    lines_changed = sum(_store_line(tx, order, line) for line in order.lines)
    if lines_changed and not has_changed:
        tx.execute(update(orders).where(key).values(changed_in=cycle))
    return int(has_changed or lines_changed > 0)


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
    statement = insert(order_lines).values(shop=order.shop, order_id=order.id, line_id=line.id, **values)
    changed = or_(*(order_lines.c[name] != statement.excluded[name] for name in values))
    upsert = statement.on_conflict_do_update(
        index_elements=["shop", "order_id", "line_id"],
        set_={name: statement.excluded[name] for name in values},
        where=changed,
    )
    return tx.execute(upsert).rowcount


def store_listings(tx: Transaction, batch: Iterable[Listing], *, cycle: int, observed_at: datetime) -> None:
    """Take in listings as a sweep showed them at ``observed_at`` (the marketplace's clock)."""
    for listing in batch:
        values = {
            "sku": listing.sku,
            "title": listing.title,
            "variant": listing.variant,
            "status": listing.status.value,
            "platforms": ",".join(sorted(listing.platforms)),
            "price": listing.price.amount if listing.price else None,
            "currency": listing.price.currency if listing.price else "IDR",
            "price_is_editable": int(listing.price_is_editable),
            "quantity_is_editable": int(listing.quantity_is_editable),
            "shown": listing.quantity,
            "observed_at_ms": to_ms(observed_at),
            "observed_in": cycle,
            "missed_sweeps": 0,
        }
        identity = {"shop": listing.id.shop, "product_id": listing.id.product_id, "sku_id": listing.id.sku_id}
        statement = insert(listings).values(**identity, first_seen_at_ms=to_ms(observed_at), **values)
        # What was agreed was agreed on for the old SKU's goods; the listing starts anew under another one.
        is_renamed = listings.c.sku != statement.excluded.sku
        kept = {name: case((is_renamed, None), else_=listings.c[name]) for name in ("told", "unexplained_since_ms")}
        tx.execute(statement.on_conflict_do_update(index_elements=list(identity), set_={**values, **kept}))


def finish_sweep(tx: Transaction, shop: str, *, cycle: int, now: datetime) -> None:
    """Record a complete sweep of ``shop``: listings it did not show have missed one more."""
    missed = case((listings.c.observed_in == cycle, 0), else_=listings.c.missed_sweeps + 1)
    tx.execute(update(listings).where(listings.c.shop == shop).values(missed_sweeps=missed))
    tx.execute(update(shops).where(shops.c.name == shop).values(swept_at_ms=to_ms(now)))


def note_price(tx: Transaction, listing: ListingId, price: Money) -> None:
    """Record a price that was read outside a sweep."""
    tx.execute(update(listings).where(is_listing(listing)).values(price=price.amount, currency=price.currency))


def is_listing(listing: ListingId) -> ColumnElement[bool]:
    """The condition that picks one row of ``listings``."""
    return and_(
        listings.c.shop == listing.shop,
        listings.c.product_id == listing.product_id,
        listings.c.sku_id == listing.sku_id,
    )
