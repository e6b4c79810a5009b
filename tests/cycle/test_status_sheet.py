"""The seller is told inside the workbook, and answers there."""

import shutil
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest
from cycle.house import MORNING
from openpyxl import load_workbook

from bridge.columns import Column
from bridge.folder.files import excel_lock
from daemon.domain.messages import message
from daemon.domain.plan import Held, Nameless, Plan
from daemon.domain.rows import Field
from daemon.domain.values import Sku
from daemon.first_lines import MOST_IN_SHEET
from daemon.status_sheet import page_of
from daemon.texts import Texts

TYPED, SHOWN = 61_500, 48_000


def told(house):
    """The sheet ``Selaras``: its state, and its lines by SKU, of several the question, which comes first."""
    rows = list(load_workbook(house.workbook)["Selaras"].iter_rows(max_col=7, values_only=True))
    return rows[0][0], {row[1]: row for row in reversed(rows[4:]) if any(row)}


def choose(house, sku, words, shop=""):
    """The seller picks from the choice list of the goods, in a line about that shop if one is named, and saves."""
    with house.editing() as (sheet, _at):
        for line in sheet.parent["Selaras"].iter_rows(min_row=5):
            if line[1].value == sku and shop in line[0].value:
                line[6].value = words


@contextmanager
def open_in_office(house):
    """Excel has the workbook open: what is saved is read, and nothing can be written."""
    lock = excel_lock(house.workbook)
    lock.write_bytes(b"\x04Sari")
    yield
    lock.unlink()


def make_conflict(market, sku, house):
    market.edit(sku, at=0, price=SHOWN)
    house.types(sku, price=TYPED)
    house.cycle()


@pytest.fixture
def conflict(market, sku, house):
    make_conflict(market, sku, house)
    return house


@pytest.fixture
def differing(sku, open_house):
    """9 stood in the sheet before the first cycle, 12 in the shops."""
    house = open_house(is_filled=False)
    with house.editing() as (sheet, _at):
        sheet.append([sku, "Kopi saya", 55_000, 9])
    house.cycle()
    return house


# What is told


def test_all_in_step_is_told_once(house):
    assert told(house) == ("Semua selaras", {})
    before = house.workbook.read_bytes()
    house.settle()
    house.cycle()
    house.settle(24 * 3600)
    house.cycle()
    assert house.workbook.read_bytes() == before


def test_the_time_of_the_last_write_is_told_in_the_sellers_zone(market, sku, house):
    house.settle(3600)
    market.order(sku, 1)
    house.cycle()
    at = house.parts.texts.moment(house.clock.now(), ZoneInfo("Asia/Jakarta"))
    assert load_workbook(house.workbook)["Selaras"]["A2"].value == f"Terakhir ditulis Selaras: {at} WIB"


def test_a_conflict_stands_in_the_sheet_with_both_numbers_and_goes_when_it_is_over(market, sku, conflict):
    state, lines = told(conflict)
    assert (state, list(lines)) == ("Ditahan: 1", [sku])
    what, _sku, row, here, shown, reason, choice = lines[sku]
    assert (what, here, shown, choice) == (f"Harga ({market.shops[0]})", TYPED, SHOWN, None)
    assert conflict.note(sku) == f"Selaras: {reason}"
    assert load_workbook(conflict.workbook)["Stok"].cell(row, 1).value == sku
    conflict.types(sku, price=59_000)
    conflict.cycle()
    conflict.cycle()
    assert told(conflict) == ("Semua selaras", {})


def test_a_missing_row_is_told_without_a_choice(sku, house):
    with house.editing() as (sheet, _at):
        sheet.delete_rows(next(row for row in range(2, 9) if sheet.cell(row, 1).value == sku))
    house.cycle()
    state, lines = told(house)
    assert (state, lines[sku][6]) == ("Ditahan: 1", "–")


