"""An order's lines in the shape in which they were told first.

A bundle that the marketplace makes is one line, or the units it is made of. Whichever came first is what the ledger
took; lines of the other shape would be taken beside it, and their cancellation would give back nothing.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select

from daemon.domain.values import ListingId, Money, Order, OrderLine, Sku
from daemon.mirror.schema import order_lines
from daemon.mirror.store import Transaction

_LINES = select(order_lines).where(
    order_lines.c.shop == bindparam("in_shop"), order_lines.c.order_id == bindparam("of_order")
)


def in_first_shape(tx: Transaction, order: Order) -> Sequence[OrderLine]:
    """Return the lines of an order that is known already; new ones only where none is missing instead."""
    stored = {row.line_id: row for row in tx.execute(_LINES, {"in_shop": order.shop, "of_order": order.id})}
    missing = stored.keys() - {line.id for line in order.lines}
    new = [line for line in order.lines if line.id not in stored]
    if not (missing and new):
        return order.lines
    kept = [line for line in order.lines if line.id in stored]
    return [*kept, *(_kept(stored[line_id], _told_instead(line_id, new, missing)) for line_id in sorted(missing))]


def _told_instead(line_id: str, new: Sequence[OrderLine], missing: Collection[str]) -> list[OrderLine]:
    """Find the units of a bundle, or the bundles that a unit may belong to."""
    parts = [line for line in new if line.part_of == line_id]
    return parts or [line for line in new if line.part_of not in missing]


def _kept(row: Row[Any], instead: Sequence[OrderLine]) -> OrderLine:
    return OrderLine(
        id=row.line_id,
        listing=ListingId(row.shop, row.product_id, row.sku_id),
        sku=Sku(row.sku),
        product_name=row.product_name,
        variant=row.variant,
        price=Money(row.price, row.currency),
        is_cancelled=all(line.is_cancelled for line in instead) if instead else bool(row.is_cancelled),
        is_gift=bool(row.is_gift),
    )
