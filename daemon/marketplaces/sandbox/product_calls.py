"""The product endpoints (reference 3.2-3.6) and the warehouses (4.1)."""

import re

from daemon.domain.values import Platform
from daemon.marketplaces.sandbox import wire
from daemon.marketplaces.sandbox.bodies import (
    NewPrice,
    SearchInventory,
    SearchProducts,
    SkuInventory,
    UpdateInventory,
    UpdatePrices,
    WarehouseQuantity,
    read_body,
)
from daemon.marketplaces.sandbox.goods import CURRENCY, STOCK_EDITABLE, Listing, Product, ProductStatus
from daemon.marketplaces.sandbox.paging import cut
from daemon.marketplaces.sandbox.refusals import RefusedError, bad_parameter
from daemon.marketplaces.sandbox.visits import Visit, within
from daemon.marketplaces.sandbox.webhooks import Source
from daemon.marketplaces.sandbox.wire import JsonObject

MOST_SKU_FILTERS = 10
MOST_HITS = 10_000
MOST_PRODUCT_IDS = 100
MOST_SKU_IDS = 600
MOST_STOCK = 99_999
LOWEST_PRICE = 100
HIGHEST_PRICE = 100_000_000


def list_shops(visit: Visit) -> JsonObject:
    """Get Authorized Shops: a local seller has exactly one."""
    return {"shops": [wire.shop_json(visit.shop)]}


def list_warehouses(visit: Visit) -> JsonObject:
    """Get Warehouse List."""
    return wire.filled({"warehouses": [wire.warehouse_json(warehouse) for warehouse in visit.shop.warehouses]})


def search_products(visit: Visit) -> JsonObject:
    """Search Products."""
    body = read_body(SearchProducts, visit.call.body)
    if max(len(body.seller_skus), len(body.sku_ids)) > MOST_SKU_FILTERS:
        raise RefusedError(12019027, f"At most {MOST_SKU_FILTERS} seller SKUs or SKU ids can be searched for.")
    if body.listing_platforms and body.status == "ALL":
        raise bad_parameter("Field 'listing_platforms' needs a 'status' other than ALL.")
    hits = list(visit.shop.products.values())
    if body.model_fields_set:
        hits = [product for product in hits if _is_wanted(product, body)]
    if len(hits) > MOST_HITS:
        raise RefusedError(12052180, f"More than {MOST_HITS} products match; narrow the filters.")
    wish = visit.wish(body.model_dump_json())
    try:
        page = cut(hits, lambda product: (0, product.id), wish)
    except ValueError as error:
        raise RefusedError(12019108, "Invalid page token.") from error
    products = [wire.product_json(product, version=visit.names["version"]) for product in page.entries]
    return wire.filled({"total_count": page.total, "next_page_token": page.next_token, "products": products})


def _is_wanted(product: Product, body: SearchProducts) -> bool:
    looked_at = [product.windows.get(Platform(platform)) for platform in body.listing_platforms] or [product.status]
    listings = product.listings
    return (
        (body.status == "ALL" or all(status == body.status for status in looked_at))
        and (not body.seller_skus or any(listing.seller_sku in body.seller_skus for listing in listings))
        and (not body.sku_ids or any(listing.id in body.sku_ids for listing in listings))
        and within(product.created_at, body.create_time_ge, body.create_time_le)
        and within(product.updated_at, body.update_time_ge, body.update_time_le)
    )


def get_product(visit: Visit) -> JsonObject:
    """Get Product."""
    return wire.product_detail_json(_product(visit))


def _product(visit: Visit) -> Product:
    product = visit.shop.products.get(visit.names["product_id"])
    if product is None:
        raise RefusedError(12052048, "The product does not exist or belongs to another seller.")
    return product


def search_inventory(visit: Visit) -> JsonObject:
    """Inventory Search: ids that are unknown or of another shop are left out in silence."""
    body = read_body(SearchInventory, visit.call.body)
    if len(body.product_ids) > MOST_PRODUCT_IDS or len(body.sku_ids) > MOST_SKU_IDS:
        raise bad_parameter(f"At most {MOST_PRODUCT_IDS} product ids or {MOST_SKU_IDS} SKU ids can be given.")
    if not body.product_ids and not body.sku_ids:
        raise bad_parameter("Field 'product_ids' or 'sku_ids' is required.")
    found: dict[str, list[Listing]] = {}
    for listing in _asked_listings(visit, body):
        found.setdefault(listing.product_id, []).append(listing)
    return wire.filled({"inventory": [wire.inventory_json(*entry) for entry in found.items()]})


