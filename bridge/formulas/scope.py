"""Where references lead in one workbook: its sheets in their order, its defined names and its tables."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Self, TypeAlias

from bridge.formulas.references import Bound, Cells, Formula, NameUse, Reference, Stretched, TablePart, parsed
from bridge.xlsx.archive import Member
from bridge.xlsx.areas import Area, area_of
from bridge.xlsx.package import Package
from bridge.xlsx.sheet_xml import LAST_COLUMN, LAST_ROW

_Bounds: TypeAlias = tuple[Bound, Bound]
_OWN_ROW = (Bound(0, is_relative=True), Bound(0, is_relative=True))
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DEEPEST = 64
"""Names of names; nobody writes more, and a chain without end must not exhaust the stack."""


class UnknownReferenceError(LookupError):
    """A name, table, column or sheet that the workbook does not have, or a name that needs itself."""


class Reach(NamedTuple):
    """A rectangle of the sheet at this place in the workbook that a formula reads, still counted from its cell."""

    sheet: int
    rows: _Bounds
    columns: _Bounds


@dataclass(frozen=True, slots=True)
class TableArea:
    """Where a table lies, and what its columns are called (all in one case)."""

    sheet: int
    area: Area
    headers: int
    totals: int
    columns: tuple[str, ...]

    def reach(self, part: TablePart) -> list[Reach]:
        """Find the cells of a part; none when the table has no such rows."""
        rows = _OWN_ROW if "this row" in part.rows else self._rows(part.rows or {"data"})
        if rows[0].number > rows[1].number:
            return []
        first, last = self.area.first_column, self.area.last_column
        if part.columns is not None:
            places = sorted(first + self._place(each) for each in part.columns)
            first, last = places[0], places[-1]
        return [Reach(self.sheet, rows, (Bound(first), Bound(last)))]

    def _place(self, column: str) -> int:
        try:
            return self.columns.index(_folded(column))
        except ValueError as error:
            raise UnknownReferenceError from error

    def _rows(self, words: Iterable[str]) -> _Bounds:
        """Find the rows of ``#Headers`` and the like.

        Data without a totals row under them reach down to the end of the sheet: the change at hand
        may be a row that is just being added to the table.
        """
        top, bottom = self.area.first_row, self.area.last_row
        end = bottom - self.totals if self.totals else LAST_ROW
        known = {
            "headers": (top, top + self.headers - 1),
            "data": (top + self.headers, end),
            "totals": (bottom - self.totals + 1, bottom),
            "all": (top, max(bottom, end)),
        }
        if not known.keys() >= set(words):
            raise UnknownReferenceError
        spans = [known[word] for word in words if known[word][0] <= known[word][1]]
        first = min((span[0] for span in spans), default=1)
        return Bound(first), Bound(max((span[1] for span in spans), default=0))


@dataclass(frozen=True, slots=True)
class Scope:
    """All that references can lead to. Keys are folded to one case; a name's sheet is ``None`` when it is global."""

    sheets: Mapping[str, int]
    names: Mapping[tuple[int | None, str], str]
    tables: Mapping[str, TableArea]
    _found: dict[tuple[int, NameUse], list[Reach]] = field(default_factory=dict)
    _entered: list[tuple[int, NameUse]] = field(default_factory=list)

    @classmethod
    def of(cls, package: Package) -> Self:
        """Read the names and tables of a workbook."""
        tables = dict(_tables(package))
        names = {}
        for element in package.tree(package.workbook).iter("{*}definedName"):
            local = str(element.get("localSheetId", ""))
            key = (int(local) if local.isdecimal() else None, _folded(str(element.get("name", ""))))
            names[key] = "".join(element.itertext())
        return cls({_folded(sheet.name): sheet.index for sheet in package.sheets()}, names, tables)

    def reaches(self, formula: Formula, sheet: int) -> list[Reach]:
        """Find all that a formula on this sheet reads. Raises :class:`UnknownReferenceError`."""
        if formula.is_always_stale:
            raise UnknownReferenceError
        return [reach for each in formula.references for reach in self._reference(each, sheet)]

    def _reference(self, reference: Reference, sheet: int) -> list[Reach]:
        match reference:
            case Cells(sheets, rows, columns):
                places = [sheet] if sheets is None else self._between(*sheets)
                return [Reach(place, rows, columns) for place in places]
            case NameUse():
                return self._name(reference, sheet)
            case TablePart():
                return self._table(reference, sheet)
            case Stretched(start, shape):
                return self._stretched(self._reference(start, sheet), self._reference(shape, sheet))

    def _between(self, first: str, last: str) -> list[int]:
        ends = sorted([self._sheet(first), self._sheet(last)])
        return [place for place in self.sheets.values() if ends[0] <= place <= ends[1]]

    def _sheet(self, name: str) -> int:
        try:
            return self.sheets[_folded(name)]
        except KeyError as error:
            raise UnknownReferenceError from error

    def _name(self, use: NameUse, sheet: int) -> list[Reach]:
        key = sheet, use
        if key in self._found:
            return self._found[key]
        if key in self._entered or len(self._entered) > _DEEPEST:
            raise UnknownReferenceError
        self._entered.append(key)
        try:
            self._found[key] = self._meaning(use, sheet)
        finally:
            self._entered.pop()
        return self._found[key]

    def _meaning(self, use: NameUse, sheet: int) -> list[Reach]:
        """Follow a name; relative cells in it count from the cell it is used in (ECMA-376 part 1, 18.2.5: from A1)."""
        name = _folded(use.name)
        owner = sheet if use.sheet is None else self._sheet(use.sheet)
        text = self.names.get((owner, name), self.names.get((None, name)))
        if text is not None:
            return self.reaches(parsed(text, 1, 1), sheet)
        if use.is_called:
            return []
        return self._table(TablePart(use.name, frozenset(), None), sheet)

    def _table(self, part: TablePart, sheet: int) -> list[Reach]:
        if not part.table:
            return [reach for table in self.tables.values() if table.sheet == sheet for reach in table.reach(part)]
        try:
            return self.tables[_folded(part.table)].reach(part)
        except KeyError as error:
            raise UnknownReferenceError from error

    def _stretched(self, starts: list[Reach], shapes: list[Reach]) -> list[Reach]:
        if len(starts) != 1 or len(shapes) != 1:
            raise UnknownReferenceError
        start, shape = starts[0], shapes[0]
        rows = _stretched(start.rows, shape.rows, LAST_ROW)
        return [Reach(start.sheet, rows, _stretched(start.columns, shape.columns, LAST_COLUMN))]


