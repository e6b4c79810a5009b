"""What stands in the mirror for :mod:`daemon.domain.undo`: movements that are meant, and how things are now."""

import json
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from sqlalchemy import and_, bindparam, func, select

from daemon.domain.plan import ProductChange, Switch, Target
from daemon.domain.stock import Booked
from daemon.domain.undo import Now, Stand, ToldPrice
from daemon.domain.values import ListingId, ListingStatus, Money, Sku
from daemon.domain.windows import shown_in
from daemon.mirror import bundles, ledger
from daemon.mirror.in_step import SWEEPS_UNTIL_GONE
from daemon.mirror.moments import from_ms
from daemon.mirror.schema import IS_OPEN, listings, movements, outbox, products
from daemon.mirror.store import Transaction
from daemon.mirror.windows import windows_in

_IS_THERE = and_(listings.c.status != ListingStatus.DELETED.value, listings.c.missed_sweeps < SWEEPS_UNTIL_GONE)
_OF_PRODUCT = and_(listings.c.shop == bindparam("in_shop"), listings.c.product_id == bindparam("of_product"))
_OPEN_SWITCH = and_(
    *(outbox.c[name] == listings.c[name] for name in ("shop", "product_id", "sku_id")),
    outbox.c.target == Target.STATUS.value,
    IS_OPEN,
)
# The listing with the open command comes first, there or not; then one that is there.
_STAND = (
    select(listings.c.sku_id, listings.c.tiktok_shop, listings.c.tokopedia, outbox.c.desired, _IS_THERE.label("there"))
    .outerjoin(outbox, _OPEN_SWITCH)
    .where(_OF_PRODUCT)
    .order_by(outbox.c.id.is_(None), ~_IS_THERE, listings.c.sku_id)
)


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
    query = select(listings, outbox.c.id.label("command")).outerjoin(outbox, is_open)
    for row in tx.execute(query.where(listings.c.sku.in_(meant), _IS_THERE).order_by(*listings.primary_key)):
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


def stands(tx: Transaction, switches: Iterable[Switch]) -> dict[tuple[str, str], Stand]:
    """Tell by shop and id how the products of ``switches`` stand in their windows; those that are gone are left out."""
    found = {}
    for each in switches:
        product = each.listing.shop, each.listing.product_id
        rows = tx.execute(_STAND, {"in_shop": product[0], "of_product": product[1]}).all()
        there = next((row for row in rows if row.there), None)
        if there is not None:
            shown, desired = shown_in(windows_in(there.tiktok_shop, there.tokopedia)), rows[0].desired
            found[product] = Stand(ListingId(*product, rows[0].sku_id), shown, shown if desired is None else desired)
    return found
