"""A seller's house beside a sandbox: one clock for all, and cycles that run when a test says so."""

import asyncio
import os
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import httpx
from cycle.reaper import QUICK
from once import found
from openpyxl import load_workbook

from bridge.columns import Column, mapped_columns
from daemon.config import load_settings
from daemon.connect import connected
from daemon.cycle import preview, run_cycle
from daemon.demo.people import Seller
from daemon.marketplaces import pace
from daemon.marketplaces.sandbox.ready import write_ready_file
from daemon.marketplaces.sandbox.server import SandboxOptions, running
from daemon.parts import Trigger

MORNING = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
"""10.00 WIB."""

IMPATIENT = replace(QUICK, read_s=0.5, attempts=2)
PATIENCE_S = (0.0, 0.02)
WRITES = ("/inventory/update", "/prices/update")


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now=MORNING):
        self.moment = now

    def now(self):
        return self.moment

    def seconds(self):
        return self.moment.timestamp()

    def move(self, seconds):
        self.moment += timedelta(seconds=seconds)

    def move_to_end_of_day(self, zone, *, before_s):
        """Move to ``before_s`` seconds before the coming midnight of ``zone``; returns the day that ends."""
        day = self.moment.astimezone(zone).date()
        self.moment = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        self.move(-before_s)
        return day


class Town:
    """A running sandbox with many shops; every test takes shops that nobody has touched."""

    def __init__(self, ready, client, clock):
        self.ready = ready
        self.client = client
        self.clock = clock
        self._untouched = iter(ready.shops)

    def market(self, folder, *, shops=2):
        """A market of its own; its ready file lies in ``folder``."""
        taken = tuple(next(self._untouched) for _ in range(shops))
        write_ready_file(self.ready.model_copy(update={"shops": taken}), folder / "ready.json")
        return Market(self, tuple(shop.name for shop in taken))


@contextmanager
def open_town(*, products=4, shops=2):
    """Run a sandbox."""
    clock = Clock()
    with (
        running(SandboxOptions(products=products, shops=shops), clock=clock.seconds) as ready,
        httpx.Client(base_url=ready.base_url, trust_env=False, timeout=10) as client,
    ):
        yield Town(ready, client, clock)


class Market:
    """The shops of one seller: their buyers, Seller Center, and trouble. Shops are meant by their place, from 0."""

    def __init__(self, town, shops):
        self.shops = shops
        self.clock = town.clock
        self._client = town.client

    def skus(self):
        return [entry["seller_sku"] for entry in self.listings() if entry["shop"] == self.shops[0]]

    def listings(self):
        return [entry for entry in self._get("state")["listings"] if entry["shop"] in self.shops]

    def stock(self, sku):
        """What the shops show, in their order."""
        return self._shown(sku, "quantity")

    def price(self, sku):
        """As :meth:`stock`."""
        return self._shown(sku, "price")

    def _shown(self, sku, what):
        shown = {entry["shop"]: entry[what] for entry in self.listings() if entry["seller_sku"] == sku}
        return tuple(shown[shop] for shop in self.shops)

    def order(self, sku, quantity=1, *, at=0, **more):
        lines = [{"seller_sku": sku, "quantity": quantity}]
        return self._post("orders", {"shop": self.shops[at], "lines": lines, **more})["id"]

    def cancel(self, order_id, **more):
        self._post(f"orders/{order_id}/cancel", more)

    def advance(self, order_id):
        self._post(f"orders/{order_id}/advance", {})

    def edit(self, sku, *, at, **values):
        """Somebody types in Seller Center."""
        self._post(f"listings/{self.shops[at]}/{sku}", values)

    def trouble(self, path, kind, **more):
        self._post("faults", {"path": path, "kind": kind, **more})

    def peace(self):
        self._client.delete("/_sandbox/faults").raise_for_status()

    def tells(self, **wish):
        """Have the market tell by itself what happens, at an ``address`` and with mischief on the way."""
        self._post("webhooks", wish)

    def expire_tokens(self, *, at=0):
        self._post("tokens/expire", {"shop": self.shops[at]})

    def calls(self):
        """Every call served so far."""
        return self._get("log")

    def _get(self, path):
        return self._client.get(f"/_sandbox/{path}").raise_for_status().json()

    def _post(self, path, body):
        self.clock.move(2)  # nothing happens at the very second of something else
        return self._client.post(f"/_sandbox/{path}", json=body).raise_for_status().json()


