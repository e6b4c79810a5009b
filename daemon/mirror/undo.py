"""What stands in the mirror for :mod:`daemon.domain.undo`: movements that are meant, and how things are now."""

import json
from collections.abc import Set as AbstractSet

from sqlalchemy import and_, func, select

from daemon.domain.plan import ProductChange, Target
from daemon.domain.stock import Booked
from daemon.domain.undo import Now, ToldPrice
from daemon.domain.values import ListingId, ListingStatus, Money, Sku
from daemon.mirror import bundles, ledger
from daemon.mirror.in_step import SWEEPS_UNTIL_GONE
from daemon.mirror.moments import from_ms
from daemon.mirror.schema import IS_OPEN, listings, movements, outbox, products
from daemon.mirror.store import Transaction


def booked_as(tx: Transaction, number: int) -> tuple[Booked, ...]:
    """The movement of that number; none when there is none."""
    return tuple(ledger.booked(tx, movements.c.id == number))


def booked_in(tx: Transaction, cycle: int) -> tuple[Booked, ...]:
    """Every movement of a cycle, oldest first."""
    return tuple(ledger.booked(tx, movements.c.cycle == cycle))


def standing(tx: Transaction, skus: AbstractSet[Sku], *, since: int) -> Now:
    """Tell how things are with ``skus``; of the ledger, what was booked from the movement ``since`` on."""
    # One parameter, however many SKUs a run moved.
    meant = select(func.json_each(json.dumps(sorted(skus))).table_valued("value").c.value)
    found = tx.execute(select(products).where(products.c.sku.in_(meant))).all()
    told: dict[Sku, list[ToldPrice]] = {}
    is_open = and_(
        *(outbox.c[name] == listings.c[name] for name in ("shop", "product_id", "sku_id")),
        outbox.c.target == Target.PRICE.value,
        IS_OPEN,
    )
    is_there = and_(listings.c.status != ListingStatus.DELETED.value, listings.c.missed_sweeps < SWEEPS_UNTIL_GONE)
    query = select(listings, outbox.c.id.label("command")).outerjoin(outbox, is_open)
    key = (listings.c.shop, listings.c.product_id, listings.c.sku_id)
    for row in tx.execute(query.where(listings.c.sku.in_(meant), is_there).order_by(*key)):
        listing = ToldPrice(ListingId(row.shop, row.product_id, row.sku_id), row.told_price, row.command is not None)
        told.setdefault(Sku(row.sku), []).append(listing)
    return Now(
        available={Sku(row.sku): row.available for row in found},
        products={
            Sku(row.sku): ProductChange(
                Sku(row.sku),
                None if row.price is None else Money(row.price, row.currency),
                from_ms(row.opened_at_ms),
                is_new=False,
            )
            for row in found
        },
        told=told,
        since=tuple(ledger.booked(tx, and_(movements.c.sku.in_(meant), movements.c.id >= since))),
        bundles=skus & bundles.recipes(tx).keys(),
    )
