"""`selaras sandbox`: a pretend marketplace as a process of its own."""

import json
import signal
import socket
import stat
import subprocess
from contextlib import contextmanager

import httpx
import pytest
from service.house import SELARAS, until


@contextmanager
def sandbox(folder, *arguments):
    ready_file = folder / "ready.json"
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        command = [SELARAS, "sandbox", "--ready-file", ready_file, *arguments]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
    try:
        until(lambda: ready_file.exists() or process.poll() is not None, "the ready file")
        yield process, json.loads(ready_file.read_text(encoding="utf-8"))
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_a_signal_ends_it(tmp_path, number):
    with sandbox(tmp_path, "--products", "7", "--shops", "2") as (process, ready):
        state = httpx.get(f"{ready['base_url']}/_sandbox/state").json()
        assert len(state["listings"]) == 14
        assert [shop["name"] for shop in ready["shops"]] == [shop["name"] for shop in state["shops"]]
        process.send_signal(number)
        assert process.wait(30) == 0
    assert ready["base_url"] in (tmp_path / "out").read_text(encoding="utf-8")
    assert (tmp_path / "err").read_text(encoding="utf-8") == ""


def test_the_ready_file_is_for_the_owner_only_and_its_keys_are_on_no_stream(tmp_path):
    with sandbox(tmp_path) as (_process, ready):
        assert stat.S_IMODE((tmp_path / "ready.json").stat().st_mode) == 0o600
        printed = (tmp_path / "out").read_text(encoding="utf-8") + (tmp_path / "err").read_text(encoding="utf-8")
    shop = ready["shops"][0]
    for key in ("app_secret", "access_token", "refresh_token", "shop_cipher"):
        assert shop[key] not in printed


def test_a_port_that_is_taken_is_named(selaras):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = selaras("sandbox", "--port", port)
    assert done.exit_code == 78
    assert str(port) in done.stderr


def test_a_ready_file_that_cannot_be_written_is_named(selaras):
    done = selaras("sandbox", "--ready-file", "tidak/ada/ready.json")
    assert done.exit_code == 78
    assert "tidak/ada/ready.json" in done.stderr


@pytest.mark.parametrize("option", [("--port", "70000"), ("--products", "0"), ("--shops", "21"), ("--buyers", "-1")])
def test_a_number_out_of_range_is_wrong_usage(selaras, option):
    done = selaras("sandbox", *option)
    assert done.exit_code == 2
    assert option[0] in done.stderr
