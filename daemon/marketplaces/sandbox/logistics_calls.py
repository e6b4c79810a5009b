"""Ways of sending and couriers to choose from (reference 4.2, 4.3)."""

from daemon.marketplaces.sandbox.delivery import BY_SELLER, OPTIONS, SELLERS_COURIERS, DeliveryOption
from daemon.marketplaces.sandbox.refusals import RefusedError
from daemon.marketplaces.sandbox.visits import Visit
from daemon.marketplaces.sandbox.wire import JsonObject

UNKNOWN = 21001001


def list_delivery_options(visit: Visit) -> JsonObject:
    """Get Warehouse Delivery Options: the same for every warehouse."""
    visit.choice("scope", ("WAREHOUSE", "PRODUCT"))
    if visit.names["warehouse_id"] not in {warehouse.id for warehouse in visit.shop.warehouses}:
        raise RefusedError(UNKNOWN, "The warehouse does not exist.")
    return {"delivery_options": [_option_json(option) for option in OPTIONS]}


def _option_json(option: DeliveryOption) -> JsonObject:
    return {
        "id": option.id,
        "name": option.name,
        "type": option.type,
        "description": option.description,
        "platform": ["TIKTOK_SHOP", "TOKOPEDIA"],
        "weight_limit": {"min_weight": 0, "max_weight": 50_000, "unit": "GRAM"},
        "dimension_limit": {"max_length": 100, "max_width": 100, "max_height": 100, "unit": "CM"},
    }


def list_shipping_providers(visit: Visit) -> JsonObject:
    """Get Shipping Providers: where the marketplace's couriers carry, there is nothing to choose."""
    if visit.names["delivery_option_id"] != BY_SELLER.id:
        raise RefusedError(UNKNOWN, "The delivery option is not shipped by the seller.")
    return {"shipping_providers": [{"id": courier.id, "name": courier.name} for courier in SELLERS_COURIERS]}
