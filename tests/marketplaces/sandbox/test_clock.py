"""The world's time, which anybody may move, and clients whose own clock nobody moved."""

from datetime import UTC, datetime

import httpx
import pytest
from marketplaces.sandbox.conftest import START

WAREHOUSES = "/logistics/202309/warehouses"
HOUR, DAY = 3600, 86_400


def move(seller, **clock):
    answer = seller.control("/clock", clock)
    assert answer.status_code == 200, answer.text
    return answer.json()


def world_time(seller):
    return seller.http.get("/_sandbox/clock").json()["unix"]


def code(seller, *, signed_at):
    request = seller.request("GET", WAREHOUSES, query={"timestamp": str(int(signed_at))})
    return seller.send(request.signed(seller.shop().app_secret)).json()["code"]


def test_it_is_this_machine_s_time_until_it_is_moved(seller):
    assert seller.http.get("/_sandbox/clock").json() == {
        "now": "2026-09-21T14:13:20+00:00",
        "unix": START,
        "speed": 1.0,
        "is_strict": False,
    }
    seller.clock.now += 5.5
    assert world_time(seller) == START + 5.5
    assert move(seller, advance_s=HOUR)["unix"] == START + 5.5 + HOUR
    seller.clock.now += 1
    assert world_time(seller) == START + 6.5 + HOUR


def test_it_can_run_faster_and_stand_still_and_never_jumps_when_told_to(seller):
    assert move(seller, speed=60)["unix"] == START
    seller.clock.now += 10
    assert world_time(seller) == START + 600
    move(seller, speed=0)
    seller.clock.now += 100
    assert world_time(seller) == START + 600
    move(seller, speed=1)
    seller.clock.now += 1
    assert world_time(seller) == START + 601


@pytest.mark.parametrize("wrong", [{"advance_s": -1}, {"speed": -1}, {"now": "2026-09-21"}])
def test_time_does_not_run_backwards(seller, wrong):
    answer = seller.control("/clock", wrong)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(next(iter(wrong)))
    assert world_time(seller) == START


def test_orders_and_the_date_header_bear_the_world_s_time(seller):
    move(seller, advance_s=DAY)
    seller.order(seller.products()[0]["skus"][0]["seller_sku"])
    (order,) = seller.post("/order/202309/orders/search", {}, query={"page_size": "10"})["orders"]
    assert order["create_time"] == START + DAY
    answer = seller.send(seller.request("GET", WAREHOUSES).signed(seller.shop().app_secret))
    assert answer.headers["date"] == "Tue, 22 Sep 2026 14:13:20 GMT"


def test_a_client_may_go_by_its_own_clock_or_follow_the_world_s(seller):
    move(seller, advance_s=DAY)
    for now in (START, START + DAY):
        assert code(seller, signed_at=now - 300) == code(seller, signed_at=now + 30) == 0
        assert code(seller, signed_at=now - 301) == code(seller, signed_at=now + 31) == 36009004


def test_a_strict_world_accepts_its_own_time_only(seller):
    move(seller, advance_s=HOUR, is_strict=True)
    assert code(seller, signed_at=START) == 36009004
    assert code(seller, signed_at=START + HOUR) == 0
    move(seller, is_strict=False)
    assert code(seller, signed_at=START) == 0


def test_tokens_age_with_the_world(seller):
    move(seller, advance_s=7 * DAY)
    assert code(seller, signed_at=START) == 105002


def test_a_code_that_nobody_exchanged_in_time_is_worth_nothing(seller):
    given = seller.control("/authorize", {"shop": "toko-1"}).json()["auth_code"]
    move(seller, advance_s=1801)
    keys = {"app_key": seller.shop().app_key, "app_secret": seller.shop().app_secret}
    query = {**keys, "auth_code": given, "grant_type": "authorized_code"}
    assert seller.http.get("/api/v2/token/get", params=query).json()["code"] == 36004004


