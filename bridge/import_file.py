"""Imports the seller's sheet from the formats that we read with the eyes of another: .xls, .ods, .xlsb."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

from bridge.columns import ANYWHERE, HEADER_IN_FIRST, Layout
from bridge.errors import FileRefusedError
from bridge.read import Header, Row, Table, header_in, refuse_all_but_one, sheets_meant
from bridge.values import BLANK, Cell, Kind, Look, meaning
from bridge.xlsx.second_reader import SecondReader
from bridge.xlsx.sheet_xml import LAST_ROW

_EXACT_FLOATS = 1e15


def import_table(content: bytes, name: str, *, layout: Layout = ANYWHERE) -> Table:
    """Read a table from an .xls, .ods or .xlsb file; such a table cannot be patched.

    Errors and formulas without a value come as blank cells: blank means unknown here, and is never a
    change anyway. Of number formats only dates are known: 50% is 0.5, and a code shown as 00123 is 123.
    Raises :class:`~bridge.errors.FileRefusedError`.
    """
    if not content:
        raise FileRefusedError("workbook.zero_bytes", name=name)
    with SecondReader() as reader:
        opened = _answered(reader.ask("open", content), name)
        if opened == "encrypted":
            raise FileRefusedError("workbook.encrypted", name=name)
        sheets = sheets_meant(opened, layout, name=name)
        headers = ((sheet, _header(reader, sheet, layout, name=name)) for sheet in sheets)
        found = [(sheet, header) for sheet, header in headers if header is not None]
        refuse_all_but_one([sheet for sheet, _ in found], layout, name=name)
        ((sheet, header),) = found
        return Table(
            content_hash=sha256(content).hexdigest(),
            sheet=sheet,
            header_row=header.row,
            columns=header.columns,
            rows=tuple(_rows(reader, sheet, header, name=name)),
            content=content,
            name=name,
            layout=layout if layout.sheet is not None else replace(layout, sheet=sheet),
            unknown_headers=header.unknown,
            titles=header.titles,
        )


def _answered(answer: Any, name: str) -> Any:  # noqa: ANN401 -- see SecondReader.ask
    if answer is None:
        raise FileRefusedError("workbook.import_failed", name=name)
    return answer


def _header(reader: SecondReader, sheet: str, layout: Layout, *, name: str) -> Header | None:
    first, last = layout.header_row or 1, layout.header_row or HEADER_IN_FIRST
    rows = reader.ask("rows", sheet=sheet, columns=None, first=first, last=last)
    for number, cells in _answered(rows, name):
        texts = {position: cell for position, cell in enumerate(cells, start=1) if isinstance(cell, str)}
        header = header_in(number, texts, layout, name=name, sheet=sheet)
        if header is not None:
            return header
    return None


def _rows(reader: SecondReader, sheet: str, header: Header, *, name: str) -> Iterator[Row]:
    columns = header.columns
    rows = reader.ask("rows", sheet=sheet, columns=list(columns.values()), first=header.row + 1, last=LAST_ROW)
    for number, stored in _answered(rows, name):
        cells = {column: meaning(column, _cell(each)) for column, each in zip(columns, stored, strict=True)}
        if any(value is not BLANK for value in cells.values()):
            yield Row(number, cells)


def _cell(stored: Any) -> Cell:  # noqa: ANN401 -- see SecondReader.ask
    match stored:
        case str():
            return Cell(Kind.TEXT, stored)
        case bool():
            return Cell(Kind.BOOLEAN, "TRUE" if stored else "FALSE")
        case {"serial": float(days)}:
            return Cell(Kind.NUMBER, _digits(days), look=Look.DATE)
        case _:
            return Cell(Kind.NUMBER, _digits(float(stored)))


def _digits(number: float) -> str:
    """Write a number as a workbook stores it: no point when it is whole."""
    return str(int(number)) if number.is_integer() and abs(number) < _EXACT_FLOATS else repr(number)
