"""Codes that look damaged but stand so in the shops: their rows are theirs, and what is typed there counts."""

import shutil

import pytest

from bridge.columns import Column


@pytest.fixture
def coded(market, sku, open_house):
    """Let the goods have another code in both shops before a first cycle fills the sheet."""

    def build(code):
        for at in (0, 1):
            market.edit(sku, at=at, seller_sku=code)
        return open_house()

    return build


@pytest.mark.parametrize("code", ["1,23E+12", "8.99E+12", "123.0"])
def test_a_row_with_such_a_code_is_written_once_and_read_ever_after(market, coded, code):
    house = coded(code)
    written = house.workbook.read_bytes()
    assert house.cycle().plan.rows == ()
    assert house.workbook.read_bytes() == written
    types_stock(house, code, 22)
    house.save_cycle()
    assert market.stock(code) == (22, 22)
    assert house.cycle().plan.rows == ()


def types_stock(house, shown, stock):
    with house.editing() as (sheet, columns):
        codes = [sheet.cell(place, columns[Column.SKU]).value for place in range(1, sheet.max_row + 1)]
        sheet.cell(codes.index(shown) + 1, columns[Column.STOCK], stock)


@pytest.mark.parametrize("code", ["1,23E+12", " SPASI "])
def test_an_edit_that_comes_on_two_ways_counts_once_in_such_a_row_too(market, coded, code, tmp_path):
    house = coded(code)
    shutil.copy2(house.workbook, tmp_path / "laptop.xlsx")
    types_stock(house, code, 22)
    house.save_cycle()
    newest = tmp_path / "newest.xlsx"
    shutil.copy2(house.workbook, newest)
    shutil.copy2(tmp_path / "laptop.xlsx", house.workbook)
    types_stock(house, code, 22)
    house.workbook.rename(house.workbook.with_name("toko (conflicted copy 1).xlsx"))
    shutil.copy2(newest, house.workbook)
    house.save_cycle()
    assert house.movements(code) == [("sheet_edit", 10)]
    assert market.stock(code) == (22, 22)


@pytest.mark.parametrize("key", [True, False], ids=["with keys", "without keys"])
def test_a_row_whose_code_has_blanks_at_its_ends_is_its_own(market, coded, key):
    house = coded(" SPASI ")
    if not key:
        with house.editing() as (sheet, columns):
            sheet.delete_cols(columns[Column.KEY])
    result = house.cycle()
    assert (result.plan.rows, result.plan.held) == ((), ())
    types_stock(house, " SPASI ", 22)
    house.save_cycle()
    assert market.stock(" SPASI ") == (22, 22)
    assert house.cycle().plan.rows == ()


def test_a_code_with_and_without_blanks_is_told_where_to_be_cured(market, sku, other, open_house):
    for at in (0, 1):
        market.edit(sku, at=at, seller_sku="SPASI")
        market.edit(other, at=at, seller_sku=" SPASI ")
    house = open_house()
    result = house.cycle()
    assert [held.reason.code for held in result.plan.held] == ["row.blanks_in_sku"] * 2
    types_stock(house, "SPASI", 22)
    assert house.calls_during(house.save_cycle)[1].plan.movements == ()


def test_a_code_freed_of_its_blanks_in_seller_center_keeps_its_row(market, coded):
    house = coded(" SPASI ")
    rows = len(house.rows())
    for at in (0, 1):
        market.edit(" SPASI ", at=at, seller_sku="SPASI")
    house.cycle()
    types_stock(house, " SPASI ", 22)
    house.save_cycle()
    assert len(house.rows()) == rows
    assert market.stock("SPASI") == (22, 22)
