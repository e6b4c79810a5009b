"""Which formulas depend on which cells, through any number of steps and across the sheets of a workbook.

The graph of the last workbook stays in memory, and the formulas of each of its sheets, known again by
the CRC that the zip directory gives for every part.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from bridge.formulas.fills import Fill, fills_of
from bridge.formulas.inputs import Input, Inputs, Target
from bridge.formulas.row_runs import RowRuns, RunIndex
from bridge.formulas.scope import Scope, UnknownReferenceError
from bridge.xlsx.archive import Archive, Member
from bridge.xlsx.areas import Area
from bridge.xlsx.package import Package

CellPlace: TypeAlias = tuple[int, int]
"""Row and column, both from 1."""
_Column: TypeAlias = tuple[int, int]
"""A sheet by its place in the workbook, and one of its columns."""
_PartKey: TypeAlias = tuple[str, int, int]
_MANY_COLUMNS = 0
"""Where inputs of more than ``_FEW_COLUMNS`` columns are kept, instead of with each of them."""
_FEW_COLUMNS = 16


def dependents(package: Package, changed: Mapping[str, Collection[CellPlace]]) -> Mapping[str, frozenset[CellPlace]]:
    """Find the cells whose cached value is stale once the ``changed`` cells hold something else.

    Both are keyed by the name of the sheet's part. Cells that the change adds, formulas too, count as
    changed; the changed cells themselves are never among the answer. Formulas that do not say what they
    read (``INDIRECT``, ``TODAY``, what we cannot parse) are always among it, even far from the change.
    Raises :class:`~bridge.errors.FileRefusedError` for a sheet whose markup is odd.
    """
    sheets = package.sheets()
    places = {sheet.part.name: sheet.index for sheet in sheets}
    stale = _kept(package).graph.stale({places[name]: cells for name, cells in changed.items()})
    return {sheet.part.name: stale[sheet.index] for sheet in sheets if sheet.index in stale}


def filled_areas(package: Package, part: Member) -> Iterator[Area]:
    """Yield the areas on a sheet that one formula fills: arrays, spills and data tables."""
    for fill in _kept(package).fills[_key(part)]:
        if fill.area is not None:
            yield fill.area


def carry_over(before: Archive, after: Archive) -> None:
    """Keep the graph of ``before`` for ``after``: the same workbook, whose formulas, names and tables are the same.

    For the patcher, when it changed cells only: the next call then takes none of the sheets apart.
    """
    kept = _last.kept
    if kept is None or kept.parts != _parts(before):
        return
    renewed = {old: _key(new) for old in kept.fills if (new := after.find(old[0])) is not None}
    fills = {renewed[old]: fills for old, fills in kept.fills.items() if old in renewed}
    _last.kept = _Kept(_parts(after), fills, kept.graph)


class FormulaGraph:
    """What the formulas of one workbook read, arranged to be asked what a change makes stale.

    Sheets are keyed by their place in the workbook.
    """

    def __init__(self, fills: Mapping[int, Iterable[Fill]], scope: Scope) -> None:
        self._always_stale: list[Target] = []
        inputs = Inputs()
        for target in (Target(sheet, fill) for sheet, members in fills.items() for fill in members):
            try:
                reaches = scope.reaches(target.fill.formula, target.sheet)
            except UnknownReferenceError:
                self._always_stale.append(target)
                continue
            for reach in reaches:
                inputs.add(target, reach)
        placed: dict[_Column, list[tuple[int, int, Input]]] = defaultdict(list)
        for source in inputs.all:
            first, last = source.columns
            for column in range(first, last + 1) if last - first < _FEW_COLUMNS else [_MANY_COLUMNS]:
                placed[source.sheet, column].append((source.first_row, source.last_row, source))
        self._index = {place: RunIndex(members) for place, members in placed.items()}

    def stale(self, changed: Mapping[int, Iterable[CellPlace]]) -> dict[int, frozenset[CellPlace]]:
        """Find the cells that show something old after these cells changed, without these."""
        if not (self._index or self._always_stale):
            return {}
        spread = _Spread()
        for sheet, cells in changed.items():
            for row, column in sorted(cells):
                spread.reach(sheet, column, row, row)
        if spread.waiting:
            for target in self._always_stale:
                spread.take(target, target.fill.first_row, target.fill.last_row)
        while spread.waiting:
            sheet, column, first, last = spread.waiting.pop()
            for source in self._inputs_on(sheet, column, first, last):
                spread.touch(source, first, last)
        return spread.without(changed)

    def _inputs_on(self, sheet: int, column: int, first: int, last: int) -> Iterator[Input]:
        if (sheet, column) in self._index:
            yield from self._index[sheet, column].meeting(first, last)
        if (sheet, _MANY_COLUMNS) in self._index:
            for source in self._index[sheet, _MANY_COLUMNS].meeting(first, last):
                if source.columns[0] <= column <= source.columns[1]:
                    yield source


@dataclass(slots=True)
class _Spread:
    """How far a change has reached; ``waiting`` are runs of rows whose readers are still to be found."""

    waiting: list[tuple[int, int, int, int]] = field(default_factory=list)
    _reached: dict[_Column, RowRuns] = field(default_factory=lambda: defaultdict(RowRuns))
    _done: set[Input] = field(default_factory=set)

    def reach(self, sheet: int, column: int, first: int, last: int) -> None:
        """Reach some rows of a column; those reached before are not followed again."""
        for start, end in self._reached[sheet, column].add(first, last):
            self.waiting.append((sheet, column, start, end))

    def touch(self, source: Input, first: int, last: int) -> None:
        """Follow a source that some rows have touched."""
        if source.is_fixed:
            if source in self._done:
                return
            self._done.add(source)
        for target, start, end in source.touched(first, last):
            self.take(target, start, end)

    def take(self, target: Target, first: int, last: int) -> None:
        """Reach formulas; of an array all that it fills."""
        sheet, fill = target
        if fill.area is None:
            self.reach(sheet, fill.column, first, last)
            return
        for column in range(fill.area.first_column, fill.area.last_column + 1):
            self.reach(sheet, column, fill.area.first_row, fill.area.last_row)

    def without(self, changed: Mapping[int, Iterable[CellPlace]]) -> dict[int, frozenset[CellPlace]]:
        """Give all cells reached but these."""
        cells: dict[int, set[CellPlace]] = defaultdict(set)
        for (sheet, column), runs in self._reached.items():
            cells[sheet].update((row, column) for first, last in runs for row in range(first, last + 1))
        left = {sheet: frozenset(found.difference(changed.get(sheet, ()))) for sheet, found in cells.items()}
        return {sheet: found for sheet, found in left.items() if found}


@dataclass(frozen=True, slots=True)
class _Kept:
    """The graph of the workbook with these parts, and the formulas of its sheets."""

    parts: frozenset[_PartKey]
    fills: Mapping[_PartKey, tuple[Fill, ...]]
    graph: FormulaGraph


@dataclass(slots=True)
class _Last:
    kept: _Kept | None = None


_last = _Last()


def _kept(package: Package) -> _Kept:
    parts = _parts(package.archive)
    kept = _last.kept
    if kept is not None and kept.parts == parts:
        return kept
    known = {} if kept is None else kept.fills
    fills: dict[_PartKey, tuple[Fill, ...]] = {}
    by_sheet: dict[int, tuple[Fill, ...]] = {}
    for sheet in package.sheets():
        key = _key(sheet.part)
        by_sheet[sheet.index] = fills[key] = known[key] if key in known else _fills(package, sheet.part)
    _last.kept = _Kept(parts, fills, FormulaGraph(by_sheet, Scope.of(package)))
    return _last.kept


def _fills(package: Package, part: Member) -> tuple[Fill, ...]:
    with package.understood(part):
        return fills_of(lambda: package.markup(part))


def _parts(archive: Archive) -> frozenset[_PartKey]:
    return frozenset(map(_key, archive.members))


def _key(part: Member) -> _PartKey:
    return part.name, part.crc, part.size
