"""A copied shop shows what was read of the real one, and allows what that allows."""

import asyncio
from contextlib import contextmanager

import httpx
import pytest
from marketplaces.tiktok_shop.worlds import World

from daemon.domain.values import ShopIdentity
from daemon.marketplaces.sandbox import product_calls
from daemon.marketplaces.sandbox.copied import RealShop
from daemon.marketplaces.sandbox.server import SandboxOptions, running
from daemon.marketplaces.tiktok_shop import models, translate

OWN, FOREIGN = "8100000000000000001", "8200000000000000002"
WORDS = ("DRAFT", "PENDING", "FAILED", "ACTIVATE", "SELLER_DEACTIVATED", "PLATFORM_DEACTIVATED", "FREEZE")


def product(number, inventories, **more):
    """A product with one SKU for each inventory."""
    skus = [
        {
            "id": f"{number}-{place}",
            "seller_sku": f"SKU-{number}-{place}",
            "price": {"currency": "IDR", "sale_price": "45000"},
            "inventory": [{"warehouse_id": warehouse, "quantity": 6} for warehouse in inventory],
        }
        for place, inventory in enumerate(inventories)
    ]
    return {"id": f"{number}", "title": f"Barang {number}", "skus": skus, **more}


def read(*products):
    """What the connector understands of a real shop's products."""
    return [
        listing
        for each in products
        for listing in translate.listings("toko", models.Product.model_validate(each), [OWN])
    ]


@contextmanager
def copy_of(listings, folder):
    shop = RealShop("toko", ShopIdentity("7000000000000000007", "Toko", ""), listings)
    with (
        running(SandboxOptions(copies=(shop,))) as ready,
        httpx.Client(base_url=ready.base_url) as client,
    ):
        yield World(ready, ready.shops[0], client, folder)


def asked(world, ask):
    async def run():
        connector = world.connector()
        try:
            return await ask(connector)
        finally:
            await connector.aclose()

    return asyncio.run(run())


async def sweep(connector):
    return sorted([each async for page in connector.sweep_listings() for each in page], key=lambda each: each.id)


@pytest.mark.parametrize("inventories", [[[OWN]], [[FOREIGN]], [[]], [[OWN], [FOREIGN], []]])
def test_every_state_of_goods_is_copied_with_what_it_allows(tmp_path, inventories):
    real = read(*(product(number, inventories, status=word) for number, word in enumerate(WORDS)))
    with copy_of(real, tmp_path) as world:
        assert asked(world, sweep) == real
        assert world.faults() == []


def test_goods_of_one_window_and_of_two_are_copied(tmp_path):
    elsewhere = [{"platform": "TOKOPEDIA", "status": "FREEZE"}]
    real = read(
        product(1, [[OWN]], integrated_platform_statuses=elsewhere),
        product(2, [[OWN]], status="ACTIVATE", integrated_platform_statuses=elsewhere),
    )
    with copy_of(real, tmp_path) as world:
        assert asked(world, sweep) == real


def test_goods_without_a_price_are_counted_and_left_out(tmp_path):
    hidden = product(1, [[OWN], [OWN]], status="ACTIVATE")
    hidden["skus"][0]["price"] = {}
    real = read(hidden, product(2, [[OWN]], status="DELETED"))
    assert RealShop("toko", ShopIdentity("7", "Toko", ""), real).left_out == 1
    with copy_of(real, tmp_path) as world:
        assert asked(world, sweep) == [real[1]]


def test_a_shop_with_more_products_than_one_search_shows_can_be_read_in_the_copy(tmp_path, monkeypatch):
    monkeypatch.setattr(product_calls, "MOST_HITS", 3)
    listings = read(*(product(number, [[OWN]]) for number in range(10, 22)))
    with copy_of(listings, tmp_path) as world:
        found = asked(world, sweep)
    assert sorted(each.id.product_id for each in found) == [f"{number}" for number in range(10, 22)]


def test_what_a_moving_catalogue_showed_twice_is_copied_once_as_it_was_last(tmp_path):
    before, after = (
        read(product(1, [[OWN], [OWN]], status="ACTIVATE", title=title)) for title in ("Kopi", "Kopi Gayo")
    )
    with copy_of([*before, *after], tmp_path) as world:
        assert asked(world, sweep) == after
