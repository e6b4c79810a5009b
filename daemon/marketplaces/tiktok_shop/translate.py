"""From TikTok Shop's words to ours. Pure: what was read goes in, what Selaras means by it comes out."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import structlog

from daemon.domain.values import (
    Listing,
    ListingId,
    ListingStatus,
    Money,
    Order,
    OrderLine,
    OrderStatus,
    Platform,
    Quantity,
    Sku,
    WindowState,
)
from daemon.errors import ItemError
from daemon.marketplaces.tiktok_shop import models

log = structlog.get_logger()

_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,2})?")
_UNDIVIDED = frozenset({"IDR", "JPY", "VND"})

_LISTING_STATUS = {
    "ACTIVATE": ListingStatus.ACTIVE,
    "DRAFT": ListingStatus.INACTIVE,
    "SELLER_DEACTIVATED": ListingStatus.INACTIVE,
    "PLATFORM_DEACTIVATED": ListingStatus.INACTIVE,
    "SCHEDULED": ListingStatus.INACTIVE,
    "DELETED": ListingStatus.DELETED,
}
_QUANTITY_EDITABLE = frozenset({"DRAFT", "PENDING", "FAILED", "ACTIVATE", "SELLER_DEACTIVATED"})
_PRICE_EDITABLE = frozenset({"ACTIVATE"})
_BUNDLE = "COMBINED_PRODUCT"

_WINDOW_STATE = {
    "ACTIVATE": WindowState.ON,
    "SELLER_DEACTIVATED": WindowState.OFF,
    "PENDING": WindowState.IN_REVIEW,
}

_ORDER_STATUS = {
    "UNPAID": OrderStatus.UNPAID,
    "ON_HOLD": OrderStatus.ON_HOLD,
    "AWAITING_SHIPMENT": OrderStatus.TO_SHIP,
    "PARTIALLY_SHIPPING": OrderStatus.PARTLY_SHIPPED,
    "AWAITING_COLLECTION": OrderStatus.TO_COLLECT,
    "IN_TRANSIT": OrderStatus.IN_TRANSIT,
    "DELIVERED": OrderStatus.DELIVERED,
    "COMPLETED": OrderStatus.COMPLETED,
    "CANCELLED": OrderStatus.CANCELLED,
    "CANCEL": OrderStatus.CANCELLED,
}
_PLATFORMS = tuple(Platform)
_CANCELLED = frozenset({"CANCELLED", "CANCEL"})
_BY_SELLER = "FULFILLMENT_BY_SELLER"


def money(amount: str, currency: str, *, shop: str) -> Money | None:
    """Read an amount in major units, such as ``89000`` or ``89000.00``; ``None`` when it is empty.

    Raises :class:`ItemError` ``item.amount_unreadable`` for other text, such as one with three decimals, which would
    be a thousands separator in disguise, and for a fraction of the currency's smallest unit.
    """
    if not amount:
        return None
    minor = Decimal(amount).scaleb(_minor_digits(currency)) if _AMOUNT.fullmatch(amount) else None
    if minor is None or minor != int(minor):
        raise ItemError("item.amount_unreadable", shop=shop, amount=amount, currency=currency)
    return Money(int(minor), currency)


def amount_text(price: Money) -> str:
    """Write an amount as the marketplace wants it: ``92500``, and ``12.50`` where the currency has cents."""
    digits = _minor_digits(price.currency)
    return f"{Decimal(price.amount).scaleb(-digits):.{digits}f}"


def price(shop: str, wire: models.Price) -> Money | None:
    """Return the selling price, whichever key it stands under (reference, 3.2). Errors are those of :func:`money`."""
    return money(wire.sale_price or wire.tax_exclusive_price, wire.currency, shop=shop)


def listings(shop: str, product: models.Product, own: Collection[str], bundles: Collection[str] = ()) -> list[Listing]:
    """Return one listing per SKU of ``product``; ``own`` are the seller's own warehouses.

    ``bundles`` are ids of SKUs that are known to be bundles, which the product need not say.
    """
    found = (_listing(shop, product, sku, own) for sku in product.skus)
    return [replace(each, quantity_is_editable=False) if each.id.sku_id in bundles else each for each in found]


def windows(product: models.Product) -> dict[Platform, WindowState]:
    """Return how the product stands in each window that lists it; windows we do not know are left out."""
    words = _statuses(product)
    return {each: _WINDOW_STATE.get(words[each], WindowState.LOCKED) for each in _PLATFORMS if each in words}


def _statuses(product: models.Product) -> dict[str, str]:
    own = {"TIKTOK_SHOP": product.status} if product.status else {}
    return own | {entry.platform: entry.status for entry in product.integrated_platform_statuses}


def _listing(shop: str, product: models.Product, sku: models.ProductSku, own: Collection[str]) -> Listing:
    words = _statuses(product)
    # The TikTok Shop status rules what may be edited; a Tokopedia-only product has none.
    word = product.status or next(iter(words.values()), "")
    shown_price = _shown_price(shop, sku)
    stored_in = {stock.warehouse_id for stock in sku.inventory}
    is_stored_by_platform = bool(stored_in) and stored_in.isdisjoint(own)
    is_bundle = _BUNDLE in product.product_types
    return Listing(
        id=ListingId(shop, product.id, sku.id),
        sku=Sku(sku.seller_sku),
        title=product.title,
        variant=", ".join(attribute.value_name for attribute in sku.sales_attributes if attribute.value_name),
        status=_status(words.values(), sku.status_info.status),
        windows=tuple(sorted(windows(product).items())),
        price=shown_price,
        quantity=_shown_quantity(sku, own),
        price_is_editable=word in _PRICE_EDITABLE and shown_price is not None,
        quantity_is_editable=word in _QUANTITY_EDITABLE and not is_bundle and not is_stored_by_platform,
    )


def _shown_price(shop: str, sku: models.ProductSku) -> Money | None:
    # A price we cannot read must not hide the listing: its stock is still ours to keep right.
    try:
        return price(shop, sku.price)
    except ItemError as error:
        log.warning("listing.price_unreadable", listing=sku.id, error=str(error))
        return None


def _status(words: Collection[str], sku_word: str) -> ListingStatus:
    """Return the most visible of a product's statuses: what buyers see in one window, they can order."""
    seen = {_LISTING_STATUS.get(word, ListingStatus.OTHER) for word in words} or {ListingStatus.OTHER}
    if sku_word == "DEACTIVATED" and ListingStatus.ACTIVE in seen:
        return ListingStatus.INACTIVE
    order = (ListingStatus.ACTIVE, ListingStatus.OTHER, ListingStatus.INACTIVE, ListingStatus.DELETED)
    return next(status for status in order if status in seen)