def _stretched(start: _Bounds, shape: _Bounds, end: int) -> _Bounds:
    """Keep bounds that are as long as the shape, else go on to the end of the sheet, which is never too short."""
    if start == shape or (_length(start) is not None and _length(start) == _length(shape)):
        return start
    return (Bound(1) if _length(start) is None else min(start)), Bound(end)


def _length(bounds: _Bounds) -> int | None:
    return abs(bounds[1].number - bounds[0].number) if bounds[0].is_relative == bounds[1].is_relative else None


def _tables(package: Package) -> Iterator[tuple[str, TableArea]]:
    for sheet in package.sheets():
        for link in package.relations(sheet.part.name):
            part = package.archive.find(link.target) if link.kind == "table" else None
            if part is not None:
                yield _table_area(package, part, sheet.index)


def _table_area(package: Package, part: Member, sheet: int) -> tuple[str, TableArea]:
    tree = package.tree(part)
    area = area_of(str(tree.get("ref", "")))
    counts = str(tree.get("headerRowCount", "1")), str(tree.get("totalsRowCount", "0"))
    if area is None or not all(count.isdecimal() and len(count) < 3 for count in counts):
        raise package.refused(part)
    columns = tuple(_folded(str(each.get("name", ""))) for each in tree.iter("{*}tableColumn"))
    name = _folded(str(tree.get("displayName") or tree.get("name", "")))
    return name, TableArea(sheet, area, int(counts[0]), int(counts[1]), columns)


def _folded(name: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), name).casefold()
