"""Has every shop tell at the address that the settings name, or at none when they name none."""

import asyncio
from datetime import timedelta

import structlog

from daemon.errors import SelarasError, TryLaterError
from daemon.parts import Parts, Shop
from daemon.webhooks_spool import Spool

log = structlog.get_logger()

CHECK_AGAIN = timedelta(days=1)
"""Somebody may have changed it in the meantime."""
ASK_AGAIN = timedelta(hours=1)
"""After a refusal: it does not pass by itself."""
LOOK_EVERY_S = 1.0


async def keep_registered(parts: Parts, spool: Spool) -> None:
    """Put each shop in order once its credentials are proven, and look again on the interval, until cancelled."""
    loop = asyncio.get_running_loop()
    due = {shop.name: loop.time() for shop in parts.shops}
    while True:
        for shop in parts.shops:
            if shop.shop_id is not None and due[shop.name] <= loop.time():
                wait = await _try_to_put_in_order(parts, spool, shop)
                due[shop.name] = loop.time() + wait.total_seconds()
        await asyncio.sleep(LOOK_EVERY_S)


async def _try_to_put_in_order(parts: Parts, spool: Spool, shop: Shop) -> timedelta:
    """Put one shop in order, or log why not; tell how long to leave it alone then."""
    try:
        await put_in_order(parts, spool, shop)
    except TryLaterError as error:
        log.warning("webhook.not_registered", shop=shop.name, error=str(error))
    except SelarasError as error:
        log.warning("webhook.not_registered", shop=shop.name, error=str(error))
        return max(ASK_AGAIN, parts.settings.interval)
    except Exception:  # the others go on, and so does the service
        log.exception("webhook.registration_crashed", shop=shop.name)
        return max(ASK_AGAIN, parts.settings.interval)
    return parts.settings.interval


async def put_in_order(parts: Parts, spool: Spool, shop: Shop) -> None:
    """Register the address of the settings, or withdraw ours, where that is not done yet.

    An address is written down before the shop hears of it, and forgotten after the shop did: whenever the process
    ends, every address that the shop may send to is one that we know to withdraw.
    """
    wanted = parts.settings.webhooks.public_url if parts.settings.webhooks else ""
    known = spool.registered(shop.name)
    if known is not None and known.address != wanted:
        await shop.connector.webhooks.withdraw(known.address)
        spool.note_withdrawn(shop.name)
        log.info("webhook.withdrawn", shop=shop.name)
        known = None
    if wanted and (known is None or known.checked_at is None or abs(parts.now() - known.checked_at) > CHECK_AGAIN):
        if known is None:
            spool.note_registered(shop.name, wanted, now=None)
        await shop.connector.webhooks.register(wanted)
        spool.note_registered(shop.name, wanted, now=parts.now())
        log.info("webhook.registered", shop=shop.name)
