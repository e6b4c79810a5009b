"""What one formula reads: cells, names and parts of tables, counted from the formula's own cell.

Counted so, a formula that was filled down is the same formula in every row.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from bridge.formulas.moved import LONGEST_FORMULA, TOKEN
from bridge.xlsx.sheet_xml import LAST_COLUMN, LAST_ROW, column_number

_ALWAYS_STALE = frozenset(
    {"NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "INDIRECT", "OFFSET", "CELL", "INFO", "EVALUATE"}
)
"""Functions that read the clock, chance, or cells which the text of the formula does not name."""
_SUM_BY_SHAPE = frozenset({"SUMIF", "AVERAGEIF"})
"""Of the cells to sum only the first corner counts: as many are summed as there are cells to compare."""
_SIGNS = frozenset("+-*/^&=<>%(),;{}@# \t\r\n")
_COLUMNS = re.compile(r"(\$?)([A-Za-z]+)")
_ROWS = re.compile(r"(\$?)([0-9]+)")
_COLUMN_OF_TABLE = re.compile(r"\[((?:[^\[\]']|'.)*)\]", re.DOTALL)


class Bound(NamedTuple):
    """A row or a column: its number, or its distance from the formula's own cell."""

    number: int
    is_relative: bool = False


class Cells(NamedTuple):
    """A rectangle, on the formula's own sheet when ``sheets`` is ``None``, else on the first to the last of two."""

    sheets: tuple[str, str] | None
    rows: tuple[Bound, Bound]
    columns: tuple[Bound, Bound]


class NameUse(NamedTuple):
    """A defined name or a whole table. What is called like a function need not be one of them."""

    sheet: str | None
    name: str
    is_called: bool


class TablePart(NamedTuple):
    """Columns of a table, from the first to the last of two, or all; a table without a name is the cell's own.

    ``rows`` are the words after ``#`` in small letters; none means the data.
    """

    table: str
    rows: frozenset[str]
    columns: tuple[str, str] | None


_Plain: TypeAlias = Cells | NameUse | TablePart


class Stretched(NamedTuple):
    """As many cells as ``shape`` has, from the first corner of ``start`` on."""

    start: _Plain
    shape: _Plain


Reference: TypeAlias = _Plain | Stretched


class Formula(NamedTuple):
    """What a formula reads; ``is_always_stale`` when its text does not tell all of it."""

    references: tuple[Reference, ...]
    is_always_stale: bool = False


ALWAYS_STALE = Formula((), is_always_stale=True)


def parsed(text: str, row: int, column: int) -> Formula:
    """Find what the formula in this cell reads; one that we do not understand is always stale."""
    if len(text) > LONGEST_FORMULA:
        return ALWAYS_STALE
    reading = _Reading(row, column)
    if not all(map(reading.takes, TOKEN.finditer(text))) or reading.calls:
        return ALWAYS_STALE
    return Formula(tuple(dict.fromkeys(reading.found)))


@dataclass(slots=True)
class _Call:
    """A function, or a mere bracket, while its arguments are read."""

    function: str
    arguments: list[list[_Plain]] = field(default_factory=lambda: [[]])


class _Place(NamedTuple):
    """Where a reference leads: own sheet, other sheets, or out of the workbook."""

    sheets: tuple[str, str] | None
    is_elsewhere: bool = False

    @property
    def sheet(self) -> str | None:
        """The one sheet a name can belong to."""
        return None if self.sheets is None else self.sheets[0]


@dataclass(slots=True)
class _Reading:
    """The state while one formula is read word by word."""

    row: int
    column: int
    found: list[Reference] = field(default_factory=list)
    calls: list[_Call] = field(default_factory=list)

    def takes(self, token: re.Match[str]) -> bool:
        """Take the next word; ``False`` when the text does not tell all that is read."""
        kind = token.lastgroup
        if kind == "sign":
            return token["sign"] in _SIGNS and self._sign(token["sign"])
        place = _place(token["sheet"])
        if kind == "function":
            return self._call(token["function"], place)
        if place.is_elsewhere:
            return True
        if kind == "cells":
            self._refer(self._cells(token["cells"], place.sheets))
        elif kind == "columns":
            self._refer(_table_part(token["table"] or "", token["columns"]))
        elif kind == "name" and not _is_constant_or_parameter(token["name"]):
            self._refer(NameUse(place.sheet, token["name"], is_called=False))
        return True

    def _refer(self, reference: _Plain) -> None:
        self.found.append(reference)
        if self.calls:
            self.calls[-1].arguments[-1].append(reference)

    def _sign(self, sign: str) -> bool:
        if sign in "({":
            self.calls.append(_Call(""))
        elif sign == "," and self.calls:
            self.calls[-1].arguments.append([])
        elif sign in ")}":
            return bool(self.calls) and self._ended(self.calls.pop())
        return True

    def _call(self, function: str, place: _Place) -> bool:
        plain = function.upper().removeprefix("_XLFN.").removeprefix("_XLWS.")
        self.calls.append(_Call(plain))
        if not place.is_elsewhere:
            self.found.append(NameUse(place.sheet, function, is_called=True))
        return plain not in _ALWAYS_STALE and not plain.startswith("GET.")

    def _ended(self, call: _Call) -> bool:
        if call.function not in _SUM_BY_SHAPE or len(call.arguments) < 3:
            return True
        compared, _, summed = call.arguments[:3]
        if len(compared) != 1 or len(summed) != 1:
            return False
        self.found.append(Stretched(summed[0], compared[0]))
        return True

    def _cells(self, text: str, sheets: tuple[str, str] | None) -> Cells:
        columns = [_bound(fixed, column_number(each.encode()), self.column) for fixed, each in _COLUMNS.findall(text)]
        rows = [_bound(fixed, int(each), self.row) for fixed, each in _ROWS.findall(text)]
        columns, rows = columns or [Bound(1), Bound(LAST_COLUMN)], rows or [Bound(1), Bound(LAST_ROW)]
        return Cells(sheets, (rows[0], rows[-1]), (columns[0], columns[-1]))


def _bound(fixed: str, number: int, own: int) -> Bound:
    return Bound(number, False) if fixed else Bound(number - own, True)


@lru_cache(maxsize=256)
def _place(prefix: str | None) -> _Place:
    """Read what stands before the ``!``."""
    if prefix is None:
        return _Place(None)
    if prefix.startswith("'"):
        prefix = prefix[1:-1].replace("''", "'")
    book, bracket, sheets = prefix.rpartition("]")
    if (bracket and book != "[0") or prefix == "#REF":
        return _Place(None, is_elsewhere=True)
    first, _, last = sheets.partition(":")
    return _Place((first, last or first) if first else None)


def _is_constant_or_parameter(name: str) -> bool:
    """Tell whether a name is TRUE, FALSE or a name that LET and LAMBDA give to a value of their own."""
    return name.upper() in {"TRUE", "FALSE"} or name.startswith("_xlpm.")


def _table_part(table: str, brackets: str) -> TablePart:
    inner = brackets[1:-1].strip()
    rows = set()
    if inner.startswith("@"):
        rows.add("this row")
        inner = inner[1:].strip()
    items = _COLUMN_OF_TABLE.findall(inner) if inner.startswith("[") else [inner] if inner else []
    rows.update(each[1:].strip().casefold() for each in items if each.startswith("#"))
    columns = [re.sub(r"'(.)", r"\1", each, flags=re.DOTALL) for each in items if not each.startswith("#")]
    return TablePart(table, frozenset(rows), (columns[0], columns[-1]) if columns else None)
