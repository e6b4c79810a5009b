"""Orders as a sheet that can be read, filtered and printed: one row per order line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bridge.columns import Language
from bridge.list_sheet import ListCell, ListColumn, Shown, write_list


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order line as the seller shall see it.

    ``platform`` and ``status`` are words to be shown; ``price`` is per unit, in whole units of
    ``currency``; ``created`` and ``deadline`` (the latest time to hand over, if known) are aware times.
    """

    order_id: str
    invoice: str
    shop: str
    platform: str
    created: datetime
    status: str
    buyer: str
    courier: str
    tracking_number: str
    sku: str
    product: str
    quantity: int
    price: int
    currency: str
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class _Field:
    """One column; ``{zone}`` in a header becomes the zone's name."""

    indonesian: str
    english: str
    width: int
    shown: Callable[[OrderRow], Shown]
    number_format: str = "@"


_DATE, _COUNT, _MONEY = "yyyy-mm-dd hh:mm", "#,##0", '{locale}"{currency}" #,##0'
_ALIGNED = {"@": "left", _DATE: "center", _COUNT: "right", _MONEY: "right"}
_FIELDS = (
    _Field("No. Pesanan", "Order ID", 22, lambda row: row.order_id),
    _Field("Invoice", "Invoice", 26, lambda row: row.invoice),
    _Field("Toko", "Shop", 18, lambda row: row.shop),
    _Field("Dibeli di", "Purchased on", 13, lambda row: row.platform),
    _Field("Dibuat ({zone})", "Created ({zone})", 17, lambda row: row.created, _DATE),
    _Field("Status", "Status", 16, lambda row: row.status),
    _Field("Pembeli", "Buyer", 18, lambda row: row.buyer),
    _Field("Kurir", "Courier", 16, lambda row: row.courier),
    _Field("No. Resi", "Tracking number", 20, lambda row: row.tracking_number),
    _Field("SKU", "SKU", 18, lambda row: row.sku),
    _Field("Nama Produk", "Product", 40, lambda row: row.product),
    _Field("Jumlah", "Quantity", 9, lambda row: row.quantity, _COUNT),
    _Field("Harga", "Price", 14, lambda row: row.price, _MONEY),
    _Field("Total", "Line total", 16, lambda row: row.quantity * row.price, _MONEY),
    _Field("Batas Kirim ({zone})", "Ship by ({zone})", 20, lambda row: row.deadline, _DATE),
)


def write_order_sheet(path: Path, rows: Sequence[OrderRow], *, language: Language, zone: ZoneInfo) -> None:
    """Write ``rows`` to ``path`` in the order given, whole or not at all.

    Raises :class:`~bridge.errors.FileBusyError` while somebody has the sheet open.
    """
    columns = [
        ListColumn(_header(field, language).format(zone=_zone_name(zone)), field.width, _ALIGNED[field.number_format])
        for field in _FIELDS
    ]
    cells = [[_cell(field, row, zone=zone, money=_money(row.currency, language)) for field in _FIELDS] for row in rows]
    write_list(path, "Pesanan" if language == "id" else "Orders", columns, cells)


def _header(field: _Field, language: Language) -> str:
    return field.indonesian if language == "id" else field.english


def _cell(field: _Field, row: OrderRow, *, zone: ZoneInfo, money: dict[str, str]) -> ListCell:
    shown = field.shown(row)
    if isinstance(shown, datetime):
        # A workbook knows no zones: the local time goes into the cell, its zone into the header.
        shown = shown.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return ListCell(shown, field.number_format.format(**money))


def _money(currency: str, language: Language) -> dict[str, str]:
    """Thousands get a dot in an Indonesian sheet, whatever language the office program speaks (LCID 0421)."""
    return {"locale": "[$-421]" if language == "id" else "", "currency": "Rp" if currency == "IDR" else currency}


def _zone_name(zone: ZoneInfo) -> str:
    """Name the zone as people do (WIB); where that changes with the season, by its place."""
    names = {datetime(2026, month, 1, tzinfo=UTC).astimezone(zone).tzname() for month in (1, 7)}
    name = names.pop()
    return zone.key if names or not name else name
