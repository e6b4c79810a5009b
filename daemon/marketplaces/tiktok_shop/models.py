"""The fields of TikTok Shop's JSON that Selaras uses (reference, sections 1.4, 2, 3, 4.1 and 5).

Tolerant on purpose: unknown fields are ignored, ``null`` counts as missing, a missing list is an empty one,
and words stay text, because the marketplace adds new ones without notice. Amounts stay text too, until
:mod:`translate` reads them. Validation errors never quote their input: it can hold a buyer's name.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class Wire(BaseModel):
    """What all models share."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_missing(cls, fields: Any) -> Any:  # noqa: ANN401  a validator sees the JSON before it has a type
        if isinstance(fields, dict) and None in fields.values():
            return {name: value for name, value in fields.items() if value is not None}
        return fields


Seconds = Annotated[int, Field(ge=0, le=253_402_300_799), BeforeValidator(lambda value: 0 if value == "" else value)]
"""Unix seconds up to the year 9999; 0 means "not yet"."""

Object = Annotated[dict[str, Any], BeforeValidator(lambda value: value or {})]
"""A JSON object whose shape is checked later; an empty list or text in its place counts as ``{}``."""


class Envelope(Wire):
    """Around every answer. ``code`` 0 means accepted, which does not yet mean that everything was done."""

    code: int
    message: str = ""
    request_id: str = ""
    data: Object = {}


class TokenPair(Wire):
    """Both expiries are points in time, despite their names (reference, 2.2)."""

    access_token: str
    access_token_expire_in: Seconds
    refresh_token: str
    refresh_token_expire_in: Seconds
    granted_scopes: list[str] = []
    seller_name: str = ""


class Shop(Wire):
    """A shop the access token may speak for."""

    id: str
    name: str = ""
    region: str = ""
    cipher: str = ""


class AuthorizedShops(Wire):
    """Answer of Get Authorized Shops."""

    shops: list[Shop] = []


class Warehouse(Wire):
    """One entry of the warehouse list; addresses and contact persons are left out."""

    id: str
    name: str = ""
    type: str = ""
    is_default: bool = False


class Warehouses(Wire):
    """Answer of Get Warehouse List."""

    warehouses: list[Warehouse] = []


class Price(Wire):
    """Search shows only ``tax_exclusive_price`` for a local shop, Get Product ``sale_price`` (reference, 3.2)."""

    currency: str = "IDR"
    sale_price: str = ""
    tax_exclusive_price: str = ""


class Stock(Wire):
    """What can be ordered from one warehouse."""

    warehouse_id: str
    quantity: int = 0


class SalesAttribute(Wire):
    """One property of a variant, such as its colour."""

    value_name: str = ""


class StatusInfo(Wire):
    """A SKU's own status."""

    status: str = ""


class ProductSku(Wire):
    """One variant of a product. An empty ``inventory`` means that the answer does not speak of stock."""

    id: str
    seller_sku: str = ""
    price: Price = Price()
    inventory: tuple[Stock, ...] = ()
    sales_attributes: tuple[SalesAttribute, ...] = ()
    status_info: StatusInfo = StatusInfo()


class PlatformStatus(Wire):
    """The product's status in another shop window."""

    platform: str = ""
    status: str = ""


class Product(Wire):
    """A product of a search page or of Get Product. A Tokopedia-only product has no ``status``."""

    id: str
    title: str = ""
    status: str = ""
    integrated_platform_statuses: tuple[PlatformStatus, ...] = ()
    product_types: tuple[str, ...] = ()
    skus: tuple[ProductSku, ...] = ()


class Page(Wire):
    """What all paged answers share."""

    next_page_token: str = ""


class ProductPage(Page):
    """A page of Search Products."""

    products: list[Product] = []


class WarehouseInventory(Wire):
    """Stock of one SKU in one warehouse."""

    warehouse_id: str
    available_quantity: int = 0
    committed_quantity: int = 0


class InventorySku(Wire):
    """Stock of one SKU."""

    id: str
    total_available_quantity: int = 0
    total_committed_quantity: int = 0
    warehouse_inventory: list[WarehouseInventory] = []


class InventoryProduct(Wire):
    """Stock of one product's SKUs."""

    skus: list[InventorySku] = []


class Inventory(Wire):
    """Answer of Inventory Search."""

    inventory: list[InventoryProduct] = []


class ExtraError(Wire):
    """The cause behind an umbrella error, per warehouse."""

    code: int = 0
    message: str = ""
    warehouse_id: str = ""


class ErrorDetail(Wire):
    """What a per-item failure is about."""

    sku_id: str = ""
    product_id: str = ""
    extra_errors: list[ExtraError] = []


class ItemFailure(Wire):
    """One SKU, or product, that an accepted update left undone."""

    code: int = 0
    message: str = ""
    detail: ErrorDetail = ErrorDetail()


class UpdateResult(Wire):
    """Answer of the inventory and the price update, and of switching products on and off."""

    errors: list[ItemFailure] = []


class OrderUnit(Wire):
    """One unit as it lies on a shelf."""

    id: str
    product_id: str = ""
    sku_id: str = ""
    seller_sku: str = ""
    product_name: str = ""
    sku_name: str = ""
    currency: str = "IDR"
    sale_price: str = ""
    original_price: str = ""
    display_status: str = ""
    cancel_user: str = ""
    cancel_reason: str = ""
    shipping_provider_name: str = ""
    tracking_number: str = ""
    is_gift: bool = False


class LineItem(OrderUnit):
    """One unit of an order; of a bundle that the marketplace makes, with the units it is made of."""

    sub_item_info: list[OrderUnit] = []


class Recipient(Wire):
    """Only the name is read, to be masked; telephone and address stay outside."""

    name: str = ""


class Order(Wire):
    """An order of a search page."""

    id: str
    status: str = ""
    commerce_platform: str = ""
    fulfillment_type: str = ""
    create_time: Seconds = 0
    update_time: Seconds = 0
    rts_sla_time: Seconds = 0
    collection_time: Seconds = 0
    delivery_time: Seconds = 0
    shipping_provider: str = ""
    tracking_number: str = ""
    cancel_reason: str = ""
    recipient_address: Recipient = Recipient()
    line_items: list[LineItem] = []


class OrderPage(Page):
    """A page of Get Order List."""

    orders: list[Order] = []
