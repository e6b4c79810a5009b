"""Orders in the marketplace's JSON (reference 5.2): one line item a unit, recipients masked."""

import re

from daemon.marketplaces.sandbox.deadlines import sla_times
from daemon.marketplaces.sandbox.goods import CURRENCY, Place
from daemon.marketplaces.sandbox.orders import Order, OrderLine, OrderStatus
from daemon.marketplaces.sandbox.people import Buyer
from daemon.marketplaces.sandbox.wire import JsonObject, combined_json, full_address

WITHOUT_ADDRESS = frozenset({OrderStatus.UNPAID, OrderStatus.ON_HOLD})
PACKAGE_STATUS = {
    OrderStatus.AWAITING_COLLECTION: "PROCESSING",
    OrderStatus.IN_TRANSIT: "FULFILLING",
    OrderStatus.DELIVERED: "COMPLETED",
    OrderStatus.COMPLETED: "COMPLETED",
    OrderStatus.CANCELLED: "CANCELLED",
}
MOMENTS = (
    ("rts_time", OrderStatus.AWAITING_COLLECTION),
    ("collection_time", OrderStatus.IN_TRANSIT),
    ("delivery_time", OrderStatus.DELIVERED),
    ("cancel_time", OrderStatus.CANCELLED),
)


def mask(text: str) -> str:
    """Keep abbreviations and the first letter of each word: ``B*** S*****``, ``Jl. L****** B***``."""
    return re.sub(r"\b\w+\b(?!\.)", lambda word: word[0][0] + "*" * (len(word[0]) - 1), text)


def order_json(order: Order) -> JsonObject:
    """An order as search and detail show it."""
    courier = order.buyer.courier
    return {
        "id": order.id,
        "status": order.status,
        "order_type": "NORMAL",
        "commerce_platform": order.platform,
        "fulfillment_type": "FULFILLMENT_BY_SELLER",
        "shipping_type": order.delivery.shipping_type,
        "delivery_type": "HOME_DELIVERY",
        "delivery_option_id": order.delivery.id,
        "delivery_option_name": order.delivery.name,
        "shipping_provider_id": courier.id,
        "shipping_provider": courier.name,
        "tracking_number": order.tracking_number,
        "warehouse_id": order.lines[0].warehouse_id,
        "user_id": order.buyer.user_id,
        "buyer_message": order.buyer.note,
        "seller_note": "",
        "payment_method_name": order.buyer.payment,
        "is_cod": "COD" in order.buyer.payment,
        "is_sample_order": False,
        "is_on_hold_order": OrderStatus.ON_HOLD in order.reached,
        "is_buyer_request_cancel": order.is_asked_to_cancel,
        "is_replacement_order": False,
        "has_updated_recipient_address": False,
        "fulfillment_priority_level": 600,
        "packages": [{"id": order.package_id}],
        "payment": _payment_json(order),
        "recipient_address": recipient_json(order),
        "line_items": [_line_json(order, line) for line in order.lines],
        **_times_json(order),
        **_cancellation_json(order),
    }


def package_status(order: Order) -> str:
    """The state of an order's only package."""
    return PACKAGE_STATUS.get(order.status, "TO_FULFILL")


def _times_json(order: Order) -> JsonObject:
    """Moments that have not come are missing."""
    times: JsonObject = {"create_time": order.created_at, "update_time": order.updated_at}
    if order.paid_at is not None:
        times["paid_time"] = order.paid_at
    times |= {name: order.reached[status] for name, status in MOMENTS if status in order.reached}
    if order.cancel_request is not None and order.is_asked_to_cancel:
        times["request_cancel_time"] = order.cancel_request.created_at
    return times | sla_times(order)


