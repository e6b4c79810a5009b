import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from daemon.marketplaces.sandbox.faults import PROFILES

WAREHOUSES = "/logistics/202309/warehouses"


@pytest.fixture
def product(seller):
    return seller.products()[0]


def set_stock(seller, product, quantity):
    body = {"skus": [{"id": product["skus"][0]["id"], "inventory": [{"quantity": quantity}]}]}
    request = seller.request("POST", f"/product/202309/products/{product['id']}/inventory/update", body=body)
    return seller.send(request.signed(seller.shop().app_secret))


def quantity(seller, product):
    return seller.listing(product["skus"][0]["seller_sku"])["quantity"]


def trouble(seller, kind, **more):
    answer = seller.control("/faults", {"path": "inventory/update$", "kind": kind, **more})
    assert answer.status_code == 201


def test_too_many_requests_says_when_to_come_back(seller, product):
    trouble(seller, "status_429")
    before = quantity(seller, product)
    answer = set_stock(seller, product, 1)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (429, 36009002, "1")
    assert answer.json()["message"].startswith("Too many requests.")
    assert quantity(seller, product) == before


@pytest.mark.parametrize(("kind", "status"), [("status_500", 500), ("garbage", 200)])
def test_an_answer_can_be_no_json(seller, product, kind, status):
    trouble(seller, kind)
    before = quantity(seller, product)
    answer = set_stock(seller, product, 1)
    assert answer.status_code == status
    with pytest.raises(ValueError, match="Expecting"):
        answer.json()
    assert quantity(seller, product) == before
    assert seller.log()[-1]["status"] == status


@pytest.mark.parametrize(
    ("kind", "is_applied"),
    [("drop_before", False), ("drop_after", True), ("hang_before", False), ("hang_after", True)],
)
def test_a_connection_can_end_without_an_answer_before_or_after_the_work(seller, product, kind, is_applied):
    trouble(seller, kind, delay_s=0.05)
    before = quantity(seller, product)
    with pytest.raises(httpx.TransportError):
        set_stock(seller, product, 4321)
    assert quantity(seller, product) == (4321 if is_applied else before)
    assert seller.log()[-1] == {
        "method": "POST",
        "path": f"/product/202309/products/{product['id']}/inventory/update",
        "status": 0,
        "time": "2026-09-21T14:13:20+00:00",
    }


def test_a_hanging_call_runs_into_the_client_s_own_time_out(seller, product):
    trouble(seller, "hang_after", delay_s=60)
    seller.http.timeout = httpx.Timeout(0.2)
    with pytest.raises(httpx.ReadTimeout):
        set_stock(seller, product, 4321)
    seller.http.timeout = httpx.Timeout(5)
    assert quantity(seller, product) == 4321


def test_too_many_requests_can_keep_silent_about_when_to_come_back(seller, product):
    trouble(seller, "status_429", retry_after_s=None)
    assert "retry-after" not in set_stock(seller, product, 1).headers


@pytest.mark.parametrize(("http_status", "data"), [(200, {}), (401, None)])
def test_a_call_can_be_refused_with_any_code(seller, product, http_status, data):
    trouble(seller, "refuse", code=12052038, message="Locked.", http_status=http_status)
    before = quantity(seller, product)
    answer = set_stock(seller, product, 4321)
    assert (answer.status_code, answer.json()["code"]) == (http_status, 12052038)
    assert (answer.json()["message"], answer.json()["data"]) == ("Locked.", data)
    assert quantity(seller, product) == before


def test_an_answer_can_be_cut_in_half_after_the_work(seller, product):
    trouble(seller, "truncate")
    answer = set_stock(seller, product, 4321)
    assert answer.status_code == 200
    assert answer.text.startswith('{"code":0,')
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert quantity(seller, product) == 4321


def test_a_call_can_be_late(seller, product):
    trouble(seller, "delay", delay_s=0.3)
    started = time.monotonic()
    assert set_stock(seller, product, 4321).json()["code"] == 0
    assert time.monotonic() - started >= 0.3
    assert quantity(seller, product) == 4321


def test_what_a_late_call_asked_for_is_done_although_nobody_waits_for_it_any_more(seller, product):
    trouble(seller, "delay", delay_s=60)
    seller.http.timeout = httpx.Timeout(0.2)
    with pytest.raises(httpx.ReadTimeout):
        set_stock(seller, product, 4321)
    seller.http.timeout = httpx.Timeout(5)
    while not seller.log():
        time.sleep(0.02)
    assert quantity(seller, product) == 4321


def test_a_call_can_arrive_twice(seller, product):
    package = seller.order(product["skus"][0]["seller_sku"])
    packages = seller.post("/fulfillment/202309/packages/search", {}, query={"page_size": "10"})["packages"]
    (package,) = (each["id"] for each in packages if each["orders"][0]["id"] == package["id"])
    seller.control("/faults", {"path": "/ship$", "kind": "duplicate"})
    # The first one shipped it; what comes back is the answer to the second one.
    assert seller.call("POST", f"/fulfillment/202309/packages/{package}/ship", body={})["code"] == 21011006


