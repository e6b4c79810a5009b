"""The main job in one process: real workbook, real sandbox, whole cycles."""

import asyncio
import os
import re
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest
from cycle.house import opened, writes_in

from bridge.columns import Column
from daemon.config import load_settings
from daemon.domain.plan import Target
from daemon.parts import StoppedError, Trigger

# The first fill, and nothing to do.


def test_the_first_cycle_fills_the_sheet_with_one_row_per_sku(market, house):
    rows = house.rows()
    assert sorted(rows) == sorted(market.skus())
    for shown in market.listings():
        row = rows[shown["seller_sku"]]
        assert (row[Column.STOCK], row[Column.PRICE], row[Column.STATUS]) == (
            shown["quantity"],
            shown["price"],
            "Aktif",
        )
        assert row[Column.PRODUCT]
        assert row[Column.ADJUSTMENT] is row[Column.COUNT] is row[Column.NOTE] is None


def test_an_english_house_speaks_english(market, open_house):
    house = open_house(language="en")
    assert {row[Column.STATUS] for row in house.rows().values()} == {"Active"}


def test_stock_that_stood_in_the_sheet_before_the_first_cycle_is_used_only_after_a_yes(market, sku, other, open_house):
    house = open_house(is_filled=False)
    with house.editing() as (sheet, _at):
        sheet.append([sku, "Kopi saya", 55_000, 9])
        sheet.append([other, "Barang lain", 80_000, 40])
    result = house.cycle()
    assert [(entry.sku, entry.reason.code) for entry in result.plan.held] == [(sku, "stock.differs_at_start")]
    assert (market.stock(sku), house.stock(sku)) == ((12, 12), 9)
    assert sorted(house.rows()) == sorted(market.skus())
    assert house.row(sku)[Column.PRODUCT] == "Kopi saya"
    house.types(sku, note=None)
    house.cycle()
    house.cycle()
    assert (market.stock(sku), house.stock(sku), house.done(sku)) == ((9, 9), 9, "stok 9")


def test_a_quiet_cycle_writes_nothing_anywhere(house):
    before, state = house.workbook.read_bytes(), house.workbook.stat()
    paths, result = house.calls_during(house.cycle)
    assert (result.plan.is_quiet, result.is_complete, result.rows_written) == (True, True, 0)
    assert (house.workbook.read_bytes(), house.workbook.stat().st_mtime_ns) == (before, state.st_mtime_ns)
    assert paths
    assert not writes_in(paths)


def test_a_save_is_answered_without_reading_the_catalogue_and_a_command_reads_it(sku, house):
    house.types(sku, stock=15)
    paths, _ = house.calls_during(house.save_cycle)
    assert writes_in(paths)
    assert not [path for path in paths if path.endswith("/products/search")]
    paths, _ = house.calls_during(house.cycle)
    assert [path for path in paths if path.endswith("/products/search")]


# Stock.


def test_typed_stock_is_a_difference_so_22_over_12_with_3_sold_is_19_everywhere(market, sku, house):
    market.order(sku, 3)
    house.types(sku, stock=22)
    house.save_cycle()
    assert house.stock(sku) == 19
    assert market.stock(sku) == (19, 19)
    assert sorted(house.movements(sku)) == [("order", -1)] * 3 + [("sheet_edit", 10)]


def test_plus_minus_is_added_once_and_cleared(market, sku, house):
    house.types(sku, adjustment=-5)
    house.save_cycle()
    assert (house.stock(sku), house.row(sku)[Column.ADJUSTMENT]) == (7, None)
    house.cycle()
    assert market.stock(sku) == (7, 7)
    assert house.movements(sku) == [("adjustment", -5)]


def test_the_same_plus_minus_typed_again_is_added_again(market, sku, house):
    for _ in range(2):
        house.types(sku, adjustment=4)
        house.save_cycle()
    assert market.stock(sku) == (20, 20)


def test_a_count_leaves_the_reserved_units_on_the_shelf(market, sku, house):
    market.order(sku, 2)
    house.cycle()
    house.types(sku, count=30)
    house.save_cycle()
    assert market.stock(sku) == (28, 28)
    assert (house.stock(sku), house.row(sku)[Column.COUNT]) == (28, None)


def test_an_order_in_one_shop_lowers_the_other(market, sku, house):
    market.order(sku, 2, at=1)
    house.cycle()
    assert market.stock(sku) == (10, 10)
    assert house.stock(sku) == 10


