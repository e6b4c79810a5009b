"""What a connector must do. The steps of the cycle know a marketplace only through this."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from daemon.domain.after_sales import Cancellation, Reason, Return
from daemon.domain.finance import Statement, Transaction
from daemon.domain.fulfilment import (
    Courier,
    DeliveryOption,
    Document,
    Handover,
    HandoverChoices,
    Package,
    PackageDetail,
    Paper,
    PriceDetail,
    Sighting,
)
from daemon.domain.refusals import Cure
from daemon.domain.values import Listing, ListingId, Money, Order, Platform, Quantity, ShopIdentity, WindowState
from daemon.marketplaces.lookups import Lookups


class Fulfilment(Protocol):
    """How the goods of one shop are sent. Reads and their errors are as in :class:`Connector`.

    What the marketplace refuses raises :class:`~daemon.errors.ItemError`, but for :meth:`ship`.
    """

    def packages(self, since: datetime) -> AsyncIterator[Sequence[Package]]:
        """Yield packages that changed at or after ``since`` (aware UTC), oldest change first, perhaps twice."""
        ...

    async def package(self, package_id: str) -> PackageDetail:
        """Read what must be known to ship a package."""
        ...

    async def handover_choices(self, package_id: str) -> HandoverChoices:
        """Read how a package can be handed over, and when the courier can still come."""
        ...

    async def ship(self, handovers: Mapping[str, Handover]) -> Mapping[str, str]:
        """Arrange the shipment of packages, by id, and return the refused ones with the reason.

        A package that is shipped already counts as done, so after any error the whole call may be made again.
        """
        ...

    async def label(self, package: Package, document: Document = Document.LABEL, *, paper: Paper = Paper.A6) -> bytes:
        """Return what is printed for a shipped package, as PDF.

        It holds the buyer's address: write it to files of this user alone, and nowhere for long. Raises
        :class:`~daemon.errors.TryLaterError` ``label.not_ready`` while the marketplace is making it.
        """
        ...

    async def sightings(self, order_id: str) -> Sequence[Sighting]:
        """Read where the parcels of an order were seen, the newest first."""
        ...

    async def delivery_options(self, warehouse_id: str) -> Sequence[DeliveryOption]:
        """Tell how goods can be sent from a warehouse, as of today."""
        ...

    async def couriers(self, delivery_option_id: str) -> Sequence[Courier]:
        """Tell, as of today, whom the seller can send with where the marketplace's couriers do not go."""
        ...

    async def price_detail(self, order_id: str) -> PriceDetail:
        """Read what an order came to, line by line."""
        ...


class AfterSales(Protocol):
    """What buyers of one shop cancel and send back. Reads and their errors are as in :class:`Connector`.

    What the marketplace refuses raises :class:`~daemon.errors.ItemError`. An answer counts once, so after any other
    error it may be given again. Reasons change with the state: ask for them just before.
    """

    def cancellations(self, since: datetime) -> AsyncIterator[Sequence[Cancellation]]:
        """Yield cancellations that changed at or after ``since`` (aware UTC), oldest change first, perhaps twice."""
        ...

    def waiting_cancellations(self) -> AsyncIterator[Sequence[Cancellation]]:
        """Yield the cancellations that wait for the seller's answer, perhaps twice."""
        ...

    def returns(self, since: datetime) -> AsyncIterator[Sequence[Return]]:
        """Yield returns that changed at or after ``since`` (aware UTC), oldest change first, perhaps twice."""
        ...

    async def cancel_reasons(self, order_id: str) -> Sequence[str]:
        """Tell the names of the reasons for which the seller may cancel an order now; none: not at all."""
        ...

    async def cancel_order(self, order_id: str, reason_name: str) -> None:
        """Cancel an order; one that is cancelled already, or about to be, counts as done.

        A reason that says that nothing is left can set the listing's stock to zero: read it afterwards.
        """
        ...

    async def approve_cancellation(self, cancel_id: str) -> None:
        """Grant what a buyer asks; what is granted already counts as done."""
        ...

    async def reject_cancellation(self, cancel_id: str, reason_name: str, *, comment: str = "") -> None:
        """Refuse what a buyer asks."""
        ...

    async def reject_reasons(self, request_id: str) -> Sequence[Reason]:
        """Tell the reasons for which a cancellation or return may be refused now; none: not at all."""
        ...

    async def approve_return(self, asked: Return, *, keeps_goods: bool = False) -> None:
        """Grant what a return asks for now; with ``keeps_goods`` the buyer need not send them."""
        ...

    async def reject_return(self, asked: Return, reason_name: str, *, comment: str = "") -> None:
        """Refuse what a return asks for now."""
        ...

    async def set_auto_restock(
        self, shop_id: str, listings: Sequence[ListingId], *, is_on: bool
    ) -> Collection[ListingId]:
        """Decide whether units of cancelled orders go on sale again by themselves; returns those it does not reach."""
        ...


