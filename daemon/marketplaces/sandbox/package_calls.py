"""Packages: search, detail, handover, shipping, labels and tracking (reference 6)."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from daemon.marketplaces.sandbox import wire
from daemon.marketplaces.sandbox.bodies import SearchPackages, SelfShipment, Ship, ShipMany, read_body
from daemon.marketplaces.sandbox.deadlines import DAY_S, WIB
from daemon.marketplaces.sandbox.delivery import BY_SELLER, SELLERS_COURIERS
from daemon.marketplaces.sandbox.orders import Order, OrderStatus
from daemon.marketplaces.sandbox.paging import cut
from daemon.marketplaces.sandbox.refusals import RefusedError, bad_parameter
from daemon.marketplaces.sandbox.visits import Visit, before, within
from daemon.marketplaces.sandbox.wire import JsonObject
from daemon.marketplaces.sandbox.wire_orders import package_status, recipient_json

MOST_PACKAGES = 50
PICKUP_HOURS = ((9, 13), (13, 17))
SUB_STATUS = {
    OrderStatus.AWAITING_COLLECTION: "RTS",
    OrderStatus.IN_TRANSIT: "TTS",
    OrderStatus.DELIVERED: "DELIVERED",
    OrderStatus.COMPLETED: "DELIVERED",
    OrderStatus.CANCELLED: "CANCELLED",
}
SHIPPED = SUB_STATUS.keys() - {OrderStatus.CANCELLED}
DOCUMENTS = (
    "SHIPPING_LABEL",
    "PACKING_SLIP",
    "SHIPPING_LABEL_AND_PACKING_SLIP",
    "SHIPPING_LABEL_PICTURE",
    "HAZMAT_LABEL",
    "INVOICE_LABEL",
)
LABELS = "/_files/labels"
PASSED = (
    (OrderStatus.AWAITING_COLLECTION, "Pengiriman telah diatur", 50001),
    (OrderStatus.IN_TRANSIT, "Paket telah diambil kurir", 50101),
    (OrderStatus.DELIVERED, "Paket telah diterima", 50201),
)


def search_packages(visit: Visit) -> JsonObject:
    """Search Packages."""
    body = read_body(SearchPackages, visit.call.body)
    field = visit.choice("sort_field", ("create_time", "update_time", "order_pay_time"))
    is_descending = visit.choice("sort_order", ("DESC", "ASC")) == "DESC"
    hits = [order for order in visit.world.orders_of(visit.shop.name) if _is_wanted(order, body)]
    wish = visit.wish(f"{body.model_dump_json()}{field}", is_descending=is_descending, largest=MOST_PACKAGES)
    try:
        page = cut(hits, partial(_place, field), wish)
    except ValueError as error:
        raise bad_parameter("The 'page_token' query parameter does not fit this search.") from error
    packages = [_package_json(order) for order in page.entries]
    return wire.filled({"total_count": page.total, "next_page_token": page.next_token, "packages": packages})


def _place(field: str, order: Order) -> tuple[int, str]:
    return (order.updated_at if field == "update_time" else _created_at(order)), order.package_id


def _created_at(order: Order) -> int:
    """A package begins with the payment."""
    return order.paid_at or order.created_at


def _is_wanted(order: Order, body: SearchPackages) -> bool:
    return (
        order.paid_at is not None
        and body.package_status in {None, package_status(order)}
        and within(_created_at(order), body.create_time_ge, before(body.create_time_lt))
        and within(order.updated_at, body.update_time_ge, before(body.update_time_lt))
    )


def _package_json(order: Order) -> JsonObject:
    courier = order.buyer.courier
    return {
        "id": order.package_id,
        "status": package_status(order),
        "create_time": _created_at(order),
        "update_time": order.updated_at,
        "tracking_number": order.tracking_number,
        "shipping_provider_id": courier.id,
        "shipping_provider_name": courier.name,
        "orders": [{"id": order.id, "skus": _skus_json(order)}],
        "order_line_item_ids": [line.id for line in order.lines],
    }


def _skus_json(order: Order) -> list[JsonObject]:
    units = Counter(line.listing.id for line in order.lines)
    names = {line.listing.id: line.listing.variant for line in order.lines}
    return [{"id": sku_id, "name": names[sku_id], "quantity": quantity} for sku_id, quantity in units.items()]


def get_package(visit: Visit) -> JsonObject:
    """Get Package Detail."""
    order = _order(visit, visit.names["package_id"])
    shown = _package_json(order)
    detail: JsonObject = {
        "package_id": shown.pop("id"),
        "package_status": shown.pop("status"),
        "package_sub_status": SUB_STATUS.get(order.status, "STOCKING"),
        "split_and_combine_tag": "DEFAULT",
        "has_multi_skus": len(_skus_json(order)) > 1,
        "note_tag": "BUYER_NOTED" if order.buyer.note else "BUYER_UNNOTED",
        "shipping_type": order.delivery.shipping_type,
        "delivery_option_id": order.delivery.id,
        "delivery_option_name": order.delivery.name,
        "warehouse_id": order.lines[0].warehouse_id,
        "recipient_address": wire.only(recipient_json(order), _ADDRESS),
        **shown,
    }
    if order.handover_method:
        detail["handover_method"] = order.handover_method
    if order.pickup_slot:
        detail["pickup_slot"] = {"start_time": order.pickup_slot[0], "end_time": order.pickup_slot[1]}
    return detail


_ADDRESS = ("name", "phone_number", "full_address", "address_detail", "address_line1", "postal_code", "region_code")


def get_handover(visit: Visit) -> JsonObject:
    """Get Package Handover Time Slots: two a day, for the next two days; the first is taken."""
    _order(visit, visit.names["package_id"])
    slots = [
        {"start_time": start, "end_time": end, "avaliable": place > 0}
        for place, (start, end) in enumerate(_slots(visit.world.now()))
    ]
    return {
        "can_pickup": True,
        "can_drop_off": True,
        "can_van_collection": False,
        "drop_off_point_url": "https://sandbox.example/drop-off",
        "pickup_slots": slots,
    }


def _slots(now: int) -> list[tuple[int, int]]:
    today = datetime.fromtimestamp(now, UTC).astimezone(WIB).replace(minute=0, second=0, microsecond=0)
    days = [today + timedelta(days=ahead) for ahead in (1, 2)]
    return [
        (int(day.replace(hour=first).timestamp()), int(day.replace(hour=last).timestamp()))
        for day in days
        for first, last in PICKUP_HOURS
    ]


def ship_package(visit: Visit) -> JsonObject:
    """Ship Package."""
    _ship(visit, visit.names["package_id"], read_body(Ship, visit.call.body))
    return {}


def ship_packages(visit: Visit) -> JsonObject:
    """Batch Ship Packages: what fails is named, the others are shipped."""
    body = read_body(ShipMany, visit.call.body)
    if len(body.packages) > MOST_PACKAGES:
        raise bad_parameter(f"At most {MOST_PACKAGES} packages can be shipped together.")
    errors: list[JsonObject] = []
    for wish in body.packages:
        try:
            _ship(visit, wish.id, wish)
        except RefusedError as refused:
            fault = {"code": refused.code, "message": refused.message, "detail": {"package_id": wish.id}}
            errors.append(fault)
    return wire.filled({"errors": errors})


def _ship(visit: Visit, package_id: str, wish: Ship) -> None:
    order = _order(visit, package_id)
    if order.status in SHIPPED:
        raise RefusedError(21011006, "The package has been shipped")
    if order.status is not OrderStatus.AWAITING_SHIPMENT:
        raise RefusedError(21011029, f"The order status {order.status} does not allow this operation.")
    if (wish.self_shipment is not None) != (order.delivery is BY_SELLER):
        raise RefusedError(21011037, f"This package is shipped by {order.delivery.shipping_type}.")
    if wish.self_shipment is not None:
        _send_with(order, wish.self_shipment, visit)
        return
    slot = (wish.pickup_slot.start_time, wish.pickup_slot.end_time) if wish.pickup_slot else None
    if slot is not None and slot not in _slots(visit.world.now())[1:]:
        raise RefusedError(21011048, "The pickup slot is not available.")
    order.handover_method, order.pickup_slot = wish.handover_method or "PICKUP", slot
    visit.world.advance(order)


def _send_with(order: Order, own: SelfShipment, visit: Visit) -> None:
    """Let the seller's own courier have the package."""
    courier = next((each for each in SELLERS_COURIERS if each.id == own.shipping_provider_id), None)
    if courier is None or not re.fullmatch(r"[A-Za-z0-9\-_./]{4,50}", own.tracking_number):
        raise RefusedError(21001001, "The shipping provider or the tracking number is not valid.")
    visit.world.advance(order)
    order.buyer, order.tracking_number = replace(order.buyer, courier=courier), own.tracking_number