def test_orders_in_both_shops_at_once_both_count(market, sku, house):
    market.order(sku, 2, at=0)
    market.order(sku, 3, at=1, platform="TOKOPEDIA")
    house.cycle()
    assert market.stock(sku) == (7, 7)
    assert house.stock(sku) == 7
    assert house.movements(sku) == [("order", -1)] * 5


def test_a_cancelled_order_gives_its_units_back_once(market, sku, house):
    order = market.order(sku, 4)
    house.cycle()
    market.cancel(order)
    for _ in range(3):
        house.cycle()
        house.settle()
    assert market.stock(sku) == (12, 12)
    assert house.stock(sku) == 12
    assert house.movements(sku) == [("order", -1)] * 4 + [("cancel", 1)] * 4


def test_an_order_placed_and_cancelled_between_two_cycles_changes_nothing(market, sku, house):
    market.cancel(market.order(sku, 4))
    for _ in range(2):
        house.cycle()
        house.settle()
    assert market.stock(sku) == (12, 12)
    assert house.stock(sku) == 12


def test_selling_everything_shows_zero_and_typing_more_sells_again(market, sku, house):
    market.order(sku, 12)
    house.cycle()
    assert (market.stock(sku), house.stock(sku)) == ((0, 0), 0)
    house.types(sku, stock=6)
    house.save_cycle()
    assert (market.stock(sku), house.stock(sku)) == ((6, 6), 6)


def without_stock_in_the_second_shop(text):
    head, _, tail = text.rpartition("sync: update")
    return f"{head}sync: off{tail}"


def test_a_shop_with_stock_off_is_never_sent_stock(market, sku, open_house):
    house = open_house(change=without_stock_in_the_second_shop)
    house.types(sku, stock=22)
    paths, _ = house.calls_during(house.save_cycle)
    assert market.stock(sku) == (22, 12)
    assert len(writes_in(paths)) == 1
    assert house.outbox() == []


def test_stock_that_waits_for_a_shop_is_not_sent_after_it_was_switched_off(market, sku, house):
    house.types(sku, stock=22)
    market.trouble("/inventory/search", "status_500", times=99)
    house.save_cycle()
    assert house.outbox() == ["pending"] * 2
    market.peace()
    house.settings.path.write_text(without_stock_in_the_second_shop(house.settings.path.read_text()))
    with opened(load_settings(house.settings.path), market) as changed:
        changed.cycle()
        assert market.stock(sku) == (22, 12)


# Somebody edits in Seller Center.


def test_a_seller_center_edit_is_taken_over_once_it_stood_for_the_lag(market, sku, house):
    market.edit(sku, at=0, quantity=30)
    assert house.cycle().look_again is not None
    assert (house.stock(sku), market.stock(sku)[1]) == (12, 12)
    house.settle()
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (30, (30, 30))
    assert house.movements(sku) == [("marketplace_edit", 18)]


def test_a_seller_center_edit_is_set_back_where_the_settings_say_overwrite(market, sku, open_house):
    house = open_house(
        change=lambda text: text.replace("{sync: update}", "{sync: update, marketplace_edit: overwrite}")
    )
    market.edit(sku, at=0, quantity=30)
    house.cycle()
    house.settle()
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (12, (12, 12))
    assert house.movements(sku) == []


def test_an_order_is_never_taken_for_a_seller_center_edit(market, sku, house):
    market.edit(sku, at=0, quantity=9)
    house.cycle()
    market.order(sku, 1)
    for _ in range(2):
        house.cycle()
        house.settle()
    assert (house.stock(sku), market.stock(sku)) == (8, (8, 8))
    assert sorted(house.movements(sku)) == [("marketplace_edit", -3), ("order", -1)]


def test_a_rise_waits_for_a_seller_center_edit_that_it_would_overwrite(market, sku, house):
    market.edit(sku, at=0, quantity=30)
    house.types(sku, stock=15)
    result = house.save_cycle()
    assert (market.stock(sku), result.look_again is not None) == ((30, 15), True)
    for _ in range(3):
        house.cycle()
        house.settle()
    assert (house.stock(sku), market.stock(sku)) == (33, (33, 33))
    assert sorted(house.movements(sku)) == [("marketplace_edit", 18), ("sheet_edit", 3)]


# Prices.


