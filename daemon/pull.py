"""Step 1, pull: what the shops say. Orders first, so that every order seen is already in the stock read after it."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from daemon.domain.brakes import why_resting
from daemon.domain.values import Listing, ListingId, ListingStatus, Order, ShopIdentity
from daemon.errors import BugError, PersonNeededError, SelarasError, TryLaterError
from daemon.mirror import Transaction, approvals, holds, observations, outbox
from daemon.parts import Parts, Shop
from daemon.sweeping import FEW

log = structlog.get_logger()

OVERLAP = timedelta(minutes=15)
"""Orders are read again from this long before the last read: their times move while pages are read (reference 5.1)."""

FIRST_READ = timedelta(days=30)
"""How far back orders are read when a shop is new to the mirror: well beyond every shipping deadline."""

READ_OPEN_EVERY = timedelta(hours=1)
"""How often orders that seem to stand still are read by id: the search can lose a change (reference 5.1)."""

OPEN_AT_ONCE = 500
"""So many of them are read before it is told that the work gets on: thousands would seem stuck."""


@dataclass(slots=True)
class Pulled:
    """What one shop said.

    ``orders_seen_to`` is ``None`` when its orders, ``is_swept`` false when its listings are incomplete; ``error``
    tells why, or ``is_cut``: something else was more urgent.
    """

    shop: str
    shop_id: str | None = None
    orders: list[Order] = field(default_factory=list)
    orders_seen_to: datetime | None = None
    pages: list[tuple[Sequence[Listing], datetime]] = field(default_factory=list)
    is_swept: bool = False
    is_cut: bool = False
    error: SelarasError | None = None


async def pull(parts: Parts, *, sweep: bool) -> list[Pulled]:
    """Read all shops at the same time. A shop that fails keeps what was read so far and its error; others go on."""
    with parts.mirror.transaction() as tx:
        seen_to = {shop.name: observations.orders_seen_to(tx, shop.name) for shop in parts.shops}
        known_as = {shop.name: observations.shop_id_of(tx, shop.name) for shop in parts.shops}
    pulled = [Pulled(shop.name, known_as[shop.name]) for shop in parts.shops]
    async with asyncio.TaskGroup() as group:
        for shop, into in zip(parts.shops, pulled, strict=True):
            group.create_task(_read_shop(parts, shop, into, since=seen_to[shop.name], sweep=sweep))
    return pulled


async def _read_shop(parts: Parts, shop: Shop, into: Pulled, *, since: datetime | None, sweep: bool) -> None:
    try:
        await _identify(parts, shop, into)
        await _read_orders(parts, shop, into, since)
        if sweep:
            await _read_open_orders(parts, shop, into)
        if sweep or since is None:
            await _read_listings(parts, shop, into, may_cut=since is not None and not shop.was_cut)
    except SelarasError as error:
        into.error = error
        log.warning("pull.failed", shop=shop.name, error=str(error))
    except Exception as error:
        into.error = BugError("shop.surprise", shop=shop.name, detail=type(error).__name__)
        log.exception("pull.crashed", shop=shop.name)


async def _identify(parts: Parts, shop: Shop, into: Pulled) -> None:
    """Make sure, once per process, that the shop is still the one the mirror knows by this name, and by no other."""
    if shop.shop_id is None:
        identity = await shop.connector.identify()
        if into.shop_id not in (None, identity.shop_id):
            raise PersonNeededError("shop.other_account", shop=shop.name, found=identity.name)
        _refuse_second_name(parts, shop, identity, is_known=into.shop_id is not None)
        shop.shop_id = identity.shop_id
    into.shop_id = shop.shop_id


def _refuse_second_name(parts: Parts, shop: Shop, identity: ShopIdentity, *, is_known: bool) -> None:
    """Refuse an account that has another name; of two that are known already, the second in the settings."""
    place = parts.shops.index(shop)
    others = parts.shops[:place] if is_known else (*parts.shops[:place], *parts.shops[place + 1 :])
    with parts.mirror.transaction() as tx:
        known_as = {each.name: each.shop_id or observations.shop_id_of(tx, each.name) for each in others}
    for name, shop_id in known_as.items():
        if shop_id == identity.shop_id:
            raise PersonNeededError("shop.two_names", shop=shop.name, other=name, found=identity.name)


async def _read_orders(parts: Parts, shop: Shop, into: Pulled, since: datetime | None) -> None:
    started = shop.connector.server_now()
    from_when = started - FIRST_READ if since is None else since - OVERLAP
    async for page in shop.connector.changed_orders(from_when):
        # Our clock may have been set forward since the last answer: only this one tells the marketplace's time.
        started = min(started, shop.connector.server_now())
        into.orders.extend(page)
        parts.progress("orders", shop.name, len(into.orders))
    into.orders_seen_to = started


async def _read_open_orders(parts: Parts, shop: Shop, into: Pulled) -> None:
    """Read the orders that no search of the last while spoke of and that should go on some day, if it can be done."""
    now, last = parts.now(), shop.open_orders_read_at
    if last is not None and abs(now - last) < READ_OPEN_EVERY:
        return
    shop.open_orders_read_at = now
    with parts.mirror.transaction() as tx:
        still = observations.open_orders(tx, shop.name, before=shop.connector.server_now() - OVERLAP)
    told = {order.id for order in into.orders}
    ids = [id_ for id_ in still if id_ not in told]
    try:
        for start in range(0, len(ids), OPEN_AT_ONCE):
            into.orders.extend(await shop.connector.orders(ids[start : start + OPEN_AT_ONCE]))
            parts.progress("orders", shop.name, len(into.orders))
    except TryLaterError as error:
        log.warning("pull.open_orders_not_read", shop=shop.name, error=str(error))


async def _read_listings(parts: Parts, shop: Shop, into: Pulled, *, may_cut: bool) -> None:
    """Read every listing. What is urgent ends a long reading, but never twice in a row: it would never be whole."""
    count = 0
    async for page in shop.connector.sweep_listings():
        into.pages.append((page, shop.connector.server_now()))
        count += len(page)
        parts.progress("listings", shop.name, count)
        if may_cut and count >= FEW and parts.must_hurry():
            shop.was_cut = into.is_cut = True
            return
    shop.was_cut = False
    into.is_swept = True


def store_pulled(tx: Transaction, pulled: Sequence[Pulled], *, cycle: int, now: datetime) -> int:
    """Take everything read into the mirror; returns how many orders are new or changed."""
    changed = 0
    for shop in pulled:
        observations.add_shop(tx, shop.shop)
        if shop.shop_id is not None:
            observations.set_shop_id(tx, shop.shop, shop.shop_id)
        changed += observations.store_orders(tx, shop.orders, cycle=cycle)
        if shop.orders_seen_to is not None:
            observations.set_orders_seen_to(tx, shop.shop, shop.orders_seen_to)
        gone = _gone_at_rest(tx, shop, now)
        for page, observed_at in shop.pages:
            kept = [listing for listing in page if listing.id not in gone]
            observations.store_listings(tx, kept, cycle=cycle, observed_at=observed_at)
        if shop.is_swept and not gone:
            observations.finish_sweep(tx, shop.shop, cycle=cycle, now=now)
    outbox.settle_price_writes(tx, cycle=cycle, now=now)
    return changed


def _gone_at_rest(tx: Transaction, shop: Pulled, now: datetime) -> Collection[ListingId]:
    """Find the listings that fell away with so many others that the shop seems to be at rest, and record that it is.

    They count as not looked at: as the mirror has them, the next sweep tells whether they are back. How many fell
    away only a whole sweep tells, so in a part of one all of them count as not looked at.
    """
    if not (shop.pages or shop.is_swept):
        return ()
    shown = {listing.id: listing.status for page, _observed_at in shop.pages for listing in page}
    missing = ListingStatus.DELETED if shop.is_swept else ListingStatus.ACTIVE
    active = holds.active_listings(tx, shop.shop)
    gone = {listing for listing in active if shown.get(listing, missing) is not ListingStatus.ACTIVE}
    if not shop.is_swept:
        return gone
    holds.wake(tx, shop.shop)
    reason = why_resting(shop.shop, active, gone, approved=approvals.approved(tx, now=now))
    if reason is not None:
        holds.rest(tx, reason)
    return gone if reason else ()
