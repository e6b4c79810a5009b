"""Has every shop tell at the address that the settings name, or at none when they name none."""

import asyncio
from datetime import timedelta

import structlog

from daemon.errors import SelarasError
from daemon.parts import Parts, Shop
from daemon.webhooks_spool import Spool

log = structlog.get_logger()

CHECK_AGAIN = timedelta(days=1)
"""Somebody may have changed it in the meantime."""
LOOK_EVERY_S = 1.0


async def keep_registered(parts: Parts, spool: Spool) -> None:
    """Put each shop in order once its credentials are proven, and look again on the interval, until cancelled."""
    loop = asyncio.get_running_loop()
    due = {shop.name: loop.time() for shop in parts.shops}
    while True:
        for shop in parts.shops:
            if shop.shop_id is not None and due[shop.name] <= loop.time():
                due[shop.name] = loop.time() + parts.settings.interval.total_seconds()
                await _try_to_put_in_order(parts, spool, shop)
        await asyncio.sleep(LOOK_EVERY_S)


async def _try_to_put_in_order(parts: Parts, spool: Spool, shop: Shop) -> None:
    try:
        await put_in_order(parts, spool, shop)
    except SelarasError as error:
        log.warning("webhook.not_registered", shop=shop.name, error=str(error))


async def put_in_order(parts: Parts, spool: Spool, shop: Shop) -> None:
    """Register the address of the settings, or withdraw ours, where that is not done yet."""
    wanted = parts.settings.webhooks.public_url if parts.settings.webhooks else ""
    known = spool.registered(shop.name)
    if not wanted and known is not None:
        await shop.connector.webhooks.withdraw(known.address)
        spool.note_withdrawn(shop.name)
        log.info("webhook.withdrawn", shop=shop.name)
    elif wanted and (known is None or known.address != wanted or parts.now() - known.checked_at > CHECK_AGAIN):
        await shop.connector.webhooks.register(wanted)
        spool.note_registered(shop.name, wanted, now=parts.now())
        log.info("webhook.registered", shop=shop.name)
