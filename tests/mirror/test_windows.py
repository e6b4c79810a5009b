"""How goods stand in the shop windows, in the mirror."""

from dataclasses import replace

import pytest
from mirror.goods import LISTED, LISTING, NOON
from sqlalchemy import select

from daemon.domain.values import ListingId, ListingStatus, Platform, WindowState
from daemon.mirror import holds, observations
from daemon.mirror.listed import listed_in
from daemon.mirror.schema import listings
from daemon.mirror.windows import as_columns, note_switched, windows_in

BOTH_ON = ((Platform.TIKTOK_SHOP, WindowState.ON), (Platform.TOKOPEDIA, WindowState.ON))
OTHER = replace(LISTING, id=ListingId("toko", "100", "102"), windows=BOTH_ON)


@pytest.mark.parametrize("windows", [(), BOTH_ON, ((Platform.TOKOPEDIA, WindowState.LOCKED),)])
def test_windows_are_read_as_they_were_stored(windows):
    assert windows_in(**as_columns(windows)) == windows


@pytest.fixture
def product(mirror):
    """Two variants of one product, on sale in both windows, and another shop's product."""
    stranger = replace(LISTING, id=ListingId("mall", "100", "101"))
    with mirror.transaction() as tx:
        for shop in ("toko", "mall"):
            observations.add_shop(tx, shop)
        batch = [replace(LISTING, windows=BOTH_ON), OTHER, stranger]
        observations.store_listings(tx, batch, cycle=1, observed_at=NOON)
        yield tx


def test_a_switched_product_is_known_as_such_with_all_of_its_variants(product):
    note_switched(product, LISTED, 0)
    stored = product.execute(select(listings.c.shop, listings.c.status).order_by(listings.c.shop, listings.c.sku_id))
    assert [tuple(row) for row in stored] == [
        ("mall", ListingStatus.ACTIVE),
        ("toko", ListingStatus.INACTIVE),
        ("toko", ListingStatus.INACTIVE),
    ]


def standing(tx, *variants):
    found = [each for each in listed_in(tx, ["toko"]) if each.id.sku_id in variants]
    return {each.id.sku_id: (dict(each.windows), each.status) for each in found}


def test_a_variant_that_fell_out_long_ago_does_not_say_how_its_product_stands(product):
    stale = replace(LISTING, id=ListingId("toko", "100", "100"), windows=((Platform.TOKOPEDIA, WindowState.LOCKED),))
    observations.store_listings(product, [stale], cycle=1, observed_at=NOON)
    observations.finish_sweep(product, "toko", cycle=1, now=NOON)
    note_switched(product, OTHER.id, 1)
    now = {Platform.TIKTOK_SHOP: WindowState.ON, Platform.TOKOPEDIA: WindowState.OFF}
    assert standing(product, "102") == {"102": (now, ListingStatus.ACTIVE)}


def test_a_variant_that_is_off_by_itself_is_not_on_sale_because_its_product_is(product):
    off = replace(OTHER, status=ListingStatus.INACTIVE)
    observations.store_listings(product, [off], cycle=1, observed_at=NOON)
    observations.finish_sweep(product, "toko", cycle=1, now=NOON)
    note_switched(product, LISTED, 1)
    assert [status for _, status in standing(product, "101", "102").values()] == [
        ListingStatus.ACTIVE,
        ListingStatus.INACTIVE,
    ]


def test_goods_that_we_hid_ourselves_do_not_look_as_if_their_shop_were_at_rest(product):
    note_switched(product, LISTED, 0)
    assert holds.active_listings(product, "toko") == set()


def test_every_listing_is_told_once_all_shops_were_read(product):
    assert listed_in(product, ["toko", "mall"]) is None
    for shop in ("toko", "mall"):
        observations.finish_sweep(product, shop, cycle=1, now=NOON)
    assert OTHER in listed_in(product, ["toko", "mall"])
    assert {each.id.shop for each in listed_in(product, ["toko"])} == {"toko"}


def test_listings_that_fell_out_of_their_shop_are_not_told(product):
    for cycle in (2, 3):
        observations.finish_sweep(product, "toko", cycle=cycle, now=NOON)
    assert listed_in(product, ["toko"]) == []
