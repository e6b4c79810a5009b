"""What is more urgent goes first: a save or a due interval ends the reading of goods and the sending of prices."""

from dataclasses import replace

import pytest
from cycle.house import found_house, open_town, opened, writes_in

import daemon.pull
from daemon.parts import Trigger

PRODUCTS = 360
"""Two pages."""


@pytest.fixture(scope="module")
def large_town():
    """A town whose goods come in two pages."""
    with open_town(products=PRODUCTS, shops=10) as town:
        yield town


@pytest.fixture
def market(large_town, tmp_path):
    return large_town.market(tmp_path, shops=1)


@pytest.fixture(autouse=True)
def _a_page_is_more_than_is_always_read_to_the_end(monkeypatch):
    monkeypatch.setattr(daemon.pull, "FEW", 100)


@pytest.fixture
def house(market, tmp_path):
    with opened(found_house(tmp_path, market), market) as house:
        house.cycle()
        yield house


def hurry(house, *answers):
    """Let the questions whether something urgent waits be answered in this order; after that nothing does."""
    left = iter(answers)
    house.parts = replace(house.parts, must_hurry=lambda: next(left, False))


def dearer(house, count):
    """Goods of so many products, and what each costs after a small step."""
    prices = "SELECT min(sku), price + 500 FROM listings WHERE status = 'active' GROUP BY product_id ORDER BY 1 LIMIT ?"
    return dict(house.query(prices, count))


def test_reading_every_listing_stops_after_a_page_and_is_made_up_soon(market, house):
    hurry(house, True)
    result = house.cycle()
    assert (result.look_again is not None, result.is_complete) == (True, True)
    hurry(house, True)
    assert house.cycle().look_again is None


def test_a_cut_reading_takes_nothing_for_deleted(market, house):
    known = house.query("SELECT count(*) FROM listings WHERE status <> 'deleted'")
    hurry(house, True)
    house.cycle()
    assert house.query("SELECT count(*) FROM listings WHERE status <> 'deleted'") == known


def test_what_a_save_brought_goes_out_in_the_very_cycle_whose_reading_it_cut(market, house):
    (sku,) = dearer(house, 1)
    house.types(sku, stock=3)
    hurry(house, True)
    house.cycle(Trigger.INTERVAL)
    assert market.stock(sku) == (3,)


def test_the_first_reading_of_a_shop_is_never_cut(market, tmp_path):
    with opened(found_house(tmp_path, market), market) as house:
        hurry(house, *[True] * 10)
        house.cycle()
        assert house.query("SELECT count(*) FROM listings WHERE status <> 'deleted'")[0][0] >= PRODUCTS


def test_prices_stop_after_a_batch_and_what_falls_never_does(market, house):
    wanted = dearer(house, 50)
    house.types_all({sku: {"price": price, "stock": 1} for sku, price in wanted.items()})
    hurry(house, *[True] * 10)
    paths, result = house.calls_during(house.save_cycle)
    sent = writes_in(paths)
    assert len([path for path in sent if path.endswith("/inventory/update")]) == 50
    assert len([path for path in sent if path.endswith("/prices/update")]) == 20
    assert result.push.is_cut
    assert house.outbox() == ["pending"] * 30
    hurry(house)
    house.save_cycle()
    assert house.outbox() == []
    shown = {each["seller_sku"]: (each["quantity"], each["price"]) for each in market.listings()}
    assert {sku: shown[sku] for sku in wanted} == {sku: (1, price) for sku, price in wanted.items()}


def test_an_order_that_comes_while_prices_are_sent_lowers_stock_before_the_rest_of_them(market, house):
    wanted = dearer(house, 50)
    house.types_all({sku: {"price": price} for sku, price in wanted.items()})
    hurry(house, True)
    house.save_cycle()
    house.types(min(wanted), stock=2)
    paths, _ = house.calls_during(house.save_cycle)
    kinds = [path.rpartition("/products/")[2].partition("/")[2] for path in writes_in(paths)]
    assert kinds[0] == "inventory/update"
    assert kinds[1:] == ["prices/update"] * 30
