"""An undo of products that were switched: their windows and their rows go back, unless they were changed since."""

import pytest
from cycle.test_statuses import BOTH_ON, SWITCHES, product_of, windows
from cycle.test_undo import taken_back

from bridge.columns import Column
from daemon.domain.plan import Plan
from daemon.mirror import holds, story

HIDDEN = {"TIKTOK_SHOP": "SELLER_DEACTIVATED", "TOKOPEDIA": "SELLER_DEACTIVATED"}


@pytest.fixture
def variants(market, sku):
    return product_of(market, sku)


@pytest.fixture
def hidden(house, variants):
    """The run that hid a product in both shops."""
    house.types_all({each: {"status": "Nonaktif"} for each in variants})
    return house.save_cycle().cycle


def in_shops(market, sku):
    return [windows(market, sku, at=at) for at in (0, 1)]


def words(house, variants):
    return {house.row(each)[Column.STATUS] for each in variants}


def test_products_that_a_run_hid_are_shown_again_and_their_rows_say_so(house, market, sku, variants, hidden):
    assert in_shops(market, sku) == [HIDDEN] * 2
    plan = taken_back(house, hidden)
    assert [(each.sku, each.desired) for each in plan.commands] == [(plan.commands[0].sku, 3)] * 2
    house.cycle()
    house.settle()
    house.cycle()
    assert in_shops(market, sku) == [BOTH_ON] * 2
    house.cycle()
    assert words(house, variants) == {"Aktif"}
    assert house.cycle().plan.is_quiet


def test_that_undo_is_undone_as_well(house, market, sku, variants, hidden):
    taken_back(house, hidden)
    with house.parts.mirror.transaction() as tx:
        undoing = tx.exec_driver_sql("SELECT max(id) FROM cycles").scalar()
    house.cycle()
    house.settle()
    house.cycle()
    assert isinstance(taken_back(house, undoing), Plan)
    house.cycle()
    assert in_shops(market, sku) == [HIDDEN] * 2
    house.cycle()
    assert words(house, variants) == {"Nonaktif"}


@pytest.mark.parametrize("at", [(0,), (0, 1)])
def test_what_was_switched_since_stands_and_is_named(house, market, sku, hidden, at):
    for shop in at:
        market.edit(sku, at=shop, status="ACTIVATE", platform="TOKOPEDIA")
    house.cycle()
    reasons = taken_back(house, hidden)
    assert [reason.code for reason in reasons] == ["undo.status_changed_since"] * len(at)
    assert {reason.params["shop"] for reason in reasons} == {market.shops[shop] for shop in at}
    house.cycle()
    assert in_shops(market, sku)[0] == HIDDEN | {"TOKOPEDIA": "ACTIVATE"}


def test_goods_that_are_gone_from_the_shop_are_named(house, market, sku, hidden):
    for at in (0, 1):
        market.edit(sku, at=at, status="DELETED")
    house.cycle()
    assert {reason.code for reason in taken_back(house, hidden)} == {"undo.status_changed_since"}


def test_a_switch_that_is_still_kept_back_is_taken_back_without_a_call(house, market, sku, variants):
    with house.parts.mirror.transaction() as tx:
        for shop in market.shops:
            holds.hold(tx, shop, now=house.clock.now())
    house.types_all({each: {"status": "Nonaktif"} for each in variants})
    typed = house.save_cycle().cycle
    with house.parts.mirror.transaction() as tx:
        assert not next(story.runs(tx)).is_quiet
    assert isinstance(taken_back(house, typed), Plan)
    with house.parts.mirror.transaction() as tx:
        holds.resume_all(tx)
    paths, _ = house.calls_during(house.cycle)
    assert [path for path in paths if path.endswith(SWITCHES)] == []
    house.cycle()
    assert (words(house, variants), house.outbox(), in_shops(market, sku)) == ({"Aktif"}, [], [BOTH_ON] * 2)


def test_a_run_takes_back_only_what_it_decided_itself(house, market, sku, variants):
    with house.parts.mirror.transaction() as tx:
        for shop in market.shops:
            holds.hold(tx, shop, now=house.clock.now())
    house.types_all({each: {"status": "Nonaktif"} for each in variants})
    house.save_cycle()
    house.types(sku, stock=30)
    later = house.save_cycle().cycle
    assert [each.target for each in taken_back(house, later).commands] == []
    house.types_all({each: {"status": "Aktif"} for each in variants})
    back = house.save_cycle().cycle
    plan = taken_back(house, back)
    assert {each.desired for each in plan.commands} == {0}


def test_stock_that_cannot_go_back_keeps_the_statuses_too(house, market, sku, variants):
    house.types_all({each: {"status": "Nonaktif"} for each in variants} | {sku: {"status": "Nonaktif", "stock": 22}})
    typed = house.save_cycle().cycle
    house.types(sku, stock=1)
    house.save_cycle()
    assert [reason.code for reason in taken_back(house, typed)] == ["undo.sold_since"]
    house.cycle()
    assert in_shops(market, sku) == [HIDDEN] * 2
