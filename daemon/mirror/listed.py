"""What the shops list, as the mirror saw it last."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select

from daemon.domain.values import Listing, ListingId, ListingStatus, Money, Sku
from daemon.mirror.in_step import SWEEPS_UNTIL_GONE
from daemon.mirror.observations import swept_at
from daemon.mirror.schema import listings
from daemon.mirror.store import Transaction
from daemon.mirror.windows import from_text

_LISTED = select(listings).where(
    listings.c.shop.in_(bindparam("shops", expanding=True)), listings.c.missed_sweeps < SWEEPS_UNTIL_GONE
)


def listed_in(tx: Transaction, shops: Sequence[str]) -> list[Listing] | None:
    """Give every listing of ``shops``; ``None`` while one of them was never read as a whole."""
    if any(swept_at(tx, shop) is None for shop in shops):
        return None
    return [_listing(row) for row in tx.execute(_LISTED, {"shops": list(shops)})]


def _listing(row: Row[Any]) -> Listing:
    return Listing(
        id=ListingId(row.shop, row.product_id, row.sku_id),
        sku=Sku(row.sku),
        title=row.title,
        variant=row.variant,
        status=ListingStatus(row.status),
        windows=from_text(row.platforms),
        price=None if row.price is None else Money(row.price, row.currency),
        quantity=row.shown,
        price_is_editable=bool(row.price_is_editable),
        quantity_is_editable=bool(row.quantity_is_editable),
    )
