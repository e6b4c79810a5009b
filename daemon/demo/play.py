"""The story: one seller with two shops, an edit, a price, two buyers, and everything agrees in the end."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from bridge.columns import Column
from daemon.config import load_settings
from daemon.config.settings import Language
from daemon.cycle import CycleResult
from daemon.demo.expected import Expected
from daemon.demo.people import ListingSeen, Seller, World, order_ids_in
from daemon.domain.messages import message
from daemon.errors import BugError
from daemon.founding import Founded, found, fresh_folder
from daemon.marketplaces.sandbox.ready import Ready, write_ready_file
from daemon.marketplaces.sandbox.server import SandboxOptions, running
from daemon.notify import Notifier
from daemon.service import Service
from daemon.story import tell_news, tell_standing
from daemon.texts import Texts

SKUS, SHOPS = 24, 2
BUYERS_PER_MINUTE = 3.0
PATIENCE_S = 60.0
LOOK_EVERY_S = 0.2


Say = Callable[[str], None]
T = TypeVar("T")


class Demo:
    """Plays the story and says what happens."""

    def __init__(self, texts: Texts, say: Say) -> None:
        self._texts, self._say = texts, say
        self._started = time.monotonic()
        self._stood: list[str] = []

    async def play(self, folder: Path | None, *, once: bool) -> bool:
        """Play in a fresh ``folder``; with ``once``, act for the seller too. Tells whether all agreed at the end."""
        place = folder or _fresh_folder(temporary=once)
        options = SandboxOptions(products=SKUS, shops=SHOPS, buyers_per_minute=0 if once else BUYERS_PER_MINUTE)
        self._tell("demo.opening", shops=SHOPS, skus=SKUS)
        with running(options) as ready:
            founded = _found(place, ready, self._texts.language)
            is_right = await self._play_beside_service(founded, World(ready.base_url), once=once)
        if once and is_right and folder is None:
            shutil.rmtree(place)
        else:
            self._tell("demo.left", folder=str(place.absolute()))
        return is_right

    async def _play_beside_service(self, founded: Founded, world: World, *, once: bool) -> bool:
        """Act, or invite a person to, while the service runs. When it ends first (Ctrl+C), so does the play."""
        service = Service(founded.config, Notifier(None), self._listen)
        serving = asyncio.create_task(service.run())
        playing = asyncio.create_task(self._act(founded, world) if once else self._invite(founded, world))
        try:
            await asyncio.wait({serving, playing}, return_when=asyncio.FIRST_COMPLETED)
            is_right = playing.done() and await playing
            if not once:
                await serving
            return is_right or not once
        finally:
            playing.cancel()
            service.stop()
            await serving
            await world.aclose()

    async def _invite(self, founded: Founded, world: World) -> bool:
        """Tell a person what to try, once there is something to see."""
        await self._until(lambda: _filled(Seller(founded.workbook)))
        workbook, orders = str(founded.workbook.absolute()), str((founded.folder / "pesanan").absolute())
        self._say("")
        for code in ("demo.open_file", "demo.try_stock", "demo.try_price", "demo.try_count", "demo.orders", "demo.end"):
            self._say("  " + self._texts.say(message(code, workbook=workbook, orders=orders, url=world.url)))
        self._say("")
        return True

    async def _act(self, founded: Founded, world: World) -> bool:
        """The seller's and the buyers' part, then the check."""
        seller = Seller(founded.workbook)
        rows = await self._until(lambda: _filled(seller))
        self._tell("demo.filled", rows=len(rows))
        stocked, priced = await _choose(world)
        saw = stocked.quantity
        first = await world.order("toko-1", stocked.sku, 3, "TOKOPEDIA")
        self._tell("demo.bought", sku=stocked.sku, units=3, platform="Tokopedia")
        new_price = priced.price + 5_000
        await seller.save({stocked.sku: {Column.STOCK: saw + 10}, priced.sku: {Column.PRICE: new_price}})
        saved_at = time.monotonic()
        self._tell("demo.typed_stock", sku=stocked.sku, saw=saw, typed=saw + 10)
        self._tell("demo.typed_price", sku=priced.sku, price=new_price)
        second = await world.order("toko-2", priced.sku, 1, "TIKTOK_SHOP")
        self._tell("demo.bought", sku=priced.sku, units=1, platform="TikTok Shop")
        stocks = {stocked.sku: saw + 10 - 3, priced.sku: priced.quantity - 1}
        expected = Expected(stocks, {priced.sku: new_price}, {first, second})
        return await self._agree(founded, seller, world, expected, saved_at)

    async def _agree(
        self,
        founded: Founded,
        seller: Seller,
        world: World,
        expected: Expected,
        saved_at: float,
    ) -> bool:
        orders_folder = load_settings(founded.config).orders_folder
        shops_at: float | None = None
        end = time.monotonic() + PATIENCE_S
        while True:
            in_shops = expected.differences_in(await world.listings())
            if not in_shops and shops_at is None:
                shops_at = time.monotonic() - saved_at
                self._tell("demo.shops_agree", seconds=self._texts.seconds(shops_at))
            differences = in_shops + expected.differences_in_sheet(await seller.rows())
            differences += [f"pesanan: {order}" for order in sorted(expected.orders - order_ids_in(orders_folder))]
            if not differences:
                for sku, stock in expected.stocks.items():
                    self._tell("demo.all_agree", sku=sku, stock=stock)
                self._tell("demo.finished", seconds=self._texts.seconds(time.monotonic() - saved_at))
                return True
            if time.monotonic() > end:
                self._tell("demo.disagree", differences="; ".join(differences))
                return False
            await asyncio.sleep(LOOK_EVERY_S)

    async def _until(self, look: Callable[[], Awaitable[T | None]]) -> T:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            found_now = await look()
            if found_now is not None:
                return found_now
            await asyncio.sleep(LOOK_EVERY_S)
        raise BugError("demo.never_filled", seconds=round(PATIENCE_S))

    def _listen(self, result: CycleResult) -> None:
        """Tell what a cycle did; what is held since the cycle before is not said again."""
        standing = list(tell_standing(result, self._texts))
        for line in [*tell_news(result, self._texts), *(line for line in standing if line not in self._stood)]:
            self._say(f"{self._clock()}   {line}")
        self._stood = standing

    def _tell(self, code: str, **params: str | int) -> None:
        self._say(f"{self._clock()} {self._texts.say(message(code, **params))}")

    def _clock(self) -> str:
        return f"{self._texts.seconds(time.monotonic() - self._started):>6} s"


async def _filled(seller: Seller) -> dict[str, dict[Column, object]] | None:
    rows = await seller.rows()
    return rows if len(rows) == SKUS else None


async def _choose(world: World) -> tuple[ListingSeen, ListingSeen]:
    """Two goods of the first shop with enough stock for the story."""
    stocked = [seen for seen in await world.listings() if seen.shop == "toko-1" and seen.quantity >= 3]
    return stocked[0], stocked[1]


def _found(place: Path, ready: Ready, language: Language) -> Founded:
    """Found the seller's folder; the file with the sandbox's keys does not stay."""
    with tempfile.TemporaryDirectory() as keys:
        ready_file = Path(keys, "ready.json")
        write_ready_file(ready, ready_file)
        return found(place, sandbox=ready_file, language=language)


def _fresh_folder(*, temporary: bool) -> Path:
    if temporary:
        return Path(tempfile.mkdtemp(prefix="selaras-demo-"))
    return fresh_folder("selaras-demo")
