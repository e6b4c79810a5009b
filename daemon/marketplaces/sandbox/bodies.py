"""Request bodies of the marketplace calls. Unknown fields are let through, as the gateway does."""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from daemon.marketplaces.sandbox.goods import ProductStatus
from daemon.marketplaces.sandbox.orders import OrderStatus
from daemon.marketplaces.sandbox.refusals import bad_parameter


class Body(BaseModel):
    """A JSON object whose types are taken literally: ``"5"`` is no number."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class SearchProducts(Body):
    """Body of product search (reference 3.2). Times are Unix seconds, both ends inclusive."""

    status: ProductStatus | Literal["ALL"] = "ALL"
    seller_skus: list[str] = []
    sku_ids: list[str] = []
    create_time_ge: int | None = None
    create_time_le: int | None = None
    update_time_ge: int | None = None
    update_time_le: int | None = None
    listing_platforms: list[Literal["TIKTOK_SHOP", "TOKOPEDIA"]] = []


class SwitchProducts(Body):
    """Body of activating and deactivating products (reference 3.7)."""

    product_ids: Annotated[list[str], Field(min_length=1)]
    listing_platforms: Annotated[list[Literal["TIKTOK_SHOP", "TOKOPEDIA"]], Field(min_length=1)] = ["TIKTOK_SHOP"]


class SearchInventory(Body):
    """Body of inventory search (reference 3.4)."""

    product_ids: list[str] = []
    sku_ids: list[str] = []


class WarehouseQuantity(Body):
    """What shall be available in one warehouse."""

    warehouse_id: str | None = None
    quantity: int


class SkuInventory(Body):
    """New stock of one SKU."""

    id: str
    inventory: Annotated[list[WarehouseQuantity], Field(min_length=1)]


class UpdateInventory(Body):
    """Body of an inventory update (reference 3.5)."""

    skus: Annotated[list[SkuInventory], Field(min_length=1)]


class NewPrice(Body):
    """A price as local sellers send it: ``amount`` is decimal text."""

    currency: str
    amount: str = ""


class SkuPrice(Body):
    """New price of one SKU."""

    id: str
    price: NewPrice


class UpdatePrices(Body):
    """Body of a price update (reference 3.6)."""

    skus: Annotated[list[SkuPrice], Field(min_length=1)]


class SearchOrders(Body):
    """Body of order search (reference 5.1). Times are Unix seconds; ``lt`` is exclusive."""

    order_status: OrderStatus | None = None
    create_time_ge: int | None = None
    create_time_lt: int | None = None
    update_time_ge: int | None = None
    update_time_lt: int | None = None
    shipping_type: str | None = None
    buyer_user_id: str | None = None
    is_buyer_request_cancel: bool | None = None
    warehouse_ids: list[str] = []


class SearchPackages(Body):
    """Body of package search (reference 6.2). Times are Unix seconds; ``lt`` is exclusive."""

    create_time_ge: int | None = None
    create_time_lt: int | None = None
    update_time_ge: int | None = None
    update_time_lt: int | None = None
    package_status: Literal["TO_FULFILL", "PROCESSING", "FULFILLING", "COMPLETED", "CANCELLED"] | None = None


class PickupSlot(Body):
    """When the courier comes, in Unix seconds."""

    start_time: int
    end_time: int


class SelfShipment(Body):
    """The seller's own courier."""

    tracking_number: str
    shipping_provider_id: str


class Ship(Body):
    """Body of shipping a package (reference 6.5)."""

    handover_method: Literal["PICKUP", "DROP_OFF"] | None = None
    pickup_slot: PickupSlot | None = None
    self_shipment: SelfShipment | None = None


class ShipNamed(Ship):
    """One of several packages."""

    id: str


class ShipMany(Body):
    """Body of shipping several packages."""

    packages: Annotated[list[ShipNamed], Field(min_length=1)]


B = TypeVar("B", bound=Body)


def read_body(model: type[B], body: bytes) -> B:
    """Read a body, or raise the marketplace's refusal naming the first wrong field."""
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        # Where a value may be of two types, pydantic adds which was tried: ``str-enum[…]``, ``literal[…]``.
        place = ".".join(each for each in map(str, first["loc"]) if "[" not in each) or "body"
        raise bad_parameter(f"Field '{place}': {first['msg']}.") from error
