"""Workbooks as sellers have them, made with openpyxl on the fly."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableStyleInfo

HEADERS = ["SKU", "Nama Produk", "Harga", "Stok", "+/−", "Opname", "Status", "Keterangan", "Rak", "Nilai"]
GOODS = [
    ["KOPI-250", "Kopi Gayo 250 g", 55000, 12, None, None, "Aktif", None, "A1", "=C2*D2"],
    ["00123", "Batik tulis", 1250000, 3, None, None, "Aktif", "lama", "A2", "=C3*D3"],
    ["CASE-HIJAU", "Casing hijau", 35000, 40, "+5", None, "Aktif", None, "B1", "=C4*D4"],
]


def _rich(path: Path) -> Path:
    """Save a workbook with a table, a chart, colours, choice lists, comments, names and a sheet of the seller's own."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Stok"
    for row in [HEADERS, *GOODS]:
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in range(2, 5):
        sheet.cell(row, 1).number_format = "@"
        sheet.cell(row, 3).number_format = "#,##0"
        sheet.cell(row, 4).fill = PatternFill("solid", fgColor="FFFFF2CC")
    table = Table(displayName="Barang", ref="A1:J4")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleMedium2", showRowStripes=True)
    sheet.add_table(table)
    sheet.conditional_formatting.add(
        "D2:D4", CellIsRule(operator="lessThan", formula=["5"], fill=PatternFill("solid", bgColor="FFFFC7CE"))
    )
    choices = DataValidation(type="list", formula1='"A1,A2,B1"', prompt="rak > 0 & < 9", showInputMessage=True)
    sheet.add_data_validation(choices)
    choices.add("I2:I4")
    sheet["B2"].comment = Comment("stok lama dulu", "Sari")
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=4, min_row=1, max_row=4), titles_from_data=True)
    sheet.add_chart(chart, "L2")
    workbook.defined_names["Laba"] = DefinedName("Laba", attr_text="Stok!$J$2:$J$4")
    own = workbook.create_sheet("Catatan saya")
    own["A1"] = "=SUM(Stok!D2:D4)"
    own["B1"] = "pajak 11%"
    workbook.save(path)
    return path


@pytest.fixture
def rich_workbook(tmp_path: Path) -> Path:
    """A workbook with most of what openpyxl can make."""
    return _rich(tmp_path / "stok toko.xlsx")


@pytest.fixture
def plain_workbook(tmp_path: Path) -> Path:
    """Three rows of goods, nothing else."""
    workbook = Workbook()
    for row in [HEADERS[:8], *(row[:8] for row in GOODS)]:
        workbook.active.append(row)
    path = tmp_path / "stok.xlsx"
    workbook.save(path)
    return path


WithSheet = Callable[..., Path]

_PARTS = {
    "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
    "_rels/.rels": "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
    "<Relationship Id='r1' Type='http://x/relationships/officeDocument' Target='xl/workbook.xml'/></Relationships>",
    "xl/workbook.xml": "<workbook xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' "
    "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'>"
    "<sheets><sheet name='Stok' sheetId='4' r:id='rId9'/></sheets></workbook>",
    "xl/_rels/workbook.xml.rels": "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
    "<Relationship Id='rId9' Type='http://x/relationships/worksheet' Target='/xl/worksheets/any.xml'/>"
    "<Relationship Id='rId2' Type='http://x/relationships/sharedStrings' Target='sharedStrings.xml'/>"
    "<Relationship Id='rId3' Type='http://x/relationships/styles' Target='styles.xml'/></Relationships>",
    "xl/styles.xml": "<styleSheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
    "<numFmts count='2'><numFmt numFmtId='164' formatCode='dd/mm/yyyy'/><numFmt numFmtId='165' formatCode='00000'/>"
    "</numFmts><cellXfs count='5'><xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='165'/><xf numFmtId='9'/>"
    "<xf numFmtId='3'/></cellXfs></styleSheet>",
}


@pytest.fixture
def raw_workbook(tmp_path: Path) -> WithSheet:
    """Give a function that saves a workbook around hand-written sheet XML."""

    def save(sheet: str | bytes, *, strings: str | bytes = "<sst/>", **others: str) -> Path:
        path = tmp_path / "mentah.xlsx"
        data = sheet.encode() if isinstance(sheet, str) else sheet
        parts = {**_PARTS, "xl/sharedStrings.xml": strings, "xl/worksheets/any.xml": data, **others}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        return path

    return save


@pytest.fixture(scope="session")
def zip_members() -> Callable[[bytes], dict[str, bytes]]:
    """Give a function that unpacks a zip into its members, in their order."""

    def members(content: bytes) -> dict[str, bytes]:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            assert archive.testzip() is None
            return {each.filename: archive.read(each) for each in archive.infolist()}

    return members
