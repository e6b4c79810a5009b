"""Many random days against an independent shelf; ``make simulate`` lives more and longer ones."""

import pytest

from tests.simulation.day import live
from tests.simulation.moves import kind_of, moves_of
from tests.simulation.regressions import REGRESSIONS
from tests.simulation.shrink import shrunk

SEEDS, STEPS = 300, 60
BLOCK = 5


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_after_a_random_day_every_number_is_what_lies_on_the_shelf(first):
    for seed in range(first, first + BLOCK):
        outcome = live(kind_of(seed), seed, moves_of(seed, STEPS))
        assert (seed, outcome.wrong) == (seed, [])
        assert outcome.counts["oversold, because of us"] == 0


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_day_that_went_wrong_once_goes_well(name):
    kind, seed, moves = REGRESSIONS[name]
    assert live(kind, seed, moves).wrong == []


def test_the_same_seed_lives_the_same_day():
    first, second = (live(kind_of(3), 3, moves_of(3, STEPS)) for _ in range(2))
    assert first == second


def test_the_days_have_everything_in_them_that_can_happen():
    names = {name for seed in range(100) for _when, name, *_what in moves_of(seed, STEPS)}
    assert len(names) == 22
    kinds = {kind_of(seed) for seed in range(100)}
    assert {kind.suffix for kind in kinds} == {".xlsx", ".csv"}


def test_a_bad_list_of_moves_is_made_as_short_as_it_can_be():
    assert shrunk(list(range(100)), lambda moves: {13, 77, 78} <= set(moves)) == [13, 77, 78]
