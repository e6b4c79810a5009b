"""Builds the new file of an edit: the sheet streamed through, what depends on it replaced, the rest copied raw.

It never holds a sheet in memory, whole or as rows, and it does not check its own work: :mod:`bridge.xlsx.verify` does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from zlib import crc32

from bridge.errors import FileRefusedError
from bridge.formulas.graph import dependents, filled_areas
from bridge.xlsx.archive import Member
from bridge.xlsx.areas import Area, area_of, grow_filter_name, grow_filters
from bridge.xlsx.markup import Asides, OddEncodingError, encoding_of
from bridge.xlsx.package import Package, SheetEntry
from bridge.xlsx.sheet_patch import SheetEdit, SheetPatcher
from bridge.xlsx.sheet_xml import Head, Rows, cells_in, pieces, rows_near, tags_for
from bridge.xlsx.stale import cleared, with_full_calculation
from bridge.xlsx.styles import unlocked_styles

_FEW = 3
"""A table has one header row and one totals row at most; a count of this many digits is damage."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new file, and the names of the parts in it that are not the old ones.

    ``stale`` are the formulas of the edited sheet, by row and column, that lost their cached value.
    """

    content: bytes
    replaced: frozenset[str]
    stale: frozenset[tuple[int, int]] = frozenset()


def rewritten(
    package: Package, sheet: SheetEntry, edit: SheetEdit, parts: Mapping[str, bytes] = MappingProxyType({})
) -> Rewritten:
    """Build the workbook with ``edit`` made in ``sheet``, and with ``parts`` replaced or added.

    Raises :class:`~bridge.refusals.TargetsRefusedError` with all cells that cannot be written,
    :class:`~bridge.errors.FileRefusedError` when the workbook as a whole cannot be changed safely.
    """
    if package.is_signed:
        raise FileRefusedError("workbook.signed")
    archive = package.archive
    patcher = SheetPatcher(edit, unlocked_styles(package))
    replaced: dict[str, Iterable[bytes]] = {name: [xml] for name, xml in parts.items()}
    if not edit.wishes:
        return Rewritten(archive.rewritten(replaced), frozenset(replaced))
    replaced |= _tables(package, sheet, edit, patcher)
    # A cell inside an array or a spill has no formula of its own; only the area of its master tells.
    for area in filled_areas(package, sheet.part):
        patcher.refuse_inside(area, "workbook.target_array")
    stale = dependents(package, {sheet.part.name: _changed(package, sheet, edit)})
    with package.understood(package.workbook):
        replaced |= _workbook(package, sheet, edit, has_stale=bool(stale))
    for each in package.sheets():
        cells = stale.get(each.part.name, frozenset())
        is_other = each.part.name != sheet.part.name
        if cells and is_other and not _is(each.part, cleared(archive.stream(each.part), cells)):
            replaced[each.part.name] = cleared(archive.stream(each.part), cells)
    own = stale.get(sheet.part.name, frozenset())
    with package.understood(sheet.part):
        asides = Asides()
        _refuse_odd_encoding(package, sheet.part)
        patched = asides.restored(patcher.stream(asides.taken(archive.stream(sheet.part))))
        replaced[sheet.part.name] = cleared(patched, own) if own else patched
        return Rewritten(archive.rewritten(replaced), frozenset(replaced), own)


def _is(part: Member, chunks: Iterable[bytes]) -> bool:
    """Tell whether these bytes are what the part holds already: formulas that never had a value lose none."""
    crc = size = 0
    for chunk in chunks:
        crc, size = crc32(chunk, crc), size + len(chunk)
    return (crc, size) == (part.crc, part.size)


def _changed(package: Package, sheet: SheetEntry, edit: SheetEdit) -> set[tuple[int, int]]:
    """The cells that hold something else afterwards; an added row continues every cell of the one above it."""
    changed = {(row, column) for row, wishes in edit.wishes.items() for column in wishes}
    columns = _columns_of(package, sheet, edit.last_row) if edit.added else ()
    return changed | {(row, column) for row in edit.added for column in columns}


def _columns_of(package: Package, sheet: SheetEntry, number: int) -> tuple[int, ...]:
    tags, after = tags_for(b""), 0
    with package.understood(sheet.part):
        for piece in pieces(Asides().taken(package.archive.stream(sheet.part))):
            if isinstance(piece, Head):
                tags = piece.tags
            elif isinstance(piece, Rows):
                for span in rows_near(piece.data, tags, after=after, numbers=[number]):
                    after = span.number
                    if span.number == number:
                        return tuple(cell.column for cell in cells_in(piece.data, tags, span.start, span.end))
    return ()


def _workbook(package: Package, sheet: SheetEntry, edit: SheetEdit, *, has_stale: bool) -> dict[str, Iterable[bytes]]:
    """Grow the hidden name of the autofilter; ask Excel to calculate what has no value any more."""
    old = package.read(package.workbook)
    new = old if edit.growth is None else grow_filter_name(old, sheet.index, edit.growth)
    if has_stale:
        new = with_full_calculation(new)
    return {} if new == old else {package.workbook.name: [new]}


def _refuse_odd_encoding(package: Package, part: Member) -> None:
    """What is not UTF-8 could only be written anew as a whole."""
    if encoding_of(next(package.archive.stream(part), b"")) != "utf-8":
        raise OddEncodingError


def _tables(package: Package, sheet: SheetEntry, edit: SheetEdit, patcher: SheetPatcher) -> dict[str, Iterable[bytes]]:
    """Grow the tables our rows belong to and leave those beside them; refuse targets in headers and totals."""
    replaced: dict[str, Iterable[bytes]] = {}
    for link in package.relations(sheet.part.name):
        part = package.archive.find(link.target) if link.kind == "table" else None
        if part is None:
            continue
        area = _refuse_fixed_rows(package, part, edit, patcher)
        if edit.growth is not None and not edit.growth.is_ours(area):
            patcher.leave(area)
        old = package.read(part)
        new = old if edit.growth is None else grow_filters(old, edit.growth)
        if new != old:
            replaced[part.name] = [new]
    return replaced


def _refuse_fixed_rows(package: Package, part: Member, edit: SheetEdit, patcher: SheetPatcher) -> Area:
    """Refuse targets in the header and the totals of a table; gives its area."""
    tree = package.tree(part)
    area = area_of(str(tree.get("ref", "")))
    counts = str(tree.get("headerRowCount", "1")), str(tree.get("totalsRowCount", "0"))
    if area is None or not all(count.isdecimal() and len(count) < _FEW for count in counts):
        raise package.refused(part)
    headers, totals = map(int, counts)
    fixed = {*range(area.first_row, area.first_row + headers), *range(area.last_row - totals + 1, area.last_row + 1)}
    for number, row in edit.wishes.items():
        for column in row:
            in_table = (number, column) in area
            meets_totals = totals and number in edit.added and area.first_column <= column <= area.last_column
            if (in_table and number in fixed) or (meets_totals and area.first_row <= edit.header_row):
                patcher.refuse("workbook.target_fixed_row", number, column)
    return area