class Finance(Protocol):
    """What one shop is paid. Reads and their errors are as in :class:`Connector`; amounts are signed."""

    def statements(self, since: datetime) -> AsyncIterator[Sequence[Statement]]:
        """Yield the daily accounts made at or after ``since`` (aware UTC), the oldest first."""
        ...

    def transactions(self, statement_id: str) -> AsyncIterator[Sequence[Transaction]]:
        """Yield what an account is made of: one entry for each order, or adjustment."""
        ...

    def unsettled(self, since: datetime) -> AsyncIterator[Sequence[Transaction]]:
        """Yield estimates for orders since ``since`` (aware UTC) that are in no account yet."""
        ...


@dataclass(frozen=True, slots=True)
class Notice:
    """Something has changed, says a marketplace by itself: its own id of the message, and of the shop it is about.

    Both are empty where it did not say. What has changed is read from the shop, never from the message.
    """

    id: str
    shop_id: str


class Webhooks(Protocol):
    """How one shop tells us by itself that something changed. Messages get lost, come twice, late and in any order."""

    async def register(self, address: str) -> None:
        """Let the shop tell everything about its orders at ``address`` (a public HTTPS URL), and nowhere else."""
        ...

    async def withdraw(self, address: str) -> None:
        """Let the shop tell nothing at ``address`` any more."""
        ...

    def notice(self, body: bytes, signature: str) -> Notice | None:
        """Return what came, ``None`` when it was not signed for this shop. Any thread may call it."""
        ...


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

    @property
    def after_sales(self) -> AfterSales:
        """What buyers cancel and send back."""
        ...

    @property
    def finance(self) -> Finance:
        """What it is paid."""
        ...

    @property
    def fulfilment(self) -> Fulfilment:
        """How its goods are sent."""
        ...

    @property
    def webhooks(self) -> Webhooks:
        """How it tells us that something changed."""
        ...

    @property
    def lookups(self) -> Lookups:
        """What the shop told and what decides nothing, kept for a while."""
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

    async def read_windows(self, product_id: str) -> Mapping[Platform, WindowState]:
        """Read how a product stands in each shop window that lists it."""
        ...

    def changed_orders(self, since: datetime) -> AsyncIterator[Sequence[Order]]:
        """Yield orders whose state changed at or after ``since`` (aware UTC), oldest change first.

        An order can be yielded twice when it changes while the pages are read; the later one is newer.
        """
        ...

    async def orders(self, order_ids: Sequence[str]) -> Sequence[Order]:
        """Read orders as they stand now, in any order; those that the shop does not know are left out."""
        ...

    async def set_quantities(self, product_id: str, quantities: Mapping[ListingId, int]) -> Mapping[ListingId, str]:
        """Set what buyers can order (whole units, 0–99,999) for listings of one product.

        Returns the refused ones with the marketplace's reason, for the log and the seller; others were accepted.
        """
        ...

    async def set_prices(self, product_id: str, prices: Mapping[ListingId, Money]) -> Mapping[ListingId, str]:
        """Set the selling price for listings of one product; the answer is as in :meth:`set_quantities`."""
        ...

    async def switch(
        self, product_ids: Sequence[str], platforms: Collection[Platform], *, is_on: bool
    ) -> Mapping[str, str]:
        """Put products on sale in windows, or hide them there; the refused ones are returned with the reason.

        Going on sale can take a review: until it is over, :meth:`read_windows` says so.
        """
        ...

    def cure(self, reason: str) -> Cure:
        """Tell what kind of thing helps against a refusal, by the reason that a write returned."""
        ...

    async def aclose(self) -> None:
        """Close connections."""
        ...
