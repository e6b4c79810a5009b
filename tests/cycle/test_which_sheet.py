"""A workbook has sheets of the seller's own; the one with the goods stays the one that is read."""

import re

import pytest
import structlog
from cycle.house import opened
from openpyxl import load_workbook
from typer.testing import CliRunner

from bridge.columns import Column, mapped_columns
from daemon.cli import app
from daemon.config import load_settings
from daemon.mirror.known_sheet import known_sheet

CONFLICTED = "toko (Sari's conflicted copy 2026-03-10).xlsx"


def save_sheets(path, change, *, target=None):
    """Somebody changes the sheets of the workbook at ``path`` and saves it."""
    book = load_workbook(path)
    change(book)
    book.save(target or path)


def type_into(sheet, sku, **cells):
    at = mapped_columns({cell.column: str(cell.value) for cell in sheet[1] if cell.value})
    number = next(line[0].row for line in sheet.iter_rows(min_row=2) if line[at[Column.SKU] - 1].value == sku)
    for name, value in cells.items():
        sheet.cell(number, at[Column(name)], value)


def header_of(sheet, text):
    return next(cell.column for cell in sheet[1] if cell.value == text)


def paste(book, title, *rows):
    """A new sheet in front of all others."""
    sheet = book.create_sheet(title, 0)
    for row in rows:
        sheet.append(row)


def list_orders(book, sku, other):
    paste(book, "Pesanan", ["SKU", "Qty", "Catatan"], [sku, 2], [other, 1])


def duplicate(book):
    copy = book.copy_worksheet(book["Stok"])
    book.move_sheet(copy, -len(book.sheetnames) + 1)
    copy.title = "Stok (2)"


def with_sheet(text, name):
    return re.sub(r"^workbook:.*$", rf"\g<0>\nsheet: {name}", text, flags=re.MULTILINE)


def reconfigured(house, market, name):
    """The seller names a sheet in ``config.yaml``, and the house is opened anew."""
    config = house.settings.path
    config.write_text(with_sheet(config.read_text(), name))
    return opened(load_settings(config), market)


def codes(result):
    return [problem.code for problem in result.problems]


# Sheets that come later


def test_an_order_export_pasted_in_front_sets_no_stock(market, sku, house):
    export = ["Order ID", "Order Status", "Seller SKU", "Product Name", "Quantity"], ["5771", "To ship", sku, "Kopi", 1]
    save_sheets(house.workbook, lambda book: paste(book, "OrderSKUList", *export))
    result = house.save_cycle()
    assert (codes(result), result.plan.movements, market.stock(sku)) == ([], (), (12, 12))


def test_an_order_list_in_front_is_neither_read_nor_written(market, sku, other, house):
    save_sheets(house.workbook, lambda book: list_orders(book, sku, other))
    house.save_cycle()
    market.order(sku, 3)
    house.cycle()
    assert (market.stock(sku), market.stock(other)) == ((9, 9), (40, 40))
    book = load_workbook(house.workbook)
    assert [row[:3] for row in book["Pesanan"].values] == [("SKU", "Qty", "Catatan"), (sku, 2, None), (other, 1, None)]
    assert (book.sheetnames[0], house.movements(sku)) == ("Pesanan", [("order", -1)] * 3)


def test_the_sheet_that_was_copied_is_read_and_not_its_copy(market, sku, house):
    def copy_and_type(book):
        duplicate(book)
        type_into(book["Stok"], sku, stock=22)
        type_into(book["Stok (2)"], sku, stock=5)

    save_sheets(house.workbook, copy_and_type)
    result = house.save_cycle()
    assert (codes(result), market.stock(sku)) == ([], (22, 22))


def test_which_sheet_it_is_outlives_the_process(market, sku, other, house):
    save_sheets(house.workbook, lambda book: list_orders(book, sku, other))
    with opened(house.settings, market) as again:
        result = again.cycle()
    assert (codes(result), market.stock(sku), market.stock(other)) == ([], (12, 12), (40, 40))


