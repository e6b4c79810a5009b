"""Goods become a bundle, and cease to be one; what they have and owe themselves is never dropped on the way."""

from dataclasses import replace

import pytest
from cycle.house import writes_in, writes_recipes
from cycle.test_pool import held
from cycle.test_revisions import CONFLICTED
from cycle.test_status_sheet import choose

from bridge.columns import Column


def adds_row(house, sku, stock):
    with house.editing() as (sheet, columns):
        row = sheet.max_row + 1
        sheet.cell(row, columns[Column.SKU], sku)
        sheet.cell(row, columns[Column.STOCK], stock)


def leaves_copy(house, act):
    """What ``act`` types stands in a conflicted copy; the workbook is as it was."""
    original = house.workbook.read_bytes()
    act()
    house.workbook.with_name(CONFLICTED).write_bytes(house.workbook.read_bytes())
    house.workbook.write_bytes(original)


def brings_back(house, content):
    """An older workbook is saved over the newest."""
    house.clock.move(60)
    house.workbook.write_bytes(content)


@pytest.fixture
def rows(sku, other, bundle):
    """The rows that make ``bundle`` of two ``sku`` and five ``other``."""
    return (bundle, sku, 2), (bundle, other, 5)


def test_an_order_in_the_cycle_in_which_0_is_typed_is_owed_by_somebody(market, sku, bundle, rows, house):
    house.types(bundle, stock=3)
    house.save_cycle()
    market.order(bundle, at=0)
    writes_recipes(house, *rows, stock={bundle: 0})
    assert held(house.save_cycle()) == ["bundle.owes_units", "stock.oversold"]
    # It is packed from the parts: the seller says so, as the note asks for.
    house.types_all({sku: {"adjustment": -2}, bundle: {"adjustment": 1}})
    house.save_cycle()
    assert (house.stock(sku), house.stock(bundle), market.stock(bundle)) == (10, 5, (5, 5))


def test_units_promised_beyond_a_count_of_0_are_not_forgotten(market, sku, bundle, rows, house):
    house.types(bundle, stock=3)
    house.save_cycle()
    market.order(bundle, at=0)
    house.cycle()
    writes_recipes(house, *rows)
    house.save_cycle()
    house.types(bundle, count=0)
    assert held(house.save_cycle()) == ["bundle.owes_units", "stock.oversold"]
    house.types(bundle, count=1)
    assert house.save_cycle().is_complete
    assert (house.stock(sku), house.stock(bundle)) == (12, 6)


