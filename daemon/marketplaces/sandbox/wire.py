"""Shops, warehouses, products and stock in the marketplace's JSON (reference 2.4, 3.2-3.4, 4.1)."""

from typing import TypeAlias

from daemon.domain.values import Platform
from daemon.marketplaces.sandbox.credentials import Grant
from daemon.marketplaces.sandbox.goods import CURRENCY, Listing, Place, Product, ProductStatus, Warehouse
from daemon.marketplaces.sandbox.world import Shop

JsonObject: TypeAlias = dict[str, object]

SCOPES = [
    "seller.authorization.info",
    "seller.shop.info",
    "seller.product.basic",
    "seller.product.write",
    "seller.order.info",
    "seller.fulfillment.basic",
    "seller.fulfillment.package.write",
    "seller.logistics",
    "seller.return_refund.basic",
]


def filled(entries: JsonObject) -> JsonObject:
    """Leave out empty lists: the marketplace omits the key (reference 1.4)."""
    return {key: value for key, value in entries.items() if value != []}


def only(entries: JsonObject, names: tuple[str, ...]) -> JsonObject:
    """Keep what stands under these names."""
    return {name: entries[name] for name in names if name in entries}


def grant_json(grant: Grant) -> JsonObject:
    """Tokens as the token endpoints give them; both times are absolute despite their names."""
    return {
        "access_token": grant.access_token,
        "access_token_expire_in": grant.access_expires_at,
        "refresh_token": grant.refresh_token,
        "refresh_token_expire_in": grant.refresh_expires_at,
        "open_id": f"sandbox-{grant.shop}",
        "seller_name": grant.shop,
        "seller_base_region": "ID",
        "user_type": 0,
        "granted_scopes": SCOPES,
    }


def shop_json(shop: Shop) -> JsonObject:
    """An authorised shop."""
    return {
        "id": shop.id,
        "name": shop.name,
        "region": "ID",
        "seller_type": "LOCAL",
        "cipher": shop.cipher,
        "code": shop.code,
    }


def warehouse_json(warehouse: Warehouse) -> JsonObject:
    """A warehouse; ``distict`` is the marketplace's own spelling."""
    place = warehouse.place
    return {
        "id": warehouse.id,
        "entity_id": warehouse.entity_id,
        "name": warehouse.name,
        "effect_status": "ENABLED",
        "type": "RETURN_WAREHOUSE" if warehouse.is_for_returns else "SALES_WAREHOUSE",
        "sub_type": "DOMESTIC_WAREHOUSE",
        "is_default": warehouse.is_default,
        "address": {
            "region": "Indonesia",
            "region_code": "ID",
            "state": place.province,
            "city": place.city,
            "distict": place.district,
            "postal_code": place.postal_code,
            "contact_person": warehouse.contact,
            "address_line1": place.street,
            "full_address": full_address(place, place.street),
        },
    }


def full_address(place: Place, street: str) -> str:
    """One line, from the country down to ``street``."""
    return f"Indonesia, {place.province}, {place.city}, {place.district}, {street}"


NEWER: dict[str, frozenset[str]] = {
    "202312": frozenset({"has_draft", "status_info"}),
    "202309": frozenset({"has_draft", "status_info", "audit", "integrated_platform_statuses", "is_not_for_sale"}),
}
"""What older versions of product search do not show."""


def product_json(product: Product, *, version: str) -> JsonObject:
    """A product as search shows it: no description, and of the prices only ``tax_exclusive_price``."""
    unknown = NEWER.get(version, frozenset())
    listings = [_listing_json(listing, _search_price(listing)) for listing in product.listings]
    shown: JsonObject = {
        **_product_head(product),
        "sales_regions": ["ID"],
        "skus": [{name: value for name, value in listing.items() if name not in unknown} for listing in listings],
    }
    return {name: value for name, value in shown.items() if name not in unknown}


def product_detail_json(product: Product) -> JsonObject:
    """A product as the detail call shows it, with ``sale_price`` and sales attributes."""
    category = product.category
    return {
        **_product_head(product),
        "description": f"<p>{product.description}</p>",
        "is_cod_allowed": True,
        "category_chains": [
            {"id": category.parent_id, "parent_id": "0", "local_name": category.parent_name, "is_leaf": False},
            {"id": category.id, "parent_id": category.parent_id, "local_name": category.name, "is_leaf": True},
        ],
        "minimum_order_quantity": 1,
        **({"product_types": ["COMBINED_PRODUCT"]} if product.listings[0].parts else {}),
        "skus": [
            {
                **_listing_json(listing, {**_search_price(listing), "sale_price": str(listing.price)}),
                **filled({"combined_skus": combined_json(listing)}),
                "sales_attributes": [{"name": name, "value_name": value} for name, value in listing.attributes],
            }
            for listing in product.listings
        ],
    }


def combined_json(listing: Listing) -> list[JsonObject]:
    """What a bundle is made of; nothing for other goods."""
    return [{"sku_id": part.id, "product_id": part.product_id, "sku_count": units} for part, units in listing.parts]


def _product_head(product: Product) -> JsonObject:
    """A Tokopedia-only product has no top-level status (reference 3.1)."""
    head: JsonObject = {"id": product.id, "title": product.title}
    own = product.windows.get(Platform.TIKTOK_SHOP)
    others = {platform: status for platform, status in product.windows.items() if platform != Platform.TIKTOK_SHOP}
    if own is not None:
        head["status"] = own
    if others:
        head["integrated_platform_statuses"] = [
            {"platform": platform, "status": status} for platform, status in others.items()
        ]
    return head | {
        "audit": {"status": "AUDITING" if ProductStatus.PENDING in product.windows.values() else "APPROVED"},
        "has_draft": False,
        "is_not_for_sale": False,
        "create_time": product.created_at,
        "update_time": product.updated_at,
    }


def _search_price(listing: Listing) -> JsonObject:
    return {"currency": CURRENCY, "tax_exclusive_price": str(listing.price)}


def _listing_json(listing: Listing, price: JsonObject) -> JsonObject:
    return {
        "id": listing.id,
        "seller_sku": listing.seller_sku,
        "price": price,
        "inventory": [
            {"warehouse_id": warehouse_id, "quantity": stock.available}
            for warehouse_id, stock in listing.stocks.items()
        ],
        "status_info": {"status": "NORMAL"},
    }


def _distribution_json(listing: Listing) -> JsonObject:
    """How much of the available stock is for everybody, and how much for a campaign."""
    in_shop: JsonObject = {"in_shop_inventory": {"quantity": listing.available - listing.locked}}
    if listing.locked:
        in_shop["campaign_inventory"] = [{"campaign_name": "Kilat Tengah Bulan", "quantity": listing.locked}]
    return in_shop


def inventory_json(product_id: str, listings: list[Listing]) -> JsonObject:
    """Stock of one product's listings."""
    return {
        "product_id": product_id,
        "skus": [
            {
                "id": listing.id,
                "seller_sku": listing.seller_sku,
                "total_available_quantity": listing.available,
                "total_committed_quantity": listing.committed,
                "total_available_inventory_distribution": _distribution_json(listing),
                "warehouse_inventory": [
                    {
                        "warehouse_id": warehouse_id,
                        "available_quantity": stock.available,
                        "committed_quantity": stock.committed,
                    }
                    for warehouse_id, stock in listing.stocks.items()
                ],
            }
            for listing in listings
        ],
    }
