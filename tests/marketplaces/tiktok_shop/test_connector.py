"""The connector against the sandbox, over real HTTP."""

import asyncio
import logging
import stat
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import structlog
from contract.asking import orders_since, sweep, use
from marketplaces.tiktok_shop.worlds import IMPATIENT, QUICK, World

from daemon.domain.values import ListingStatus, Money, OrderStatus, Platform
from daemon.errors import PersonNeededError, TryLaterError, UnknownOutcomeError
from daemon.marketplaces.http import ShopHttp
from daemon.marketplaces.pace import Clock
from daemon.marketplaces.sandbox.server import SandboxOptions, running

INVENTORY_UPDATE = "inventory/update"


def on_sale(listings):
    return [each for each in listings if each.status is ListingStatus.ACTIVE and each.quantity and each.quantity > 5]


def failing(connector, work, kind):
    with pytest.raises(kind) as caught:
        use(connector, work)
    assert caught.value.message.params["shop"]
    return caught.value


def test_the_credentials_tell_whose_they_are(world):
    identity = use(world.connector(), lambda shop: shop.identify())
    assert (identity.shop_id, identity.region) == (world.shop.shop_id, "ID")


def test_a_cipher_of_another_shop_needs_a_person(world):
    error = failing(world.connector(shop_cipher="ROW_lain"), lambda shop: shop.identify(), PersonNeededError)
    assert error.message.code == "shop.wrong_cipher"


def test_a_sweep_shows_every_listing_as_the_shop_does(world):
    listings = use(world.connector(), sweep)
    state = world.listings()
    assert {(each.id.sku_id, each.sku, each.quantity, each.price) for each in listings} == {
        (each["sku_id"], each["seller_sku"], each["quantity"], Money(each["price"])) for each in state
    }


def test_quantities_are_read_in_chunks_of_what_one_call_takes(tmp_path):
    async def sweep_and_read(shop):
        listings = await sweep(shop)
        return listings, await shop.read_quantities([each.id for each in listings])

    with running(SandboxOptions(products=1300)) as ready, httpx.Client(base_url=ready.base_url) as client:
        world = World(ready, ready.shops[0], client, tmp_path)
        listings, quantities = use(world.connector(), sweep_and_read)
        assert len(world.calls("inventory/search")) == 3
    assert {each.id: each.quantity for each in listings} == {id_: each.available for id_, each in quantities.items()}
    assert len(quantities) == 1300


def test_a_listing_the_shop_does_not_know_is_missing_in_the_answer(world):
    async def read(shop):
        known = (await sweep(shop))[0].id
        unknown = type(known)(known.shop, known.product_id, "1720000000000000000")
        return known, await shop.read_quantities([known, unknown])

    known, quantities = use(world.connector(), read)
    assert list(quantities) == [known]


def test_stock_and_price_reach_the_shop_and_are_read_back(world):
    async def change(shop):
        listing = on_sale(await sweep(shop))[0].id
        refused = dict(await shop.set_quantities(listing.product_id, {listing: 17}))
        refused |= await shop.set_prices(listing.product_id, {listing: Money(61500)})
        return listing, refused, await shop.read_quantities([listing]), await shop.read_prices(listing.product_id)

    listing, refused, quantities, prices = use(world.connector(), change)
    assert refused == {}
    assert quantities[listing].available == 17
    assert prices[listing] == Money(61500)
    shown = world.shown(listing.sku_id)
    assert (shown["quantity"], shown["price"]) == (17, 61500)


def test_a_connector_that_has_seen_nothing_yet_can_write_to_several_warehouses(world):
    listings = on_sale(use(world.connector(), sweep))[:8]

    async def set_all(shop):
        return [await shop.set_quantities(each.id.product_id, {each.id: 33}) for each in listings]

    assert not any(use(world.connector(), set_all))
    changed = {each.id.sku_id for each in listings}
    assert {each["quantity"] for each in world.listings() if each["sku_id"] in changed} == {33}


def test_zero_sells_out(world):
    async def sell_out(shop):
        listing = on_sale(await sweep(shop))[0].id
        return listing, await shop.set_quantities(listing.product_id, {listing: 0})

    listing, refused = use(world.connector(), sell_out)
    assert refused == {}
    assert world.shown(listing.sku_id)["quantity"] == 0


