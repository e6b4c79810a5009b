"""What a cycle works with. All of it is handed in, so that tests hand in others."""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

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

QUIET_S = 2.0
"""For how long nobody may have touched the workbook before we write into it."""


class Trigger(StrEnum):
    """Why a cycle runs."""

    START = "start"
    INTERVAL = "interval"
    SAVE = "save"
    LOOK_AGAIN = "look_again"
    WEBHOOK = "webhook"
    SIGNAL = "signal"
    COMMAND = "command"

    @property
    def sweeps(self) -> bool:
        """Whether the cycle may read every listing: saves and webhooks are answered without, and so at once."""
        return self not in {Trigger.SAVE, Trigger.WEBHOOK}


def utc_now() -> datetime:
    """This machine's clock."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Shop:
    """One connected shop in this process.

    ``shop_id`` is the marketplace's id of the account, once the credentials were proven to belong to the shop that
    the mirror knows by this name. Nothing is sent before.
    """

    connector: Connector
    policy: ShopPolicy
    shop_id: str | None = None

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
    nothing new is begun. ``patience_s`` are the waits before each read-back of a write: the old number can stand
    for some seconds (reference 10.5).
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
    sheets: dict[Path, Sheet] = field(default_factory=dict)
    patience_s: Sequence[float] = (0.0, 2.0, 5.0)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def policies(self) -> Mapping[str, ShopPolicy]:
        """How each shop wants to be treated, in the order of the configuration."""
        return {shop.name: shop.policy for shop in self.shops}

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
