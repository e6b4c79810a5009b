"""Pushing prices. A price that somebody changed since we last agreed is never overwritten without a word."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from daemon.domain.plan import Target
from daemon.domain.values import ListingId, Money
from daemon.errors import ItemError
from daemon.marketplaces.port import Connector
from daemon.mirror import Transaction, observations, outbox
from daemon.mirror.outbox import Due
from daemon.push.aim import Decision, Otherwise, Write

READS_AT_ONCE = 4


class Prices:
    """The :class:`~daemon.push.aim.Aim` for prices."""

    target = Target.PRICE

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._currency: dict[ListingId, str] = {}

    async def read(self, listings: Sequence[ListingId]) -> Mapping[ListingId, int]:
        """Read the prices shown now, product by product."""
        wanted = set(listings)
        free = asyncio.Semaphore(READS_AT_ONCE)
        products = sorted({listing.product_id for listing in listings})
        answers = await asyncio.gather(*(self._read_product(free, product_id) for product_id in products))
        shown = {listing: price for answer in answers for listing, price in answer.items() if listing in wanted}
        self._currency |= {listing: price.currency for listing, price in shown.items()}
        return {listing: price.amount for listing, price in shown.items()}

    async def _read_product(self, free: asyncio.Semaphore, product_id: str) -> Mapping[ListingId, Money]:
        async with free:
            try:
                return await self._connector.read_prices(product_id)
            except ItemError:
                return {}  # its listings count as gone; the others go on

    def decide(self, tx: Transaction, command: Due, shown: int, now: datetime) -> Decision:
        """Write only over the price that we agreed on last, or wrote last without getting an answer."""
        if shown == command.desired:
            return Otherwise.FULFILLED
        if shown == command.sent:
            outbox.mark_price_told(tx, command, now=now)
        elif command.told_price is not None and shown != command.told_price.amount:
            observations.note_price(tx, command.listing, Money(shown, self._currency[command.listing]))
            return Otherwise.ASK
        return command.desired

    def together(self, write: Write) -> str:
        """The listings of one product are written together."""
        return write.command.listing.product_id

    async def write(self, values: Mapping[ListingId, int]) -> Mapping[ListingId, str]:
        """Set selling prices, in the currency in which they were read."""
        prices = {listing: Money(amount, self._currency[listing]) for listing, amount in values.items()}
        return await self._connector.set_prices(next(iter(values)).product_id, prices)

    def has_happened(self, write: Write, shown: int) -> bool:
        """Only the very price proves it."""
        return shown == write.value
