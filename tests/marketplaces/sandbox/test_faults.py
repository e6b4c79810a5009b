import httpx
import pytest

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
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
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


def test_the_control_api_is_never_in_trouble(seller):
    seller.control("/faults", {"path": ".", "kind": "drop_before"})
    assert seller.http.get("/_sandbox/state").status_code == 200
