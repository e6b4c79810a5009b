"""What a cycle works with. All of it is handed in, so that tests hand in others."""

import asyncio
import math
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from bridge.plan_sheet import PlanSheet
from bridge.read import Table
from bridge.side_sheet import SideTable
from bridge.status_sheet import StatusSheet
from daemon.config import Settings, ShopSettings, StockSync
from daemon.domain.brakes import Limits
from daemon.domain.messages import Message
from daemon.domain.rows import SheetRow
from daemon.domain.snapshot import ShopPolicy
from daemon.marketplaces.port import Connector
from daemon.mirror import Mirror
from daemon.texts import Texts

Read = TypeVar("Read")

QUIET_S = 2.0
"""For how long nobody may have touched the workbook before we write into it."""


class StoppedError(Exception):
    """The end was asked for while something was read; nothing is lost, the next start reads it again."""


class Trigger(StrEnum):
    """Why a cycle runs."""

    START = "start"
    INTERVAL = "interval"
    SAVE = "save"
    LOOK_AGAIN = "look_again"
    WEBHOOK = "webhook"
    GO_ON = "go_on"
    SIGNAL = "signal"
    COMMAND = "command"

    @property
    def sweeps(self) -> bool:
        """Whether the cycle may read every listing: saves and webhooks are answered without, and so at once."""
        return self not in {Trigger.SAVE, Trigger.WEBHOOK, Trigger.GO_ON}


def utc_now() -> datetime:
    """This machine's clock."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Shop:
    """One connected shop in this process.

    ``shop_id`` is the marketplace's id of the account, once the credentials were proven to belong to the shop that
    the mirror knows by this name. Nothing is sent before. ``was_cut``: its listings were not read to the end last
    time, because something was more urgent. ``open_orders_read_at`` is when orders that seemed to stand still were
    last read one by one.
    """

    connector: Connector
    policy: ShopPolicy
    shop_id: str | None = None
    was_cut: bool = False
    open_orders_read_at: datetime | None = None

    @property
    def name(self) -> str:
        """Its name in ``config.yaml``."""
        return self.connector.shop


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file as the seller saved it; ``status`` is its sheet ``Selaras``, ``plan`` its ``Rencana``, if it has them.

    ``allocation`` and ``bundles`` are its sheets ``Alokasi`` and ``Paket``; ``unread`` tells which of them is there
    and cannot be read, so that it changes nothing: why, by the name of the field.
    ``saved_at`` is when it was changed last, as the file system says; ``None`` if that makes no sense.
    """

    path: Path
    table: Table
    rows: tuple[SheetRow, ...]
    status: StatusSheet | None = None
    plan: PlanSheet | None = None
    allocation: SideTable | None = None
    bundles: SideTable | None = None
    unread: Mapping[str, Message] = field(default_factory=dict)
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the steps of a cycle need.

    ``sheets`` holds the workbook as it was read last. ``quiet_for()`` are the seconds since somebody else touched it,
    as far as it is watched; ``was_open()``: an editor had it open since we wrote it last.
    ``progress(event, shop, count)`` is told of long reads, ``own_write(hash)`` of the SHA-256 of a workbook we are
    about to put in place. ``stopping`` is set when the process is asked to end: the write in hand is finished,
    what only reads is dropped, nothing new is begun. ``must_hurry()`` tells that a save, news of an order or the next
    interval waits: long work that can wait itself makes room. ``patience_s`` are the waits before each read-back of a
    write: the old number can stand for some seconds (reference 10.5).
    """

    settings: Settings
    mirror: Mirror
    shops: Sequence[Shop]
    texts: Texts
    now: Callable[[], datetime] = utc_now
    progress: Callable[[str, str, int], None] = lambda _event, _shop, _count: None
    quiet_for: Callable[[], float] = lambda: math.inf
    was_open: Callable[[], bool] = lambda: False
    own_write: Callable[[str], None] = lambda _content_hash: None
    must_hurry: Callable[[], bool] = lambda: False
    sheets: dict[Path, Sheet] = field(default_factory=dict)
    patience_s: Sequence[float] = (0.0, 2.0, 5.0)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def policies(self) -> Mapping[str, ShopPolicy]:
        """How each shop wants to be treated, in the order of the configuration."""
        return {shop.name: shop.policy for shop in self.shops}

    async def unless_stopping(self, reading: Coroutine[Any, Any, Read]) -> Read:
        """Wait for something that only reads; :class:`StoppedError` at once when the process is asked to end."""
        tasks = asyncio.ensure_future(reading), asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not tasks[0].done():
                raise StoppedError
            return tasks[0].result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def limits(self) -> Limits:
        """From where on the seller is asked."""
        return Limits(self.settings.brakes.price_step, self.settings.brakes.rows, self.settings.brakes.stock_step)


def policy_of(settings: ShopSettings) -> ShopPolicy:
    """The rules for a shop from its part of ``config.yaml``."""
    return ShopPolicy(
        sends_stock=settings.stock is StockSync.UPDATE,
        marketplace_edit=settings.marketplace_edit,
        price_conflict=settings.conflict,
        lag=settings.lag,
        fees=settings.fees,
        rule=settings.rule,
    )
