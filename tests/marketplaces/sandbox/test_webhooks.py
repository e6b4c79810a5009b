"""What the sandbox tells apps by itself: who asked for it, how it is signed, and how often it is tried."""

import hashlib
import hmac
import json
import time
from collections import Counter, deque
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from contract.wire_schema import webhooks

from daemon.marketplaces.sandbox import webhooks_sender

EVENTS = "/event/202309/webhooks"
MINUTE_S, HOUR_S = 60, 3600
VECTORS = json.loads((Path(__file__).parents[1] / "tiktok_shop/webhook_vectors.json").read_text("utf-8"))


class Ear:
    """An app's own server. ``answers`` are the statuses it gives, 200 when it has none left."""

    def __init__(self):
        self.heard = []
        self.is_free = Event()
        self.is_free.set()
        self.answers = deque()

    def bodies(self):
        return [json.loads(body) for _signature, body in self.heard]


@contextmanager
def listening(ear):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            ear.heard.append((self.headers["Authorization"], body))
            ear.is_free.wait(30)
            self.send_response_only(ear.answers.popleft() if ear.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    ear.address = f"http://127.0.0.1:{server.server_port}/tiktok"
    try:
        yield ear
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def ear():
    with listening(Ear()) as ear:
        yield ear


@pytest.fixture
def sku(seller):
    return next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] > 9)


def put(seller, event, address):
    return seller.call("PUT", EVENTS, body={"event_type": event, "address": address})["code"]


def delete(seller, event):
    return seller.call("DELETE", EVENTS, body={"event_type": event})["code"]


def shown(seller):
    return seller.http.get("/_sandbox/webhooks").json()


def until(look):
    end = time.monotonic() + 20
    while not look():
        assert time.monotonic() < end
        time.sleep(0.02)


def until_tried(seller, tries):
    until(lambda: [each["tries"] for each in shown(seller)] == tries)


def test_events_are_registered_changed_listed_and_deleted(seller):
    assert seller.get(EVENTS) == {"total_count": 0}
    assert put(seller, "ORDER_STATUS_CHANGE", "https://kait.contoh/a") == 0
    seller.clock.now += 60
    assert put(seller, "ORDER_STATUS_CHANGE", "https://kait.contoh/b") == 0
    [webhook] = seller.get(EVENTS)["webhooks"]
    assert webhook["address"] == "https://kait.contoh/b"
    assert webhook["update_time"] - webhook["create_time"] == 60_000
    assert [delete(seller, "ORDER_STATUS_CHANGE") for _ in range(2)] == [0, 0]
    assert seller.get(EVENTS) == {"total_count": 0}


@pytest.mark.parametrize(
    ("event", "address"),
    [
        ("ORDER_EATEN", "https://kait.contoh"),
        ("ORDER_STATUS_CHANGE", "ftp://kait.contoh"),
        ("ORDER_STATUS_CHANGE", "https:///jalan"),
        ("ORDER_STATUS_CHANGE", "https://["),
        ("ORDER_STATUS_CHANGE", "https://kait.contoh/" + 255 * "a"),
    ],
)
def test_what_cannot_be_registered_is_refused(calm, event, address):
    assert put(calm, event, address) == 36009004


def test_an_order_is_told_signed_over_its_very_bytes(seller, sku, ear):
    put(seller, "ORDER_STATUS_CHANGE", ear.address)
    order = seller.order(sku)
    until(lambda: ear.heard)
    [(signature, body)] = ear.heard
    keys = seller.shop()
    expected = hmac.new(keys.app_secret.encode(), keys.app_key.encode() + body, hashlib.sha256)
    assert signature == expected.hexdigest()
    told = json.loads(body)
    assert (told["data"]["order_id"], told["data"]["order_status"]) == (order["id"], "AWAITING_SHIPMENT")
    assert (told["type"], told["shop_id"]) == (1, keys.shop_id)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_signature_is_that_of_the_reference(vector):
    signed = webhooks_sender.sign(vector["app_key"], vector["app_secret"], vector["body"].encode())
    assert signed == vector["authorization"]


