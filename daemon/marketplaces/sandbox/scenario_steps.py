"""What can happen in a scenario, each as it is written in the file and as it is played."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias, cast

from pydantic import BeforeValidator, Field, PlainValidator

from daemon.domain.messages import Message, message
from daemon.domain.values import Platform
from daemon.marketplaces.sandbox.after_sales import CHANGED_MIND, OUT_OF_STOCK
from daemon.marketplaces.sandbox.buyers import Buyers
from daemon.marketplaces.sandbox.conditions import Conditions
from daemon.marketplaces.sandbox.control_bodies import ControlBody, ListingEdit, ShopChoice
from daemon.marketplaces.sandbox.goods import Listing
from daemon.marketplaces.sandbox.orders import Order, OrderStatus
from daemon.marketplaces.sandbox.scenario_mistakes import refusal
from daemon.marketplaces.sandbox.seller_center import edit_listing
from daemon.marketplaces.sandbox.world import NotPossibleError, Shop, World


def _goods(given: object) -> int | str:
    is_place = isinstance(given, int) and not isinstance(given, bool) and given >= 1
    if not (is_place or isinstance(given, str)):
        raise refusal("scenario.bad_goods")
    return cast("int | str", given)


Goods: TypeAlias = Annotated[int | str, PlainValidator(_goods)]
"""Goods of a scenario: by seller SKU, or by their place (from 1) among those that every buyer could order at first."""


def _seconds(text: object) -> int:
    written = (
        re.fullmatch(r"(?:(\d{1,4})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?", text, re.ASCII)
        if isinstance(text, str) and text
        else None
    )
    if written is None:
        raise refusal("scenario.bad_span")
    hours, minutes, seconds = (int(part or 0) for part in written.groups())
    return hours * 3600 + minutes * 60 + seconds


Span: TypeAlias = Annotated[int, BeforeValidator(_seconds)]
"""Seconds, written like ``1h30m``."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a scenario is played; ``orders`` are those that it placed, by the names it gave them."""

    conditions: Conditions
    buyers: Buyers
    sellable: tuple[str, ...]
    orders: dict[str, Order] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """The world it is played in."""
        return self.conditions.world

    def listing(self, shop: str, goods: Goods) -> Listing:
        """Find what a step means; :meth:`unknown` was asked before, but a code can be another one by now.

        Raise :class:`~daemon.marketplaces.sandbox.world.UnknownNameError` then.
        """
        if isinstance(goods, str):
            return self.world.listing(shop, goods)
        return self.world.listing(shop, self.sellable[goods - 1])

    def unknown(self, shop: str, *goods: Goods) -> Message | None:
        """Say what of this is not there; ``None`` when all of it is."""
        if shop not in self.world.shops:
            return message("scenario.no_shop", shop=shop, shops=", ".join(self.world.shops))
        for each in goods:
            if isinstance(each, int) and each > len(self.sellable):
                return message("scenario.few_goods", count=len(self.sellable))
            if isinstance(each, str) and each not in self.world.shop(shop).by_seller_sku:
                return message("scenario.no_sku", shop=shop, sku=each)
        return None

    def order(self, name: str) -> Order:
        """Find an order that this scenario placed."""
        if name not in self.orders:
            raise NotPossibleError(f"the order {name!r} was not placed")
        return self.orders[name]


def sellable(shop: Shop) -> tuple[str, ...]:
    """Name the goods that are in stock and on sale in both windows."""
    return tuple(
        listing.seller_sku
        for listing in shop.listings.values()
        if listing.available
        and all(
            shop.products[listing.product_id].is_on_sale(platform)
            for platform in (Platform.TIKTOK_SHOP, Platform.TOKOPEDIA)
        )
    )


class BoughtLine(ControlBody):
    """Units of one kind of goods."""

    goods: Goods
    quantity: Annotated[int, Field(ge=1, le=1000)] = 1


class PlaceOrder(ControlBody):
    """Somebody orders; later steps mean this order by the name in ``named``."""

    shop: str
    lines: Annotated[list[BoughtLine], Field(min_length=1)]
    platform: Literal[Platform.TIKTOK_SHOP, Platform.TOKOPEDIA] = Platform.TIKTOK_SHOP
    status: Literal[OrderStatus.UNPAID, OrderStatus.ON_HOLD, OrderStatus.AWAITING_SHIPMENT] = (
        OrderStatus.AWAITING_SHIPMENT
    )
    named: str = ""

    def unknown(self, stage: Stage) -> Message | None:
        """As :meth:`Stage.unknown`."""
        return stage.unknown(self.shop, *(line.goods for line in self.lines))

    def play(self, stage: Stage) -> None:
        """Place the order."""
        wanted: Counter[str] = Counter()
        for line in self.lines:
            wanted[stage.listing(self.shop, line.goods).seller_sku] += line.quantity
        order = stage.world.place_order(self.shop, wanted, platform=self.platform, status=self.status)
        if self.named:
            stage.orders[self.named] = order


class CancelNamed(ControlBody):
    """The buyer cancels an order of this scenario, or with ``out_of_stock`` the seller."""

    order: str
    out_of_stock: bool = False

    def play(self, stage: Stage) -> None:
        """Cancel it."""
        stage.world.cancel(stage.order(self.order), OUT_OF_STOCK if self.out_of_stock else CHANGED_MIND)


class AdvanceNamed(ControlBody):
    """An order of this scenario goes so many ``steps`` on: paid, released, shipped, collected, delivered, completed."""

    order: str
    steps: Annotated[int, Field(ge=1, le=6)] = 1

    def play(self, stage: Stage) -> None:
        """Let it go on."""
        for _ in range(self.steps):
            stage.world.advance(stage.order(self.order))


class LoseNamed(ControlBody):
    """The courier loses the parcel of an order of this scenario, on its way."""

    order: str

    def play(self, stage: Stage) -> None:
        """Lose it."""
        stage.world.lose(stage.order(self.order))


class BuyerRush(ControlBody):
    """Buyers come, evenly ``over`` a time: each orders something, some pay for or cancel what was ordered before."""

    count: Annotated[int, Field(ge=1, le=1000)]
    over: Span = 0

    def play(self, stage: Stage) -> None:
        """Let them come."""
        now = stage.world.now()
        for number in range(self.count):
            stage.world.diary.note(now + number * self.over // self.count, stage.buyers.take_turn)


class EditGoods(ListingEdit):
    """Somebody edits a listing in Seller Center."""

    shop: str
    goods: Goods

    def unknown(self, stage: Stage) -> Message | None:
        """As :meth:`Stage.unknown`."""
        return stage.unknown(self.shop, self.goods)

    def play(self, stage: Stage) -> None:
        """Edit it."""
        edit_listing(stage.world, stage.world.shop(self.shop), stage.listing(self.shop, self.goods), self)


class ExpireTokens(ShopChoice):
    """The access tokens of one shop, or of all, end now."""

    def unknown(self, stage: Stage) -> Message | None:
        """As :meth:`Stage.unknown`."""
        return None if self.shop is None else stage.unknown(self.shop)

    def play(self, stage: Stage) -> None:
        """Let them end."""
        stage.conditions.credentials.expire(self.shop)
