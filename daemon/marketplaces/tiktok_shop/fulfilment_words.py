"""From TikTok Shop's words about packages to ours, and back. Pure, as :mod:`translate`."""

from datetime import UTC, datetime
from typing import assert_never

from daemon.domain.fulfilment import (
    Document,
    DropOff,
    Handover,
    HandoverChoices,
    LabelState,
    OwnCourier,
    Package,
    PackageDetail,
    PackageStatus,
    PickUp,
    PickupSlot,
    PriceDetail,
    PriceParts,
    Sighting,
)
from daemon.domain.values import Money
from daemon.marketplaces.tiktok_shop import fulfilment_models as models
from daemon.marketplaces.tiktok_shop.translate import money

OWN_COURIER_TYPE = "SEND_BY_SELLER"
DOCUMENTS = {
    Document.LABEL: "SHIPPING_LABEL",
    Document.PACKING_SLIP: "PACKING_SLIP",
    Document.BOTH: "SHIPPING_LABEL_AND_PACKING_SLIP",
}
_STATUS = {
    "TO_FULFILL": PackageStatus.TO_SHIP,
    "PROCESSING": PackageStatus.TO_COLLECT,
    "FULFILLING": PackageStatus.IN_TRANSIT,
    "COMPLETED": PackageStatus.COMPLETED,
    "CANCELLED": PackageStatus.CANCELLED,
}
_LABEL = {"RTSING": LabelState.COMING, "RTS": LabelState.READY}
_TROUBLES = frozenset({"ISSUE", "SHIP_EXCEPTION", "PART_DELIVERED_AND_EXCEPTION"})
_SENT_BY_SELLER = "SELLER"


def package(wire: models.Package) -> Package:
    """Return what is sent together."""
    return Package(
        id=wire.id,
        status=_STATUS.get(wire.status, PackageStatus.UNKNOWN),
        order_ids=tuple(order.id for order in wire.orders),
        line_ids=tuple(wire.order_line_item_ids),
        courier=wire.shipping_provider_name,
        tracking_number=wire.tracking_number,
        created_at=_moment(wire.create_time or wire.update_time),
        updated_at=_moment(wire.update_time or wire.create_time),
    )


def detail(wire: models.PackageDetail) -> PackageDetail:
    """Return what must be known to ship it."""
    return PackageDetail(
        package=package(wire),
        needs_own_courier=wire.shipping_type == _SENT_BY_SELLER,
        delivery_option_id=wire.delivery_option_id,
        warehouse_id=wire.warehouse_id,
        label=_LABEL.get(wire.package_sub_status, LabelState.NONE),
        trouble=wire.ship_exception_reason or (wire.package_sub_status if wire.package_sub_status in _TROUBLES else ""),
    )


def choices(wire: models.Handover) -> HandoverChoices:
    """Return how it can be handed over; slots that are taken are left out."""
    free = [slot for slot in wire.pickup_slots if slot.avaliable]
    slots = tuple(PickupSlot(_moment(slot.start_time), _moment(slot.end_time)) for slot in free)
    return HandoverChoices(wire.can_pickup, wire.can_drop_off, slots)


def ship_body(handover: Handover) -> dict[str, object]:
    """Say how a package is handed over (reference 6.5)."""
    match handover:
        case PickUp(slot):
            return {"handover_method": "PICKUP", **_slot_body(slot)}
        case DropOff():
            return {"handover_method": "DROP_OFF"}
        case OwnCourier(courier_id, tracking_number):
            return {"self_shipment": {"tracking_number": tracking_number, "shipping_provider_id": courier_id}}
        case _:
            assert_never(handover)


def _slot_body(slot: PickupSlot | None) -> dict[str, object]:
    if slot is None:
        return {}
    times = {"start_time": int(slot.starts_at.timestamp()), "end_time": int(slot.ends_at.timestamp())}
    return {"pickup_slot": times}


def sighting(wire: models.TrackingEntry) -> Sighting:
    """Return what a courier said."""
    return Sighting(datetime.fromtimestamp(wire.update_time_millis / 1000, UTC), wire.description)


def price_detail(shop: str, wire: models.PriceDetail) -> PriceDetail:
    """Return what was charged; a missing amount is 0. Errors are those of :func:`translate.money`."""

    def amount(text: str) -> Money:
        return money(text, wire.currency, shop=shop) or Money(0, wire.currency)

    def parts(prices: models.Prices) -> PriceParts:
        return PriceParts(
            listed=amount(prices.sku_list_price),
            by_seller=amount(prices.subtotal_deduction_seller),
            by_marketplace=amount(prices.subtotal_deduction_platform),
            charged=amount(prices.subtotal),
        )

    shipping = PriceParts(
        listed=amount(wire.shipping_list_price),
        by_seller=amount(wire.shipping_fee_deduction_seller),
        by_marketplace=amount(wire.shipping_fee_deduction_platform),
        charged=amount(wire.shipping_sale_price),
    )
    return PriceDetail(parts(wire), {line.id: parts(line) for line in wire.line_items}, shipping, amount(wire.payment))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
