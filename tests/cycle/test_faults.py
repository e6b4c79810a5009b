"""Trouble on the wire, over real HTTP: the right state in the end, and a clear line for the seller."""

import asyncio
import re
import socket
import stat
from contextlib import contextmanager
from dataclasses import replace

import pytest
from cycle.house import IMPATIENT, found_house, open_town, opened, writes_in

from daemon.config import load_settings
from daemon.connect import token_path
from daemon.cycle import run_cycle
from daemon.errors import PersonNeededError, TryLaterError
from daemon.parts import Trigger
from daemon.texts import Texts

UPDATE = "/inventory/update"
CODE = re.compile(r"\b[a-z]+\.[a-z]+_|[a-z]+=|Error\b")


def assert_clear(message, *named):
    for language in ("id", "en"):
        text = Texts(language).say(message)
        assert message.code not in text
        assert not CODE.search(text)
        assert all(name in text for name in named)


def errors_of(result):
    return {shop: error.message.code for shop, error in result.errors}


def assert_in_step(market, house, sku, units, *causes):
    """Everybody shows ``units``; the ledger holds these causes and nobody's edit in Seller Center."""
    for _ in range(2):
        house.settle()
        assert house.cycle().is_complete
    assert market.stock(sku) == (units, units)
    assert house.stock(sku) == units
    assert sorted(house.movements(sku)) == sorted(causes)
    assert house.outbox() == []
    assert house.cycle().plan.is_quiet


# Keys and tokens.


def test_a_wrong_secret_stops_its_shop_alone_and_says_what_to_copy(market, sku, house):
    secret = house.settings.state_folder / "keys" / market.shops[0]
    right = secret.read_text()
    secret.write_text("bukan-rahasianya")
    house.types(sku, stock=20)
    with opened(load_settings(house.settings.path), market) as mistaken:
        result = mistaken.cycle()
    assert errors_of(result) == {market.shops[0]: "shop.wrong_secret"}
    assert isinstance(result.errors[0][1], PersonNeededError)
    assert_clear(result.errors[0][1].message, market.shops[0], "app_secret")
    assert market.stock(sku) == (12, 20)
    secret.write_text(right)
    house.cycle()
    assert_in_step(market, house, sku, 20, ("sheet_edit", 8))


def test_an_expired_token_is_renewed_on_the_way_and_kept_from_others(market, sku, house):
    kept = token_path(house.settings.state_folder, market.shops[0])
    before = kept.read_text()
    market.expire_tokens(at=0)
    house.types(sku, stock=20)
    paths, result = house.calls_during(house.cycle)
    assert result.is_complete
    assert paths.count("/api/v2/token/refresh") == 1
    assert kept.read_text() != before
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert_in_step(market, house, sku, 20, ("sheet_edit", 8))


# Reads.


@pytest.mark.parametrize(
    "kind", ["refuse", "status_429", "status_500", "garbage", "truncate", "duplicate", "drop_before", "hang_before"]
)
def test_a_read_that_fails_once_is_repeated(market, sku, open_house, kind):
    house = open_house(timing=IMPATIENT)
    market.trouble("/orders/search", kind)
    house.types(sku, stock=20)
    assert house.cycle().is_complete
    assert_in_step(market, house, sku, 20, ("sheet_edit", 8))


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("status_500", "shop.server_error"),
        ("garbage", "shop.answer_unreadable"),
        ("drop_before", "shop.unreachable"),
    ],
)
def test_shops_that_cannot_be_read_are_named_and_nothing_is_guessed(market, sku, house, kind, code):
    market.order(sku, 2)
    market.trouble("/products/search|/orders/search|/inventory/search", kind, times=99)
    house.types(sku, stock=22)
    paths, result = house.calls_during(house.cycle)
    assert errors_of(result) == dict.fromkeys(market.shops, code)
    assert all(isinstance(error, TryLaterError) for _, error in result.errors)
    assert_clear(result.errors[0][1].message, market.shops[0])
    assert not writes_in(paths)
    market.peace()
    house.cycle()
    assert_in_step(market, house, sku, 20, ("order", -1), ("order", -1), ("sheet_edit", 10))


