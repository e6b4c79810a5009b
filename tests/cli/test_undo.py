"""`selaras undo`: a run or one movement is taken back once, as a run of its own, or it is said why not."""

import json
import sqlite3
from contextlib import closing

import pytest
from service.house import until

from daemon.mirror.store import only_instance


@pytest.fixture
def sku(filled):
    return filled.goods(1)[0]


@pytest.fixture
def typed(selaras, filled, sku):
    """Ten units and another price were typed, and are in the shop; gives stock and price from before, and the run."""
    before = filled.listings()[sku]
    stock, price = before["quantity"], before["price"]
    filled.type({sku: {"Stok": stock + 10, "Harga": price + 500}})
    assert selaras("sync", "-c", filled.config).exit_code == 0
    assert (filled.quantity(sku), filled.listings()[sku]["price"]) == (stock + 10, price + 500)
    return stock, price, logged(selaras, filled)[0]["last"]


def logged(selaras, house):
    return json.loads(selaras("log", "--json", "-c", house.config).stdout)


def moves(selaras, house, sku):
    return json.loads(selaras("why", sku, "--json", "-c", house.config).stdout)["movements"]


def test_a_run_is_taken_back_with_stock_and_price_and_the_next_sync_brings_it_to_shop_and_sheet(
    selaras, filled, sku, typed
):
    stock, price, run = typed
    done = selaras("undo", run, "-c", filled.config)
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"{sku}: dibatalkan -10" in done.stdout
    assert "selaras sync" in done.stdout
    entry = logged(selaras, filled)[0]
    assert (entry["trigger"], entry["outcome"], entry["skus"], entry["commands"]) == ("undo", "done", 1, 1)
    assert str(entry["last"]) in done.stdout
    assert "selaras undo" in selaras("log", "--last", 1, "-c", filled.config).stdout
    assert selaras("sync", "-c", filled.config).exit_code == 0
    assert (filled.quantity(sku), filled.listings()[sku]["price"]) == (stock, price)
    assert (filled.rows()[sku]["Stok"], filled.rows()[sku]["Harga"]) == (stock, price)
    assert selaras("ledger", "verify", "-c", filled.config).exit_code == 0


def test_a_movement_is_taken_back_by_the_number_that_why_shows(selaras, filled, sku, typed):
    stock, price, run = typed
    edit = moves(selaras, filled, sku)[-1]
    assert f"#{edit['number']}" in selaras("why", sku, "-c", filled.config).stdout
    assert selaras("undo", f"#{edit['number']}", "-c", filled.config).exit_code == 0
    selaras("sync", "-c", filled.config)
    assert (filled.quantity(sku), filled.listings()[sku]["price"]) == (stock, price + 500)
    undone = moves(selaras, filled, sku)[-1]
    assert (undone["cause"], undone["units"], undone["from"]) == ("undo", -10, {"number": edit["number"], "cycle": run})
    assert f"#{edit['number']} dari putaran {run}" in selaras("why", sku, "-c", filled.config).stdout


def test_a_dry_run_shows_the_same_and_changes_nothing(selaras, filled, sku, typed):
    run = typed[2]
    before = logged(selaras, filled), moves(selaras, filled, sku)
    dry = selaras("undo", run, "--dry-run", "-c", filled.config)
    assert dry.exit_code == 0
    assert (logged(selaras, filled), moves(selaras, filled, sku)) == before
    done = selaras("undo", run, "-c", filled.config)
    assert dry.stdout.splitlines()[:2] == done.stdout.splitlines()[:2]


def test_twice_is_refused(selaras, filled, sku, typed):
    run = typed[2]
    assert selaras("undo", run, "-c", filled.config).exit_code == 0
    before = moves(selaras, filled, sku)
    again = selaras("undo", run, "-c", filled.config)
    assert (again.exit_code, again.stdout) == (1, "")
    assert f"#{before[-1]['number']}" in again.stderr
    assert moves(selaras, filled, sku) == before


def test_an_undo_can_be_undone_with_its_price(selaras, filled, sku, typed):
    stock, price, run = typed
    selaras("undo", run, "-c", filled.config)
    undoing = logged(selaras, filled)[0]["last"]
    assert selaras("undo", undoing, "-c", filled.config).exit_code == 0
    selaras("sync", "-c", filled.config)
    assert (filled.quantity(sku), filled.listings()[sku]["price"]) == (stock + 10, price + 500)