def _payment_json(order: Order) -> JsonObject:
    goods, shipping = sum(line.price for line in order.lines), order.buyer.shipping_fee
    nothing = dict.fromkeys(
        (
            "seller_discount",
            "platform_discount",
            "shipping_fee_seller_discount",
            "shipping_fee_platform_discount",
            "tax",
        ),
        "0",
    )
    return {
        "currency": CURRENCY,
        "original_total_product_price": str(goods),
        "sub_total": str(goods),
        "original_shipping_fee": str(shipping),
        "shipping_fee": str(shipping),
        "buyer_service_fee": "1000",
        "total_amount": str(goods + shipping + 1000),
        **nothing,
    }


def recipient_json(order: Order) -> JsonObject:
    """Nothing usable before payment, empty texts after a cancellation, masked otherwise (reference 5.2)."""
    buyer = order.buyer
    if order.status is OrderStatus.CANCELLED or order.status in WITHOUT_ADDRESS:
        empty: JsonObject = dict.fromkeys(("name", "phone_number", "full_address", "address_detail", "postal_code"), "")
        return {**empty, "region_code": "ID"}
    return _masked_json(buyer)


def _masked_json(buyer: Buyer) -> JsonObject:
    name, street = mask(buyer.name), mask(buyer.place.street)
    phone = buyer.phone_number
    return {
        "name": name,
        "first_name": name,
        "last_name": "",
        "phone_number": f"(+62){phone[:3]}{'*' * (len(phone) - 5)}{phone[-2:]}",
        "region_code": "ID",
        "postal_code": buyer.place.postal_code,
        "full_address": full_address(buyer.place, street),
        "address_detail": street,
        "address_line1": street,
        "district_info": _districts_json(buyer.place),
    }


def _districts_json(place: Place) -> list[JsonObject]:
    levels = (
        ("Country", "Indonesia"),
        ("Province", place.province),
        ("City", place.city),
        ("District", place.district),
    )
    return [
        {
            "address_level": f"L{level}",
            "address_level_name": level_name,
            "address_name": name,
            "iso_code": "" if level else "ID",
        }
        for level, (level_name, name) in enumerate(levels)
    ]


def _line_json(order: Order, line: OrderLine) -> JsonObject:
    """Lines know neither ``ON_HOLD`` nor ``PARTIALLY_SHIPPING`` (reference 5.3)."""
    shown = OrderStatus.AWAITING_SHIPMENT if order.status is OrderStatus.ON_HOLD else order.status
    courier = order.buyer.courier
    item: JsonObject = {
        "id": line.id,
        "sku_id": line.listing.id,
        "seller_sku": line.listing.seller_sku,
        "sku_name": line.listing.variant,
        "sku_type": "NORMAL",
        "product_id": line.listing.product_id,
        "product_name": line.title,
        "currency": CURRENCY,
        "original_price": str(line.price),
        "seller_discount": "0",
        "platform_discount": "0",
        "sale_price": str(line.price),
        "display_status": shown,
        "package_id": order.package_id,
        "package_status": package_status(order),
        "shipping_provider_id": courier.id,
        "shipping_provider_name": courier.name,
        "tracking_number": order.tracking_number,
        "is_gift": False,
        "gift_retail_price": "0",
    }
    if line.parts:
        item["combined_listing_skus"] = combined_json(line.listing)
        item["sub_item_info"] = [_sub_item_json(order, part) for part in line.parts]
    if order.cancellation:
        item |= {"cancel_user": order.cancellation.initiator, "cancel_reason": order.cancellation.reason}
    return item


def _sub_item_json(order: Order, part: OrderLine) -> JsonObject:
    """One unit that a bundle is made of."""
    shown = _line_json(order, part)
    return {name: value for name, value in shown.items() if name not in _OF_LINES} | {"warehouse_id": part.warehouse_id}


_OF_LINES = frozenset({"sku_type", "is_gift", "gift_retail_price"})
"""What only whole lines have."""


def _cancellation_json(order: Order) -> JsonObject:
    if order.cancellation is None:
        return {}
    return {"cancellation_initiator": order.cancellation.initiator, "cancel_reason": order.cancellation.reason}