def test_a_shop_that_is_down_does_not_hold_up_the_other(market, sku, house):
    with closed_port() as port:
        text = house.settings.path.read_text()
        house.settings.path.write_text(
            re.sub(r"base_url: http://127.0.0.1:\d+", f"base_url: http://127.0.0.1:{port}", text, count=1)
        )
        market.order(sku, 2, at=1)
        house.types(sku, stock=22)
        with opened(load_settings(house.settings.path), market) as cut_off:
            result = cut_off.cycle()
    assert errors_of(result) == {market.shops[0]: "shop.unreachable"}
    assert_clear(result.errors[0][1].message, market.shops[0])
    assert market.stock(sku) == (12, 20)
    assert house.stock(sku) == 20
    house.cycle()
    assert_in_step(market, house, sku, 20, ("order", -1), ("order", -1), ("sheet_edit", 10))


@contextmanager
def closed_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


# Writes.

EVERY_KIND = (
    *("refuse", "status_429", "status_500", "garbage", "truncate", "duplicate"),
    *("drop_before", "drop_after", "hang_after"),
)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_stock_write_without_an_answer_ends_right(market, sku, open_house, kind):
    house = open_house(timing=IMPATIENT)
    market.order(sku, 3)
    house.cycle()
    house.types(sku, stock=22)
    market.trouble(UPDATE, kind)
    house.save_cycle()
    house.cycle()
    assert_in_step(market, house, sku, 22, *[("order", -1)] * 3, ("sheet_edit", 13))


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize("typed", [22, 4])
def test_a_write_that_was_not_read_back_is_settled_by_the_next_cycle(market, sku, house, kind, typed):
    patient, house.parts = house.parts, replace(house.parts, patience_s=())
    house.types(sku, stock=typed)
    market.trouble(UPDATE, kind, times=2)
    paths, result = house.calls_during(house.save_cycle)
    assert (result.push.unknown, len(writes_in(paths)), house.outbox()) == (2, 2, ["sending"] * 2)
    assert result.look_again is not None
    house.parts = patient
    paths, result = house.calls_during(house.cycle)
    assert result.is_complete
    assert len(writes_in(paths)) == (0 if kind == "drop_after" else 2)
    assert_in_step(market, house, sku, typed, ("sheet_edit", typed - 12))


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize("typed", [22, 11, 4])
def test_an_order_right_after_a_write_without_an_answer_is_counted_once(market, sku, house, kind, typed):
    patient, house.parts = house.parts, replace(house.parts, patience_s=())
    house.types(sku, stock=typed)
    market.trouble(UPDATE, kind, times=2)
    house.save_cycle()
    market.order(sku, 2)
    house.parts = patient
    house.cycle()
    assert_in_step(market, house, sku, typed - 2, ("sheet_edit", typed - 12), ("order", -1), ("order", -1))


@pytest.mark.parametrize("typed", [22, 4])
def test_an_order_while_the_answer_hangs_is_counted_once(market, sku, open_house, typed):
    house = open_house(timing=IMPATIENT)
    house.types(sku, stock=typed)
    market.trouble(UPDATE, "hang_after", times=2)
    served = len(writes_in_log(market))

    async def buy_meanwhile():
        cycle = asyncio.create_task(run_cycle(house.parts, Trigger.SAVE))
        while len(writes_in_log(market)) == served:  # noqa: ASYNC110 - the event is in another thread
            await asyncio.sleep(0.01)
        market.order(sku, 1)
        await cycle

    house.runner.run(buy_meanwhile())
    house.cycle()
    assert_in_step(market, house, sku, typed - 1, ("sheet_edit", typed - 12), ("order", -1))


def writes_in_log(market):
    return writes_in(call["path"] for call in market.calls())


class Busy:
    """A connector whose shop sells one unit right before our write, which then runs over it, or right after it."""

    def __init__(self, connector, *, before=lambda: None, after=lambda: None):
        self._connector = connector
        self._before = before
        self._after = after

    def __getattr__(self, name):
        return getattr(self._connector, name)

    async def set_quantities(self, product_id, quantities):
        self._before()
        refused = await self._connector.set_quantities(product_id, quantities)
        self._after()
        return refused


