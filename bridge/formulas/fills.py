"""The formulas of one sheet part, a column that was filled down taken as one.

A seller's sheet of 100,000 rows holds few different formulas: taken together, they cost no more
memory than those of ten rows.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from bridge.formulas.references import ALWAYS_STALE, Formula, parsed
from bridge.formulas.shapes import Shapes
from bridge.xlsx.areas import Area, area_of
from bridge.xlsx.markup import OddMarkupError
from bridge.xlsx.sheet_xml import (
    Head,
    Rows,
    Tags,
    attribute,
    cells_in,
    column_number,
    pieces,
    rows_in,
    tags_for,
    unescaped,
)

_Chunks: TypeAlias = Callable[[], Iterable[bytes]]
_MOST_CELLS_OF_AN_ARRAY = 2_097_152
"""Two whole columns; all of them would have to be named one by one."""


class Fill(NamedTuple):
    """Cells below each other whose formula is the same, counted from each; ``area`` is all that an array fills."""

    column: int
    first_row: int
    last_row: int
    formula: Formula
    area: Area | None = None


def fills_of(part: _Chunks) -> tuple[Fill, ...]:
    """Collect the formulas of a sheet part, which ``part`` streams anew at each call.

    Raises :class:`~bridge.xlsx.markup.OddMarkupError` like every reader of sheets.
    """
    try:
        return tuple(_joined(_named_cells(part())))
    except _UnnamedCellError:
        return tuple(_joined(_counted_cells(part())))


class _FormulaCell(NamedTuple):
    row: int
    column: int
    attributes: bytes
    text: bytes


class _UnnamedCellError(ValueError):
    """A formula stands in a cell that does not begin with its own name."""


class _Patterns(NamedTuple):
    """``cell`` is a cell that begins with its name and holds a formula."""

    cell: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    any_formula: re.Pattern[bytes]
    start: bytes


@lru_cache(maxsize=16)
def _patterns(prefix: bytes) -> _Patterns:
    p = re.escape(prefix)
    formula = rb"<%sf((?:\s[^>]*?)?)(?:/>|>([^<]*)</%sf\s*>)" % (p, p)
    return _Patterns(
        re.compile(rb"""<%sc\s+r="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*""" % p + formula),
        re.compile(formula),
        re.compile(rb"<%sf[\s/>]" % p),
        b"<%sf" % prefix,
    )


def _named_cells(chunks: Iterable[bytes]) -> Iterator[_FormulaCell]:
    """Find the formulas without looking at the cells between them."""
    patterns = _patterns(b"")
    for piece in pieces(chunks):
        if isinstance(piece, Head):
            patterns = _patterns(piece.tags.prefix)
        elif isinstance(piece, Rows):
            if patterns.start not in piece.data:
                continue
            found = patterns.cell.findall(piece.data)
            if len(found) != len(patterns.any_formula.findall(piece.data)):
                raise _UnnamedCellError
            for letters, row, attributes, text in found:
                yield _FormulaCell(int(row), column_number(letters), attributes, text)


def _counted_cells(chunks: Iterable[bytes]) -> Iterator[_FormulaCell]:
    """Find the formulas cell by cell, for programs that leave out the names of cells."""
    tags = tags_for(b"")
    last_row = 0
    for piece in pieces(chunks):
        if isinstance(piece, Head):
            tags = piece.tags
        elif isinstance(piece, Rows):
            for span in rows_in(piece.data, tags, after=last_row):
                yield from _in_row(piece.data[span.start : span.end], span.number, tags)
                last_row = span.number


def _in_row(data: bytes, row: int, tags: Tags) -> Iterator[_FormulaCell]:
    patterns = _patterns(tags.prefix)
    for cell in cells_in(data, tags, 0, len(data)):
        if patterns.any_formula.search(cell.inner):
            found = patterns.formula.search(cell.inner)
            if not found:
                raise OddMarkupError
            yield _FormulaCell(row, cell.column, found[1], found[2] or b"")


class _Manner(NamedTuple):
    """How a formula is stored: its ``t``, the group it shares, the area it fills, and the mark for volatile ones."""

    kind: bytes | None
    group: bytes | None
    ref: bytes | None
    is_always_stale: bool


@lru_cache(maxsize=4096)
def _manner(attributes: bytes) -> _Manner:
    return _Manner(
        attribute(attributes, b"t"),
        attribute(attributes, b"si"),
        attribute(attributes, b"ref"),
        attribute(attributes, b"ca") in {b"1", b"true"},
    )


@dataclass(slots=True)
class _Open:
    """A column of equal formulas that the next row may continue."""

    column: int
    first_row: int
    last_row: int
    formula: Formula

    def fill(self) -> Fill:
        return Fill(self.column, self.first_row, self.last_row, self.formula)


def _joined(cells: Iterable[_FormulaCell]) -> Iterator[Fill]:
    """Join the equal formulas of cells below each other."""
    columns: dict[int, _Open] = {}
    shared: dict[bytes | None, Formula] = {}
    shapes = Shapes()
    for row, column, attributes, raw in cells:
        manner = _manner(attributes)
        if manner.kind in {b"array", b"dataTable"}:
            yield _array(row, column, manner, unescaped(raw))
            continue
        if raw:
            formula = ALWAYS_STALE if manner.is_always_stale else shapes.formula(unescaped(raw), row, column)
            if manner.kind == b"shared":
                shared[manner.group] = formula
        else:
            formula = shared.get(manner.group, ALWAYS_STALE)
        above = columns.get(column)
        if above and above.last_row == row - 1 and above.formula is formula:
            above.last_row = row
            continue
        if above:
            yield above.fill()
        columns[column] = _Open(column, row, row, formula)
    yield from (each.fill() for each in columns.values())


def _array(row: int, column: int, manner: _Manner, text: str) -> Fill:
    """Take an array, a spill or a data table: what its first cell reads, all its cells show."""
    area = area_of((manner.ref or b"").decode("ascii", "replace"))
    if area is None or (row, column) not in area:
        raise OddMarkupError
    height, width = area.last_row - area.first_row + 1, area.last_column - area.first_column + 1
    if height * width > _MOST_CELLS_OF_AN_ARRAY:
        raise OddMarkupError
    is_known = manner.kind == b"array" and text and not manner.is_always_stale
    return Fill(column, row, row, parsed(text, row, column) if is_known else ALWAYS_STALE, area)
