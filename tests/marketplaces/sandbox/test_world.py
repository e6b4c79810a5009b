from collections import Counter
from random import Random

import pytest

from daemon.marketplaces.sandbox.buyers import Buyers
from daemon.marketplaces.sandbox.founding import found_world
from daemon.marketplaces.sandbox.goods import ProductStatus
from daemon.marketplaces.sandbox.orders import Cancellation, OrderStatus
from daemon.marketplaces.sandbox.world import NotPossibleError, UnknownNameError

CHANGED_MIND = Cancellation("BUYER", "Berubah pikiran")


class Time:
    now = 1_790_000_000.0

    def __call__(self):
        return self.now


def world_of(*, seed=1, shops=1, listings=40):
    return found_world(seed, shops=shops, listings=listings, clock=Time())


def stocked(world, *, warehouses=1):
    return next(
        listing
        for listing in world.shop("toko-1").listings.values()
        if listing.available >= 10
        and len(listing.stocks) == warehouses
        and world.shop("toko-1").products[listing.product_id].status is ProductStatus.ACTIVATE
    )


@pytest.mark.parametrize("status", [OrderStatus.UNPAID, OrderStatus.ON_HOLD, OrderStatus.AWAITING_SHIPMENT])
def test_an_order_takes_stock_at_once_and_a_cancelled_one_gives_it_back(status):
    world = world_of()
    listing = stocked(world)
    before = listing.available
    order = world.place_order("toko-1", {listing.seller_sku: 4}, status=status)
    assert (listing.available, listing.committed) == (before - 4, 4)
    world.cancel(order, CHANGED_MIND)
    assert (listing.available, listing.committed) == (before, 0)


def test_an_order_that_the_carrier_has_is_gone_from_the_stock_for_good():
    world = world_of()
    listing = stocked(world)
    before = listing.available
    order = world.place_order("toko-1", {listing.seller_sku: 4})
    world.advance(order)
    assert (order.status, listing.committed) == (OrderStatus.AWAITING_COLLECTION, 4)
    world.advance(order)
    assert (order.status, listing.committed) == (OrderStatus.IN_TRANSIT, 0)
    with pytest.raises(NotPossibleError, match="IN_TRANSIT"):
        world.cancel(order, CHANGED_MIND)
    assert listing.available == before - 4


def test_an_order_is_cancelled_once():
    world = world_of()
    listing = stocked(world)
    before = listing.available
    order = world.place_order("toko-1", {listing.seller_sku: 1})
    world.cancel(order, CHANGED_MIND)
    with pytest.raises(NotPossibleError):
        world.cancel(order, CHANGED_MIND)
    assert listing.available == before


def test_what_is_short_is_named_and_nothing_is_taken():
    world = world_of()
    first = stocked(world)
    second = next(
        other
        for other in world.shop("toko-1").listings.values()
        if other is not first and world.shop("toko-1").products[other.product_id].status is ProductStatus.ACTIVATE
    )
    before = first.available
    wanted = {first.seller_sku: 1, second.seller_sku: second.available + 1}
    with pytest.raises(NotPossibleError, match=f"{second.seller_sku} .*wanted {second.available + 1}"):
        world.place_order("toko-1", wanted)
    assert (first.available, world.orders) == (before, {})


def test_an_order_empties_one_warehouse_and_then_the_other_and_gives_back_to_both():
    world = world_of(listings=60)
    listing = stocked(world, warehouses=2)
    before = {place: stock.available for place, stock in listing.stocks.items()}
    main, second = before
    order = world.place_order("toko-1", {listing.seller_sku: before[main] + 1})
    assert Counter(line.warehouse_id for line in order.lines) == {main: before[main], second: 1}
    world.cancel(order, CHANGED_MIND)
    assert {place: stock.available for place, stock in listing.stocks.items()} == before


def test_hidden_goods_cannot_be_ordered():
    world = world_of(listings=60)
    shop = world.shop("toko-1")
    hidden = next(each for each in shop.products.values() if each.status is ProductStatus.SELLER_DEACTIVATED)
    with pytest.raises(NotPossibleError, match="not on sale"):
        world.place_order("toko-1", {hidden.listings[0].seller_sku: 1})


@pytest.mark.parametrize(("quantity", "left_in"), [(5, (0, 5)), (25, (15, 10)), (0, (0, 0)), (10, (0, 10))])
def test_an_edited_sum_is_taken_from_the_first_warehouse_as_far_as_it_goes(quantity, left_in):
    listing = stocked(world_of(listings=60), warehouses=2)
    for stock, units in zip(listing.stocks.values(), (20, 10), strict=True):
        stock.available = units
    listing.set_available(quantity)
    assert tuple(stock.available for stock in listing.stocks.values()) == left_in


