"""Goods about which there is nothing to decide are left out; the other tests compare what is planned without them."""

from contextlib import contextmanager
from unittest import mock

import pytest
from cycle.house import opened
from cycle.test_pool import exclusive, in_shops, rules

from bridge.columns import Column
from daemon.config import load_settings
from daemon.mirror import picture


@contextmanager
def left_out():
    """Collect what each picture leaves out."""
    load, found = picture.load_snapshot, []

    def load_and_look(*what, **how):
        given = load(*what, **how)
        found.append(len(given.in_step.skus))
        assert given.in_step.skus.isdisjoint(given.products)
        return given

    with mock.patch.object(picture, "load_snapshot", load_and_look):
        yield found


@pytest.mark.parametrize("change", [lambda text: text, in_shops("buffer: 2", "max: 30"), exclusive])
def test_in_a_quiet_world_nothing_is_looked_at(market, open_house, change):
    house = open_house(change=change)
    while not house.cycle().plan.is_quiet:
        house.settle()
    with left_out() as found:
        house.cycle()
        house.save_cycle()
    assert found == [len(market.skus())] * 2


def test_only_goods_that_changed_on_some_side_are_looked_at(market, sku, other, house):
    known = len(market.skus())
    house.cycle()
    with left_out() as found:
        house.types(sku, stock=20)
        house.save_cycle()
        house.cycle()
        market.order(other)
        house.cycle()
        market.edit(sku, at=1, price=60_000)
        house.cycle()
    assert found == [known - 1, known, known - 1, known - 1]


def test_a_number_in_the_workbook_that_we_did_not_write_is_looked_at_until_it_is_right(market, sku, house):
    house.cycle()
    house.types(sku, product="")
    with left_out() as found:
        house.save_cycle()
        house.cycle()
    assert found == [len(market.skus()) - 1, len(market.skus())]


def test_goods_with_a_rule_of_their_own_are_looked_at(market, sku, house):
    rules(house, [sku, market.shops[0], 4])
    house.save_cycle()
    house.cycle()
    with left_out() as found:
        house.cycle()
    assert found == [len(market.skus()) - 1]


def test_a_code_that_sqlite_reads_only_in_part_leaves_nothing_out(market, sku, house):
    house.cycle()
    with house.editing() as (sheet, columns):
        sheet.append(())
        sheet.cell(sheet.max_row + 1, columns[Column.SKU], f"{sku}_x0000_")
        sheet.cell(sheet.max_row, columns[Column.STOCK], 5)
    with left_out() as found:
        assert house.cycle().plan.movements == ()
    assert found == [0]


def test_without_a_workbook_what_is_in_step_is_left_out_too(market, sku, house):
    house.cycle()
    market.order(sku)
    house.workbook.unlink()
    with left_out() as found:
        house.cycle()
    assert found == [len(market.skus()) - 1]


def test_numbers_that_follow_a_rule_taken_out_of_the_settings_are_looked_at(market, sku, open_house):
    house = open_house(change=in_shops("buffer: 2"))
    house.cycle()
    assert market.stock(sku) == (10, 10)
    house.parts.mirror.close()
    config = house.settings.path
    config.write_text(config.read_text().replace(", buffer: 2", ""))
    with opened(load_settings(config), market) as again:
        again.cycle()
    assert market.stock(sku) == (12, 12)
