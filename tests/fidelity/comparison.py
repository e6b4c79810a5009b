"""What really differs between two workbooks, as lxml, openpyxl and calamine see it: no code of the bridge has a say."""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from itertools import zip_longest

from lxml import etree
from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.utils.cell import rows_from_range
from openpyxl.workbook import Workbook
from openpyxl.worksheet.formula import ArrayFormula
from python_calamine import SheetTypeEnum
from python_calamine import load_workbook as load_with_calamine

_AREAS = frozenset({"ref", "sqref"})


@dataclass(slots=True)
class SheetDifferences:
    """Cells by name; ``emptied`` kept their formula and look and lost their value. ``outside`` are elements."""

    changed: set[str] = field(default_factory=set)
    added: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    emptied: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)


def sheet_differences(old: bytes, new: bytes) -> SheetDifferences:
    """Compare two sheet parts cell by cell, attribute by attribute; only spans and grown areas are overlooked."""
    found = SheetDifferences()
    before, after = etree.fromstring(old), etree.fromstring(new)
    cells, now = (dict(_cells(each)) for each in (before, after))
    found.removed, found.added = cells.keys() - now.keys(), now.keys() - cells.keys()
    for name in cells.keys() & now.keys():
        if _canonical(cells[name]) != _canonical(now[name]):
            is_emptied = _canonical(_without_value(cells[name])) == _canonical(now[name])
            (found.emptied if is_emptied else found.changed).add(name)
    rows, rows_now = (dict(_rows(each)) for each in (before, after))
    found.outside |= {f"row {number}" for number in rows if rows[number] != rows_now.get(number)}
    others, others_now = (list(_others(each)) for each in (before, after))
    for one, other in zip_longest(others, others_now):
        if one != other:
            found.outside.add(etree.QName(etree.fromstring(one or other)).localname)
    return found


def _cells(sheet: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    return ((cell.get("r"), cell) for cell in sheet.iterfind("{*}sheetData/{*}row/{*}c"))


def _rows(sheet: etree._Element) -> Iterator[tuple[str, dict[str, str]]]:
    for row in sheet.iterfind("{*}sheetData/{*}row"):
        yield row.get("r"), {key: value for key, value in row.attrib.items() if key != "spans"}


def _others(sheet: etree._Element) -> Iterator[bytes]:
    """Give everything but the cells, without the areas that grow when rows are added."""
    for element in sheet:
        if etree.QName(element).localname == "sheetData":
            continue
        for each in element.iter("{*}conditionalFormatting", "{*}dataValidation"):
            for area in each.iterfind("{*}sqref"):
                area.text = ""
        for each in element.iter():
            for name in _AREAS & set(each.keys()):
                each.set(name, "")
        yield _canonical(element)


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n")


def _without_value(cell: etree._Element) -> etree._Element:
    if cell.find("{*}f") is not None:
        for name in {"t", "vm"} & set(cell.keys()):
            del cell.attrib[name]
    for value in cell.findall("{*}v"):
        cell.remove(value)
    return cell


def opened(content: bytes, *, values: bool) -> Workbook:
    """Open with openpyxl: the values that were last calculated, or the formulas."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of every feature that it would lose
        return load_workbook(BytesIO(content), data_only=values, rich_text=False)


Seen = Mapping[tuple[str, str], tuple[object, ...]]


@cache
def seen_by_openpyxl(content: bytes, *, values: bool) -> Seen:
    """List every cell of every sheet that is not empty: its value first, then its look and what hangs on it."""
    found: dict[tuple[str, str], tuple[object, ...]] = {}
    for sheet in opened(content, values=values).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, MergedCell) or (cell.value is None and not cell.has_style):
                    continue
                value = getattr(cell.value, "text", cell.value)
                beside = cell.comment and cell.comment.text, cell.hyperlink and cell.hyperlink.ref
                found[sheet.title, cell.coordinate] = value, cell.number_format, tuple(cell._style), *beside
    return found


@cache
def calculated(content: bytes) -> frozenset[tuple[str, str]]:
    """List the cells that hold what a formula gave: their own, or that of the array they lie in."""
    found: set[tuple[str, str]] = set()
    for sheet in opened(content, values=False).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, ArrayFormula):
                    names = (name for line in rows_from_range(cell.value.ref) for name in line)
                    found |= {(sheet.title, name) for name in names}
                elif cell.data_type == "f":
                    found.add((sheet.title, cell.coordinate))
    return frozenset(found)


def seen_by_calamine(content: bytes) -> Mapping[tuple[str, int, int], object]:
    """List every cell that is not empty, by sheet, row and column from 1."""
    workbook = load_with_calamine(BytesIO(content))
    found: dict[tuple[str, int, int], object] = {}
    sheets = (each.name for each in workbook.sheets_metadata if each.typ is SheetTypeEnum.WorkSheet)
    for name in sheets:
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for row, cells in enumerate(rows, start=1):
            found |= {(name, row, column): cell for column, cell in enumerate(cells, start=1) if cell != ""}
    return found