def test_a_conflicted_copy_is_read_by_the_same_sheet(market, sku, other, house):
    def order_and_type(book):
        list_orders(book, sku, other)
        type_into(book["Stok"], sku, stock=22)

    save_sheets(house.workbook, order_and_type, target=house.workbook.with_name(CONFLICTED))
    result = house.save_cycle()
    assert (codes(result), market.stock(sku), market.stock(other)) == ([], (22, 22), (40, 40))


# A sheet that has another name, or is gone


def rename(book):
    book["Stok"].title = "Gudang"


def test_a_renamed_sheet_goes_on_and_is_the_one_from_then_on(market, sku, other, house):
    def rename_and_type(book):
        rename(book)
        type_into(book["Gudang"], sku, stock=22)

    save_sheets(house.workbook, rename_and_type)
    assert codes(house.save_cycle()) == []
    save_sheets(house.workbook, lambda book: list_orders(book, sku, other))
    assert codes(house.save_cycle()) == []
    assert (market.stock(sku), market.stock(other)) == ((22, 22), (40, 40))
    assert load_workbook(house.workbook)["Gudang"].title == "Gudang"


def test_a_copy_from_before_the_renaming_is_merged(market, sku, house):
    copy = house.workbook.with_name(CONFLICTED)
    save_sheets(house.workbook, lambda book: type_into(book["Stok"], sku, stock=22), target=copy)
    save_sheets(house.workbook, rename)
    result = house.save_cycle()
    assert (codes(result), market.stock(sku), copy.exists()) == ([], (22, 22), False)


def lose_to_an_order_list(book, sku, other):
    """What is left is a list of all goods, but not with their numbers."""
    list_orders(book, sku, other)
    del book["Stok"]


def lose_header(book, sku, other):
    list_orders(book, sku, other)
    book["Stok"].delete_rows(1)


def rename_beside_an_order_list(book, sku, other):
    list_orders(book, sku, other)
    rename(book)


def rename_beside_a_copy(book, _sku, _other):
    duplicate(book)
    rename(book)


@pytest.mark.parametrize(
    ("lose", "candidates"),
    [
        (lose_to_an_order_list, "Pesanan"),
        (lose_header, "Pesanan"),
        (rename_beside_an_order_list, "Pesanan, Gudang"),
        (rename_beside_a_copy, "Stok (2), Gudang"),
    ],
)
def test_a_sheet_that_is_gone_is_asked_about_until_it_is_back(market, house, lose, candidates):
    sku, other = market.skus()[:2]
    whole = house.workbook.read_bytes()
    save_sheets(house.workbook, lambda book: lose(book, sku, other))
    before = house.workbook.read_bytes()
    market.order(sku, 3)
    for result in (house.save_cycle(), house.cycle()):
        (problem,) = result.problems
        assert problem.code == "workbook.sheet_gone"
        assert problem.params == {"name": "toko.xlsx", "sheet": "Stok", "sheets": candidates}
    assert (market.stock(sku), market.stock(other), house.workbook.read_bytes()) == ((9, 9), (40, 40), before)
    house.workbook.write_bytes(whole)
    assert (codes(house.save_cycle()), house.stock(sku)) == ([], 9)


@pytest.mark.parametrize(
    ("lose", "headers"),
    [
        (lambda sheet: sheet.delete_rows(1), "SKU, Stok"),
        (lambda sheet: sheet.delete_cols(header_of(sheet, "Stok")), "Stok"),
        (lambda sheet: sheet.delete_cols(header_of(sheet, "SKU")), "SKU"),
    ],
)
def test_a_lost_header_is_named_and_nothing_else_is(market, sku, house, lose, headers):
    whole = house.workbook.read_bytes()
    save_sheets(house.workbook, lambda book: lose(book["Stok"]))
    before = house.workbook.read_bytes()
    for result in (house.save_cycle(), house.cycle()):
        (problem,) = result.problems
        assert (problem.code, problem.params["headers"]) == ("workbook.header_lost", headers)
    assert (market.stock(sku), house.workbook.read_bytes()) == ((12, 12), before)
    house.workbook.write_bytes(whole)
    assert codes(house.save_cycle()) == []


