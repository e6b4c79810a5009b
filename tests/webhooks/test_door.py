"""The door for webhooks, over real HTTP: who is believed, and that nobody can keep it busy."""

import hashlib
import hmac
import json
import logging
import socket
import threading
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from daemon import webhooks
from daemon.loopback import address, listen, served
from daemon.marketplaces.tiktok_shop import Credentials, TikTokShop, TokenStore
from daemon.webhooks import LARGEST_BODY, Door
from daemon.webhooks_spool import opened_spool

APPS = {"toko-satu": ("kunci-satu", "rahasia-satu"), "toko-dua": ("kunci-dua", "rahasia-dua")}
NOON = datetime(2026, 3, 10, 5, tzinfo=UTC)
BODY = json.dumps({"type": 1, "tts_notification_id": "7613000000000000001", "shop_id": "7496", "data": {}}).encode()


def signature(body, *, shop="toko-satu"):
    key, secret = APPS[shop]
    return hmac.new(secret.encode(), key.encode() + body, hashlib.sha256).hexdigest()


def connector(folder, shop):
    key, secret = APPS[shop]
    credentials = Credentials(shop, key, secret, "", "https://api.contoh", "https://auth.contoh")
    return TikTokShop(credentials, TokenStore(folder / "tokens.json", shop), folder / shop)


class Heard:
    """A door that is open, and what it did."""

    def __init__(self):
        self.wakes = 0
        self.now = NOON

    def wake(self):
        self.wakes += 1

    def tell(self, body=BODY, *, signed=None, **more):
        headers = {"authorization": signature(body) if signed is None else signed}
        return httpx.post(f"{self.url}/selaras", content=body, headers=headers, trust_env=False, **more).status_code


@contextmanager
def open_door(folder):
    heard = Heard()
    with ExitStack() as stack:
        heard.spool = stack.enter_context(opened_spool(folder))
        connectors = [connector(folder, shop) for shop in APPS]
        for each in connectors:
            stack.callback(each.lookups.close)
        listening = listen(0)
        heard.url, heard.place = address(listening), listening.getsockname()
        door = Door(connectors, heard.spool, heard.wake, now=lambda: heard.now)
        stack.enter_context(served(door.app(), listening, protocol=webhooks._Brief))
        yield heard


@pytest.fixture
def door(tmp_path):
    with open_door(tmp_path) as door:
        yield door


def test_what_a_shop_signed_wakes_us(door):
    assert door.tell() == 200
    assert door.wakes == 1
    assert door.spool.heard_at("7496") == NOON


def test_every_shop_is_believed_by_its_own_apps_secret(door):
    assert door.tell(signed=signature(BODY, shop="toko-dua")) == 200
    assert door.wakes == 1


def test_the_answer_is_empty_and_the_same_for_any_path(door):
    answer = httpx.post(door.url, content=BODY, headers={"authorization": signature(BODY)}, trust_env=False)
    assert (answer.status_code, answer.content) == (200, b"")


def test_the_same_message_wakes_us_once_in_whatever_process(tmp_path):
    for wakes in (1, 0):
        with open_door(tmp_path) as door:
            assert [door.tell() for _ in range(3)] == [200, 200, 200]
            assert door.wakes == wakes


@pytest.mark.parametrize(
    "body",
    [
        b'{"type":9999,"tts_notification_id":"1","data":{"new":[1]}}',
        b'{"type":71,"tts_notification_id":7613000000000000002,"shop_id":7496000000000000001}',
        b'{"type":35,"tts_notification_id":"2","seller_open_id":"x"}',
        b'{"type":6}',
        b"[]",
        b"not json \xff",
        b"",
    ],
)
def test_a_signed_message_that_we_do_not_understand_is_taken_and_wakes_us(door, body):
    assert door.tell(body) == 200
    assert door.wakes == 1


