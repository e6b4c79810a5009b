"""What any connector must do when calls go wrong, over real HTTP: nothing guessed, nothing sent twice."""

import pytest
from contract.asking import listing_of, orders_since, sweep, use
from contract.marketplaces import PRICE, STOCK, Trouble

from daemon.domain.values import Money
from daemon.errors import PersonNeededError, TryLaterError, UnknownOutcomeError


async def all_quantities(shop):
    return await shop.read_quantities([listing.id for listing in await sweep(shop)])


READS = {"orders": orders_since, "listings": sweep, "quantities": all_quantities}


@pytest.mark.parametrize("trouble", Trouble)
@pytest.mark.parametrize("read", READS)
def test_a_read_is_repeated(market, sku, read, trouble):
    expected = use(market.connector(), READS[read])
    market.trouble(trouble, with_writes=False)
    assert use(market.impatient_connector(), READS[read]) == expected


@pytest.mark.parametrize("trouble", Trouble)
def test_reads_end_when_the_marketplace_stays_away(market, sku, trouble):
    market.trouble(trouble, with_writes=False, times=99)
    with pytest.raises(TryLaterError) as caught:
        use(market.impatient_connector(), sweep)
    assert not isinstance(caught.value, UnknownOutcomeError)
    assert caught.value.message.params["shop"] == market.name


IS_DONE = {Trouble.BROKEN: False, Trouble.NONSENSE: False, Trouble.LOST_BEFORE: False} | dict.fromkeys(
    (Trouble.TORN, Trouble.LOST_AFTER, Trouble.SILENT), True
)


@pytest.mark.parametrize("what", ["quantity", "price"])
@pytest.mark.parametrize("trouble", IS_DONE)
def test_a_write_without_an_answer_is_sent_once_and_its_outcome_read_back(market, sku, trouble, what):
    async def write(shop):
        listing = (await listing_of(shop, sku)).id
        market.trouble(trouble, with_writes=True)
        with pytest.raises(UnknownOutcomeError):
            await write_one(shop, listing, what)
        quantities, prices = await shop.read_quantities([listing]), await shop.read_prices(listing.product_id)
        return quantities[listing].available, prices[listing].amount

    after = {"quantity": (22, PRICE), "price": (STOCK, 61_500)}[what]
    assert use(market.impatient_connector(), write) == (after if IS_DONE[trouble] else (STOCK, PRICE))
    assert market.writes_sent() == 1


async def write_one(shop, listing, what):
    if what == "quantity":
        return await shop.set_quantities(listing.product_id, {listing: 22})
    return await shop.set_prices(listing.product_id, {listing: Money(61_500)})


@pytest.mark.parametrize("what", ["quantity", "price"])
def test_a_write_that_was_refused_at_the_door_is_sent_again(market, sku, what):
    async def write(shop):
        listing = (await listing_of(shop, sku)).id
        market.trouble(Trouble.BUSY, with_writes=True)
        return await write_one(shop, listing, what)

    assert use(market.impatient_connector(), write) == {}
    assert market.shown()[sku] == ((22, PRICE) if what == "quantity" else (STOCK, 61_500))


def test_a_write_that_stays_refused_at_the_door_is_known_not_to_have_happened(market, sku):
    async def write(shop):
        listing = (await listing_of(shop, sku)).id
        market.trouble(Trouble.BUSY, with_writes=True, times=99)
        return await write_one(shop, listing, "quantity")

    with pytest.raises(TryLaterError) as caught:
        use(market.impatient_connector(), write)
    assert not isinstance(caught.value, UnknownOutcomeError)
    assert market.shown()[sku] == (STOCK, PRICE)


# Permission.


def test_access_that_ended_is_renewed_once_on_the_way(market, sku):
    async def go_on(shop):
        listing = (await listing_of(shop, sku)).id
        market.end_access()
        refused = await shop.set_quantities(listing.product_id, {listing: 22})
        return refused, len(await sweep(shop))

    assert use(market.connector(), go_on) == ({}, len(market.shown()))
    assert market.shown()[sku] == (22, PRICE)
    assert market.renewals() == 1


def test_permission_that_is_gone_needs_a_person_and_nothing_is_written(market, sku):
    async def go_on(shop):
        listing = (await listing_of(shop, sku)).id
        market.withdraw()
        for ask in (sweep, orders_since, lambda shop: write_one(shop, listing, "quantity")):
            with pytest.raises(PersonNeededError) as caught:
                await ask(shop)
            assert caught.value.message.params["shop"] == market.name

    use(market.connector(), go_on)
    assert market.shown()[sku] == (STOCK, PRICE)