def test_a_typed_price_reaches_every_shop(market, sku, house):
    house.types(sku, price=61_500)
    house.save_cycle()
    assert market.price(sku) == (61_500, 61_500)
    assert house.cycle().plan.is_quiet


def test_a_price_changed_in_one_shop_reaches_the_sheet_and_the_other_shop(market, sku, house):
    market.edit(sku, at=1, price=48_000)
    house.cycle()
    assert house.price(sku) == 48_000
    assert market.price(sku) == (48_000, 48_000)


@pytest.fixture
def conflict(market, sku, house):
    """Sheet and toko-1 changed the same price to different values."""
    market.edit(sku, at=0, price=48_000)
    house.types(sku, price=61_500)
    house.cycle()
    return house


def test_a_price_changed_on_both_sides_is_not_sent_and_the_row_says_so(market, sku, conflict):
    assert market.price(sku)[0] == 48_000
    assert conflict.price(sku) == 61_500
    assert "48.000" in conflict.note(sku)
    assert "61.500" in conflict.note(sku)
    assert not conflict.cycle().is_complete
    assert market.price(sku)[0] == 48_000


def test_a_conflict_is_answered_by_typing_the_right_price(market, sku, conflict):
    conflict.types(sku, price=59_000)
    conflict.cycle()
    conflict.cycle()
    assert market.price(sku) == (59_000, 59_000)
    assert (conflict.price(sku), conflict.done(sku)) == (59_000, "Rp 61.500 → Rp 59.000")


def test_a_conflict_is_answered_for_the_shop_by_emptying_the_price(market, sku, conflict):
    conflict.types(sku, price=None)
    conflict.cycle()
    conflict.cycle()
    assert market.price(sku) == (48_000, 48_000)
    assert (conflict.price(sku), conflict.note(sku)) == (48_000, None)


def test_a_conflict_is_answered_for_the_sheet_by_deleting_the_note(market, sku, conflict):
    conflict.types(sku, note=None)
    conflict.cycle()
    conflict.cycle()
    assert market.price(sku) == (61_500, 61_500)
    assert (conflict.price(sku), conflict.done(sku)) == (61_500, "Rp 61.500")


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [("sheet", (61_500, "Rp 55.000 → Rp 61.500")), ("shop", (48_000, None))],
)
def test_a_conflict_is_settled_by_policy_where_the_settings_name_one(market, sku, open_house, policy, outcome):
    house = open_house(change=lambda text: text.replace("    lag:", f"    price: {{conflict: {policy}}}\n    lag:"))
    market.edit(sku, at=0, price=48_000)
    house.types(sku, price=61_500)
    house.cycle()
    house.cycle()
    assert market.price(sku) == (outcome[0], outcome[0])
    assert (house.price(sku), house.done(sku)) == outcome


def test_a_price_edited_in_the_shop_after_the_sweep_is_not_overwritten_unseen(market, sku, house):
    house.cycle()
    market.edit(sku, at=0, price=48_000)
    house.types(sku, price=61_500)
    assert house.save_cycle().look_again is not None
    assert market.price(sku) == (48_000, 61_500)
    house.cycle()
    assert "48.000" in house.note(sku)


# Rows that cannot speak.


def test_a_row_without_listing_is_reported_and_nothing_is_created(market, house):
    with house.editing() as (sheet, _at):
        sheet.append(["BARU-1", "Barang baru", 10_000, 5])
    before = len(market.listings())
    result = house.cycle()
    assert [entry.reason.code for entry in result.plan.held] == ["row.no_listing"]
    assert (house.row("BARU-1")[Column.STATUS], len(market.listings())) == ("Ditahan", before)
    assert "BARU-1" in house.note("BARU-1")
    assert house.row("BARU-1")[Column.STOCK] == 5


def test_a_deleted_row_changes_nothing_and_is_reported(market, sku, house):
    with house.editing() as (sheet, at):
        sheet.delete_rows(number_of(sheet, at, sku))
    paths, result = house.calls_during(house.cycle)
    assert not writes_in(paths)
    assert [(entry.sku, entry.reason.code) for entry in result.plan.held] == [(sku, "row.missing")]
    assert market.stock(sku) == (12, 12)
    assert sku not in house.rows()


