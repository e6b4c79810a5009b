"""Switching products on and off in the two shop windows (reference 3.7)."""

from collections.abc import Sequence
from functools import partial

from daemon.domain.values import Platform
from daemon.marketplaces.sandbox import wire
from daemon.marketplaces.sandbox.bodies import SwitchProducts, read_body
from daemon.marketplaces.sandbox.goods import Product, ProductStatus
from daemon.marketplaces.sandbox.refusals import RefusedError
from daemon.marketplaces.sandbox.visits import Visit
from daemon.marketplaces.sandbox.wire import JsonObject

MOST_SWITCHED = 20


def activate_products(visit: Visit) -> JsonObject:
    """Activate Product: into review, from where it goes on sale."""
    return _switch(visit, ProductStatus.SELLER_DEACTIVATED, "activated")


def deactivate_products(visit: Visit) -> JsonObject:
    """Deactivate Product: hidden at once."""
    return _switch(visit, ProductStatus.ACTIVATE, "deactivated")


def _switch(visit: Visit, needed: ProductStatus, done: str) -> JsonObject:
    """Switch each product in all windows named, or in none of them and say why."""
    body = read_body(SwitchProducts, visit.call.body)
    if len(body.product_ids) > MOST_SWITCHED:
        raise RefusedError(12019120, f"At most {MOST_SWITCHED} products can be given.")
    platforms = [Platform(platform) for platform in body.listing_platforms]
    errors: list[JsonObject] = []
    for product_id in body.product_ids:
        product = visit.shop.products.get(product_id)
        if product is None:
            errors.append(_error(12052048, "The product does not exist or belongs to another seller.", product_id))
        elif all(product.windows.get(platform) is needed for platform in platforms):
            _switch_windows(visit, product, platforms)
        else:
            errors.append(_error(12052003, f"The current product status can not be {done}", product_id))
    return wire.filled({"errors": errors})


def _switch_windows(visit: Visit, product: Product, platforms: Sequence[Platform]) -> None:
    tell = partial(visit.world.webhooks.product_changed, visit.shop.name, product)
    for platform in platforms:
        if product.windows[platform] is ProductStatus.ACTIVATE:
            product.windows[platform] = ProductStatus.SELLER_DEACTIVATED
        else:
            visit.world.reviews.begin(product, platform, tell)
    product.updated_at = visit.world.now()
    tell()


def _error(code: int, message: str, product_id: str) -> JsonObject:
    return {"code": code, "message": message, "detail": {"product_id": product_id}}
