"""How much of what a shop allows is used, and in which order, when there is much to read and to send.

``python -m benchmarks.mirror [--listings 10000] [--repeat 5]``. A sandbox in a process of its own allows so many calls
a second of each path; a fresh connector mirrors the whole catalogue, again and again for a minute at 50 calls a second,
once at 2. Then, at 2, one stock in a hundred and one price in two hundred are typed anew, half of the stock to less:
told is whether what falls went first and what rises last, how many calls a second all the paths together had, and the
time that was foretold half-way by what it took. Medians; it never fails.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

import httpx
from sqlalchemy import select

from bridge.columns import Column
from bridge.formats import patch_file
from bridge.patch import Change
from bridge.read import Row, read_table
from bridge.values import Whole, Words
from daemon.config import load_settings
from daemon.connect import connected
from daemon.cycle import run_cycle
from daemon.founding import found
from daemon.logs import configure_logs
from daemon.mirror import forecast
from daemon.mirror.schema import listings
from daemon.parts import Parts, Trigger

_FAST, _SLOW = 50.0, 2.0
_LONG_S = 60.0
_ONE_IN = 100
_NOT_MEASURED = "Not measured: a marketplace's own delays, its true limits, more than one shop, a busy disk."


class _Counting(httpx.AsyncHTTPTransport):
    """The network, with the moment of every answer, of every refusal, and the stock that was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.answered: list[float] = []
        self.refused: list[float] = []
        self.stock_sent: list[dict[str, int]] = []
        self.prices_sent_at: list[int] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        is_refused = response.status_code == 429
        (self.refused if is_refused else self.answered).append(time.monotonic())
        if not is_refused and request.url.path.endswith("/inventory/update"):
            skus = json.loads(request.content)["skus"]
            self.stock_sent.append({sku["id"]: sum(place["quantity"] for place in sku["inventory"]) for sku in skus})
        if not is_refused and request.url.path.endswith("/prices/update"):
            self.prices_sent_at.append(len(self.stock_sent))
        return response


@contextmanager
def _town(products: int, calls_per_s: float, folder: Path) -> Iterator[Path]:
    """A sandbox in a process of its own; gives the settings of a house that was founded for it."""
    ready = folder / "ready.json"
    command = [sys.executable, "-c", "from daemon.cli import app; app()", "sandbox", "--ready-file", str(ready)]
    options = ["--products", str(products), "--limit", str(calls_per_s)]
    with subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL) as sandbox:  # noqa: S603 -- ourselves
        try:
            while not ready.exists():
                if sandbox.poll() is not None:
                    raise SystemExit("the sandbox did not start")
                time.sleep(0.05)
            yield found(folder / "rumah", sandbox=ready, language="id").config
        finally:
            sandbox.terminate()


async def _sweep(config: Path, calls_per_s: float, *, long_s: float) -> dict[str, float]:
    """Read the whole catalogue with a connector that knows nothing yet; then again and again for ``long_s``."""
    network = _Counting()
    async with connected(load_settings(config), transport=network) as parts:
        (shop,) = parts.shops
        began, first_s, peaks = time.monotonic(), 0.0, list[float]()
        while not peaks or time.monotonic() - began < long_s:
            async for _page in shop.connector.sweep_listings():
                pass
            first_s = first_s or time.monotonic() - began
            peaks.append(_memory_mib())
        took_s = time.monotonic() - began
    return {
        "first_s": first_s,
        "used": len(network.answered) / took_s / calls_per_s,
        "refused": len(network.refused) / (len(network.answered) + len(network.refused)),
        "mib": peaks[0],
        "grown_mib": peaks[-1] - peaks[0],
    }


