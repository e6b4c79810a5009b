"""The first sync with shops, or a workbook, that show other numbers: nothing at all is sent before a word."""

import pytest
from cycle.house import found_house, opened, writes_in

from daemon.config import load_settings

NUMBERS = "stock.differs_between_shops"


@pytest.fixture
def founded(market, sku, other, tmp_path):
    """A house with one shop; the second one is written down later."""
    whole = found_house(tmp_path, market)
    text = whole.path.read_text()
    head, first, second = text.partition(f"  - name: {market.shops[1]}")
    whole.path.write_text(head)
    return whole, first + second


def test_a_shop_that_joins_a_running_pool_with_other_numbers_is_sent_nothing(market, sku, founded):
    settings, second = founded
    with opened(load_settings(settings.path), market) as house:
        house.cycle()
        house.types(sku, stock=20)
        house.cycle()
    assert market.stock(sku) == (20, 12)
    before = [entry for entry in market.listings() if entry["shop"] == market.shops[1]]
    settings.path.write_text(settings.path.read_text() + second)
    with opened(load_settings(settings.path), market) as house:
        for _ in range(2):
            calls, result = house.calls_during(house.cycle)
            assert writes_in(calls) == []
            assert (sku, NUMBERS) in [(held.sku, held.reason.code) for held in result.plan.held]
            house.settle()
        assert [entry for entry in market.listings() if entry["shop"] == market.shops[1]] == before
        house.types(sku, stock=21)
        house.cycle()
    assert market.stock(sku) == (21, 21)


def test_an_own_workbook_with_other_numbers_sends_nothing(market, sku, other, open_house):
    house = open_house(is_filled=False)
    with house.editing() as (sheet, _at):
        sheet.append([sku, "Kopi saya", 99_000, 9])
        sheet.append([other, "Teh saya", 70_000, 0])
    for cycle in (house.cycle, house.save_cycle):
        calls, result = house.calls_during(cycle)
        assert writes_in(calls) == []
        asked = {(held.sku, held.reason.code) for held in result.plan.held}
        assert asked >= {(each, "stock.differs_at_start") for each in (sku, other)}
        assert asked >= {(each, "price.unseen") for each in (sku, other)}
    assert (market.stock(sku), market.price(other)) == ((12, 12), (80_000, 80_000))
