"""Pushing statuses: the windows that show a product, switched off first where both is to be done."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from daemon.domain.plan import Target
from daemon.domain.values import ListingId, Platform
from daemon.domain.windows import shown_in, windows_of
from daemon.errors import ItemError, SelarasError, UnknownOutcomeError
from daemon.marketplaces.port import Connector
from daemon.mirror import Transaction
from daemon.mirror.outbox import Due
from daemon.push.aim import Decision, Otherwise, Write

READS_AT_ONCE = 4


class Statuses:
    """The :class:`~daemon.push.aim.Aim` for statuses: values are windows, as numbers (:mod:`daemon.domain.windows`)."""

    target = Target.STATUS

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._shown: dict[str, int] = {}

    async def read(self, listings: Sequence[ListingId]) -> Mapping[ListingId, int]:
        """Read which windows show the products of listings, or will after a review."""
        free = asyncio.Semaphore(READS_AT_ONCE)
        products = sorted({listing.product_id for listing in listings})
        answers = await asyncio.gather(*(self._read_product(free, product_id) for product_id in products))
        shown = {product: number for product, number in zip(products, answers, strict=True) if number is not None}
        self._shown |= shown
        return {listing: shown[listing.product_id] for listing in listings if listing.product_id in shown}

    async def _read_product(self, free: asyncio.Semaphore, product_id: str) -> int | None:
        async with free:
            try:
                return shown_in(tuple((await self._connector.read_windows(product_id)).items()))
            except ItemError:
                return None  # it counts as gone; the others go on

    def decide(self, tx: Transaction, command: Due, shown: int, now: datetime) -> Decision:
        """Write whatever is not shown yet; a write that got no answer shows by itself."""
        del tx, now
        return Otherwise.FULFILLED if shown == command.desired else command.desired

    async def write(self, product_id: str, values: Mapping[ListingId, int]) -> Mapping[ListingId, str]:
        """Switch a product off where it is not to be shown, then on where it is."""
        (number,) = set(values.values())
        shown, refused = self._shown[product_id], dict[str, str]()
        if off := windows_of(shown & ~number):
            refused |= await self._connector.switch([product_id], off, is_on=False)
        if (on := windows_of(number & ~shown)) and not refused:
            refused |= await self._switch_on(product_id, on, is_first=not off)
        return {listing: refused[product_id] for listing in values if product_id in refused}

    async def _switch_on(self, product_id: str, on: Collection[Platform], *, is_first: bool) -> Mapping[str, str]:
        try:
            return await self._connector.switch([product_id], on, is_on=True)
        except UnknownOutcomeError:
            raise
        except SelarasError as error:
            if is_first:
                raise
            # It was switched off elsewhere a moment ago: the whole must be read back.
            raise UnknownOutcomeError("shop.write_unknown", shop=self._connector.shop, detail=str(error)) from error

    def has_happened(self, write: Write, shown: int) -> bool:
        """Only the very windows prove it."""
        return shown == write.value
