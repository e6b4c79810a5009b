"""`selaras why` and `selaras log`: told from the records alone, and nothing is touched."""

import json
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from daemon.mirror import Mirror, journal
from daemon.mirror.store import only_instance

START = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
PLAN_JSON = '{"movements": [{"sku": "A"}, {"sku": "B"}], "commands": [{}], "rows": [{}, {}, {}], "held": []}'


def data_of(done):
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.fixture
def ran(house):
    """Leave what cycles leave: each given as its outcome, ``None`` for one without an end, with a plan or quiet."""

    def run(*outcomes, plan=None):
        with closing(Mirror.open(house.folder / ".selaras")) as mirror, mirror.transaction() as tx:
            for outcome in outcomes:
                cycle = journal.start_cycle(tx, "interval", now=START)
                if plan:
                    journal.store_plan(tx, cycle, plan)
                if outcome:
                    journal.finish_cycle(tx, cycle, outcome, now=START + timedelta(seconds=1))

    return run


@pytest.mark.parametrize("command", [("why", "KOPI-1"), ("log",)])
def test_before_the_first_sync_it_says_so_and_makes_nothing(selaras, house, command):
    done = selaras(*command, "-c", house.config)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr
    assert not house.mirror.exists()


def test_the_story_of_a_real_day_ends_at_what_shop_and_workbook_show(selaras, filled):
    sku = filled.goods(1)[0]
    opening = filled.quantity(sku)
    order = filled.order(sku, 2)
    filled.type({sku: {"Stok": opening + 10}})
    assert selaras("sync", "-c", filled.config).exit_code == 0
    told = data_of(selaras("why", sku, "--json", "-c", filled.config))
    assert told["available"] == opening + 8 == filled.quantity(sku) == filled.stock(sku)
    assert told["sums"] == {"opening": opening, "sheet_edit": 10, "order": -2}
    assert told["orders"] == [{"shop": filled.shop.name, "order": order, "status": "to_ship", "units": 2}]
    assert told["reserved"] == 2
    assert [(entry["told"], entry["outbox"]) for entry in told["listings"]] == [(opening + 8, [])]
    lines = selaras("why", sku, "-c", filled.config).stdout.splitlines()
    assert [len([line for line in lines if part in line]) for part in (order, "+10")] == [1, 1]
    assert re.findall(r"\d+", lines[-1]) == [str(number) for number in (opening, 10, 2, opening + 8)]


def test_what_a_conflicted_copy_brought_is_told_with_its_name(selaras, filled):
    sku, name = filled.goods(1)[0], "toko (conflicted copy 2026-03-10).xlsx"
    before, opening = filled.workbook.read_bytes(), filled.stock(sku)
    filled.type({sku: {"Stok": opening + 10}})
    filled.workbook.replace(filled.workbook.with_name(name))
    filled.workbook.write_bytes(before)
    selaras("sync", "-c", filled.config)
    told = data_of(selaras("why", sku, "--json", "-c", filled.config))
    (edit,) = [entry for entry in told["movements"] if entry["cause"] == "sheet_edit"]
    assert (edit["units"], edit["from"]["file"], edit["from"]["cycle"]) == (10, name, 2)
    assert name in selaras("why", sku, "-c", filled.config).stdout


def test_no_buyer_is_in_the_story(selaras, filled):
    sku = filled.goods(1)[0]
    filled.order(sku)
    selaras("sync", "-c", filled.config)
    with closing(Mirror.open(filled.folder / ".selaras")) as mirror, mirror.transaction() as tx:
        buyers = set(tx.exec_driver_sql("SELECT buyer FROM orders").scalars())
    assert buyers
    for options in ((), ("--json",)):
        shown = selaras("why", sku, *options, "-c", filled.config).stdout
        assert not [buyer for buyer in buyers if buyer in shown]


