"""Takes cached values away from formulas whose inputs changed, so that no program shows the old ones.

LibreOffice does not recalculate a workbook when it opens it, but it does calculate a formula that has
no value. Excel calculates everything when the workbook asks for it.
"""

import re
from collections.abc import Collection, Container, Iterable, Iterator
from functools import lru_cache

from bridge.xlsx.markup import Asides, OddMarkupError
from bridge.xlsx.sheet_xml import Head, Rows, Tail, attribute, cells_in, column_number, pieces, rows_in, tags_for

_VALUE_ATTRIBUTES = re.compile(rb"""\s(?:t|vm)\s*=\s*(?:"[^"]*"|'[^']*')""")
_NAMED_ROW = re.compile(rb"""\s+r=["']([0-9]+)["']""")


def cleared(chunks: Iterable[bytes], cells: Collection[tuple[int, int]]) -> Iterator[bytes]:
    """Stream a sheet part without the values of these cells (row, column); formulas and all else stay.

    Raises :class:`~bridge.xlsx.markup.OddMarkupError` like every reader of sheets.
    """
    asides = Asides()
    return asides.restored(_cleared(asides.taken(chunks), _Clearing(cells)))


def _cleared(chunks: Iterable[bytes], clearing: "_Clearing") -> Iterator[bytes]:
    for piece in pieces(chunks):
        match piece:
            case Head(data, tags):
                clearing.tags = tags
                yield data
            case Rows(data):
                yield clearing.rows(data)
            case Tail(data):
                yield data


class _Clearing:
    """One pass over one sheet part; ``_ahead`` are the cells still to come, the next one last."""

    def __init__(self, cells: Collection[tuple[int, int]]) -> None:
        self.tags = tags_for(b"")
        self._ahead = sorted(cells, reverse=True)
        self._row = 0

    def rows(self, block: bytes) -> bytes:
        """Clear what lies in a block of rows."""
        before, self._row = self._row, self._last_row(block)
        here = set(self._here())
        if not here:
            return block
        cleared, count = self._plain(block, here)
        return cleared if count == len(here) else b"".join(self._counted(cleared, here, before))

    def _here(self) -> Iterator[tuple[int, int]]:
        while self._ahead and self._ahead[-1][0] <= self._row:
            yield self._ahead.pop()

    def _plain(self, block: bytes, here: Container[tuple[int, int]]) -> tuple[bytes, int]:
        """Clear the cells that are written as nearly all programs write them; gives how many of them there were."""
        count = 0

        def valueless(found: re.Match[bytes]) -> bytes:
            nonlocal count
            start, letters, row, formula, end = found.groups()
            if (int(row), column_number(letters)) not in here:
                return found[0]
            count += 1
            return b"".join((start, formula, end))

        return _plain_formula(self.tags.prefix).sub(valueless, block), count

    def _last_row(self, block: bytes) -> int:
        """Find the number of the last row of a block, by counting where rows have none."""
        start = b"<%srow" % self.tags.prefix
        found = _NAMED_ROW.match(block, max(0, block.rfind(start)) + len(start))
        if found:
            return int(found[1])
        return max((span.number for span in rows_in(block, self.tags, after=self._row)), default=self._row)

    def _counted(self, block: bytes, here: Iterable[tuple[int, int]], before: int) -> Iterator[bytes]:
        """Clear a block cell by cell, for programs that leave out names or write cells in their own way."""
        columns: dict[int, set[int]] = {}
        for row, column in here:
            columns.setdefault(row, set()).add(column)
        done = 0
        for span in rows_in(block, self.tags, after=before):
            for cell in cells_in(block, self.tags, span.start, span.end, only=columns.get(span.number, ())):
                yield block[done : cell.start]
                yield self._valueless(block[cell.start : cell.end])
                done = cell.end
        yield block[done:]

    def _valueless(self, cell: bytes) -> bytes:
        start, end, content = cell.partition(b">")
        values = _values(self.tags.prefix)
        is_number = not _VALUE_ATTRIBUTES.search(start)
        if is_number and all(found[0].endswith((b"/>", b"></v>")) for found in values.finditer(content)):
            # Programs that cannot calculate write an empty value: there is nothing to take away.
            return cell
        return _VALUE_ATTRIBUTES.sub(b"", start) + end + values.sub(b"", content)


@lru_cache(maxsize=16)
def _plain_formula(prefix: bytes) -> re.Pattern[bytes]:
    """Compile the pattern of a cell with a name, a formula and a value, without odd spacing."""
    p = re.escape(prefix)
    return re.compile(
        rb'(<%sc r="([A-Z]{1,3})(\d{1,7})"(?: s="\d++")?+)(?: t="\w++")?+'
        rb'(><%sf(?: [\w:]++="[^"<>&]*+")*+(?:/>|>[^<]*+</%sf>))<%sv>[^<]++</%sv>(</%sc>)' % ((p,) * 6)
    )


@lru_cache(maxsize=16)
def _values(prefix: bytes) -> re.Pattern[bytes]:
    p = re.escape(prefix)
    return re.compile(rb"<%s(v|is)(?:\s[^>]*?)?(?:/>|>.*?</%s\1\s*>)" % (p, p), re.DOTALL)


_NAME = rb"[A-Za-z_][\w.\-]*"
_BEFORE_CALCULATION = rb"sheets|functionGroups|externalReferences|definedNames"
"""What stands before ``calcPr`` in a workbook part (ECMA-376 part 1, 18.2.27); only the sheets are always there."""
_PARTS_OF_WORKBOOK = re.compile(
    rb"""<!--.*?-->
    | <(?:%s:)?calcPr(?=[\s/>])(?P<attributes>[^>]*?)\s*/?>
    | (?P<before> </(?P<ended>%s:)?(?:%s)\s*> | <(?P<empty>%s:)?(?:%s)(?:\s[^>]*)?/> )"""
    % (_NAME, _NAME, _BEFORE_CALCULATION, _NAME, _BEFORE_CALCULATION),
    re.DOTALL | re.VERBOSE,
)
_FULL = re.compile(rb"""\sfullCalcOnLoad\s*=\s*(?:"[^"]*"|'[^']*')""")


def with_full_calculation(workbook_xml: bytes) -> bytes:
    """Ask Excel to calculate every formula when it opens the workbook; nothing else of the part changes.

    Raises :class:`~bridge.xlsx.markup.OddMarkupError` for a part that lists no sheets.
    """
    place = None
    for found in _PARTS_OF_WORKBOOK.finditer(workbook_xml):
        if found["attributes"] is not None:
            if attribute(found["attributes"], b"fullCalcOnLoad") in {b"1", b"true"}:
                return workbook_xml
            attributes = _FULL.sub(b"", found["attributes"]) + b' fullCalcOnLoad="1"'
            start, end = found.span("attributes")
            return workbook_xml[:start] + attributes + workbook_xml[end:]
        if found["before"] is not None:
            place = found
    if place is None:
        raise OddMarkupError
    prefix = place["ended"] or place["empty"] or b""
    return workbook_xml[: place.end()] + b'<%scalcPr fullCalcOnLoad="1"/>' % prefix + workbook_xml[place.end() :]
