"""What any connector must do, over real HTTP: the port's promises, marketplace by marketplace."""

from datetime import UTC, datetime, timedelta

import pytest
from contract.asking import LONG_AGO, listing_of, orders_since, sweep, use
from contract.marketplaces import PRICE, STOCK

from daemon.domain.refusals import Cure
from daemon.domain.values import ListingStatus, Money, OrderStatus

HIGHEST_STOCK = 99_999


def stranger(listing):
    """A listing of the same product that the marketplace does not know."""
    return type(listing)(listing.shop, listing.product_id, "1")


# Who it is.


def test_the_credentials_tell_whose_they_are(market):
    async def ask(shop):
        return shop.shop, await shop.identify()

    name, identity = use(market.connector(), ask)
    assert name == market.name
    assert identity.shop_id
    assert (name, identity) == use(market.connector(), ask)


def test_the_marketplace_s_clock_is_told(market):
    async def ask(shop):
        await shop.identify()
        return shop.server_now()

    now = use(market.connector(), ask)
    assert now.tzinfo is not None
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=30)


# Listings.


def test_a_sweep_shows_every_listing_once_and_as_buyers_see_it(market):
    listings = use(market.connector(), sweep)
    assert {str(each.sku): (each.quantity, each.price.amount) for each in listings} == market.shown()
    assert len({each.id for each in listings}) == len(listings)
    assert {each.id.shop for each in listings} == {market.name}


def test_a_sweep_over_many_pages_is_complete(large_market):
    async def pages(shop):
        return [page async for page in shop.sweep_listings()]

    read = use(large_market.connector(), pages)
    assert len(read) > 1
    assert {str(each.sku) for page in read for each in page} == large_market.shown().keys()


def test_quantities_are_those_of_now_and_what_is_promised_is_told_apart(market, sku):
    async def read(shop):
        listing = (await listing_of(shop, sku)).id
        market.sell(sku, 3)
        return (await shop.read_quantities([listing]))[listing]

    quantity = use(market.connector(), read)
    assert (quantity.available, quantity.committed) == (STOCK - 3, 3)


def test_many_quantities_are_read_at_once(large_market):
    async def read(shop):
        listings = await sweep(shop)
        return listings, await shop.read_quantities([each.id for each in listings])

    listings, quantities = use(large_market.connector(), read)
    assert {each.id: each.quantity for each in listings} == {id_: each.available for id_, each in quantities.items()}


def test_a_listing_that_the_marketplace_does_not_know_is_missing_in_the_answer(market, sku):
    async def read(shop):
        known = (await listing_of(shop, sku)).id
        return known, await shop.read_quantities([stranger(known), known])

    known, quantities = use(market.connector(), read)
    assert list(quantities) == [known]


def test_words_of_tomorrow_make_no_listing_disappear(market, sku):
    before = {each.id for each in use(market.connector(), sweep)}
    market.speak_of_tomorrow()
    listings = use(market.connector(), sweep)
    assert {each.id for each in listings} == before
    assert ListingStatus.DELETED not in {each.status for each in listings}


# Writing stock and prices.


@pytest.mark.parametrize("units", [0, 1, 22, HIGHEST_STOCK])
def test_a_quantity_reaches_buyers_and_is_read_back(market, sku, units):
    async def write(shop):
        listing = (await listing_of(shop, sku)).id
        refused = await shop.set_quantities(listing.product_id, {listing: units})
        return refused, (await shop.read_quantities([listing]))[listing].available

    assert use(market.connector(), write) == ({}, units)
    assert market.shown()[sku] == (units, PRICE)


def test_a_price_reaches_buyers_and_is_read_back(market, sku):
    async def write(shop):
        listing = (await listing_of(shop, sku)).id
        refused = await shop.set_prices(listing.product_id, {listing: Money(61_500)})
        return refused, (await shop.read_prices(listing.product_id))[listing]

    assert use(market.connector(), write) == ({}, Money(61_500))
    assert market.shown()[sku] == (STOCK, 61_500)


