"""Many random days against an independent shelf; ``make simulate`` lives more and longer ones."""

import pytest

from tests.simulation.allowance import Rule
from tests.simulation.day import live
from tests.simulation.knowledge import Knowledge
from tests.simulation.moves import HOUSES, kind_of, moves_of
from tests.simulation.regressions import REGRESSIONS
from tests.simulation.shelf import Shelf, Wishes
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
    assert len(names) == 24
    kinds = {kind_of(seed) for seed in range(100)}
    assert kinds == set(HOUSES)


def test_a_shop_that_shows_more_than_it_may_and_units_offered_twice_are_found():
    shown = {"satu": 5, "dua": 4}
    by_shop = {"satu": Rule(), "dua": Rule(buffer=5)}
    shelf = Shelf({"teh": 9, "paket": 0}, {"teh": 1, "paket": 1}, Wishes({"paket": {"teh": 2}}, by_shop, {}))
    packed = dict.fromkeys(shown, 0)
    shows = lambda shop, sku: shown[shop] if sku == "teh" else packed[shop]  # noqa: E731
    knowledge = Knowledge(shelf, tuple(shown), shows, is_exclusive=True)
    knowledge.begin(knowledge.now(0))
    knowledge.tell(knowledge.now(0))
    assert [*knowledge.overstated(), *knowledge.offered_twice()] == []
    shown["dua"] = 5
    assert len([*knowledge.overstated()]) == 2
    assert [*knowledge.offered_twice()] == ["teh in {'teh': 10, 'paket': 0}, there are 9"]
    shelf.add("teh", 1)
    assert [*knowledge.overstated(), *knowledge.offered_twice()] == []
    packed["satu"] = 1
    too_many = "teh in {'teh': 10, 'paket': 1}, there are 10"
    assert [*knowledge.overstated(), *knowledge.offered_twice()] == [too_many] * 2


def test_a_shop_that_sells_what_it_was_told_is_gone_did_so_because_of_us():
    shelf = Shelf({"teh": 1}, {"teh": 1}, Wishes({}, {"satu": Rule(), "dua": Rule()}, {}))
    knowledge = Knowledge(shelf, ("satu", "dua"), lambda _shop, _sku: 1, is_exclusive=False)
    knowledge.tell(knowledge.now(0))
    for place, shop in enumerate(("satu", "dua", "dua")):
        knowledge.sell(shop, "teh")
        shelf.order(str(place), "1", "teh", shop=shop, known_from=0)
    assert (knowledge.oversold_unknowing, knowledge.oversold_by_us) == (1, ["dua teh"])


def test_a_bad_list_of_moves_is_made_as_short_as_it_can_be():
    assert shrunk(list(range(100)), lambda moves: {13, 77, 78} <= set(moves)) == [13, 77, 78]
