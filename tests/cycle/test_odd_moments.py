"""Moments that a careful reader found dangerous: each of these went wrong once."""

import os
import sqlite3
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import yaml
from cycle.house import IMPATIENT, found_house, opened
from openpyxl import load_workbook
from structlog.testing import capture_logs

from bridge.columns import Column
from daemon.config import load_settings
from daemon.errors import TryLaterError
from daemon.marketplaces import lookups


def quiet_down(house, cycles=4):
    for _ in range(cycles):
        house.settle()
        result = house.cycle()
    return result


def test_a_price_typed_back_while_the_last_write_has_no_answer_wins_over_what_was_written(market, sku, open_house):
    house = open_house(timing=IMPATIENT)
    connector = house.parts.shops[0].connector
    read, reads = connector.read_prices, []

    async def away_after_the_first(product_id):
        reads.append(product_id)
        if len(reads) > 1:
            raise TryLaterError("shop.unreachable", shop="toko")
        return await read(product_id)

    connector.read_prices = away_after_the_first
    market.trouble("/prices/update", "drop_after", times=1)
    house.types(sku, price=60_000)
    house.save_cycle()
    market.trouble("/orders/search", "status_500", times=99)
    house.types(sku, price=55_000)
    house.save_cycle()
    market.peace()
    del connector.read_prices
    quiet_down(house)
    assert (house.price(sku), market.price(sku)) == (55_000, (55_000, 55_000))


def test_trouble_after_the_files_traded_places_books_nothing_of_ours(market, sku, house, monkeypatch):
    market.order(sku, 3)
    unlink = Path.unlink

    def failing(path, missing_ok=False):
        if path.name.startswith(".~selaras-") and house.workbook.name in path.name:
            raise OSError(5, "Input/output error")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", failing)
    house.cycle()
    monkeypatch.setattr(Path, "unlink", unlink)
    quiet_down(house)
    assert (house.stock(sku), market.stock(sku)) == (9, (9, 9))


def test_a_shop_connected_later_does_not_take_its_old_orders_from_the_pool(market, sku, tmp_path):
    settings = found_house(tmp_path, market)
    both = settings.path.read_text(encoding="utf-8")
    document = yaml.safe_load(both)
    settings.path.write_text(yaml.safe_dump({**document, "shops": document["shops"][:1]}), encoding="utf-8")
    with opened(load_settings(settings.path), market) as house:
        house.cycle()
    market.clock.move(3600)
    market.order(sku, 5, at=1)
    market.edit(sku, at=1, quantity=12)
    market.clock.move(86_400)
    settings.path.write_text(both, encoding="utf-8")
    with opened(load_settings(settings.path), market) as house:
        quiet_down(house)
        assert (house.stock(sku), market.stock(sku)) == (12, (12, 12))


def test_a_cancellation_an_order_elsewhere_and_an_edit_at_once_count_each_unit_once(market, sku, house):
    order = market.order(sku, 1)
    quiet_down(house, 2)
    market.cancel(order)
    market.order(sku, 1, at=1)
    market.edit(sku, at=0, quantity=market.stock(sku)[0] + 1)
    quiet_down(house, 6)
    assert (house.stock(sku), market.stock(sku)) == (12, (12, 12))


def test_units_promised_a_week_ago_still_lie_on_the_shelf_that_is_counted(market, sku, tmp_path):
    market.advance(market.order(sku, 2))  # packed, and never collected
    market.edit(sku, at=1, quantity=10)
    market.clock.move(8 * 86_400)
    with opened(found_house(tmp_path, market), market) as house:
        house.cycle()
        house.types(sku, count=12)
        quiet_down(house)
        assert house.stock(sku) == 10


def test_a_row_whose_listing_shows_no_number_says_so(house):
    for shop in house.parts.shops:
        with_a_silent_listing(shop.connector)
    with house.editing() as (sheet, at):
        row = sheet.max_row + 1
        sheet.cell(row, at[Column.SKU]).value = "BARU"
        sheet.cell(row, at[Column.STOCK]).value = 7
    result = house.cycle()
    assert [(entry.sku, entry.reason.code) for entry in result.plan.held] == [("BARU", "row.not_read_yet")]
    assert house.note("BARU").startswith("Selaras:")


