"""What bundles are made of, as the sheet ``Paket`` said last, and which order lines moved goods as parts of them."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import and_, delete, func, insert, select

from daemon.domain.recipes import Recipe
from daemon.domain.stock import Cause
from daemon.domain.values import Sku
from daemon.mirror import ledger
from daemon.mirror.schema import bundle_parts, listings, movements, order_lines, products
from daemon.mirror.store import Transaction


def recipes(tx: Transaction) -> dict[Sku, Recipe]:
    """Every bundle with its parts."""
    found: dict[Sku, dict[Sku, int]] = defaultdict(dict)
    for row in tx.execute(select(bundle_parts).order_by(bundle_parts.c.bundle, bundle_parts.c.part)):
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


def ordered_as(tx: Transaction, part: Sku) -> dict[str, Sku]:
    """The order lines that took ``part`` because a bundle was ordered: the bundle by the reference of the line."""
    key = ("shop", "product_id", "sku_id")
    is_same = and_(*(listings.c[name] == order_lines.c[name] for name in key))
    is_booking = and_(movements.c.reference == ledger.line_reference, movements.c.cause == Cause.ORDER.value)
    ordered = func.coalesce(listings.c.sku, order_lines.c.sku)
    query = (
        select(movements.c.reference, ordered.label("bundle"))
        .select_from(order_lines)
        .join(movements, is_booking)
        .outerjoin(listings, is_same)
        .where(movements.c.sku == part, ordered != part, ordered.in_(select(bundle_parts.c.bundle)))
    )
    return {row.reference: Sku(row.bundle) for row in tx.execute(query)}
