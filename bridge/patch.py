"""Writes cells into a workbook and leaves every other byte of it alone; proves it before handing it over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeAlias

from bridge.archive import Member
from bridge.areas import area_of, grow_filter_name, grow_filters
from bridge.columns import Column
from bridge.errors import FileRefusedError
from bridge.read import OpenSheet, Table, find_sheet
from bridge.sheet_patch import SheetEdit, SheetPatcher
from bridge.sheet_xml import LAST_ROW, cell_name
from bridge.splice import Wish
from bridge.values import BLANK, Cell, Kind, Value, Whole, meaning


@dataclass(frozen=True, slots=True)
class Change:
    """One cell to write in an existing row; ``None`` clears it."""

    row: int
    column: Column
    value: int | str | None


@dataclass(frozen=True, slots=True)
class Patched:
    """The new file. ``content_hash`` is its SHA-256 (hex); ``appended_rows`` are the numbers of the added rows."""

    content: bytes = field(repr=False)
    content_hash: str
    appended_rows: tuple[int, ...]


def patch(table: Table, changes: Sequence[Change], appended: Sequence[Mapping[Column, int | str]] = ()) -> Patched:
    """Build the workbook ``table`` was read from, with ``changes`` made and ``appended`` rows under the last one.

    Columns that the sheet does not have are left out. The result has been read again: targets hold
    what was wished, every other known cell what it held before. Raises
    :class:`~bridge.errors.FileRefusedError` where this cannot be done safely; ``row`` and ``cell`` among
    its params name the target in the way, so that the caller can leave it out and try again.
    """
    last_row = table.rows[-1].number if table.rows else table.header_row
    numbers = tuple(range(last_row + 1, last_row + 1 + len(appended)))
    wishes = _wishes(table, changes, dict(zip(numbers, appended, strict=True)))
    if not wishes:
        return Patched(table.content, table.content_hash, ())
    try:
        content = _patched(table, last_row, wishes)
    except FileRefusedError as error:
        raise error if "name" in error.params else error.at(name=table.name, sheet=table.sheet) from error
    return Patched(content, sha256(content).hexdigest(), numbers)


_Wishes: TypeAlias = Mapping[int, Mapping[Column, Wish]]
_FEW = 3
"""A table has one header row and one totals row at most; a count of this many digits is damage."""


def _wishes(
    table: Table, changes: Iterable[Change], appended: Mapping[int, Mapping[Column, int | str]]
) -> dict[int, dict[Column, Wish]]:
    wishes: dict[int, dict[Column, Wish]] = {}
    for change in changes:
        if not table.header_row < change.row <= LAST_ROW:
            raise FileRefusedError("workbook.target_header", name=table.name, sheet=table.sheet, row=change.row)
        if change.column in table.columns:
            wishes.setdefault(change.row, {})[change.column] = _wish(change.column, change.value)
    for number, row in appended.items():
        if number > LAST_ROW:
            raise FileRefusedError("workbook.sheet_full", name=table.name, sheet=table.sheet)
        wishes[number] = {column: _wish(column, value) for column, value in row.items() if column in table.columns}
    return {number: row for number, row in wishes.items() if row}


def _wish(column: Column, value: int | str | None) -> Wish:
    """A code is written as text, so that no program takes its zeros away."""
    if column is Column.SKU and value is not None:
        value = str(value)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _patched(table: Table, last_row: int, wishes: _Wishes) -> bytes:
    sheet = find_sheet(table.content, table.name)
    archive = sheet.package.archive
    if sheet.package.is_signed:
        raise FileRefusedError("workbook.signed")
    positions = {
        number: {table.columns[column]: wish for column, wish in row.items()} for number, row in wishes.items()
    }
    edit = SheetEdit(table.header_row, last_row, positions, frozenset(table.columns.values()))
    part = sheet.entry.part
    replaced: dict[str, Iterable[bytes]] = {**_tables(sheet, edit), **_filter_name(sheet, edit)}
    replaced[part.name] = SheetPatcher(edit).stream(archive.stream(part))
    # Whatever else must follow from a change (cached values that are stale now) is one more entry of `replaced`.
    with sheet.package.understood(part):
        content = archive.rewritten(replaced)
    _verify(table, content, wishes, replaced)
    return content


def _tables(sheet: OpenSheet, edit: SheetEdit) -> dict[str, Iterable[bytes]]:
    """Grow the tables our rows belong to; refuse targets in their headers and totals."""
    package = sheet.package
    replaced: dict[str, Iterable[bytes]] = {}
    for link in package.relations(sheet.entry.part.name):
        part = package.archive.find(link.target) if link.kind == "table" else None
        if part is None:
            continue
        _refuse_fixed_rows(sheet, part, edit)
        old = package.read(part)
        new = old if edit.growth is None else grow_filters(old, edit.growth)
        if new != old:
            replaced[part.name] = [new]
    return replaced


def _refuse_fixed_rows(sheet: OpenSheet, part: Member, edit: SheetEdit) -> None:
    tree = sheet.package.tree(part)
    area = area_of(str(tree.get("ref", "")))
    counts = str(tree.get("headerRowCount", "1")), str(tree.get("totalsRowCount", "0"))
    if area is None or not all(count.isdecimal() and len(count) < _FEW for count in counts):
        raise sheet.package.refused(part)
    headers, totals = map(int, counts)
    fixed = {*range(area.first_row, area.first_row + headers), *range(area.last_row - totals + 1, area.last_row + 1)}
    for number, row in edit.wishes.items():
        for column in row:
            in_table = (number, column) in area
            meets_totals = totals and number > edit.last_row and area.first_column <= column <= area.last_column
            if (in_table and number in fixed) or (meets_totals and area.first_row <= edit.header_row):
                raise FileRefusedError("workbook.target_fixed_row", row=number, cell=cell_name(number, column))


def _filter_name(sheet: OpenSheet, edit: SheetEdit) -> dict[str, Iterable[bytes]]:
    if edit.growth is None:
        return {}
    part = sheet.package.workbook
    old = sheet.package.read(part)
    new = grow_filter_name(old, sheet.entry.index, edit.growth)
    return {} if new == old else {part.name: [new]}


def _verify(table: Table, content: bytes, wishes: _Wishes, replaced: Iterable[str]) -> None:
    """Read the new file as any reader would and compare every known cell."""
    sheet = find_sheet(content, table.name)
    archive = sheet.package.archive
    before = {row.number: row.cells for row in table.rows}
    blank = dict.fromkeys(table.columns, BLANK)
    for number, row in wishes.items():
        expected = {**before.get(number, blank), **{column: _expected(column, wish) for column, wish in row.items()}}
        before[number] = expected
    is_same_place = (sheet.entry.name, sheet.header_row, sheet.columns) == (
        table.sheet,
        table.header_row,
        table.columns,
    )
    missing = sum(any(value != BLANK for value in cells.values()) for cells in before.values())
    for found in sheet.rows():
        if found.cells != before.get(found.number):
            raise FileRefusedError("workbook.not_verified", row=found.number)
        missing -= 1
    if missing or not is_same_place:
        raise FileRefusedError("workbook.not_verified", row=table.header_row)
    for name in replaced:
        member = archive.find(name)
        if member is not None:
            archive.read(member)


def _expected(column: Column, wish: Wish) -> Value:
    if wish is None:
        return BLANK
    return Whole(wish) if isinstance(wish, int) else meaning(column, Cell(Kind.TEXT, wish))
