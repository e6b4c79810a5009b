"""A column that the seller typed into and that is gone, or has a name we do not know: nothing is used before a word."""

import pytest
from cycle.house import writes_in

from bridge.columns import Column
from daemon.mirror import approvals


def rename(house, column, header):
    with house.editing() as (sheet, at):
        sheet.cell(1, at[column]).value = header


def type_under(house, sku, header, value):
    with house.editing() as (sheet, _at):
        place = next(cell.column for cell in sheet[1] if cell.value == header)
        row = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == sku)
        row[place - 1].value = value


def held_codes(result):
    return [entry.reason.code for entry in result.plan.held]


def test_what_was_typed_under_a_new_name_is_not_lost_without_a_word(market, sku, house):
    rename(house, Column.COUNT, "Hitung Januari")
    type_under(house, sku, "Hitung Januari", 30)
    calls, result = house.calls_during(house.save_cycle)
    (held,) = result.plan.held
    assert (held.reason.code, held.reason.params["headers"]) == ("sheet.column_gone", "Opname")
    assert (writes_in(calls), market.stock(sku)) == ([], (12, 12))
    assert held_codes(house.cycle()) == ["sheet.column_gone"]
    rename_back = {"Hitung Januari": "Opname"}
    with house.editing() as (sheet, _at):
        for cell in sheet[1]:
            cell.value = rename_back.get(cell.value, cell.value)
    assert held_codes(house.save_cycle()) == []
    assert market.stock(sku) == (30, 30)


def test_a_column_that_is_gone_for_good_is_agreed_to_and_not_asked_about_again(market, sku, house):
    with house.editing() as (sheet, at):
        sheet.delete_cols(at[Column.ADJUSTMENT])
    house.types(sku, stock=15)
    (held,) = house.save_cycle().plan.held
    assert market.stock(sku) == (12, 12)
    with house.parts.mirror.transaction() as tx:
        approvals.approve(tx, held.reason.params["plan"], now=house.parts.now())
    assert held_codes(house.save_cycle()) == []
    assert (market.stock(sku), house.stock(sku)) == ((15, 15), 15)
    house.settle(25 * 3600)
    assert held_codes(house.cycle()) == []


def test_another_edit_makes_it_another_plan(sku, house):
    rename(house, Column.PRICE, "Harga Baru Januari")
    (first,) = house.save_cycle().plan.held
    house.types(sku, stock=15)
    (second,) = house.save_cycle().plan.held
    assert first.reason.code == second.reason.code == "sheet.column_gone"
    assert first.reason.params["plan"] != second.reason.params["plan"]


@pytest.mark.parametrize("column", [Column.STATUS, Column.NOTE, Column.PRODUCT])
def test_a_column_that_nobody_types_numbers_into_may_go(house, column):
    rename(house, column, "Milik saya")
    assert held_codes(house.save_cycle()) == []
