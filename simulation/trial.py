"""One damaged file put before the bridge: what it made of it, and what of that is wrong."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from random import Random
from xml.parsers import expat

from openpyxl import load_workbook

from bridge.columns import Column
from bridge.csv_file import csv_table
from bridge.csv_patch import csv_patch
from bridge.errors import BridgeError
from bridge.mark import Mark
from bridge.patch import Change, Patched, patch
from bridge.read import Table, table_in
from bridge.refusals import TargetsRefusedError
from bridge.values import Cell, Kind, Unclear, Value, Whole, Words, meaning
from simulation.strict_reader import NoOpinionError, Opinion, opinion
from simulation.workbook_seeds import unzipped

_NOTHING = Cell(Kind.NOTHING, "")
_NOTE = "✓ 12 → 19 & <baru>"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far an input got (``refused``, ``unpatched``, ``patched``), the code that stopped it, and every violation."""

    reached: str
    code: str
    is_compared: bool
    violations: tuple[str, ...]


def tried_workbook(content: bytes, random: Random) -> Verdict:
    """Read a workbook, compare what was read, write into it, and look at what was written."""
    try:
        table = table_in(content, "fuzz.xlsx")
    except BridgeError as error:
        return Verdict("refused", error.code, is_compared=False, violations=())
    seen = _opinion(content, table.sheet)
    wrong = [] if seen is None else list(_wrongly_read(table, seen))
    changes, added = _wishes(table, random)
    try:
        result, changes = _patched(table, changes, added, random)
    except BridgeError as error:
        return Verdict("unpatched", error.code, seen is not None, tuple(wrong))
    wrong += _damage(table, result)
    again = table_in(result.content, "fuzz.xlsx")
    wrong += _lost(table, again, changes, result)
    new = _opinion(result.content, table.sheet)
    if seen is not None and new is None:
        wrong.append("meaning lost: a strict reader understands the old file and not the new one")
    if new is not None:
        wrong += _wrongly_read(again, new)
    return Verdict("patched", "", seen is not None, tuple(wrong))


def tried_csv(content: bytes, random: Random) -> Verdict:
    """Read a CSV file and write into it."""
    try:
        table = csv_table(content, "fuzz.csv")
    except BridgeError as error:
        return Verdict("refused", error.code, is_compared=False, violations=())
    changes, added = _wishes(table, random)
    try:
        result = csv_patch(table, changes, added)
    except BridgeError as error:
        return Verdict("unpatched", error.code, is_compared=False, violations=())
    # Notes may be spelled in plain letters, which is csv_patch's own promise to keep; numbers may not.
    wrong = _lost(table, csv_table(result.content, "fuzz.csv"), changes, result, but=Column.NOTE)
    return Verdict("patched", "", is_compared=False, violations=tuple(wrong))


def _opinion(content: bytes, sheet: str) -> Opinion | None:
    try:
        return opinion(content, sheet)
    except NoOpinionError:
        return None


def _wrongly_read(table: Table, seen: Opinion) -> Iterator[str]:
    """Tell where the bridge says something else than the oracle; that it holds a cell is never wrong."""
    rows = {row.number: row.cells for row in table.rows}
    numbers = {row for row, _ in seen.cells} | rows.keys()
    for number in sorted(each for each in numbers if each > table.header_row):
        for column, position in table.columns.items():
            expected = meaning(column, seen.cells.get((number, position), _NOTHING))
            stated = rows[number][column] if number in rows else meaning(column, _NOTHING)
            if not isinstance(stated, Unclear) and stated != expected:
                yield f"wrong read: row {number} {column} is {expected}, not {stated}"


def _wishes(table: Table, random: Random) -> tuple[list[Change], list[dict[Column, int | str]]]:
    rows = random.sample(table.rows, min(2, len(table.rows)))
    changes = [Change(row.number, Column.STOCK, random.randrange(100)) for row in rows]
    changes += [Change(row.number, Column.NOTE, random.choice((_NOTE, None))) for row in rows[:1]]
    added: list[dict[Column, int | str]] = [{Column.SKU: "BARU", Column.STOCK: 5}]
    return changes, added[: random.randrange(2)]


def _patched(
    table: Table, changes: list[Change], added: Sequence[dict[Column, int | str]], random: Random
) -> tuple[Patched, list[Change]]:
    """Write what can be written, leaving out once what is refused."""
    mark = random.choice((None, Mark("tokofuzz", 3)))
    try:
        return patch(table, changes, added, mark=mark), changes
    except TargetsRefusedError as error:
        rows = {each.params["row"] for each in error.refused}
        kept = [each for each in changes if each.row not in rows]
        return patch(table, kept, mark=mark), kept


def _damage(table: Table, result: Patched) -> Iterator[str]:
    """Tell what is broken in the new file, and whether it was whole in the old one."""
    try:
        with zipfile.ZipFile(BytesIO(result.content)) as archive:
            if archive.testzip() is not None:
                yield "bad zip: a part fails its CRC"
        old, new = unzipped(table.content), unzipped(result.content)
    except (zipfile.BadZipFile, RuntimeError) as error:  # RuntimeError: a version or method it does not know
        yield f"bad zip: Python's zipfile says {error}"
        return
    for name in new:
        if old.get(name) != new[name] and (why := _malformed(new[name])):
            was = "was malformed before" if name in old and _malformed(old[name]) else "was well-formed before"
            yield f"malformed part written, {was}: {name}: {why}"
    if _opens(table.content) and not _opens(result.content):
        yield "not for openpyxl: it opens the old file and not the new one"


def _malformed(part: bytes) -> str:
    """Ask expat, which stops at no depth, what is wrong with a part; empty when it is well-formed."""
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(part, True)
    except expat.ExpatError as error:
        return str(error)
    return ""


def _opens(content: bytes) -> bool:
    try:
        load_workbook(BytesIO(content))
    except Exception:  # noqa: BLE001 -- openpyxl raises anything at all for a damaged file
        return False
    return True


def _lost(
    table: Table, again: Table, changes: Sequence[Change], result: Patched, *, but: Column | None = None
) -> Iterator[str]:
    """Tell what the bridge itself reads wrongly from the new file: targets, and everything else it knows."""
    wished = {(each.row, each.column): each.value for each in changes}
    before = {row.number: row.cells for row in table.rows}
    after = {row.number: row.cells for row in again.rows}
    for number in before.keys() - set(result.appended_rows):
        for column in table.columns:
            if column is but:
                continue
            expected = before[number][column]
            if (number, column) in wished:
                expected = _written(wished[number, column])
            stated = after[number][column] if number in after else meaning(column, _NOTHING)
            is_cleared = isinstance(stated, Unclear) and stated.code == "cell.formula_without_value"
            if stated != expected and not is_cleared:
                yield f"wrong write: row {number} {column} is {stated}, not {expected}"


def _written(wish: int | str | None) -> Value:
    match wish:
        case int():
            return Whole(wish)
        case str():
            return Words(wish)
    return meaning(Column.NOTE, _NOTHING)
