"""A seller's folder and the process that works on it, made by copying one that was founded once."""

import asyncio
import atexit
import shutil
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import httpx

from daemon.config import load_settings
from daemon.connect import connected
from daemon.cycle import run_cycle
from daemon.founding import found
from daemon.leftovers import put_right
from daemon.marketplaces import pace
from daemon.marketplaces.sandbox.allowance import Allowance
from daemon.marketplaces.sandbox.api import MarketplaceApi
from daemon.marketplaces.sandbox.credentials import Credentials
from daemon.marketplaces.sandbox.founding import found_world
from daemon.marketplaces.sandbox.gate import Gate
from daemon.marketplaces.sandbox.ready import Ready, ReadyShop, write_ready_file
from daemon.marketplaces.sandbox.stamps import Stamps
from daemon.parts import Trigger
from tests.once import look_for_trio_once, share_compiled_statements
from tests.simulation import seller
from tests.simulation.allowance import Rule
from tests.simulation.clockwork import Clockwork, Loop
from tests.simulation.fate import FatedMirror
from tests.simulation.network import served_by
from tests.simulation.shelf import Wishes

share_compiled_statements()
look_for_trio_once()

LAG_S = 60
OPENING = (12, 3, 40, 7, 1, 25)
SHOPS = 2
RULES = (Rule(buffer=1), Rule(buffer=1, priority=1))
FIRST_DAY_S = 300.0
"""So long the house has stood when a run begins."""


class Town:
    """A sandbox's model, without a server."""

    def __init__(self, clockwork, skus):
        self.world = found_world(7, shops=SHOPS, listings=skus, clock=clockwork.unix)
        credentials = Credentials(7, self.world.shops, clock=clockwork.unix)
        gate = Gate(credentials, self.world.shops, Allowance(0, clock=clockwork.unix), clock=clockwork.unix)
        self.api = MarketplaceApi(self.world, credentials, gate, stamps=Stamps(7, clockwork.unix))
        self.shops = tuple(self.world.shops)
        self.skus = tuple(self.world.shops[self.shops[0]].by_seller_sku)
        for shop in self.world.shops.values():
            for sku, units in zip(self.skus, OPENING, strict=False):
                shop.by_seller_sku[sku].set_available(units)
        self.secrets = [credentials.app_secret]
        self.ready = self._ready(credentials)

    def listing(self, shop, sku):
        return self.world.listing(shop, sku)

    def shown(self):
        """What every listing shows now."""
        return {(shop, sku): self.listing(shop, sku).available for shop in self.shops for sku in self.skus}

    def _ready(self, credentials):
        shops = []
        for grant in credentials.first_grants:
            self.secrets += [grant.access_token, grant.refresh_token]
            shop = self.world.shops[grant.shop]
            shops.append(
                ReadyShop(
                    name=grant.shop,
                    marketplace="tiktok_shop",
                    app_key=credentials.app_key,
                    app_secret=credentials.app_secret,
                    access_token=grant.access_token,
                    refresh_token=grant.refresh_token,
                    shop_cipher=shop.cipher,
                    shop_id=shop.id,
                )
            )
        nowhere = dict.fromkeys(("base_url", "auth_url", "authorize_url"), "http://127.0.0.1:9")
        return Ready(**nowhere, service_id=credentials.service_id, shops=tuple(shops))


@dataclass(frozen=True)
class Kind:
    """What kind of house: the workbook's suffix, how many goods, and what the seller makes use of.

    ``is_ruled``: the shops have rules, and single goods others; ``is_new``: its very first cycle is yet to come.
    """

    suffix: str = ".xlsx"
    skus: int = 4
    has_bundles: bool = False
    is_ruled: bool = False
    is_exclusive: bool = False
    is_new: bool = False

    def wishes(self, town):
        """What the seller of such a house wants in the beginning."""
        first, second = town.skus[:2]
        recipes = {sku: {first: 2, second: 1} for sku in town.skus[-1:]} if self.has_bundles else {}
        recipes |= {sku: {first: 1} for sku in town.skus[4:-1]} if self.has_bundles else {}
        return Wishes(recipes, dict(zip(town.shops, RULES if self.is_ruled else (Rule(), Rule()), strict=True)), {})


def fast_folder():
    """A folder in memory, if this machine has one."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="selaras-sim-", dir=memory if memory.is_dir() else None))


@cache
def _founded(kind):
    """Found a house, fill its workbook, and add what the seller keeps in it; tells what its shops show by then."""
    folder = fast_folder()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    clockwork = Clockwork()
    town = Town(clockwork, kind.skus)
    write_ready_file(town.ready, folder / "ready.json")
    made = found(folder / "rumah", sandbox=folder / "ready.json", language="id")
    made.workbook.unlink()
    workbook = made.workbook.with_suffix(kind.suffix)
    seller.begun(workbook, kind.wishes(town))
    made.config.write_text(_settings(kind, made.config.read_text().replace("toko.xlsx", workbook.name)))
    if kind.is_new:
        return folder / "rumah", town.shown()
    home = Home(folder / "rumah", clockwork)
    home.open(transport=httpx.ASGITransport(served_by(town.api)))
    home.cycle(Trigger.COMMAND)
    seller.mark_own(workbook)
    for _ in range(2):
        clockwork.move(LAG_S)
        home.cycle(Trigger.COMMAND)
    home.leave()
    assert clockwork.passed_s < FIRST_DAY_S, clockwork.passed_s
    return folder / "rumah", town.shown()


def _settings(kind, text):
    text = text.replace("lag: 3s", f"lag: {LAG_S}s")
    for rule in RULES if kind.is_ruled else ():
        text = text.replace("{sync: update}", f"{{sync: update, buffer: {rule.buffer}, priority: {rule.priority}}}", 1)
    sharing = "sharing: exclusive\n" if kind.is_exclusive else ""
    return f"{sharing}{text}brakes: {{price_step: off, rows: off}}\n"


def copy_of_house(kind, town, folder):
    """Give a folder with a house in it, as it is :data:`FIRST_DAY_S` after the beginning, or before its first cycle.

    The shops of ``town`` show what they showed by then.
    """
    founded, shown = _founded(kind)
    for (shop, sku), units in shown.items():
        town.listing(shop, sku).set_available(units)
    return shutil.copytree(founded, folder / "rumah")


class Home:
    """The process: it is opened, runs cycles, dies, and is opened again."""

    def __init__(self, folder, clockwork):
        self.clockwork = clockwork
        self.settings = load_settings(folder / "config.yaml")
        self.parts = None
        self._loop = Loop(clockwork)
        self._loop.set_exception_handler(lambda _loop, _context: None)
        self._stack = AsyncExitStack()

    @property
    def workbook(self):
        return self.settings.workbook

    def open(self, *, transport, fate=None, **parts):
        """Start the process."""
        clock = pace.Clock(now=self.clockwork.now, monotonic=self.clockwork.monotonic)
        self._stack = AsyncExitStack()
        opened = self._run(self._stack.enter_async_context(connected(self.settings, clock=clock, transport=transport)))
        put_right(self.settings, opened.mirror)
        if fate is not None:
            parts["mirror"] = FatedMirror(opened.mirror, fate)
        self.parts = replace(opened, **parts)

    def cycle(self, trigger):
        return self._run(run_cycle(self.parts, trigger))

    def close(self):
        """End the process, or clear its body away."""
        self._run(self._end())
        self.parts = None

    async def _end(self):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._stack.aclose()

    def leave(self):
        if self.parts is not None:
            self.close()
        self._loop.close()

    def _run(self, work):
        return self._loop.run_until_complete(work)
