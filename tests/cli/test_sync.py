"""`selaras sync`: one cycle, what it says, and how it ends."""

import os
from hashlib import sha256

import pytest

from daemon.mirror.store import only_instance


def test_the_first_sync_fills_the_workbook(selaras, house):
    done = selaras("sync", "-c", house.config)
    assert done.exit_code == 0
    assert len(house.rows()) == 50
    assert "50" in done.stdout
    assert done.stderr == ""


def test_a_second_sync_says_that_nothing_is_to_be_done(selaras, filled):
    done = selaras("sync", "-c", filled.config)
    assert (done.exit_code, done.stdout) == (0, "Semua sudah selaras. Tidak ada yang perlu diubah.\n")


def test_a_number_that_nothing_explains_yet_is_told_and_when_to_look_again(selaras, filled):
    sku = filled.goods(1)[0]
    had = filled.quantity(sku)
    filled.control(f"listings/{filled.shop.name}/{sku}", quantity=had + 5)
    done = selaras("sync", "-c", filled.config)
    assert "Semua sudah selaras" not in done.stdout
    assert f"{sku}: menunjukkan {had + 5}, seharusnya {had}" in done.stdout
    assert "selaras sync" in done.stdout


def test_what_was_typed_reaches_the_shop_and_is_told(selaras, filled):
    first, second = filled.goods(2)
    price = filled.listings()[second]["price"] + 500
    filled.type({first: {"Stok": 77}, second: {"Harga": price}})
    done = selaras("sync", "-c", filled.config)
    assert done.exit_code == 0
    assert filled.quantity(first) == 77
    assert filled.listings()[second]["price"] == price
    assert f"{filled.shop.name} ← {first}: stok menjadi 77" in done.stdout
    assert f"Rp {price:,}".replace(",", ".") in done.stdout


def test_a_held_row_ends_with_1_and_is_named_with_its_reason(selaras, filled):
    first, second = filled.goods(2)
    filled.type({first: {"Stok": "dua belas"}, second: {"Stok": 33}})
    done = selaras("sync", "-c", filled.config)
    assert done.exit_code == 1
    assert first in done.stdout
    assert "dua belas" in done.stdout
    assert filled.quantity(second) == 33
    assert "dua belas" in filled.rows()[first]["Keterangan"]


def test_a_workbook_that_is_gone_ends_with_1_and_is_named(selaras, filled):
    filled.workbook.unlink()
    done = selaras("sync", "-c", filled.config)
    assert done.exit_code == 1
    assert "toko.xlsx" in done.stdout


def test_a_shop_that_is_away_ends_with_1_and_is_named_once(selaras, filled, quick_failures):
    filled.configure(base_url="http://127.0.0.1:9")
    done = selaras("sync", "-c", filled.config)
    assert done.exit_code == 1
    assert (done.stdout + done.stderr).count(filled.shop.name) == 1


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("interval", "often", "interval"),
        ("workbook", "toko.numbers", ".xlsx"),
        ("app_secret", "{file: hilang}", "hilang"),
    ],
)
def test_settings_that_cannot_be_used_need_a_person(selaras, house, key, value, named):
    house.configure(**{key: value})
    done = selaras("sync", "-c", house.config)
    assert done.exit_code == 78
    assert named in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("command", ["sync", "plan", "status", "run"])
def test_settings_that_are_not_there_are_named(selaras, command):
    done = selaras(command, "-c", "tidak-ada.yaml")
    assert done.exit_code == 78
    assert "tidak-ada.yaml" in done.stderr
    assert "selaras init" in done.stderr


def test_a_secret_that_lies_open_is_warned_of_and_does_not_stop_the_work(selaras, filled):
    secret = filled.folder / ".selaras/keys" / filled.shop.name
    secret.chmod(0o644)
    done = selaras("sync", "-c", filled.config)
    assert done.exit_code == 0
    assert f"chmod 600 {secret}" in done.stderr


def test_while_the_service_runs_sync_says_who_does_the_work(selaras, filled):
    calls = len(filled.served("/"))
    with only_instance(filled.folder / ".selaras"):
        done = selaras("sync", "-c", filled.config)
    assert done.exit_code == 1
    assert str(os.getpid()) in done.stderr
    assert len(filled.served("/")) == calls


def test_the_settings_are_found_in_the_environment(selaras, filled):
    assert selaras("sync", SELARAS_CONFIG=str(filled.config)).exit_code == 0


def test_the_option_wins_over_the_environment(selaras, filled):
    assert selaras("sync", "-c", filled.config, SELARAS_CONFIG="tidak-ada.yaml").exit_code == 0


def test_the_settings_beside_us_are_found_without_a_word(selaras, filled, monkeypatch):
    monkeypatch.chdir(filled.folder)
    assert selaras("sync").exit_code == 0


def test_texts_are_in_the_language_of_the_settings(selaras, new_house):
    house = new_house(language="en")
    house.fill()
    done = selaras("sync", "-c", house.config, LANG="id_ID.UTF-8")
    assert done.stdout == "Everything is in step. Nothing to change.\n"


def test_a_save_that_a_kill_displaced_is_put_back(selaras, filled):
    # Killed while files traded places: the seller's save lies under our name for it, our content in its place.
    saved = filled.workbook.read_bytes() + b" "
    ours, expected = sha256(filled.workbook.read_bytes()).hexdigest(), "0" * 64
    displaced = filled.workbook.with_name(f".~selaras-{ours[:16]}-{expected[:16]}-{filled.workbook.name}")
    displaced.write_bytes(saved)
    selaras("sync", "-c", filled.config)
    assert not displaced.exists()
    kept = [filled.workbook, *(filled.folder / ".selaras/versions").glob("*")]
    assert saved in [path.read_bytes() for path in kept]
