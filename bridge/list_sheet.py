"""A file of ours with one list to read, filter and print; nobody's typing is in it, so it is written whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins

from bridge.errors import FileBusyError
from bridge.folder.files import who_has_it_open, write_new

Shown: TypeAlias = str | int | datetime | None
"""What a cell shows. A time is one without a zone, for a workbook knows none."""


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column: its header, its width in characters, and on which side its header stands."""

    header: str
    width: int
    alignment: str = "left"


@dataclass(frozen=True, slots=True)
class ListCell:
    """One cell and its number format, text by default."""

    value: Shown
    number_format: str = "@"


_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FONT, _INK, _PAPER = "Calibri", "FFFFFFFF", "FF0F766E"


def write_list(path: Path, title: str, columns: Sequence[ListColumn], rows: Sequence[Sequence[ListCell]]) -> None:
    """Write the list to ``path``, whole or not at all.

    Raises :class:`~bridge.errors.FileBusyError` while somebody has the file open.
    """
    owner = who_has_it_open(path)
    if owner is not None:
        raise FileBusyError("workbook.open", name=path.name, who=owner)
    workbook = Workbook()
    sheet: Any = workbook.active
    sheet.title = title
    _lay_out(sheet, columns, len(rows))
    for position, column in enumerate(columns, start=1):
        _fill_header(sheet.cell(1, position), column)
    for number, row in enumerate(rows, start=2):
        for position, shown in enumerate(row, start=1):
            cell = sheet.cell(number, position)
            _fill(cell, shown.value)
            cell.number_format = shown.number_format
    written = BytesIO()
    workbook.save(written)
    write_new(path, written.getvalue())


def _lay_out(sheet: Any, columns: Sequence[ListColumn], count: int) -> None:  # noqa: ANN401 - openpyxl ships no types
    for position, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = column.width
    sheet.row_dimensions[1].height = 22
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins = PageMargins(left=0.3, right=0.3, top=0.4, bottom=0.5)
    sheet.oddFooter.center.text = "&P / &N"


def _fill_header(cell: Any, column: ListColumn) -> None:  # noqa: ANN401 - as above
    cell.value, cell.data_type = column.header, "s"
    cell.font = Font(name=_FONT, bold=True, color=_INK)
    cell.fill = PatternFill("solid", fgColor=_PAPER)
    cell.alignment = Alignment(horizontal=column.alignment, vertical="center")


def _fill(cell: Any, shown: Shown) -> None:  # noqa: ANN401 - as above
    cell.font = Font(name=_FONT)
    cell.border = Border(bottom=Side(style="thin", color="FFE7E5E4"))
    if isinstance(shown, str):
        text = ILLEGAL_CHARACTERS_RE.sub("", shown)
        if text:
            cell.value, cell.data_type = text, "s"
            cell.quotePrefix = text.startswith(_LIKE_A_FORMULA)
        return
    cell.value = shown
    if isinstance(shown, datetime):
        cell.alignment = Alignment(horizontal="center")
