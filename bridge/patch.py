"""Writes cells into a workbook and leaves every other byte of it alone; proves it before handing it over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType

from bridge.columns import Column
from bridge.errors import FileRefusedError
from bridge.formulas.graph import carry_over
from bridge.mark import Mark, marked
from bridge.read import Table
from bridge.values import BLANK
from bridge.xlsx.archive import Archive
from bridge.xlsx.package import Package
from bridge.xlsx.rewrite import rewritten
from bridge.xlsx.sheet_patch import SheetEdit
from bridge.xlsx.sheet_xml import LAST_ROW
from bridge.xlsx.splice import Wish
from bridge.xlsx.verify import Wishes, verify


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


def patch(  # noqa: PLR0913 -- each is one kind of change to the same file, made in one pass
    table: Table,
    changes: Sequence[Change],
    appended: Sequence[Mapping[Column, int | str]] = (),
    *,
    mark: Mark | None = None,
    after: int | None = None,
    parts: Mapping[str, bytes] = MappingProxyType({}),
) -> Patched:
    """Build the workbook ``table`` was read from, with ``changes`` made and ``appended`` rows under the last one.

    The last one is the row ``after``, or the last with anything in its SKU cell: a seller's totals stand below.
    With ``mark`` the workbook carries that mark from then on; ``parts`` are other parts to be replaced, by name.
    Columns that the sheet does not have are left out. The result has been read again: targets hold
    what was wished, every other known cell what it held before. Raises
    :class:`~bridge.refusals.TargetsRefusedError` with every target that cannot be written safely, so that the
    caller can leave them out and try again (rows to be added are refused where something of the seller's stands),
    :class:`~bridge.errors.FileRefusedError` where the whole file cannot be changed.
    """
    last_row = _last_row(table) if after is None else max(after, table.header_row)
    numbers = tuple(range(last_row + 1, last_row + 1 + len(appended)))
    wishes = _wishes(table, changes, dict(zip(numbers, appended, strict=True)))
    if not (wishes or mark or parts):
        return Patched(table.content, table.content_hash, ())
    positions = {
        number: {table.columns[column]: wish for column, wish in row.items()} for number, row in wishes.items()
    }
    added = frozenset(numbers) & wishes.keys()
    edit = SheetEdit(table.header_row, last_row, positions, frozenset(table.columns.values()), added)
    try:
        content = _patched(table, edit, wishes, mark, parts)
    except FileRefusedError as error:
        raise error if "name" in error.params else error.at(name=table.name, sheet=table.sheet) from error
    return Patched(content, sha256(content).hexdigest(), numbers)


def _patched(table: Table, edit: SheetEdit, wishes: Wishes, mark: Mark | None, parts: Mapping[str, bytes]) -> bytes:
    package = Package(Archive(table.content, table.name))
    sheet = next(entry for entry in package.sheets() if entry.name == table.sheet)
    new = rewritten(package, sheet, edit, {**(marked(package, mark) if mark else {}), **parts})
    verify(table, package.archive, new, wishes)
    if not edit.added:
        carry_over(package.archive, Archive(new.content, table.name))
    return new.content


def _last_row(table: Table) -> int:
    coded = (row.number for row in reversed(table.rows) if row.cells[Column.SKU] != BLANK)
    return next(coded, table.header_row)


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
        known = {column: _wish(column, value) for column, value in row.items() if column in table.columns}
        wishes[number] = {**wishes.get(number, {}), **known}
    return {number: row for number, row in wishes.items() if row}


def _wish(column: Column, value: int | str | None) -> Wish:
    """A code is written as text, so that no program takes its zeros away."""
    if column is Column.SKU and value is not None:
        value = str(value)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