def test_a_sku_that_is_refused_does_not_hold_up_the_others(world):
    async def change(shop):
        listing = on_sale(await sweep(shop))[0].id
        stranger = type(listing)(listing.shop, listing.product_id, "1720000000000000000")
        prices = await shop.set_prices(listing.product_id, {stranger: Money(9900), listing: Money(61500)})
        return listing, stranger, prices, await shop.set_quantities(listing.product_id, {stranger: 5, listing: 8})

    listing, stranger, prices, quantities = use(world.connector(), change)
    assert prices.keys() == quantities.keys() == {stranger}
    assert prices[stranger].startswith("12019022 ")
    shown = world.shown(listing.sku_id)
    assert (shown["quantity"], shown["price"]) == (8, 61500)


def test_a_price_the_shop_does_not_allow_is_refused_with_its_reason(world):
    async def change(shop):
        listing = on_sale(await sweep(shop))[0].id
        return listing, await shop.set_prices(listing.product_id, {listing: Money(1)})

    listing, refused = use(world.connector(), change)
    assert refused[listing].startswith("12052073 ")


def test_a_wrong_secret_needs_a_person(world):
    error = failing(world.connector(app_secret="salah"), lambda shop: shop.identify(), PersonNeededError)
    assert error.message.code == "shop.wrong_secret"
    assert len(world.calls("authorization")) == 1


def test_a_wrong_app_key_needs_a_person(world):
    error = failing(world.connector(app_key="salah"), lambda shop: shop.identify(), PersonNeededError)
    assert error.message.code == "shop.wrong_app_key"


def test_an_expired_token_is_refreshed_once_and_kept_for_the_owner_only(world):
    world.expire_tokens()
    use(world.connector(), sweep)
    assert len(world.calls("token/refresh")) == 1
    assert world.store.load().access_token != world.shop.access_token
    assert world.store.load().access_expires_at > datetime.now(UTC) + timedelta(days=6)
    assert stat.S_IMODE((world.folder / "tokens.json").stat().st_mode) == 0o600


def test_a_write_with_an_expired_token_is_done_after_the_refresh(world):
    async def change(shop):
        listing = on_sale(await sweep(shop))[0].id
        world.expire_tokens()
        return listing, await shop.set_quantities(listing.product_id, {listing: 9})

    listing, refused = use(world.connector(), change)
    assert refused == {}
    assert world.shown(listing.sku_id)["quantity"] == 9


def test_a_token_is_refreshed_before_it_ends(world):
    tokens = world.store.load()
    world.store.save(
        type(tokens)(tokens.access_token, datetime.now(UTC), tokens.refresh_token, tokens.refresh_expires_at)
    )
    use(world.connector(), lambda shop: shop.identify())
    assert [path.rpartition("/")[2] for path in world.calls()] == ["refresh", "shops"]


def test_two_connectors_at_once_use_a_refresh_token_only_once(world):
    world.expire_tokens()

    async def both():
        connectors = [world.connector(), world.connector()]
        try:
            return await asyncio.gather(*(connector.identify() for connector in connectors))
        finally:
            for connector in connectors:
                await connector.aclose()

    first, second = asyncio.run(both())
    assert first == second
    assert len(world.calls("token/refresh")) == 1


def test_a_refresh_token_that_is_dead_needs_a_person(world):
    tokens = world.store.load()
    world.store.save(type(tokens)(tokens.access_token, tokens.access_expires_at, "mati", tokens.refresh_expires_at))
    world.expire_tokens()
    error = failing(world.connector(), sweep, PersonNeededError)
    assert error.message.code == "shop.authorization_ended"


def test_a_shop_without_tokens_needs_a_person(world):
    (world.folder / "tokens.json").unlink()
    assert failing(world.connector(), sweep, PersonNeededError).message.code == "shop.no_tokens"


def test_too_many_calls_wait_as_long_as_the_shop_asks_and_go_on(world):
    time_s, waits = [0.0], []

    async def sleep(seconds):
        waits.append(seconds)
        time_s[0] += seconds

    world.fault("products/search", "status_429")
    clock = Clock(monotonic=lambda: time_s[0], sleep=sleep)
    assert len(use(world.connector(clock=clock), sweep)) == 40
    assert waits
    assert 0.9 <= sum(waits) <= 3


