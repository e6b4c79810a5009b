"""The fields of packages, handovers, labels and price details that Selaras uses (reference 4.2, 4.3, 5.4 and 6).

Tolerant as :mod:`models`. Recipients and senders are left out: nothing here needs to know who they are.
"""

from pydantic import Field

from daemon.marketplaces.tiktok_shop.models import Page, Seconds, Wire


class PackageOrder(Wire):
    """An order with goods in a package."""

    id: str


class Package(Wire):
    """A package of a search page."""

    id: str
    status: str = ""
    orders: tuple[PackageOrder, ...] = ()
    order_line_item_ids: tuple[str, ...] = ()
    shipping_provider_name: str = ""
    tracking_number: str = ""
    create_time: Seconds = 0
    update_time: Seconds = 0


class PackagePage(Page):
    """A page of Search Package."""

    packages: tuple[Package, ...] = ()


class PackageDetail(Package):
    """Answer of Get Package Detail, which has its own names for id and status."""

    id: str = Field(alias="package_id")
    status: str = Field("", alias="package_status")
    package_sub_status: str = ""
    shipping_type: str = ""
    delivery_option_id: str = ""
    warehouse_id: str = ""
    ship_exception_reason: str = ""


class PickupSlot(Wire):
    """When a courier can come; the spelling is the marketplace's."""

    start_time: Seconds
    end_time: Seconds
    avaliable: bool = False


class Handover(Wire):
    """Answer of Get Package Handover Time Slots."""

    can_pickup: bool = False
    can_drop_off: bool = False
    pickup_slots: tuple[PickupSlot, ...] = ()


class UnshippedDetail(Wire):
    """Which package a failure is about."""

    package_id: str = ""


class Unshipped(Wire):
    """A package that was left out when several were shipped."""

    code: int = 0
    message: str = ""
    detail: UnshippedDetail = UnshippedDetail()


class ShipResult(Wire):
    """Answer of Batch Ship Packages, and of Ship Package, which has nothing to say."""

    errors: tuple[Unshipped, ...] = ()


class DocumentLink(Wire):
    """Answer of Get Package Shipping Document. Whoever has ``doc_url`` has the label: it is shown nowhere."""

    doc_url: str = Field("", repr=False)


class TrackingEntry(Wire):
    """One scan of a courier."""

    description: str = ""
    update_time_millis: int = Field(0, ge=0, le=253_402_300_799_999)


class Tracking(Wire):
    """Answer of Get Order Tracking."""

    tracking: tuple[TrackingEntry, ...] = ()


class DeliveryOption(Wire):
    """A way of sending."""

    id: str
    name: str = ""
    type: str = ""


class DeliveryOptions(Wire):
    """Answer of Get Warehouse Delivery Options."""

    delivery_options: tuple[DeliveryOption, ...] = ()


class ShippingProvider(Wire):
    """A courier for goods that the seller sends."""

    id: str
    name: str = ""


class ShippingProviders(Wire):
    """Answer of Get Shipping Providers."""

    shipping_providers: tuple[ShippingProvider, ...] = ()


class Prices(Wire):
    """Amounts of an order or of one line; all are text."""

    sku_list_price: str = ""
    subtotal: str = ""
    subtotal_deduction_seller: str = ""
    subtotal_deduction_platform: str = ""


class LinePrices(Prices):
    """Amounts of one unit."""

    id: str


class PriceDetail(Prices):
    """Answer of Get Order Price Detail."""

    currency: str = "IDR"
    payment: str = ""
    shipping_list_price: str = ""
    shipping_sale_price: str = ""
    shipping_fee_deduction_seller: str = ""
    shipping_fee_deduction_platform: str = ""
    line_items: tuple[LinePrices, ...] = ()