def test_what_was_sold_since_and_what_buyers_did_stands(selaras, filled, sku, typed):
    stock, _price, run = typed
    filled.order(sku, stock + 3)
    selaras("sync", "-c", filled.config)
    refused = selaras("undo", run, "-c", filled.config)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "kurang 3" in refused.stderr
    orders = selaras("undo", logged(selaras, filled)[0]["last"], "-c", filled.config)
    assert orders.exit_code == 1
    assert "Seller Center" in orders.stderr


def test_of_a_run_that_booked_orders_too_what_was_typed_is_taken_back_and_the_orders_stay(selaras, filled, sku):
    stock = filled.quantity(sku)
    filled.type({sku: {"Stok": stock + 10}})
    filled.order(sku, 2)
    selaras("sync", "-c", filled.config)
    assert selaras("undo", logged(selaras, filled)[0]["last"], "-c", filled.config).exit_code == 0
    selaras("sync", "-c", filled.config)
    assert filled.quantity(sku) == stock - 2


def test_a_run_that_did_nothing_is_nothing_to_undo(selaras, filled):
    selaras("sync", "-c", filled.config)
    quiet = logged(selaras, filled)[0]
    assert quiet["is_quiet"]
    assert selaras("undo", quiet["last"], "-c", filled.config).exit_code == 1


def test_what_is_not_known_is_wrong_usage(selaras, filled):
    for given in ("999", "#999", "kopi", "#", "", "-1", "9" * 40, "²"):
        assert selaras("undo", "-c", filled.config, "--", given).exit_code == 2


def test_before_the_first_sync_there_is_nothing_and_nothing_is_made(selaras, house):
    assert selaras("undo", "1", "-c", house.config).exit_code == 1
    assert not house.mirror.exists()


def test_what_status_tells_is_still_what_the_last_sync_left(selaras, filled, sku, typed):
    filled.type({sku: {"Stok": "dua puluh"}})
    selaras("sync", "-c", filled.config)
    before = selaras("status", "--json", "-c", filled.config).stdout
    assert sku in before
    selaras("undo", f"#{moves(selaras, filled, sku)[-1]['number']}", "-c", filled.config)
    after = selaras("status", "--json", "-c", filled.config).stdout
    assert json.loads(after)["held"] == json.loads(before)["held"]
    assert json.loads(after)["last_cycle"] == json.loads(before)["last_cycle"]


def test_while_a_cycle_is_under_way_it_has_to_wait(selaras, filled, sku, typed):
    run = typed[2]
    with closing(sqlite3.connect(filled.mirror)) as mirror, mirror:
        mirror.execute("UPDATE cycles SET outcome = NULL WHERE id = (SELECT max(id) FROM cycles)")
    with only_instance(filled.folder / ".selaras"):
        busy = selaras("undo", run, "-c", filled.config)
    assert (busy.exit_code, len(busy.stderr.splitlines())) == (1, 2)
    assert selaras("undo", run, "-c", filled.config).exit_code == 0


def test_a_running_service_brings_it_to_the_shop_at_once(selaras, filled, sku, typed, start):
    stock, _price, run = typed
    daemon = start(filled).until_ready()
    daemon.until_event("cycle.finished")
    done = until(
        lambda: (each := selaras("undo", run, "-c", filled.config)).exit_code == 0 and each,
        "a moment between two cycles",
    )
    assert "selaras sync" not in done.stdout
    until(lambda: filled.quantity(sku) == stock, "the stock from before")
    assert "trigger=signal" in daemon.said()


def test_a_product_that_a_run_hid_is_shown_again_or_named_when_it_was_switched_since(selaras, filled, sku):
    product = filled.listings()[sku]["product_id"]
    variants = [each for each, shown in filled.listings().items() if shown["product_id"] == product]
    filled.type({each: {"Status": "Nonaktif"} for each in variants})
    assert selaras("sync", "-c", filled.config).exit_code == 0
    run = logged(selaras, filled)[0]["last"]
    done = selaras("undo", run, "-c", filled.config)
    assert (done.exit_code, done.stderr) == (0, "")
    assert any(each in done.stdout for each in variants)
    assert selaras("sync", "-c", filled.config).exit_code == 0
    assert "SELLER_DEACTIVATED" not in filled.listings()[sku]["windows"].values()
    refused = selaras("undo", run, "-c", filled.config)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert any(each in refused.stderr for each in variants)
