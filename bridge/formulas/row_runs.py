"""Row numbers as runs: a set that grows by runs, and an index of what lies on them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

_T = TypeVar("_T")


class RowRuns:
    """A set of row numbers that only grows."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(zip(self._firsts, self._lasts, strict=True))

    def add(self, first: int, last: int) -> list[tuple[int, int]]:
        """Add the rows from ``first`` to ``last``; returns the runs that were not there before."""
        start, end = bisect_left(self._lasts, first - 1), bisect_right(self._firsts, last + 1)
        new = []
        at = first
        for known_first, known_last in zip(self._firsts[start:end], self._lasts[start:end], strict=True):
            if at < known_first:
                new.append((at, known_first - 1))
            at = max(at, known_last + 1)
        if at <= last:
            new.append((at, last))
        if start < end:
            first, last = min(first, self._firsts[start]), max(last, self._lasts[end - 1])
        self._firsts[start:end], self._lasts[start:end] = [first], [last]
        return new


class RunIndex(Generic[_T]):
    """Things that each lie on one run of rows, found by a run that meets theirs.

    They are kept by the length of their runs, in powers of two, and by their first row: a run that
    meets another of at most n rows begins less than n rows before it.
    """

    def __init__(self, things: Iterable[tuple[int, int, _T]]) -> None:
        self._classes: dict[int, list[tuple[int, int, _T]]] = {}
        for first, last, thing in things:
            self._classes.setdefault((last - first).bit_length(), []).append((first, last, thing))
        self._firsts: dict[int, list[int]] = {}
        for length, members in self._classes.items():
            members.sort(key=lambda each: each[0])
            self._firsts[length] = [first for first, _, _ in members]

    def meeting(self, first: int, last: int) -> Iterator[_T]:
        """Yield what shares a row with the run from ``first`` to ``last``."""
        for length, members in self._classes.items():
            firsts = self._firsts[length]
            start, end = bisect_left(firsts, first + 1 - (1 << length)), bisect_right(firsts, last)
            for _, thing_last, thing in members[start:end]:
                if thing_last >= first:
                    yield thing
