"""Everything reconcile looks at: one consistent picture of mirror, marketplaces and workbook."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from daemon.domain.allocation import FULL_POOL, Override, Rule, Sharing
from daemon.domain.brakes import NO_LIMITS, Limits
from daemon.domain.choices import Chosen
from daemon.domain.messages import Message
from daemon.domain.orders import LineFact
from daemon.domain.overrides import Key, OverrideSheet
from daemon.domain.plan import Target
from daemon.domain.recipes import Recipe, RecipeSheet
from daemon.domain.rows import RowBase, SheetRow
from daemon.domain.stock import Sending, Told, Unexplained, promised
from daemon.domain.values import ListingId, ListingStatus, Money, Sku, Windows


class MarketplaceEdit(StrEnum):
    """What becomes of a stock number that somebody changed in Seller Center."""

    ACCEPT = "accept"
    OVERWRITE = "overwrite"
    ASK = "ask"


class PriceConflict(StrEnum):
    """Who wins when workbook and shop changed a price to different values."""

    ASK = "ask"
    SHEET = "sheet"
    SHOP = "shop"


@dataclass(frozen=True, slots=True)
class ShopPolicy:
    """How one shop wants to be treated. ``lag`` is how late its new orders may show up.

    ``fees`` is what the marketplace keeps of a price, in hundredths of a percent; ``rule`` says what the shop may show.
    """

    sends_stock: bool = True
    marketplace_edit: MarketplaceEdit = MarketplaceEdit.ACCEPT
    price_conflict: PriceConflict = PriceConflict.ASK
    lag: timedelta = timedelta(seconds=30)
    fees: int = 0
    rule: Rule = FULL_POOL


@dataclass(frozen=True, slots=True)
class ListingState:
    """A listing with what it shows now and what we agreed on with it.

    ``shown`` is what was read in this cycle, at ``observed_at`` by the marketplace's clock; both are ``None`` when it
    was not read. ``price`` is the last one seen. ``first_seen_at`` is when the listing came into view at all.
    ``written_from`` and ``written_to`` bound the last quantity write (read before, read-back after; aware UTC): an
    order from before its end that we learn of later may have been overwritten. ``sending`` is a quantity write whose
    outcome is unknown, ``is_price_sending`` says that there is such a price write, ``commanded`` are the writes still
    open, ``refusals`` tell why the last ones were refused. ``edited_to`` is what the last edit in Seller Center set,
    ``edits_alike`` how many in a row set the same (``edits.UNLINKED``: its first number is in question).
    ``is_called_empty``: an order of it was cancelled as out of stock less than a day ago. ``switching_to`` are the
    windows that are to show its product, where that is still to be sent; ``is_switch_sending`` says that such a write
    got no answer.
    """

    id: ListingId
    sku: Sku
    title: str
    status: ListingStatus
    price: Money | None
    shown: int | None
    told: Told | None
    told_price: Money | None
    observed_at: datetime | None = None
    first_seen_at: datetime | None = None
    unexplained: Unexplained | None = None
    written_from: datetime | None = None
    written_to: datetime | None = None
    sending: Sending | None = None
    is_price_sending: bool = False
    commanded: frozenset[Target] = frozenset()
    refusals: Mapping[Target, Message] = field(default_factory=dict)
    price_is_editable: bool = True
    quantity_is_editable: bool = True
    edited_to: int | None = None
    edits_alike: int = 0
    is_called_empty: bool = False
    windows: Windows = ()
    switching_to: int | None = None
    is_switch_sending: bool = False

    @property
    def promised(self) -> int:
        """The most that buyers may find there until we have read that it is less."""
        return promised(self.told, self.shown, self.sending)


@dataclass(frozen=True, slots=True)
class Product:
    """The goods behind a SKU: units available by the ledger, units reserved, the agreed price.

    Reserved are the units promised to open orders, and those that were on the shelf when the file was saved and have
    left since: a count in it has counted both.
    """

    sku: Sku
    available: int
    reserved: int
    price: Money | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file of the seller's: its rows, what they have to be compared with, and its name if it is a copy.

    ``written`` is what its revision showed when we wrote it, ``choices`` is what was chosen in its sheet ``Selaras``.
    ``brought`` are the notes of what copies of it brought in this cycle, ``limits`` those of its brakes,
    ``gone`` the headers of columns that it had before.
    ``recipe_sheet`` is its sheet ``Paket``, ``override_sheet`` its sheet ``Alokasi``, or why they cannot be read.
    ``is_stale``: newer revisions exist, so what was counted in it may have been counted before goods were sold, and
    what it asks may have been settled since: nothing in it decides (decision 0005).
    ``saved_at`` is when it was saved, and so when its counts are from at the latest; ``None`` if that is not known.
    ``sold`` are the units that orders took since that was written which it started from, at ``written_at``.
    """

    rows: tuple[SheetRow, ...]
    bases: Mapping[Sku, RowBase]
    copy: str = ""
    written: Mapping[Sku, RowBase] | None = None
    choices: tuple[Chosen, ...] = ()
    is_stale: bool = False
    brought: Mapping[Sku, str] = field(default_factory=dict)
    limits: Limits = NO_LIMITS
    gone: tuple[str, ...] = ()
    recipe_sheet: RecipeSheet | Message | None = None
    override_sheet: OverrideSheet | Message | None = None
    saved_at: datetime | None = None
    sold: Mapping[Sku, int] = field(default_factory=dict)
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InStep:
    """Goods about which there is nothing to decide: shops, ledger and workbook agree, and nothing is under way.

    ``skus`` are listed and have a ledger, ``rows`` are the numbers of their rows in the file that is read. Of their
    listings ``read`` were read in this cycle; of those whose stock we keep ``equal`` were, and ``unread`` were not.
    """

    skus: AbstractSet[Sku] = frozenset()
    rows: AbstractSet[int] = frozenset()
    read: int = 0
    equal: int = 0
    unread: int = 0


