"""What bundles are made of, as the sheet ``Paket`` said last, and which order lines moved goods as parts of them."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import and_, delete, func, insert, or_, select

from daemon.domain.recipes import Recipe
from daemon.domain.stock import Cause
from daemon.domain.values import OrderStatus, Sku
from daemon.mirror import ledger
from daemon.mirror.schema import bundle_parts, listings, movements, order_lines, orders, products
from daemon.mirror.store import Transaction
from daemon.mirror.story import Reserving

_RECIPES = select(bundle_parts).order_by(bundle_parts.c.bundle, bundle_parts.c.part)


def recipes(tx: Transaction) -> dict[Sku, Recipe]:
    """Every bundle with its parts, as in force."""
    found: dict[Sku, dict[Sku, int]] = defaultdict(dict)
    for row in tx.execute(_RECIPES):
        found[Sku(row.bundle)][Sku(row.part)] = row.quantity
    return dict(found)


def store_recipes(tx: Transaction, wanted: Mapping[Sku, Recipe]) -> None:
    """Let these be all the bundles there are."""
    tx.execute(delete(bundle_parts))
    rows = [
        {"bundle": bundle, "part": part, "quantity": units}
        for bundle, recipe in wanted.items()
        for part, units in recipe.items()
    ]
    if rows:
        tx.execute(insert(bundle_parts), rows)


def stock_of_parts(tx: Transaction, recipe: Recipe) -> dict[Sku, int]:
    """Units available of the parts of a recipe; those without a ledger are missing."""
    query = select(products.c.sku, products.c.available).where(products.c.sku.in_(recipe))
    return {Sku(row.sku): row.available for row in tx.execute(query)}


_ordered = func.coalesce(listings.c.sku, order_lines.c.sku)
_IS_SAME = and_(*(listings.c[name] == order_lines.c[name] for name in ("shop", "product_id", "sku_id")))
_IS_BOOKING = and_(movements.c.reference == ledger.line_reference, movements.c.cause == Cause.ORDER.value)
# A listing whose SKU was changed is no bundle of what was ordered from it under the old one.
_IS_AS_PART = and_(
    movements.c.sku != _ordered,
    or_(_ordered.in_(select(bundle_parts.c.bundle)), movements.c.sku != order_lines.c.sku),
)


def ordered_as(tx: Transaction, part: Sku) -> dict[str, Sku]:
    """The order lines that took ``part`` because a bundle was ordered: the bundle by the reference of the line."""
    query = (
        select(movements.c.reference, _ordered.label("bundle"))
        .select_from(order_lines)
        .join(movements, _IS_BOOKING)
        .outerjoin(listings, _IS_SAME)
        .where(movements.c.sku == part, _IS_AS_PART)
    )
    return {row.reference: Sku(row.bundle) for row in tx.execute(query)}


def reserving_orders(tx: Transaction, bundle: Sku) -> tuple[Reserving, ...]:
    """The open orders of ``bundle`` that parts of it are promised to, oldest first, in bundles."""
    units = func.count(ledger.line_reference.distinct()).label("units")
    query = (
        select(orders.c.shop, orders.c.order_id, orders.c.status, units)
        .join(order_lines, and_(orders.c.shop == order_lines.c.shop, orders.c.order_id == order_lines.c.order_id))
        .join(movements, _IS_BOOKING)
        .outerjoin(listings, _IS_SAME)
        .where(orders.c.takes_our_stock == 1, ledger.RESERVING, _ordered == bundle, _IS_AS_PART)
        .group_by(orders.c.shop, orders.c.order_id)
        .order_by(orders.c.created_at_ms, orders.c.order_id)
    )
    return tuple(Reserving(row.shop, row.order_id, OrderStatus(row.status), row.units) for row in tx.execute(query))
