"""A clock that is more than ten minutes off: nothing is sent, and the seller is told how to set it."""

from datetime import timedelta

import pytest
from cycle.house import found_house, opened, writes_in

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("ahead", [11 * MINUTE, -11 * MINUTE])
def test_nothing_is_sent_while_the_clock_is_far_off(market, sku, other, tmp_path, ahead):
    settings = found_house(tmp_path, market)
    with opened(settings, market) as house:
        house.cycle()
        house.types_all({sku: {"stock": 20}, other: {"stock": 30, "price": 81_000}})
    with opened(settings, market, ahead=ahead) as house:
        for cycle in (house.cycle, house.save_cycle, house.cycle):
            calls, result = house.calls_during(cycle)
            assert writes_in(calls) == []
            codes = {error.message.code for _shop, error in result.errors}
            assert codes <= {"shop.clock_wrong", "shop.clock_unclear"}
            assert {shop for shop, _error in result.errors} == set(market.shops)
            said = [house.parts.texts.say(error.message) for _shop, error in result.errors]
            assert all("timedatectl set-ntp true" in text for text in said)
    assert (market.stock(sku), market.stock(other)) == ((12, 12), (40, 40))
    with opened(settings, market) as house:
        assert house.cycle().is_complete
    assert (market.stock(sku), market.stock(other), market.price(other)) == ((20, 20), (30, 30), (81_000, 81_000))


def test_a_clock_that_is_a_little_off_does_no_harm(market, sku, tmp_path):
    settings = found_house(tmp_path, market)
    with opened(settings, market, ahead=4 * MINUTE) as house:
        house.cycle()
        house.types(sku, stock=20)
        assert house.cycle().is_complete
    assert market.stock(sku) == (20, 20)
