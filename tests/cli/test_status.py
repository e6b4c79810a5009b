"""`selaras status`: how things are, looked up without touching anything."""

import json
import os
import re
import sqlite3
import time
from contextlib import closing

from openpyxl import load_workbook

from daemon.marketplaces.budget import Budget
from daemon.marketplaces.lookups import Lookups, cache_path
from daemon.marketplaces.pace import Clock
from daemon.mirror.store import only_instance


def test_before_the_first_sync_it_says_so_and_makes_nothing(selaras, house):
    done = selaras("status", "-c", house.config)
    assert done.exit_code == 1
    assert "selaras run" in done.stdout
    assert not house.mirror.exists()


def test_after_a_sync_all_is_well(selaras, filled):
    done = selaras("status", "-c", filled.config)
    assert done.exit_code == 0
    assert "50 SKU" in done.stdout


def test_a_service_that_runs_is_named(selaras, filled):
    with only_instance(filled.folder / ".selaras"):
        assert str(os.getpid()) in selaras("status", "-c", filled.config).stdout
        running = json.loads(selaras("status", "--json", "-c", filled.config).stdout)
    stopped = json.loads(selaras("status", "--json", "-c", filled.config).stdout)
    assert (running["running"], running["pid"]) == (True, os.getpid())
    assert (stopped["running"], stopped["pid"]) == (False, None)


def test_json_before_the_first_sync_has_the_same_keys_as_after(selaras, house):
    before = json.loads(selaras("status", "--json", "-c", house.config).stdout)
    house.fill()
    after = json.loads(selaras("status", "--json", "-c", house.config).stdout)
    assert before["last_cycle"] == {"number": None, "outcome": None, "finished_at": None}
    assert after["last_cycle"]["outcome"] == "done"
    assert (after["products"], after["listings"], after["orders"]) == (50, 50, 0)
    assert before.keys() == after.keys()
    assert before["outbox"] == after["outbox"]


def test_a_shop_without_a_permission_is_named_at_once(selaras, filled):
    (token,) = (filled.folder / ".selaras" / "tokens").glob("*.json")
    token.unlink()
    done = selaras("status", "-c", filled.config)
    assert done.exit_code == 1
    assert f"selaras connect {token.stem}" in done.stdout


def test_a_shop_that_slows_us_down_is_told_with_what_goes_first_and_only_while_it_does(selaras, filled):
    def slowed():
        return json.loads(selaras("status", "--json", "-c", filled.config).stdout)["slowed"]

    assert slowed() == []
    filled.control("faults", path="/orders/search", kind="status_429", times=1)
    assert selaras("sync", "-c", filled.config).exit_code == 0
    assert [each["code"] for each in slowed()] == ["report.slowed"]
    done = selaras("status", "-c", filled.config)
    assert done.exit_code == 0, "it goes on by itself"
    assert f"{filled.shop.name}: toko sedang membatasi kecepatan" in done.stdout
    with closing(Lookups(cache_path(filled.folder / ".selaras", filled.shop.name))) as lookups:
        lookups.forget("slowed")
    assert slowed() == []


def test_a_day_whose_calls_are_nearly_used_up_is_told_once(selaras, filled):
    text = filled.config.read_text(encoding="utf-8")
    filled.config.write_text(re.sub("(?m)^    lag:", "    daily_calls: 10\n    lag:", text), encoding="utf-8")
    with closing(Lookups(cache_path(filled.folder / ".selaras", filled.shop.name))) as lookups:
        budget = Budget(10, lookups, Clock())
        assert all(budget.spend() for _ in range(8))
    selaras("sync", "-c", filled.config)
    done = selaras("status", "-c", filled.config)
    assert done.stdout.count("jatah panggilan hari ini") == 1


def test_buyers_who_wait_for_an_answer_are_counted_with_the_nearest_deadline_until_they_have_one(selaras, filled):
    def requests():
        return [
            each["text"]
            for each in json.loads(selaras("status", "--json", "-c", filled.config).stdout)["cancel_requests"]
        ]

    def in_sheet():
        return [row[5] for row in load_workbook(filled.workbook)["Selaras"].iter_rows(min_row=5, values_only=True)]

    sku = filled.goods(1)[0]
    orders = [filled.order(sku), filled.order(sku)]
    for order in orders:
        filled.control(f"orders/{order}/ask-cancel")
    assert selaras("sync", "-c", filled.config).exit_code == 0
    [told] = requests()
    assert told.startswith(
        f"{filled.shop.name}: 2 pembeli menunggu jawaban permintaan pembatalan; yang pertama sebelum"
    )
    assert told in selaras("status", "-c", filled.config).stdout
    assert told in in_sheet()
    filled.control(f"orders/{orders[0]}/keep")
    selaras("sync", "-c", filled.config)
    assert "1 pembeli" in requests()[0]
    filled.control(f"orders/{orders[1]}/keep")
    selaras("sync", "-c", filled.config)
    assert requests() == []
    assert told not in in_sheet()


def test_a_shop_that_does_not_tell_of_requests_to_cancel_is_in_step_all_the_same(selaras, filled, quick_failures):
    filled.control("faults", path="/cancellations/search", kind="garbage", times=9)
    assert selaras("sync", "-c", filled.config).exit_code == 0


