"""Brakes with a real mirror and shops: what is suspicious reaches nobody before a yes."""

from dataclasses import replace

import pytest
from cycle.test_revisions import CONFLICTED, edited, take_home

from daemon.mirror import approvals


@pytest.fixture
def sku(market):
    return market.skus()[0]


def test_a_price_with_a_zero_too_many_waits_for_a_second_look(market, sku, house):
    before = market.price(sku)
    house.types(sku, price=before[0] * 10)
    for _ in range(2):
        result = house.save_cycle()
        assert [held.reason.code for held in result.plan.held] == ["price.big_step"]
        assert market.price(sku) == before
    house.types(sku, price=before[0] + 500)
    house.save_cycle()
    assert market.price(sku) == (before[0] + 500,) * 2


def test_another_price_as_far_away_is_asked_about_again_and_an_emptied_note_is_a_yes(market, sku, house):
    before = market.price(sku)
    for times in (10, 20):
        house.types(sku, price=before[0] * times)
        house.save_cycle()
        assert market.price(sku) == before
    assert "jauh dari" in house.note(sku)
    house.types(sku, note=None)
    house.save_cycle()
    assert market.price(sku) == (before[0] * 20,) * 2
    assert house.save_cycle().plan.held == ()


def test_a_save_that_is_stopped_is_used_after_a_yes_to_exactly_it(market, house, monkeypatch):
    monkeypatch.setattr("daemon.domain.brakes.FEWEST_ZEROED", 3)
    before = {sku: market.stock(sku) for sku in market.skus()}
    for sku in list(before)[:3]:
        house.types(sku, stock=0)
    result = house.save_cycle()
    (held,) = result.plan.held
    assert held.reason.code == "sheet.many_rows"
    assert {sku: market.stock(sku) for sku in before} == before
    note = next(house.workbook.parent.glob("SELARAS BERHENTI*"))
    assert f"selaras approve {held.reason.params['plan']}" in note.read_text(encoding="utf-8")
    with house.parts.mirror.transaction() as tx:
        approvals.approve(tx, held.reason.params["plan"], now=house.parts.now())
    house.save_cycle()
    assert [market.stock(sku) for sku in list(before)[:3]] == [(0, 0)] * 3
    assert not note.exists()


def test_a_brake_that_is_off_asks_nothing(market, sku, house):
    brakes = replace(house.parts.settings.brakes, price_step=None)
    house.parts = replace(house.parts, settings=replace(house.parts.settings, brakes=brakes))
    before = market.price(sku)[0]
    house.types(sku, price=before * 10)
    house.save_cycle()
    assert market.price(sku) == (before * 10,) * 2


def test_a_conflicted_copy_that_is_stopped_can_be_agreed_to(market, house, tmp_path):
    brakes = replace(house.parts.settings.brakes, stock_step=None)
    house.parts = replace(house.parts, settings=replace(house.parts.settings, brakes=brakes))
    first, second = market.skus()[:2]
    laptop, copy = tmp_path / "laptop.xlsx", house.workbook.with_name(CONFLICTED)
    take_home(house, laptop)
    swapped = {sku: {"price": market.stock(sku)[0], "stock": market.price(sku)[0]} for sku in (first, second)}
    edited(laptop, copy, swapped)
    before = market.stock(first)
    (problem,) = house.save_cycle().problems
    assert (problem.code, market.stock(first)) == ("workbook.copy_stopped", before)
    with house.parts.mirror.transaction() as tx:
        (plan,) = approvals.waiting(tx)
        approvals.approve(tx, plan, now=house.parts.now())
    house.save_cycle()
    assert market.stock(first) == (swapped[first]["stock"],) * 2