def test_a_unit_that_comes_back_to_goods_that_are_a_bundle_by_now_comes_back_to_their_parts(
    market, sku, bundle, rows, house
):
    other = rows[1][1]
    house.types(bundle, stock=1)
    house.save_cycle()
    order = market.order(bundle, at=0)
    house.cycle()
    writes_recipes(house, *rows)
    house.save_cycle()
    # The order is taken from the parts, as the note asks for.
    house.types_all({sku: {"adjustment": -2}, other: {"adjustment": -5}, bundle: {"count": 1}})
    house.save_cycle()
    house.types_all({sku: {"adjustment": None}, other: {"adjustment": None}})
    before = house.stock(sku), house.stock(other)
    market.cancel(order)
    result = house.save_cycle()
    assert result.is_complete
    assert (house.stock(sku), house.stock(other)) == (before[0] + 2, before[1] + 5)
    assert house.stock(bundle) == min((before[0] + 2) // 2, (before[1] + 5) // 5)
    assert house.cycle().plan.is_quiet


def test_units_sold_beyond_the_stock_are_not_forgotten(market, sku, bundle, rows, house):
    house.types(bundle, stock=2)
    house.save_cycle()
    market.order(bundle, 2, at=0)
    market.order(bundle, 2, at=1)
    assert held(house.cycle()) == ["stock.oversold"]
    writes_recipes(house, *rows)
    assert held(house.save_cycle()) == ["bundle.owes_units", "stock.oversold"]
    assert (market.stock(bundle), house.stock(sku)) == ((0, 0), 12)


def test_an_order_is_booked_by_what_was_in_force_before(market, sku, bundle, rows, house):
    house.types(bundle, stock=1)
    house.save_cycle()
    first = market.order(bundle, at=0)
    house.cycle()
    market.cancel(first)
    market.order(bundle, at=0)
    writes_recipes(house, *rows)
    assert held(house.save_cycle()) == ["bundle.has_promised"]
    assert (house.stock(bundle), house.stock(sku)) == (0, 12)


def test_an_order_of_the_last_unit_makes_no_bundle_and_its_cancellation_brings_the_unit_back(
    market, sku, bundle, rows, house
):
    house.types(bundle, stock=1)
    house.save_cycle()
    writes_recipes(house, *rows)
    assert held(house.save_cycle()) == ["bundle.has_own_stock"]
    order = market.order(bundle, at=0)
    assert held(house.cycle()) == ["bundle.has_promised"]
    market.cancel(order)
    assert held(house.cycle()) == ["bundle.has_own_stock"]
    assert (house.stock(bundle), house.movements(bundle)[-1]) == (1, ("cancel", 1))


def test_once_the_last_unit_is_shipped_the_goods_are_a_bundle(market, bundle, rows, house):
    house.types(bundle, stock=1)
    house.save_cycle()
    writes_recipes(house, *rows)
    order = market.order(bundle, at=0)
    assert held(house.save_cycle()) == ["bundle.has_promised"]
    for _ in range(3):
        market.advance(order)
    assert held(house.cycle()) == []
    assert (house.stock(bundle), market.stock(bundle)) == (6, (6, 6))


def test_own_stock_typed_while_a_recipe_lacks_a_part_is_not_dropped(sku, bundle, house):
    writes_recipes(house, (bundle, sku, 1), (bundle, "KARTU", 1), stock={bundle: 0})
    house.save_cycle()
    house.types(bundle, stock=10)
    house.save_cycle()
    adds_row(house, "KARTU", 7)
    assert held(house.save_cycle()) == ["bundle.has_own_stock"]
    assert (house.stock(bundle), house.stock("KARTU")) == (10, 7)


def test_what_was_added_and_refused_while_it_was_a_bundle_stays_refused_beside_its_own_stock(bundle, house, made):
    writes_recipes(house, made[-1])
    house.types(bundle, adjustment=5)
    house.save_cycle()
    house.types(bundle, stock=8)
    assert held(house.save_cycle()) == ["bundle.added_then"]
    assert held(house.cycle()) == ["bundle.added_then"]
    assert house.stock(bundle) == 8
    house.types(bundle, adjustment=None)
    assert house.save_cycle().is_complete
    house.types(bundle, adjustment=2)
    house.save_cycle()
    assert house.stock(bundle) == 10


def test_own_stock_is_no_question_between_workbook_and_shop(market, bundle, house, made):
    writes_recipes(house, made[2])
    house.save_cycle()
    house.types(bundle, stock=50_000)
    assert held(house.save_cycle()) == ["bundle.big_own_stock", "bundle.dissolved"]
    choose(house, bundle, "pakai toko")
    house.save_cycle()
    assert (market.stock(bundle), house.stock(bundle)) == ((6, 6), 50_000)
    house.types(bundle, note=None)
    assert house.save_cycle().is_complete
    assert market.stock(bundle) == (50_000, 50_000)


def test_nor_is_the_stock_of_a_part_that_no_shop_lists(market, sku, bundle, house, made):
    writes_recipes(house, (bundle, sku, 2), (bundle, "KARTU", 1), made[2])
    adds_row(house, "KARTU", 50_000)
    house.save_cycle()
    choose(house, "KARTU", "pakai toko")
    house.save_cycle()
    house.cycle()
    assert (market.stock(bundle), house.stock("KARTU")) == ((6, 6), 50_000)


def test_0_after_a_slip_is_the_own_stock(market, bundle, house, made):
    writes_recipes(house, made[2])
    house.save_cycle()
    house.types(bundle, stock=50_000)
    house.save_cycle()
    house.types(bundle, stock=0)
    assert house.save_cycle().is_complete
    assert market.stock(bundle) == (0, 0)


def test_the_number_of_the_parts_after_a_slip_is_none(market, bundle, house, made):
    writes_recipes(house, made[2])
    house.save_cycle()
    house.types(bundle, stock=50_000)
    house.save_cycle()
    house.types(bundle, stock=6)
    assert held(house.save_cycle()) == ["bundle.dissolved"]
    assert len(house.movements(bundle)) == 1


@pytest.mark.parametrize("cells", [{"stock": 4, "adjustment": "dua"}, {"count": 4, "stock": "4 pcs"}])
def test_own_stock_beside_an_unclear_cell_counts(bundle, house, made, cells):
    writes_recipes(house, made[2])
    house.types(bundle, **cells)
    assert set(held(house.save_cycle())) == {"cell.not_whole"}
    house.types(bundle, **{name: None for name, value in cells.items() if isinstance(value, str)})
    assert house.save_cycle().is_complete
    assert (house.stock(bundle), sum(units for _, units in house.movements(bundle)[1:])) == (4, 4)


def test_only_the_count_is_booked_as_own_stock(bundle, house, made):
    writes_recipes(house, made[2])
    house.save_cycle()
    house.types(bundle, count=4)
    house.save_cycle()
    assert house.movements(bundle)[1:] == [("count", 4)]


@pytest.mark.parametrize("cells", [{"stock": 9}, {"adjustment": 2}, {"count": 9}])
def test_a_number_for_a_bundle_in_a_copy_is_no_difference_to_its_own_stock(bundle, house, made, cells):
    leaves_copy(house, lambda: house.types(bundle, **cells))
    assert [problem.code for problem in house.save_cycle().problems] == ["workbook.copy_unclear"]
    writes_recipes(house, made[2])
    house.types(bundle, count=10)
    for _ in range(2):
        assert [problem.code for problem in house.save_cycle().problems] == ["workbook.copy_unclear"]
    assert house.stock(bundle) == 10


@pytest.fixture
def was_bundle(bundle, house, made):
    """Goods that were counted and are no bundle any more, in a house whose workbook is that from before."""
    old = house.workbook.read_bytes()
    writes_recipes(house, made[2])
    house.types(bundle, count=10)
    house.save_cycle()
    brings_back(house, old)
    return bundle


def test_nor_is_one_in_an_old_workbook_until_it_is_typed_anew(market, was_bundle, house):
    bundle = was_bundle
    house.types(bundle, stock=9)
    for _ in range(2):
        assert "stock.old_answer" in held(house.save_cycle()) or "stock.differs_at_start" in held(house.cycle())
        assert market.stock(bundle) == (10, 10)
    house.types(bundle, stock=11)
    house.save_cycle()
    assert market.stock(bundle) == (11, 11)


def test_what_was_added_to_a_bundle_in_an_old_workbook_is_held_until_its_cell_is_emptied(market, was_bundle, house):
    bundle = was_bundle
    house.types(bundle, adjustment=2)
    for _ in range(3):
        assert "bundle.added_then" in held(house.save_cycle())
    house.types(bundle, adjustment=None)
    house.save_cycle()
    house.types(bundle, adjustment=3)
    house.save_cycle()
    assert (market.stock(bundle), house.stock(bundle)) == ((13, 13), 13)


def test_an_old_workbook_gives_no_own_stock(market, sku, bundle, house, made):
    old = house.workbook.read_bytes()
    house.types(sku, stock=20)
    house.save_cycle()
    brings_back(house, old)
    writes_recipes(house, made[2])
    house.types(bundle, stock=4)
    assert held(house.save_cycle()) == ["bundle.stock_is_derived"]
    assert held(house.cycle()) == ["bundle.dissolved", "bundle.stock_is_derived"]
    assert (market.stock(bundle), house.stock(bundle)) == ((8, 8), 4)
    house.types(bundle, note=None)
    house.save_cycle()
    assert market.stock(bundle) == (4, 4)


@pytest.mark.parametrize("cells", [{"stock": 4}, {"count": 4}])
def test_a_number_that_was_refused_for_a_bundle_is_not_its_own_stock_later(market, bundle, house, made, cells):
    house.types(bundle, **cells)
    assert held(house.save_cycle()) == ["bundle.stock_is_derived"]
    writes_recipes(house, made[2])
    assert held(house.save_cycle()) == ["bundle.dissolved", "bundle.stock_is_derived"]
    assert market.stock(bundle) == (6, 6)


def test_a_copy_that_makes_a_bundle_is_not_taken_by_half(market, bundle, rows, house):
    before = market.stock(bundle)
    leaves_copy(house, lambda: writes_recipes(house, *rows, stock={bundle: 0}))
    assert [problem.code for problem in house.save_cycle().problems] == ["workbook.copy_unclear"]
    assert (market.stock(bundle), house.stock(bundle)) == (before, before[0])


def test_recipes_that_sell_out_too_many_goods_wait_for_a_yes(market, house, made, monkeypatch):
    (bundle, sku, _), _, (single, _, _) = made
    monkeypatch.setattr("daemon.domain.brakes.FEWEST_ZEROED", 2)  # in this town a shop has four products
    brakes = replace(house.parts.settings.brakes, rows=25)
    house.parts = replace(house.parts, settings=replace(house.parts.settings, brakes=brakes))
    writes_recipes(house, (bundle, sku, 999), (single, sku, 999))
    calls, result = house.calls_during(house.save_cycle)
    assert (writes_in(calls), held(result)) == ([], ["bundle.sells_out"])
    with house.editing() as (sheet, _):
        sheet.parent["Rencana"].cell(4, 5).value = "ya"
    assert house.save_cycle().is_complete
    assert (market.stock(bundle), market.stock(single)) == ((0, 0), (0, 0))
