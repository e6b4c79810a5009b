"""Bundles that the marketplace makes of other listings: they have no stock of their own (reference 3.1, 10.5)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random

from daemon.marketplaces.sandbox.goods import IdSequence, Listing, Part, Stock
from daemon.marketplaces.sandbox.world import NotPossibleError, World


class PartStocks(Mapping[str, Stock]):
    """As many bundles as the parts of each warehouse make; what is written into them changes nothing."""

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self._parts = parts

    def __getitem__(self, warehouse_id: str) -> Stock:
        return Stock(min(listing.stocks[warehouse_id].available // units for listing, units in self._parts))

    def __iter__(self) -> Iterator[str]:
        first, _ = self._parts[0]
        return (place for place in first.stocks if all(place in part.stocks for part, _ in self._parts))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def sell_bundle(world: World, shop_name: str, seller_sku: str, wanted: Mapping[str, int]) -> Listing:
    """List a bundle of ``wanted`` (seller SKU to units), at the sum of their prices."""
    shop = world.shop(shop_name)
    parts = tuple((world.listing(shop_name, part), units) for part, units in wanted.items())
    stocks = PartStocks(parts)
    if seller_sku in shop.by_seller_sku or not len(stocks) or any(part.parts for part, _ in parts):
        raise NotPossibleError(f"{seller_sku} cannot be a bundle of {', '.join(wanted)}")
    rng = Random(f"{shop.id}/{seller_sku}")  # noqa: S311  # ids are no secret
    first = shop.products[parts[0][0].product_id]
    product_id = IdSequence(rng, prefix="1739", digits=19).next()
    listing = Listing(
        id=IdSequence(rng, prefix="1729", digits=19).next(),
        product_id=product_id,
        seller_sku=seller_sku,
        attributes=(),
        price=sum(part.price * units for part, units in parts),
        stocks=stocks,
        parts=parts,
    )
    now, title = world.now(), f"Paket {first.title}"
    product = replace(
        first,
        id=product_id,
        title=title,
        created_at=now,
        updated_at=now,
        listings=[listing],
        windows=dict(first.windows),
    )
    shop.products[product.id] = product
    shop.listings[listing.id] = shop.by_seller_sku[seller_sku] = listing
    return listing
