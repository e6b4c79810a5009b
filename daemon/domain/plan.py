"""What reconcile decided, before anything is done. The same object is shown by ``plan`` and carried out by a cycle."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from daemon.domain.allocation import Override
from daemon.domain.messages import Message
from daemon.domain.overrides import Key
from daemon.domain.recipes import Recipe
from daemon.domain.recon import Recon
from daemon.domain.rows import Field, RowBase
from daemon.domain.stock import Movement, Sending, Told, Unexplained
from daemon.domain.values import ListingId, Money, Sku


class Target(StrEnum):
    """What a command to a marketplace sets."""

    QUANTITY = "quantity"
    PRICE = "price"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Command:
    """One write wanted at a marketplace; ``old`` is what we believe stands there now.

    ``desired`` are units, rupiah, or the windows that are to show the product (:mod:`daemon.domain.windows`). One that
    ``is_waiting`` is kept but not sent until the seller has decided a conflict; one that ``is_later`` until its shop
    may be sent to again, or a difference in it is settled. ``carried`` are the units of such a difference that stay in
    the number which is written.
    """

    listing: ListingId
    sku: Sku
    target: Target
    desired: int
    old: int | None
    is_waiting: bool = False
    is_later: bool = False
    carried: int = 0

    @property
    def sends(self) -> int:
        """What is written, as things are now."""
        return self.desired + self.carried

    @property
    def is_sent(self) -> bool:
        """Whether nothing keeps it from being sent."""
        return not (self.is_waiting or self.is_later)


@dataclass(frozen=True, slots=True)
class Switch:
    """A product that is to be shown in the windows ``after`` instead of those ``before``; one of its listings names it.

    It is told apart from a command: that says what is still to be sent, whoever decided it when.
    """

    listing: ListingId
    sku: Sku
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class ProductChange:
    """A product seen for the first time (``is_new``), or with a newly agreed price: its whole state from now on."""

    sku: Sku
    price: Money | None
    opened_at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class ListingChange:
    """What we hold as agreed with a listing from now on. The whole state, not a difference.

    ``written_from`` and ``written_to`` bound the last quantity write, or the moment a number was agreed on unwritten;
    they are empty once an edit in Seller Center was settled after it.
    """

    id: ListingId
    told: Told | None
    told_price: Money | None
    unexplained: Unexplained | None
    sending: Sending | None
    written_from: datetime | None
    written_to: datetime | None
    edited_to: int | None = None
    edits_alike: int = 0


@dataclass(frozen=True, slots=True)
class RowWrite:
    """Cells to write into one row. ``number`` is ``None`` for a row to be appended; a ``None`` value empties a cell.

    ``is_derived``: its stock is that of a bundle.
    """

    sku: Sku | None
    number: int | None
    cells: Mapping[Field, int | str | None]
    is_derived: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Something the seller saved, or a shop did, that is not in effect, and why."""

    sku: Sku | None
    row: int | None
    field: Field
    reason: Message

    @property
    def is_whole_sheet(self) -> bool:
        """Nothing in the file counts."""
        return self.sku is None and self.row is None and self.field is Field.SKU

    @property
    def shop(self) -> str:
        """The shop that is meant where no goods are; empty otherwise."""
        return "" if self.sku else str(self.reason.params.get("shop", ""))


@dataclass(frozen=True, slots=True)
class Nameless:
    """Goods of a shop without a seller SKU: no row can stand for them."""

    shop: str
    title: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Decisions of one cycle. ``look_again`` asks for another full cycle after that time, to settle what is open.

    ``recipes`` tells what every bundle is made of from now on, ``allocations`` what holds of one SKU in one shop;
    ``None``: as before. ``recon`` is what comparing the shops came to, ``None`` when no listing was read.
    """

    movements: tuple[Movement, ...] = ()
    products: tuple[ProductChange, ...] = ()
    listings: tuple[ListingChange, ...] = ()
    switches: tuple[Switch, ...] = ()
    bases: Mapping[Sku, RowBase] = field(default_factory=dict)
    commands: tuple[Command, ...] = ()
    withdrawn: tuple[tuple[ListingId, Target], ...] = ()
    rows: tuple[RowWrite, ...] = ()
    held: tuple[Held, ...] = ()
    nameless: tuple[Nameless, ...] = ()
    recipes: Mapping[Sku, Recipe] | None = None
    allocations: Mapping[Key, Override] | None = None
    look_again: timedelta | None = None
    recon: Recon | None = None
    is_scrambled: bool = False

    @property
    def is_quiet(self) -> bool:
        """Nothing would be sent, booked or written."""
        is_sending = any(command.is_sent for command in self.commands)
        return not (self.movements or is_sending or self.rows)
