"""Webhooks that get lost, come twice, late or in any order change nothing but how soon a shop is read."""

import asyncio
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest
from service.house import until

from daemon.errors import TryLaterError
from daemon.loopback import address, listen, served
from daemon.parts import Trigger
from daemon.webhooks import Door, hearing
from daemon.webhooks_registration import put_in_order
from daemon.webhooks_spool import opened_spool

LATE_S = 600
WAYS = {
    "none": None,
    "as it should be": {},
    "all lost": {"lose": 1},
    "all twice": {"double": 1},
    "late and in any order": {"late_s": LATE_S},
    "everything at once": {"lose": 0.4, "double": 0.5, "late_s": LATE_S},
}


class Bell:
    """Rung by webhooks in their thread; answered by cycles here."""

    def __init__(self, house):
        self._house = house
        self.rings = Counter()

    def ring(self):
        self.rings["all"] += 1

    def answer(self):
        """Run as the service does: one cycle for all that rang meanwhile."""
        if self.rings["all"] > self.rings["answered"]:
            self.rings["answered"] = self.rings["all"]
            self._house.cycle(Trigger.WEBHOOK)


@contextmanager
def told(house, market, way):
    """Have the market tell the house in some way; the bell is what it rings."""
    bell = Bell(house)
    with ExitStack() as stack:
        spool = stack.enter_context(opened_spool(house.settings.state_folder))
        door = Door([shop.connector for shop in house.parts.shops], spool, bell.ring, now=market.clock.now)
        listening = listen(0)
        stack.enter_context(served(door.app(), listening))
        if way is not None:
            market.tells(address=address(listening), **way)
        yield bell
        market.tells(address="", lose=0, double=0, late_s=0)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_however_webhooks_come_the_numbers_are_the_same(house, market, sku, other, way):
    with told(house, market, way) as bell:
        orders = []
        for at in (0, 1, 0, 1):
            orders.append(market.order(sku, at=at))
            bell.answer()
        market.order(other, 3, status="UNPAID")
        house.types(sku, stock=20)  # the seller saw 12: eight more
        bell.answer()
        for order in orders[:2]:
            market.cancel(order)
            bell.answer()
        market.advance(orders[2])
        market.advance(orders[2])
        house.settle(LATE_S)
        if way and not way.get("lose"):
            until(lambda: bell.rings["all"], "a webhook")
        bell.answer()
        house.cycle(Trigger.INTERVAL)
        house.cycle(Trigger.INTERVAL)
    expected = 12 - 4 + 8 + 2
    assert (house.stock(sku), market.stock(sku)) == (expected, (expected, expected))
    assert (house.stock(other), market.stock(other)) == (37, (37, 37))
    assert Counter(cause for cause, _units in house.movements(sku)) == {"order": 4, "cancel": 2, "sheet_edit": 1}
    assert house.outbox() == []


def test_a_message_reads_the_orders_and_sweeps_nothing(house, market, sku):
    order = market.order(sku)
    calls, result = house.calls_during(lambda: house.cycle(Trigger.WEBHOOK))
    assert result.orders_changed == 1
    assert not [path for path in calls if path.endswith("products/search")]
    assert house.stock(sku) == 11
    assert order


URL = "https://kait.contoh/selaras"


@pytest.fixture
def hearing_house(open_house):
    """A house whose settings name an address."""
    section = f"webhooks: {{listen: '127.0.0.1:8753', public_url: '{URL}'}}"
    return open_house(change=lambda text: f"{text}\n{section}\n")


def told_to(house, url):
    """The parts with another address in the settings; ``None``: no webhooks."""
    webhooks = url and replace(house.settings.webhooks, public_url=url)
    return replace(house.parts, settings=replace(house.settings, webhooks=webhooks))


def addresses(house, shop):
    """Where the shop's events go."""
    return set(house.runner.run(shop.connector.webhooks._registered()).values())


def test_a_shop_is_told_once_where_to_send_and_to_stop(hearing_house):
    house = hearing_house
    shop = house.parts.shops[0]
    with opened_spool(house.settings.state_folder) as spool:

        def put(parts=house.parts):
            return house.runner.run(put_in_order(parts, spool, shop))

        def stop():
            put(told_to(house, None))

        asked = [len(house.calls_during(put)[0]) for _ in range(2)]
        house.clock.move(25 * 3600)
        asked.append(len(house.calls_during(put)[0]))
        house.clock.move(-400 * 24 * 3600)
        asked.append(len(house.calls_during(put)[0]))
        assert asked == [5, 0, 1, 1]
        assert spool.registered(shop.name).address == URL
        assert len(house.calls_during(stop)[0]) == 5
        assert spool.registered(shop.name) is None
        assert house.calls_during(stop)[0] == []


@pytest.mark.parametrize("done", [0, 1, 3])
def test_an_address_that_was_told_only_in_part_is_withdrawn_as_well(hearing_house, market, done):
    house, shop = hearing_house, hearing_house.parts.shops[0]
    market.trouble("/event", "delay", delay_s=0, times=1 + done)
    market.trouble("/event", "drop_after", times=None)
    with opened_spool(house.settings.state_folder) as spool:
        with pytest.raises(TryLaterError):
            house.runner.run(put_in_order(house.parts, spool, shop))
        market.peace()
        assert URL in addresses(house, shop)
        house.runner.run(put_in_order(told_to(house, None), spool, shop))
    assert addresses(house, shop) == {""}


def test_a_move_that_was_cut_short_leaves_nothing_at_either_address(hearing_house, market):
    house, shop = hearing_house, hearing_house.parts.shops[0]
    with opened_spool(house.settings.state_folder) as spool:
        house.runner.run(put_in_order(house.parts, spool, shop))
        for calls in range(1, 10):
            market.trouble("/event", "delay", delay_s=0, times=calls)
            market.trouble("/event", "drop_after", times=None)
            with pytest.raises(TryLaterError):
                house.runner.run(put_in_order(told_to(house, f"{URL}/{calls}"), spool, shop))
            market.peace()
        house.runner.run(put_in_order(told_to(house, None), spool, shop))
    assert addresses(house, shop) == {""}


def test_a_record_that_cannot_be_read_does_not_end_the_service(hearing_house):
    house = hearing_house
    webhooks = replace(house.settings.webhooks, port=0)
    parts = replace(house.parts, settings=replace(house.settings, webhooks=webhooks))

    async def hear():
        async with hearing(parts, lambda _lag_s: None):
            await asyncio.sleep(0)

    with opened_spool(house.settings.state_folder) as spool:
        spool._lookups.keep(f"registered/{house.parts.shops[0].name}", 7, for_s=60)
        house.cycle()
        house.runner.run(hear())
