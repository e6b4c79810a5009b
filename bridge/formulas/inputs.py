"""The rows that formulas read, arranged so that a changed row finds the formulas that read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from bridge.formulas.fills import Fill
from bridge.formulas.references import Bound
from bridge.formulas.scope import Reach
from bridge.xlsx.sheet_xml import LAST_COLUMN, LAST_ROW

_Rows: TypeAlias = tuple[Bound, Bound]
_ROW_ABOVE = Bound(-1, is_relative=True)


class Target(NamedTuple):
    """Formulas of a sheet (by its place in the workbook) that can become stale."""

    sheet: int
    fill: Fill


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """Rows that ``targets`` read in some columns of a sheet; relative rows belong to a single target.

    ``first_row`` and ``last_row`` lie around the rows read by any cell of the target.
    """

    sheet: int
    columns: tuple[int, int]
    rows: _Rows
    first_row: int
    last_row: int
    targets: list[Target]

    def touched(self, first: int, last: int) -> Iterator[tuple[Target, int, int]]:
        """Yield the targets, and which of their rows, that read a row from ``first`` to ``last``.

        Both lie on a row between ``first_row`` and ``last_row``.
        """
        low, high = self.rows
        for target in self.targets:
            start, end = target.fill.first_row, target.fill.last_row
            if low.is_relative:
                end = min(end, last - low.number)
            if high.is_relative:
                start = max(start, first - high.number)
            if start <= end:
                yield target, start, end

    @property
    def is_fixed(self) -> bool:
        """Tell whether all the targets read all of the rows, so that touching it twice adds nothing."""
        return not (self.rows[0].is_relative or self.rows[1].is_relative)


class Inputs:
    """All inputs of a workbook; formulas that read the same rows share one."""

    def __init__(self) -> None:
        self.all: list[Input] = []
        self._fixed: dict[tuple[int, ...], Input] = {}

    def add(self, target: Target, reach: Reach) -> None:
        """Let ``target`` be found by what it reads."""
        columns = _columns(reach, target.fill.column)
        for low, high in _rows(reach.rows, target.fill):
            key = reach.sheet, *columns, low.number, high.number
            is_fixed = not (low.is_relative or high.is_relative)
            if is_fixed and key in self._fixed:
                self._fixed[key].targets.append(target)
                continue
            source = _input(target, reach.sheet, columns, (low, high))
            self.all.append(source)
            if is_fixed:
                self._fixed[key] = source


def _columns(reach: Reach, own: int) -> tuple[int, int]:
    first, last = sorted(_wrapped(each, own, LAST_COLUMN) for each in reach.columns)
    return first, last


def _wrapped(bound: Bound, own: int, limit: int) -> int:
    """Names and shared formulas that point over one edge of the sheet come in again at the other."""
    return (own + bound.number - 1) % limit + 1 if bound.is_relative else bound.number


def _rows(rows: _Rows, fill: Fill) -> list[_Rows]:
    """Put the rows in order. Where their bounds cross within the fill, both orders together are exact."""
    if fill.first_row == fill.last_row:
        low, high = sorted(_wrapped(each, fill.first_row, LAST_ROW) for each in rows)
        return [(Bound(low), Bound(high))]
    one, other = (_settled(each, fill) for each in rows)
    if one is None or other is None:
        return [(Bound(1), Bound(LAST_ROW))]
    differences = [_at(other, own) - _at(one, own) for own in (fill.first_row, fill.last_row)]
    orders = []
    if max(differences) >= 0:
        orders.append((one, other))
    if min(differences) < 0:
        orders.append((other, one))
    return orders


def _settled(bound: Bound, fill: Fill) -> Bound | None:
    """Wrap a bound so that it stays in the sheet for all cells of the fill; ``None`` when it passes an edge within."""
    if not bound.is_relative:
        return bound
    number = _wrapped(bound, fill.first_row, LAST_ROW) - fill.first_row
    return Bound(number, is_relative=True) if fill.last_row + number <= LAST_ROW else None


def _at(bound: Bound, own: int) -> int:
    return own + bound.number if bound.is_relative else bound.number


def _input(target: Target, sheet: int, columns: tuple[int, int], rows: _Rows) -> Input:
    fill = target.fill
    low, high = rows
    first_row = min(_at(low, fill.first_row), _at(low, fill.last_row))
    last_row = max(_at(high, fill.first_row), _at(high, fill.last_row))
    if target.sheet == sheet and columns[0] <= fill.column <= columns[1] and low.is_relative and high == _ROW_ABOVE:
        # A running total: one step then reaches every row below, instead of the next row only.
        rows = (Bound(first_row), high)
    return Input(sheet, columns, rows, first_row, last_row, [target])
