"""The program of the child process in which calamine reads workbooks: requests come in, answers go out.

One far cell makes calamine ask for 550 GB and abort its whole process (tafia/calamine#693), which no
``except`` can catch, so it never runs in ours. A request is a line of JSON followed by the files it is
about, as long as its ``sizes`` say; an answer is a line of JSON, ``null`` for what calamine cannot
read. Started by path in Python's isolated mode, so it imports nothing of ours. It ends when its input
does, which is also when its parent dies.
"""

import ctypes
import json
import resource
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import zip_longest
from typing import Any, TypeAlias

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, load_workbook

Stored: TypeAlias = int | float | str | bool | time | date | datetime | timedelta
Wishes: TypeAlias = dict[int, dict[int, int | str | None]]

_MOST_BYTES = 2 * 1024**3
_MOST_CELLS = 20_000_000
_PR_SET_DUMPABLE = 4
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 -- a workbook's times have no zone
_EMPTY = ""
_NO_ROW: tuple[Stored, ...] = ()


def main() -> None:
    """Answer until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    # An abort must not lay a seller's workbook down as a core dump.
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    desk = Desk()
    tasks: Mapping[str, Callable[..., object]] = {
        "differences": desk.differences,
        "open": desk.open,
        "rows": desk.rows,
    }
    while line := sys.stdin.buffer.readline():
        request: dict[str, Any] = json.loads(line)
        task = tasks[request.pop("task")]
        contents = [sys.stdin.buffer.read(size) for size in request.pop("sizes")]
        try:
            answer = task(*contents, **request)
        except (CalamineError, MemoryError):
            answer = None
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


class Desk:
    """What the parent can ask for. Rows and columns count from 1."""

    def __init__(self) -> None:
        self._open: CalamineWorkbook | None = None

    def differences(
        self, before: bytes, after: bytes, sheet: str, wishes: Sequence[Any], stale: Sequence[Any]
    ) -> list[tuple[int, int]] | None:
        """List the cells that are wrong after a write; a new file that cannot be read is wrong in every target."""
        asked: Wishes = {}
        for row, column, wish in wishes:
            asked.setdefault(row, {})[column] = wish
        old = _sheet(load_workbook(BytesIO(before)), sheet)
        try:
            new = _sheet(load_workbook(BytesIO(after)), sheet)
        except CalamineError:
            return [(row, column) for row, column, _ in wishes] or None
        return list(_wrong(old, new, asked, {(row, column) for row, column in stale}))

    def open(self, content: bytes) -> list[str] | str:
        """Keep a workbook open for :meth:`rows`; give the names of its sheets, or ``"encrypted"``."""
        try:
            self._open = load_workbook(BytesIO(content))
        except PasswordError:
            return "encrypted"
        return self._open.sheet_names

    def rows(self, sheet: str, columns: Sequence[int] | None, first: int, last: int) -> list[tuple[int, list[object]]]:
        """List number and cells of the rows that are not empty, of all columns or of those named, in their order."""
        if self._open is None:
            raise CalamineError
        found = []
        for number, row in enumerate(_rows(_sheet(self._open, sheet)), start=1):
            if number > last:
                break
            picked = row if columns is None else [row[each - 1] if each <= len(row) else _EMPTY for each in columns]
            if number >= first and any(cell != _EMPTY for cell in picked):
                found.append((number, [_sent(cell) for cell in picked]))
        return found


def _sheet(workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > _MOST_CELLS:
        raise MemoryError
    return sheet


def _rows(sheet: CalamineSheet) -> Iterator[Sequence[Stored]]:
    """Yield all rows from the first row and column on; calamine leaves out the empty columns at the left."""
    left = [_EMPTY] * (sheet.start[1] if sheet.start else 0)
    return (left + row for row in sheet.iter_rows()) if left else sheet.iter_rows()


def _sent(cell: Stored) -> object:
    """Numbers, texts and booleans travel as themselves, times as the number that a workbook keeps for them."""
    if isinstance(cell, date | datetime | time | timedelta):
        return {"serial": _days(cell) / timedelta(days=1)}
    return cell


def _days(moment: date | datetime | time | timedelta) -> timedelta:
    match moment:
        case timedelta():
            return moment
        case datetime():
            return moment - _DAY_ZERO
        case date():
            return moment - _DAY_ZERO.date()
        case time():
            return datetime.combine(_DAY_ZERO, moment) - _DAY_ZERO


def _wrong(
    old: CalamineSheet, new: CalamineSheet, wishes: Wishes, stale: Collection[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    rows = zip_longest(_rows(old), _rows(new), fillvalue=_NO_ROW)
    for row, (before, after) in enumerate(rows, start=1):
        asked = wishes.pop(row, {})
        if not asked and _is_same(before, after):
            continue
        for column in range(1, max(len(before), len(after), *asked) + 1):
            now = _at(after, column)
            is_right = _holds(now, asked[column]) if column in asked else _is_same(_at(before, column), now)
            if not is_right and (row, column) not in stale:
                yield row, column
    for row, asked in wishes.items():
        yield from ((row, column) for column, wish in asked.items() if not _holds(_EMPTY, wish))


def _at(row: Sequence[Stored], column: int) -> Stored:
    return row[column - 1] if column <= len(row) else _EMPTY


def _is_same(before: object, after: object) -> bool:
    """Compare as text: TRUE is not 1, and what is not a number is the same as itself."""
    return repr(before) == repr(after)


def _holds(cell: Stored, wish: int | str | None) -> bool:
    return not isinstance(cell, bool) and cell == (_EMPTY if wish is None else wish)


if __name__ == "__main__":
    main()
