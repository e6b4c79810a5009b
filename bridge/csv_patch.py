"""Writes fields into a CSV file and leaves every other byte of it alone; proves it before handing it over."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import zip_longest
from operator import itemgetter
from typing import TypeAlias

from bridge.columns import Column
from bridge.csv_file import SHEET, CsvSheet, escaped, open_csv, said, shown
from bridge.csv_records import Field, Record
from bridge.errors import FileRefusedError
from bridge.patch import Change, Patched
from bridge.read import Table
from bridge.values import BLANK, Cell, Kind, Value, Whole, grouped, meaning
from bridge.xlsx.sheet_xml import LAST_ROW, cell_name
from bridge.xlsx.splice import Wish, is_too_long

_Wishes: TypeAlias = Mapping[int, Mapping[Column, Wish]]

_SAMPLE = 200
_AS_TYPED = re.compile(
    r"((?:rp\.?|idr)\s*)?(?:[0-9]+|[0-9]{1,3}([.,])[0-9]{3}(?:\2[0-9]{3})*)([.,](?:00?|-))?", re.IGNORECASE
)
_MISSING = Field(0, 0, "", is_quoted=False)
_OUR_WORDS = frozenset({Column.STATUS, Column.NOTE, Column.PLATFORM})
_SPELLINGS = {"−": "-", "–": "-", "—": "-", "→": "->", "←": "<-", "×": "x", "’": "'", "✓": "v"}


def csv_patch(
    table: Table,
    changes: Sequence[Change],
    appended: Sequence[Mapping[Column, int | str]] = (),
    *,
    after: int | None = None,
) -> Patched:
    """Build the CSV file ``table`` was read from, with ``changes`` made and ``appended`` rows under the row ``after``.

    Without ``after`` they come under the last content; what stands below moves down. Columns that the file does not
    have are left out. Encoding, delimiter, quotes and line ends stay; numbers are plain digits, or written as the
    old one was. A character that the encoding lacks is spelled in plain letters in notes and status, and refused in
    codes and names; a file of nothing but ASCII gets its notes so too, because Excel would garble others. The
    result has been read again. Raises :class:`~bridge.errors.FileRefusedError`; ``row`` and ``cell`` among its
    params name the target in the way.
    """
    sheet = open_csv(table.content, table.name, table.layout)
    records = [record for _, record in sheet.records()]
    if after is None:
        after = max(number for number, record in enumerate(records, start=1) if any(record.texts))
    last = max(after, sheet.header.row)
    numbers = tuple(range(last + 1, last + 1 + len(appended)))
    try:
        wishes = _wishes(sheet, changes, len(records))
        added = _added(sheet, dict(zip(numbers, appended, strict=True)))
        text = _Writer(sheet, records).text(wishes, added, last)
        content = table.content if text == sheet.document.text else sheet.document.encoded(text)
        _verify(table, sheet, content, _expected(records, wishes, added, last))
    except FileRefusedError as error:
        raise error if "name" in error.params else error.at(name=table.name, sheet=SHEET) from error
    return Patched(content, sha256(content).hexdigest(), numbers)


def _wishes(sheet: CsvSheet, changes: Sequence[Change], row_count: int) -> _Wishes:
    wishes: dict[int, dict[Column, Wish]] = {}
    for change in changes:
        if change.row <= sheet.header.row:
            raise FileRefusedError("workbook.target_header", row=change.row)
        if change.row > row_count:
            raise FileRefusedError("workbook.target_missing", row=change.row)
        if change.column in sheet.header.columns:
            wish = _wish(sheet, change.row, change.column, change.value)
            wishes.setdefault(change.row, {})[change.column] = wish
    return wishes


def _added(sheet: CsvSheet, appended: _Wishes) -> _Wishes:
    if appended and max(appended) > LAST_ROW:
        raise FileRefusedError("workbook.sheet_full")
    return {
        number: {
            column: _wish(sheet, number, column, value)
            for column, value in row.items()
            if column in sheet.header.columns
        }
        for number, row in appended.items()
    }


def _wish(sheet: CsvSheet, row: int, column: Column, value: Wish) -> Wish:
    """Give what can be written: a code is text, and a text has only characters that the file can hold."""
    if value is None or (isinstance(value, int) and column is not Column.SKU):
        return value
    text, encoding = str(value), sheet.document.encoding
    if column in _OUR_WORDS:
        is_plain = not sheet.document.mark and sheet.document.text.isascii()
        text = _spelled(text, "ascii" if is_plain else encoding)
    cell = cell_name(row, sheet.header.columns[column])
    if not _fits(text, encoding):
        raise FileRefusedError("workbook.csv_character", row=row, cell=cell)
    if is_too_long(text):
        raise FileRefusedError("workbook.text_too_long", row=row, cell=cell)
    return text


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _spelled(text: str, encoding: str) -> str:
    return text if _fits(text, encoding) else "".join(_plain(each, encoding) for each in text)


def _plain(character: str, encoding: str) -> str:
    if _fits(character, encoding):
        return character
    bare = _SPELLINGS.get(character) or unicodedata.normalize("NFKD", character)
    return "".join(each for each in bare if each.isascii() and each != "\0") or "?"


class _Writer:
    """Writes records in the habits of one file."""

    def __init__(self, sheet: CsvSheet, records: Sequence[Record]) -> None:
        self._sheet = sheet
        self._records = records
        self._quotes: dict[int, bool] = {}

    def text(self, wishes: _Wishes, added: _Wishes, last: int) -> str:
        """Give the whole text of the file, with ``added`` under record ``last``."""
        source = self._sheet.document.text
        end = self._records[last - 1].following
        edits = [(end, end, self._lines(added.values(), last))]
        for number, row in wishes.items():
            record = self._records[number - 1]
            edits.append((record.start, record.end, self._changed(number, row)))
        pieces, done = [], 0
        for start, end, text in sorted(edits, key=itemgetter(0)):
            pieces += [source[done:start], text]
            done = end
        return "".join([*pieces, source[done:]])

    def _changed(self, number: int, row: Mapping[Column, Wish]) -> str:
        fields = self._fields(number)
        out = [self._sheet.document.text[field.start : field.end] for field in fields]
        for column, wish in row.items():
            position = self._sheet.header.columns[column]
            field = fields[position - 1] if position <= len(fields) else _MISSING
            text = _as_typed(column, shown(field.text), wish) if isinstance(wish, int) else _raw(wish)
            if shown(field.text) != shown(text):
                out += [""] * (position - len(out))
                has_habit = field.text or field.is_quoted
                out[position - 1] = self._written(text, field.is_quoted if has_habit else self._is_quoted(position))
        # A line of nothing would be no record at the end of the file.
        return self._sheet.delimiter.join(out) or self._sheet.delimiter

    def _lines(self, rows: Iterable[Mapping[Column, Wish]], last: int) -> str:
        """Write new records as wide as the header; a file that ends without a line end still does."""
        header, above = self._records[self._sheet.header.row - 1], self._records[last - 1]
        source = self._sheet.document.text
        line_end = source[above.end : above.following] or source[header.end : header.following] or "\r\n"
        lines = [self._line(row, len(header.texts)) for row in rows]
        if above.end == above.following:
            return "".join(line_end + line for line in lines)
        return "".join(line + line_end for line in lines)

    def _line(self, row: Mapping[Column, Wish], width: int) -> str:
        out = [""] * width
        for column, wish in row.items():
            position, text = self._sheet.header.columns[column], _raw(wish)
            out[position - 1] = self._written(text, self._is_quoted(position)) if text else ""
        return self._sheet.delimiter.join(out)

    def _written(self, text: str, is_quoted: bool) -> str:  # noqa: FBT001 -- two arguments, and the name says it
        if is_quoted or any(each in text for each in (self._sheet.delimiter, '"', "\r", "\n")):
            return '"' + text.replace('"', '""') + '"'
        return text

    def _is_quoted(self, position: int) -> bool:
        """Tell whether the file quotes this column, by its first field that shows a habit."""
        if position not in self._quotes:
            first = self._sheet.header.row + 1
            rows = (self._fields(number) for number in range(first, min(first + _SAMPLE, len(self._records) + 1)))
            fields = (row[position - 1] for row in rows if position <= len(row))
            self._quotes[position] = next((each.is_quoted for each in fields if each.text or each.is_quoted), False)
        return self._quotes[position]

    def _fields(self, number: int) -> list[Field]:
        start = self._records[number - 1].start
        return list(self._sheet.document.fields(start, self._sheet.delimiter, row=number))


def _as_typed(column: Column, old: str, wish: int) -> str:
    """Write a number as the seller wrote the ``old`` one (Rp 55.000), if both can be read in one way only.

    Else its digits stand alone: 56.000 can mean 56, and a mark that was not sure before must not settle how the
    other numbers of the file are read.
    """
    found = _AS_TYPED.fullmatch(old)
    if found is None:
        return str(wish)
    currency, mark, end = found.groups("")
    new = f"{currency}{f'{wish:,}'.replace(',', mark)}{end}"
    is_sure = all(each is None or each.is_sure for each in (grouped(old), grouped(new)))
    return new if is_sure and said(column, new) == Whole(wish) else str(wish)


def _raw(wish: Wish) -> str:
    """Give the field for a wish: our own negative numbers are no formulas."""
    return str(wish) if isinstance(wish, int) else escaped(wish or "")


def _expected(
    records: Sequence[Record], wishes: _Wishes, added: _Wishes, last: int
) -> Iterator[tuple[Sequence[str], Mapping[Column, Wish]]]:
    """Yield what each record of the new file shall be: the old one, and what it must hold instead."""
    for number, record in enumerate(records, start=1):
        yield record.texts, wishes.get(number, {})
        if number == last:
            yield from (([], row) for row in added.values())


def _verify(
    table: Table, sheet: CsvSheet, content: bytes, expected: Iterable[tuple[Sequence[str], Mapping[Column, Wish]]]
) -> None:
    """Read the new file and compare every field of it."""
    again = open_csv(content, table.name, table.layout)
    is_same_place = (again.delimiter, again.header) == (sheet.delimiter, sheet.header)
    found = again.records()
    number = sheet.header.row
    for old, row in expected:
        number, record = next(found, (number, None))
        if record is None or not is_same_place or not _agrees(sheet, old, record.texts, row):
            raise FileRefusedError("workbook.not_verified", row=number)
    if next(found, None) is not None:
        raise FileRefusedError("workbook.not_verified", row=number)


def _agrees(sheet: CsvSheet, old: Sequence[str], new: Sequence[str], row: Mapping[Column, Wish]) -> bool:
    if not row:
        return not old or old == new
    targets = {sheet.header.columns[column] for column in row}
    cells = enumerate(zip_longest(old, new, fillvalue=""), start=1)
    if any(was != now for position, (was, now) in cells if position not in targets):
        return False
    fields = dict(enumerate(new, start=1))
    return all(
        said(each, fields.get(sheet.header.columns[each], "")) == _value(each, wish) for each, wish in row.items()
    )


def _value(column: Column, wish: Wish) -> Value:
    if wish is None:
        return BLANK
    return Whole(wish) if isinstance(wish, int) else meaning(column, Cell(Kind.TEXT, wish))
