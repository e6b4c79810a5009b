"""What the sandbox tells apps by itself: who asked for it, how it is signed, and how often it is tried."""

import hashlib
import hmac
import json
import time
from collections import deque
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
    until(lambda: {each["type"] for each in ear.bodies()} == {1, 11} and len(ear.heard) == 3)
    for body in ear.bodies():
        assert list(webhooks()[body["type"]].iter_errors(body)) == []
    statuses = {each["data"].get("order_status") for each in ear.bodies()}
    assert statuses == {"AWAITING_SHIPMENT", "CANCEL", None}


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
