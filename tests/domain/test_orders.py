import pytest
from domain.world import LONG_AGO, NOW, SECOND, line

from daemon.domain.orders import LineEffect, effect_of
from daemon.domain.stock import Cause

NOTHING = ((), False, False)
TAKES = ((Cause.ORDER,), True, False)
TAKES_AND_GIVES_BACK = ((Cause.ORDER, Cause.CANCEL), True, True)
GIVES_BACK = ((Cause.CANCEL,), False, True)
INSIDE_THE_OPENING = ((Cause.OPENING, Cause.ORDER), False, False)

# taken, cancelled, shipped, created before the stock was first seen
EFFECTS = {
    (False, False, False, False): TAKES,
    (False, False, True, False): TAKES,
    (False, True, False, False): TAKES_AND_GIVES_BACK,
    (False, True, True, False): TAKES,
    (False, False, False, True): INSIDE_THE_OPENING,
    (False, False, True, True): INSIDE_THE_OPENING,
    (False, True, False, True): NOTHING,
    (False, True, True, True): NOTHING,
    (True, False, False, False): NOTHING,
    (True, False, True, False): NOTHING,
    (True, True, False, False): GIVES_BACK,
    (True, True, True, False): NOTHING,
    (True, False, False, True): NOTHING,
    (True, False, True, True): NOTHING,
    (True, True, False, True): GIVES_BACK,
    (True, True, True, True): NOTHING,
}


def shape(effect: LineEffect):
    return tuple(movement.cause for movement in effect.movements), effect.lowers_listing, effect.raises_listing


@pytest.mark.parametrize("case", EFFECTS)
def test_a_line_has_exactly_the_effect_that_the_ledger_lacks(case):
    is_taken, is_cancelled, has_shipped, is_before = case
    fact = line(is_taken=is_taken, is_cancelled=is_cancelled, has_shipped=has_shipped, created_at=NOW)
    assert shape(effect_of(fact, NOW + SECOND if is_before else NOW - SECOND)) == EFFECTS[case]


@pytest.mark.parametrize("has_shipped", [False, True])
def test_a_line_that_was_taken_and_given_back_has_no_further_effect(has_shipped):
    fact = line(is_taken=True, is_returned=True, is_cancelled=True, has_shipped=has_shipped)
    assert effect_of(fact, LONG_AGO) == LineEffect()


def test_an_order_of_the_very_second_of_the_opening_counts_as_younger():
    assert shape(effect_of(line(created_at=NOW), NOW)) == TAKES


def test_every_movement_of_a_line_carries_its_natural_key_and_one_unit():
    moves = effect_of(line(7, is_cancelled=True), LONG_AGO).movements
    assert [(move.reference, move.delta) for move in moves] == [("toko/o7/1", -1), ("toko/o7/1", 1)]
