"""Cell areas such as ``A1:H50``, and how they grow when rows are added under a table."""

import re
from dataclasses import dataclass

from bridge.xlsx.sheet_xml import ATTRIBUTES, LAST_COLUMN, LAST_ROW, cell_name, column_number

_AREA = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?", re.ASCII)
_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})", re.ASCII)
_ROWS = re.compile(r"\$?(\d{1,7}):\$?(\d{1,7})", re.ASCII)
_GROWING = re.compile(
    rb"(<(?:[\w.\-]+:)?(?:conditionalFormatting|dataValidation|ignoredError)(?=\s)"
    + ATTRIBUTES
    + rb"""\ssqref\s*=\s*["'])([^"']*)"""
)
_GROWING_EXTENSION = re.compile(
    rb"(<(?:[\w.\-]+:)?sqref>)([^<]*)"
    rb"(?=</(?:[\w.\-]+:)?sqref\s*>\s*</(?:[\w.\-]+:)?(?:conditionalFormatting|dataValidation)\s*>)"
)
"""Of the extensions only these two: a sparkline has one cell, and Excel repairs a file in which it has more."""
_FILTER = re.compile(rb"(<(?:[\w.\-]+:)?(?:table|autoFilter)(?=\s)" + ATTRIBUTES + rb"""\sref\s*=\s*["'])([^"']*)""")
_DIMENSION = re.compile(rb"""(<(?:[\w.\-]+:)?dimension\s[^>]*?ref\s*=\s*["'])([^"']*)""")


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, all four borders included, counted from 1."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def __contains__(self, cell: tuple[int, int]) -> bool:
        row, column = cell
        return self.first_row <= row <= self.last_row and self.first_column <= column <= self.last_column

    def __str__(self) -> str:
        first, last = cell_name(self.first_row, self.first_column), cell_name(self.last_row, self.last_column)
        return first if first == last else f"{first}:{last}"


def area_of(text: str) -> Area | None:
    """Read an area, a single cell, whole columns or whole rows; ``None`` for anything else."""
    if found := _AREA.fullmatch(text):
        left, top, right, bottom = found.groups()
        rows = sorted([int(top), int(bottom or top)])
        columns = sorted([column_number(left.encode()), column_number((right or left).encode())])
        return Area(rows[0], columns[0], rows[1], columns[1])
    if found := _COLUMNS.fullmatch(text):
        columns = sorted(column_number(each.encode()) for each in found.groups())
        return Area(1, columns[0], LAST_ROW, columns[1])
    if found := _ROWS.fullmatch(text):
        rows = sorted(int(each) for each in found.groups())
        return Area(rows[0], 1, rows[1], LAST_COLUMN)
    return None


@dataclass(frozen=True, slots=True)
class Growth:
    """Rows added under ``last_row`` down to ``new_last_row`` of a table with this header and these columns."""

    header_row: int
    last_row: int
    new_last_row: int
    columns: frozenset[int]

    def table(self, ref: str) -> str:
        """Grow a table or filter area that starts at our header and ends where the rows end."""
        area = area_of(ref)
        return ref if area is None or not self.is_ours(area) else self._down(area, ref)

    def is_ours(self, area: Area) -> bool:
        """Tell whether an area holds our header, or a part of it."""
        columns = range(area.first_column, area.last_column + 1)
        return area.first_row <= self.header_row and any(column in columns for column in self.columns)

    def list(self, refs: str) -> str:
        """Grow those areas of a blank-separated list that reach down to the last row of data."""
        return " ".join(self._data(ref) for ref in refs.split(" "))

    def _data(self, ref: str) -> str:
        area = area_of(ref)
        is_header_only = area is not None and area.last_row <= self.header_row
        return ref if area is None or is_header_only else self._down(area, ref)

    def _down(self, area: Area, ref: str) -> str:
        if not self.last_row <= area.last_row < self.new_last_row:
            return ref
        return str(Area(area.first_row, area.first_column, self.new_last_row, area.last_column))


def grow_lists(xml: bytes, growth: Growth) -> bytes:
    """Grow conditional formats, validations and ignored errors; of those in extensions the first two."""
    for pattern in (_GROWING, _GROWING_EXTENSION):
        xml = pattern.sub(lambda found: found[1] + growth.list(found[2].decode("latin-1")).encode("latin-1"), xml)
    return xml


def grow_filters(xml: bytes, growth: Growth) -> bytes:
    """Grow a sheet's autofilter, or a table and its autofilter."""
    return _FILTER.sub(lambda found: found[1] + growth.table(found[2].decode("latin-1")).encode("latin-1"), xml)


def grow_filter_name(workbook: bytes, sheet_index: int, growth: Growth) -> bytes:
    """Grow the hidden name that Excel keeps beside a sheet's autofilter."""
    tag = rb"(<(?:[\w.\-]+:)?definedName(?=\s)(%s)>)([^<]*)" % ATTRIBUTES

    def grown(found: re.Match[bytes]) -> bytes:
        opening, attributes, text = found.groups()
        local = b'localSheetId="%d"' % sheet_index
        if b"_xlnm._FilterDatabase" not in attributes or local not in attributes.replace(b"'", b'"'):
            return found[0]
        sheet, mark, old = text.rpartition(b"!")
        new = growth.table(old.decode("latin-1"))
        if new == old.decode("latin-1"):
            return found[0]
        first, last = (re.sub(r"([A-Z]+)", r"$\1$", each) for each in new.split(":"))
        return opening + sheet + mark + f"{first}:{last}".encode()

    return re.sub(tag, grown, workbook)


def widen_dimension(head: bytes, cells: Area) -> bytes:
    """Widen the used area that the sheet announces so that it covers ``cells``."""

    def widened(found: re.Match[bytes]) -> bytes:
        area = area_of(found[2].decode("latin-1"))
        if area is None:
            return found[0]
        first = min(area.first_row, cells.first_row), min(area.first_column, cells.first_column)
        last = max(area.last_row, cells.last_row), max(area.last_column, cells.last_column)
        return found[1] + str(Area(*first, *last)).encode("latin-1")

    return _DIMENSION.sub(widened, head, count=1)
