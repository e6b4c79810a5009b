"""What somebody does by hand in Seller Center."""

from daemon.marketplaces.sandbox.control_bodies import ListingEdit
from daemon.marketplaces.sandbox.goods import Listing
from daemon.marketplaces.sandbox.world import Shop, World


def edit_listing(world: World, shop: Shop, listing: Listing, edit: ListingEdit) -> None:
    """Type another code, stock or price, keep units for a campaign, or take a product down; what is left out stays."""
    if edit.seller_sku is not None:
        shop.rename(listing, edit.seller_sku)
    if edit.quantity is not None:
        listing.set_available(edit.quantity)
    if edit.locked is not None:
        listing.lock(edit.locked)
    if edit.price is not None:
        listing.price = edit.price
    if edit.status is not None:
        windows = shop.products[listing.product_id].windows
        windows |= dict.fromkeys([edit.platform] if edit.platform else windows, edit.status)
    world.touch(shop, listing)
