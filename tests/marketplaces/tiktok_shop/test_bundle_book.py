"""Which listings are bundles the search does not say: orders do, and refusals, and both are kept."""

import pytest
from contract.asking import orders_since, sweep, use

BUNDLE = "PAKET-TOKO"


@pytest.fixture
def sold(world):
    """A bundle of two parts, on sale."""
    parts = [{"seller_sku": each["seller_sku"], "quantity": 1} for each in world.listings()[:2]]
    for part in parts:
        world.control(f"listings/{world.shop.name}/{part['seller_sku']}", quantity=9)
    world.control("bundles", shop=world.shop.name, seller_sku=BUNDLE, parts=parts)


async def not_settable(shop):
    return [each.sku for each in await sweep(shop) if each.sku == BUNDLE and not each.quantity_is_editable]


def test_an_order_that_names_the_parts_tells_that_a_listing_is_a_bundle(world, sold):
    async def see(shop):
        before = await not_settable(shop)
        world.order(BUNDLE)
        await orders_since(shop)
        return before, await not_settable(shop)

    assert use(world.connector(), see) == ([], [BUNDLE])
    assert use(world.connector(), not_settable) == [BUNDLE]


def test_a_refused_stock_tells_that_a_listing_is_a_bundle(world, sold):
    async def write(shop):
        (listing,) = [each.id for each in await sweep(shop) if each.sku == BUNDLE]
        refused = await shop.set_quantities(listing.product_id, {listing: 5})
        return len(refused), await not_settable(shop)

    assert use(world.connector(), write) == (1, [BUNDLE])
    assert world.faults() == []
