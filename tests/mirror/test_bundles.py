from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from mirror.goods import KOPI, LINE, LISTING, NOON, ORDER
from once import new_mirror

from daemon.domain.plan import Plan, ProductChange
from daemon.domain.snapshot import ShopPolicy
from daemon.domain.stock import Cause, Movement
from daemon.domain.values import OrderStatus, Sku
from daemon.mirror import bundles, decisions, journal, observations, picture

DUO, GELAS = Sku("DUO"), Sku("GELAS")
RECIPES = {DUO: {KOPI: 2, GELAS: 1}}


@pytest.fixture
def tx(tmp_path):
    with closing(new_mirror(tmp_path)) as mirror, mirror.transaction() as tx:
        observations.add_shop(tx, "toko")
        observations.store_listings(tx, [replace(LISTING, sku=DUO)], cycle=1, observed_at=NOON)
        products = tuple(ProductChange(sku, None, NOON, is_new=True) for sku in (DUO, KOPI, GELAS))
        decide(tx, Plan(products=products, recipes=RECIPES))
        yield tx


def decide(tx, plan):
    cycle = journal.start_cycle(tx, "save", now=NOON)
    decisions.commit_plan(tx, plan, cycle=cycle, now=NOON)


def order(tx, *, is_cancelled=False):
    """One unit of the bundle."""
    line = replace(LINE, sku=DUO, is_cancelled=is_cancelled)
    status = OrderStatus.CANCELLED if is_cancelled else OrderStatus.TO_SHIP
    given = replace(ORDER, status=status, updated_at=NOON + timedelta(hours=is_cancelled), lines=(line,))
    observations.store_orders(tx, [given], cycle=1)


def snapshot(tx):
    return picture.load_snapshot(tx, {"toko": ShopPolicy()}, None, cycle=9, now=NOON)


def take(tx):
    taken = (Movement(KOPI, -2, Cause.ORDER, "toko/58001/L1"), Movement(GELAS, -1, Cause.ORDER, "toko/58001/L1"))
    decide(tx, Plan(movements=taken))


def test_recipes_stay_until_a_plan_says_otherwise(tx):
    assert bundles.recipes(tx) == snapshot(tx).recipes == RECIPES
    decide(tx, Plan())
    assert bundles.recipes(tx) == RECIPES
    decide(tx, Plan(recipes={DUO: {KOPI: 3}}))
    assert bundles.recipes(tx) == {DUO: {KOPI: 3}}
    decide(tx, Plan(recipes={}))
    assert bundles.recipes(tx) == {}


def test_an_order_of_a_bundle_is_booked_once_all_its_parts_are_and_reserves_them(tx):
    order(tx)
    (line,) = snapshot(tx).lines
    assert (line.sku, line.taken, line.is_reserving) == (DUO, {}, True)
    take(tx)
    assert snapshot(tx).lines == ()
    assert {sku: known.reserved for sku, known in snapshot(tx).products.items()} == {DUO: 0, KOPI: 2, GELAS: 1}


def test_a_cancelled_bundle_remembers_what_was_taken_whatever_its_recipe_is_now(tx):
    order(tx)
    take(tx)
    decide(tx, Plan(recipes={DUO: {KOPI: 9}}))
    order(tx, is_cancelled=True)
    (line,) = snapshot(tx).lines
    assert (line.taken, line.is_returned, line.is_reserving) == ({KOPI: 2, GELAS: 1}, False, False)


def test_a_part_knows_the_orders_that_it_left_with_as_part_of_a_bundle(tx):
    order(tx)
    take(tx)
    assert bundles.ordered_as(tx, KOPI) == {"toko/58001/L1": DUO}
    assert bundles.ordered_as(tx, DUO) == {}
    assert bundles.stock_of_parts(tx, {KOPI: 2, Sku("TEH"): 1}) == {KOPI: -2}
