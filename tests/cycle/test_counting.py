"""Counting goes on while selling: a count is of the moment when the file was saved."""

from datetime import UTC, datetime

import pytest

STEPS_TO_COURIER = 2


def hand_over(market, order):
    for _ in range(STEPS_TO_COURIER):
        market.advance(order)


@pytest.fixture
def house(open_house):
    return open_house()


def test_parcels_that_leave_after_the_count_was_saved_are_subtracted_from_it(market, sku, house):
    before, packed = market.order(sku), market.order(sku)
    house.cycle()
    house.types(sku, count=12)
    after = market.order(sku)
    hand_over(market, before)
    hand_over(market, after)
    house.cycle()
    statuses = {before: "in_transit", after: "in_transit", packed: "to_ship"}
    assert dict(house.query("SELECT order_id, status FROM orders")) == statuses
    assert (house.stock(sku), market.stock(sku)) == (9, (9, 9))
    assert house.done(sku) == "Opname 12: stok 9, 3 dipesan"
    hand_over(market, packed)
    house.cycle()
    assert house.stock(sku) == 9


def test_what_left_before_the_shelf_was_counted_is_not_subtracted(market, sku, house):
    order = market.order(sku)
    house.cycle()
    hand_over(market, order)
    house.types(sku, count=11)
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (11, (11, 11))


@pytest.mark.parametrize("year", [1980, 2090])
def test_a_wrong_clock_on_the_file_does_no_harm(market, sku, house, year):
    order = market.order(sku)
    house.cycle()
    hand_over(market, order)
    house.cycle()
    house.settle()
    house.cycle()
    house.types(sku, count=20)
    house.stamp(datetime(year, 1, 1, tzinfo=UTC))
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (20, (20, 20))
