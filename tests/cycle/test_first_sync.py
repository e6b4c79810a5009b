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


@pytest.fixture
def sold_before(market, sku, tmp_path):
    """A house of two shops with 3 units each, of which the first one sold one before the house was founded."""
    for at in (0, 1):
        market.edit(sku, at=at, quantity=3)
    market.order(sku)
    with opened(found_house(tmp_path, market), market) as house:
        house.cycle()
        yield house


def numbers_asked(result):
    return [entry.reason.params for entry in result.plan.held if entry.reason.code == NUMBERS]


def left(house, market, sku):
    """What the workbook and the shops show once the lag has passed; what the seller is asked then."""
    house.settle()
    house.cycle()
    house.settle()
    return numbers_asked(house.cycle()), house.stock(sku), *market.stock(sku)


def test_a_shop_that_is_asked_about_falls_with_what_others_sell_and_is_never_raised(market, sku, sold_before):
    house, second = sold_before, market.shops[1]
    assert left(house, market, sku) == ([{"shop": second, "shown": 3, "stock": 2}], 2, 2, 3)
    sold = market.order(sku)
    assert left(house, market, sku) == ([{"shop": second, "shown": 2, "stock": 1}], 1, 1, 2)
    market.cancel(sold)
    assert left(house, market, sku) == ([], 2, 2, 2)


def test_a_typed_stock_answers_for_a_shop_that_fell_while_it_was_asked_about(market, sku, sold_before):
    house, second = sold_before, market.shops[1]
    market.order(sku, 2)
    assert left(house, market, sku) == ([{"shop": second, "shown": 1, "stock": 0}], 0, 0, 1)
    house.types(sku, stock=5)
    house.save_cycle()
    assert left(house, market, sku) == ([], 5, 5, 5)


def test_a_count_answers_for_a_shop_whatever_it_sold_itself(market, sku, sold_before):
    house, second = sold_before, market.shops[1]
    market.order(sku, at=1)
    assert left(house, market, sku) == ([{"shop": second, "shown": 2, "stock": 1}], 1, 1, 2)
    market.order(sku)
    assert left(house, market, sku) == ([{"shop": second, "shown": 1, "stock": 0}], 0, 0, 1)
    house.types(sku, count=3)
    house.save_cycle()
    assert left(house, market, sku) == ([], 0, 0, 0)


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