def test_a_header_that_the_settings_name_and_the_sheet_lacks_is_named_with_the_setting(market, house):
    config = house.settings.path
    config.write_text(config.read_text() + "\ncolumns: {stock: Sisa, price: Tarif}\n")
    with opened(load_settings(config), market) as again:
        (problem,) = again.cycle().problems
        assert (problem.code, problem.params["headers"]) == ("workbook.named_header_missing", "Sisa")
        assert "`columns:`" in again.parts.texts.say(problem)


def test_the_seller_can_name_the_sheet_that_took_its_place(market, sku, other, house):
    save_sheets(house.workbook, lambda book: rename_beside_an_order_list(book, sku, other))
    assert codes(house.save_cycle()) == ["workbook.sheet_gone"]
    with reconfigured(house, market, "gudang") as again:
        assert codes(again.cycle()) == []
        save_sheets(house.workbook, lambda book: type_into(book["Gudang"], sku, stock=22))
        assert codes(again.save_cycle()) == []
    assert (market.stock(sku), market.stock(other)) == ((22, 22), (40, 40))


def test_an_adopted_sheet_asks_about_its_rows_and_is_the_one_from_then_on(market, sku, house):
    def begin_anew(book):
        del book["Stok"]
        paste(book, "Barang", ["SKU", "Stok"], [sku, 99])

    save_sheets(house.workbook, begin_anew)
    assert codes(house.save_cycle()) == ["workbook.sheet_gone"]
    done = CliRunner().invoke(app, ["workbook", "adopt", "--yes", "-c", str(house.settings.path)])
    structlog.reset_defaults()  # as the fixture ``selaras`` does for other tests
    assert done.exit_code == 0
    result = house.cycle()
    assert (sku, "stock.differs_at_start") in {(entry.sku, entry.reason.code) for entry in result.plan.held}
    assert (codes(result), market.stock(sku)) == ([], (12, 12))


# The first read


def test_of_two_sheets_at_the_first_read_none_is_taken(market, sku, other, open_house):
    house = open_house(is_filled=False)
    save_sheets(house.workbook, lambda book: list_orders(book, sku, other))
    result = house.cycle()
    (problem,) = result.problems
    assert (problem.code, problem.params) == ("workbook.two_sheets", {"name": "toko.xlsx", "sheets": "Pesanan, Stok"})
    assert market.stock(sku) == (12, 12)
    with reconfigured(house, market, "Stok") as again:
        assert codes(again.cycle()) == []
        assert (again.movements(sku), market.stock(sku), market.stock(other)) == ([], (12, 12), (40, 40))


def test_a_plan_before_the_first_cycle_binds_nobody(market, sku, open_house):
    house = open_house(is_filled=False)
    house.preview()
    save_sheets(house.workbook, rename)
    assert codes(house.cycle()) == []


def test_a_mirror_that_knows_no_sheet_yet_takes_the_only_one(market, sku, other, house):
    with house.parts.mirror.transaction() as tx:
        tx.exec_driver_sql("DELETE FROM workbook_sheet")
    save_sheets(house.workbook, lambda book: type_into(book["Stok"], sku, stock=22))
    assert codes(house.save_cycle()) == []
    with house.parts.mirror.transaction() as tx:
        assert known_sheet(tx).name == "Stok"
    assert market.stock(sku) == (22, 22)


# The seller's own columns


def test_own_columns_are_named_in_the_sheet_selaras_and_it_is_written_once_for_them(market, house):
    with house.editing() as (sheet, at):
        sheet.cell(1, max(at.values()) + 1, "Pemasok")
        sheet.cell(1, max(at.values()) + 2, "Rak")
    house.save_cycle()
    rows = load_workbook(house.workbook)["Selaras"].iter_rows(min_row=5, values_only=True)
    (line,) = (row for row in rows if any(row))
    assert ("Pemasok, Rak" in line[5], line[1:5], line[6]) == (True, (None, None, None, None), "–")
    before = house.workbook.read_bytes()
    assert house.cycle().is_complete
    assert house.workbook.read_bytes() == before


def test_a_renamed_sheet_is_known_again_though_a_cell_of_it_cannot_be_read(market, sku, other, house):
    with house.editing() as (sheet, columns):
        sheet.title = "Barang"
        sheet.cell(2, columns[Column.STOCK], "#N/A")
    market.order(other)
    house.save_cycle()
    assert house.stock(other) == 39