def test_what_is_held_is_told_with_its_reason(selaras, filled):
    sku = filled.goods(1)[0]
    filled.type({sku: {"Stok": "entah"}})
    selaras("sync", "-c", filled.config)
    done = selaras("status", "-c", filled.config)
    assert done.exit_code == 1
    assert sku in done.stdout
    held = json.loads(selaras("status", "--json", "-c", filled.config).stdout)["held"]
    assert [(entry["sku"], entry["field"]) for entry in held] == [(sku, "stock")]
    assert "entah" in held[0]["text"]


def test_a_write_that_was_refused_again_and_again_is_named_with_what_helps(selaras, filled):
    sku = filled.goods(1)[0]
    with sqlite3.connect(filled.mirror) as mirror:
        key = mirror.execute("SELECT shop, product_id, sku_id FROM listings WHERE sku = ?", (sku,)).fetchone()
        mirror.execute(
            "INSERT INTO outbox (shop, product_id, sku_id, target, desired, state, attempts, refusal, created_in,"
            " changed_at_ms) VALUES (?, ?, ?, 'quantity', 3, 'refused', 5, 'promotion: 12052393 Locked', 1, 0)",
            key,
        )
    assert "perlu tindakan Anda: 1" in selaras("status", "-c", filled.config).stdout
    (dead,) = json.loads(selaras("status", "--json", "-c", filled.config).stdout)["dead"]
    told = (dead["sku_id"], dead["sets"], dead["times"], dead["cure"], dead["reason"])
    assert told == (key[2], "quantity", 5, "promotion", "12052393 Locked")
    assert "12052393 Locked" in dead["text"]
    assert "promosi" in dead["text"].lower()
    assert "12052393 Locked" in selaras("why", sku, "-c", filled.config).stdout


def test_how_long_the_rest_takes_is_told_while_much_waits(selaras, filled):
    now_ms = int(time.time() * 1000)
    with sqlite3.connect(filled.mirror) as mirror:
        keys = mirror.execute("SELECT shop, product_id, sku_id FROM listings ORDER BY sku").fetchall()
        mirror.executemany(
            "INSERT INTO outbox (shop, product_id, sku_id, target, desired, state, created_in, changed_at_ms)"
            " VALUES (?, ?, ?, 'quantity', 3, ?, 1, ?)",
            [
                (*key, "done" if number < 40 else "pending", now_ms - 6_000 * (39 - number))
                for number, key in enumerate(keys)
            ],
        )
    assert f"{filled.shop.name}: sisanya kira-kira 1 menit lagi" in selaras("status", "-c", filled.config).stdout
    assert json.loads(selaras("status", "--json", "-c", filled.config).stdout)["seconds_left"] == {filled.shop.name: 60}


def test_the_sellers_own_columns_are_named(selaras, filled):
    book = load_workbook(filled.workbook)
    book.worksheets[0].cell(1, book.worksheets[0].max_column + 1, "Rak")
    book.save(filled.workbook)
    selaras("sync", "-c", filled.config)
    assert "Kolom Anda sendiri, tidak disentuh: Rak" in selaras("status", "-c", filled.config).stdout


def test_records_of_something_else_need_a_person_and_stay(selaras, house):
    house.mirror.write_bytes(b"bukan basis data" * 100)
    done = selaras("status", "-c", house.config)
    assert done.exit_code == 78
    assert str(house.mirror) in done.stderr
    assert house.mirror.read_bytes() == b"bukan basis data" * 100


def test_status_needs_no_secret_that_only_systemd_has(selaras, filled):
    text = filled.config.read_text(encoding="utf-8")
    filled.config.write_text(re.sub(r"app_secret: .*", "app_secret: {credential: toko-1}", text), encoding="utf-8")
    assert selaras("status", "-c", filled.config).exit_code == 0
    assert selaras("sync", "-c", filled.config).exit_code == 78


def test_a_workbook_that_cannot_be_used_is_named_with_the_cure(selaras, filled):
    filled.workbook.unlink()
    assert selaras("sync", "-c", filled.config).exit_code == 1
    done = selaras("status", "-c", filled.config)
    assert done.exit_code == 1
    assert filled.workbook.name in done.stdout
    troubles = json.loads(selaras("status", "--json", "-c", filled.config).stdout)["troubles"]
    assert [entry["code"] for entry in troubles] == ["workbook.missing"]


def test_what_has_got_in_the_way_since_the_last_cycle_is_told_as_sync_tells_it(selaras, filled):
    book = load_workbook(filled.workbook)
    header = next(cell for cell in book.worksheets[0][1] if cell.value == "Stok")
    header.value = "Sisa gudang"
    book.save(filled.workbook)
    secret = filled.folder / ".selaras/keys" / filled.shop.name
    kept = secret.rename(secret.with_name("lain"))
    done = selaras("status", "-c", filled.config)
    assert done.exit_code == 1
    problems = selaras("sync", "-c", filled.config).stderr.splitlines()[1:]
    kept.rename(secret)
    problems += selaras("sync", "-c", filled.config).stdout.splitlines()
    assert len(problems) == 2
    assert set(problems) <= set(done.stdout.splitlines())


def test_before_the_first_sync_a_missing_workbook_is_named(selaras, house):
    house.workbook.unlink()
    assert house.workbook.name in selaras("status", "-c", house.config).stdout
    assert not house.mirror.exists()


def test_plan_does_not_call_all_well_what_it_could_not_read(selaras, filled):
    filled.workbook.unlink()
    done = selaras("plan", "-c", filled.config)
    assert (done.exit_code, done.stdout) == (1, "")
    assert filled.workbook.name in done.stderr
