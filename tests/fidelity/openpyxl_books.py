"""Workbooks as openpyxl makes them."""

from collections.abc import Iterable
from io import BytesIO

from fidelity.goods import NOTE, PRICE, SKU, STOCK, Place
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, ColorScaleRule, DataBarRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, PatternFill, Protection
from openpyxl.utils import get_column_letter as letters
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet


def plain(place: Place | None = None) -> bytes:
    """Save the goods and nothing else."""
    return _saved(_with_goods(place or Place()))


def streamed(place: Place | None = None) -> bytes:
    """Save the goods with openpyxl's write-only mode, which gives cells in line."""
    at = place or Place()
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(at.sheet)
    for row in _lines(at):
        sheet.append(row)
    return _saved(workbook)


def rich(place: Place | None = None) -> bytes:
    """Save the goods with most of what openpyxl can make."""
    at = place or Place()
    workbook = _with_goods(at)
    sheet = workbook.active
    first, last = at.row + 2, at.last_row + 1
    stock = f"{letters(at.column_of(STOCK) + 1)}{first}:{letters(at.column_of(STOCK) + 1)}{last}"
    _looks(sheet, at)
    corner = f"{letters(at.column + 1)}{at.row + 1}"
    table = Table(displayName="Barang", ref=f"{corner}:{letters(at.last_column + 1)}{last}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleMedium2", showRowStripes=True)
    sheet.add_table(table)
    red = PatternFill("solid", bgColor="FFFFC7CE")
    for rule in (
        CellIsRule(operator="lessThan", formula=["5"], fill=red),
        DataBarRule("min", None, "max", None, color="FF638EC6"),
        ColorScaleRule("min", None, "FFFFFFFF", "max", None, "FF00B050"),
    ):
        sheet.conditional_formatting.add(stock, rule)
    whole = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0", prompt="stok > 0 & utuh")
    whole.add(stock)
    sheet.add_data_validation(whole)
    sheet[f"{letters(at.column_of(NOTE) + 1)}{first}"].comment = Comment("stok lama dulu", "Sari")
    chart = BarChart()
    position = at.column_of(STOCK) + 1
    chart.add_data(Reference(sheet, min_col=position, min_row=at.row + 1, max_row=last), titles_from_data=True)
    sheet.add_chart(chart, "Z40")
    sheet.protection.sheet = True
    sheet.freeze_panes = sheet.cell(first, at.column + 2)
    sheet.print_title_rows = f"{at.row + 1}:{at.row + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.oddFooter.center.text = "&P"
    sheet.row_breaks.append(Break(id=30))
    sheet.sheet_properties.outlinePr.summaryBelow = False
    sheet.row_dimensions.group(first + 1, first + 2, hidden=True)
    sheet.column_dimensions["Y"].hidden = True
    sheet["Z2"].hyperlink = "https://example.com/?a=1&b=2"
    sheet.merge_cells("AA2:AC4")
    workbook.defined_names["Persediaan"] = DefinedName("Persediaan", attr_text=f"{at.quoted}!{stock}")
    workbook.custom_doc_props.append(StringProperty(name="Gudang", value="Bandung"))
    own = workbook.create_sheet("Catatan saya 📝")
    own["A1"] = f"=SUM({at.quoted}!{stock})"
    own["B1"] = "pajak 11%"
    workbook.create_sheet("rahasia").sheet_state = "veryHidden"
    return _saved(workbook)


def _looks(sheet: Worksheet, at: Place) -> None:
    for cell in sheet[at.row + 1]:
        cell.font = Font(bold=True)
    for row in sheet.iter_rows(min_row=at.row + 2, max_row=at.last_row + 1, max_col=at.last_column + 1):
        for cell in row:
            cell.protection = Protection(locked=False)
        row[at.column_of(SKU)].number_format = "@"
        row[at.column_of(PRICE)].number_format = "#,##0"
        row[at.column_of(STOCK)].fill = PatternFill("solid", fgColor="FFFFF2CC")


def _lines(at: Place) -> Iterable[list[object]]:
    yield at.header
    for number, row in enumerate(at.rows, start=at.row + 2):
        price, stock = (f"{letters(at.column_of(each) + 1)}{number}" for each in (PRICE, STOCK))
        # openpyxl writes texts as they are, and Excel would read _x0041_ as an A.
        texts = (each.replace("_x", "_x005F_x") if isinstance(each, str) else each for each in row)
        yield [*texts, f"={price}*{stock}"]


def _with_goods(at: Place) -> Workbook:
    workbook = Workbook()
    workbook.active.title = at.sheet
    for number, row in enumerate(_lines(at), start=at.row + 1):
        for column, value in enumerate(row, start=at.column + 1):
            if value is not None:
                workbook.active.cell(number, column, value)
    return workbook


def _saved(workbook: Workbook) -> bytes:
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()
