"""Plant faults into the rules, one at a time, and see that the tests notice each.

``python -m simulation.mutants [--only WORD] [--jobs 2]``. Each fault of :mod:`simulation.planted` is put into a copy of
the program; the tests run against it, the quick ones first, until one fails. A fault that no test notices is a hole:
the exit code is 1 then, and 2 when a fault does not fit the program any more.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from simulation.planted import FAULTS, Fault

_ROOT = Path(__file__).resolve().parent.parent
_COPIED = ("bridge", "daemon", "simulation", "systemd", "tests", "pyproject.toml", "config.example.yaml", "README.md")
_STAGES = (
    ("tests/domain", "tests/mirror"),
    tuple(f"tests/cycle/test_{name}.py" for name in ("revisions", "faults", "cycle", "odd_moments")),
    ("tests/simulation/test_simulation.py",),
    ("tests/cycle",),
)
"""Tests from the quickest to the slowest; the last ones need minutes."""
_LONGEST_S = 1200


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a fault: the first test that failed, or ``None``; and how long it took."""

    fault: Fault
    caught_by: str | None
    seconds: float


def misfits() -> list[Fault]:
    """List the faults whose place is not found exactly once."""
    return [fault for fault in FAULTS if (_ROOT / fault.path).read_text(encoding="utf-8").count(fault.old) != 1]


@contextmanager
def _planted(copy: Path, fault: Fault) -> Iterator[None]:
    path = copy / fault.path
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound.replace(fault.old, fault.new), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(sound, encoding="utf-8")


def _try(copies: "SimpleQueue[Path]", fault: Fault) -> Verdict:
    copy, started = copies.get(), time.monotonic()
    try:
        with _planted(copy, fault):
            caught_by = next(filter(None, (_first_failure(copy, stage) for stage in _STAGES)), None)
        if caught_by is not None and _first_failure(copy, (caught_by.partition(" (")[0],)) is not None:
            raise SystemExit(f"{caught_by} fails without any fault: it notices nothing")
    finally:
        copies.put(copy)
    return Verdict(fault, caught_by, time.monotonic() - started)


def _first_failure(copy: Path, tests: tuple[str, ...]) -> str | None:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:randomly", *tests]
    try:
        ran = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=_LONGEST_S, check=False)  # noqa: S603 -- ourselves
    except subprocess.TimeoutExpired:
        print(f"not run to the end in {_LONGEST_S} s: {' '.join(tests)}", flush=True)
        return None
    if ran.returncode == 0:
        return None
    said = (line.partition(" ") for line in ran.stdout.splitlines() if line.startswith(("FAILED ", "ERROR ")))
    failed = (test.partition(" - ")[0] for _outcome, _blank, test in said)
    # A fault may keep a module from being imported, or the run from being collected: that is noticed as well.
    return next(failed, f"{tests[0]} (exit code {ran.returncode})")


@contextmanager
def _copies(count: int) -> Iterator["SimpleQueue[Path]"]:
    with tempfile.TemporaryDirectory() as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(count):
            copy = Path(folder) / str(number)
            copy.mkdir()
            for name in _COPIED:
                source = _ROOT / name
                if source.is_dir():
                    shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", "e2e"))
                else:
                    shutil.copy(source, copy / name)
            copies.put(copy)
        yield copies


def main() -> int:
    """Try every fault, and print what noticed it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="faults with this word in their sentence")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    if strange := misfits():
        for fault in strange:
            print(f"does not fit any more: {fault.sentence} ({fault.path})")
        return 2
    faults = [fault for fault in FAULTS if given.only in fault.sentence]
    with _copies(given.jobs) as copies, ThreadPoolExecutor(given.jobs) as pool:
        verdicts = list(pool.map(lambda fault: _told(_try(copies, fault)), faults))
    missed = [verdict for verdict in verdicts if verdict.caught_by is None]
    print(f"{len(verdicts)} faults planted, {len(verdicts) - len(missed)} noticed, {len(missed)} missed.")
    return 1 if missed else 0


def _told(verdict: Verdict) -> Verdict:
    said = verdict.caught_by or "NOTICED BY NOTHING"
    print(f"| {verdict.fault.sentence} | `{said}` | {verdict.seconds:.0f} s |", flush=True)
    return verdict


if __name__ == "__main__":
    sys.exit(main())
