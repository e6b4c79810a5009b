"""What systemd receives, over a real datagram socket."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.notify import Notifier


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        yield listener


@pytest.fixture
def notifier(tmp_path: Path) -> Notifier:
    return Notifier.from_environ({"NOTIFY_SOCKET": str(tmp_path / "notify")})


def test_each_call_is_one_datagram_in_systemds_words(systemd, notifier):
    notifier.ready()
    notifier.status("Selaras · 3 toko −")
    notifier.watchdog()
    notifier.extend(2.5)
    notifier.stopping()
    assert [systemd.recv(4096) for _ in range(5)] == [
        b"READY=1",
        "STATUS=Selaras · 3 toko −".encode(),
        b"WATCHDOG=1",
        b"EXTEND_TIMEOUT_USEC=2500000",
        b"STOPPING=1",
    ]


def test_a_reload_carries_the_monotonic_time_in_microseconds(systemd, notifier):
    before = time.monotonic_ns() // 1000
    notifier.reloading()
    after = time.monotonic_ns() // 1000
    first, second = systemd.recv(4096).split(b"\n")
    assert first == b"RELOADING=1"
    name, value = second.split(b"=")
    assert name == b"MONOTONIC_USEC"
    assert before <= int(value) <= after


def test_a_status_of_several_lines_cannot_smuggle_in_another_field(systemd, notifier):
    notifier.status("satu\nSTOPPING=1\r\ntiga\udce9")
    assert systemd.recv(4096) == b"STATUS=satu STOPPING=1 tiga?"


def test_an_abstract_socket_is_reached():
    name = f"selaras-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0{name}")
        listener.settimeout(5)
        Notifier.from_environ({"NOTIFY_SOCKET": f"@{name}"}).ready()
        assert listener.recv(4096) == b"READY=1"


def test_outside_systemd_nothing_is_sent(systemd):
    Notifier.from_environ({}).ready()
    systemd.setblocking(False)
    with pytest.raises(BlockingIOError):
        systemd.recv(4096)


def test_the_work_goes_on_when_systemd_does_not_listen(tmp_path):
    notifier = Notifier.from_environ({"NOTIFY_SOCKET": str(tmp_path / "gone")})
    notifier.ready()
    notifier.watchdog()


@pytest.mark.parametrize(
    ("environ", "interval"),
    [
        ({"WATCHDOG_USEC": "60000000"}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_fed_at_half_its_time_and_only_when_it_is_ours(environ, interval):
    assert Notifier.from_environ(environ).watchdog_interval == interval
