"""How fast and how lean reading and patching are, beside what they could at best cost and what others cost.

``python -m benchmarks.bridge [--rows 10000 100000] [--repeat 5] [--minutes 9] [--skip-openpyxl]``. Every measurement
runs in a fresh process, in rounds that take each task once, so that a busy machine slows all of them alike; figures
are medians. Ratios of wall time are compared with the goals of issue 3, ratios of CPU time stand beside them: where
the two disagree, something else was running. It reports and never fails; rounds are left out when time is up.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.bridge_tasks import TASKS
from benchmarks.goods import KINDS, write_goods

_WARMING = 300
"""So many rows has the workbook that each task is done with before the clock starts."""
_LARGE = 20_000
"""From so many rows on, openpyxl takes minutes: it is measured once, else in every second round."""
_STARTING_S = 0.5
"""What a task's process takes before and after the clock, about."""
_NOT_MEASURED = """Not measured: what Excel and LibreOffice take to open the result, cold disks and network shares,
imports and the compiling of patterns (once in a process), the memory of the second reader's own process.
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of one task over so many ``rounds``; CPU seconds include those of child processes."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    rounds: int


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure with what it should be: ``value`` may be at most ``most`` or must be at least ``least``."""

    text: str
    value: float
    cpu: float | None = None
    most: float = float("inf")
    least: float = 0.0

    def line(self) -> str:
        """Say whether the goal is met, the figure, the same in CPU time, and the goal; figures without goal say so."""
        cpu = "" if self.cpu is None else f"{self.cpu:.2f}"
        if self.most == float("inf") and not self.least:
            return f"          {self.value:8.2f} {cpu:>8} {'':>8}  {self.text}"
        limit = f"≥ {self.least:g}" if self.least else f"≤ {self.most:g}"
        verdict = "met   " if self.least <= self.value <= self.most else "MISSED"
        return f"  {verdict}  {self.value:8.2f} {cpu:>8} {limit:>8}  {self.text}"


def goals(figures: Mapping[str, Figures], kind: str) -> Iterable[Goal]:
    """Compare what was measured on one workbook with what issue 3 asks for."""

    def ratio(text: str, above: str, below: str, *, most: float = float("inf"), least: float = 0.0) -> Iterable[Goal]:
        if above in figures and below in figures:
            a, b = figures[above], figures[below]
            yield Goal(text, a.wall_s / b.wall_s, a.cpu_s / max(b.cpu_s, 0.001), most, least)

    if kind == "formulas":
        yield from ratio("openpyxl load and save : splicing, formulas cleared", "patch_openpyxl", "splice", least=8)
        yield from ratio("the same with the graph cached", "patch_openpyxl", "splice_again", least=15)
    else:
        yield from ratio("reading five columns : calamine's plain read", "read", "read_calamine", most=1.3)
        yield from ratio("openpyxl read-only : reading", "read_openpyxl", "read", least=6)
        yield from ratio("splicing 500 cells : inflate, deflate, fsync", "splice_again", "codec", most=1.3)
        yield from ratio("the same in a workbook never seen before", "splice", "codec", most=1.3)
        yield from ratio("openpyxl load and save : splicing", "patch_openpyxl", "splice", least=20)
    yield from ratio("looking for formulas : not having to", "splice", "splice_again")
    yield from ratio("openpyxl load and save : patch read back by two readers", "patch_openpyxl", "patch")
    yield Goal("reading, peak MiB", figures["read"].peak_mib, most=128)
    yield Goal("splicing, peak MiB", figures["splice"].peak_mib, most=48)
    yield Goal("knowing that nothing changed, ms", figures["unchanged"].wall_s * 1000, most=10)


def measured(path: Path, warming: Path, tasks: Sequence[str], *, rounds: int, until: float) -> dict[str, Figures]:
    """Run every task once a round, openpyxl less often; no round is begun that is likely to end too late.

    What openpyxl has not done when time is up is not measured at all.
    """
    runs: dict[str, list[dict[str, float]]] = {task: [] for task in tasks}
    is_large = int(path.stem.split("-")[0]) >= _LARGE
    for number in range(rounds):
        start = time.monotonic()
        skips_openpyxl = number % 2 == 1 or (number > 0 and is_large)
        for task in tasks:
            if skips_openpyxl and task.endswith("openpyxl"):
                continue
            command = [sys.executable, "-m", "benchmarks.bridge_tasks", task, str(warming), str(path)]
            patience_s = max(1.0, until - time.monotonic()) if task.endswith("openpyxl") else None
            with suppress(subprocess.TimeoutExpired):
                done = subprocess.run(command, check=True, capture_output=True, timeout=patience_s)  # noqa: S603 -- ours
                runs[task].append(json.loads(done.stdout))
        round_s = time.monotonic() - start
        if number == 0:
            round_s = sum(
                each[0]["wall_s"] + _STARTING_S for task, each in runs.items() if each and not task.endswith("openpyxl")
            )
        if time.monotonic() + round_s > until:
            break
    return {task: _figures(each) for task, each in runs.items() if each}


def _figures(runs: Sequence[Mapping[str, float]]) -> Figures:
    wall_s, cpu_s, peak_kib = (median(run[name] for run in runs) for name in ("wall_s", "cpu_s", "peak_kib"))
    return Figures(wall_s, cpu_s, peak_kib / 1024, len(runs))


def _tasks(kind: str, *, with_openpyxl: bool) -> list[str]:
    """The tasks that a kind of workbook has goals for."""
    left_out = {"formulas": {"read_calamine", "read_openpyxl", "codec", "reread"}, "inline": {"patch_openpyxl"}}
    return [
        task
        for task in TASKS
        if task not in left_out.get(kind, ()) and (with_openpyxl or not task.endswith("openpyxl"))
    ]


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    options.add_argument("--repeat", type=int, default=5)
    options.add_argument("--minutes", type=float, default=9.0, help="after these no further round is begun")
    options.add_argument("--skip-openpyxl", action="store_true", help="leave out what takes minutes")
    given = options.parse_args()
    end = time.monotonic() + 60 * given.minutes
    plan = [(rows, kind) for rows in given.rows for kind in KINDS]
    shares = [rows for rows, _ in plan]
    with tempfile.TemporaryDirectory() as folder:
        for number, (rows, kind) in enumerate(plan):
            warming = write_goods(Path(folder) / f"{_WARMING}-{kind}.xlsx", _WARMING, kind)
            path = write_goods(Path(folder) / f"{rows}-{kind}.xlsx", rows, kind)
            now = time.monotonic()
            until = now + (end - now) * (rows + _LARGE) / sum(each + _LARGE for each in shares[number:])
            tasks = _tasks(kind, with_openpyxl=not given.skip_openpyxl)
            figures = measured(path, warming, tasks, rounds=given.repeat, until=until)
            lines = [f"{rows} rows, {kind}: medians, and how many rounds they are of", "    wall s   CPU s   MiB"]
            lines += (
                f"  {each.wall_s:8.3f}{each.cpu_s:8.3f}{each.peak_mib:6.0f}  {task} ({each.rounds})"
                for task, each in figures.items()
            )
            lines += ["              wall      CPU     goal", *(goal.line() for goal in goals(figures, kind))]
            sys.stdout.write("\n".join(lines) + "\n\n")
            sys.stdout.flush()
    sys.stdout.write(_NOT_MEASURED)


if __name__ == "__main__":
    main()
