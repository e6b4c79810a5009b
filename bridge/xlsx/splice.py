"""Writes cells into the XML of one row, and rows under the last one. What is not named stays as it is."""

import re
from bisect import bisect_left
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from bridge.formulas.moved import moved_down
from bridge.xlsx.markup import OddMarkupError
from bridge.xlsx.sheet_xml import CellSpan, Tags, attribute, cell_name, cells_in, column_number, escaped, unescaped

Wish: TypeAlias = int | str | None
"""What a cell shall hold: a number, a text, or nothing."""
StyleOf: TypeAlias = Callable[[int], bytes | None]
"""The style index for a new cell in a column; ``None`` means the default style."""

_LONGEST_TEXT = 32_767
_VALUE_ATTRIBUTES = re.compile(rb"""\s(?:t|cm|vm)\s*=\s*(?:"[^"]*"|'[^']*')""")
_REFERENCE = re.compile(rb"""\sr\s*=\s*(?:"[^"]*"|'[^']*')""")
_NOT_INHERITED = re.compile(rb"""\s(?:r|spans|hidden|collapsed)\s*=\s*(?:"[^"]*"|'[^']*')""")
_SPANS = re.compile(rb"""(\sspans\s*=\s*["'])(\d+):(\d+)(?=["'])""")


def is_too_long(text: str) -> bool:
    """Tell whether a cell cannot hold a text; Excel counts in UTF-16."""
    return len(text.encode("utf-16-le")) > 2 * _LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class RowXml:
    """One row taken apart. ``after`` is what follows its end tag (usually nothing)."""

    number: int
    attributes: bytes
    inner: bytes
    after: bytes
    tags: Tags

    def cells(self) -> dict[int, CellSpan]:
        """Find the cells by column; offsets count in ``inner``."""
        return {cell.column: cell for cell in cells_in(self.inner, self.tags, 0, len(self.inner))}

    def cells_near(self, columns: Iterable[int]) -> dict[int, CellSpan]:
        """Find the cells in these columns, and the next one where there is none; the others need no look."""
        starts = [(column_number(found[1]), found.start()) for found in self.tags.cell_name.finditer(self.inner)]
        if len(starts) != self.inner.count(b"<%sc" % self.tags.prefix):
            return self.cells()
        if starts != sorted(starts):
            raise OddMarkupError
        near = {starts[at] for column in columns if (at := bisect_left(starts, (column, 0))) < len(starts)}
        return {column: next(cells_in(self.inner, self.tags, at, len(self.inner))) for column, at in sorted(near)}

    def attributes_of(self, column: int) -> bytes | None:
        """Give the attributes of one cell; ``None`` when the row does not have it."""
        start = b"<%sc" % self.tags.prefix
        if self.inner.count(start) != self.inner.count(b'%s r="' % start):
            cell = self.cells().get(column)
            return None if cell is None else cell.attributes
        # Every cell begins with its name, as nearly all programs write it: then the others need no look.
        _, _, found = self.inner.partition(b'%s r="%s"' % (start, cell_name(self.number, column).encode()))
        return found.partition(b">")[0].removesuffix(b"/") if found else None

    def without(self, columns: Container[int]) -> "RowXml":
        """Give the row with nothing in these columns; a name stays, by which programs count the cells behind it."""
        out: list[bytes] = []
        done = 0
        for cell in self.cells().values():
            if cell.column in columns:
                empty = b'<%sc r="%s"/>' % (self.tags.prefix, cell_name(self.number, cell.column).encode())
                out += [self.inner[done : cell.start], empty]
                done = cell.end
        return replace(self, inner=b"".join([*out, self.inner[done:]]))

    def style(self) -> bytes | None:
        """Give the row's own style for cells it does not have yet."""
        is_custom = attribute(self.attributes, b"customFormat") in {b"1", b"true"}
        return attribute(self.attributes, b"s") if is_custom else None


def take_apart(xml: bytes, number: int, tags: Tags) -> RowXml:
    """Take apart the bytes from one row's start tag to the next row."""
    start = tags.row.match(xml)
    if start is None:
        raise OddMarkupError
    attributes = xml[len(tags.prefix) + 4 : start.end() - 1]
    if attributes.endswith(b"/"):
        return RowXml(number, attributes[:-1].rstrip(), b"", xml[start.end() :], tags)
    end = xml.rfind(tags.row_end)
    close = xml.find(b">", end)
    if end < start.end() or close < 0:
        raise OddMarkupError
    return RowXml(number, attributes, xml[start.end() : end], xml[close + 1 :], tags)


def spliced(row: RowXml, cells: Mapping[int, CellSpan], wishes: Mapping[int, Wish], style_of: StyleOf) -> bytes:
    """Write ``wishes`` (by column) into a row that has these ``cells``, as :meth:`RowXml.cells_near` finds them."""
    out: list[bytes] = []
    done = 0
    waiting = sorted(wishes)
    for cell in cells.values():
        while waiting and waiting[0] < cell.column:
            out += [row.inner[done : cell.start], _new_cell(row, waiting[0], wishes, style_of)]
            done = cell.start
            waiting.pop(0)
        if waiting and waiting[0] == cell.column:
            out += [row.inner[done : cell.start], _changed_cell(row, cell, wishes[cell.column])]
            done = cell.end
            waiting.pop(0)
    out.append(row.inner[done:])
    out += [_new_cell(row, column, wishes, style_of) for column in waiting]
    return _row(row, _widened(row.attributes, wishes), b"".join(out))