@dataclass
class House:
    """The seller's folder and everything that works on it."""

    market: Market
    settings: object
    parts: object
    runner: asyncio.Runner

    @property
    def clock(self):
        return self.market.clock

    @property
    def workbook(self):
        return self.settings.workbook

    def cycle(self, trigger=Trigger.COMMAND):
        self.clock.move(5)
        return self.runner.run(run_cycle(self.parts, trigger))

    def save_cycle(self):
        return self.cycle(Trigger.SAVE)

    def preview(self):
        self.clock.move(5)
        return self.runner.run(preview(self.parts))

    def settle(self, seconds=60):
        """Let a marketplace's lag pass."""
        self.clock.move(seconds)

    def row(self, sku):
        return self.rows()[sku]

    def rows(self):
        return self.runner.run(Seller(self.workbook).rows())

    def stock(self, sku):
        return self.row(sku)[Column.STOCK]

    def price(self, sku):
        return self.row(sku)[Column.PRICE]

    def note(self, sku):
        return self.row(sku)[Column.NOTE]

    def done(self, sku):
        """What the note says was done, without the time; ``None`` when it says nothing like that."""
        said = (self.note(sku) or "").partition("✓ ")[2]
        return said.partition(": ")[2] or None

    def types(self, sku, **cells):
        """The seller types into one row and saves."""
        self.types_all({sku: cells})

    def types_all(self, rows):
        self.clock.move(2)
        typed = {sku: {Column(name): value for name, value in cells.items()} for sku, cells in rows.items()}
        self.runner.run(Seller(self.workbook).save(typed))
        self.stamp(self.clock.now())

    @contextmanager
    def editing(self):
        """The first sheet in openpyxl with the places of its columns; saved by rename at the end."""
        self.clock.move(2)
        book = load_workbook(self.workbook)
        sheet = book.worksheets[0]
        yield sheet, mapped_columns({cell.column: str(cell.value) for cell in sheet[1] if cell.value})
        temporary = self.workbook.with_name("sementara.tmp")
        book.save(temporary)
        temporary.replace(self.workbook)
        self.stamp(self.clock.now())

    def stamp(self, moment):
        """Let the workbook say that it was saved at ``moment``."""
        os.utime(self.workbook, (moment.timestamp(), moment.timestamp()))

    def calls_during(self, act):
        """The paths of the marketplace calls served while ``act`` ran, and what it returned."""
        before = len(self.market.calls())
        result = act()
        return [call["path"] for call in self.market.calls()[before:]], result

    def query(self, sql, *params):
        """Look into the mirror as any SQLite reader would."""
        with self.parts.mirror.transaction() as tx:
            return [tuple(row) for row in tx.exec_driver_sql(sql, params)]

    def movements(self, sku):
        """Causes and units of the ledger, without the opening."""
        return self.query("SELECT cause, delta FROM movements WHERE sku = ? AND cause <> 'opening' ORDER BY id", sku)

    def outbox(self):
        """States of the commands that are still open."""
        states = "SELECT state FROM outbox WHERE state NOT IN ('done', 'withdrawn') ORDER BY id"
        return [state for (state,) in self.query(states)]


def writes_recipes(house, *rows, stock=None):
    """The seller fills the sheet ``Paket`` anew, types the ``stock`` of some goods, and saves."""
    with house.editing() as (sheet, columns):
        for number in range(2, sheet.max_row + 1):
            code = sheet.cell(number, columns[Column.SKU]).value
            if code in (stock or {}):
                sheet.cell(number, columns[Column.STOCK], stock[code])
        paket = sheet.parent["Paket"]
        paket.delete_rows(2, paket.max_row)
        for place, row in enumerate(rows, 2):
            for column, value in enumerate(row, 1):
                paket.cell(place, column, value)


def writes_in(paths):
    """The calls that change something."""
    return [path for path in paths if path.endswith(WRITES)]


def found_house(folder, market, *, change=lambda text: text, language="id"):
    """Found a house whose ``config.yaml`` text goes through ``change``; returns its settings."""
    founded = found(folder / "rumah", sandbox=folder / "ready.json", language=language)
    founded.config.write_text(change(founded.config.read_text()))
    return load_settings(founded.config)


@contextmanager
def opened(settings, market, *, timing=QUICK, ahead=timedelta(0)):
    """Connect the house, as one process would. Its clock is ``ahead`` of the world's."""

    def now():
        return market.clock.now() + ahead

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        parts = runner.run(stack.enter_async_context(connected(settings, timing=timing, clock=pace.Clock(now=now))))
        try:
            yield House(market, settings, replace(parts, patience_s=PATIENCE_S), runner)
        finally:
            runner.run(stack.aclose())
