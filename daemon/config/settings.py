"""What the rest of Selaras knows of the configuration."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from bridge.columns import Layout
from daemon.config.secret import Secret
from daemon.domain.allocation import Rule, Sharing
from daemon.domain.messages import Message
from daemon.domain.recon import Rhythm
from daemon.domain.snapshot import MarketplaceEdit, PriceConflict

Language: TypeAlias = Literal["id", "en"]
Marketplace: TypeAlias = Literal["tiktok_shop"]


class StockSync(StrEnum):
    """Whether a shop's stock is set by Selaras (``UPDATE``) or left alone (``OFF``)."""

    UPDATE = "update"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """One shop of ``config.yaml``.

    ``service_id``: what the authorization link names the app by; empty when the seller gets the link elsewhere.
    ``shop_cipher``: which shop is meant; empty for the one that was chosen when it was connected.
    ``lag``: how long the marketplace may take to show a new order.
    ``rule``: what it may show of a SKU's stock.
    ``marketplace_edit``: whether stock changed in Seller Center is taken over, set back, or asked about.
    ``conflict``: who wins when sheet and shop both changed a price; ``ask`` changes neither.
    ``fees``: what the marketplace keeps of a price, in hundredths of a percent.
    ``daily_calls``: how many calls a day the app has for this shop; ``None``: nobody counts.
    """

    name: str
    marketplace: Marketplace
    app_key: str
    app_secret: Secret
    base_url: str
    auth_url: str
    authorize_url: str
    service_id: str
    shop_cipher: str = field(repr=False)
    stock: StockSync
    rule: Rule
    lag: timedelta
    marketplace_edit: MarketplaceEdit
    conflict: PriceConflict
    fees: int
    daily_calls: int | None


@dataclass(frozen=True, slots=True)
class BrakeSettings:
    """How much may change before the seller is asked, in percent or units; ``None``: never asked.

    ``price_step``: a typed price may be that far from the present one.
    ``rows``: a save may change, zero or drop that share of the rows.
    ``stock_step``: typed stock may raise what can be sold by so many units.
    """

    price_step: int | None
    rows: int | None
    stock_step: int | None


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Where shops are heard: on which address of this machine, and what it is called outside; empty: not registered."""

    host: str
    port: int
    public_url: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration. Paths are absolute; ``warnings`` work, but somebody should know of them.

    ``sharing``: whether every shop offers the same units.
    ``layout`` says where things are in the workbook, as far as the seller says so, ``recon`` when every listing of a
    large shop is read. ``webhooks`` is ``None`` when no shop is heard.
    """

    path: Path
    workbook: Path
    layout: Layout
    orders_folder: Path
    state_folder: Path
    language: Language
    timezone: ZoneInfo
    interval: timedelta
    recon: Rhythm
    brakes: BrakeSettings
    webhooks: WebhookSettings | None
    sharing: Sharing
    shops: tuple[ShopSettings, ...]
    warnings: tuple[Message, ...]
