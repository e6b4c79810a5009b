"""A price that brings in less than the goods cost is asked about in its row."""

import pytest
from domain.world import KOPI, as_left, codes, listing, saved, say, sent, snapshot
from hypothesis import given
from hypothesis import strategies as st

from daemon.domain.brakes import Limits, lowest_price
from daemon.domain.choices import Choice, Chosen
from daemon.domain.messages import message
from daemon.domain.plan import Target
from daemon.domain.reconcile import reconcile
from daemon.domain.rows import Absent, Field, Unclear
from daemon.domain.snapshot import ShopPolicy

SHOPS = {"toko": ShopPolicy(fees=850), "mall": ShopPolicy()}
NOTE = "Selaras: di bawah modal"


def planned(row, *, base=None, limits=Limits(), choices=()):  # noqa: B008  # frozen
    shown = (listing("toko"), listing("mall"))
    bases = {KOPI: base or as_left()}
    return reconcile(snapshot(*shown, shops=SHOPS, rows=(row,), bases=bases, limits=limits, choices=choices), say)


def prices(plan):
    return set(sent(plan, Target.PRICE).values())


@pytest.mark.parametrize(
    ("cost", "price", "is_asked"),
    [
        (45_750, 50_000, False),  # 50.000 less 8.5 % is 45.750
        (45_751, 50_000, True),
        (None, 50_000, False),
        (Absent(), 50_000, False),
        (0, 50_000, False),
        (90_000, 55_000, False),  # as it stood before: nothing was typed
        (90_000, 60_000, True),
    ],
)
def test_a_typed_price_below_cost_and_fees_of_any_shop_is_asked_about(cost, price, is_asked):
    plan = planned(saved(price=price, cost=cost))
    assert codes(plan) == (["price.below_cost"] if is_asked else [])
    assert prices(plan) == (set() if is_asked or price == 55_000 else {price})


def test_the_question_names_the_lowest_price():
    (held,) = planned(saved(price=40_000, cost=45_000)).held
    assert dict(held.reason.params) == {"typed": 40_000, "lowest": 49_181, "shown": 55_000}


@pytest.mark.parametrize(
    ("row", "sends"),
    [
        (saved(price=40_000, cost=45_000, note=None), {40_000}),
        (saved(price=40_000, cost=45_000, note=NOTE), set()),
        (saved(price=41_000, cost=45_000, note=None), set()),
        (saved(price=50_000, cost=45_000, note=NOTE), {50_000}),
    ],
    ids=["the note emptied", "nothing said", "another low price", "a price that pays"],
)
def test_a_yes_is_one_to_the_very_price_asked_about(row, sends):
    assert prices(planned(row, base=as_left(asked_price=40_000, note=NOTE))) == sends


def test_the_choice_list_answers():
    chosen = Chosen(KOPI, Field.PRICE, Choice.SHEET, here=40_000, shown=55_000)
    row, base = saved(price=40_000, cost=45_000, note=NOTE), as_left(asked_price=40_000, note=NOTE)
    assert prices(planned(row, base=base, choices=(chosen,))) == {40_000}


def test_one_yes_covers_a_price_that_is_far_as_well():
    row, base = saved(price=10_000, cost=45_000, note=None), as_left(asked_price=10_000, note=NOTE)
    assert prices(planned(row, base=base, limits=Limits(price_step=50))) == {10_000}


@pytest.mark.parametrize("cost", ["murah", Unclear(message("cell.not_a_price", shown="?"))])
def test_a_cost_that_cannot_be_read_is_named_in_its_row_and_the_price_still_counts(cost):
    plan = planned(saved(price=50_000, cost=cost))
    assert [(held.row, held.field, held.reason.code) for held in plan.held] == [(2, Field.COST, "price.cost_unclear")]
    assert prices(plan) == {50_000}
    assert any("price.cost_unclear" in str(write.cells.get(Field.NOTE)) for write in plan.rows)


@given(cost=st.integers(0, 10**9), fees=st.integers(0, 9_999))
def test_the_lowest_price_is_the_least_that_leaves_the_cost(cost, fees):
    lowest = lowest_price(cost, fees)
    assert lowest * (10_000 - fees) >= cost * 10_000
    assert (lowest - 1) * (10_000 - fees) < cost * 10_000