async def _send(config: Path) -> dict[str, float]:
    """Fill the workbook, then send what the seller typed."""
    network = _Counting()
    async with connected(load_settings(config), transport=network) as parts:
        await run_cycle(parts, Trigger.COMMAND)
        await asyncio.sleep(3)
        falling = _type(parts)
        network.answered.clear()
        began, foretold = time.monotonic(), list[tuple[float, float]]()

        def progress(event: str, shop: str, _count: int) -> None:
            if event == "left":
                with parts.mirror.transaction() as tx:
                    left = forecast.time_left(tx, shop, now=parts.now())
                if left is not None:
                    foretold.append((time.monotonic() - began, left.total_seconds()))

        result = await run_cycle(replace(parts, progress=progress), Trigger.SAVE)
        took_s = time.monotonic() - began
    falls = [index for index, sent in enumerate(network.stock_sent) if falling & sent.keys()]
    rises = [index for index, sent in enumerate(network.stock_sent) if not falling & sent.keys()]
    middle_at, middle_left = foretold[len(foretold) // 2]
    return {
        "took_s": took_s,
        "calls_per_s": len(network.answered) / took_s,
        "verified": float(result.push.verified),
        "in order": float(max(falls) < min(network.prices_sent_at) <= max(network.prices_sent_at) <= min(rises)),
        "foretold": middle_left / (took_s - middle_at),
    }


def _type(parts: Parts) -> frozenset[str]:
    """Type stock and prices of one product in so many anew, stock in turns less and more; tells whose stock falls."""
    table = read_table(parts.settings.workbook)
    rows = [row for row in table.rows if _whole(row, Column.STOCK)]
    stock, prices = rows[::_ONE_IN], rows[1 :: 2 * _ONE_IN]
    typed = [(row, Column.STOCK, 1 if at % 2 else -1) for at, row in enumerate(stock)]
    typed += [(row, Column.PRICE, 500) for row in prices]
    changes = [Change(row.number, column, _whole(row, column) + more) for row, column, more in typed]
    parts.settings.workbook.write_bytes(patch_file(table, changes, [], mark=table.mark).content)
    less = {
        value.text for row, _column, more in typed if more < 0 and isinstance(value := row.cells[Column.SKU], Words)
    }
    with parts.mirror.transaction() as tx:
        ids = tx.execute(select(listings.c.sku_id, listings.c.sku)).all()
    return frozenset(sku_id for sku_id, sku in ids if sku in less)


def _whole(row: Row, column: Column) -> int:
    value = row.cells[column]
    if not isinstance(value, Whole):
        raise SystemExit(f"the benchmark's row {row.number} has no number in {column}")
    return value.value


def _memory_mib() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def main() -> None:
    """Measure, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listings", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--long-s", type=float, default=_LONG_S)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        what, folder = given.child
        configure_logs(is_verbose=False)  # as in the service
        config = next(Path(folder).glob("*/config.yaml"))
        measured = {
            "fast": lambda: _sweep(config, _FAST, long_s=given.long_s),
            "slow": lambda: _sweep(config, _SLOW, long_s=0),
            "send": lambda: _send(config),
        }
        print(json.dumps(asyncio.run(measured[what]())))
        return
    for what, calls_per_s in (("fast", _FAST), ("slow", _SLOW), ("send", _SLOW)):
        runs = [_run(what, calls_per_s, given) for _ in range(given.repeat)]
        figures = {name: f"{median(run[name] for run in runs):.3f}" for name in runs[0]}
        told = ", ".join(f"{name} {figure}" for name, figure in figures.items())
        print(
            f"{what}, {given.listings} listings, {calls_per_s:.0f} calls/s, medians of {given.repeat}: {told}",
            flush=True,
        )
    print(_NOT_MEASURED)


def _run(what: str, calls_per_s: float, given: argparse.Namespace) -> dict[str, float]:
    """Measure in a process of its own, against a sandbox of its own."""
    with tempfile.TemporaryDirectory() as folder, _town(given.listings, calls_per_s, Path(folder)):
        command = [sys.executable, "-m", "benchmarks.mirror", "--child", what, folder, "--long-s", str(given.long_s)]
        out = subprocess.check_output(command)  # noqa: S603 -- ourselves
        measured: dict[str, float] = json.loads(out.splitlines()[-1])
        return measured


if __name__ == "__main__":
    main()
