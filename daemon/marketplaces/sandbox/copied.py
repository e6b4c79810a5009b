"""Shops of the sandbox that begin as real ones stand, for a rehearsal with a seller's own goods."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from random import Random

from daemon.domain.values import Listing as RealListing
from daemon.domain.values import ListingStatus, Platform, ShopIdentity, WindowState
from daemon.marketplaces.sandbox.founding import invent_key
from daemon.marketplaces.sandbox.goods import (
    STOCK_EDITABLE,
    Category,
    Listing,
    Place,
    Product,
    ProductStatus,
    Stock,
    Warehouse,
)
from daemon.marketplaces.sandbox.world import Clock, Shop, World

_STATUS = {
    WindowState.ON: ProductStatus.ACTIVATE,
    WindowState.OFF: ProductStatus.SELLER_DEACTIVATED,
    WindowState.IN_REVIEW: ProductStatus.PENDING,
}
_OF_LISTING = {ListingStatus.ACTIVE: ProductStatus.ACTIVATE, ListingStatus.INACTIVE: ProductStatus.SELLER_DEACTIVATED}
_CATEGORY = Category("1", "Salinan", "2", "Salinan")
_PLACE = Place("Jalan Latihan 1", "Latihan", "Jakarta", "DKI Jakarta", "10000")
"""What a listing does not tell, and nothing of ours asks for."""
_ELSEWHERE = "gudang-lain"
"""The id of a warehouse that is not the shop's."""


@dataclass(frozen=True, slots=True)
class RealShop:
    """What was read of a real shop, ``name`` in the settings. No order and no buyer is in it.

    A listing can be there twice, for a catalogue moves while it is read: the last one counts.
    """

    name: str
    identity: ShopIdentity
    listings: Sequence[RealListing]

    @property
    def left_out(self) -> int:
        """How many listings have no copy, because their price was not told."""
        return sum(each.status is not ListingStatus.DELETED and each.price is None for each in self.newest)

    @property
    def newest(self) -> Sequence[RealListing]:
        """Every listing once."""
        return list({each.id: each for each in self.listings}.values())


def copied_world(shops: Sequence[RealShop], *, seed: int, clock: Clock) -> World:
    """Make a world in which ``shops`` show what they show, under the same ids; all stock lies in one warehouse."""
    rng = Random(f"{seed}/copied")  # noqa: S311  # keys of a sandbox
    copies = {real.name: _copied(real, rng, opened_at=int(clock())) for real in shops}
    return World(copies, rng=Random(f"{seed}/orders"), clock=clock)  # noqa: S311  # a pretended world, nothing secret


def _copied(real: RealShop, rng: Random, *, opened_at: int) -> Shop:
    warehouse = Warehouse(f"{rng.randrange(10**18, 10**19)}", "1", "Gudang latihan", _PLACE, "Latihan", is_default=True)
    products = {product.id: product for product in _products(real.newest, warehouse.id, opened_at)}
    return Shop(real.name, real.identity.shop_id, "LATIHAN", invent_key(rng), (warehouse,), products)


def _products(listings: Sequence[RealListing], warehouse_id: str, listed_at: int) -> Iterator[Product]:
    """Group the listings by product; deleted ones, and those whose price nobody told, are left out."""
    kept = [each for each in listings if each.status is not ListingStatus.DELETED and each.price is not None]
    kept.sort(key=lambda each: each.id)
    for place, (product_id, group) in enumerate(groupby(kept, lambda each: each.id.product_id)):
        # Each at a time of its own: where there are more than a search shows, they are asked for by time.
        created_at = listed_at - place
        members = list(group)
        first = members[0]
        product = Product(
            id=product_id,
            title=first.title,
            description=first.title,
            category=_CATEGORY,
            windows=_windows(first, takes_stock=any(each.quantity_is_editable for each in members)),
            created_at=created_at,
            updated_at=created_at,
            listings=[],
        )
        for each in members:
            copy = _listing(each, warehouse_id)
            is_fixed = product.status in STOCK_EDITABLE and not each.quantity_is_editable
            product.listings.append(_fixed(copy) if is_fixed else copy)
        yield product


def _windows(listing: RealListing, *, takes_stock: bool) -> dict[Platform, ProductStatus]:
    locked = _locked(listing.status, takes_stock=takes_stock)
    told: dict[Platform, ProductStatus] = {
        window: _STATUS.get(state, locked) for window, state in listing.windows if window is not Platform.OTHER
    }
    return told or {Platform.TIKTOK_SHOP: _OF_LISTING.get(listing.status, ProductStatus.FREEZE)}


def _locked(status: ListingStatus, *, takes_stock: bool) -> ProductStatus:
    """Give the state that allows what the real one does; its name was not told."""
    if status is ListingStatus.INACTIVE:
        return ProductStatus.DRAFT if takes_stock else ProductStatus.PLATFORM_DEACTIVATED
    return ProductStatus.FAILED if takes_stock else ProductStatus.FREEZE


def _fixed(copy: Listing) -> Listing:
    """Let nobody set the stock: it is that of a bundle, of whatever it is made, or lies in a warehouse of others."""
    if copy.available:
        return replace(copy, parts=((copy, 1),))
    return replace(copy, stocks={_ELSEWHERE: Stock(0)})


def _listing(real: RealListing, warehouse_id: str) -> Listing:
    return Listing(
        id=real.id.sku_id,
        product_id=real.id.product_id,
        seller_sku=real.sku,
        attributes=(("Varian", real.variant),) if real.variant else (),
        price=real.price.amount if real.price else 0,
        stocks={} if real.quantity is None else {warehouse_id: Stock(real.quantity)},
    )