def _asked_listings(visit: Visit, body: SearchInventory) -> list[Listing]:
    shop = visit.shop
    if body.sku_ids:
        return [shop.listings[sku_id] for sku_id in dict.fromkeys(body.sku_ids) if sku_id in shop.listings]
    products = [shop.products[each] for each in dict.fromkeys(body.product_ids) if each in shop.products]
    return [listing for product in products for listing in product.listings]


def update_inventory(visit: Visit) -> JsonObject:
    """Update Inventory: an absolute set. A fault of the request refuses all of it, a fault of one SKU only that SKU."""
    product = _product(visit)
    body = read_body(UpdateInventory, visit.call.body)
    if product.status not in STOCK_EDITABLE:
        raise RefusedError(12019113, f"The product status {product.status} does not allow this operation.")
    listings = {listing.id: listing for listing in product.listings}
    for entry in body.skus:
        _check_quantities(entry, listings.get(entry.id))
    errors = []
    for entry in body.skus:
        fault = _sku_fault(entry, listings.get(entry.id))
        if fault:
            errors.append(fault)
        else:
            with visit.world.webhooks.telling_stock(visit.shop.name, [listings[entry.id]], Source.OPEN_API):
                _set_stock(entry, listings[entry.id])
            visit.world.touch(visit.shop, listings[entry.id])
    return wire.filled({"errors": errors})


def _check_quantities(entry: SkuInventory, listing: Listing | None) -> None:
    if not all(0 <= each.quantity <= MOST_STOCK for each in entry.inventory):
        raise RefusedError(12019024, f"The stock must be between 0 and {MOST_STOCK}.")
    if listing is None:
        return
    named = {each.warehouse_id for each in entry.inventory}
    is_short_form = named == {None} and len(entry.inventory) == len(listing.stocks) == 1
    if not is_short_form and (None in named or not named >= set(listing.stocks)):
        raise RefusedError(12052516, f"Warehouses of the SKU {listing.id} are missing in the request.")


def _sku_fault(entry: SkuInventory, listing: Listing | None) -> JsonObject | None:
    if listing is None:
        return {"code": 12019022, "message": "The SKU id is invalid", "detail": {"sku_id": entry.id}}
    if listing.parts:
        return {"code": 12052708, "message": "The stock of a bundle is not editable", "detail": {"sku_id": entry.id}}
    extra = [fault for each in entry.inventory if (fault := _place_fault(each, listing))]
    if not extra:
        return None
    detail = {"sku_id": entry.id, "extra_errors": extra}
    return {"code": 12052990, "message": "Check failed", "detail": detail}


def _place_fault(wish: WarehouseQuantity, listing: Listing) -> JsonObject | None:
    place = wish.warehouse_id or next(iter(listing.stocks))
    if place not in listing.stocks:
        return {"warehouse_id": place, "code": 12052097, "message": "The warehouse does not exist"}
    if wish.quantity < listing.stocks[place].locked:
        return {"warehouse_id": place, "code": 12052393, "message": "The SKU is locked by a promotion"}
    return None


def _set_stock(entry: SkuInventory, listing: Listing) -> None:
    only = next(iter(listing.stocks))
    for each in entry.inventory:
        listing.stocks[each.warehouse_id or only].available = each.quantity


def update_prices(visit: Visit) -> JsonObject:
    """Update Price: all SKUs of the request or none; only while the product is on sale."""
    product = _product(visit)
    body = read_body(UpdatePrices, visit.call.body)
    if product.status is not ProductStatus.ACTIVATE:
        raise RefusedError(12019113, f"The product status {product.status} does not allow this operation.")
    listings = {listing.id: listing for listing in product.listings}
    unknown = [entry.id for entry in body.skus if entry.id not in listings]
    if unknown:
        raise RefusedError(12019022, f"The SKU id {unknown[0]} is invalid.")
    if any(listings[entry.id].locked for entry in body.skus):
        raise RefusedError(12052038, "The price is locked while a promotion runs.")
    for listing, price in [(listings[entry.id], read_price(entry.price)) for entry in body.skus]:
        listing.price = price
        visit.world.touch(visit.shop, listing)
    return {}


def read_price(price: NewPrice) -> int:
    """Read a price in whole Rupiah, or raise 12052073."""
    written = re.fullmatch(r"([0-9]{1,12})(\.0+)?", price.amount)
    amount = int(written[1]) if written else 0
    if price.currency != CURRENCY or not LOWEST_PRICE <= amount <= HIGHEST_PRICE:
        raise RefusedError(12052073, f"The price must be {LOWEST_PRICE} to {HIGHEST_PRICE} whole {CURRENCY}.")
    return amount
