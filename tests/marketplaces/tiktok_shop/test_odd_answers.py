"""The connector against a stub: answers that the sandbox never gives, and the real marketplace may."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from contract.asking import use
from marketplaces.tiktok_shop.worlds import Reply

from daemon.domain.values import ListingId, ListingStatus, Money, OrderStatus, Platform, Quantity
from daemon.errors import BugError, ItemError, PersonNeededError, TryLaterError, UnknownOutcomeError
from daemon.marketplaces.pace import Clock

SHOPS = "/authorization/202309/shops"
WAREHOUSES = "/logistics/202309/warehouses"
PRODUCTS = "/product/202502/products/search"
PRODUCT = "/product/202309/products/17500"
INVENTORY = "/product/202309/inventory/search"
UPDATE = "/product/202309/products/17500/inventory/update"
PRICES = "/product/202309/products/17500/prices/update"
ORDERS = "/order/202309/orders/search"
BY_ID, OLDER_BY_ID = "/order/202507/orders", "/order/202309/orders"
REFRESH = "/api/v2/token/refresh"

SHIRT = ListingId("toko", "17500", "17501")
BAG = ListingId("toko", "17500", "17502")
UTAMA = {"id": "71001", "type": "SALES_WAREHOUSE", "is_default": True}
CABANG = {"id": "71002", "type": "SALES_WAREHOUSE"}


def failing(connector, work, kind=TryLaterError):
    with pytest.raises(kind) as caught:
        use(connector, work)
    assert caught.value.message.params["shop"] == "toko"
    return caught.value


async def sweep(connector):
    return [listing async for page in connector.sweep_listings() for listing in page]


def stored(sku_id, **places):
    """One SKU of Inventory Search; ``places`` are warehouses (``w71001``) with what they show."""
    shown = [
        {"warehouse_id": place[1:], "available_quantity": units, "committed_quantity": 1}
        for place, units in places.items()
    ]
    return {"id": sku_id, "warehouse_inventory": shown}


def inventory(*skus):
    return {"inventory": [{"product_id": "17500", "skus": list(skus)}]}


def test_fields_and_words_of_next_year_are_tolerated(stub, to_stub):
    odd_order = {
        "id": 580112000000000001,
        "status": "TELEPORTED",
        "commerce_platform": "RADIO",
        "create_time": "1780000000",
        "rts_sla_time": "",
        "recipient_address": None,
        "line_items": [{"id": "1", "sku_id": "17501", "sale_price": "", "display_status": None, "is_gift": None}],
        "drones": {"count": 2},
    }
    stub.answers[ORDERS] = {"orders": [odd_order, {"id": "2", "line_items": None}], "next_page_token": None}

    async def read(shop):
        return [order async for page in shop.changed_orders(datetime.now(UTC)) for order in page]

    odd, empty = use(to_stub(), read)
    assert (odd.id, odd.status, odd.platform) == ("580112000000000001", OrderStatus.UNKNOWN, Platform.OTHER)
    assert odd.lines[0].price == Money(0)
    assert (odd.ship_by, odd.buyer, empty.lines) == (None, "", ())


def test_one_order_that_nobody_knows_does_not_hide_the_others(stub, to_stub):
    stub.answers[BY_ID] = Reply(code=21008111, message="of another shop")
    assert use(to_stub(), lambda shop: shop.orders(["1", "2", "3"])) == []
    assert len(stub.bodies(BY_ID)) == 5
    stub.answers[BY_ID] = Reply(code=21000001, message="not today")
    assert failing(to_stub(), lambda shop: shop.orders(["1", "2"])).message.code == "shop.refused"
    assert len(stub.bodies(BY_ID)) == 6


def test_orders_are_read_by_id_in_the_older_version_where_the_newer_is_not_open_to_the_app(stub, to_stub):
    stub.answers[BY_ID] = Reply(status=400, code=36009014, message="Invalid version")
    stub.answers[OLDER_BY_ID] = {"orders": [{"id": "1"}]}
    (order,) = use(to_stub(), lambda shop: shop.orders(["1"]))
    assert order.id == "1"


@pytest.mark.parametrize("data", [None, [], {}, "", {"products": None}, {"products": []}])
def test_an_empty_shop_may_say_so_in_any_way(stub, to_stub, data):
    stub.answers[PRODUCTS] = data
    assert use(to_stub(), sweep) == []


def test_a_shop_that_names_no_warehouse_is_not_taken_for_sold_out(stub, to_stub):
    stub.answers[WAREHOUSES] = {}
    stub.answers[INVENTORY] = inventory(stored("17501", w71001=40))
    assert failing(to_stub(), lambda shop: shop.read_quantities([SHIRT])).message.code == "shop.no_warehouses"


def test_warehouses_are_known_before_the_first_page_so_that_no_page_grows_old_while_they_are_asked_for(stub, to_stub):
    stub.answers[PRODUCTS] = {"products": [{"id": "17500", "skus": [stored("17501", w71001=4)]}]}
    use(to_stub(), sweep)
    assert [path for path, _body in stub.asked] == [WAREHOUSES, PRODUCTS]


def test_deleted_products_are_listed_as_deleted(stub, to_stub):
    stub.answers[PRODUCTS] = {"products": [{"id": "17500", "status": "DELETED", "skus": [{"id": "17501"}]}]}
    (listing,) = use(to_stub(), sweep)
    assert listing.status is ListingStatus.DELETED


def test_a_page_token_that_comes_again_ends_the_sweep_with_an_error(stub, to_stub):
    stub.answers[PRODUCTS] = {"products": [], "next_page_token": "sama=="}
    assert failing(to_stub(), sweep).message.code == "shop.pages_repeat"
    assert len(stub.bodies(PRODUCTS)) == 2


async def true_of(look):
    async with asyncio.timeout(20):
        while not look():  # noqa: ASYNC110 -- nobody tells when a stub in another thread was asked
            await asyncio.sleep(0.01)


def test_the_next_page_is_on_its_way_while_one_is_worked_on_and_is_dropped_when_nobody_wants_it(stub, to_stub, caplog):
    stub.answers[PRODUCTS] = {"products": [], "next_page_token": "lagi=="}

    async def look_at_one(shop):
        async with aclosing(shop.sweep_listings()) as pages:
            await anext(pages)
            await true_of(lambda: len(stub.bodies(PRODUCTS)) == 2)
        await true_of(lambda: len(asyncio.all_tasks()) == 1)

    use(to_stub(), look_at_one)
    assert len(stub.bodies(PRODUCTS)) == 2
    assert not caplog.records


@pytest.mark.parametrize(
    ("odd", "place"),
    [({"status": "UNPAID"}, "orders.0.id"), ({"id": "1", "create_time": 1_780_000_000_000}, "orders.0.create_time")],
)
def test_an_order_that_cannot_be_read_is_never_passed_over(stub, to_stub, odd, place):
    stub.answers[ORDERS] = {"orders": [{**odd, "recipient_address": {"name": "Sari Dewi"}}]}

    async def read(shop):
        return [page async for page in shop.changed_orders(datetime.now(UTC))]

    error = failing(to_stub(), read)
    assert error.message.code == "shop.answer_unreadable"
    assert place in error.detail
    assert "Sari" not in repr(error) + repr(error.__cause__)


def test_every_warehouse_of_a_sku_is_sent_and_the_others_keep_their_number(stub, to_stub):
    stub.answers[WAREHOUSES] = {"warehouses": [CABANG, UTAMA]}
    stub.answers[INVENTORY] = inventory(stored("17501", w71001=40, w71002=12))
    stub.answers[UPDATE] = {}
    assert use(to_stub(), lambda shop: shop.set_quantities("17500", {SHIRT: 49})) == {}
    places = [{"warehouse_id": "71001", "quantity": 37}, {"warehouse_id": "71002", "quantity": 12}]
    assert stub.bodies(UPDATE) == [{"skus": [{"id": "17501", "inventory": places}]}]


def test_a_sku_known_to_lie_in_one_warehouse_is_sent_without_reading_first(stub, to_stub):
    sku = {"id": "17501", "inventory": [{"warehouse_id": "71001", "quantity": 3}]}
    stub.answers[PRODUCTS] = {"products": [{"id": "17500", "status": "ACTIVATE", "skus": [sku]}]}
    stub.answers[UPDATE] = {}

    async def change(shop):
        await sweep(shop)
        return await shop.set_quantities("17500", {SHIRT: 0})

    assert use(to_stub(), change) == {}
    assert stub.bodies(UPDATE)[0]["skus"][0]["inventory"] == [{"warehouse_id": "71001", "quantity": 0}]
    assert stub.bodies(INVENTORY) == []


def test_a_warehouse_opened_meanwhile_is_found_and_the_update_sent_again(stub, to_stub):
    def update(body):
        if len(body["skus"][0]["inventory"]) == 1:
            stub.answers[WAREHOUSES] = {"warehouses": [UTAMA, CABANG]}
            return Reply(code=12052516, message="Warehouses are missing")
        return {}

    stub.answers[UPDATE] = update
    stub.answers[INVENTORY] = inventory(stored("17501", w71001=4))

    async def change(shop):
        await shop.read_quantities([SHIRT])
        stub.answers[INVENTORY] = inventory(stored("17501", w71001=4, w71002=6))
        return await shop.set_quantities("17500", {SHIRT: 20})

    assert use(to_stub(), change) == {}
    places = [{"warehouse_id": "71001", "quantity": 14}, {"warehouse_id": "71002", "quantity": 6}]
    assert stub.bodies(UPDATE)[-1]["skus"][0]["inventory"] == places


def test_when_only_a_part_was_accepted_and_the_rest_gets_stuck_the_outcome_is_unknown(stub, to_stub):
    def update(_body):
        stub.answers[INVENTORY] = Reply(401, 105005, "Access denied.")
        detail = {"sku_id": BAG.sku_id, "extra_errors": [{"warehouse_id": "1", "code": 12052516, "message": "Missing"}]}
        return {"errors": [{"code": 12052990, "message": "Check failed", "detail": detail}]}

    stub.answers[UPDATE] = update
    stub.answers[INVENTORY] = inventory(stored("17501", w71001=4), stored("17502", w71001=4))
    error = failing(to_stub(), lambda shop: shop.set_quantities("17500", {SHIRT: 5, BAG: 5}), UnknownOutcomeError)
    assert "105005" in error.detail


def test_goods_that_the_platform_stores_are_neither_counted_nor_written(stub, to_stub):
    stub.answers[INVENTORY] = inventory(stored("17501", w71001=4, w72=60), stored("17502", w72=60))
    stub.answers[UPDATE] = {}

    async def read_and_write(shop):
        return await shop.read_quantities([SHIRT, BAG]), await shop.set_quantities("17500", {SHIRT: 5, BAG: 5})

    quantities, refused = use(to_stub(), read_and_write)
    assert quantities == {SHIRT: Quantity(4, 1), BAG: Quantity(0, 0)}
    assert refused == {BAG: "12052382 the platform stores these goods"}
    sent = {"id": "17501", "inventory": [{"warehouse_id": "71001", "quantity": 5}]}
    assert stub.bodies(UPDATE) == [{"skus": [sent]}]


def test_a_culprit_among_many_skus_is_found_by_halving_and_the_others_are_written(stub, to_stub):
    skus = [ListingId("toko", "17500", f"{number}") for number in range(100)]
    written = set()

    def update(body):
        ids = {sku["id"] for sku in body["skus"]}
        if "63" in ids:
            return Reply(code=12052073, message="The price is out of range")
        written.update(ids)
        return {}

    stub.answers[PRICES] = update
    refused = use(to_stub(), lambda shop: shop.set_prices("17500", dict.fromkeys(skus, Money(500))))
    assert refused == {skus[63]: "12052073 The price is out of range"}
    assert written == {sku.sku_id for sku in skus} - {"63"}
    assert len(stub.bodies(PRICES)) < 20


@pytest.mark.parametrize(
    ("reason", "cure"),
    [
        ("12052990 Check failed: 12052393 Locked by a promotion", "promotion"),
        ("12019113 Product status invalid", "status"),
        ("12019022 the shop does not know this SKU", "gone"),
        ("12052073 The price is out of range", "range"),
        ("12052382 the platform stores these goods", "warehouse"),
        ("12999999 A rule of next year", "other"),
        ("no number at all", "other"),
    ],
)
def test_what_helps_against_a_refusal_is_known_by_its_code(to_stub, reason, cure):
    shop = to_stub()
    assert shop.cure(reason) == cure
    asyncio.run(shop.aclose())


def test_when_skus_are_sent_singly_and_a_later_one_gets_stuck_the_outcome_is_unknown(stub, to_stub):
    """The first SKU is written by then: whoever believes that nothing happened misreads its number later."""
    stub.answers[INVENTORY] = inventory(stored("17501", w71001=40), stored("17502", w71001=40))

    def update(body):
        if len(body["skus"]) > 1:
            return Reply(code=12019024, message="Stock out of range")
        return {} if body["skus"][0]["id"] == SHIRT.sku_id else Reply(401, 105005, "Access denied.")

    stub.answers[UPDATE] = update
    error = failing(to_stub(), lambda shop: shop.set_quantities("17500", {SHIRT: 1, BAG: 2}), UnknownOutcomeError)
    assert "105005" in error.detail


def test_a_sku_that_fails_inside_an_accepted_update_is_named_with_its_cause(stub, to_stub):
    cause = {"warehouse_id": "71001", "code": 12052393, "message": "Locked by a promotion"}
    failure = {"code": 12052990, "message": "Check failed", "detail": {"sku_id": "17501", "extra_errors": [cause]}}
    stub.answers[INVENTORY] = inventory(stored("17501", w71001=4), stored("17502", w71001=4))
    stub.answers[UPDATE] = {"errors": [failure]}
    refused = use(to_stub(), lambda shop: shop.set_quantities("17500", {SHIRT: 1, BAG: 2}))
    assert refused == {SHIRT: "12052990 Check failed: 12052393 Locked by a promotion"}


def test_a_failure_without_a_name_counts_for_the_whole_update(stub, to_stub):
    stub.answers[PRICES] = {"errors": [{"code": 12052990, "message": "Check failed"}]}
    refused = use(to_stub(), lambda shop: shop.set_prices("17500", {SHIRT: Money(1), BAG: Money(2)}))
    assert refused == dict.fromkeys((SHIRT, BAG), "12052990 Check failed")


def test_a_product_that_may_not_be_changed_is_refused_with_a_single_call(stub, to_stub):
    stub.answers[PRICES] = Reply(code=12019113, message="Product status invalid", data={})
    refused = use(to_stub(), lambda shop: shop.set_prices("17500", {SHIRT: Money(1), BAG: Money(2)}))
    assert refused == dict.fromkeys((SHIRT, BAG), "12019113 Product status invalid")
    assert len(stub.bodies(PRICES)) == 1


def test_an_unknown_refusal_of_a_write_is_not_repeated(stub, to_stub):
    stub.answers[PRICES] = Reply(code=12999999, message="A rule of next year")
    refused = use(to_stub(), lambda shop: shop.set_prices("17500", {SHIRT: Money(1)}))
    assert refused == {SHIRT: "12999999 A rule of next year"}
    assert len(stub.bodies(PRICES)) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(code=36009007, message="Timeout"),
        Reply(code=12001000, message="Internal"),
        Reply(status=502, raw=b"<html>Bad Gateway</html>"),
        Reply(status=404, raw=b"<html>a captive portal</html>"),
        Reply(data={"errors": "all of them"}),
    ],
)
def test_a_write_that_may_have_happened_is_sent_once(stub, to_stub, reply):
    stub.answers[PRICES] = reply
    error = failing(to_stub(), lambda shop: shop.set_prices("17500", {SHIRT: Money(1)}), UnknownOutcomeError)
    assert error.message.code == "shop.write_unknown"
    assert len(stub.bodies(PRICES)) == 1


def test_a_product_that_is_gone_is_a_matter_of_that_product(stub, to_stub):
    stub.answers[PRODUCT] = Reply(code=12052048, message="Not yours")
    error = failing(to_stub(), lambda shop: shop.read_prices("17500"), ItemError)
    assert (error.message.code, error.message.params["reason"]) == ("shop.refused", "12052048 Not yours")
    assert "REQ1" in error.detail


def test_a_refused_read_of_the_shop_waits_for_the_next_cycle(stub, to_stub):
    stub.answers[PRODUCTS] = Reply(code=12052180, message="More than 10000")
    error = failing(to_stub(), sweep)
    assert (error.message.code, error.message.params["reason"]) == ("shop.refused", "12052180 More than 10000")


@pytest.mark.parametrize(
    ("code", "message"),
    [(105005, "shop.permission_missing"), (36009043, "shop.disabled"), (36009033, "shop.address_not_allowed")],
)
def test_what_only_a_person_can_cure_is_said_at_once(stub, to_stub, code, message):
    stub.answers[SHOPS] = Reply(status=401, code=code, message="Access denied.")
    error = failing(to_stub(), lambda shop: shop.identify(), PersonNeededError)
    assert error.message.code == message
    assert "REQ1" in error.detail
    assert len(stub.asked) == 1


def test_a_signature_refused_after_one_was_accepted_is_our_mistake(stub, to_stub):
    async def ask_twice(shop):
        await sweep(shop)
        stub.answers[PRODUCTS] = Reply(401, 106001, "Invalid credentials.")
        await sweep(shop)

    stub.answers[PRODUCTS] = {}
    assert failing(to_stub(), ask_twice, BugError).message.code == "shop.signature_refused"


def test_a_token_refused_again_after_its_refresh_needs_a_person(stub, to_stub):
    in_a_week = int((datetime.now(UTC) + timedelta(days=7)).timestamp())
    ends = {"access_token_expire_in": in_a_week, "refresh_token_expire_in": in_a_week}
    stub.answers[REFRESH] = {"access_token": "access-2", "refresh_token": "refresh-2", **ends}
    stub.answers[SHOPS] = Reply(401, 105002, "Expired credentials.")
    error = failing(to_stub(), lambda shop: shop.identify(), PersonNeededError)
    assert error.message.code == "shop.authorization_ended"
    assert [path for path, _ in stub.asked] == [SHOPS, REFRESH, SHOPS]


def test_an_unknown_refusal_of_the_refresh_needs_a_person(stub, to_stub):
    stub.answers[SHOPS] = Reply(401, 105002, "Expired credentials.")
    stub.answers[REFRESH] = Reply(code=36999999, message="A rule of next year")
    error = failing(to_stub(), lambda shop: shop.identify(), PersonNeededError)
    assert error.message.code == "shop.authorization_ended"


def test_a_timestamp_that_stays_refused_is_not_repeated_for_ever(stub, to_stub):
    stub.answers[SHOPS] = Reply(400, 36009004, "The 'timestamp' query parameter is old")
    assert failing(to_stub(), lambda shop: shop.identify()).message.code == "shop.clock_unclear"
    assert len(stub.asked) == 2


@pytest.mark.parametrize("as_date", [False, True])
def test_a_shop_that_asks_for_a_long_pause_is_left_alone_until_then(stub, to_stub, as_date):
    when = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True) if as_date else "3600"
    time_s = [0.0]

    async def sleep(seconds):
        time_s[0] += seconds

    async def ask_twice(shop):
        with pytest.raises(TryLaterError):
            await shop.identify()
        with pytest.raises(TryLaterError) as caught:
            await shop.identify()
        asked = len(stub.asked)
        time_s[0] += 3600
        return caught.value, asked, await shop.identify()

    stub.answers[SHOPS] = lambda _: (
        {"shops": [{"id": "1", "cipher": "cipher-rahasia"}]}
        if time_s[0] >= 3500
        else Reply(429, 36009002, "Too many requests.", headers={"Retry-After": when})
    )
    clock = Clock(monotonic=lambda: time_s[0], sleep=sleep)
    error, asked, identity = use(to_stub(clock=clock), ask_twice)
    assert error.message.code == "shop.busy"
    assert asked == 1
    assert identity.shop_id == "1"


def test_a_development_shop_whose_hour_is_used_up_is_asked_again_in_the_next(stub, to_stub):
    time_s = [0.0]
    stub.answers[SHOPS] = lambda _: (
        {"shops": [{"id": "1", "cipher": "cipher-rahasia"}]} if time_s[0] else Reply(429, 36009037, "Quota exceeded.")
    )

    async def ask_again(shop):
        codes = []
        for _ in range(2):
            with pytest.raises(TryLaterError) as caught:
                await shop.identify()
            codes.append(caught.value.message.code)
        asked = len(stub.asked)
        time_s[0] += 3600
        return codes, asked, await shop.identify()

    in_the_hour = datetime.now(UTC).replace(minute=30, second=0)
    clock = Clock(now=lambda: in_the_hour, monotonic=lambda: time_s[0])
    codes, asked, identity = use(to_stub(clock=clock), ask_again)
    assert codes == ["shop.quota_used", "shop.busy"]
    assert (asked, identity.shop_id) == (1, "1")


def test_tens_of_reads_at_once_fail_with_one_plain_error(stub, to_stub):
    listings = [ListingId("toko", "1", str(number)) for number in range(5000)]
    stub.answers[INVENTORY] = Reply(401, 105005, "Access denied.")
    error = failing(to_stub(), lambda shop: shop.read_quantities(listings), PersonNeededError)
    assert error.message.code == "shop.permission_missing"
