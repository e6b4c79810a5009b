"""Request bodies of the control API; a key we do not know is a mistake and is refused."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from daemon.domain.values import Platform
from daemon.marketplaces.sandbox.goods import ProductStatus
from daemon.marketplaces.sandbox.orders import OrderStatus
from daemon.marketplaces.sandbox.product_calls import HIGHEST_PRICE, LOWEST_PRICE, MOST_STOCK


class ControlBody(BaseModel):
    """A JSON object whose types are taken literally."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class NewLine(ControlBody):
    """Units of one SKU."""

    seller_sku: str
    quantity: Annotated[int, Field(ge=1, le=1000)] = 1


class NewOrder(ControlBody):
    """An order to be placed, paid unless it says ``UNPAID`` or ``ON_HOLD``; the seller's own courier may bring it."""

    shop: str
    lines: Annotated[list[NewLine], Field(min_length=1)]
    sent_by_seller: bool = False
    platform: Literal[Platform.TIKTOK_SHOP, Platform.TOKOPEDIA] = Platform.TIKTOK_SHOP
    status: Literal[OrderStatus.UNPAID, OrderStatus.ON_HOLD, OrderStatus.AWAITING_SHIPMENT] = (
        OrderStatus.AWAITING_SHIPMENT
    )


class NewBundle(ControlBody):
    """Goods that are sold as one: each of ``parts`` so many times."""

    shop: str
    seller_sku: Annotated[str, Field(min_length=1, max_length=50)]
    parts: Annotated[list[NewLine], Field(min_length=1)]


class CancelOrder(ControlBody):
    """Who cancels: the buyer, or with ``out_of_stock`` the seller."""

    out_of_stock: bool = False


class ListingEdit(ControlBody):
    """What somebody does in Seller Center: another code, units over all warehouses, whole Rupiah, the product's state.

    ``locked`` units are for a campaign. The state is that of every window that lists the product, or of one
    ``platform``.
    """

    seller_sku: str | None = None
    quantity: Annotated[int, Field(ge=0, le=MOST_STOCK)] | None = None
    locked: Annotated[int, Field(ge=0, le=MOST_STOCK)] | None = None
    price: Annotated[int, Field(ge=LOWEST_PRICE, le=HIGHEST_PRICE)] | None = None
    status: ProductStatus | None = None
    platform: Literal[Platform.TIKTOK_SHOP, Platform.TOKOPEDIA] | None = None


class ShopChoice(ControlBody):
    """One shop, or all when it is left out."""

    shop: str | None = None


class OneShop(ControlBody):
    """One shop."""

    shop: str
