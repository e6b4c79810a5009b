"""Proves that a new file says what was wished and is otherwise the old one, before anyone gets to see it."""

from collections.abc import Iterator, Mapping
from heapq import merge
from itertools import zip_longest
from operator import itemgetter
from typing import TypeAlias
from xml.parsers import expat

from bridge.columns import Column
from bridge.errors import FileRefusedError
from bridge.read import Table, find_sheet
from bridge.refusals import TargetsRefusedError, refused_cell
from bridge.values import BLANK, Cell, Kind, Unclear, Value, Whole, meaning
from bridge.xlsx.archive import Archive, Member
from bridge.xlsx.package import Package
from bridge.xlsx.rewrite import Rewritten
from bridge.xlsx.second_reader import differences
from bridge.xlsx.splice import Wish

Wishes: TypeAlias = Mapping[int, Mapping[Column, Wish]]
"""What cells shall hold, by row and column."""
_Cells: TypeAlias = Mapping[Column, Value]


def verify(table: Table, old: Archive, new: Rewritten, wishes: Wishes) -> None:
    """Read the new file as any reader would, once, and compare every known cell and every part of it.

    Raises :class:`~bridge.refusals.TargetsRefusedError` with the cells that do not hold what they should (a date
    format makes a date of every number), :class:`~bridge.errors.FileRefusedError` for anything else.
    """
    archive = Archive(new.content, table.name)
    sheet = find_sheet(Package(archive), table.layout)
    place = sheet.entry.name, sheet.header.row, sheet.header.columns
    if place != (table.sheet, table.header_row, table.columns):
        raise FileRefusedError("workbook.not_verified", row=table.header_row)
    wrong: list[FileRefusedError] = []
    for found, wanted in zip_longest(sheet.rows(), _expected_rows(table, wishes)):
        if found == wanted:
            continue
        if found is None or wanted is None or found[0] != wanted[0]:
            raise FileRefusedError("workbook.not_verified", row=(found or wanted or (table.header_row,))[0])
        number, cells = found
        wrong += (
            refused_cell("workbook.not_verified", number, table.columns[column])
            for column in cells
            if cells[column] != wanted[1][column]
            and not _lost_its_value(cells[column], is_stale=(number, table.columns[column]) in new.stale)
        )
    if wrong:
        raise TargetsRefusedError(wrong)
    _compare_parts(table, old, archive, new.replaced)
    _ask_another(table, new, wishes)


def _lost_its_value(found: Value, *, is_stale: bool) -> bool:
    return is_stale and (found == BLANK or (isinstance(found, Unclear) and found.code == "cell.formula_without_value"))


def _ask_another(table: Table, new: Rewritten, wishes: Wishes) -> None:
    """Let a second program compare all cells of the sheet; it may have no opinion."""
    positions = {
        (number, table.columns[column]): wish for number, row in wishes.items() for column, wish in row.items()
    }
    wrong = differences(table.content, new.content, table.sheet, positions, stale=new.stale)
    if wrong:
        raise TargetsRefusedError([refused_cell("workbook.not_verified", row, column) for row, column in wrong])


def _expected_rows(table: Table, wishes: Wishes) -> Iterator[tuple[int, _Cells]]:
    """Yield the rows as they should be read now, those blank in every column left out."""
    there = {row.number for row in table.rows if row.number in wishes}
    blank: _Cells = dict.fromkeys(table.columns, BLANK)
    before = ((row.number, row.cells) for row in table.rows)
    new = ((number, blank) for number in sorted(wishes.keys() - there))
    for number, cells in merge(before, new, key=itemgetter(0)):
        if number in wishes:
            now = {**cells, **{column: _expected(column, wish) for column, wish in wishes[number].items()}}
            if any(value != BLANK for value in now.values()):
                yield number, now
        else:
            yield number, cells


def _expected(column: Column, wish: Wish) -> Value:
    if wish is None:
        return BLANK
    return Whole(wish) if isinstance(wish, int) else meaning(column, Cell(Kind.TEXT, wish))


def _compare_parts(table: Table, old: Archive, new: Archive, replaced: frozenset[str]) -> None:
    """Copied parts must be the same bytes as they lie in the file; the others must unpack, to XML."""
    for member in old.members:
        copy = new.find(member.name)
        if copy is None or (member.name not in replaced and bytes(old.raw(member)) != bytes(new.raw(copy))):
            raise FileRefusedError("workbook.not_verified", row=table.header_row)
    for member in new.members:
        if member.name in replaced:
            _prove_xml(table, new, member)


def _prove_xml(table: Table, archive: Archive, member: Member) -> None:
    """A part that was not well-formed before would not be so now either: nobody could tell which of us it was."""
    parser = expat.ParserCreate(None, " ")
    try:
        for piece in archive.stream(member):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError) as error:
        raise FileRefusedError("workbook.odd_markup", name=table.name, part=member.name) from error
