"""``python -m tests.simulation``: live many days, and show the shortest way to what goes wrong on one of them."""

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.day import live
from tests.simulation.moves import kind_of, moves_of
from tests.simulation.shrink import shrunk


def one(seed, steps):
    """Live the day of one seed; tells how it went and how long it took in seconds."""
    began = time.perf_counter()
    outcome = live(kind_of(seed), seed, moves_of(seed, steps))
    return seed, outcome, time.perf_counter() - began


def shorter(seed, steps):
    """Find a short list of moves with which the day of ``seed`` goes wrong in the same way."""
    kind, moves = kind_of(seed), moves_of(seed, steps)
    wanted = _sort_of(live(kind, seed, moves))
    return shrunk(moves, lambda fewer: wanted is not None and _sort_of(live(kind, seed, fewer)) == wanted)


def _sort_of(outcome):
    """What is wrong, as far as two days can be alike in it: the check that found it."""
    return outcome.wrong[0].partition(":")[0] if outcome.wrong else None


def main():
    """Live the days that the command line asks for; ends with 1 when one of them went wrong."""
    options = _options()
    if os.environ.get("PYTHONHASHSEED") != "0":  # the order of sets is part of a day
        again = [sys.executable, "-m", "tests.simulation", *sys.argv[1:]]
        os.execve(sys.executable, again, os.environ | {"PYTHONHASHSEED": "0"})  # this very program
    began, total, slowest, bad = time.perf_counter(), Counter(), (0.0, 0), []
    seeds = range(options.from_seed, options.from_seed + options.seeds)
    with ProcessPoolExecutor(options.jobs) as pool:
        for seed, outcome, took_s in pool.map(one, seeds, [options.steps] * len(seeds), chunksize=2):
            total += outcome.counts
            slowest = max(slowest, (took_s, seed))
            if outcome.wrong:
                bad.append(seed)
                _say(f"seed {seed}: ", *outcome.wrong)
    took_s = time.perf_counter() - began
    _say(
        f"{len(seeds)} seeds of {options.steps} steps in {took_s:.0f} s; slowest: {slowest[0]:.1f} s, seed {slowest[1]}"
    )
    _say(", ".join(f"{name}: {times}" for name, times in sorted(total.items())))
    for seed in bad[: options.shrink]:
        moves = shorter(seed, options.steps)
        _say(f"\nseed {seed}, {kind_of(seed)}:", *live(kind_of(seed), seed, moves).wrong)
        _say("[", *(f"{move!r}," for move in moves))
        _say("]")
    sys.exit(bool(bad))


def _say(*lines):
    sys.stdout.write("\n    ".join(lines) + "\n")
    sys.stdout.flush()


def _options():
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=800)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--from-seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--shrink", type=int, default=1, help="how many of the bad days are made short")
    return parser.parse_args()


if __name__ == "__main__":
    main()
