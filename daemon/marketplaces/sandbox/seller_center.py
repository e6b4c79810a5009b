"""What somebody does by hand in Seller Center."""

from daemon.marketplaces.sandbox.control_bodies import ListingEdit
from daemon.marketplaces.sandbox.goods import Listing
from daemon.marketplaces.sandbox.webhooks import Source
from daemon.marketplaces.sandbox.world import Shop, World


def edit_listing(world: World, shop: Shop, listing: Listing, edit: ListingEdit) -> None:
    """Type another code, stock or price, keep units for a campaign, or take a product down; what is left out stays."""
    if edit.seller_sku is not None:
        shop.rename(listing, edit.seller_sku)
    with world.webhooks.telling_stock(shop.name, [listing], Source.SELLER_CENTER):
        if edit.quantity is not None:
            listing.set_available(edit.quantity)
        if edit.locked is not None:
            listing.lock(edit.locked)
    if edit.price is not None:
        listing.price = edit.price
    if edit.status is not None:
        product = shop.products[listing.product_id]
        product.windows |= dict.fromkeys([edit.platform] if edit.platform else product.windows, edit.status)
        world.webhooks.product_changed(shop.name, product)
    world.touch(shop, listing)