def test_a_write_refused_for_too_many_calls_is_sent_again(world):
    async def change(shop):
        listing = on_sale(await sweep(shop))[0].id
        world.fault(INVENTORY_UPDATE, "status_429")
        return listing, await shop.set_quantities(listing.product_id, {listing: 9})

    async def no_sleep(_seconds):
        pass

    listing, refused = use(world.connector(clock=Clock(sleep=no_sleep)), change)
    assert refused == {}
    assert world.shown(listing.sku_id)["quantity"] == 9


@pytest.mark.parametrize("kind", ["status_500", "garbage", "drop_before", "drop_after"])
def test_a_read_that_fails_once_is_asked_again(world, kind):
    world.fault("products/search", kind)
    assert len(use(world.connector(), sweep)) == 40


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("status_500", "shop.server_error"),
        ("garbage", "shop.answer_unreadable"),
        ("drop_before", "shop.unreachable"),
        ("status_429", "shop.busy"),
    ],
)
def test_a_read_that_keeps_failing_is_left_for_the_next_cycle(world, kind, code):
    async def no_sleep(_seconds):
        pass

    world.fault("products/search", kind, times=100)
    error = failing(world.connector(clock=Clock(sleep=no_sleep)), sweep, TryLaterError)
    assert error.message.code == code
    assert len(world.calls("products/search")) == QUICK.attempts


def test_a_server_that_does_not_answer_is_left_for_the_next_cycle(world):
    world.fault("products/search", "hang_before", times=100)
    error = failing(world.connector(timing=IMPATIENT), sweep, TryLaterError)
    assert error.message.code == "shop.unreachable"


def test_nobody_at_the_address_is_left_for_the_next_cycle(world):
    error = failing(world.connector(base_url="http://127.0.0.1:1"), sweep, TryLaterError)
    assert error.message.code == "shop.unreachable"


def test_a_write_that_was_never_sent_is_not_in_doubt(world):
    listing = use(world.connector(), sweep)[0].id

    async def change(shop):
        await shop.set_prices(listing.product_id, {listing: Money(61500)})

    error = failing(world.connector(base_url="http://127.0.0.1:1"), change, TryLaterError)
    assert not isinstance(error, UnknownOutcomeError)


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("hang_after", 9),
        ("drop_after", 9),
        ("hang_before", None),
        ("drop_before", None),
        ("status_500", None),
        ("garbage", None),
    ],
)
def test_a_write_without_an_answer_is_sent_once_and_settled_by_reading(world, kind, shown):
    """``shown`` is what reading back must tell; ``None`` the number from before."""
    listing = on_sale(use(world.connector(), sweep))[0]

    async def write(shop):
        await shop.read_quantities([listing.id])
        world.fault(INVENTORY_UPDATE, kind)
        await shop.set_quantities(listing.id.product_id, {listing.id: 9})

    hasty = world.connector(timing=IMPATIENT if "hang" in kind else QUICK)
    error = failing(hasty, write, UnknownOutcomeError)
    quantities = use(world.connector(), lambda shop: shop.read_quantities([listing.id]))
    assert error.message.code == "shop.write_unknown"
    assert quantities[listing.id].available == (shown or listing.quantity)
    assert len(world.calls(INVENTORY_UPDATE)) == 1