def _shown_quantity(sku: models.ProductSku, own: Collection[str]) -> int | None:
    if not sku.inventory:
        return None
    return sum(stock.quantity for stock in sku.inventory if stock.warehouse_id in own)


def quantity(sku: models.InventorySku, own: Collection[str]) -> Quantity:
    """Add up the own warehouses; an answer without warehouses counts by its totals."""
    if not sku.warehouse_inventory:
        return Quantity(sku.total_available_quantity, sku.total_committed_quantity)
    ours = [entry for entry in sku.warehouse_inventory if entry.warehouse_id in own]
    return Quantity(sum(entry.available_quantity for entry in ours), sum(entry.committed_quantity for entry in ours))


def order(shop: str, wire: models.Order) -> Order:
    """Return the order without anything that tells who the buyer is beyond a masked name.

    Of bundles that the marketplace makes, the lines are the units that leave the shelf (reference 10.5).
    """
    status = _ORDER_STATUS.get(wire.status, OrderStatus.UNKNOWN)
    is_known_platform = wire.commerce_platform in set(Platform)
    left_at = wire.collection_time or wire.delivery_time
    return Order(
        shop=shop,
        id=wire.id,
        status=status,
        platform=Platform(wire.commerce_platform) if is_known_platform else Platform.OTHER,
        takes_our_stock=wire.fulfillment_type in {"", _BY_SELLER},
        created_at=_time(wire.create_time or wire.update_time),
        updated_at=_time(wire.update_time or wire.create_time),
        ship_by=_time(wire.rts_sla_time) if wire.rts_sla_time else None,
        buyer=masked(wire.recipient_address.name),
        courier=wire.shipping_provider or _joined(line.shipping_provider_name for line in wire.line_items),
        tracking_number=wire.tracking_number or _joined(line.tracking_number for line in wire.line_items),
        invoice="",  # TikTok Shop's orders carry no invoice number
        cancel_reason=wire.cancel_reason or _joined(line.cancel_reason for line in wire.line_items),
        left_at=_time(left_at) if left_at else None,
        lines=tuple(
            unit
            for line in wire.line_items
            for unit in _units(shop, line, is_cancelled=status is OrderStatus.CANCELLED or _is_cancelled(line))
        ),
    )


def _is_cancelled(unit: models.OrderUnit) -> bool:
    return unit.display_status in _CANCELLED or (not unit.display_status and bool(unit.cancel_user))


def _units(shop: str, wire: models.LineItem, *, is_cancelled: bool) -> Iterator[OrderLine]:
    if not wire.sub_item_info:
        yield _line(shop, wire, is_cancelled=is_cancelled)
    for part in wire.sub_item_info:
        line = _line(shop, part, is_cancelled=is_cancelled)
        yield replace(line, is_gift=line.is_gift or wire.is_gift, part_of=wire.id)


def _line(shop: str, wire: models.OrderUnit, *, is_cancelled: bool) -> OrderLine:
    return OrderLine(
        id=wire.id,
        listing=ListingId(shop, wire.product_id, wire.sku_id),
        sku=Sku(wire.seller_sku),
        product_name=wire.product_name,
        variant=wire.sku_name,
        price=_line_price(shop, wire),
        is_cancelled=is_cancelled or _is_cancelled(wire),
        is_gift=wire.is_gift,
    )


def _line_price(shop: str, wire: models.OrderUnit) -> Money:
    # A unit that was sold must reach the ledger even when its price cannot be read, so it counts as 0 and is logged.
    try:
        return money(wire.sale_price or wire.original_price, wire.currency, shop=shop) or Money(0, wire.currency)
    except ItemError as error:
        log.warning("order.price_unreadable", line=wire.id, error=str(error))
        return Money(0, wire.currency)


def masked(name: str) -> str:
    """Keep the first letter of each word: ``Sari Dewi`` becomes ``S*** D***``, masked or not before."""
    return " ".join(f"{word[0]}***" for word in name.split())


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _minor_digits(currency: str) -> int:
    return 0 if currency in _UNDIVIDED else 2


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(text for text in texts if text))
