"""Reads the seller's sheet from a CSV file, where every field is text, so that codes keep their zeros."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from bridge.columns import ANYWHERE, Column, Layout
from bridge.csv_records import DELIMITERS, Document, Record, open_document
from bridge.errors import FileRefusedError
from bridge.read import Header, Row, Table, header_in
from bridge.values import BLANK, Cell, Kind, Value, meaning

SHEET = "CSV"
"""What errors call the only sheet."""

_HEADER_IN_FIRST = 20
_REMEMBERED = 8192
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_TEXT_FORMULA = re.compile(r'="([^"]*)"')


@dataclass(frozen=True, slots=True)
class CsvSheet:
    """A file whose header was found; rows are records, columns are fields, both from 1."""

    document: Document
    delimiter: str
    header: Header

    def records(self) -> Iterator[tuple[int, Record]]:
        """Yield all records with their numbers."""
        return enumerate(self.document.records(self.delimiter), start=1)


def csv_table(content: bytes, name: str, *, layout: Layout = ANYWHERE) -> Table:
    """Read a table from a CSV file's bytes; ``name`` is what errors call the file, the sheet's name is empty.

    A row's number is what a spreadsheet program shows: records from 1, a ``sep=`` line not counted.
    Raises :class:`~bridge.errors.FileRefusedError` for whatever programs could read in two ways.
    """
    sheet = open_csv(content, name, layout)
    return Table(
        content_hash=sha256(content).hexdigest(),
        sheet="",
        header_row=sheet.header.row,
        columns=sheet.header.columns,
        rows=tuple(_rows(sheet)),
        content=content,
        name=name,
        layout=layout,
        unknown_headers=sheet.header.unknown,
    )


def _rows(sheet: CsvSheet) -> Iterator[Row]:
    width = max(sheet.header.columns.values())
    meanings = [(column, position - 1, _Meanings(column)) for column, position in sheet.header.columns.items()]
    for number, record in sheet.records():
        if number > sheet.header.row:
            texts = record.texts + [""] * (width - len(record.texts))
            cells = {column: meant[texts[index]] for column, index, meant in meanings}
            if any(value is not BLANK for value in cells.values()):
                yield Row(number, cells)


class _Meanings(dict[str, Value]):
    """What the fields of one column mean; those seen before are not thought about again."""

    def __init__(self, column: Column) -> None:
        super().__init__({"": BLANK})
        self._column = column

    def __missing__(self, field: str) -> Value:
        value = said(self._column, field)
        if len(self) < _REMEMBERED:
            self[field] = value
        return value


def open_csv(content: bytes, name: str, layout: Layout) -> CsvSheet:
    """Find header and delimiter together: only the right delimiter shows SKU and stock as two fields."""
    document = open_document(content, name)
    problem = FileRefusedError("workbook.no_header", name=name)
    if layout.header_row is not None:
        problem = FileRefusedError("workbook.no_header_at", name=name, row=layout.header_row)
    for delimiter in DELIMITERS if document.separator is None else (document.separator,):
        try:
            header = _header(document, delimiter, layout)
        except FileRefusedError as error:
            problem = error
        else:
            if header is not None:
                return CsvSheet(document, delimiter, header)
    raise problem


def _header(document: Document, delimiter: str, layout: Layout) -> Header | None:
    for number, record in enumerate(document.records(delimiter), start=1):
        if number > (layout.header_row or _HEADER_IN_FIRST):
            break
        if layout.header_row not in {None, number}:
            continue
        texts = {position: shown(text) for position, text in enumerate(record.texts, start=1)}
        header = header_in(number, texts, layout, name=document.name, sheet=SHEET)
        if header is not None:
            return header
    return None


def said(column: Column, field: str) -> Value:
    """Tell what a field means in a column."""
    return meaning(column, Cell(Kind.TEXT, shown(field)))


def shown(field: str) -> str:
    """Give what a field says: without the apostrophe of :func:`escaped`, and ``="00123"`` as Excel shows it."""
    if field.startswith("'") and _ESCAPED.match(field):
        return field[1:]
    formula = _TEXT_FORMULA.fullmatch(field) if field.startswith("=") else None
    return formula[1] if formula else field


def escaped(text: str) -> str:
    """Give the field that says ``text`` and that no program takes for a formula; :func:`shown` undoes it."""
    return f"'{text}" if _FORMULA.match(text) else text