def test_a_slightly_wrong_clock_is_corrected_by_the_servers(world):
    connector = world.connector(clock=Clock(now=lambda: datetime.now(UTC) + timedelta(minutes=4)))
    assert len(use(connector, sweep)) == 40
    assert abs(connector.server_now() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("skew_min", [-25, 25])
def test_a_clock_that_is_far_off_needs_a_person(world, skew_min):
    wrong = Clock(now=lambda: datetime.now(UTC) + timedelta(minutes=skew_min))
    error = failing(world.connector(clock=wrong), sweep, PersonNeededError)
    assert error.message.code == "shop.clock_wrong"
    assert error.message.params["minutes"] == 25


def test_a_clock_that_was_set_right_is_noticed(world):
    skew = [timedelta(minutes=25)]

    async def twice(shop):
        with pytest.raises(PersonNeededError):
            await shop.identify()
        skew[0] = timedelta(0)
        return await shop.identify()

    connector = world.connector(clock=Clock(now=lambda: datetime.now(UTC) + skew[0]))
    assert use(connector, twice).shop_id == world.shop.shop_id


def test_a_clock_found_far_off_stops_every_write_of_that_moment_and_not_only_the_first(world):
    codes = []

    async def look_and_write_twice(http):
        await http.send(httpx.Request("GET", world.ready.base_url), is_write=False)
        for _ in range(2):
            with pytest.raises(PersonNeededError) as caught:
                await http.send(httpx.Request("POST", f"{world.ready.base_url}/{INVENTORY_UPDATE}"), is_write=True)
            codes.append(caught.value.message.code)

    use(ShopHttp("toko", clock=Clock(now=lambda: datetime.now(UTC) + timedelta(minutes=25))), look_and_write_twice)
    assert codes == ["shop.clock_wrong"] * 2
    assert world.calls(INVENTORY_UPDATE) == []


def test_orders_come_oldest_change_first_over_many_pages_and_none_is_missing(world):
    sku = max(world.listings(), key=lambda each: each["quantity"] * (each["status"] == "ACTIVATE"))
    world.control(f"listings/{world.shop.name}/{sku['seller_sku']}", quantity=500)
    with ThreadPoolExecutor(8) as buyers:
        placed = list(buyers.map(world.order, [sku["seller_sku"]] * 230))
    orders = use(world.connector(), orders_since)
    assert Counter(order.id for order in orders) == Counter(placed)
    assert [order.updated_at for order in orders] == sorted(order.updated_at for order in orders)
    assert len(world.calls("orders/search")) == 3


def test_every_unit_is_a_line_and_the_buyer_is_masked(world):
    sku = on_sale(use(world.connector(), sweep))[0]
    placed = world.order(sku.sku, quantity=3, platform="TOKOPEDIA")
    (order,) = use(world.connector(), orders_since)
    assert order.id == placed
    assert (order.platform, order.status, order.takes_our_stock) == (Platform.TOKOPEDIA, OrderStatus.TO_SHIP, True)
    assert [(line.listing, line.price, line.is_cancelled) for line in order.lines] == [(sku.id, sku.price, False)] * 3
    assert len({line.id for line in order.lines}) == 3
    assert all(word.endswith("***") and len(word) == 4 for word in order.buyer.split())
    assert order.ship_by > order.created_at


def test_a_cancelled_order_shows_cancelled_lines(world):
    sku = on_sale(use(world.connector(), sweep))[0]
    world.control(f"orders/{world.order(sku.sku, quantity=2)}/cancel")
    (order,) = use(world.connector(), orders_since)
    assert order.status is OrderStatus.CANCELLED
    assert [line.is_cancelled for line in order.lines] == [True, True]


def test_only_orders_changed_since_then_are_asked_for(world):
    sku = on_sale(use(world.connector(), sweep))[0]
    world.order(sku.sku)
    later = datetime.now(UTC) + timedelta(hours=1)
    assert use(world.connector(), lambda shop: orders_since(shop, later)) == []


def test_no_log_line_and_no_error_tells_a_secret(world, caplog):
    caplog.set_level(logging.DEBUG)
    world.expire_tokens()
    world.fault("products/search", "status_500")
    world.fault("orders/search", "drop_before", times=100)

    async def work(shop):
        await sweep(shop)
        await orders_since(shop)

    with structlog.testing.capture_logs() as entries:
        error = failing(world.connector(), work, TryLaterError)
    ours = [record.getMessage() for record in caplog.records if record.name != "uvicorn.access"]  # that is the sandbox
    told = repr(ours) + repr(entries) + str(error) + repr(error.__cause__)
    assert "shop.answered" in told
    tokens = world.store.load()
    shop = world.shop
    secrets = (shop.app_secret, shop.shop_cipher, shop.access_token, shop.refresh_token)
    assert not [secret for secret in (*secrets, tokens.access_token, tokens.refresh_token, "sign=") if secret in told]


def test_when_few_calls_of_the_day_are_left_stock_can_still_be_set_and_the_catalogue_waits(world):
    few = replace(QUICK, calls_per_day=10)

    async def day(shop):
        listings = await sweep(shop)
        (first, *_) = [each for each in listings if each.quantity_is_editable]
        for _ in range(6):  # beside the search and the warehouses
            await shop.read_quantities([first.id])
        with pytest.raises(TryLaterError) as low:
            await sweep(shop)
        assert await shop.set_quantities(first.id.product_id, {first.id: 3}) == {}
        with pytest.raises(TryLaterError) as used:
            await asyncio.gather(*(shop.read_quantities([first.id]) for _ in range(10)))
        return low.value.message.code, used.value.message.code

    assert use(world.connector(timing=few), day) == ("shop.budget_low", "shop.budget_used")
    assert len(world.calls("/")) <= 10
