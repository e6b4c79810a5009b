"""Webhooks that get lost, come twice, late or in any order change nothing but how soon a shop is read."""

from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest
from service.house import until

from daemon.loopback import address, listen, served
from daemon.parts import Trigger
from daemon.webhooks import Door
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


def test_a_shop_is_told_once_where_to_send_and_to_stop(open_house, market):
    url = "https://kait.contoh/selaras"
    section = f"webhooks: {{listen: '127.0.0.1:8753', public_url: '{url}'}}"
    house = open_house(change=lambda text: f"{text}\n{section}\n")
    shop = house.parts.shops[0]
    with opened_spool(house.settings.state_folder) as spool:

        def put(parts=house.parts):
            return house.runner.run(put_in_order(parts, spool, shop))

        def stop():
            put(replace(house.parts, settings=replace(house.settings, webhooks=None)))

        asked = [len(house.calls_during(put)[0]) for _ in range(2)]
        house.clock.move(25 * 3600)
        asked.append(len(house.calls_during(put)[0]))
        assert asked == [5, 0, 1]
        assert spool.registered(shop.name).address == url
        assert len(house.calls_during(stop)[0]) == 5
        assert spool.registered(shop.name) is None
        assert house.calls_during(stop)[0] == []