@pytest.mark.parametrize("what", ["quantity", "price"])
def test_what_is_refused_is_named_with_a_reason_and_the_others_are_written(market, sku, what):
    async def write(shop):
        known = (await listing_of(shop, sku)).id
        both = (stranger(known), known)
        if what == "quantity":
            refused = await shop.set_quantities(known.product_id, dict.fromkeys(both, 22))
        else:
            refused = await shop.set_prices(known.product_id, dict.fromkeys(both, Money(61_500)))
        return {each: shop.cure(why) for each, why in refused.items()}, stranger(known)

    cures, unknown = use(market.connector(), write)
    assert cures == {unknown: Cure.GONE}
    assert market.shown()[sku] == ((22, PRICE) if what == "quantity" else (STOCK, 61_500))


def test_a_price_that_is_not_allowed_is_refused_and_nothing_changed(market, sku):
    async def write(shop):
        listing = (await listing_of(shop, sku)).id
        refused = await shop.set_prices(listing.product_id, {listing: Money(1)})
        return shop.cure(refused[listing])

    assert use(market.connector(), write) is Cure.RANGE
    assert market.shown()[sku] == (STOCK, PRICE)


# Orders.


def test_an_order_is_told_unit_by_unit_without_its_buyer(market, sku):
    order_id = market.sell(sku, 3)
    (order,) = use(market.connector(), orders_since)
    assert (order.id, order.shop, order.status) == (order_id, market.name, OrderStatus.TO_SHIP)
    assert [(str(line.sku), line.price, line.is_cancelled) for line in order.lines] == [(sku, Money(PRICE), False)] * 3
    assert len({line.id for line in order.lines}) == 3
    assert order.takes_our_stock
    assert all(word[1:] == "***" for word in order.buyer.split())


def test_a_cancelled_order_is_told_again_as_cancelled(market, sku):
    order_id = market.sell(sku, 2)
    market.cancel(order_id)
    (order,) = use(market.connector(), orders_since)
    assert order.status is OrderStatus.CANCELLED
    assert all(line.is_cancelled for line in order.lines)


def test_orders_are_told_from_a_moment_on_and_the_moment_itself_belongs_to_it(market, sku):
    order_id = market.sell(sku)

    async def read(shop):
        (order,) = await orders_since(shop)
        at = order.updated_at
        return [[each.id for each in await orders_since(shop, at + timedelta(seconds=late))] for late in (-900, 0, 1)]

    assert use(market.connector(), read) == [[order_id], [order_id], []]


def test_pages_of_orders_come_oldest_change_first_and_none_is_lost_while_orders_change(market, sku):
    market.edit(sku, quantity=market.lasting_orders)
    placed = [market.sell(sku) for _ in range(market.lasting_orders)]

    async def read(shop):
        told = {}
        async for page in shop.changed_orders(LONG_AGO):
            if not told:
                market.cancel(page[0].id)
                market.cancel(placed[-1])
            told |= {order.id: order for order in page}
        return told

    told = use(market.connector(), read)
    assert told.keys() == set(placed)
    assert told[placed[-1]].status is OrderStatus.CANCELLED
    # The next read, which overlaps, also tells what was told before it changed.
    again = use(market.connector(), orders_since)
    assert sorted(order.updated_at for order in again) == [order.updated_at for order in again]
    assert {order.id for order in again if order.status is OrderStatus.CANCELLED} == {placed[0], placed[-1]}


def test_orders_are_read_by_id_however_many_and_without_those_that_nobody_knows(market, sku):
    market.edit(sku, quantity=60)
    placed = [market.sell(sku) for _ in range(51)]
    market.cancel(placed[0])
    unknown = placed[0][:-1] + ("1" if placed[0][-1] != "1" else "2")

    async def read(shop):
        return await shop.orders([]), await shop.orders([*placed, unknown]), await orders_since(shop)

    nothing, read_by_id, searched = use(market.connector(), read)
    assert nothing == []
    assert sorted(read_by_id, key=lambda order: order.id) == sorted(searched, key=lambda order: order.id)


def test_an_order_in_words_of_tomorrow_is_told_nevertheless(market, sku):
    order_id = market.sell(sku, 2)
    market.speak_of_tomorrow()
    (order,) = use(market.connector(), orders_since)
    assert (order.id, order.status) == (order_id, OrderStatus.UNKNOWN)
    assert [line.is_cancelled for line in order.lines] == [False, False]