def test_everything_that_is_told_is_as_the_marketplace_describes_it(seller, sku, ear):
    seller.control("/webhooks", {"address": ear.address})
    order = seller.order(sku)["id"]
    seller.control(f"/orders/{order}/cancel")
    until(lambda: Counter(each["type"] for each in ear.bodies()) == {1: 2, 11: 1, 71: 2})
    for body in ear.bodies():
        assert list(webhooks()[body["type"]].iter_errors(body)) == []
    statuses = {each["data"].get("order_status") for each in ear.bodies()}
    assert statuses == {"AWAITING_SHIPMENT", "CANCEL", None}


def told(ear, kind):
    """What was told of one kind, in the order of the notifications."""
    bodies = sorted(ear.bodies(), key=lambda body: int(body["tts_notification_id"]))
    assert all(list(webhooks()[kind].iter_errors(body)) == [] for body in bodies if body["type"] == kind)
    return [body["data"] for body in bodies if body["type"] == kind]


STOCK = {"total": "total_quantity", "available": "total_available_quantity", "committed": "total_committed_quantity"}
PARTS_OF_STOCK = ("total", "available", "committed", "in_shop", "campaign_locked", "creator_locked")


def snapshot(data):
    shown = data["quantity_snapshot_after_change"]
    return tuple(shown[STOCK.get(part, f"{part}_quantity")] for part in PARTS_OF_STOCK)


def deltas(data):
    [change] = data["change_detail"]
    return tuple(change[f"{part}_quantity_delta"] for part in PARTS_OF_STOCK)


def test_whatever_moves_a_stock_is_told_with_what_it_was_moved_by(seller, sku, ear):
    listing = seller.listing(sku)
    seller.control(f"/listings/toko-1/{sku}", {"quantity": 20})
    seller.control("/webhooks", {"address": ear.address})
    first, second = seller.order(sku, 2), seller.order(sku, 3)
    for _ in range(2):
        seller.control(f"/orders/{first['id']}/advance")
    seller.control(f"/orders/{second['id']}/cancel")
    seller.control(f"/listings/toko-1/{sku}", {"quantity": 30, "locked": 5})
    seller.control(f"/listings/toko-1/{sku}", {"price": 54_000})
    inventory = seller.post("/product/202309/inventory/search", {"sku_ids": [listing["sku_id"]]})["inventory"]
    places = [each["warehouse_id"] for each in inventory[0]["skus"][0]["warehouse_inventory"]]
    wish = [{"warehouse_id": place, "quantity": 7 if place == places[0] else 0} for place in places]
    body = {"skus": [{"id": listing["sku_id"], "inventory": wish}]}
    assert seller.post(f"/product/202309/products/{listing['product_id']}/inventory/update", body) == {}
    until(lambda: len(told(ear, 71)) == 6)
    assert [(snapshot(each), deltas(each)) for each in told(ear, 71)] == [
        ((20, 18, 2, 18, 0, 0), (0, -2, 2, -2, 0, 0)),
        ((20, 15, 5, 15, 0, 0), (0, -3, 3, -3, 0, 0)),
        ((18, 15, 3, 15, 0, 0), (-2, 0, -2, 0, 0, 0)),
        ((18, 18, 0, 18, 0, 0), (0, 3, -3, 3, 0, 0)),
        ((30, 30, 0, 25, 5, 0), (12, 12, 0, 7, 5, 0)),
        ((7, 7, 0, 2, 5, 0), (-23, -23, 0, -23, 0, 0)),
    ]
    ids = {(each["shop_id"], each["product_id"], each["sku_id"]) for each in told(ear, 71)}
    assert ids == {(int(seller.shop().shop_id), int(listing["product_id"]), int(listing["sku_id"]))}
    assert len({each["change_detail"][0]["idempotency_key"] for each in told(ear, 71)}) == 6


def test_of_a_bundle_the_stock_of_its_parts_is_told(seller, sku, ear):
    seller.control(
        "/bundles", {"shop": "toko-1", "seller_sku": "PAKET-1", "parts": [{"seller_sku": sku, "quantity": 2}]}
    )
    seller.control("/webhooks", {"address": ear.address})
    seller.order("PAKET-1")
    until(lambda: len(ear.heard) == 2)
    [data] = told(ear, 71)
    assert (data["sku_id"], deltas(data)) == (int(seller.listing(sku)["sku_id"]), (0, -2, 2, -2, 0, 0))


