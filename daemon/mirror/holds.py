"""Shops to which nothing is sent for now: the seller holds them, or their listings look like a shop at rest."""

import json
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from daemon.domain.messages import Message, message
from daemon.domain.rows import Field
from daemon.domain.values import ListingId, ListingStatus
from daemon.mirror.approvals import approved
from daemon.mirror.moments import to_ms
from daemon.mirror.schema import held, listings, shops
from daemon.mirror.store import Transaction

HELD, RESTING = "shop.held", "shop.resting"
"""Codes of the reasons; each names its shop."""


def active_listings(tx: Transaction, shop: str) -> frozenset[ListingId]:
    """Find the listings of ``shop`` that buyers saw when they were looked at last."""
    query = select(listings.c.product_id, listings.c.sku_id).where(
        listings.c.shop == shop, listings.c.status == ListingStatus.ACTIVE.value, listings.c.missed_sweeps == 0
    )
    return frozenset(ListingId(shop, row.product_id, row.sku_id) for row in tx.execute(query))


def hold(tx: Transaction, shop: str, *, now: datetime) -> None:
    """Send nothing to ``shop`` from ``now`` on, if that was not said before."""
    statement = insert(shops).values(name=shop, held_at_ms=to_ms(now))
    since = func.coalesce(shops.c.held_at_ms, statement.excluded.held_at_ms)
    tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"held_at_ms": since}))


def resume(tx: Transaction, shop: str) -> bool:
    """Let ``shop`` be sent to again; tells whether it was held."""
    is_held = shops.c.held_at_ms.is_not(None)
    return tx.execute(update(shops).where(shops.c.name == shop, is_held).values(held_at_ms=None)).rowcount > 0


def rest(tx: Transaction, reason: Message) -> None:
    """Record that a shop was seen resting; it stays so from cycle to cycle, until it is seen awake or approved."""
    params = json.dumps(reason.params, ensure_ascii=False)
    tx.execute(insert(held).values(field=Field.STOCK.value, code=reason.code, params=params))


def wake(tx: Transaction, shop: str) -> None:
    """Forget that ``shop`` was seen resting."""
    tx.execute(delete(held).where(held.c.code == RESTING, func.json_extract(held.c.params, "$.shop") == shop))


def at_rest(tx: Transaction, *, now: datetime) -> tuple[Message, ...]:
    """Tell to which shops nothing is sent, and why, the seller's own word first."""
    query = select(shops.c.name, shops.c.held_at_ms).where(shops.c.held_at_ms.is_not(None)).order_by(shops.c.name)
    by_seller = [message(HELD, shop=row.name, since=row.held_at_ms // 1000) for row in tx.execute(query)]
    agreed = approved(tx, now=now)
    found = tx.execute(select(held.c.params).where(held.c.code == RESTING).order_by(held.c.id)).scalars()
    resting = [message(RESTING, **json.loads(params)) for params in found]
    return (*by_seller, *(reason for reason in resting if reason.params["plan"] not in agreed))