def test_a_deleted_row_typed_in_again_works_again(market, sku, house):
    with house.editing() as (sheet, at):
        sheet.delete_rows(number_of(sheet, at, sku))
    house.cycle()
    with house.editing() as (sheet, _at):
        sheet.append([sku])
    house.cycle()
    assert house.stock(sku) == 12
    house.types(sku, stock=15)
    house.cycle()
    assert market.stock(sku) == (15, 15)


def test_an_emptied_stock_is_no_change_and_is_filled_again(market, sku, house):
    house.types(sku, stock=None)
    house.save_cycle()
    assert (house.stock(sku), market.stock(sku)) == (12, (12, 12))
    assert house.movements(sku) == []


def test_a_repeated_sku_holds_both_rows_and_the_others_go_on(market, sku, other, house):
    with house.editing() as (sheet, at):
        sheet.append([sku, "Salinan", 55_000, 99])
        sheet.cell(number_of(sheet, at, other), at[Column.STOCK]).value = 41
    result = house.cycle()
    held = [entry for entry in result.plan.held if entry.reason.code == "row.duplicate_sku"]
    assert len({entry.row for entry in held}) == 2
    assert (market.stock(sku), market.stock(other)) == ((12, 12), (41, 41))
    with house.editing() as (sheet, at):
        rows = [row for row in sheet.iter_rows(min_row=2) if row[at[Column.SKU] - 1].value == sku]
        assert all(sku in row[at[Column.NOTE] - 1].value for row in rows)
        assert len(rows) == 2
        sheet.delete_rows(rows[1][0].row)
    house.cycle()
    assert (house.note(sku), house.row(sku)[Column.STATUS]) == (None, "Aktif")


def test_a_formula_without_a_result_holds_its_cell_and_the_others_are_written(market, sku, other, house):
    with house.editing() as (sheet, at):
        sheet.cell(number_of(sheet, at, sku), at[Column.STOCK]).value = "=10+2"
    market.order(sku)
    market.order(other)
    result = house.cycle()
    assert [(entry.sku, entry.reason.code) for entry in result.plan.held] == [(sku, "cell.formula_without_value")]
    assert (market.stock(sku), market.stock(other), house.stock(other)) == ((11, 11), (39, 39), 39)
    assert house.stock(sku) == "=10+2"
    assert house.note(sku).startswith("Selaras:")


def test_a_formula_is_never_overwritten_and_the_other_rows_are_written(market, sku, other, house):
    with house.editing() as (sheet, at):
        sheet.cell(number_of(sheet, at, sku), at[Column.STOCK]).value = "=10+4"
    give_results(house.workbook, "14")
    market.order(other)
    assert house.cycle().is_complete
    assert market.stock(sku) == (14, 14)
    market.order(sku)
    market.order(other)
    result = house.cycle()
    assert [problem.code for problem in result.problems] == ["workbook.target_formula"]
    assert (market.stock(sku), market.stock(other), house.stock(other)) == ((13, 13), (38, 38), 38)
    assert house.stock(sku) == "=10+4"


def test_a_formula_in_one_cell_does_not_keep_the_other_cells_of_its_row_from_being_written(market, sku, house):
    with house.editing() as (sheet, at):
        sheet.cell(number_of(sheet, at, sku), at[Column.PRICE]).value = "=50000+5000"
    give_results(house.workbook, "55000")
    market.edit(sku, at=0, price=60_000)
    market.order(sku)
    result = house.cycle()
    assert [problem.code for problem in result.problems] == ["workbook.target_formula"]
    assert (house.stock(sku), house.price(sku), market.price(sku)) == (11, "=50000+5000", (60_000, 60_000))


def test_a_total_below_the_goods_keeps_new_rows_out_and_the_others_are_written(market, sku, other, open_house):
    house = open_house(is_filled=False)
    with house.editing() as (sheet, _at):
        sheet.append([sku, "Kopi saya", 55_000, None])
        sheet.cell(sheet.max_row + 1, 10).value = "Total"
    result = house.cycle()
    assert [problem.code for problem in result.problems] == ["workbook.content_below"]
    assert (list(house.rows()), house.stock(sku)) == ([sku], 12)


def test_new_rows_are_not_added_below_a_row_that_is_called_total(market, sku, other, open_house):
    house = open_house(is_filled=False)
    with house.editing() as (sheet, _at):
        sheet.append([sku, "Kopi saya", 55_000, None])
        sheet.append(["TOTAL", None, None, 12])
    result = house.cycle()
    assert [problem.code for problem in result.problems] == ["workbook.content_below"]
    assert list(house.rows()) == [sku, "TOTAL"]


