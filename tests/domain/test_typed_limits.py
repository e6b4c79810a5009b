"""Typed stock that is far too much, or takes more than there is: asked about in its row, and used after a yes."""

import pytest
from domain.world import KOPI, as_left, codes, listing, moved, product, saved, say, snapshot
from hypothesis import given
from hypothesis import strategies as st

from daemon.domain.brakes import Limits
from daemon.domain.choices import Choice, Chosen
from daemon.domain.reconcile import reconcile
from daemon.domain.rows import Field, Number
from daemon.domain.stock import Cause

STEP = Limits(stock_step=1000)
NOTE = "Selaras: ada pertanyaan"


def planned(row, *, base=None, limits=STEP, choices=(), available=10, reserved=0, **fields):
    """Reconcile one row of goods of which 10 are there."""
    goods = {KOPI: product(available=available, reserved=reserved)}
    shown = listing(shown=available)
    given = {"rows": (row,), "bases": {KOPI: base or as_left()}, "products": goods, "limits": limits}
    return reconcile(snapshot(shown, **given, choices=choices, **fields), say)


@pytest.mark.parametrize(
    ("cells", "delta", "code"),
    [
        ({"stock": 1010}, 1000, None),
        ({"stock": 1011}, 0, "stock.big_step"),
        ({"stock": 0}, -10, None),
        ({"adjustment": 1000}, 1000, None),
        ({"adjustment": 1001}, 0, "stock.big_addition"),
        ({"adjustment": -10}, -10, None),
        ({"adjustment": -11}, 0, "stock.below_zero_typed"),
        ({"count": 1010}, 1000, None),
        ({"count": 1011}, 0, "stock.big_count"),
        ({"count": 0}, -10, None),
    ],
)
def test_only_a_great_rise_and_what_is_not_there_are_asked_about(cells, delta, code):
    plan = planned(saved(**cells))
    assert (sum(move.delta for move in plan.movements), codes(plan)) == (delta, [code] if code else [])
    if code:
        (held,) = plan.held
        assert held.row == 2
        assert not any(held.field in row.cells for row in plan.rows)


@pytest.mark.parametrize("cells", [{"stock": 99_999}, {"adjustment": 99_999}, {"count": 99_999}])
def test_without_a_step_nothing_is_too_much(cells):
    assert codes(planned(saved(**cells), limits=Limits())) == []


def test_a_great_count_of_goods_that_are_promised_already_is_none():
    assert codes(planned(saved(count=1200), reserved=900)) == []


@pytest.mark.parametrize(
    ("row", "delta"),
    [
        (saved(stock=5000, note=None), 4990),
        (saved(stock=5000, note=NOTE), 0),
        (saved(stock=6000, note=None), 0),
        (saved(stock=30, note=NOTE), 20),
    ],
    ids=["the note emptied", "nothing said", "another great number", "a usual number"],
)
def test_a_yes_is_one_to_the_very_stock_asked_about(row, delta):
    plan = planned(row, base=as_left(asked_stock=5000, note=NOTE))
    assert moved(plan) == ([(Cause.SHEET_EDIT, delta)] if delta else [])
    assert bool(plan.held) is (delta == 0)


@pytest.mark.parametrize(("choice", "delta"), [(Choice.SHEET, 4990), (Choice.SHOP, 0), (Choice.SUM, 5000)])
def test_the_choice_list_answers_for_stock(choice, delta):
    chosen = Chosen(KOPI, Field.STOCK, choice, here=5000, shown=10)
    plan = planned(saved(stock=5000, note=NOTE), base=as_left(asked_stock=5000, note=NOTE), choices=(chosen,))
    assert (sum(move.delta for move in plan.movements), plan.held) == (delta, ())
    assert plan.bases[KOPI].stock == 5000


@pytest.mark.parametrize(
    ("row", "delta", "code"),
    [
        (saved(count=5000, note=None), 4990, None),
        (saved(count=5000, note=NOTE), 0, "stock.big_count"),
        (saved(count=6000, note=None), 0, "stock.big_count"),
        (saved(count=30, note=NOTE), 20, None),
        (saved(count=None, note=NOTE), 0, None),
    ],
)
def test_a_yes_is_one_to_the_very_count_asked_about(row, delta, code):
    plan = planned(row, base=as_left(count=~5000, note=NOTE))
    assert (sum(move.delta for move in plan.movements), codes(plan)) == (delta, [code] if code else [])


def test_a_first_number_that_answers_may_not_be_far_too_much_either():
    base = as_left(stock=None, asked_stock=9, note=NOTE)
    assert codes(planned(saved(stock=9000), base=base)) == ["stock.big_step"]
    assert moved(planned(saved(stock=12), base=base)) == [(Cause.SHEET_EDIT, 2)]


def test_in_an_old_copy_nothing_is_agreed_to():
    base = as_left(asked_stock=5000, note=NOTE)
    assert codes(planned(saved(stock=5000, note=None), base=base, is_stale=True)) == ["stock.old_answer"]


def test_an_addition_that_is_held_leaves_what_was_booked_of_it():
    plan = planned(saved(adjustment=5000), base=as_left(adjustment=5))
    assert (codes(plan), plan.movements) == (["stock.big_addition"], ())
    assert plan.bases.get(KOPI, as_left(adjustment=5)).adjustment == 5


@pytest.mark.parametrize(
    ("base", "typed", "available", "taken"),
    [
        (as_left(stock=4, adjustment=6), -1, 6, -7),  # the six are on the shelf, and four of them were sold since
        (as_left(stock=4, adjustment=6), -5, 6, None),
        (as_left(stock=12, adjustment=-3), -12, 9, -9),
        (as_left(stock=12, adjustment=-3), -13, 9, None),  # the three were taken out before
    ],
)
def test_what_was_added_and_still_stands_there_is_in_what_was_seen(base, typed, available, taken):
    plan = planned(saved(stock=base.stock, adjustment=typed), base=base, available=available)
    assert moved(plan) == ([] if taken is None else [(Cause.ADJUSTMENT, taken)])
    assert ("stock.below_zero_typed" in codes(plan)) is (taken is None)


@given(typed=st.integers(-60, 60).filter(bool), seen=st.integers(0, 30), available=st.integers(-5, 30))
def test_taken_is_at_most_what_was_seen_or_what_is_there(typed, seen, available):
    plan = planned(saved(stock=seen, adjustment=typed), base=as_left(stock=seen), available=available)
    taken = [move.delta for move in plan.movements if move.cause is Cause.ADJUSTMENT]
    is_held = "stock.below_zero_typed" in codes(plan)
    assert taken == ([] if is_held else [typed])
    assert is_held is (typed < 0 and -typed > max(seen, available))
    assert isinstance(saved(adjustment=typed).adjustment, Number)
