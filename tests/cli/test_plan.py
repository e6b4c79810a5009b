"""`selaras plan`: what the next cycle would do, and nothing is changed."""

import json
import sqlite3


def records(house):
    with sqlite3.connect(f"file:{house.mirror}?mode=ro", uri=True) as mirror:
        return list(mirror.iterdump())


def test_it_tells_what_a_cycle_would_do_and_changes_nothing(selaras, filled):
    first, second = filled.goods(2)
    filled.order(second, 2)
    filled.type({first: {"Stok": 88}})
    workbook, known, state = filled.workbook.read_bytes(), records(filled), filled.listings()
    writes = filled.served("/update")
    done = selaras("plan", "-c", filled.config)
    assert done.exit_code == 0
    assert f"{filled.shop.name} ← {first}: stok menjadi 88" in done.stdout
    assert f"{second}: pesanan -2" in done.stdout
    assert (filled.workbook.read_bytes(), records(filled), filled.listings()) == (workbook, known, state)
    assert filled.served("/update") == writes
    assert not list(filled.folder.glob("pesanan/*"))


def test_json_holds_movements_commands_rows_and_what_is_held(selaras, filled):
    first, second = filled.goods(2)
    had = filled.quantity(first)
    filled.type({first: {"Stok": 88}, second: {"Stok": "banyak"}})
    done = selaras("plan", "--json", "-c", filled.config)
    assert done.exit_code == 1
    plan = json.loads(done.stdout)
    assert set(plan) == {"movements", "prices", "statuses", "commands", "rows", "held", "is_quiet"}
    assert [(m["sku"], m["delta"], m["cause"]) for m in plan["movements"]] == [(first, 88 - had, "sheet_edit")]
    command = next(command for command in plan["commands"] if command["sku"] == first)
    assert (command["shop"], command["sets"], command["to"]) == (filled.shop.name, "quantity", 88)
    assert [(held["sku"], held["field"]) for held in plan["held"]] == [(second, "stock")]
    assert "banyak" in plan["held"][0]["text"]
    assert second in [row["sku"] for row in plan["rows"]]


def test_the_cycle_after_it_does_what_was_planned(selaras, filled):
    sku = filled.goods(1)[0]
    filled.type({sku: {"+/−": 4}})
    had = filled.quantity(sku)
    planned = json.loads(selaras("plan", "--json", "-c", filled.config).stdout)
    assert selaras("sync", "-c", filled.config).exit_code == 0
    assert {command["sku"]: command["to"] for command in planned["commands"]} == {sku: filled.quantity(sku)}
    shown = filled.rows()[sku]
    assert (shown["Stok"], shown["+/−"]) == (had + 4, None)
    assert planned["rows"][0]["cells"]["stock"] == shown["Stok"]


def test_when_nothing_is_to_be_done_it_says_so(selaras, filled):
    done = selaras("plan", "-c", filled.config)
    assert (done.exit_code, done.stdout) == (0, "Semua sudah selaras. Tidak ada yang perlu diubah.\n")


def test_a_shop_that_is_away_leaves_json_whole(selaras, filled, quick_failures):
    filled.configure(base_url="http://127.0.0.1:9")
    done = selaras("plan", "--json", "-c", filled.config)
    assert done.exit_code == 1
    assert json.loads(done.stdout)["commands"] == []
    assert filled.shop.name in done.stderr