def test_whatever_becomes_of_a_product_is_told(seller, sku, ear):
    put(seller, "PRODUCT_STATUS_CHANGE", ear.address)
    product = seller.listing(sku)["product_id"]
    switched = {"product_ids": [product], "listing_platforms": ["TIKTOK_SHOP"]}
    seller.post("/product/202309/products/deactivate", switched)
    seller.post("/product/202309/products/activate", switched)
    seller.clock.now += 60
    until(lambda: len(ear.heard) == 3)
    seller.control(f"/listings/toko-1/{sku}", {"quantity": 30})
    seller.control(f"/listings/toko-1/{sku}", {"status": "FAILED"})
    until(lambda: len(ear.heard) == 4)
    data = told(ear, 5)
    assert [each["status"] for each in data] == ["PRODUCT_STATUS_CHANGED"] * 3 + ["PRODUCT_AUDIT_FAILURE"]
    assert {each["product_id"] for each in data} == {int(product)}


@pytest.mark.parametrize("address", ["http://[", "http://" + 64 * "a" + ".contoh/"])
def test_an_address_that_cannot_be_does_not_keep_others_from_hearing(seller, sku, ear, address):
    put(seller, "CANCELLATION_STATUS_CHANGE", address)
    seller.control("/webhooks", {"address": address})
    seller.control(f"/orders/{seller.order(sku)['id']}/cancel")
    put(seller, "ORDER_STATUS_CHANGE", ear.address)
    seller.order(sku)
    until(lambda: ear.heard)


def test_nobody_hears_of_other_events_or_of_other_shops(start, ear):
    seller = start(shops=2)
    sku = next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] > 9)
    put(seller, "RETURN_STATUS_CHANGE", ear.address)
    seller.order(sku)
    seller.order(sku, shop="toko-2")
    assert shown(seller) == []


def test_what_is_not_taken_comes_again_four_times(seller, sku, ear):
    put(seller, "ORDER_STATUS_CHANGE", ear.address)
    ear.answers.extend([500, 401, 404, 503, 302])
    seller.order(sku)
    for tries, wait_s in enumerate([2 * MINUTE_S, 30 * MINUTE_S, 3 * HOUR_S, 12 * HOUR_S], 1):
        until_tried(seller, [tries])
        seller.clock.now += wait_s - 1
        until_tried(seller, [tries])
        seller.clock.now += 1
    until_tried(seller, [5])
    seller.clock.now += 90 * HOUR_S
    assert [each["outcome"] for each in shown(seller)] == ["given_up"]
    assert len({body for _signature, body in ear.heard}) == 1
    assert len(ear.heard) == 5


def test_an_address_where_nobody_answers_is_tried_later(seller, sku, ear):
    put(seller, "ORDER_STATUS_CHANGE", "http://127.0.0.1:9/tiktok")
    seller.order(sku)
    until_tried(seller, [1])
    assert [each["outcome"] for each in shown(seller)] == ["waiting"]


def test_an_answer_that_comes_too_late_does_not_count(seller, sku, ear, monkeypatch):
    monkeypatch.setattr(webhooks_sender, "ANSWER_LIMIT_S", 0.2)
    put(seller, "ORDER_STATUS_CHANGE", ear.address)
    ear.is_free.clear()
    seller.order(sku)
    until_tried(seller, [1])
    ear.is_free.set()
    assert [each["outcome"] for each in shown(seller)] == ["waiting"]
    assert len(ear.heard) == 1


def test_notifications_get_lost_come_twice_and_in_any_order_on_demand(seller, sku, ear):
    put(seller, "ORDER_STATUS_CHANGE", ear.address)
    seller.control("/webhooks", {"double": 1, "late_s": 3600})
    orders = [seller.order(sku)["id"] for _ in range(6)]
    assert ear.heard == []
    seller.clock.now += 3600
    until(lambda: len(ear.heard) == 12)
    ids = [each["tts_notification_id"] for each in ear.bodies()]
    assert len(set(ids)) == 6
    assert {each["data"]["order_id"] for each in ear.bodies()} == set(orders)
    seller.control("/webhooks", {"double": 0, "late_s": 0, "lose": 1})
    seller.order(sku)
    assert shown(seller)[-1]["outcome"] == "lost"
