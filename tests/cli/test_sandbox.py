"""`selaras sandbox`: a pretend marketplace as a process of its own."""

import json
import signal
import socket
import stat
import subprocess
from contextlib import contextmanager
from typing import get_args, get_type_hints

import httpx
import pytest
from printed import search
from service.house import SELARAS, until

from daemon.cli import commands_practice
from daemon.marketplaces.sandbox.faults import PROFILES, Profile


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
        for name in ("out", "err"):
            search((folder / name).read_bytes(), source=name)


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


def test_its_trouble_and_its_day_are_chosen_on_the_command_line(tmp_path):
    options = ("--faults", "flaky", "--search-lag", "20", "--scenario", "black-friday")
    with sandbox(tmp_path, *options) as (_process, ready):
        faults = httpx.get(f"{ready['base_url']}/_sandbox/faults").json()
        scenario = httpx.get(f"{ready['base_url']}/_sandbox/scenario").json()
    assert {fault["kind"] for fault in faults} == {"drop_before", "drop_after", "status_500", "delay"}
    assert scenario["name"] == "black-friday"
    assert len(ready["shops"]) == 2


def test_the_commands_and_the_sandbox_know_the_same_profiles():
    assert get_type_hints(commands_practice.sandbox)["faults"] == Profile
    assert set(get_args(Profile)) == set(PROFILES)


def test_a_scenario_that_is_not_there_is_named_with_those_that_are(selaras):
    done = selaras("sandbox", "--scenario", "besok")
    assert done.exit_code == 78
    assert "besok" in done.stderr
    assert "moving-day" in done.stderr


@pytest.mark.parametrize(
    "option", [("--port", "70000"), ("--products", "0"), ("--shops", "21"), ("--buyers", "-1"), ("--faults", "rain")]
)
def test_a_number_out_of_range_is_wrong_usage(selaras, option):
    done = selaras("sandbox", *option)
    assert done.exit_code == 2
    assert option[0] in done.stderr


@pytest.mark.parametrize(("language", "place"), [("id_ID.UTF-8", "baris 2, steps[0].at"), ("en_US.UTF-8", "line 2, ")])
def test_mistakes_in_a_scenario_are_told_like_those_in_the_settings(selaras, tmp_path, language, place):
    (tmp_path / "hari.yaml").write_text("steps:\n  - at: soon\n    faults: calm\n")
    done = selaras("sandbox", "--scenario", "hari.yaml", LANG=language)
    assert done.exit_code == 78
    heading, problem = done.stderr.splitlines()
    assert "hari.yaml" in heading
    assert problem.startswith(place)


@pytest.mark.parametrize("language", ["id_ID.UTF-8", "en_US.UTF-8"])
@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("--redirect-url", "foo"),
        ("--redirect-url", "ftp://127.0.0.1/kembali"),
        ("--redirect-url", "http://127.0.0.1/kembali?state=1"),
        ("--redirect-url", "http:///kembali"),
        ("--buyers", "inf"),
        ("--limit", "inf"),
        ("--search-lag", "9" * 20),
    ],
)
def test_an_option_that_makes_no_sense_is_told_in_the_seller_s_language(selaras, option, given, language):
    done = selaras("sandbox", option, given, LANG=language)
    assert done.exit_code == 78
    assert option in done.stderr
    assert ("Tulis" if language.startswith("id") else "Write") in done.stderr
