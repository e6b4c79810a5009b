import logging

import pytest

SECRET_WORDS = ("sign", "app_secret", "token=", "ROW_", "?")


@pytest.fixture
def sku(seller):
    return next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] >= 10)


def test_the_state_shows_shops_listings_and_orders(seller, sku):
    placed = seller.order(sku, 2, platform="TOKOPEDIA")
    state = seller.state()
    assert [shop["name"] for shop in state["shops"]] == ["toko-1"]
    assert len(state["listings"]) == 40
    assert set(state["listings"][0]) == {
        "shop", "product_id", "sku_id", "seller_sku", "quantity", "price", "status", "windows"
    }  # fmt: skip
    assert state["orders"] == [
        {
            "id": placed["id"],
            "shop": "toko-1",
            "platform": "TOKOPEDIA",
            "status": "AWAITING_SHIPMENT",
            "lines": [{"seller_sku": sku, "quantity": 2}],
        }
    ]
    assert placed == state["orders"][0]


def test_lines_of_one_sku_are_added_up(seller, sku):
    lines = [{"seller_sku": sku, "quantity": 2}, {"seller_sku": sku}]
    placed = seller.control("/orders", {"shop": "toko-1", "lines": lines}).json()
    assert placed["lines"] == [{"seller_sku": sku, "quantity": 3}]


def test_of_two_listings_with_one_code_the_first_is_found_and_none_is_lost(seller):
    first, second = (each["seller_sku"] for each in seller.state()["listings"][:2])
    ids = [seller.listing(sku)["sku_id"] for sku in (first, second)]

    def renamed(sku, code):
        answer = seller.control(f"/listings/toko-1/{sku}", {"seller_sku": code})
        assert answer.status_code == 200, answer.text
        return answer.json()["sku_id"]

    assert [renamed(first, "SAMA"), renamed(second, "SAMA")] == ids
    assert [renamed("SAMA", "SATU"), renamed("SAMA", "DUA")] == ids
    assert renamed("DUA", "SATU") == ids[1]
    assert renamed("SATU", "TIGA") == ids[0]


def test_over_ordering_is_a_conflict_that_names_what_is_short(seller, sku):
    available = seller.listing(sku)["quantity"]
    wish = {"shop": "toko-1", "lines": [{"seller_sku": sku, "quantity": available + 1}]}
    answer = seller.control("/orders", wish)
    assert answer.status_code == 409
    assert sku in answer.json()["error"]
    assert f"available {available}" in answer.json()["error"]
    assert seller.listing(sku)["quantity"] == available


def test_a_cancelled_order_gives_its_units_back_once(seller, sku):
    available = seller.listing(sku)["quantity"]
    placed = seller.order(sku, 4)
    assert seller.listing(sku)["quantity"] == available - 4
    assert seller.control(f"/orders/{placed['id']}/cancel").json()["status"] == "CANCELLED"
    assert seller.control(f"/orders/{placed['id']}/cancel").status_code == 409
    assert seller.listing(sku)["quantity"] == available


def test_somebody_edits_in_seller_center(seller, sku):
    edited = seller.control(f"/listings/toko-1/{sku}", {"quantity": 77, "price": 12_500}).json()
    assert (edited["quantity"], edited["price"]) == (77, 12_500)
    assert seller.listing(sku) == edited
    assert seller.control(f"/listings/toko-1/{sku}", {"quantity": 0}).json()["price"] == 12_500


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        ("/orders", {"shop": "toko-9", "lines": [{"seller_sku": "X"}]}, 404, "toko-9"),
        ("/orders", {"shop": "toko-1", "lines": [{"seller_sku": "X"}]}, 404, "'X'"),
        ("/orders", {"shop": "toko-1", "lines": []}, 422, "lines"),
        ("/orders", {"shop": "toko-1"}, 422, "lines"),
        ("/orders", {"shop": "toko-1", "lines": [{"seller_sku": "X", "quantity": 0}]}, 422, "quantity"),
        ("/orders", {"shop": "toko-1", "lines": [{"seller_sku": "X"}], "platform": "SHOPEE"}, 422, "platform"),
        ("/orders", {"shop": "toko-1", "lines": [{"seller_sku": "X"}], "status": "SHIPPED"}, 422, "status"),
        ("/orders", {"shop": "toko-1", "lines": [{"seller_sku": "X"}], "colour": 1}, 422, "colour"),
        ("/orders", [], 422, "body"),
        ("/orders/1/cancel", {}, 404, "no order 1"),
        ("/orders/1/advance", {}, 404, "no order 1"),
        ("/listings/toko-1/X", {"quantity": 1}, 404, "'X'"),
        ("/listings/toko-9/X", {"quantity": 1}, 404, "toko-9"),
        ("/faults", {"path": "(", "kind": "status_500"}, 422, "regular expression"),
        ("/faults", {"kind": "earthquake"}, 422, "kind"),
        ("/tokens/expire", {"shop": "toko-9"}, 404, "toko-9"),
        ("/nothing", {}, 404, "/nothing"),
        ("/state", {}, 405, "/state"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(calm, path, body, status, word):
    answer = calm.control(path, body)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert word in answer.json()["error"]


@pytest.mark.parametrize("edit", [{"quantity": -1}, {"quantity": 100_000}, {"price": 99}, {"quantity": "5"}])
def test_seller_center_keeps_to_the_marketplace_s_limits(calm, edit):
    before = calm.state()["listings"]
    path = f"/listings/toko-1/{before[0]['seller_sku']}"
    assert calm.control(path, edit).status_code == 422
    assert calm.state()["listings"] == before


def test_the_log_shows_marketplace_calls_without_their_secrets(seller, caplog):
    caplog.set_level(logging.DEBUG)
    seller.call("GET", "/logistics/202309/warehouses")
    seller.send(seller.request("GET", "/logistics/202309/warehouses"))
    keys = seller.shop()
    query = {"app_key": keys.app_key, "app_secret": keys.app_secret, "grant_type": "refresh_token"}
    seller.http.get("/api/v2/token/refresh", params=query)
    log = seller.log()
    assert [(call["method"], call["path"], call["status"]) for call in log] == [
        ("GET", "/logistics/202309/warehouses", 200),
        ("GET", "/logistics/202309/warehouses", 400),
        ("GET", "/api/v2/token/refresh", 200),
    ]
    assert log[0]["time"] == "2026-09-21T14:13:20+00:00"
    assert not any(word in str(log) for word in SECRET_WORDS)
    assert not [record for record in caplog.records if record.name.startswith("uvicorn")]