def give_results(workbook, result):
    """Let the formulas have a result, as an office program would have saved it."""
    with zipfile.ZipFile(workbook) as before:
        parts = {name: before.read(name) for name in before.namelist()}
    saved = BytesIO()
    with zipfile.ZipFile(saved, "w") as after:
        for name, content in parts.items():
            after.writestr(name, re.sub(rb"</f><v ?/>|</f><v></v>", b"</f><v>%s</v>" % result.encode(), content))
    workbook.write_bytes(saved.getvalue())


def test_a_note_of_the_sellers_own_is_never_touched(market, sku, house):
    house.types(sku, note="pesan ke Bu Rina")
    market.edit(sku, at=0, price=48_000)
    house.types(sku, price=61_500)
    result = house.cycle()
    assert [entry.reason.code for entry in result.plan.held] == ["price.conflict"]
    assert house.note(sku) == "pesan ke Bu Rina"
    assert house.row(sku)[Column.STATUS] == "Ditahan"


# The file itself.


def test_a_missing_workbook_stops_nothing_else(market, sku, house):
    away = house.workbook.with_name("disimpan.xlsx")
    house.workbook.rename(away)
    market.order(sku, 2)
    result = house.cycle()
    assert [problem.code for problem in result.problems] == ["workbook.missing"]
    assert market.stock(sku) == (10, 10)
    assert not house.workbook.exists()
    away.rename(house.workbook)
    house.cycle()
    assert house.stock(sku) == 10