def test_a_sku_typed_nearly_right_is_wrong_usage_and_the_right_one_is_named(selaras, filled):
    sku = filled.goods(1)[0]
    done = selaras("why", sku.replace("-", " ").lower(), "-c", filled.config)
    assert (done.exit_code, done.stdout) == (2, "")
    assert sku in done.stderr


def test_it_explains_why_a_shop_shows_less_than_there_is(selaras, filled):
    sku = filled.goods(1)[0]
    available = filled.quantity(sku)
    text = filled.config.read_text(encoding="utf-8")
    filled.config.write_text(text.replace("{sync: update", "{sync: update, buffer: 2"), encoding="utf-8")
    assert selaras("sync", "-c", filled.config).exit_code == 0
    assert filled.quantity(sku) == available - 2
    lines = selaras("why", sku, "-c", filled.config).stdout.splitlines()
    assert f"{filled.shop.name}: {available} tersedia, penyangga 2 → tampil {available - 2}." in lines
    (listing,) = data_of(selaras("why", sku, "--json", "-c", filled.config))["listings"]
    assert (listing["allotted"]["units"], listing["allotted"]["buffer"]) == (available - 2, 2)


def test_an_unknown_sku_is_wrong_usage(selaras, filled):
    done = selaras("why", "TAK-ADA-SAMA-SEKALI", "-c", filled.config)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "TAK-ADA-SAMA-SEKALI" in done.stderr


def test_blanks_around_a_sku_do_not_matter(selaras, filled):
    sku = filled.goods(1)[0]
    assert data_of(selaras("why", f" {sku} ", "--json", "-c", filled.config))["sku"] == sku


def test_it_works_beside_a_running_service_and_without_secrets(selaras, filled):
    text = filled.config.read_text(encoding="utf-8")
    filled.config.write_text(re.sub(r"app_secret: .*", "app_secret: {credential: toko-1}", text), encoding="utf-8")
    with only_instance(filled.folder / ".selaras"):
        assert selaras("why", filled.goods(1)[0], "-c", filled.config).exit_code == 0
        assert selaras("log", "-c", filled.config).exit_code == 0


def test_runs_are_listed_newest_first_and_quiet_ones_share_a_line(selaras, house, ran):
    ran("done", plan=PLAN_JSON)
    ran("done", "done", "done")
    ran("partial", "partial")
    ran("partial", plan=PLAN_JSON)
    ran(None)
    entries = data_of(selaras("log", "--json", "-c", house.config))
    assert [(entry["first"], entry["last"], entry["runs"], entry["outcome"]) for entry in entries] == [
        (8, 8, 1, None),
        (7, 7, 1, "partial"),
        (5, 6, 2, "partial"),
        (2, 4, 3, "done"),
        (1, 1, 1, "done"),
    ]
    assert [(entry["skus"], entry["commands"], entry["rows"]) for entry in entries[3:]] == [(0, 0, 0), (2, 1, 3)]
    assert (entries[4]["since"], entries[4]["trigger"]) == (START.isoformat(), "interval")
    lines = selaras("log", "-c", house.config).stdout.splitlines()
    assert len(lines) == 5
    assert all("10 Mar 2026 12.00" in line for line in lines)


def test_two_runs_that_planned_something_never_share_a_line(selaras, house, ran):
    ran("done", "done", plan=PLAN_JSON)
    assert [entry["runs"] for entry in data_of(selaras("log", "--json", "-c", house.config))] == [1, 1]


def test_twenty_lines_are_shown_unless_told_otherwise(selaras, house, ran):
    ran(*["done"] * 30, plan=PLAN_JSON)
    assert len(selaras("log", "-c", house.config).stdout.splitlines()) == 20
    assert len(selaras("log", "--last", 3, "-c", house.config).stdout.splitlines()) == 3
    assert len(selaras("log", "--last", 99, "-c", house.config).stdout.splitlines()) == 30
    assert selaras("log", "--last", 0, "-c", house.config).exit_code == 2
