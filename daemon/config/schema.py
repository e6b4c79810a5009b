"""Which keys ``config.yaml`` has, what each may hold, with an example for those that are free text."""

from datetime import time, timedelta
from typing import Annotated, Self, cast
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationInfo, model_validator

from daemon.config import values
from daemon.config.secret import FoundSecret, Secret, Surroundings, find_secret
from daemon.config.settings import Language, Marketplace, StockSync
from daemon.config.values import parsed_by, refusal
from daemon.domain.allocation import Sharing
from daemon.domain.snapshot import MarketplaceEdit, PriceConflict

Text = Annotated[str, parsed_by(values.text)]
Optional = Annotated[str | None, parsed_by(values.text)]
"""A text that may be left out, but not left blank."""
Percent = Annotated[int | None, parsed_by(values.percent)]
"""``None`` is ``off``."""
Count = Annotated[int, parsed_by(values.count)]
Address = Annotated[str, parsed_by(values.address)]


class Section(BaseModel):
    """What all sections share: unknown keys are refused, values never stand in error texts."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class StockSection(Section):
    """``stock:`` of a shop."""

    sync: StockSync = StockSync.UPDATE
    marketplace_edit: MarketplaceEdit = MarketplaceEdit.ACCEPT
    buffer: Count = Field(0, examples=["2"])
    share: Annotated[int, parsed_by(values.share)] = Field(100, examples=["50%"])
    min: Count = Field(0, examples=["1"])
    max: Annotated[int | None, parsed_by(values.most)] = Field(None, examples=["20"])
    priority: Count = Field(0, examples=["1"])

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.max is not None and self.min > self.max:
            raise refusal("config.min_above_max", min=self.min, max=self.max)
        return self


class PriceSection(Section):
    """``price:`` of a shop."""

    conflict: PriceConflict = PriceConflict.ASK
    fees: Annotated[int, parsed_by(values.fees)] = Field(0, examples=["8.5%"])


def _look_up(typed: object, info: ValidationInfo) -> FoundSecret:
    around = cast("Surroundings", info.context)
    return find_secret(typed, around) if around.needs_secrets else FoundSecret(Secret(""))


class ShopSection(Section):
    """One entry of ``shops:``."""

    name: Annotated[str, parsed_by(values.shop_name)] = Field(examples=["toko-utama"])
    marketplace: Marketplace = Field(examples=["tiktok_shop"])
    app_key: Text = Field(examples=["6abc123def"])
    app_secret: Annotated[FoundSecret, PlainValidator(_look_up)] = Field(examples=["{file: rahasia/toko-utama}"])
    base_url: Address = Field(
        "https://open-api.tiktokglobalshop.com", examples=["https://open-api.tiktokglobalshop.com"]
    )
    auth_url: Address = Field("https://auth.tiktok-shops.com", examples=["https://auth.tiktok-shops.com"])
    authorize_url: Address = Field(
        "https://services.tiktokshop.com/open/authorize", examples=["https://services.tiktokshop.com/open/authorize"]
    )
    service_id: Optional = Field(None, examples=["7512345678901234567"])
    shop_cipher: Optional = Field(None, examples=["ROW_abc123"])
    lag: Annotated[timedelta, parsed_by(values.duration(timedelta(0), timedelta(hours=1)))] = Field(
        timedelta(seconds=30), examples=["30s"]
    )
    daily_calls: Annotated[int | None, parsed_by(values.most)] = Field(None, examples=["1000"])
    stock: StockSection = StockSection()
    price: PriceSection = PriceSection()


class ColumnsSection(Section):
    """``columns:``, the header texts of a sheet that names its columns in another way."""

    sku: Optional = Field(None, examples=["Kode"])
    product: Optional = Field(None, examples=["Barang"])
    price: Optional = Field(None, examples=["Harga Toko"])
    stock: Optional = Field(None, examples=["Sisa"])
    adjustment: Optional = Field(None, examples=["Masuk/Keluar"])
    count: Optional = Field(None, examples=["Hitung"])
    status: Optional = Field(None, examples=["Keadaan"])
    note: Optional = Field(None, examples=["Pesan Selaras"])
    key: Optional = Field(None, examples=["Kunci"])
    cost: Optional = Field(None, examples=["Harga Kulak"])


class ReconSection(Section):
    """``recon:``, when every listing of a large shop is read and compared."""

    every: Annotated[timedelta, parsed_by(values.duration(timedelta(minutes=1)))] = Field(
        timedelta(hours=1), examples=["1h"]
    )
    at: Annotated[time, parsed_by(values.time_of_day)] = Field(time(3), examples=["03:00"])


class BrakesSection(Section):
    """``brakes:``, how much may change at once before the seller is asked."""

    price_step: Percent = Field(50, examples=["50%"])
    rows: Percent = Field(50, examples=["50%"])
    stock_step: Annotated[int | None, parsed_by(values.units)] = Field(1000, examples=["1000"])


class WebhooksSection(Section):
    """``webhooks:``, where shops can tell by themselves that something changed."""

    listen: Annotated[tuple[str, int] | None, parsed_by(values.listen)] = Field(None, examples=["127.0.0.1:8753"])
    public_url: Annotated[str | None, parsed_by(values.public_address)] = Field(
        None, examples=["https://kait.toko-anda.id/selaras"]
    )

    @model_validator(mode="after")
    def _is_heard(self) -> Self:
        if self.public_url is not None and self.listen is None:
            raise refusal("config.public_without_listen")
        return self


def _names_differ(shops: list[ShopSection]) -> list[ShopSection]:
    seen: set[str] = set()
    for index, shop in enumerate(shops):
        if shop.name in seen:
            raise refusal("config.same_shop_name", value=shop.name, index=index)
        seen.add(shop.name)
    return shops


class ConfigFile(Section):
    """The whole file."""

    workbook: Annotated[str, parsed_by(values.workbook)] = Field(examples=["toko.xlsx"])
    sheet: Optional = Field(None, examples=["Stok"])
    header_row: Annotated[int | None, parsed_by(values.row_number)] = Field(None, examples=["3"])
    columns: ColumnsSection = ColumnsSection()
    orders_folder: Text = Field("pesanan", examples=["pesanan"])
    state_folder: Text = Field("", examples=[".selaras"])  # blank: see daemon.config.load
    language: Language = "id"
    timezone: Annotated[ZoneInfo, parsed_by(values.timezone)] = Field(
        ZoneInfo("Asia/Jakarta"), examples=["Asia/Jakarta"]
    )
    interval: Annotated[timedelta, parsed_by(values.duration(timedelta(seconds=1)))] = Field(
        timedelta(minutes=1), examples=["60s"]
    )
    recon: ReconSection = ReconSection()
    brakes: BrakesSection = BrakesSection()
    webhooks: WebhooksSection = WebhooksSection()
    sharing: Sharing = Sharing.SHARED
    shops: Annotated[list[ShopSection], Field(min_length=1), AfterValidator(_names_differ)]
