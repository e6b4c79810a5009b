"""Orders as a sheet that can be read, filtered and printed: one row per order line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins

from bridge.columns import Language
from bridge.errors import FileBusyError
from bridge.folder.files import who_has_it_open, write_new


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


_Shown: TypeAlias = str | int | datetime | None


@dataclass(frozen=True, slots=True)
class _Field:
    """One column; ``{zone}`` in a header becomes the zone's name."""

    indonesian: str
    english: str
    width: int
    shown: Callable[[OrderRow], _Shown]
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
_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FONT, _INK, _PAPER = "Calibri", "FFFFFFFF", "FF0F766E"


def write_order_sheet(path: Path, rows: Sequence[OrderRow], *, language: Language, zone: ZoneInfo) -> None:
    """Write ``rows`` to ``path`` in the order given, whole or not at all.

    Raises :class:`~bridge.errors.FileBusyError` while somebody has the sheet open.
    """
    owner = who_has_it_open(path)
    if owner is not None:
        raise FileBusyError("workbook.open", name=path.name, who=owner)
    workbook = Workbook()
    sheet: Any = workbook.active
    sheet.title = "Pesanan" if language == "id" else "Orders"
    _lay_out(sheet, len(rows))
    for position, field in enumerate(_FIELDS, start=1):
        header = field.indonesian if language == "id" else field.english
        _fill_header(sheet.cell(1, position), header.format(zone=_zone_name(zone)), field)
    for number, row in enumerate(rows, start=2):
        for position, field in enumerate(_FIELDS, start=1):
            cell = sheet.cell(number, position)
            _fill(cell, field.shown(row), zone)
            cell.number_format = field.number_format.format(**_money(row.currency, language))
    written = BytesIO()
    workbook.save(written)
    write_new(path, written.getvalue())


def _lay_out(sheet: Any, count: int) -> None:  # noqa: ANN401 - openpyxl ships no types
    for position, field in enumerate(_FIELDS, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = field.width
    sheet.row_dimensions[1].height = 22
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_FIELDS))}{count + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins = PageMargins(left=0.3, right=0.3, top=0.4, bottom=0.5)
    sheet.oddFooter.center.text = "&P / &N"


def _fill_header(cell: Any, text: str, field: _Field) -> None:  # noqa: ANN401 - as above
    cell.value, cell.data_type = text, "s"
    cell.font = Font(name=_FONT, bold=True, color=_INK)
    cell.fill = PatternFill("solid", fgColor=_PAPER)
    cell.alignment = Alignment(horizontal=_ALIGNED[field.number_format], vertical="center")


def _fill(cell: Any, shown: _Shown, zone: ZoneInfo) -> None:  # noqa: ANN401 - as above
    cell.font = Font(name=_FONT)
    cell.border = Border(bottom=Side(style="thin", color="FFE7E5E4"))
    if isinstance(shown, datetime):
        # A workbook knows no zones: the local time goes into the cell, its zone into the header.
        cell.value = shown.astimezone(zone).replace(tzinfo=None, microsecond=0)
        cell.alignment = Alignment(horizontal="center")
    elif isinstance(shown, str):
        text = ILLEGAL_CHARACTERS_RE.sub("", shown)
        if text:
            cell.value, cell.data_type = text, "s"
            cell.quotePrefix = text.startswith(_LIKE_A_FORMULA)
    else:
        cell.value = shown


def _money(currency: str, language: Language) -> dict[str, str]:
    """Thousands get a dot in an Indonesian sheet, whatever language the office program speaks (LCID 0421)."""
    return {"locale": "[$-421]" if language == "id" else "", "currency": "Rp" if currency == "IDR" else currency}


def _zone_name(zone: ZoneInfo) -> str:
    """Name the zone as people do (WIB); where that changes with the season, by its place."""
    names = {datetime(2026, month, 1, tzinfo=UTC).astimezone(zone).tzname() for month in (1, 7)}
    name = names.pop()
    return zone.key if names or not name else name
