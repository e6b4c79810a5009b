"""Puts thousands of damaged workbooks before the bridge: ``python -m simulation.fuzz_workbooks --inputs 5000``.

What it looks for: any error but a :class:`~bridge.errors.BridgeError`, an input that takes too long or too
much memory, a cell read wrongly without being held, a damaged file written. It ends with 1 when it found any,
and leaves the inputs in a folder; ``--seed`` and the number of an input make it again.

Inputs run in batches in a process of their own, because a runaway pattern holds the interpreter and memory
that was asked for is never given back: the system's own alarm and limit end it, whatever Python does.
"""

import argparse
import json
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from simulation.text_mutations import CSV_MUTATIONS, XML_MUTATIONS
from simulation.trial import Verdict, tried_csv, tried_workbook
from simulation.workbook_seeds import CSV_FILES, SHEET, unzipped, workbooks, zipped
from simulation.zip_mutations import ZIP_MUTATIONS, flipped

BATCH = 250
LONGEST_S = 20
"""For one input, reading and patching together; a few hundredths are usual."""
MOST_BYTES = 1024**3
EXAMPLES = 5
_SHARES = ("zip", "zip", "xml", "xml", "xml", "csv")
_FAVOURITES = (
    *[SHEET] * 3,
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "[Content_Types].xml",
)


@dataclass(slots=True)
class Tally:
    """What became of all inputs."""

    inputs: int = 0
    compared: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    violations: dict[int, list[str]] = field(default_factory=dict)
    slowest_s: float = 0.0

    def summary(self) -> str:
        """Say it in a few lines."""
        refused, unpatched, patched = (self.reached[each] for each in ("refused", "unpatched", "patched"))
        lines = [
            f"{self.inputs} inputs: {refused} refused, {unpatched} read but not written, {patched} written",
            f"{self.compared} compared with a strict reader; slowest {self.slowest_s:.2f} s",
            *(f"  {code}: {count}" for code, count in self.codes.most_common()),
        ]
        kinds = Counter(each.partition(":")[0] for found in self.violations.values() for each in found[:1])
        for kind, count in kinds.most_common():
            lines.append(f"VIOLATION {kind}: {count} inputs, for instance")
            examples = [(number, found[0]) for number, found in self.violations.items() if found[0].startswith(kind)]
            lines += [f"  --only {number}: {said}" for number, said in examples[:EXAMPLES]]
        return "\n".join(lines)


def made(seed: int, number: int) -> tuple[str, bytes, Random]:
    """Make one input: what kind it is, its bytes, and the chance that goes on with it."""
    random = Random(f"{seed}:{number}")  # noqa: S311 -- chance, not secrets
    kind = random.choice(_SHARES)
    times = random.choice((1, 1, 1, 2, 4))
    if kind == "csv":
        content = random.choice(list(CSV_FILES.values()))
        for _ in range(times):
            content = random.choice(CSV_MUTATIONS)(content, random)
        return kind, content, random
    content = random.choice(list(_workbooks().values()))
    if kind == "zip":
        content = random.choice(ZIP_MUTATIONS)(content, random)
        return kind, random.choice((content, content, flipped(content, random))), random
    parts = unzipped(content)
    for _ in range(times):
        name = random.choice([each for each in _FAVOURITES if each in parts])
        parts[name] = random.choice(XML_MUTATIONS)(parts[name], random)
    return kind, zipped(parts), random


@cache
def _workbooks() -> Mapping[str, bytes]:
    return workbooks()


def judged(seed: int, number: int) -> Verdict:
    """Try one input in this process; what it raises beside what the bridge promises is a violation."""
    kind, content, random = made(seed, number)
    try:
        return (tried_csv if kind == "csv" else tried_workbook)(content, random)
    except (Exception, MemoryError):  # noqa: BLE001 -- that anything else is raised is what is looked for
        return Verdict("crashed", "", is_compared=False, violations=(f"error: {traceback.format_exc(limit=-4)}",))


def run_batch(seed: int, first: int, count: int) -> None:
    """Try inputs one after the other, each announced and answered by one line of JSON."""
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    for number in range(first, first + count):
        print(json.dumps({"number": number}), flush=True)  # noqa: T201 -- the parent reads it
        signal.setitimer(signal.ITIMER_REAL, LONGEST_S)
        began = time.perf_counter()
        verdict = judged(seed, number)
        signal.setitimer(signal.ITIMER_REAL, 0)
        took_s = time.perf_counter() - began
        print(json.dumps({"number": number, "took_s": took_s, **asdict(verdict)}), flush=True)  # noqa: T201 -- as above


def fuzzed(seed: int, inputs: int) -> Tally:
    """Try this many inputs and count what became of them."""
    tally = Tally()
    number = 0
    while number < inputs:
        for line in _batch(seed, number, min(BATCH, inputs - number)):
            number = line["number"] + 1
            _count(tally, line)
    return tally


def _batch(seed: int, first: int, count: int) -> Iterator[dict[str, Any]]:
    """Yield one answer for each input of a batch; the last one is the input its process died of, if it did."""
    words = [sys.executable, "-m", __spec__.name, "--seed", str(seed), "--batch", f"{first}+{count}"]
    begun: dict[str, Any] | None = None
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 -- this very program
        for line in child.stdout or ():
            if not line.startswith('{"'):
                sys.stderr.write(f"a library said: {line}")
                continue
            said = json.loads(line)
            begun = None if "reached" in said else said
            if begun is None:
                yield said
    if child.returncode and begun is None:
        raise RuntimeError(f"the batch from {first} on ended with {child.returncode} between two inputs")
    if begun is not None:
        signal_name = signal.Signals(-child.returncode).name if child.returncode < 0 else str(child.returncode)
        why = f"hang: more than {LONGEST_S} s" if signal_name == "SIGALRM" else f"death: its process got {signal_name}"
        yield {**begun, "took_s": LONGEST_S, **asdict(Verdict("crashed", "", is_compared=False, violations=(why,)))}


def _count(tally: Tally, line: Mapping[str, Any]) -> None:
    tally.inputs += 1
    tally.compared += line["is_compared"]
    tally.reached[line["reached"]] += 1
    tally.slowest_s = max(tally.slowest_s, line["took_s"])
    if line["code"]:
        tally.codes[line["code"]] += 1
    if line["violations"]:
        tally.violations[line["number"]] = line["violations"]


def _saved(seed: int, numbers: Iterable[int]) -> Path:
    """Leave the inputs that were found in a new folder."""
    folder = Path(tempfile.mkdtemp(prefix="selaras-fuzz-"))
    for number in numbers:
        kind, content, _ = made(seed, number)
        (folder / f"{seed}-{number}.{'csv' if kind == 'csv' else 'xlsx'}").write_bytes(content)
    return folder


def main() -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="Puts damaged workbooks before the bridge.")
    parser.add_argument("--inputs", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="try one input and show what becomes of it")
    parser.add_argument("--batch", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.batch:
        first, _, count = asked.batch.partition("+")
        run_batch(asked.seed, int(first), int(count))
        return 0
    if asked.only is not None:
        verdict = judged(asked.seed, asked.only)
        said = [verdict.reached, verdict.code, *verdict.violations]
        has_found = {asked.only: said} if verdict.violations else {}
    else:
        tally = fuzzed(asked.seed, asked.inputs)
        said, has_found = [tally.summary()], tally.violations
    if has_found:
        said.append(f"{len(has_found)} inputs are saved in {_saved(asked.seed, has_found)}")
    print(*filter(None, said), sep="\n")  # noqa: T201 -- the answer of a command
    return bool(has_found)


if __name__ == "__main__":
    sys.exit(main())
