"""Request bodies of the control API; a key we do not know is a mistake and is refused."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from daemon.domain.values import Platform
from daemon.marketplaces.sandbox.faults import FaultKind
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
    """An order to be placed, paid unless it says ``UNPAID`` or ``ON_HOLD``."""

    shop: str
    lines: Annotated[list[NewLine], Field(min_length=1)]
    platform: Literal[Platform.TIKTOK_SHOP, Platform.TOKOPEDIA] = Platform.TIKTOK_SHOP
    status: Literal[OrderStatus.UNPAID, OrderStatus.ON_HOLD, OrderStatus.AWAITING_SHIPMENT] = (
        OrderStatus.AWAITING_SHIPMENT
    )


class CancelOrder(ControlBody):
    """Who cancels: the buyer, or with ``out_of_stock`` the seller."""

    out_of_stock: bool = False


class ListingEdit(ControlBody):
    """What somebody does in Seller Center: units over all warehouses, whole Rupiah, the state of the whole product."""

    quantity: Annotated[int, Field(ge=0, le=MOST_STOCK)] | None = None
    price: Annotated[int, Field(ge=LOWEST_PRICE, le=HIGHEST_PRICE)] | None = None
    status: ProductStatus | None = None


def _check_regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


class NewFault(ControlBody):
    """Trouble for the next ``times`` calls whose path matches; ``delay_s`` is how long a hanging call hangs."""

    path: Annotated[str, AfterValidator(_check_regex)] = "."
    kind: FaultKind
    times: Annotated[int, Field(ge=1)] = 1
    delay_s: Annotated[float, Field(ge=0, le=600)] = 30.0


class ShopChoice(ControlBody):
    """One shop, or all when it is left out."""

    shop: str | None = None


class OneShop(ControlBody):
    """One shop."""

    shop: str
