"""Shops to which nothing is sent for now: the seller holds them, or their listings look like a shop at rest."""

import json
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import Insert, insert

from daemon.domain.messages import Message, message
from daemon.domain.plan import Target
from daemon.domain.rows import Field
from daemon.domain.values import ListingId, ListingStatus
from daemon.mirror.approvals import approved
from daemon.mirror.moments import to_ms
from daemon.mirror.schema import IS_OPEN, held, listings, outbox, shops
from daemon.mirror.store import Transaction

HELD, RESTING = "shop.held", "shop.resting"
"""Codes of the reasons; each names its shop."""

_IS_BEING_SWITCHED = (
    select(outbox.c.id)
    .where(outbox.c.shop == listings.c.shop, outbox.c.product_id == listings.c.product_id, IS_OPEN)
    .where(outbox.c.target == Target.STATUS.value, outbox.c.state == "sending")
    .exists()
)
_ACTIVE = (
    select(listings.c.product_id, listings.c.sku_id)
    .where(listings.c.shop == bindparam("in_shop"), listings.c.missed_sweeps == 0)
    .where(listings.c.status == ListingStatus.ACTIVE.value, ~_IS_BEING_SWITCHED)
)
_HELD = select(shops.c.name, shops.c.held_at_ms).where(shops.c.held_at_ms.is_not(None)).order_by(shops.c.name)
_RESUME = (
    update(shops).where(shops.c.name == bindparam("shop"), shops.c.held_at_ms.is_not(None)).values(held_at_ms=None)
)
_RESUME_ALL = update(shops).values(held_at_ms=None)
_RESTING = select(held.c.params).where(held.c.code == RESTING).order_by(held.c.id)
_WAKE = delete(held).where(held.c.code == RESTING, func.json_extract(held.c.params, "$.shop") == bindparam("shop"))


def active_listings(tx: Transaction, shop: str) -> frozenset[ListingId]:
    """Find the listings of ``shop`` that buyers saw when they were looked at last, but for what we may have hidden."""
    found = tx.execute(_ACTIVE, {"in_shop": shop})
    return frozenset(ListingId(shop, row.product_id, row.sku_id) for row in found)


def hold(tx: Transaction, shop: str, *, now: datetime) -> None:
    """Send nothing to ``shop`` from ``now`` on, if that was not said before."""
    tx.execute(_HOLD, {"name": shop, "held_at_ms": to_ms(now)})


def _hold() -> Insert:
    statement = insert(shops)
    since = func.coalesce(shops.c.held_at_ms, statement.excluded.held_at_ms)
    return statement.on_conflict_do_update(index_elements=["name"], set_={"held_at_ms": since})


_HOLD = _hold()


def resume(tx: Transaction, shop: str) -> bool:
    """Let ``shop`` be sent to again; tells whether it was held."""
    return tx.execute(_RESUME, {"shop": shop}).rowcount > 0


def resume_all(tx: Transaction) -> None:
    """Let every shop be sent to again that the seller holds."""
    tx.execute(_RESUME_ALL)


def rest(tx: Transaction, reason: Message) -> None:
    """Record that a shop was seen resting; it stays so from cycle to cycle, until it is seen awake or approved."""
    params = json.dumps(reason.params, ensure_ascii=False)
    tx.execute(insert(held), {"field": Field.STOCK.value, "code": reason.code, "params": params})


def wake(tx: Transaction, shop: str) -> None:
    """Forget that ``shop`` was seen resting."""
    tx.execute(_WAKE, {"shop": shop})


def at_rest(tx: Transaction, *, now: datetime) -> tuple[Message, ...]:
    """Tell to which shops nothing is sent, and why, the seller's own word first."""
    by_seller = [message(HELD, shop=row.name, since=row.held_at_ms // 1000) for row in tx.execute(_HELD)]
    agreed = approved(tx, now=now)
    resting = [message(RESTING, **json.loads(params)) for params in tx.execute(_RESTING).scalars()]
    return (*by_seller, *(reason for reason in resting if reason.params["plan"] not in agreed))