@pytest.mark.parametrize("kind", [None, "drop_after", "drop_before"])
@pytest.mark.parametrize("typed", [22, 11, 4])
def test_an_order_that_our_write_runs_over_is_counted_once(market, sku, house, kind, typed):
    house.types(sku, stock=typed)
    quiet = house.parts.shops[0].connector
    house.parts.shops[0].connector = Busy(quiet, before=lambda: market.order(sku, 1))
    if kind:
        market.trouble(UPDATE, kind)
    house.save_cycle()
    house.parts.shops[0].connector = quiet
    house.cycle()
    assert_in_step(market, house, sku, typed - 1, ("sheet_edit", typed - 12), ("order", -1))


@pytest.mark.parametrize("typed", [22, 4])
def test_an_order_between_write_and_read_back_leaves_no_doubt(market, sku, house, typed):
    house.types(sku, stock=typed)
    quiet = house.parts.shops[0].connector
    house.parts.shops[0].connector = Busy(quiet, after=lambda: market.order(sku, 1))
    result = house.save_cycle()
    assert (result.push.verified, result.push.unknown, house.outbox()) == (2, 0, [])
    house.parts.shops[0].connector = quiet
    house.cycle()
    assert_in_step(market, house, sku, typed - 1, ("sheet_edit", typed - 12), ("order", -1))


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_price_write_without_an_answer_ends_right(market, sku, open_house, kind):
    house = open_house(timing=IMPATIENT)
    house.types(sku, price=61_500)
    market.trouble("/prices/update", kind)
    house.save_cycle()
    house.cycle()
    assert_in_step(market, house, sku, 12)
    assert market.price(sku) == (61_500, 61_500)
    assert (house.price(sku), house.done(sku)) == (61_500, "Rp 55.000 → Rp 61.500")


@pytest.mark.parametrize("trigger", [Trigger.SAVE, Trigger.COMMAND])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_second_price_after_one_without_an_answer_is_no_conflict(market, sku, house, kind, trigger):
    patient, house.parts = house.parts, replace(house.parts, patience_s=())
    house.types(sku, price=61_500)
    market.trouble("/prices/update", kind, times=2)
    house.save_cycle()
    house.parts = patient
    house.types(sku, price=63_000)
    house.cycle(trigger)
    house.cycle(trigger)
    assert market.price(sku) == (63_000, 63_000)
    assert (house.price(sku), house.done(sku)) == (63_000, "Rp 61.500 → Rp 63.000")


# Refusals of one listing.


@pytest.fixture
def closed_goods(tmp_path):
    """A house one of whose goods was taken off sale; gives its market, its house, and the SKU."""
    with open_town(products=45, shops=2) as town:
        market = town.market(tmp_path)
        settings = found_house(tmp_path, market)
        with opened(settings, market) as house:
            house.cycle()
            ((sku,),) = house.query("SELECT DISTINCT sku FROM listings WHERE status = 'inactive' LIMIT 1")
            yield market, house, sku


def test_a_price_that_the_shop_locks_is_not_sent_and_the_row_says_so(closed_goods):
    market, house, sku = closed_goods
    before = market.price(sku)
    typed = before[0] + 500
    house.types(sku, price=typed)
    paths, result = house.calls_during(house.cycle)
    assert not writes_in(paths)
    assert (result.push.refused, result.look_again is not None) == (2, True)
    result = house.cycle()
    assert market.shops[0] in house.note(sku)
    assert_clear(result.plan.held[0].reason, market.shops[0])
    assert (house.price(sku), market.price(sku)) == (typed, before)


def test_a_refused_price_is_noted_in_its_row_and_tried_again_later(closed_goods):
    market, house, sku = closed_goods
    other = market.skus()[0]
    # As if the goods had still been on sale when they were last read.
    with house.parts.mirror.transaction() as tx:
        tx.exec_driver_sql("UPDATE listings SET price_is_editable = 1")
    house.types_all({sku: {"price": market.price(sku)[0] + 500}, other: {"price": 90_500}})
    paths, result = house.calls_during(house.save_cycle)
    assert (len(writes_in(paths)), result.push.refused, result.push.unknown) == (4, 2, 0)
    assert market.price(other) == (90_500, 90_500)
    house.save_cycle()
    assert "12019113" in house.note(sku)
    assert house.done(other) == "Rp 85.000 → Rp 90.500"
    paths, _ = house.calls_during(house.save_cycle)
    assert not writes_in(paths)
    house.clock.move(60)
    paths, _ = house.calls_during(house.save_cycle)
    assert len(writes_in(paths)) == 2
