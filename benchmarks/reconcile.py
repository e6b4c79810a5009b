"""How long a cycle's decisions take over a large catalogue of which little has changed.

``python -m benchmarks.reconcile [--skus 10000 100000] [--repeat 5]``. One shop and its workbook, all in step; then one
SKU in a hundred is typed anew, and as many are changed in the shop, which only a sweep sees. Measured is the CPU time
of one core, in a fresh process each time: what loading the picture, reconciling and committing the plan take, in the
first cycle of a service and in the five after it, and how much memory the first needs at its peak. It reports medians
and never fails.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bridge.columns import Column
from bridge.formats import patch_file
from bridge.patch import Change
from bridge.read import read_table
from daemon.config import load_settings
from daemon.cycle import decide, run_cycle
from daemon.domain.after_sales import Cancellation
from daemon.domain.refusals import Cure
from daemon.domain.snapshot import ShopPolicy
from daemon.domain.values import (
    Listing,
    ListingId,
    ListingStatus,
    Money,
    Order,
    Platform,
    Quantity,
    ShopIdentity,
    Sku,
    WindowState,
)
from daemon.founding import found
from daemon.marketplaces.lookups import Lookups, cache_path
from daemon.marketplaces.port import Finance, Fulfilment, Webhooks
from daemon.mirror import Mirror
from daemon.parts import Parts, Shop, Trigger
from daemon.pull import pull
from daemon.read import read_workbook
from daemon.texts import Texts

_SHOP = "toko-utama"
_ONE_IN = 100
_PAGE = 100
_LATER = 5
_MOST_S, _MOST_MIB = 2.0, 200.0
"""The goals of issue 4, for 100,000 SKUs."""
_NOT_MEASURED = "Not measured: reading the workbook, the marketplace's answers, sending, writing; a busy or slow disk."


@dataclass(slots=True)
class _Town:
    """What the shop shows, by SKU id; the clock of all."""

    quantity: dict[str, int]
    now: datetime


class _Nobody:
    """Buyers who ask for nothing."""

    async def waiting_cancellations(self) -> AsyncIterator[Sequence[Cancellation]]:
        nothing: list[Sequence[Cancellation]] = []
        for page in nothing:
            yield page


class _InMemory:
    """A shop that answers at once (:class:`daemon.marketplaces.port.Connector`)."""

    shop = _SHOP
    after_sales: Any = _Nobody()
    finance: Finance
    fulfilment: Fulfilment
    webhooks: Webhooks

    def __init__(self, town: _Town, cache: Path) -> None:
        self._town = town
        self.lookups = Lookups(cache)

    def server_now(self) -> datetime:
        return self._town.now

    async def identify(self) -> ShopIdentity:
        return ShopIdentity("1", _SHOP, "ID")

    async def sweep_listings(self) -> AsyncIterator[Sequence[Listing]]:
        entries = list(self._town.quantity.items())
        for start in range(0, len(entries), _PAGE):
            yield [_listing(sku_id, quantity) for sku_id, quantity in entries[start : start + _PAGE]]

    async def read_quantities(self, listings: Sequence[ListingId]) -> Mapping[ListingId, Quantity]:
        return {listing: Quantity(self._town.quantity[listing.sku_id], 0) for listing in listings}

    async def read_prices(self, product_id: str) -> Mapping[ListingId, Money]:
        return {_id(product_id): Money(55_000)}

    async def read_windows(self, product_id: str) -> Mapping[Platform, WindowState]:
        return {Platform.TIKTOK_SHOP: WindowState.ON}

    async def changed_orders(self, since: datetime) -> AsyncIterator[Sequence[Order]]:
        nothing: list[Sequence[Order]] = []
        for page in nothing:
            yield page

    async def orders(self, order_ids: Sequence[str]) -> Sequence[Order]:
        return []

    async def switch(
        self, product_ids: Sequence[str], platforms: Collection[Platform], *, is_on: bool
    ) -> Mapping[str, str]:
        return {}

    async def set_quantities(self, product_id: str, quantities: Mapping[ListingId, int]) -> Mapping[ListingId, str]:
        self._town.quantity |= {listing.sku_id: quantity for listing, quantity in quantities.items()}
        return {}

    async def set_prices(self, product_id: str, prices: Mapping[ListingId, Money]) -> Mapping[ListingId, str]:
        return {}

    def cure(self, reason: str) -> Cure:
        return Cure.OTHER

    async def aclose(self) -> None:
        """Nothing is open."""


def _id(number: str) -> ListingId:
    return ListingId(_SHOP, number, number)


def _listing(number: str, quantity: int) -> Listing:
    return Listing(
        _id(number),
        Sku(f"KODE-{number}"),
        f"Barang nomor {number}",
        "",
        ListingStatus.ACTIVE,
        ((Platform.TIKTOK_SHOP, WindowState.ON),),
        Money(55_000),
        quantity,
    )


def _prepare(skus: int, folder: Path) -> None:
    """Bring ``skus`` goods in step; then the seller types one in a hundred anew."""
    founded = found(folder / "rumah", sandbox=None, language="id")
    parts, town = _opened(skus, founded.config)
    asyncio.run(_in_step(parts, town))
    parts.mirror.close()
    _type(parts.settings.workbook)


def _measure(skus: int, folder: Path, *, sweep: bool) -> dict[str, float]:
    """Measure the decisions of a cycle, one in a hundred goods being changed in the shop, too; then some times more."""
    parts, town = _opened(skus, folder / "rumah" / "config.yaml")
    town.now += timedelta(days=1)
    for number in list(town.quantity)[::_ONE_IN]:
        town.quantity[number] -= 3
    pulled = asyncio.run(pull(parts, sweep=sweep))
    saved = asyncio.run(read_workbook(parts))
    before_kib = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    times = []
    for _ in range(1 + _LATER):
        started = time.process_time()
        decided = decide(parts, Trigger.INTERVAL, pulled, saved, discard=True)
        times.append(time.process_time() - started)
        if len(times) == 1:
            peak_mib = (_memory("VmHWM") - before_kib) / 1024
    parts.mirror.close()
    later_s = median(times[1:])
    return {"first_s": times[0], "later_s": later_s, "mib": peak_mib, "moved": len(decided.plan.movements)}


def _opened(skus: int, config: Path) -> tuple[Parts, _Town]:
    settings = load_settings(config, needs_secrets=False)
    town = _Town({f"{number:07d}": 20 for number in range(skus)}, datetime(2026, 3, 10, 3, tzinfo=UTC))
    shop = Shop(
        _InMemory(town, cache_path(settings.state_folder, _SHOP)), ShopPolicy(lag=timedelta(seconds=30)), shop_id="1"
    )
    mirror = Mirror.open(settings.state_folder)
    return Parts(settings, mirror, (shop,), Texts("id"), now=lambda: town.now, patience_s=(0.0,)), town


async def _in_step(parts: Parts, town: _Town) -> None:
    for _ in range(6):
        result = await run_cycle(parts, Trigger.COMMAND)
        town.now += timedelta(minutes=2)
        if result.plan.is_quiet:
            return
    raise SystemExit("the benchmark's shop does not come to rest")


def _type(workbook: Path) -> None:
    table = read_table(workbook)
    changes = [Change(row.number, Column.STOCK, 26) for row in table.rows[50::_ONE_IN]]
    workbook.write_bytes(patch_file(table, changes, [], mark=table.mark).content)


def _memory(name: str) -> int:
    """Give a line of this process's status, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def main() -> None:
    """Measure each size, and print medians beside the goals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skus", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        what, skus, folder = given.child
        if what == "prepare":
            _prepare(int(skus), Path(folder))
        else:
            print(json.dumps(_measure(int(skus), Path(folder), sweep=what == "sweep")))
        return
    for skus in given.skus:
        with tempfile.TemporaryDirectory() as folder:
            _child("prepare", skus, folder)
            for what in ("save", "sweep"):
                runs = [json.loads(_child(what, skus, folder).splitlines()[-1]) for _ in range(given.repeat)]
                _tell(what, skus, runs)
    print(f"Goals for 100,000 after a save: {_MOST_S:.0f} s, {_MOST_MIB:.0f} MiB. {_NOT_MEASURED}")


def _child(what: str, skus: int, folder: str) -> bytes:
    command = [sys.executable, "-m", "benchmarks.reconcile", "--child", what, str(skus), folder]
    return subprocess.check_output(command)  # noqa: S603 -- ourselves


def _tell(what: str, skus: int, runs: Sequence[Mapping[str, float]]) -> None:
    figures = {name: median(run[name] for run in runs) for name in runs[0]}
    first, later = figures["first_s"], figures["later_s"]
    print(
        f"{skus:>9,} SKUs after a {what:<5}: {later:6.2f} s ({later / skus * 1e6:5.1f} ms per 1,000), first time "
        f"{first:6.2f} s, {figures['mib']:4.0f} MiB more ({len(runs)} rounds, {figures['moved']:.0f} movements)",
        flush=True,
    )


if __name__ == "__main__":
    main()