def test_every_object_can_hold_a_field_and_chosen_keys_a_word_that_nobody_knows(seller):
    seller.control("/faults", {"path": "products/search", "kind": "novelty", "words": ["status"]})
    request = seller.request("POST", "/product/202502/products/search", query={"page_size": "5"}, body={})
    answer = seller.send(request.signed(seller.shop().app_secret)).json()
    product = answer["data"]["products"][0]
    for each in (answer, answer["data"], product, product["skus"][0]["price"]):
        assert "field_of_tomorrow" in each
    assert product["status"] == product["skus"][0]["status_info"]["status"] == "A_WORD_OF_TOMORROW"
    assert product["title"] != "A_WORD_OF_TOMORROW"


def test_a_fault_can_come_now_and_then_and_the_seed_decides_when(start):
    def statuses(seed):
        seller = start(seed=seed)
        seller.control("/faults", {"kind": "status_500", "probability": 0.4, "times": None})
        request = seller.request("GET", WAREHOUSES).signed(seller.shop().app_secret)
        return [seller.send(request).status_code for _ in range(30)]

    one, same, other = (statuses(seed) for seed in (5, 5, 6))
    assert set(one) == {200, 500}
    assert one == same != other


def test_waiting_faults_are_listed_with_what_is_left_of_them(seller, product):
    trouble(seller, "status_500", times=3)
    trouble(seller, "delay", times=None, probability=0.5)
    set_stock(seller, product, 5)
    listed = seller.http.get("/_sandbox/faults").json()
    assert [(each["kind"], each["times"], each["probability"]) for each in listed] == [
        ("status_500", 2, 1.0),
        ("delay", None, 0.5),
    ]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_is_trouble_that_stays_and_spares_the_tokens(start, profile):
    seller = start(faults=profile)
    listed = seller.http.get("/_sandbox/faults").json()
    assert bool(listed) is (profile != "calm")
    assert all(each["times"] is None and not re.search(each["path"], "/api/v2/token/get") for each in listed)
    assert all(re.search(each["path"], WAREHOUSES) for each in listed)


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        ({"kind": "rain"}, "kind"),
        ({"kind": "delay", "path": "("}, "path"),
        ({"kind": "delay", "probability": 0}, "probability"),
        ({"kind": "delay", "times": 0}, "times"),
        ({"kind": "refuse", "http_status": 204}, "http_status"),
        ({"kind": "delay", "minutes": 3}, "minutes"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_and_the_field_named(calm, fault, place):
    answer = calm.control("/faults", fault)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(place)


def test_a_fault_lasts_so_many_matching_calls(seller, product):
    trouble(seller, "status_500", times=2)
    statuses = []
    for _ in range(3):
        assert seller.call("GET", WAREHOUSES)["code"] == 0
        statuses.append(set_stock(seller, product, 5).status_code)
    assert statuses == [500, 500, 200]


def test_faults_come_in_the_order_they_were_queued(seller, product):
    trouble(seller, "status_429")
    trouble(seller, "status_500")
    assert [set_stock(seller, product, 5).status_code for _ in range(3)] == [429, 500, 200]


def test_trouble_can_be_called_off(seller, product):
    trouble(seller, "status_500", times=100)
    seller.http.delete("/_sandbox/faults")
    assert set_stock(seller, product, 5).status_code == 200


@pytest.mark.parametrize("kind", ["refuse", "status_429", "delay", "novelty"])
def test_every_answer_has_an_id_of_its_own_and_the_time_in_trouble_too(seller, kind):
    seller.control("/clock", {"advance_s": 3600})
    seller.control("/faults", {"kind": kind, "times": 2, "delay_s": 0})
    request = seller.request("GET", WAREHOUSES).signed(seller.shop().app_secret)
    answers = [seller.send(request) for _ in range(3)]
    assert len({answer.json()["request_id"] for answer in answers}) == 3
    for answer in answers:
        assert re.fullmatch(r"20260921231320[0-9A-F]{20}", answer.json()["request_id"])
        assert answer.headers["date"] == "Mon, 21 Sep 2026 15:13:20 GMT"


@pytest.mark.parametrize("kind", ["status_500", "garbage"])
def test_what_is_no_json_tells_the_time_like_every_answer(seller, kind):
    seller.control("/faults", {"kind": kind})
    answer = seller.send(seller.request("GET", WAREHOUSES).signed(seller.shop().app_secret))
    assert answer.headers["date"] == "Mon, 21 Sep 2026 14:13:20 GMT"


def test_what_a_late_call_asks_for_is_done_after_all_that_fell_due_meanwhile(start, tmp_path):
    day = tmp_path / "day.yaml"
    day.write_text("steps: [{at: 50s, order: {shop: toko-1, lines: [{goods: 1}]}}]")
    seller = start(scenario=str(day))
    product = next(each for each in seller.products() if seller.listing(each["skus"][0]["seller_sku"])["quantity"])
    trouble(seller, "delay", delay_s=1.5)
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(set_stock, seller, product, 100)
        while seller.http.get("/_sandbox/faults").json():
            time.sleep(0.02)
        seller.clock.now += 60
        assert late.result().json()["code"] == 0
    (order,) = seller.state()["orders"]
    assert order["lines"] == [{"seller_sku": product["skus"][0]["seller_sku"], "quantity": 1}]
    assert quantity(seller, product) == 100


def test_the_control_api_is_never_in_trouble(seller):
    seller.control("/faults", {"path": ".", "kind": "drop_before"})
    assert seller.http.get("/_sandbox/state").status_code == 200
