"""Cells that must not be written: all found in one pass, each with its reason, and nothing written."""

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Protection

from bridge.columns import Column
from bridge.errors import FileRefusedError
from bridge.patch import Change, patch
from bridge.read import read_table, table_in
from bridge.refusals import TargetsRefusedError
from bridge.values import Whole
from bridge.xlsx.archive import Archive
from bridge.xlsx.package import Package
from bridge.xlsx.rewrite import Rewritten
from bridge.xlsx.verify import verify

HEADER = ["SKU", "Stok", "Harga", "Keterangan"]


def saved(path, rows, adjust=None):
    workbook = Workbook()
    for row in [HEADER, *rows]:
        workbook.active.append(row)
    if adjust:
        adjust(workbook.active)
    workbook.save(path)
    return read_table(path)


def refusals(table, changes, appended=(), **more) -> list[tuple]:
    with pytest.raises(TargetsRefusedError) as caught:
        patch(table, changes, appended, **more)
    assert (caught.value.code, caught.value.params) == (caught.value.refused[0].code, caught.value.refused[0].params)
    assert {(each.params["name"], each.params["sheet"]) for each in caught.value.refused} == {("w.xlsx", "Sheet")}
    return [(each.code, each.params["row"], each.params["cell"]) for each in caught.value.refused]


def test_all_targets_in_the_way_are_named_at_once(tmp_path):
    def merge(sheet):
        sheet.merge_cells("B4:C4")

    table = saved(tmp_path / "w.xlsx", [["A", "=1+1"], ["B", 2], ["C", 3], ["D", "=2+2"]], merge)
    changes = [Change(row, column, 9) for row in (2, 3, 4, 5) for column in (Column.STOCK, Column.PRICE)]
    changes.append(Change(3, Column.NOTE, "x" * 40_000))
    assert refusals(table, changes) == [
        ("workbook.target_formula", 2, "B2"),
        ("workbook.text_too_long", 3, "D3"),
        ("workbook.target_merged", 4, "C4"),
        ("workbook.target_formula", 5, "B5"),
    ]
    left = [
        each
        for each in changes
        if (each.row, each.column) not in {(2, Column.STOCK), (4, Column.PRICE), (5, Column.STOCK), (3, Column.NOTE)}
    ]
    again = table_in(patch(table, left).content, "w.xlsx")
    assert again.rows[0].cells[Column.PRICE] == Whole(9)


def test_cells_whose_format_makes_something_else_of_a_number_are_named_at_once(tmp_path):
    def dates(sheet):
        sheet["B2"].number_format = sheet["C3"].number_format = "dd/mm/yyyy"

    table = saved(tmp_path / "w.xlsx", [["A", None, 1], ["B", 1, None]], dates)
    changes = [Change(row, column, 9) for row in (2, 3) for column in (Column.STOCK, Column.PRICE)]
    assert refusals(table, changes) == [("workbook.not_verified", 2, "B2"), ("workbook.not_verified", 3, "C3")]


def test_locked_cells_of_a_protected_sheet_are_refused_and_unlocked_ones_written(tmp_path):
    def protect(sheet):
        sheet.protection.sheet = True
        sheet["B2"].protection = Protection(locked=False)

    table = saved(tmp_path / "w.xlsx", [["A", 1], ["B", 2]], protect)
    assert refusals(table, [Change(2, Column.STOCK, 8), Change(3, Column.STOCK, 9), Change(3, Column.NOTE, "x")]) == [
        ("workbook.protected", 3, "B3"),
        ("workbook.protected", 3, "D3"),
    ]
    assert refusals(table, [], [{Column.SKU: "C"}]) == [("workbook.protected", 4, "A4")]
    assert table_in(patch(table, [Change(2, Column.STOCK, 8)]).content, "w").rows[0].cells[Column.STOCK] == Whole(8)


def test_locks_do_not_count_where_the_sheet_is_not_protected(tmp_path):
    table = saved(tmp_path / "w.xlsx", [["A", 1]])
    assert patch(table, [Change(2, Column.STOCK, 8)]).content


def test_a_row_is_not_added_below_the_sellers_total(tmp_path):
    table = saved(tmp_path / "w.xlsx", [["A", 1], ["B", 2], ["", "=SUM(B2:B3)", None, "Jumlah"]])
    assert refusals(table, [], [{Column.SKU: "C", Column.STOCK: 5}]) == [
        ("workbook.content_below", 4, "B4"),
        ("workbook.content_below", 4, "D4"),
    ]
    assert patch(table, [Change(3, Column.STOCK, 5)]).appended_rows == ()


def test_rows_are_added_in_the_gap_above_a_total_and_not_into_it(tmp_path):
    table = saved(tmp_path / "w.xlsx", [["A", 1], ["B", 2], [], ["", "=SUM(B2:B3)"]])
    result = patch(table, [], [{Column.SKU: "C", Column.STOCK: 5}])
    assert result.appended_rows == (4,)
    assert load_workbook(_file(tmp_path, result)).active["B5"].value == "=SUM(B2:B3)"
    assert refusals(table, [], [{Column.SKU: "C"}, {Column.SKU: "D"}]) == [("workbook.content_below", 5, "B5")]


def test_a_total_inside_the_sku_column_is_passed_over_when_the_caller_says_where(tmp_path):
    table = saved(tmp_path / "w.xlsx", [["A", 1], [], ["TOTAL", "=SUM(B2:B3)"]])
    assert patch(table, [], [{Column.SKU: "B"}]).appended_rows == (5,)
    assert patch(table, [], [{Column.SKU: "B"}], after=2).appended_rows == (3,)
    assert refusals(table, [], [{Column.SKU: "B"}, {Column.SKU: "C"}], after=2)[0] == (
        "workbook.content_below",
        4,
        "A4",
    )


def test_a_row_below_the_last_sku_is_still_an_ordinary_row_for_changes(tmp_path):
    table = saved(tmp_path / "w.xlsx", [["A", 1], [], ["", 7]])
    result = patch(table, [Change(4, Column.STOCK, 8)], [{Column.SKU: "B"}])
    assert result.appended_rows == (3,)
    assert [row.cells[Column.STOCK] for row in table_in(result.content, "w").rows][-1] == Whole(8)


def _file(tmp_path, result):
    path = tmp_path / "new.xlsx"
    path.write_bytes(result.content)
    return path


@pytest.mark.parametrize("part", ["docProps/core.xml", "xl/worksheets/sheet1.xml"])
def test_a_new_file_that_differs_anywhere_else_is_not_let_through(tmp_path, part):
    table = saved(tmp_path / "w.xlsx", [["A", 1], ["B", 2]])
    old = Archive(table.content, "w.xlsx")
    data = old.read(old.find(part))
    damaged = old.rewritten({part: [data.replace(b"<v>2</v>", b"<v>3</v>").replace(b"openpyxl", b"openpyxm")]})
    replaced = frozenset({"xl/worksheets/sheet1.xml"})
    with pytest.raises(FileRefusedError, match=r"workbook\.not_verified"):
        verify(table, Package(old).archive, Rewritten(damaged, replaced), {2: {Column.STOCK: 1}})


def test_a_new_file_without_one_of_the_rows_is_not_let_through(tmp_path):
    table = saved(tmp_path / "w.xlsx", [["A", 1], ["B", 2]])
    other = saved(tmp_path / "v.xlsx", [["A", 1]])
    with pytest.raises(FileRefusedError, match=r"workbook\.not_verified row=3"):
        verify(table, Archive(table.content, "w.xlsx"), Rewritten(other.content, frozenset()), {})