def get_document(visit: Visit) -> JsonObject:
    """Get Package Shipping Document: an address without signature, for a day, of a PDF that this server makes."""
    order = _order(visit, visit.names["package_id"])
    kind = visit.choice("document_type", ("", *DOCUMENTS))
    if not kind:
        raise bad_parameter("The 'document_type' query parameter is required.")
    if order.status is not OrderStatus.AWAITING_COLLECTION or order.delivery is BY_SELLER:
        raise RefusedError(21011048, f"The order status {order.status} does not allow this operation.")
    size = visit.choice("document_size", ("A6", "A5"))
    address = (
        f"{visit.base_url}{LABELS}/{order.package_id}.pdf?kind={kind}&size={size}&expire={visit.world.now() + DAY_S}"
    )
    return {"doc_url": address, "tracking_number": order.tracking_number}


def get_tracking(visit: Visit) -> JsonObject:
    """Get Order Tracking, the newest first."""
    own = {order.id: order for order in visit.world.orders_of(visit.shop.name)}
    order = own.get(visit.names["order_id"])
    if order is None:
        raise RefusedError(21008111, "The order does not belong to this shop.")
    passed = [
        {"description": text, "update_time_millis": order.reached[status] * 1000, "action_code": code}
        for status, text, code in reversed(PASSED)
        if status in order.reached
    ]
    return wire.filled({"tracking": passed})


def _order(visit: Visit, package_id: str) -> Order:
    for order in visit.world.orders_of(visit.shop.name):
        if order.package_id == package_id and order.paid_at is not None:
            return order
    raise RefusedError(21011001, "The package does not exist.")
