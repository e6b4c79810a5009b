"""Pushing stock: an absolute set without compare-and-set, made safe by reading before and after (design 5.6)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from daemon.domain.edits import keeps_edit
from daemon.domain.plan import Target
from daemon.domain.snapshot import MarketplaceEdit
from daemon.domain.stock import is_agreed, quantity_to_send, settle
from daemon.domain.values import ListingId
from daemon.marketplaces.port import Connector
from daemon.mirror import Transaction, outbox
from daemon.mirror.outbox import Due
from daemon.push.aim import Decision, Otherwise, Write


class Quantities:
    """The :class:`~daemon.push.aim.Aim` for stock."""

    target = Target.QUANTITY

    def __init__(self, connector: Connector, marketplace_edit: MarketplaceEdit) -> None:
        self._connector, self._marketplace_edit = connector, marketplace_edit

    async def read(self, listings: Sequence[ListingId]) -> Mapping[ListingId, int]:
        """Read the units shown now."""
        quantities = await self._connector.read_quantities(listings)
        return {listing: quantity.available for listing, quantity in quantities.items()}

    def decide(self, tx: Transaction, command: Due, shown: int, now: datetime) -> Decision:
        """Decide by the rules of :func:`daemon.domain.stock.quantity_to_send`."""
        told = command.told
        if command.sending is not None:
            told = settle(told, command.sending, shown)
            outbox.mark_told(tx, command, told, now=now)
        if is_agreed(told, command.desired, shown):
            return Otherwise.FULFILLED
        is_kept = keeps_edit(
            self._marketplace_edit, turns=command.turns, is_called_empty=command.is_called_empty, shown=shown
        )
        value = quantity_to_send(told, command.desired, shown, keeps_edit=is_kept)
        return Otherwise.LATER if value is None else value

    def together(self, write: Write) -> str:
        """The listings of one product are written together."""
        return write.command.listing.product_id

    async def write(self, values: Mapping[ListingId, int]) -> Mapping[ListingId, str]:
        """Set the units buyers can order."""
        return await self._connector.set_quantities(next(iter(values)).product_id, values)

    def has_happened(self, write: Write, shown: int) -> bool:
        """An order may have slipped in since: the nearer of the old and the new number tells."""
        return abs(shown - write.value) < abs(shown - write.shown)
