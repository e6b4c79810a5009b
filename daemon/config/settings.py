"""What the rest of Selaras knows of the configuration."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from bridge.columns import Layout
from daemon.config.secret import Secret
from daemon.domain.messages import Message

Language: TypeAlias = Literal["id", "en"]
Marketplace: TypeAlias = Literal["tiktok_shop"]
MarketplaceEdit: TypeAlias = Literal["accept", "overwrite"]
PriceConflict: TypeAlias = Literal["ask", "sheet", "shop"]


class StockSync(StrEnum):
    """Whether a shop's stock is set by Selaras (``UPDATE``) or left alone (``OFF``)."""

    UPDATE = "update"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """One shop of ``config.yaml``.

    ``lag``: how long the marketplace may take to show a new order.
    ``marketplace_edit``: whether stock changed in Seller Center is taken over or set back.
    ``conflict``: who wins when sheet and shop both changed a price; ``ask`` changes neither.
    """

    name: str
    marketplace: Marketplace
    app_key: str
    app_secret: Secret
    base_url: str
    auth_url: str
    shop_cipher: str
    stock: StockSync
    lag: timedelta
    marketplace_edit: MarketplaceEdit
    conflict: PriceConflict


@dataclass(frozen=True, slots=True)
class BrakeSettings:
    """How much may change before the seller is asked, in percent; ``None``: never asked.

    ``price_step``: a typed price may be that far from the present one.
    ``rows``: a save may change, zero or drop that share of the rows.
    """

    price_step: int | None
    rows: int | None


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration. Paths are absolute; ``warnings`` work, but somebody should know of them.

    ``layout`` says where things are in the workbook, as far as the seller says so.
    """

    path: Path
    workbook: Path
    layout: Layout
    orders_folder: Path
    state_folder: Path
    language: Language
    timezone: ZoneInfo
    interval: timedelta
    brakes: BrakeSettings
    shops: tuple[ShopSettings, ...]
    warnings: tuple[Message, ...]
