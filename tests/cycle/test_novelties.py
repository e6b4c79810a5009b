"""What the marketplace may say tomorrow, or too late: nothing of it stops a cycle or is read as something else."""

import pytest
from cycle.test_faults import assert_in_step

EVERYWHERE = r"^/(?!api/v2/token)"


def novel(market, *words, path=EVERYWHERE):
    market.trouble(path, "novelty", times=None, words=list(words))


def test_unknown_fields_change_nothing(market, sku, house):
    novel(market)
    market.order(sku, 2)
    house.types(sku, stock=22)
    assert house.cycle().is_complete
    assert_in_step(market, house, sku, 20, ("order", -1), ("order", -1), ("sheet_edit", 10))


@pytest.mark.parametrize("word", ["status", "display_status", "commerce_platform", "package_status", "order_type"])
def test_an_order_in_unknown_words_still_takes_its_units_once(market, sku, house, word):
    novel(market, word, path="/orders/search")
    market.order(sku, 2)
    house.types(sku, stock=22)
    assert house.cycle().is_complete
    assert_in_step(market, house, sku, 20, ("order", -1), ("order", -1), ("sheet_edit", 10))
    market.peace()
    assert_in_step(market, house, sku, 20, ("order", -1), ("order", -1), ("sheet_edit", 10))


@pytest.mark.parametrize(
    "words", [["status"], ["platform"], ["status", "platform"], ["type", "sub_type"]], ids=", ".join
)
def test_goods_in_unknown_words_are_neither_gone_nor_changed(market, sku, house, words):
    before = house.rows()
    novel(market, *words, path="/products|/warehouses|/inventory")
    for _ in range(2):
        house.settle()
        assert house.cycle().is_complete
    assert house.query("SELECT count(*) FROM listings WHERE status = 'deleted'") == [(0,)]
    assert house.rows().keys() == before.keys()
    assert house.movements(sku) == []
    market.peace()
    house.types(sku, stock=22)
    house.cycle()
    assert_in_step(market, house, sku, 22, ("sheet_edit", 10))


@pytest.fixture
def search(market):
    """Turn how searches for orders answer; afterwards they answer as ever."""
    yield lambda **wish: market._post("search", wish)
    market._post("search", {})


@pytest.mark.parametrize("typed", [22, 11, 4])
def test_an_order_that_no_search_finds_yet_is_counted_once(market, sku, house, search, typed):
    search(lag_s=30)
    market.order(sku, 2)
    house.types(sku, stock=typed)
    house.save_cycle()
    house.cycle()
    assert_in_step(market, house, sku, typed - 2, ("sheet_edit", typed - 12), ("order", -1), ("order", -1))


def test_orders_whose_times_move_while_pages_are_read_are_counted_once(market, sku, house, search):
    orders = 105  # more than a page
    house.types(sku, stock=12 + orders)
    house.cycle()
    for _ in range(orders):
        market.order(sku, 1)
    house.clock.move(120)
    search(moves=True)
    house.cycle()
    assert_in_step(market, house, sku, 12, ("sheet_edit", orders), *[("order", -1)] * orders)
