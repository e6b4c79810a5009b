"""Workbook rows as the daemon thinks of them: what the seller typed, and what both sides last agreed on."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from daemon.domain.messages import Message


class Field(StrEnum):
    """A column of the workbook that Selaras knows."""

    SKU = "sku"
    PRODUCT = "product"
    PRICE = "price"
    STOCK = "stock"
    ADJUSTMENT = "adjustment"
    COUNT = "count"
    STATUS = "status"
    PLATFORM = "platform"
    NOTE = "note"
    KEY = "key"
    COST = "cost"


TYPED = (Field.PRICE, Field.STOCK, Field.ADJUSTMENT, Field.COUNT)
"""The columns that a person types numbers into."""


@dataclass(frozen=True, slots=True)
class Blank:
    """An empty cell: no change, ever."""


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number: units, or rupiah."""

    value: int


@dataclass(frozen=True, slots=True)
class Text:
    """Words."""

    value: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A cell that cannot be read with certainty; the row's field is held for this reason."""

    reason: Message


@dataclass(frozen=True, slots=True)
class Absent:
    """The sheet has no such column."""


Cell: TypeAlias = Blank | Number | Text | Unclear | Absent


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row as saved. ``number`` is its place in the sheet, counted from 1."""

    number: int
    sku: Cell
    product: Cell
    price: Cell
    stock: Cell
    adjustment: Cell
    count: Cell
    status: Cell
    note: Cell
    key: Cell = Absent()
    cost: Cell = Absent()
    platform: Cell = Absent()

    def cell(self, field: Field) -> Cell:
        """The cell in column ``field``."""
        cell: Cell = getattr(self, field.value)
        return cell


class RowBase(NamedTuple):
    """What the seller last saw in a row: written by us, or typed by them and taken over.

    ``None`` means that the cell was empty or never agreed. ``asked_price`` and ``asked_stock`` hold the typed value
    that we did not dare to use and asked about; such a ``count`` is kept as its complement, below zero. The ``stock``
    of a bundle's row ``is_derived`` from its parts: nothing typed over it is a difference.
    """

    price: int | None = None
    stock: int | None = None
    adjustment: int | None = None
    count: int | None = None  # type: ignore[assignment]  # the column's name; nobody counts in it
    status: str | None = None
    platform: str | None = None
    note: str | None = None
    asked_price: int | None = None
    asked_stock: int | None = None
    is_derived: bool = False

    @property
    def words(self) -> tuple[str | None, str | None]:
        """The words of ``Status`` and ``Platform``."""
        return self.status, self.platform

    @property
    def asked_count(self) -> int | None:
        """The count that we did not dare to use."""
        return None if self.count is None or self.count >= 0 else ~self.count
