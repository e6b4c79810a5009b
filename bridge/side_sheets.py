"""The side sheets Selaras knows, in both languages: how a shop may show a SKU, and what a bundle is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bridge.columns import Column, Language
from bridge.side_sheet import SideColumn, SideTable, read_side_sheet
from bridge.xlsx.package import Package

_LANGUAGES: tuple[Language, ...] = ("id", "en")


@dataclass(frozen=True, slots=True)
class SideSheet:
    """One of them: its name in each language, and its columns (whose first header is Indonesian, second English)."""

    names: Mapping[Language, str]
    columns: tuple[SideColumn, ...]

    def headers(self, language: Language) -> tuple[str, ...]:
        """Give the headers a new workbook gets."""
        return tuple(column.headers[_LANGUAGES.index(language)] for column in self.columns)

    def read_from(self, package: Package, *, except_sheet: str) -> SideTable | None:
        """Read it, see :func:`~bridge.side_sheet.read_side_sheet`; the sheet with the goods is never taken for it."""
        names = [name for name in self.names.values() if name.casefold() != except_sheet.strip().casefold()]
        return read_side_sheet(package, names, self.columns)


def _rule(name: str, *headers: str) -> SideColumn:
    return SideColumn(name, headers, Column.STOCK, is_required=False)


ALLOCATION = SideSheet(
    MappingProxyType({"id": "Alokasi", "en": "Allocation"}),
    (
        SideColumn("sku", ("SKU", "SKU"), Column.SKU),
        SideColumn("shop", ("Toko", "Shop"), Column.PRODUCT),
        _rule("buffer", "Penyangga", "Buffer"),
        _rule("share", "Porsi", "Share"),
        _rule("lowest", "Min", "Min"),
        _rule("highest", "Maks", "Max"),
        _rule("priority", "Prioritas", "Priority"),
    ),
)
BUNDLES = SideSheet(
    MappingProxyType({"id": "Paket", "en": "Bundles"}),
    (
        SideColumn("bundle", ("SKU Paket", "Bundle SKU"), Column.SKU),
        SideColumn("part", ("SKU Isi", "Part SKU"), Column.SKU),
        SideColumn("quantity", ("Jumlah", "Quantity"), Column.STOCK),
    ),
)
