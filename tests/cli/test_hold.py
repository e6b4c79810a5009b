"""`selaras hold` and `selaras resume`: nothing is sent to one shop until the seller says so."""

import json

import pytest

from daemon.mirror.store import only_instance


def test_a_held_shop_is_told_of_at_once_and_until_it_is_let_go(selaras, filled):
    name = filled.shop.name
    held = selaras("hold", name, "-c", filled.config)
    assert (held.exit_code, held.stderr) == (0, "")
    shown = selaras("status", "-c", filled.config).stdout
    assert f"selaras resume {name}" in shown
    entries = json.loads(selaras("status", "--json", "-c", filled.config).stdout)["held"]
    assert [entry["code"] for entry in entries] == ["shop.held"]
    assert f"selaras resume {name}" in selaras("plan", "-c", filled.config).stdout
    resumed = selaras("resume", name, "-c", filled.config)
    assert (resumed.exit_code, "selaras sync" in resumed.stdout) == (0, True)
    assert selaras("status", "-c", filled.config).exit_code == 0


@pytest.mark.parametrize("word", ["status", "sync", "plan"])
def test_a_line_about_a_held_shop_begins_with_its_name_and_says_it_once(selaras, filled, word):
    name = filled.shop.name
    selaras("hold", name, "-c", filled.config)
    [line] = [each for each in selaras(word, "-c", filled.config).stdout.splitlines() if name in each]
    assert line.startswith(f"{name} Anda tahan sejak")
    assert line.count(name) == 2, "once to name it, once in the command"


def test_what_a_held_shop_has_to_be_told_waits_and_is_nowhere_called_sent(selaras, filled):
    name, sku = filled.shop.name, filled.goods(1)[0]
    selaras("hold", name, "-c", filled.config)
    filled.type({sku: {"Stok": 88}})
    assert f"{name} ← {sku}: stok 88 menunggu, belum dikirim." in selaras("sync", "-c", filled.config).stdout
    compared = selaras("recon", "-c", filled.config).stdout
    assert "menunggu, toko tidak dikirimi" in compared
    assert "angka lain dikirim" not in compared


def test_it_works_beside_a_running_service_and_twice(selaras, filled):
    name = filled.shop.name
    with only_instance(filled.folder / ".selaras"):
        said = [selaras(word, name, "-c", filled.config) for word in ("hold", "hold", "resume", "resume")]
    assert [each.exit_code for each in said] == [0] * 4
    assert said[2].stdout != said[3].stdout


@pytest.mark.parametrize("word", ["hold", "resume"])
def test_an_unknown_shop_is_wrong_usage_and_the_known_ones_are_named(selaras, house, word):
    done = selaras(word, "toko-lain", "-c", house.config)
    assert (done.exit_code, done.stdout) == (2, "")
    assert house.shop.name in done.stderr
    assert not house.mirror.exists()
