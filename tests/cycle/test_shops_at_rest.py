"""Shops to which nothing is sent: held by the seller, or at rest by the look of them. They are read all the same."""

from dataclasses import replace

import pytest
from cycle.house import writes_in

from bridge.columns import Column
from daemon.domain.plan import Target
from daemon.mirror import approvals, holds, story


def held_codes(result):
    return [(entry.reason.code, entry.reason.params.get("shop")) for entry in result.plan.held]


@pytest.fixture
def few(monkeypatch):
    """In this town a shop has four products."""
    monkeypatch.setattr("daemon.domain.brakes.FEWEST_GONE", 3)


def take_down(market, *, at, status="SELLER_DEACTIVATED"):
    skus = market.skus()
    for sku in skus:
        market.edit(sku, at=at, status=status)
    return skus


def test_a_held_shop_is_read_and_booked_and_gets_what_waits_when_it_is_let_go(market, sku, house):
    first = market.shops[0]
    with house.parts.mirror.transaction() as tx:
        holds.hold(tx, first, now=house.parts.now())
    house.types(sku, stock=20)
    market.order(sku, 2, at=0)
    result = house.cycle()
    assert held_codes(result) == [("shop.held", first)]
    assert (market.stock(sku), house.stock(sku)) == ((10, 18), 18)
    assert house.outbox() == ["pending"]
    with house.parts.mirror.transaction() as tx:
        holds.resume(tx, first)
    assert house.cycle().is_complete
    assert (market.stock(sku), house.outbox()) == ((18, 18), [])


def test_while_a_shop_is_held_its_writes_are_planned_for_later_and_cycles_are_quiet(market, sku, house):
    with house.parts.mirror.transaction() as tx:
        holds.hold(tx, market.shops[0], now=house.parts.now())
    house.types(sku, stock=20, price=60_000)
    first, second = house.cycle(), house.cycle()
    kept = {(command.listing.shop, command.target): command.is_later for command in first.plan.commands}
    typed = (Target.QUANTITY, Target.PRICE)
    assert kept == {(shop, target): shop == market.shops[0] for shop in market.shops for target in typed}
    assert ([command.is_later for command in second.plan.commands], second.plan.is_quiet) == ([True, True], True)
    with house.parts.mirror.transaction() as tx:
        runs = list(story.runs(tx))[:2]
    assert [(run.commands, run.is_quiet) for run in runs] == [(0, True), (2, False)]


def test_the_sheet_of_the_workbook_tells_of_a_held_shop(market, house):
    with house.parts.mirror.transaction() as tx:
        holds.hold(tx, market.shops[0], now=house.parts.now())
    house.cycle()
    with house.editing() as (sheet, _at):
        lines = [row for row in sheet.parent["Selaras"].iter_rows(min_row=5, values_only=True) if any(row)]
    assert [(line[0], "selaras resume" in line[5]) for line in lines] == [(market.shops[0], True)]


@pytest.mark.usefixtures("few")
def test_to_a_shop_on_holiday_nothing_is_sent_until_its_products_are_back(market, sku, house):
    skus = take_down(market, at=0)
    house.types(sku, stock=20)
    for cycle in (house.cycle, house.save_cycle, house.cycle):
        assert held_codes(cycle()) == [("shop.resting", market.shops[0])]
    assert market.stock(sku) == (12, 20)
    for each in skus:
        market.edit(each, at=0, status="ACTIVATE")
    assert house.cycle().is_complete
    assert market.stock(sku) == (20, 20)


@pytest.mark.usefixtures("few")
def test_products_that_were_taken_down_for_good_are_agreed_to_once(market, sku, house):
    take_down(market, at=0)
    (held,) = house.cycle().plan.held
    with house.parts.mirror.transaction() as tx:
        assert approvals.waiting(tx) == (held.reason.params["plan"],)
        approvals.approve(tx, held.reason.params["plan"], now=house.parts.now())
    assert house.cycle().plan.held == ()
    house.settle(25 * 3600)
    house.types(sku, stock=20)
    assert held_codes(house.cycle()) == []


@pytest.mark.usefixtures("few")
def test_a_sweep_that_breaks_off_takes_no_product_down(market, sku, house):
    take_down(market, at=0)
    house.cycle()
    market.trouble("products/search", "status_500", times=20)
    house.types(sku, stock=20)
    result = house.cycle()
    market.peace()
    assert ("shop.resting", market.shops[0]) in held_codes(result)
    assert held_codes(house.cycle()) == [("shop.resting", market.shops[0])]
    assert market.stock(sku) == (12, 20)


def test_a_single_product_that_is_taken_down_stops_nothing(market, sku, house):
    market.edit(sku, at=0, status="SELLER_DEACTIVATED")
    result = house.cycle()
    assert held_codes(result) == []
    assert house.calls_during(house.cycle)[0]
    assert writes_in(house.calls_during(house.cycle)[0]) == []


def test_goods_that_we_hid_without_getting_an_answer_do_not_look_like_a_shop_at_rest(few, market, house):
    house.types_all({sku: {"status": "Nonaktif"} for sku in market.skus()})
    market.trouble("deactivate", "drop_after", times=2)
    house.parts, patient = replace(house.parts, patience_s=()), house.parts
    house.save_cycle()
    assert set(house.outbox()) == {"sending"}
    house.parts = patient
    result = house.cycle()
    assert (held_codes(result), house.outbox()) == ([], [])
    assert {house.row(sku)[Column.STATUS] for sku in market.skus()} == {"Nonaktif"}


def test_goods_that_fall_away_while_others_wait_to_be_hidden_do_look_like_it(few, market, house):
    with house.parts.mirror.transaction() as tx:
        holds.hold(tx, market.shops[0], now=house.parts.now())
    house.types_all({sku: {"status": "Nonaktif"} for sku in market.skus()})
    house.save_cycle()
    take_down(market, at=0, status="FREEZE")
    assert ("shop.resting", market.shops[0]) in held_codes(house.cycle())
