"""The service hears what a shop tells by itself."""

import hashlib
import hmac
import json
import signal
import socket
from contextlib import contextmanager
from threading import Event, Thread

import httpx
import pytest
from service.house import until


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def listening(house, port, **more):
    section = {"listen": f"'127.0.0.1:{port}'", **more}
    text = house.config.read_text(encoding="utf-8")
    head = text.partition("\nwebhooks:")[0]
    written = "".join(f"\n  {key}: {value}" for key, value in section.items())
    house.config.write_text(f"{head}\nwebhooks:{written}\n", encoding="utf-8")


def test_an_order_is_told_and_is_in_the_workbook_long_before_the_interval(filled, start, port):
    listening(filled, port, public_url=f"http://127.0.0.1:{port}/selaras")
    daemon = start(filled).until_ready()
    daemon.until_event("webhook.registered")
    sku = filled.goods(1)[0]
    left = filled.quantity(sku) - 1
    filled.order(sku)
    until(lambda: filled.stock(sku) == left, "the order in the workbook")
    assert "trigger=webhook" in daemon.said()
    assert daemon.end() == 0


def test_a_port_that_is_taken_is_said_and_everything_else_goes_on(filled, start, port):
    with socket.create_server(("127.0.0.1", port)):
        listening(filled, port)
        daemon = start(filled).until_ready()
        daemon.until_event("webhooks.not_listening")
        daemon.until_event("cycle.finished")
        assert f"127.0.0.1:{port}" in daemon.events("webhooks.not_listening")[0]
    sku = filled.goods(1)[0]
    filled.type({sku: {"Stok": 41}})
    until(lambda: filled.quantity(sku) == 41, "the stock that was typed")


def test_the_address_is_withdrawn_when_the_settings_name_it_no_more(filled, start, port):
    listening(filled, port, public_url=f"http://127.0.0.1:{port}/selaras")
    daemon = start(filled).until_ready()
    daemon.until_event("webhook.registered")
    listening(filled, "off")
    filled.configure(listen="off")
    daemon.send(signal.SIGHUP)
    daemon.until_event("webhook.withdrawn")
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass


def test_a_storm_of_webhooks_does_not_keep_the_service_from_reading_everything(filled, start, port):
    filled.configure(interval="1s")
    listening(filled, port)
    daemon = start(filled).until_ready()
    daemon.until_event("cycle.finished")
    with storm(port, filled.shop):
        done = said(daemon, "webhook"), said(daemon, "interval")
        until(lambda: said(daemon, "webhook") > done[0] + 5, "cycles for webhooks")
        until(lambda: said(daemon, "interval") > done[1] + 1, "cycles on the interval")


def said(daemon, trigger):
    return daemon.said().count(f"trigger={trigger}")


@contextmanager
def storm(port, keys):
    """Tell something new, again and again."""
    is_over = Event()

    def blow():
        number = 0
        while not is_over.is_set():
            number += 1
            body = json.dumps({"type": 1, "tts_notification_id": str(number)}).encode()
            signature = hmac.new(keys.app_secret.encode(), keys.app_key.encode() + body, hashlib.sha256).hexdigest()
            answer = client.post(f"http://127.0.0.1:{port}/", content=body, headers={"authorization": signature})
            assert answer.status_code == 200

    with httpx.Client(trust_env=False) as client:
        wind = Thread(target=blow)
        wind.start()
        try:
            yield
        finally:
            is_over.set()
            wind.join()