def test_names_nobody_knows_are_told_apart_from_rules():
    world = world_of()
    for look_up in (lambda: world.shop("toko-9"), lambda: world.listing("toko-1", "X"), lambda: world.order("1")):
        with pytest.raises(UnknownNameError):
            look_up()


def test_shops_sell_the_same_goods_under_other_ids():
    world = world_of(shops=3)
    goods, ids = [], []
    for shop in world.shops.values():
        goods.append([(each.seller_sku, each.price, each.available) for each in shop.listings.values()])
        ids.append({*shop.listings, *shop.products, *(each.id for each in shop.warehouses), shop.cipher, shop.id})
    assert goods[0] == goods[1] == goods[2]
    assert not ids[0] & ids[1]
    assert not ids[1] & ids[2]


@pytest.mark.parametrize("listings", [0, 1, 2, 40, 200, 1500])
def test_a_world_has_exactly_so_many_listings_with_codes_of_their_own(listings):
    shop = world_of(listings=listings).shop("toko-1")
    assert len(shop.listings) == len(shop.by_seller_sku) == listings
    assert all(1 <= len(code) <= 50 for code in shop.by_seller_sku)


def test_most_goods_lie_in_one_warehouse_and_one_product_in_twelve_in_two():
    products = world_of(listings=1000).shop("toko-1").products.values()
    in_two = sum(len(product.listings[0].stocks) == 2 for product in products)
    assert 0.06 < in_two / len(products) < 0.1


@pytest.mark.parametrize("seed", range(5))
def test_buyers_lose_and_invent_no_unit(seed):
    world = world_of(seed=seed, shops=2, listings=25)
    listings = [listing for shop in world.shops.values() for listing in shop.listings.values()]
    opening = {listing: listing.available for listing in listings}
    buyers = Buyers(world, Random(seed))
    for _ in range(400):
        buyers.take_turn()
    left, promised = Counter(), Counter()
    for order in world.orders.values():
        has_left = {OrderStatus.IN_TRANSIT, OrderStatus.DELIVERED, OrderStatus.COMPLETED} & {order.status}
        for line in order.lines:
            left[line.listing] += bool(has_left)
            promised[line.listing] += not has_left and order.status is not OrderStatus.CANCELLED
    for listing in listings:
        assert listing.available >= 0
        assert listing.committed == promised[listing]
        assert listing.available + listing.committed + left[listing] == opening[listing]
    statuses = {order.status for order in world.orders.values()}
    assert statuses >= {OrderStatus.CANCELLED, OrderStatus.IN_TRANSIT, OrderStatus.AWAITING_SHIPMENT}
    assert {order.platform for order in world.orders.values()} == {"TIKTOK_SHOP", "TOKOPEDIA"}


def test_buyers_find_an_empty_shop_and_go():
    world = world_of()
    for listing in world.shop("toko-1").listings.values():
        listing.set_available(0)
    assert Buyers(world, Random(1)).take_turn() is None


def test_the_same_seed_brings_the_same_buyers():
    stories = []
    for _ in range(2):
        world = world_of(seed=7)
        buyers = Buyers(world, Random(7))
        for _ in range(50):
            buyers.take_turn()
        stories.append([(order.id, order.status, order.buyer, len(order.lines)) for order in world.orders.values()])
    assert stories[0] == stories[1]


def test_what_the_seller_does_meanwhile_changes_only_what_it_is_about():
    def story(*, is_busy):
        world = world_of(seed=7, listings=40)
        shop, buyers = world.shop("toko-1"), Buyers(world, Random(7))
        taken = max(shop.listings.values(), key=lambda listing: listing.available)
        for turn in range(60):
            if is_busy and turn == 10:
                taken.set_available(0)
            if is_busy and turn in {20, 30}:
                ready = [order for order in world.orders.values() if order.status is OrderStatus.AWAITING_SHIPMENT]
                world.advance(ready[0])
            buyers.take_turn()
        return [
            (order.platform, order.buyer, sorted({line.listing.seller_sku for line in order.lines}))
            for order in world.orders.values()
        ], taken.seller_sku

    (calm, taken), (busy, _) = story(is_busy=False), story(is_busy=True)
    assert len(calm) == len(busy)
    others = [(one, other) for one, other in zip(calm, busy, strict=True) if taken not in one[2]]
    assert 30 < len(others) < 60
    assert [one for one, _ in others] == [other for _, other in others]
    assert [one[:2] for one in calm] == [other[:2] for other in busy]
