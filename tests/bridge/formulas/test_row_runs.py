"""Runs of rows: a growing set, and an index of what lies on them."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.formulas.row_runs import RowRuns, RunIndex

RUNS = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 20)).map(lambda each: (each[0], sum(each))), max_size=12)


def rows(runs) -> set[int]:
    return {row for first, last in runs for row in range(first, last + 1)}


@given(RUNS)
@settings(max_examples=100, deadline=None)
def test_a_set_of_rows_tells_what_is_new_and_keeps_runs_apart(runs):
    known, found = set(), RowRuns()
    for first, last in runs:
        new = found.add(first, last)
        assert rows(new) == rows([(first, last)]) - known
        known |= rows(new)
    kept = list(found)
    assert rows(kept) == known
    assert all(last + 1 < following for (_, last), (following, _) in pairwise(kept))


@given(RUNS, RUNS)
@settings(max_examples=100, deadline=None)
def test_an_index_finds_exactly_the_runs_that_meet_another(runs, asked):
    index = RunIndex((first, last, number) for number, (first, last) in enumerate(runs))
    for first, last in asked:
        meeting = [number for number, run in enumerate(runs) if rows([run]) & rows([(first, last)])]
        assert sorted(index.meeting(first, last)) == meeting
