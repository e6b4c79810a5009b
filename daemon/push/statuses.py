"""Pushing statuses: the windows that show a product, switched off first where both is to be done."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from daemon.domain.plan import Target
from daemon.domain.values import ListingId, Platform, Windows, WindowState
from daemon.domain.windows import in_state, shown_in, windows_of
from daemon.errors import ItemError, SelarasError, UnknownOutcomeError
from daemon.marketplaces.port import Connector
from daemon.mirror import Transaction
from daemon.mirror.outbox import Due
from daemon.push.aim import Decision, Otherwise, Write

READS_AT_ONCE = 4

OffAndOn: TypeAlias = tuple[frozenset[Platform], frozenset[Platform]]
"""The windows in which products are to be switched off, and those in which they are to be switched on."""


class Statuses:
    """The :class:`~daemon.push.aim.Aim` for statuses: values are windows, as numbers (:mod:`daemon.domain.windows`)."""

    target = Target.STATUS

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._windows: dict[str, Windows] = {}
        """How each product stands, by its id, as last read."""

    async def read(self, listings: Sequence[ListingId]) -> Mapping[ListingId, int]:
        """Read which windows show the products of listings, or will after a review."""
        free = asyncio.Semaphore(READS_AT_ONCE)
        products = sorted({listing.product_id for listing in listings})
        answers = await asyncio.gather(*(self._read_product(free, product_id) for product_id in products))
        found = {product: windows for product, windows in zip(products, answers, strict=True) if windows}
        self._windows |= found
        return {each: shown_in(found[each.product_id]) for each in listings if each.product_id in found}

    async def _read_product(self, free: asyncio.Semaphore, product_id: str) -> Windows:
        async with free:
            try:
                return tuple((await self._connector.read_windows(product_id)).items())
            except ItemError:
                return ()  # it counts as gone; the others go on

    def decide(self, tx: Transaction, command: Due, shown: int, now: datetime) -> Decision:
        """Write whatever is not shown yet; a write that got no answer shows by itself."""
        del tx, now
        return Otherwise.FULFILLED if shown == command.desired else command.desired

    def together(self, write: Write) -> OffAndOn:
        """Products that have to be switched alike go out together."""
        return self._switch(write.command.listing, write.value)

    def _switch(self, listing: ListingId, number: int) -> OffAndOn:
        """Tell where a product is to be switched off and on; what is under review cannot be hidden with the rest."""
        windows = self._windows[listing.product_id]
        off = shown_in(windows) & ~number
        return windows_of(off & in_state(windows, WindowState.ON) or off), windows_of(number & ~shown_in(windows))

    async def write(self, values: Mapping[ListingId, int]) -> Mapping[ListingId, str]:
        """Switch products off where they are not to be shown, then on where they are."""
        (off, on), refused = self._switch(*next(iter(values.items()))), dict[str, str]()
        products = [listing.product_id for listing in values]
        if off:
            refused |= await self._connector.switch(products, off, is_on=False)
        if on and (rest := [each for each in products if each not in refused]):
            refused |= await self._switch_on(rest, on, is_first=not off)
        return {listing: refused[listing.product_id] for listing in values if listing.product_id in refused}

    async def _switch_on(
        self, products: Sequence[str], on: Collection[Platform], *, is_first: bool
    ) -> Mapping[str, str]:
        try:
            return await self._connector.switch(products, on, is_on=True)
        except UnknownOutcomeError:
            raise
        except SelarasError as error:
            if is_first:
                raise
            # They were switched off elsewhere a moment ago: the whole must be read back.
            raise UnknownOutcomeError("shop.write_unknown", shop=self._connector.shop, detail=str(error)) from error

    def has_happened(self, write: Write, shown: int) -> bool:
        """Only the very windows prove it."""
        return shown == write.value
