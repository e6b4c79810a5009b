"""What every command has in common: help, usage, plain text, and no secrets."""

import json
import signal

import pytest
from service.house import until
from typer.main import get_command

from daemon.cli import app
from daemon.marketplaces.sandbox.people import LAST_NAMES, STREETS

COMMANDS = sorted(get_command(app).commands)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(selaras, command):
    done = selaras(command, "--help")
    assert done.exit_code == 0
    assert f"selaras {command}" in done.stdout.replace("root", "selaras")
    assert len(done.stdout) > 200


def test_the_help_lists_every_command(selaras):
    done = selaras("--help")
    assert done.exit_code == 0
    assert [command for command in COMMANDS if f"  {command} " not in done.stdout] == []


@pytest.mark.parametrize("arguments", [(), ("terbang",), ("sync", "--cepat"), ("sync", "-c"), ("init", "a", "b")])
def test_wrong_usage_ends_with_2(selaras, arguments):
    assert selaras(*arguments).exit_code == 2


@pytest.mark.parametrize("command", ["sync", "plan", "status"])
def test_without_a_terminal_the_output_is_plain(filled, command):
    sku = filled.goods(1)[0]
    filled.type({sku: {"Stok": "[bold]:coffee:[/bold]"}})
    done = filled.selaras(command, "-c", filled.config)
    assert done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    if command != "status":
        assert "[bold]:coffee:[/bold]" in done.stdout


def test_a_terminal_that_lacks_letters_gets_the_others(filled):
    sku = filled.goods(1)[0]
    filled.type({sku: {"Stok": 55}})
    done = filled.selaras("sync", "-c", filled.config, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert f"{filled.shop.name} ? {sku}" in done.stdout


def test_secrets_and_buyers_are_in_no_output_and_in_no_log(selaras, filled, start):
    before = tokens_of(filled)
    sku, other = filled.goods(2)
    filled.order(sku, 2)
    filled.type({other: {"Stok": 64}})
    outputs = [selaras("plan", "-c", filled.config, "-v"), selaras("sync", "-c", filled.config, "-v")]
    filled.control("tokens/expire", shop=filled.shop.name)
    outputs.append(selaras("plan", "-c", filled.config, "-v", "--json"))
    daemon = start(filled).until_ready()
    daemon.until_event("cycle.finished")
    filled.order(sku, 1)
    filled.control("faults", path="/inventory/update", kind="drop_after")
    filled.control("faults", path="/order/", kind="garbage")
    filled.type({other: {"Stok": 65}})
    until(lambda: filled.quantity(other) == 65, "the stock that was typed")
    daemon.send(signal.SIGUSR1)
    daemon.until_event("cycle.finished", count=3)
    # With keys that the shop refuses: errors are where secrets like to slip out.
    wrong = "rahasia-yang-salah-0123456789"
    secret = filled.folder / ".selaras/keys" / filled.shop.name
    secret.write_text(wrong, encoding="utf-8")
    outputs.append(selaras("plan", "-c", filled.config, "-v"))
    outputs.append(selaras("status", "-c", filled.config))

    said = daemon.said() + "".join(done.stdout + done.stderr for done in outputs)
    assert sku in said
    keys = {filled.shop.app_secret, filled.shop.shop_cipher, wrong, *before, *tokens_of(filled)}
    assert len(keys) >= 6
    hidden = [*keys, "sign=", "access_token=", *LAST_NAMES, *STREETS]
    assert [word for word in hidden if word in said] == []


def tokens_of(house):
    stored = json.loads((house.folder / f".selaras/tokens/{house.shop.name}.json").read_text(encoding="utf-8"))
    return {stored["access_token"], stored["refresh_token"]}
