"""The calls of a day: counted over a new start, and the last of them kept for what cannot wait."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from daemon.marketplaces.budget import Budget
from daemon.marketplaces.lookups import Lookups
from daemon.marketplaces.pace import Clock

EVENING = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)


class Day:
    """A clock that can be moved, and budgets of one shop at it."""

    def __init__(self, folder):
        self.now = EVENING
        self._folder = folder
        self._opened = []

    def budget(self, calls_per_day):
        lookups = Lookups(self._folder)
        self._opened.append(lookups)
        return Budget(calls_per_day, lookups, Clock(now=lambda: self.now))

    def close(self):
        for lookups in self._opened:
            lookups.close()


@pytest.fixture
def day(tmp_path):
    made = Day(tmp_path)
    yield made
    made.close()


def spent(budget, times):
    return [budget.spend() for _ in range(times)]


def test_so_many_calls_may_be_made_and_no_more(day):
    assert spent(day.budget(10), 12) == [True] * 10 + [False] * 2


def test_the_last_fifth_is_kept_for_what_cannot_wait(day):
    budget = day.budget(10)
    spent(budget, 7)
    assert not budget.is_low
    spent(budget, 1)
    assert budget.is_low


def test_a_new_start_does_not_begin_anew(day):
    spent(day.budget(10), 8)
    assert spent(day.budget(10), 3) == [True, True, False]


def test_two_that_count_at_the_same_time_lose_no_call(day):
    budgets = [day.budget(150), day.budget(150)]
    with ThreadPoolExecutor(2) as pool:
        allowed = [each for told in pool.map(spent, budgets, (100, 100)) for each in told]
    assert allowed.count(True) == 150


def test_a_new_day_does(day):
    budget = day.budget(10)
    spent(budget, 10)
    day.now += timedelta(hours=1)
    assert (budget.is_low, budget.spend()) == (False, True)


def test_without_an_allowance_nothing_is_counted(day):
    budget = day.budget(None)
    assert (spent(budget, 500), budget.is_low) == ([True] * 500, False)


def test_a_shop_that_slowed_us_down_is_remembered_for_other_processes_as_long_as_it_asked(day):
    assert not day.budget(None).is_slowed
    day.budget(None).note_slowed(600.0)
    assert day.budget(None).is_slowed