def with_a_silent_listing(connector):
    sweep = connector.sweep_listings

    async def with_one_more():
        async for page in sweep():
            odd = replace(page[0], id=replace(page[0].id, product_id="77", sku_id="78"), sku="BARU", quantity=None)
            yield [*page, odd]

    connector.sweep_listings = with_one_more


def test_the_sellers_own_total_is_left_alone(house):
    with house.editing() as (sheet, at):
        row = sheet.max_row + 1
        sheet.cell(row, at[Column.PRODUCT]).value = "TOTAL:"
        sheet.cell(row, at[Column.STOCK]).value = 100
    before = house.workbook.read_bytes()
    assert house.cycle().is_complete
    assert house.workbook.read_bytes() == before


def test_notes_made_in_an_order_sheet_are_kept_before_it_is_written_anew(market, sku, house):
    market.order(sku)
    house.cycle()
    (path,) = house.settings.orders_folder.iterdir()
    book = load_workbook(path)
    book.active["Q2"] = "sudah dikemas"
    book.save(path)
    market.order(sku)
    house.cycle()
    (kept,) = (house.settings.state_folder / "versions").glob("pesanan-*")
    assert load_workbook(kept).active["Q2"].value == "sudah dikemas"
    market.order(sku)
    house.cycle()
    assert len(list((house.settings.state_folder / "versions").glob("pesanan-*"))) == 1


def test_nobody_else_on_the_machine_can_read_the_orders(market, sku, house):
    market.order(sku)
    house.cycle()
    (path,) = house.settings.orders_folder.iterdir()
    assert (path.stat().st_mode & 0o077, path.parent.stat().st_mode & 0o077) == (0, 0)


def test_a_surprise_in_one_shop_does_not_stop_the_other(market, sku, house):
    async def odd(_since):
        raise ValueError("odd")
        yield

    house.parts.shops[1].connector.changed_orders = odd
    house.types(sku, stock=20)
    result = house.cycle()
    assert [(shop, error.message.code) for shop, error in result.errors] == [
        (house.parts.shops[1].name, "shop.surprise"),
    ]
    assert market.stock(sku)[0] == 20


def test_a_full_disk_under_the_cache_does_not_stop_a_shop(market, sku, house):
    class Full:
        def get(self, *_args, **_more):
            raise sqlite3.OperationalError("disk I/O error")

        set = expire = get

        def close(self):
            pass

    cache = house.parts.shops[0].connector.lookups
    cache._cache.close()
    cache._cache = Full()
    house.types(sku, stock=20)
    assert house.cycle().is_complete
    assert market.stock(sku) == (20, 20)


def test_another_process_at_work_in_the_cache_for_long_does_not_hold_up_a_cycle(market, sku, open_house, monkeypatch):
    monkeypatch.setattr(lookups, "_PATIENCE_S", 0.01)
    house = open_house()
    caches = sorted((house.settings.state_folder / "cache").glob("*/cache.db"))
    assert len(caches) == len(market.shops)
    house.types(sku, stock=20)
    with ExitStack() as at_work, capture_logs() as said:
        for cache in caches:
            other = at_work.enter_context(closing(sqlite3.connect(cache, isolation_level=None)))
            other.execute("BEGIN IMMEDIATE")
        house.save_cycle()
    assert market.stock(sku) == (20, 20)
    # A cache that is opened waits for a minute, and does without a disk then.
    assert [each for each in said if each["event"] == "lookups.without_disk"] == []


def test_an_owner_that_cannot_be_copied_does_not_keep_us_from_writing(market, sku, house, monkeypatch):
    def unmapped(*_args, **_more):
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(os, "chown", unmapped)
    market.order(sku)
    house.cycle()
    assert house.stock(sku) == 11