def added_row(
    new: RowXml, wishes: Mapping[int, Wish], above: RowXml | None, *, style_of: StyleOf, known: Container[int]
) -> bytes:
    """Write the ``new`` (empty) row so that it continues the one above it: its look, and its plain formulas moved down.

    What stands in the ``known`` columns is ours to say; there only the look goes on.
    """
    attributes = b"" if above is None else _NOT_INHERITED.sub(b"", above.attributes)
    row = RowXml(new.number, b' r="%d"%s' % (new.number, attributes), b"", b"", new.tags)
    model = {} if above is None else above.cells()
    cells = []
    for column in sorted({*wishes, *model}):
        if column in wishes:
            cells.append(_new_cell(row, column, wishes, style_of))
        elif above is not None:
            cells.append(_continued(row, above, model[column], is_known=column in known))
    return _row(row, row.attributes, b"".join(cells))


def continued(row: RowXml, above: RowXml, *, known: Container[int]) -> bytes:
    """Continue the row above in one that was there, but empty: as :func:`added_row`, in cells with nothing in them."""
    cells, model = row.cells(), above.cells()
    out = []
    for column in sorted({*cells, *model}):
        own = cells.get(column)
        if own is not None and (own.inner or column not in model):
            out.append(row.inner[own.start : own.end])
        else:
            out.append(_continued(row, above, model[column], is_known=column in known, own=own))
    return _row(row, row.attributes, b"".join(out))


def _row(row: RowXml, attributes: bytes, inner: bytes) -> bytes:
    prefix = row.tags.prefix
    return b"<%srow%s>%s</%srow>%s" % (prefix, attributes, inner, prefix, row.after)


def _continued(row: RowXml, above: RowXml, model: CellSpan, *, is_known: bool, own: CellSpan | None = None) -> bytes:
    """Continue a cell of the seller's own: the style (or its ``own``), and a formula where it stands alone."""
    style = _styled(attribute((own or model).attributes, b"s"))
    formula = None if is_known else row.tags.formula.search(model.inner)
    content = b""
    stands_alone = formula is not None and attribute(formula[1], b"t") in {None, b"normal"}
    if formula and stands_alone and formula[2] and b"\x00" not in formula[2]:
        moved = moved_down(unescaped(formula[2]), row.number - above.number)
        content = b"<%sf>%s</%sf>" % (row.tags.prefix, escaped(moved), row.tags.prefix)
    if not style and not content:
        return b""
    return _cell(row, b' r="%s"%s' % (cell_name(row.number, model.column).encode(), style), content)


def _new_cell(row: RowXml, column: int, wishes: Mapping[int, Wish], style_of: StyleOf) -> bytes:
    if wishes[column] is None:
        return b""
    name = cell_name(row.number, column).encode()
    return _filled(row, b' r="%s"%s' % (name, _styled(style_of(column))), wishes[column])


def _changed_cell(row: RowXml, cell: CellSpan, wish: Wish) -> bytes:
    name = cell_name(row.number, cell.column).encode()
    return _filled(row, b' r="%s"%s' % (name, _kept(cell.attributes)), wish)


@lru_cache(maxsize=256)
def _kept(attributes: bytes) -> bytes:
    """Give what of a cell's attributes outlives its value; the cells of a column have few different ones."""
    return _REFERENCE.sub(b"", _VALUE_ATTRIBUTES.sub(b"", attributes)).rstrip()


def _filled(row: RowXml, attributes: bytes, wish: Wish) -> bytes:
    prefix = row.tags.prefix
    if wish is None:
        return _cell(row, attributes, b"")
    if isinstance(wish, int):
        return _cell(row, attributes, b"<%sv>%d</%sv>" % (prefix, wish, prefix))
    space = b' xml:space="preserve"' if wish != wish.strip() else b""
    text = b"<%sis><%st%s>%s</%st></%sis>" % (prefix, prefix, space, escaped(wish), prefix, prefix)
    return _cell(row, attributes + b' t="inlineStr"', text)


def _cell(row: RowXml, attributes: bytes, content: bytes) -> bytes:
    prefix = row.tags.prefix
    return b"<%sc%s>%s</%sc>" % (prefix, attributes, content, prefix) if content else b"<%sc%s/>" % (prefix, attributes)


def _styled(style: bytes | None) -> bytes:
    return b"" if style is None else b' s="%s"' % style


def _widened(attributes: bytes, wishes: Mapping[int, Wish]) -> bytes:
    def widened(found: re.Match[bytes]) -> bytes:
        return b"%s%d:%d" % (found[1], min(int(found[2]), *wishes), max(int(found[3]), *wishes))

    return _SPANS.sub(widened, attributes)