def test_what_a_shop_that_cannot_be_reached_has_not_got_yet_is_told_until_it_has(market, sku, house):
    market.trouble("", "drop_before", times=1000)
    house.types(sku, stock=22)
    house.cycle()
    state, lines = told(house)
    assert (state, lines[sku][0], lines[sku][3]) == ("Menunggu dikirim: 2", "Stok", 22)
    market.peace()
    house.cycle()
    assert (market.stock(sku), told(house)) == ((22, 22), ("Semua selaras", {}))


def test_a_workbook_without_the_sheet_is_given_none(market, sku, house):
    book = load_workbook(house.workbook)
    del book["Selaras"]
    book.save(house.workbook)
    house.cycle()
    make_conflict(market, sku, house)
    assert load_workbook(house.workbook).sheetnames == book.sheetnames
    before = house.workbook.read_bytes()
    house.cycle()
    assert house.workbook.read_bytes() == before


# What is done


def test_what_became_of_a_typed_stock_is_told_however_long_the_workbook_stays_open(market, sku, house):
    with open_in_office(house):
        market.order(sku, 3)
        house.types(sku, stock=22)
        assert house.cycle().is_postponed
        house.types(sku, price=60_000)
        assert house.cycle().is_postponed
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (19, (19, 19))
    note = "12 → 19, 3 terjual selagi Anda mengetik; Rp 55.000 → Rp 60.000"
    assert house.done(sku) == note
    before = house.workbook.read_bytes()
    house.cycle()
    assert house.workbook.read_bytes() == before
    market.order(sku, 1)
    house.cycle()
    assert (house.stock(sku), house.note(sku)) == (18, None)


def test_what_is_done_says_when_by_the_shops_clocks(sku, house):
    house.types(sku, stock=22)
    house.cycle()
    when = house.clock.moment.astimezone(house.settings.timezone)
    assert house.note(sku) == f"Selaras: ✓ {when:%-d %b %H.%M}: 12 → 22"


def test_what_a_conflicted_copy_brought_is_told_in_the_row(market, sku, house):
    copy = house.workbook.with_name("toko (Sari's conflicted copy 2026-03-10).xlsx")
    before = house.workbook.read_bytes()
    house.types(sku, stock=22)
    copy.write_bytes(house.workbook.read_bytes())
    house.workbook.write_bytes(before)
    house.cycle()
    assert (market.stock(sku), house.stock(sku), house.done(sku)) == ((22, 22), 22, "12 → 22")


def test_english_notes_and_lines(market, sku, open_house):
    house = open_house(language="en")
    market.order(sku, 3)
    house.types(sku, stock=22)
    house.cycle()
    assert house.done(sku) == "12 → 19, 3 sold while you typed"
    assert told(house) == ("All in step", {})


# What is chosen


@pytest.mark.parametrize(("words", "price"), [("pakai toko", SHOWN), ("pakai sheet", TYPED)])
def test_a_conflict_is_decided_by_the_choice_list(market, sku, conflict, words, price):
    choose(conflict, sku, words)
    conflict.cycle()
    conflict.cycle()
    assert market.price(sku) == (price, price)
    assert conflict.price(sku) == price
    assert told(conflict) == ("Semua selaras", {})


@pytest.mark.parametrize(("words", "stock"), [("pakai sheet", 9), ("pakai toko", 12), ("jumlahkan", 21)])
def test_a_stock_that_differs_at_the_start_is_decided_by_the_choice_list(market, sku, differing, words, stock):
    choose(differing, sku, words)
    differing.cycle()
    differing.cycle()
    assert (market.stock(sku), differing.stock(sku)) == ((stock, stock), stock)
    assert differing.done(sku) == f"stok {stock}"
    assert told(differing) == ("Semua selaras", {})


@pytest.mark.parametrize(("words", "stock"), [("pakai toko", 12), ("pakai sheet", 50_000)])
def test_a_big_step_that_was_decided_is_told_with_the_number_that_holds(market, sku, house, words, stock):
    house.types(sku, stock=50_000)
    house.save_cycle()
    choose(house, sku, words)
    house.save_cycle()
    assert (market.stock(sku), house.stock(sku)) == ((stock, stock), stock)
    assert house.done(sku) == ("stok 12" if stock == 12 else "12 → 50.000")


