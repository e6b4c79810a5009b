"""What the shops list, as the mirror saw it last."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, String, bindparam, func, select

from daemon.domain.values import Listing, ListingId, ListingStatus, Money, Sku
from daemon.mirror.in_step import SWEEPS_UNTIL_GONE
from daemon.mirror.observations import swept_at
from daemon.mirror.schema import listings
from daemon.mirror.store import Transaction
from daemon.mirror.windows import windows_in

_LISTED = select(listings).where(
    listings.c.shop.in_(bindparam("shops", expanding=True)), listings.c.missed_sweeps < SWEEPS_UNTIL_GONE
)


def listed_in(tx: Transaction, shops: Sequence[str]) -> list[Listing] | None:
    """Give every listing of ``shops``; ``None`` while one of them was never read as a whole."""
    if any(swept_at(tx, shop) is None for shop in shops):
        return None
    return [_listing(row) for row in tx.execute(_LISTED, {"shops": list(shops)})]


def codes_in_use(tx: Transaction, skus: Iterable[Sku]) -> set[Sku]:
    """Tell which of ``skus`` some listing has."""
    return {Sku(sku) for sku in tx.execute(_IN_USE, {"of": json.dumps([*skus])}).scalars()}


_IN_USE = (
    select(listings.c.sku)
    .where(listings.c.sku.in_(select(func.json_each(bindparam("of", type_=String)).table_valued("value").c.value)))
    .distinct()
)


def _listing(row: Row[Any]) -> Listing:
    return Listing(
        id=ListingId(row.shop, row.product_id, row.sku_id),
        sku=Sku(row.sku),
        title=row.title,
        variant=row.variant,
        status=ListingStatus(row.status),
        windows=windows_in(row.tiktok_shop, row.tokopedia),
        price=None if row.price is None else Money(row.price, row.currency),
        quantity=row.shown,
        price_is_editable=bool(row.price_is_editable),
        quantity_is_editable=bool(row.quantity_is_editable),
    )