@pytest.mark.parametrize(
    "signed",
    ["", "0" * 64, f"Bearer {signature(BODY)}", signature(BODY + b" "), signature(BODY).upper(), "é".encode()],
    ids=range(6),
)
def test_what_nobody_signed_is_refused_and_wakes_nobody(door, signed):
    assert door.tell(signed=signed) == 401
    assert door.wakes == 0
    assert door.spool.heard_at("7496") is None


def test_a_message_larger_than_any_webhook_is_refused(door):
    assert door.tell(b"x" * LARGEST_BODY) == 200
    assert door.tell(b"x" * (LARGEST_BODY + 1)) == 413
    chunks = (b"x" * 10_000 for _ in range(100))
    assert httpx.post(door.url, content=chunks, trust_env=False).status_code == 413
    assert door.wakes == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_whoever_does_not_tell_anything_learns_nothing(door, method):
    answer = httpx.request(method, door.url, trust_env=False)
    assert answer.status_code == 405
    assert "server" not in answer.headers


def test_nothing_of_a_message_is_logged(door, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    secret = json.dumps({"tts_notification_id": "76130077", "data": {"name": "Sekar Padmalaya"}}).encode()
    door.tell(secret)
    door.tell(secret, signed="00")
    logged = caplog.text + "".join(capfd.readouterr())
    assert "webhook.refused" in logged
    assert not [word for word in ("Sekar", "76130077", signature(secret)) if word in logged]


def test_strangers_do_not_fill_the_log(door, capfd):
    for _ in range(20):
        door.tell(signed="00")
    assert "".join(capfd.readouterr()).count("webhook.refused") == 1


def test_a_clock_that_was_set_back_does_not_silence_complaints(door, capfd):
    for now in (NOON, NOON - timedelta(days=400), NOON - timedelta(days=400, seconds=-59)):
        door.now = now
        door.tell(signed="00")
    assert "".join(capfd.readouterr()).count("webhook.refused") == 2


def answered(door, sent):
    """What comes back until the connection is closed, after ``sent`` and silence."""
    with closing(socket.create_connection(door.place[:2], timeout=30)) as client:
        client.sendall(sent)
        answer = b""
        try:
            while more := client.recv(4096):
                answer += more
        except ConnectionResetError:
            pass
        return answer


@pytest.mark.parametrize("limit", ["READ_WITHIN_S", "CONNECTION_S"])
@pytest.mark.parametrize(
    "sent",
    [
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nslow",
        b"POST / HT",
        b"",
        b"\x16\x03\x01 garbage\r\n\r\n",
    ],
)
def test_a_client_that_does_not_go_on_is_let_go(tmp_path, monkeypatch, limit, sent):
    monkeypatch.setattr(webhooks, "CONNECTION_S", 1.0)
    monkeypatch.setattr(webhooks, limit, 0.2)
    with open_door(tmp_path) as door:
        assert b" 200 " not in answered(door, sent)
        assert door.tell() == 200
        assert door.wakes == 1


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01 garbage\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close, upgrade\r\nUpgrade: websocket\r\n\r\n",
    ],
    ids=["no HTTP", "an upgrade"],
)
def test_strangers_who_speak_no_http_are_not_even_mentioned(door, caplog, sent):
    answered(door, sent)
    assert not caplog.records


def test_many_who_say_nothing_keep_nobody_out_for_long(tmp_path, monkeypatch):
    monkeypatch.setattr(webhooks, "CONNECTION_S", 0.5)
    with open_door(tmp_path) as door:
        crowd = [threading.Thread(target=answered, args=(door, b"")) for _ in range(webhooks.MOST_CONNECTIONS * 2)]
        for each in crowd:
            each.start()
        for each in crowd:
            each.join()
        assert door.tell() == 200


def test_a_door_without_a_disk_still_wakes_us(tmp_path):
    with open_door(tmp_path) as door:
        for file in Path(tmp_path / "webhooks").iterdir():
            file.write_bytes(b"damaged" * 1000)
        assert door.tell() == 200
        assert door.wakes == 1
