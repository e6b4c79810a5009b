"""A small table on a sheet of its own."""

import pytest
from openpyxl import Workbook

from bridge.columns import Column
from bridge.errors import FileRefusedError
from bridge.read import read_table
from bridge.side_sheet import SideColumn, SideRow, read_side_sheet
from bridge.side_sheets import ALLOCATION, BUNDLES
from bridge.values import BLANK, Unclear, Whole, Words
from bridge.xlsx.archive import Archive
from bridge.xlsx.package import Package

COLUMNS = (
    SideColumn("bundle", ("SKU Paket", "Bundle SKU"), Column.SKU),
    SideColumn("quantity", ("Jumlah", "Quantity"), Column.STOCK),
    SideColumn("limit", ("Maks", "Max"), Column.STOCK, is_required=False),
)
NAMES = ("Paket", "Bundles")


@pytest.fixture
def save(tmp_path):
    def saved(**sheets):
        book = Workbook()
        for row in (["SKU", "Stok"], ["KOPI", 3]):
            book.active.append(row)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / "toko.xlsx")
        return Package(Archive((tmp_path / "toko.xlsx").read_bytes(), "toko.xlsx"))

    return saved


def test_rows_are_understood_column_by_column(save):
    table = read_side_sheet(
        save(Paket=[["SKU Paket", "Jumlah", "Maks"], ["00123", 2, None], [6.9e12, "dua", 5]]), NAMES, COLUMNS
    )
    assert table.sheet == "Paket"
    assert table.rows[0] == SideRow(2, {"bundle": Words("00123"), "quantity": Whole(2), "limit": BLANK})
    assert isinstance(table.rows[1].cells["bundle"], Unclear)
    assert table.rows[1].cells["quantity"] == Unclear("cell.not_whole", "dua")


def test_columns_stand_in_any_order_in_either_language_below_other_rows_and_between_columns_of_the_seller(save):
    rows = [["Isi paket lebaran"], [], ["Rak", "QUANTITY", "bundle  sku"], ["A1", 4, "HAMPERS"]]
    table = read_side_sheet(save(BUNDLES=rows), NAMES, COLUMNS)
    assert table.rows == (SideRow(4, {"bundle": Words("HAMPERS"), "quantity": Whole(4), "limit": BLANK}),)


def test_rows_blank_in_every_known_column_are_skipped(save):
    rows = [["SKU Paket", "Jumlah", "Rak"], ["A", 1, ""], [None, None, "A1"], ["  ", None, None], ["B", None, None]]
    table = read_side_sheet(save(Paket=rows), NAMES, COLUMNS)
    assert [row.number for row in table.rows] == [2, 5]


def test_a_workbook_without_the_sheet_has_none(save):
    assert read_side_sheet(save(Catatan=[["SKU Paket", "Jumlah"]]), NAMES, COLUMNS) is None


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["Apa saja", "Jumlah"], ["x", 1]], "workbook.side_sheet_header"),
        ([], "workbook.side_sheet_header"),
        ([*[["-"]] * 20, ["SKU Paket", "Jumlah"]], "workbook.side_sheet_header"),
        ([["SKU Paket", "Jumlah", "Bundle SKU"]], "workbook.doubled_header"),
    ],
)
def test_a_sheet_whose_header_is_missing_or_names_a_column_twice_is_refused(save, rows, code):
    with pytest.raises(FileRefusedError) as caught:
        read_side_sheet(save(Paket=rows), NAMES, COLUMNS)
    assert caught.value.code == code
    assert caught.value.params["sheet"] == "Paket"


def test_the_header_may_stand_in_the_twentieth_row(save):
    rows = [*[["-"]] * 19, ["SKU Paket", "Jumlah"], ["A", 1]]
    assert [row.number for row in read_side_sheet(save(Paket=rows), NAMES, COLUMNS).rows] == [21]


def test_two_sheets_for_the_same_thing_are_refused(save):
    rows = [["SKU Paket", "Jumlah"]]
    with pytest.raises(FileRefusedError) as caught:
        read_side_sheet(save(Paket=rows, Bundles=rows), NAMES, COLUMNS)
    assert caught.value.code == "workbook.side_sheet_twice"


@pytest.mark.parametrize("kind", [ALLOCATION, BUNDLES], ids=["allocation", "bundles"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_sheets_selaras_knows_are_found_by_name_and_headers_and_are_never_taken_for_the_goods(
    save, tmp_path, kind, language
):
    headers = kind.headers(language)
    package = save(**{kind.names[language]: [headers, ["X"] * len(headers)]})
    (row,) = kind.read_from(package, except_sheet="Sheet").rows
    assert set(row.cells) == {column.name for column in kind.columns}
    assert read_table(tmp_path / "toko.xlsx").sheet == "Sheet"


def test_goods_on_a_sheet_called_like_one_of_them_stay_goods(save):
    assert BUNDLES.read_from(save(Paket=[["SKU", "Stok"], ["KOPI", 1]]), except_sheet="Paket") is None
