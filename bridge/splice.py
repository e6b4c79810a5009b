"""Writes cells into the XML of one row, and rows under the last one. What is not named stays as it is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bridge.errors import FileRefusedError
from bridge.formulas import moved_down
from bridge.sheet_xml import CellSpan, OddMarkupError, Tags, attribute, cell_name, cells_in, escaped, unescaped

Wish: TypeAlias = int | str | None
"""What a cell shall hold: a number, a text, or nothing."""
StyleOf: TypeAlias = Callable[[int], bytes | None]
"""The style index for a new cell in a column; ``None`` means the default style."""

_LONGEST_TEXT = 32_767
_VALUE_ATTRIBUTES = re.compile(rb"""\s(?:t|cm|vm)\s*=\s*(?:"[^"]*"|'[^']*')""")
_REFERENCE = re.compile(rb"""\sr\s*=\s*(?:"[^"]*"|'[^']*')""")
_NOT_INHERITED = re.compile(rb"""\s(?:r|spans|hidden|collapsed)\s*=\s*(?:"[^"]*"|'[^']*')""")
_SPANS = re.compile(rb"""(\sspans\s*=\s*["'])(\d+):(\d+)(?=["'])""")


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


def spliced(row: RowXml, wishes: Mapping[int, Wish], style_of: StyleOf) -> bytes:
    """Write ``wishes`` (by column) into a row. Raises :class:`~bridge.errors.FileRefusedError` for a formula."""
    out: list[bytes] = []
    done = 0
    waiting = sorted(wishes)
    for cell in row.cells().values():
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


def added_row(number: int, wishes: Mapping[int, Wish], above: RowXml | None, tags: Tags, *, style_of: StyleOf) -> bytes:
    """Write a row that continues the one above it: its look, and its plain formulas one row further down."""
    attributes = b"" if above is None else _NOT_INHERITED.sub(b"", above.attributes)
    row = RowXml(number, b' r="%d"%s' % (number, attributes), b"", b"", tags)
    model = {} if above is None else above.cells()
    cells = []
    for column in sorted({*wishes, *model}):
        if column in wishes:
            cells.append(_new_cell(row, column, wishes, style_of))
        elif above is not None:
            cells.append(_continued(row, above, model[column]))
    return _row(row, row.attributes, b"".join(cells))


def _row(row: RowXml, attributes: bytes, inner: bytes) -> bytes:
    prefix = row.tags.prefix
    return b"<%srow%s>%s</%srow>%s" % (prefix, attributes, inner, prefix, row.after)


def _continued(row: RowXml, above: RowXml, model: CellSpan) -> bytes:
    """Continue a cell of the seller's own: the style, and a formula where it stands alone."""
    style = _styled(attribute(model.attributes, b"s"))
    formula = row.tags.formula.search(model.inner)
    content = b""
    if formula and not formula[1].strip() and formula[2]:
        moved = moved_down(unescaped(formula[2]), row.number - above.number)
        content = b"<%sf>%s</%sf>" % (row.tags.prefix, escaped(moved), row.tags.prefix)
    if not style and not content:
        return b""
    return _cell(row, b' r="%s"%s' % (cell_name(row.number, model.column).encode(), style), content)


def _new_cell(row: RowXml, column: int, wishes: Mapping[int, Wish], style_of: StyleOf) -> bytes:
    if wishes[column] is None:
        return b""
    name = cell_name(row.number, column).encode()
    return _filled(row, column, b' r="%s"%s' % (name, _styled(style_of(column))), wishes[column])


def _changed_cell(row: RowXml, cell: CellSpan, wish: Wish) -> bytes:
    name = cell_name(row.number, cell.column)
    if row.tags.formula.search(cell.inner):
        raise FileRefusedError("workbook.target_formula", row=row.number, cell=name)
    kept = _REFERENCE.sub(b"", _VALUE_ATTRIBUTES.sub(b"", cell.attributes)).rstrip()
    return _filled(row, cell.column, b' r="%s"%s' % (name.encode(), kept), wish)


def _filled(row: RowXml, column: int, attributes: bytes, wish: Wish) -> bytes:
    prefix = row.tags.prefix
    if wish is None:
        return _cell(row, attributes, b"")
    if isinstance(wish, int):
        return _cell(row, attributes, b"<%sv>%d</%sv>" % (prefix, wish, prefix))
    if len(wish.encode("utf-16-le")) > 2 * _LONGEST_TEXT:
        raise FileRefusedError("workbook.text_too_long", row=row.number, cell=cell_name(row.number, column))
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