def test_how_long_tokens_are_good_for_can_be_changed(seller):
    assert seller.control("/tokens/lives", {"access_s": 60}).json() == {
        "access_s": 60,
        "refresh_s": 365 * DAY,
        "code_s": 1800,
    }
    keys = {"app_key": seller.shop().app_key, "app_secret": seller.shop().app_secret}
    query = {**keys, "refresh_token": seller.shop().refresh_token, "grant_type": "refresh_token"}
    grant = seller.http.get("/api/v2/token/refresh", params=query).json()["data"]
    assert grant["access_token_expire_in"] == START + 60
    assert grant["refresh_token_expire_in"] == START + 365 * DAY


def test_the_address_of_a_label_ages_with_the_world(seller):
    sku = seller.products()[0]["skus"][0]["seller_sku"]
    order = seller.order(sku)
    package = seller.get("/order/202507/orders", query={"ids": order["id"]})["orders"][0]["packages"][0]["id"]
    seller.post(f"/fulfillment/202309/packages/{package}/ship", {})
    query = {"document_type": "SHIPPING_LABEL"}
    address = seller.get(f"/fulfillment/202309/packages/{package}/shipping_documents", query=query)["doc_url"]
    move(seller, advance_s=DAY - 60)
    assert httpx.get(address).content.startswith(b"%PDF")
    move(seller, advance_s=120)
    assert httpx.get(address).status_code >= 400


def test_what_falls_due_while_time_is_moved_happens_at_its_own_time(seller):
    sku = seller.products()[0]["skus"][0]["seller_sku"]
    order = seller.order(sku, status="UNPAID")
    move(seller, advance_s=3 * DAY)
    (shown,) = seller.get("/order/202507/orders", query={"ids": order["id"]})["orders"]
    assert shown["status"] == "CANCELLED"
    assert shown["cancel_time"] == START + DAY


def test_buyers_live_by_the_world_s_time(start):
    seller = start(buyers_per_minute=1)
    assert seller.state()["orders"] == []
    move(seller, advance_s=HOUR)
    shown = seller.post("/order/202309/orders/search", {}, query={"page_size": "100"})["orders"]
    assert 30 < len(shown) < 90
    assert len({order["create_time"] for order in shown}) > 20
    assert max(order["create_time"] for order in shown) <= START + HOUR


def test_buyers_who_find_two_listings_under_one_code_order_the_one_they_see(start):
    seller = start(buyers_per_minute=30, products=12)
    for place, listing in enumerate(seller.state()["listings"]):
        path = f"/listings/toko-1/{listing['seller_sku']}"
        assert seller.control(path, {"quantity": 3 + 500 * (place % 3)}).status_code == 200
        assert seller.control(path, {"seller_sku": "SAMA"}).status_code == 200
    for _ in range(12):
        move(seller, advance_s=HOUR // 12)
    assert len(seller.state()["orders"]) > 900


def test_the_calls_allowed_a_second_are_those_of_real_seconds(start):
    seller = start(calls_per_s=1)
    move(seller, speed=0)
    assert [code(seller, signed_at=START) for _ in range(2)] == [0, 36009002]
    seller.clock.now += 1
    assert code(seller, signed_at=START) == 0


def test_the_log_tells_the_world_s_time(seller):
    move(seller, advance_s=HOUR)
    code(seller, signed_at=START)
    assert datetime.fromisoformat(seller.log()[-1]["time"]) == datetime.fromtimestamp(START + HOUR, UTC)


def test_a_late_answer_is_late_by_the_world_s_time(seller):
    move(seller, speed=1000)
    seller.control("/faults", {"kind": "delay", "delay_s": 100})
    assert code(seller, signed_at=START) == 0  # a tenth of a second later, or the client would have given up


def test_where_time_stands_still_a_late_answer_is_late_nevertheless(seller):
    move(seller, speed=0)
    seller.control("/faults", {"kind": "delay", "delay_s": 0.05})
    assert code(seller, signed_at=START) == 0