def test_a_choice_made_while_the_workbook_stays_open_counts_once(market, sku, differing):
    with open_in_office(differing):
        choose(differing, sku, "jumlahkan")
        for _ in range(3):
            differing.cycle()
        differing.types(sku, note=None)
        differing.cycle()
    differing.cycle()
    assert (market.stock(sku), differing.stock(sku)) == ((21, 21), 21)


def test_a_stale_copy_with_a_choice_in_it_decides_no_later_question(market, sku, conflict, tmp_path):
    choose(conflict, sku, "pakai sheet")
    shutil.copy2(conflict.workbook, tmp_path / "laptop.xlsx")
    conflict.cycle()
    conflict.cycle()
    assert market.price(sku) == (61_500, 61_500)
    market.edit(sku, at=0, price=45_000)
    conflict.types(sku, price=70_000)
    conflict.cycle()
    shutil.copy2(tmp_path / "laptop.xlsx", conflict.workbook)
    conflict.cycle()
    conflict.cycle()
    assert market.price(sku)[0] == 45_000


def test_a_choice_that_answers_nothing_is_named_and_taken_out_again(market, sku, conflict):
    choose(conflict, sku, "jumlahkan")
    conflict.cycle()
    _state, lines = told(conflict)
    assert (lines[sku][6], market.price(sku)[0]) == (None, 48_000)
    assert conflict.row(sku)[Column.STATUS] == "Ditahan"
    assert "`jumlahkan`" in conflict.note(sku)
    assert "pakai sheet atau pakai toko" in conflict.note(sku)


def test_words_for_goods_that_ask_nothing_are_not_told_to_be_another_choice(market, sku, house):
    house.types(sku, stock=1)
    house.save_cycle()
    for shop in range(2):
        market.order(sku, 1, at=shop)
    house.cycle()
    choose(house, sku, "sudah dicek")
    house.save_cycle()
    assert "`sudah dicek`" in house.note(sku)
    assert "pakai toko" not in house.note(sku)


def test_words_beside_a_number_that_is_typed_and_taken_are_over_with_the_question(sku, conflict):
    choose(conflict, sku, "59 ribu saja")
    conflict.types(sku, price=59_000)
    assert conflict.save_cycle().is_complete
    assert conflict.price(sku) == 59_000


# The page of a plan


def page(plan, *waiting):
    return page_of(plan, waiting, Texts("id"), now=MORNING, zone=ZoneInfo("Asia/Jakarta"))


def held(code, sku="KOPI", row=2, **params):
    return Held(Sku(sku), row, Field.PRICE, message(code, **params))


def test_questions_come_first_and_the_same_thing_is_told_once():
    oversold = held("stock.oversold", "AAA", units=2)
    question = held("price.unseen", "ZZZ", typed=TYPED, shown=SHOWN)
    lines = page(Plan(held=(oversold, question, oversold))).lines
    assert [(line.sku, line.is_question, line.here, line.shown) for line in lines] == [
        ("ZZZ", True, TYPED, SHOWN),
        ("AAA", False, None, None),
    ]


def test_what_stands_in_no_row_cannot_be_chosen():
    (line,) = page(Plan(held=(held("price.conflict", row=None, shop="toko", typed=TYPED, shown=SHOWN),))).lines
    assert not line.is_question


def test_goods_of_a_shop_without_a_sku_are_told():
    told = page(Plan(nameless=(Nameless("toko-utama", "Gula aren"),)))
    (line,) = told.lines
    assert (told.state, line.what, line.sku) == ("Semua selaras", "Barang di toko", "")
    assert "Gula aren di toko-utama" in line.reason


def test_more_lines_than_anybody_reads_are_counted():
    lines = page(Plan(held=tuple(held("row.no_sku", row=row) for row in range(2, 1002)))).lines
    assert len(lines) == MOST_IN_SHEET + 1
    assert str(1000 - MOST_IN_SHEET) in lines[-1].reason


def test_of_a_file_that_is_stopped_only_that_is_told():
    told = page(Plan(is_scrambled=True))
    assert (told.state.startswith("Berhenti"), told.lines) == (True, None)
