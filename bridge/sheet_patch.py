"""Streams one sheet part through: target cells written, rows added, everything else passed on as it came."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bridge.areas import Area, Growth, area_of, grow_filters, grow_lists, widen_dimension
from bridge.errors import FileRefusedError
from bridge.sheet_xml import (
    LAST_ROW,
    Head,
    OddMarkupError,
    Rows,
    Tags,
    Tail,
    attribute,
    cell_name,
    pieces,
    rows_in,
    tags_for,
)
from bridge.splice import RowXml, Wish, added_row, spliced, take_apart

_COLUMN_STYLE = re.compile(rb"<(?:[\w.\-]+:)?col(?=\s)([^>]*)>")
_MERGED = re.compile(rb"<(?:[\w.\-]+:)?mergeCell(?=\s)([^>]*)>")


@dataclass(frozen=True, slots=True)
class SheetEdit:
    """What shall change in a sheet: wishes by row and column; rows below ``last_row`` are added ones."""

    header_row: int
    last_row: int
    wishes: Mapping[int, Mapping[int, Wish]]
    columns: frozenset[int]

    @property
    def growth(self) -> Growth | None:
        """How far the table grows; ``None`` when no row is added."""
        lowest = max(self.wishes, default=0)
        return Growth(self.header_row, self.last_row, lowest, self.columns) if lowest > self.last_row else None

    def area(self) -> Area:
        """The smallest area around all target cells."""
        columns = [column for row in self.wishes.values() for column in row]
        return Area(min(self.wishes), min(columns), max(self.wishes), max(columns))


@dataclass(slots=True)
class _Passed:
    """The row that went by last: where it lies, and its number."""

    block: bytes = b""
    start: int = 0
    end: int = 0
    number: int = 0


@dataclass(slots=True)
class SheetPatcher:
    """One pass over one sheet part. Raises :class:`~bridge.errors.FileRefusedError` for unsafe targets."""

    edit: SheetEdit
    _tags: Tags = field(default_factory=lambda: tags_for(b""))
    _column_styles: list[tuple[int, int, bytes]] = field(default_factory=list)
    _waiting: list[int] = field(default_factory=list)
    _passed: _Passed = field(default_factory=_Passed)
    _model: RowXml | None = None
    """The last row of data, whose looks and formulas the added rows continue."""

    def stream(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the new part, piece by piece."""
        self._waiting = sorted(self.edit.wishes, reverse=True)
        for piece in pieces(chunks):
            match piece:
                case Head():
                    yield self._head(piece)
                case Rows():
                    self._refuse_arrays(piece.data)
                    yield from self._rows(piece.data)
                case Tail():
                    yield from self._missing_rows(LAST_ROW + 1)
                    yield self._tail(piece.data)

    def _head(self, head: Head) -> bytes:
        self._tags = head.tags
        for found in _COLUMN_STYLE.finditer(head.data):
            first, last, style = (attribute(found[1], name) or b"" for name in (b"min", b"max", b"style"))
            if first.isdigit() and last.isdigit() and style.isdigit():
                self._column_styles.append((int(first), int(last), style))
        return widen_dimension(head.data, self.edit.area())

    def _rows(self, block: bytes) -> Iterator[bytes]:
        done = 0
        for span in rows_in(block, self._tags, after=self._passed.number):
            if self._waiting and self._waiting[-1] <= span.number:
                yield block[done : span.start]
                yield from self._missing_rows(span.number)
                done = span.start
            if self._waiting and self._waiting[-1] == span.number:
                self._waiting.pop()
                yield self._existing_row(take_apart(block[span.start : span.end], span.number, self._tags))
                done = span.end
            self._passed = _Passed(block, span.start, span.end, span.number)
            if span.number == self.edit.last_row and span.number > self.edit.header_row:
                self._model = take_apart(block[span.start : span.end], span.number, self._tags)
        yield block[done:]

    def _existing_row(self, row: RowXml) -> bytes:
        wishes = self.edit.wishes[row.number]
        above = self._row_above(row.number)
        if row.number <= self.edit.last_row:
            return spliced(row, wishes, lambda column: self._style(row, column, above))
        self._refuse_occupied(row)
        return spliced(row, wishes, lambda column: _cell_style(above, column) or self._style(row, column, None))

    def _missing_rows(self, before: int) -> Iterator[bytes]:
        """Write the target rows that the sheet does not have and that come ``before`` its next one."""
        while self._waiting and self._waiting[-1] < before:
            number = self._waiting.pop()
            yield self._added_row(number, self._model if number > self.edit.last_row else None)

    def _added_row(self, number: int, model: RowXml | None) -> bytes:
        above = self._row_above(number)
        bare = RowXml(number, b"", b"", b"", self._tags)
        return added_row(
            number,
            self.edit.wishes[number],
            model,
            self._tags,
            style_of=lambda column: _cell_style(model, column) or self._style(bare, column, above),
        )

    def _style(self, row: RowXml, column: int, above: RowXml | None) -> bytes | None:
        """Choose the style of a new cell: its row's, its column's, that of the cell above it."""
        own = row.style()
        if own is None:
            own = next((style for first, last, style in self._column_styles if first <= column <= last), None)
        return _cell_style(above, column) if own is None else own

    def _row_above(self, number: int) -> RowXml | None:
        """Take apart the row above; the header lends its looks to nobody."""
        if number > self.edit.last_row:
            return self._model
        passed = self._passed
        if passed.number != number - 1 or passed.number <= self.edit.header_row:
            return None
        return take_apart(passed.block[passed.start : passed.end], passed.number, self._tags)

    def _refuse_occupied(self, row: RowXml) -> None:
        """Do not add a row where something of the seller's stands, unless formulas were filled down ahead."""
        model = {} if self._model is None else self._model.cells()
        for column, cell in row.cells().items():
            is_formula = self._tags.formula.search(cell.inner)
            goes_on = column in model and self._tags.formula.search(model[column].inner)
            if cell.inner.strip() and not (is_formula and goes_on):
                raise FileRefusedError("workbook.content_below", row=row.number, cell=cell_name(row.number, column))

    def _refuse_arrays(self, block: bytes) -> None:
        """A cell inside an array or spill carries no formula of its own; only the area of its master tells."""
        if b"array" not in block and b"dataTable" not in block:
            return
        for found in self._tags.formula.finditer(block):
            if attribute(found[1], b"t") in {b"array", b"dataTable"}:
                self._refuse_inside(attribute(found[1], b"ref"), "workbook.target_array")

    def _tail(self, tail: bytes) -> bytes:
        for found in _MERGED.finditer(tail):
            self._refuse_inside(attribute(found[1], b"ref"), "workbook.target_merged", is_anchor_free=True)
        growth = self.edit.growth
        return tail if growth is None else grow_lists(grow_filters(tail, growth), growth)

    def _refuse_inside(self, ref: bytes | None, code: str, *, is_anchor_free: bool = False) -> None:
        area = area_of((ref or b"").decode("ascii", "replace"))
        if area is None:
            raise OddMarkupError
        cells = ((row, column) for row, wishes in self.edit.wishes.items() for column in wishes)
        anchor = (area.first_row, area.first_column) if is_anchor_free else None
        for row, column in cells:
            if (row, column) in area and (row, column) != anchor:
                raise FileRefusedError(code, row=row, cell=cell_name(row, column))


def _cell_style(row: RowXml | None, column: int) -> bytes | None:
    cell = None if row is None else row.cells().get(column)
    return None if cell is None else attribute(cell.attributes, b"s")
