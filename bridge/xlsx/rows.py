"""Rows of a sheet and what the wanted columns mean in them, as fast as Python can.

Programs write nearly every row in the same plain way, so one compiled pattern takes whole rows at once: each wanted
cell is captured, every other one only passed over. A block with a row that the pattern does not take is read row by
row, and that row by the tokenizer of :mod:`bridge.xlsx.sheet_xml`, which reads whatever is XML; all give the same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import getitem, lt
from typing import TypeAlias

from bridge.columns import Column
from bridge.values import BLANK, Cell, Value
from bridge.xlsx.cells import CellReader, Meanings
from bridge.xlsx.markup import OddMarkupError
from bridge.xlsx.proven import prove_frame, row_cells
from bridge.xlsx.sheet_xml import (
    LAST_COLUMN,
    LAST_ROW,
    Head,
    Rows,
    RowSpan,
    Tags,
    column_letters,
    pieces,
    rows_in,
    tags_for,
)

_LETTERS = 26
"""So many columns have a name of one letter; the first of them comes after this one."""
_A = ord("A") - 1
_ATTRIBUTES = rb'(?: [\w:]++="[^"<>&]*+")*+'
_CELL_ATTRIBUTES = rb'(?: s="\d++")?+(?: t="\w++")?+'
_Meanings: TypeAlias = Meanings[bytes]
"""By the bytes of a cell behind the reference; no bytes are a cell that is not there."""


class RowReader:
    """Reads the rows below the header of one sheet, once. Raises :class:`~bridge.xlsx.markup.OddMarkupError`."""

    def __init__(self, header_row: int, columns: Mapping[Column, int], cells: CellReader) -> None:
        self._header_row = header_row
        self._wanted = {position: column for column, position in sorted(columns.items(), key=lambda each: each[1])}
        self._cells = cells
        self._after = 0

    def rows(self, chunks: Iterable[bytes]) -> Iterator[tuple[int, dict[Column, Value]]]:
        """Yield number and cells of every row that is not blank in all wanted columns."""
        tags = tags_for(b"")
        head = b""
        meanings: list[_Meanings] = []
        for piece in pieces(chunks):
            if isinstance(piece, Head):
                head, tags = piece.data, piece.tags
                meanings = [Meanings(b"", self._cells.raw_values(column, tags)) for column in self._wanted.values()]
            elif isinstance(piece, Rows):
                yield from self._block(piece.data, tags, meanings)
            else:
                prove_frame(head, piece.data)

    def _block(
        self, block: bytes, tags: Tags, meanings: Sequence[_Meanings]
    ) -> Iterator[tuple[int, dict[Column, Value]]]:
        columns = tuple(self._wanted.values())
        rows = self._plain_rows(block, tags, meanings) or self._any_rows(block, tags, meanings)
        for number, values in rows:
            if number > self._header_row and (values[0] is not BLANK or any(value is not BLANK for value in values)):
                yield number, dict(zip(columns, values))  # noqa: B905 -- strict doubles what this costs

    def _plain_rows(
        self, block: bytes, tags: Tags, meanings: Sequence[_Meanings]
    ) -> Iterable[tuple[int, Sequence[Value]]] | None:
        """Take all rows at once, column by column; ``None`` when the pattern does not take every one of them."""
        start = b"<%srow" % tags.prefix
        found = _plain_row(tags.prefix, tuple(self._wanted)).findall(block)
        if not found or len(found) != block.count(start) or not block.startswith(start):
            return None
        given, *raws = zip(*found, strict=True)
        numbers = list(map(int, given))
        if not all(map(lt, (self._after, *numbers), numbers)) or numbers[-1] > LAST_ROW:
            raise OddMarkupError
        self._after = numbers[-1]
        values = [map(known.__getitem__, column) for known, column in zip(meanings, raws, strict=True)]
        return zip(numbers, zip(*values, strict=True), strict=True)

    def _any_rows(
        self, block: bytes, tags: Tags, meanings: Sequence[_Meanings]
    ) -> Iterator[tuple[int, Sequence[Value]]]:
        """Take row after row with the pattern, and what it does not take with the tokenizer."""
        plain_row = _plain_row(tags.prefix, tuple(self._wanted))
        at = 0
        while at < len(block):
            if found := plain_row.match(block, at):
                given, *raws = found.groups(b"")
                number, at = int(given), found.end()
                if not self._after < number <= LAST_ROW:
                    raise OddMarkupError
                values = list(map(getitem, meanings, raws))
            else:
                span = next(rows_in(block, tags, after=self._after, start=at), None)
                if span is None:
                    break
                number, at = span.number, span.end
                values = self._values(block, span, tags)
            self._after = number
            yield number, values

    def _values(self, block: bytes, span: RowSpan, tags: Tags) -> list[Value]:
        values: dict[int, Value] = dict.fromkeys(self._wanted, BLANK)
        for cell in row_cells(block, tags, span, only=self._wanted):
            values[cell.column] = self._cells.value(self._wanted[cell.column], cell, tags)
        return list(values.values())


def stored_rows(reader: CellReader, chunks: Iterable[bytes]) -> Iterator[tuple[int, dict[int, Cell]]]:
    """Yield number and cells (by position, from 1) of every row of a sheet, as far as somebody asks for them.

    For small sheets and headers. Raises :class:`~bridge.xlsx.markup.OddMarkupError`.
    """
    after, tags = 0, tags_for(b"")
    for piece in pieces(chunks):
        if isinstance(piece, Head):
            tags = piece.tags
        elif isinstance(piece, Rows):
            for span in rows_in(piece.data, tags, after=after):
                cells = row_cells(piece.data, tags, span)
                yield span.number, {cell.column: reader.stored(cell, tags) for cell in cells}
                after = span.number


@lru_cache(maxsize=64)
def _plain_row(prefix: bytes, positions: tuple[int, ...]) -> re.Pattern[bytes]:
    """Compile the pattern of a row in which every cell comes with its own reference, in order, and no odd spacing.

    It captures the row's number and the wanted cells from behind their reference, and looks ahead to the next row, so
    that rows found one after the other leave nothing out; possessive throughout, so that a row it does not fit costs
    one look at each byte.
    """
    p = re.escape(prefix)
    value = rb"<%sv>[^<]*+</%sv>" % (p, p)
    text = rb"<%sis><%st>[^<]*+</%st></%sis>" % (p, p, p, p)
    formula = rb"<%sf%s(?:/>|>[^<]*+</%sf>)(?:%s|<%sv/>)?+" % (p, _ATTRIBUTES, p, value, p)
    body = rb"%s(?:/>|>(?:%s|%s|%s)?+</%sc>)" % (_CELL_ATTRIBUTES, value, text, formula, p)
    names = [column_letters(position).encode() for position in positions]
    long_names = [name for name in names if len(name) > 1]
    cells = []
    for name, position, before in zip(names, positions, (0, *positions[:-1]), strict=True):
        cells += [_others(p, body, range(before + 1, position), long_names)]
        cells += [rb'(?:<%sc r="%s\1"(%s))?+' % (p, name, body)]
    cells += [_others(p, body, range(positions[-1] + 1, LAST_COLUMN + 1), long_names)]
    row = rb'<%srow r="(\d{1,7}+)"%s(?:/>|>%s</%srow>)\s*+(?=<%srow|\Z)'
    return re.compile(row % (p, _ATTRIBUTES, b"".join(cells), p, p))


def _others(prefix: bytes, body: bytes, columns: range, wanted: Sequence[bytes]) -> bytes:
    """Give the pattern of any cells in a gap between wanted columns; from AA on, of any that is not ``wanted``."""
    names = []
    if columns and columns[0] <= _LETTERS:
        names.append(b"[%c-%c]" % (_A + columns[0], _A + min(columns[-1], _LETTERS)))
    if columns and columns[-1] > _LETTERS:
        names.append((rb'(?!(?:%s)\1")' % b"|".join(wanted) if wanted else b"") + b"[A-Z]{2,3}+")
    return rb'(?:<%sc r="(?:%s)\1"%s)*+' % (prefix, b"|".join(names), body) if names else b""
