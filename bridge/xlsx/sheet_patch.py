"""Streams one sheet part through: target cells written, rows added, everything else passed on as it came."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bridge.errors import FileRefusedError
from bridge.refusals import TargetsRefusedError, refused_cell
from bridge.xlsx.areas import Area, Growth, area_of, grow_filters, grow_lists, widen_dimension
from bridge.xlsx.markup import OddMarkupError
from bridge.xlsx.sheet_xml import LAST_ROW, Head, Rows, Tail, attribute, pieces, rows_near, tags_for
from bridge.xlsx.splice import RowXml, StyleOf, Wish, added_row, continued, is_too_long, spliced, take_apart

_COLUMN_STYLE = re.compile(rb"<(?:[\w.\-]+:)?col(?=\s)([^>]*)>")
_MERGED = re.compile(rb"<(?:[\w.\-]+:)?mergeCell(?=\s)([^>]*)>")
_PROTECTION = re.compile(rb"<(?:[\w.\-]+:)?sheetProtection(?=\s)([^>]*)>")


@dataclass(frozen=True, slots=True)
class SheetEdit:
    """What shall change in a sheet: wishes by row and column; ``added`` rows come right under ``last_row``."""

    header_row: int
    last_row: int
    wishes: Mapping[int, Mapping[int, Wish]]
    columns: frozenset[int]
    added: frozenset[int] = frozenset()

    @property
    def growth(self) -> Growth | None:
        """How far the table grows; ``None`` when no row is added."""
        return Growth(self.header_row, self.last_row, max(self.added), self.columns) if self.added else None

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


class SheetPatcher:
    """One pass over one sheet part.

    A target that is not safe is left as it is; all of them are raised together at the end of the stream, as
    :class:`~bridge.refusals.TargetsRefusedError`. ``unlocked`` are the styles that protection leaves open.
    """

    def __init__(self, edit: SheetEdit, unlocked: frozenset[bytes] = frozenset()) -> None:
        self.edit = edit
        self._unlocked = unlocked
        self._tags = tags_for(b"")
        self._column_styles: list[tuple[int, int, bytes]] = []
        self._rows_wished = sorted(edit.wishes)
        self._rows_needed = sorted({*edit.wishes, edit.last_row})
        self._waiting = self._rows_wished[::-1]
        self._passed = _Passed()
        self._model: RowXml | None = None  # the row whose looks and formulas the added rows continue
        self._beside: set[int] = set()
        self._locked: list[tuple[int, int]] = []
        self._refused: dict[tuple[int, int], FileRefusedError] = {}

    def refuse(self, code: str, row: int, column: int) -> None:
        """Remember that a target cannot be written; the first reason for a cell is kept."""
        self._refused.setdefault((row, column), refused_cell(code, row, column))

    def refuse_inside(self, area: Area, code: str, *, is_anchor_free: bool = False) -> None:
        """Refuse the targets in an area, perhaps but for its first cell."""
        rows = self._rows_wished
        met = rows[bisect_left(rows, area.first_row) : bisect_right(rows, area.last_row)]
        anchor = (area.first_row, area.first_column) if is_anchor_free else None
        for row in met:
            for column in self.edit.wishes[row]:
                if (row, column) in area and (row, column) != anchor:
                    self.refuse(code, row, column)

    def leave(self, table: Area) -> None:
        """Let the added rows neither continue nor heed a table of the seller's that stands beside ours."""
        if table.first_row <= self.edit.last_row <= table.last_row:
            self._beside |= {*range(table.first_column, table.last_column + 1)} - self.edit.columns

    def stream(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the new part, piece by piece."""
        self._refuse_long_texts()
        for piece in pieces(chunks):
            match piece:
                case Head():
                    yield self._head(piece)
                case Rows():
                    yield b"".join(self._rows(piece.data))
                case Tail():
                    yield from self._missing_rows(LAST_ROW + 1)
                    yield self._tail(piece.data)
        if self._refused:
            raise TargetsRefusedError([self._refused[place] for place in sorted(self._refused)])

    def _head(self, head: Head) -> bytes:
        self._tags = head.tags
        for found in _COLUMN_STYLE.finditer(head.data):
            first, last, style = (attribute(found[1], name) or b"" for name in (b"min", b"max", b"style"))
            if first.isdigit() and last.isdigit() and style.isdigit():
                self._column_styles.append((int(first), int(last), style))
        return widen_dimension(head.data, self.edit.area())

    def _rows(self, block: bytes) -> Iterator[bytes]:
        done = 0
        for span in rows_near(block, self._tags, after=self._passed.number, numbers=self._rows_needed):
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
                model = take_apart(block[span.start : span.end], span.number, self._tags)
                self._model = model.without(self._beside) if self._beside else model
        yield block[done:]

    def _existing_row(self, row: RowXml) -> bytes:
        above = self._row_above(row.number)
        if row.number not in self.edit.added:
            return self._spliced(row, lambda column: self._style(row, column, above))
        self._refuse_occupied(row)
        xml = self._spliced(row, lambda column: _cell_style(above, column) or self._style(row, column, None))
        if self._model is None:
            return xml
        return continued(take_apart(xml, row.number, self._tags), self._model, known=self.edit.columns)

    def _spliced(self, row: RowXml, style_of: StyleOf) -> bytes:
        wishes = self.edit.wishes[row.number]
        cells = row.cells_near(wishes)
        for column in wishes:
            if column in cells and self._tags.formula.search(cells[column].inner):
                self.refuse("workbook.target_formula", row.number, column)
            style = attribute(cells[column].attributes, b"s") if column in cells else style_of(column)
            self._note_lock(row.number, column, style)
        return spliced(row, cells, wishes, style_of)

    def _missing_rows(self, before: int) -> Iterator[bytes]:
        """Write the target rows that the sheet does not have and that come ``before`` its next one."""
        while self._waiting and self._waiting[-1] < before:
            number = self._waiting.pop()
            yield self._added_row(number, self._model if number in self.edit.added else None)

    def _added_row(self, number: int, model: RowXml | None) -> bytes:
        above = self._row_above(number)
        bare = RowXml(number, b"", b"", b"", self._tags)
        wishes = self.edit.wishes[number]

        def style_of(column: int) -> bytes | None:
            return _cell_style(model, column) or self._style(bare, column, above)

        for column in wishes:
            self._note_lock(number, column, style_of(column))
        return added_row(bare, wishes, model, style_of=style_of, known=self.edit.columns)

    def _style(self, row: RowXml, column: int, above: RowXml | None) -> bytes | None:
        """Choose the style of a new cell: its row's, its column's, that of the cell above it."""
        own = row.style()
        if own is None:
            own = next((style for first, last, style in self._column_styles if first <= column <= last), None)
        return _cell_style(above, column) if own is None else own

    def _row_above(self, number: int) -> RowXml | None:
        """Take apart the row above; the header lends its looks to nobody."""
        if number in self.edit.added:
            return self._model
        passed = self._passed
        if passed.number != number - 1 or passed.number <= self.edit.header_row:
            return None
        return take_apart(passed.block[passed.start : passed.end], passed.number, self._tags)

    def _refuse_long_texts(self) -> None:
        for row, wishes in self.edit.wishes.items():
            for column, wish in wishes.items():
                if isinstance(wish, str) and is_too_long(wish):
                    self.refuse("workbook.text_too_long", row, column)

    def _refuse_occupied(self, row: RowXml) -> None:
        """Do not add a row where something of the seller's stands, unless formulas were filled down ahead."""
        model = {} if self._model is None else self._model.cells()
        for column, cell in row.cells().items():
            is_formula = self._tags.formula.search(cell.inner)
            goes_on = column in model and self._tags.formula.search(model[column].inner)
            if cell.inner.strip() and column not in self._beside and not (is_formula and goes_on):
                self.refuse("workbook.content_below", row.number, column)

    def _tail(self, tail: bytes) -> bytes:
        for found in _MERGED.finditer(tail):
            area = area_of((attribute(found[1], b"ref") or b"").decode("ascii", "replace"))
            if area is None:
                raise OddMarkupError
            self.refuse_inside(area, "workbook.target_merged", is_anchor_free=True)
        protection = _PROTECTION.search(tail)
        if protection and attribute(protection[1], b"sheet") in {b"1", b"true"}:
            for row, column in self._locked:
                self.refuse("workbook.protected", row, column)
        growth = self.edit.growth
        return tail if growth is None else grow_lists(grow_filters(tail, growth), growth)

    def _note_lock(self, row: int, column: int, style: bytes | None) -> None:
        """Note a target that is locked; whether that counts is only known at the end of the part."""
        if (style or b"0") not in self._unlocked:
            self._locked.append((row, column))


def _cell_style(row: RowXml | None, column: int) -> bytes | None:
    attributes = None if row is None else row.attributes_of(column)
    return None if attributes is None else attribute(attributes, b"s")
