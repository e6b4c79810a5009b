"""How many calls are allowed and how searches for orders answer, turned while the sandbox runs."""

import pytest

SEARCH = "/order/202309/orders/search"
WAREHOUSES = "/logistics/202309/warehouses"
OLDEST_FIRST = {"sort_field": "update_time", "sort_order": "ASC"}


@pytest.fixture
def sku(seller):
    return next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] >= 10)


def found(seller, **query):
    return seller.post(SEARCH, {}, query={"page_size": "100"} | query)


@pytest.mark.parametrize("how", ["from the beginning", "while it runs"])
def test_new_orders_are_found_late_and_known_by_their_id_at_once(start, how):
    seller = start(search_lag_s=30 if how == "from the beginning" else 0)
    if how == "while it runs":
        assert seller.control("/search", {"lag_s": 30}).json() == {"lag_s": 30, "moves": False}
    sku = next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"])
    order = seller.order(sku)
    assert seller.get("/order/202507/orders", query={"ids": order["id"]})["orders"][0]["id"] == order["id"]
    seller.clock.now += 29
    assert found(seller) == {"total_count": 0}
    seller.clock.now += 1
    assert [each["id"] for each in found(seller)["orders"]] == [order["id"]]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_orders_that_move_while_pages_are_read_are_shown_again_and_none_is_lost(seller, sku, size):
    placed = [seller.order(sku)["id"] for _ in range(6)]
    seller.clock.now += 3600
    seller.control("/search", {"moves": True})
    shown, token = [], {}
    while True:
        page = found(seller, page_size=str(size), **OLDEST_FIRST, **token)
        shown += [order["id"] for order in page["orders"]]
        if "next_page_token" not in page:
            break
        token = {"page_token": page["next_page_token"]}
    assert set(shown) == set(placed)
    assert len(shown) > len(placed)


def test_the_limit_of_calls_can_be_changed_while_it_runs(seller):
    assert seller.control("/limit", {"calls_per_s": 2}).json() == {"calls_per_s": 2}
    assert [seller.call("GET", WAREHOUSES)["code"] for _ in range(3)] == [0, 0, 36009002]
    seller.control("/limit", {"calls_per_s": 0})
    assert [seller.call("GET", WAREHOUSES)["code"] for _ in range(5)] == [0] * 5


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/limit", {}),
        ("/limit", {"calls_per_s": -1}),
        ("/search", {"lag": 3}),
        ("/tokens/lives", {"access_s": 0}),
        ("/tokens/lives", {"refresh_s": -1}),
        ("/tokens/lives", {"code_s": 0}),
    ],
)
def test_conditions_that_make_no_sense_are_refused(calm, path, wrong):
    assert calm.control(path, wrong).status_code == 422
