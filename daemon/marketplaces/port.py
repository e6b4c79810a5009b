"""What a connector must do. The steps of the cycle know a marketplace only through this."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from daemon.domain.refusals import Cure
from daemon.domain.values import Listing, ListingId, Money, Order, Quantity, ShopIdentity


class Connector(Protocol):
    """One connected shop.

    Reads are retried inside, within limits, and raise :class:`~daemon.errors.TryLaterError` when the
    marketplace stays away. Writes are sent once; :class:`~daemon.errors.UnknownOutcomeError` means
    that the caller must read back. :class:`~daemon.errors.PersonNeededError` means that the shop
    stays unreachable until somebody acts (permission withdrawn, wrong credentials).
    """

    @property
    def shop(self) -> str:
        """The shop's name in ``config.yaml``."""
        ...

    def server_now(self) -> datetime:
        """The marketplace's clock (aware UTC): what order times are compared with."""
        ...

    async def identify(self) -> ShopIdentity:
        """Prove that the credentials work and tell whose they are."""
        ...

    def sweep_listings(self) -> AsyncIterator[Sequence[Listing]]:
        """Yield every listing of the shop, page by page, one entry per SKU of a product.

        A sweep that ends without an error was complete: page tokens never repeated and none was left.
        """
        ...

    async def read_quantities(self, listings: Sequence[ListingId]) -> Mapping[ListingId, Quantity]:
        """Read the stock shown now. Listings unknown to the marketplace are missing in the answer."""
        ...

    async def read_prices(self, product_id: str) -> Mapping[ListingId, Money]:
        """Read the prices of one product's listings."""
        ...

    def changed_orders(self, since: datetime) -> AsyncIterator[Sequence[Order]]:
        """Yield orders whose state changed at or after ``since`` (aware UTC), oldest change first.

        An order can be yielded twice when it changes while the pages are read; the later one is newer.
        """
        ...

    async def set_quantities(self, product_id: str, quantities: Mapping[ListingId, int]) -> Mapping[ListingId, str]:
        """Set what buyers can order (whole units, 0–99,999) for listings of one product.

        Returns the refused ones with the marketplace's reason, for the log and the seller; others were accepted.
        """
        ...

    async def set_prices(self, product_id: str, prices: Mapping[ListingId, Money]) -> Mapping[ListingId, str]:
        """Set the selling price for listings of one product; the answer is as in :meth:`set_quantities`."""
        ...

    def cure(self, reason: str) -> Cure:
        """Tell what kind of thing helps against a refusal, by the reason that a write returned."""
        ...

    async def aclose(self) -> None:
        """Close connections."""
        ...
