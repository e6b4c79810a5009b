"""Reads the seller's sheet from a CSV file, where every field is text, so that codes keep their zeros."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from bridge.columns import ANYWHERE, HEADER_IN_FIRST, Column, Layout
from bridge.csv_records import DELIMITERS, Document, Record, open_document
from bridge.errors import FileRefusedError
from bridge.read import Header, Row, Table, header_in
from bridge.values import BLANK, COUNTED, Cell, Kind, Unclear, Value, Whole, grouped, meaning
from bridge.xlsx.cells import Meanings

SHEET = "CSV"
"""What errors call the only sheet."""

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
        titles=sheet.header.titles,
    )


def _rows(sheet: CsvSheet) -> Iterator[Row]:
    width = max(sheet.header.columns.values())
    marks = _decimal_marks(sheet)
    meanings = [
        (column, position - 1, Meanings("", partial(_said_here, column, marks)))
        for column, position in sheet.header.columns.items()
    ]
    for number, record in sheet.records():
        if number > sheet.header.row:
            texts = record.texts + [""] * (width - len(record.texts))
            cells = {column: meant[texts[index]] for column, index, meant in meanings}
            if any(value is not BLANK for value in cells.values()):
                yield Row(number, cells)


def _decimal_marks(sheet: CsvSheet) -> frozenset[str]:
    """Tell which of comma and point may stand before decimals, so that 12,000 may be a mere 12 with three of them.

    It is the other mark than the one that numbers of the file surely group thousands with, and the comma where
    semicolons separate (Excel takes them just because the comma is in use), but none that surely groups thousands too.
    """
    counted = [position - 1 for column, position in sheet.header.columns.items() if column in COUNTED]
    rows = (record.texts for number, record in sheet.records() if number > sheet.header.row)
    texts = {row[at] for row in rows for at in counted if at < len(row)}
    known = (grouped(shown(text)) for text in texts if "." in text or "," in text)
    thousands = {each.mark for each in known if each and each.is_sure}
    decimals = {"," if mark == "." else "." for mark in thousands} | ({","} if sheet.delimiter == ";" else set())
    return frozenset(decimals - thousands)


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
        if number > (layout.header_row or HEADER_IN_FIRST):
            break
        if layout.header_row not in {None, number}:
            continue
        texts = {position: shown(text) for position, text in enumerate(record.texts, start=1)}
        header = header_in(number, texts, layout, name=document.name, sheet=SHEET)
        if header is not None:
            return header
    return None


def said(column: Column, field: str) -> Value:
    """Tell what a field means in a column, whatever else the file holds."""
    return meaning(column, Cell(Kind.TEXT, shown(field)))


def _said_here(column: Column, decimal_marks: Container[str], field: str) -> Value:
    """Tell what a field means in a file in which these marks may stand before decimals."""
    value = said(column, field)
    found = grouped(shown(field)) if isinstance(value, Whole) else None
    if found is None or found.is_sure or found.mark not in decimal_marks:
        return value
    return Unclear("cell.three_decimals", shown(field).strip())


def shown(field: str) -> str:
    """Give what a field says: without the apostrophe of :func:`escaped`, and ``="00123"`` as Excel shows it."""
    if field.startswith("'") and _ESCAPED.match(field):
        return field[1:]
    formula = _TEXT_FORMULA.fullmatch(field) if field.startswith("=") else None
    return formula[1] if formula else field


def escaped(text: str) -> str:
    """Give the field that says ``text`` and that no program takes for a formula; :func:`shown` undoes it."""
    return f"'{text}" if _FORMULA.match(text) else text
