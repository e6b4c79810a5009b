"""The single measurements behind :mod:`benchmarks.bridge`, each run in a process of its own.

``python -m benchmarks.bridge_tasks TASK WARMING WORKBOOK`` prints wall and CPU seconds (child processes included)
and peak memory (VmHWM, KiB) as JSON. Each task is done once with a small workbook before the clock starts, ours and
those of others alike: imports and compiled patterns cost a daemon once in its life. They count for the memory.
"""

import json
import os
import sys
import time
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

from benchmarks.goods import COLUMNS
from bridge.columns import Column
from bridge.formulas.graph import dependents
from bridge.patch import Change, patch
from bridge.read import read_table
from bridge.xlsx.archive import Archive
from bridge.xlsx.fingerprint import fingerprint
from bridge.xlsx.package import Package
from bridge.xlsx.rewrite import rewritten
from bridge.xlsx.sheet_patch import SheetEdit

_SHEET = "xl/worksheets/sheet1.xml"
_EDITS = 250
Work = Callable[[], object]


def _saved(path: Path, content: bytes) -> None:
    with path.with_suffix(".out").open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _changes(path: Path) -> list[Change]:
    """250 numbers and 250 texts, spread over the sheet; about half of the texts go into empty cells."""
    step = max(1, int(path.stem.split("-")[0]) // _EDITS)
    rows = range(2, 2 + step * _EDITS, step)
    numbers = [Change(row, Column.STOCK, 7000 + row) for row in rows]
    return numbers + [Change(row, Column.NOTE, f"✓ {row} → {row + 7}") for row in rows]


def _read(path: Path) -> Work:
    return lambda: read_table(path)


def _read_calamine(path: Path) -> Work:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 -- its memory must not burden the others

    return lambda: CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def _read_openpyxl(path: Path) -> Work:
    from openpyxl import load_workbook  # noqa: PLC0415 -- as above

    return lambda: [list(row) for row in load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)]


def _edit(path: Path) -> SheetEdit:
    wishes: dict[int, dict[int, int | str | None]] = {}
    for change in _changes(path):
        wishes.setdefault(change.row, {})[COLUMNS[change.column]] = change.value
    return SheetEdit(1, int(path.stem.split("-")[0]) + 1, wishes, frozenset(COLUMNS.values()))


def _splice(path: Path) -> Work:
    """A workbook never seen before: its formulas have to be looked for."""
    edit = _edit(path)

    def spliced() -> None:
        package = Package(Archive(path.read_bytes(), path.name))
        _saved(path, rewritten(package, package.sheets()[0], edit).content)

    return spliced


def _splice_again(path: Path) -> Work:
    """A workbook whose formulas are known from the write before."""
    package = Package(Archive(path.read_bytes(), path.name))
    dependents(package, {_SHEET: []})
    return _splice(path)


def _codec(path: Path) -> Work:
    """Merely inflate, deflate and save the sheet part: what no way of changing it can do without."""
    archive = Archive(path.read_bytes(), path.name)
    part = archive.find(_SHEET)
    if part is None:
        raise SystemExit(f"{path.name} has no {_SHEET}")
    packed = archive.content[part.data : part.data + part.packed]

    def repacked() -> None:
        unpacker, packer = zlib.decompressobj(-15), zlib.compressobj(6, zlib.DEFLATED, -15)
        out = [packer.compress(unpacker.decompress(packed[at : at + 65536])) for at in range(0, len(packed), 65536)]
        _saved(path, b"".join([*out, packer.flush()]))

    return repacked


def _patch(path: Path) -> Work:
    table, changes = read_table(path), _changes(path)
    return lambda: _saved(path, patch(table, changes).content)


def _patch_openpyxl(path: Path) -> Work:
    from openpyxl import load_workbook  # noqa: PLC0415 -- as above

    def saved() -> None:
        workbook = load_workbook(path)
        for change in _changes(path):
            workbook.worksheets[0].cell(change.row, COLUMNS[change.column]).value = change.value
        workbook.save(path.with_suffix(".out"))

    return saved


def _unchanged(path: Path) -> Work:
    parts = read_table(path).parts

    def compared() -> None:
        found = fingerprint(path)
        if found is None or not found.agrees(parts):
            raise SystemExit(f"{path.name} was not recognised")

    return compared


def _reread(path: Path) -> Work:
    known = read_table(path)
    return lambda: read_table(path, known=known)


TASKS: Mapping[str, Callable[[Path], Work]] = {
    "read": _read,
    "read_calamine": _read_calamine,
    "read_openpyxl": _read_openpyxl,
    "splice": _splice,
    "splice_again": _splice_again,
    "codec": _codec,
    "patch": _patch,
    "patch_openpyxl": _patch_openpyxl,
    "unchanged": _unchanged,
    "reread": _reread,
}


def _cpu_s() -> float:
    """CPU seconds so far, child processes included; ``os.times`` counts in hundredths, which is too coarse."""
    used = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    return sum(each.ru_utime + each.ru_stime for each in used)


def _peak_kib() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def main() -> None:
    """Run one task once."""
    task = TASKS[sys.argv[1]]
    task(Path(sys.argv[2]))()
    work = task(Path(sys.argv[3]))
    cpu_s, start = _cpu_s(), time.perf_counter()
    work()
    wall_s, cpu_s = time.perf_counter() - start, _cpu_s() - cpu_s
    sys.stdout.write(json.dumps({"wall_s": wall_s, "cpu_s": cpu_s, "peak_kib": _peak_kib()}))


if __name__ == "__main__":
    main()