NOTHING_IN_STEP = InStep()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The input of :func:`daemon.domain.reconcile.reconcile`.

    ``rows`` is ``None`` when the workbook could not be read: then it neither speaks nor is written.
    ``bases`` has an entry for every SKU that ever had a row; ``copy`` names a file that is not the workbook itself.
    ``lines`` are those order lines with movements outstanding.
    ``is_catalogue_known`` says that every shop was swept at least once, so a SKU that none lists is truly unlisted.
    ``written`` is what the file showed when we wrote it (``None``: the same as ``bases``), ``choices`` is what the
    seller chose in it, ``brought`` are notes of what its copies brought in this cycle, ``sold`` the units that orders
    took since we wrote it, at ``written_at``. ``limits`` say from where on the seller is asked, ``gone`` are columns
    that the file had before, ``approved`` are the plans they said yes to (:mod:`daemon.domain.brakes`).
    ``at_rest`` tells to which shops nothing is sent for now, and why.
    ``recipes`` are the bundles agreed on so far, ``recipe_sheet`` is what the file says of them: ``None`` if nothing.
    ``allocations`` and ``override_sheet`` are the same for what holds of one SKU in one shop; ``sharing`` says whether
    every shop offers the same units. ``old_overrides`` is said of a sheet that the last cycle did not use, for its age.
    ``orders_read_at`` tells when each shop was asked for orders, by its own clock (a shop that is missing: just now).
    ``in_step`` are goods that ``products`` and ``listings`` leave out: the plan is the same with them (decision 0015).
    """

    now: datetime
    cycle: int
    shops: Mapping[str, ShopPolicy]
    products: Mapping[Sku, Product]
    listings: Mapping[ListingId, ListingState]
    lines: tuple[LineFact, ...]
    rows: tuple[SheetRow, ...] | None
    bases: Mapping[Sku, RowBase]
    is_catalogue_known: bool = True
    copy: str = ""
    written: Mapping[Sku, RowBase] | None = None
    choices: tuple[Chosen, ...] = ()
    is_stale: bool = False
    brought: Mapping[Sku, str] = field(default_factory=dict)
    sold: Mapping[Sku, int] = field(default_factory=dict)
    written_at: datetime | None = None
    limits: Limits = NO_LIMITS
    gone: tuple[str, ...] = ()
    approved: frozenset[str] = frozenset()
    at_rest: tuple[Message, ...] = ()
    recipes: Mapping[Sku, Recipe] = field(default_factory=dict)
    recipe_sheet: RecipeSheet | Message | None = None
    allocations: Mapping[Key, Override] = field(default_factory=dict)
    override_sheet: OverrideSheet | Message | None = None
    old_overrides: Message | None = None
    sharing: Sharing = Sharing.SHARED
    orders_read_at: Mapping[str, datetime] = field(default_factory=dict)
    in_step: InStep = NOTHING_IN_STEP

    def read_at(self, listing: ListingState) -> datetime:
        """When the orders of the listing's shop were asked for, by the marketplace's clock."""
        return self.orders_read_at.get(listing.id.shop, self.now)

    @property
    def as_written(self) -> Mapping[Sku, RowBase]:
        """What the seller saw when they opened the file."""
        return self.bases if self.written is None else self.written