def test_a_damaged_workbook_stops_nothing_else_and_is_left_alone(market, sku, house):
    good = house.workbook.read_bytes()
    damaged = good[: len(good) // 2]
    house.workbook.write_bytes(damaged)
    os.utime(house.workbook, (0, 0))  # nobody is saving it just now
    market.order(sku, 2)
    result = house.cycle()
    assert [problem.code for problem in result.problems] == ["workbook.truncated"]
    assert market.stock(sku) == (10, 10)
    assert house.workbook.read_bytes() == damaged
    house.workbook.write_bytes(good)
    house.cycle()
    assert house.stock(sku) == 10


def test_an_open_workbook_is_read_at_once_and_written_after_it_is_closed(market, sku, house):
    house.types(sku, adjustment=10)
    market.order(sku, 3)
    lock = house.workbook.with_name(f".~lock.{house.workbook.name}#")
    lock.write_text(",sari,laptop,,;")
    before = house.workbook.read_bytes()
    result = house.save_cycle()
    assert result.is_postponed
    assert [(problem.code, problem.params["who"]) for problem in result.problems] == [("workbook.open", "sari")]
    assert market.stock(sku) == (19, 19)
    assert house.workbook.read_bytes() == before
    assert house.cycle().is_postponed
    lock.unlink()
    house.save_cycle()
    assert (house.stock(sku), house.row(sku)[Column.ADJUSTMENT]) == (19, None)
    assert market.stock(sku) == (19, 19)


def test_a_save_that_lands_before_our_write_is_kept_and_merged(market, sku, other, house):
    def sneak(_hash):
        with house.editing() as (sheet, at):
            sheet.cell(number_of(sheet, at, other), at[Column.STOCK]).value = 45

    market.order(sku, 1)
    house.parts = with_own_write(house.parts, sneak)
    assert house.cycle().is_postponed
    house.parts = with_own_write(house.parts, lambda _hash: None)
    house.save_cycle()
    assert (house.stock(sku), house.stock(other)) == (11, 45)
    assert (market.stock(sku), market.stock(other)) == ((11, 11), (45, 45))


def test_once_the_end_is_asked_for_what_is_only_read_is_dropped(sku, house):
    house.types(sku, stock=22)
    house.parts.stopping.set()
    with pytest.raises(StoppedError):
        house.save_cycle()
    assert house.outbox() == []
    house.parts.stopping.clear()
    house.save_cycle()
    assert house.movements(sku) == [("sheet_edit", 10)]


def test_once_the_end_is_asked_for_nothing_new_is_sent_and_nothing_is_lost(market, sku, house):
    house.types(sku, stock=22, price=61_500)

    def end(event, *_):
        if event in {each.value for each in Target}:
            house.parts.stopping.set()

    house.parts = replace(house.parts, progress=end)
    paths, _ = house.calls_during(house.save_cycle)
    assert not writes_in(paths)
    assert house.outbox() == ["pending"] * 4
    house.parts = replace(house.parts, progress=lambda *_: None, stopping=asyncio.Event())
    house.cycle()
    assert (market.stock(sku), market.price(sku)) == ((22, 22), (61_500, 61_500))
    assert house.outbox() == []


# Showing without doing.


def test_a_preview_shows_what_the_next_cycle_does_and_changes_nothing(market, sku, other, house):
    market.order(sku, 2)
    house.types_all({sku: {"stock": 20}, other: {"price": 91_000}})
    house.clock.move(60 - house.clock.moment.second)  # notes tell the minute: both must fall into the same one
    file, tables, listings = house.workbook.read_bytes(), counts(house), market.listings()
    paths, (plan, errors, problems) = house.calls_during(house.preview)
    assert (errors, problems) == ([], ())
    assert (house.workbook.read_bytes(), counts(house), market.listings()) == (file, tables, listings)
    assert not writes_in(paths)
    result = house.cycle()
    assert (plan.movements, plan.commands, plan.rows) == (
        result.plan.movements,
        result.plan.commands,
        result.plan.rows,
    )
    assert len(plan.commands) == 4


def test_a_shop_that_a_preview_met_first_is_known_after_the_cycle(open_house):
    house = open_house(is_filled=False)
    house.preview()
    assert counts(house)["shops"] == [(0,)]
    house.cycle()
    assert house.query("SELECT count(*) FROM shops WHERE shop_id IS NOT NULL") == [(2,)]


def test_another_account_under_the_name_of_a_known_shop_is_refused(market, sku, house):
    with house.parts.mirror.transaction() as tx:
        tx.exec_driver_sql("UPDATE shops SET shop_id = 'lain' WHERE name = ?", (market.shops[0],))
    market.order(sku, 2)
    house.types(sku, stock=22)
    with opened(house.settings, market) as mistaken:
        for _ in range(2):
            result = mistaken.cycle()
            assert [(shop, error.message.code) for shop, error in result.errors][:1] == [
                (market.shops[0], "shop.other_account")
            ]
    assert market.stock(sku)[0] == 10


@pytest.mark.parametrize("known", [0, 1, 2])
def test_one_account_is_not_read_under_two_names(market, sku, open_house, known):
    house = open_house(is_filled=False)
    if known:
        house.cycle()
    one, twice = market.shops
    config = house.settings.path
    first, second = re.findall(r"shop_cipher: (\S+)", config.read_text())
    config.write_text(config.read_text().replace(second, first))
    keys = house.settings.state_folder / "tokens"
    (keys / f"{twice}.json").write_bytes((keys / f"{one}.json").read_bytes())
    with house.parts.mirror.transaction() as tx:
        (account,) = tx.exec_driver_sql("SELECT shop_id FROM shops WHERE name = ?", (one,)).one() if known else (None,)
        tx.exec_driver_sql("UPDATE shops SET shop_id = ? WHERE name = ?", (account if known == 2 else None, twice))
    with opened(load_settings(config), market) as doubled:
        before = market.stock(sku)
        result = doubled.cycle()
        ((shop, error),) = result.errors
        assert error.message.code == "shop.two_names"
        assert shop == twice or not known  # of two new names, the one that answers first is the account's
        assert market.stock(sku) == before


def test_what_a_trigger_reads_is_written_down(house):
    house.cycle(Trigger.SIGNAL)
    assert house.query("SELECT trigger, outcome FROM cycles ORDER BY id") == [("command", "done"), ("signal", "done")]


def number_of(sheet, at, sku):
    return next(row[0].row for row in sheet.iter_rows() if row[at[Column.SKU] - 1].value == sku)


def counts(house):
    tables = [name for (name,) in house.query("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {table: house.query(f"SELECT count(*) FROM {table}") for table in tables}


def with_own_write(parts, react):
    return replace(parts, own_write=react)


def test_goods_that_are_on_sale_in_some_shops_only_are_called_so(market, sku, house):
    market.edit(sku, at=1, status="SELLER_DEACTIVATED")
    house.cycle()
    assert house.row(sku)[Column.STATUS] == "Aktif sebagian"
    house.settle()
    assert house.cycle().plan.is_quiet
    market.edit(sku, at=1, status="ACTIVATE")
    house.cycle()
    assert house.row(sku)[Column.STATUS] == "Aktif"
