"""Where the seller says that things are: sheet, header row and titles of their own."""

import pytest
from openpyxl import Workbook, load_workbook

from bridge.columns import Column, Layout
from bridge.errors import FileRefusedError
from bridge.patch import Change, patch
from bridge.read import read_table, table_in
from bridge.values import Whole, Words


@pytest.fixture
def two_sheets(tmp_path):
    """Two sheets with our header; in the second it stands in row 25, under another one, with titles of its own."""
    workbook = Workbook()
    for row in (["SKU", "Stok"], ["LAMA", 1]):
        workbook.active.append(row)
    second = workbook.create_sheet("Gudang Bandung")
    for row, values in {3: ["SKU", "Stok"], 25: ["SKU", "Stok", "Sisa Gudang", "Rak", "Pemasok"]}.items():
        for column, value in enumerate(values, start=1):
            second.cell(row, column, value)
    for column, value in enumerate(["K1", 5, 7, "A1"], start=1):
        second.cell(26, column, value)
    workbook.save(tmp_path / "w.xlsx")
    return tmp_path / "w.xlsx"


def test_of_two_sheets_with_our_header_none_is_taken_unless_one_is_named(two_sheets):
    with pytest.raises(FileRefusedError) as caught:
        read_table(two_sheets)
    assert caught.value.code == "workbook.two_sheets"
    assert caught.value.params == {"name": "w.xlsx", "sheets": "Sheet, Gudang Bandung"}


def test_the_sheet_that_was_read_once_is_read_again(two_sheets):
    book = load_workbook(two_sheets)
    book["Sheet"]["A1"] = "Kode lama"
    book.save(two_sheets)
    known = read_table(two_sheets)
    book["Sheet"]["A1"] = "SKU"
    book.save(two_sheets)
    again = read_table(two_sheets, known=known)
    assert (known.sheet, again.sheet, again.rows == known.rows) == ("Gudang Bandung", "Gudang Bandung", True)
    patched = patch(known, [Change(4, Column.STOCK, 9)]).content
    assert table_in(patched, "w.xlsx", layout=known.layout).sheet == "Gudang Bandung"


@pytest.mark.parametrize("given", ["Stok", "Stok ", "STOK", " stok"])
def test_a_sheet_is_named_by_its_very_name_or_else_whatever_its_case_and_blanks(tmp_path, given):
    workbook = Workbook()
    workbook.active.title = "Stok "
    for row in (["SKU", "Stok"], ["A", 1]):
        workbook.active.append(row)
    workbook.save(tmp_path / "w.xlsx")
    assert read_table(tmp_path / "w.xlsx", layout=Layout(given)).sheet == "Stok "


def test_a_named_sheet_is_the_only_one_looked_at(two_sheets):
    assert read_table(two_sheets, layout=Layout(sheet=" gudang bandung")).sheet == "Gudang Bandung"
    with pytest.raises(FileRefusedError) as caught:
        read_table(two_sheets, layout=Layout(sheet="Gudang"))
    assert caught.value.code == "workbook.no_sheet"
    assert caught.value.params == {"name": "w.xlsx", "sheet": "Gudang", "sheets": "Sheet, Gudang Bandung"}


def test_header_row_and_titles_are_taken_as_given_and_the_sellers_own_columns_listed(two_sheets):
    layout = Layout("Gudang Bandung", 25, {Column.STOCK: "sisa gudang"})
    table = read_table(two_sheets, layout=layout)
    assert (table.header_row, table.columns) == (25, {Column.SKU: 1, Column.STOCK: 3})
    assert table.unknown_headers == ("Stok", "Rak", "Pemasok")
    assert [row.cells for row in table.rows] == [{Column.SKU: Words("K1"), Column.STOCK: Whole(7)}]


def test_a_patch_is_proved_by_the_same_layout(two_sheets):
    layout = Layout("Gudang Bandung", 25, {Column.STOCK: "Sisa Gudang"})
    table = read_table(two_sheets, layout=layout)
    again = table_in(patch(table, [Change(26, Column.STOCK, 9)]).content, "w.xlsx", layout=layout)
    assert (again.sheet, again.rows[0].cells[Column.STOCK]) == ("Gudang Bandung", Whole(9))


def test_a_row_that_is_no_header_is_said(two_sheets):
    with pytest.raises(FileRefusedError) as caught:
        read_table(two_sheets, layout=Layout(header_row=26))
    assert (caught.value.code, caught.value.params) == ("workbook.no_header_at", {"name": "w.xlsx", "row": 26})
