"""Buyers who wait for an answer to a request to cancel: asked about at every full cycle, told until the time is over.

The answer has a deadline, after which the shop decides. What was read is kept beside the shop's other look-ups, for it
decides nothing here: only how many wait, and until when.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta, tzinfo

import structlog

from daemon.domain.after_sales import Cancellation
from daemon.domain.messages import Message, message
from daemon.errors import SelarasError
from daemon.marketplaces.lookups import Lookups
from daemon.parts import Parts, Shop, StoppedError
from daemon.texts import Texts

log = structlog.get_logger()

_KEY = "cancel_requests"
_KEPT = timedelta(days=30)
"""Each deadline in it ends by itself; this only tidies up."""
_PATIENCE_S = 10.0
"""The workbook waits meanwhile, and the next full cycle asks again."""


async def look_for_requests(parts: Parts, *, unreachable: Collection[str]) -> None:
    """Ask every shop that answers. One that does not tell, or not soon, is no trouble of the cycle."""
    await asyncio.gather(*(_look(parts, shop) for shop in parts.shops if shop.name not in unreachable))


async def _look(parts: Parts, shop: Shop) -> None:
    """Keep what the shop tells; else the last answer stays."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            waiting = await parts.unless_stopping(_waiting(shop))
    except (SelarasError, StoppedError, TimeoutError) as error:
        log.info("cancel_requests.unread", shop=shop.name, error=str(error))
        return
    shop.connector.lookups.keep(_KEY, waiting, for_s=_KEPT.total_seconds())


async def _waiting(shop: Shop) -> list[str]:
    """Until when each has to be answered; a request without a time is no question to the seller."""
    asked: dict[str, Cancellation] = {}
    async for page in shop.connector.after_sales.waiting_cancellations():
        asked |= {each.id: each for each in page}
    return [each.answer_by.isoformat() for each in asked.values() if each.answer_by]


def requests_waiting(lookups: Mapping[str, Lookups], texts: Texts, *, now: datetime, zone: tzinfo) -> Iterator[Message]:
    """Tell, for each shop where buyers wait, how many do and when the first must have an answer."""
    for shop, told in lookups.items():
        kept = told.kept(_KEY) or ()
        waiting = [until for each in kept if (until := datetime.fromisoformat(each)) > now]
        if waiting:
            first = texts.moment(min(waiting), zone)
            yield message("returns.cancels_wait", shop=shop, count=len(waiting), time=first)
