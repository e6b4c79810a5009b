"""How many calls a second the sandbox's gateway lets in."""

from contextlib import suppress

import pytest

from daemon.marketplaces.sandbox.allowance import Allowance
from daemon.marketplaces.sandbox.refusals import RefusedError

WAREHOUSES = "/logistics/202309/warehouses"


def served(allowance, shop, times, path="/orders"):
    count = 0
    for _ in range(times):
        with suppress(RefusedError):
            allowance.take(shop, path)
            count += 1
    return count


@pytest.fixture
def clock():
    class Hand:
        now = 1000.0

        def __call__(self):
            return self.now

    return Hand()


def test_a_second_brings_as_many_calls_as_allowed_and_a_pause_no_more(clock):
    allowance = Allowance(5, clock=clock)
    assert served(allowance, "toko-1", 9) == 5
    clock.now += 0.5
    assert served(allowance, "toko-1", 9) == 2
    clock.now += 3600
    assert served(allowance, "toko-1", 9) == 5


def test_each_shop_has_its_own(clock):
    allowance = Allowance(2, clock=clock)
    assert [served(allowance, shop, 3) for shop in ("toko-1", "toko-2")] == [2, 2]


def test_each_path_of_a_shop_has_its_own(clock):
    allowance = Allowance(2, clock=clock)
    assert [served(allowance, "toko-1", 3, path) for path in ("/orders", "/products")] == [2, 2]


def test_less_than_one_a_second_is_still_some(clock):
    allowance = Allowance(0.5, clock=clock)
    assert served(allowance, "toko-1", 3) == 1
    clock.now += 2
    assert served(allowance, "toko-1", 3) == 1


def test_over_the_wire_it_is_answered_as_the_gateway_does(start):
    seller = start(calls_per_s=2)
    assert [seller.call("GET", WAREHOUSES)["code"] for _ in range(3)] == [0, 0, 36009002]
    request = seller.request("GET", WAREHOUSES).signed(seller.shop().app_secret)
    assert seller.send(request).status_code == 429
    seller.clock.now += 1
    assert seller.call("GET", WAREHOUSES)["code"] == 0


def test_over_the_wire_ids_in_a_path_and_its_version_make_no_other_one(start):
    seller = start(calls_per_s=2, products=20)
    paths = [f"/product/202309/products/{product['id']}" for product in seller.products()[:3]]
    assert [seller.call("GET", path)["code"] for path in paths] == [0, 0, 36009002]
    assert seller.call("GET", WAREHOUSES)["code"] == 0
