"""The columns Selaras knows in a seller's sheet, and the header texts they are found by."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, TypeAlias

from bridge.errors import FileRefusedError

Language: TypeAlias = Literal["id", "en"]


class Column(StrEnum):
    """What a column of the seller's sheet means."""

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


OWN = frozenset({Column.COST})
"""Columns that stay the seller's own: they are read, and never written."""
REQUIRED = frozenset({Column.SKU, Column.STOCK})
"""A row of the goods' sheet is the header when it names at least these."""
HEADER_IN_FIRST = 20
"""The header is looked for in so many rows, unless the seller says where it is."""

_HEADERS: Mapping[Column, tuple[str, str]] = {
    Column.SKU: ("SKU", "SKU"),
    Column.PRODUCT: ("Nama Produk", "Product"),
    Column.PRICE: ("Harga", "Price"),
    Column.STOCK: ("Stok", "Stock"),
    Column.ADJUSTMENT: ("+/−", "+/−"),
    Column.COUNT: ("Opname", "Count"),
    Column.STATUS: ("Status", "Status"),
    Column.PLATFORM: ("Platform", "Platform"),
    Column.NOTE: ("Keterangan", "Note"),
    Column.KEY: ("Kunci Selaras", "Selaras Key"),
    Column.COST: ("Modal", "Cost"),
}

_SYNONYMS: Mapping[Column, Sequence[str]] = {
    Column.SKU: ("Kode SKU", "SKU Penjual", "Seller SKU", "Kode Barang", "Kode Produk", "Item Code"),
    Column.PRODUCT: ("Produk", "Nama Barang", "Product Name", "Item", "Item Name"),
    Column.PRICE: ("Harga Jual", "Harga (Rp)", "Selling Price", "Price (Rp)", "Price (IDR)"),
    Column.STOCK: ("Stok Tersedia", "Jumlah Stok", "Available Stock", "Quantity", "Qty"),
    Column.ADJUSTMENT: ("±", "Penyesuaian", "Tambah/Kurang", "Adjustment", "Adjust"),
    Column.COUNT: ("Stok Opname", "Stock Opname", "Hasil Hitung", "Stock Count", "Counted"),
    Column.STATUS: (),
    Column.PLATFORM: (),
    Column.NOTE: ("Catatan", "Notes", "Remarks"),
    Column.KEY: (),
    Column.COST: ("HPP", "Harga Modal", "Harga Pokok", "Harga Beli", "Cost Price", "COGS"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the seller says that things are; what is not said is found by the header texts.

    ``header_row`` counts from 1. ``titles`` names the header text of a column in place of the usual ones.
    A row is the header when it names at least the ``needed`` columns.
    """

    sheet: str | None = None
    header_row: int | None = None
    titles: Mapping[Column, str] = field(default_factory=dict)
    needed: frozenset[Column] = REQUIRED


ANYWHERE = Layout()


def header_text(column: Column, language: Language) -> str:
    """Give the header a new workbook gets for ``column``."""
    indonesian, english = _HEADERS[column]
    return indonesian if language == "id" else english


def plain(text: str) -> str:
    """Reduce a header to what is compared: no case, no blanks, no accents, one kind of minus."""
    bare = (char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    kept = "".join("-" if unicodedata.category(char) == "Pd" or char == "−" else char for char in bare)
    return "".join(kept.split()).replace("_", "").casefold()


_CANONICAL = {plain(text): column for column, texts in _HEADERS.items() for text in texts}
_ALIASES = {plain(text): column for column, texts in _SYNONYMS.items() for text in texts}


def mapped_columns(
    headers: Mapping[int, str],
    titles: Mapping[Column, str] = MappingProxyType({}),
    *,
    needed: frozenset[Column] = REQUIRED,
) -> dict[Column, int]:
    """Find the known columns among the texts of one row (position, from 1, to text).

    The seller's own ``titles`` win over our header names, and these over synonyms. Raises
    :class:`~bridge.errors.FileRefusedError` when a row that is a header names one column twice: which of
    the two is meant is the seller's to say. One of the seller's own is not found then.
    """
    found: dict[Column, int] = {}
    doubled: dict[Column, int] = {}
    named = {plain(text): column for column, text in titles.items()}
    for names, given in ((named, set[Column]()), (_CANONICAL, set(titles)), (_ALIASES, set(titles))):
        settled = found.keys() | given
        for position, text in sorted(headers.items()):
            column = names.get(plain(text))
            if column is None or column in settled or position in found.values():
                continue
            if found.setdefault(column, position) != position:
                doubled[column] = position
    if not found.keys() >= needed:
        return {}
    for column in doubled.keys() & OWN:
        del found[column], doubled[column]
    for column, position in doubled.items():
        raise FileRefusedError("workbook.doubled_header", header=headers[position], column=column)
    return {column: found[column] for column in Column if column in found}
