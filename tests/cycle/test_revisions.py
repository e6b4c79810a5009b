"""Copies of the workbook that come back later, from other hands: nothing old overwrites, nothing typed is lost."""

import itertools
import math
import shutil
from dataclasses import replace

import pytest
from cycle.house import opened
from openpyxl import load_workbook

from bridge.columns import Column, mapped_columns
from bridge.read import read_table
from daemon.mirror import revisions

CONFLICTED = "toko (Sari's conflicted copy 2026-03-10).xlsx"


def edited(source, target, edits):
    """Somebody opens ``source``, types into it and saves it as ``target``."""
    book = load_workbook(source)
    sheet = book.worksheets[0]
    at = mapped_columns({cell.column: str(cell.value) for cell in sheet[1] if cell.value})
    for line in sheet.iter_rows(min_row=2):
        for name, value in edits.get(line[at[Column.SKU] - 1].value, {}).items():
            sheet.cell(line[0].row, at[Column(name)], value)
    temporary = target.with_name("sementara.tmp")
    book.save(temporary)
    temporary.replace(target)


@pytest.fixture
def laptop(tmp_path):
    return tmp_path / "laptop.xlsx"


def take_home(house, laptop):
    shutil.copy2(house.workbook, laptop)


def test_every_file_that_we_write_carries_the_next_revision(market, sku, house):
    first = read_table(house.workbook).mark
    market.order(sku, 1)
    house.cycle()
    second = read_table(house.workbook).mark
    assert second.workbook == first.workbook
    assert second.revision == first.revision + 1


def test_a_stale_copy_saved_over_a_newer_file_brings_no_sold_stock_back(market, sku, house, laptop):
    take_home(house, laptop)
    market.order(sku, 3)
    house.cycle()
    assert house.stock(sku) == 9
    shutil.copy2(laptop, house.workbook)
    house.save_cycle()
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (9, (9, 9))


def test_what_was_typed_into_a_stale_copy_counts_from_what_it_showed(market, sku, other, house, laptop):
    take_home(house, laptop)
    market.order(sku, 3)
    house.types(other, stock=35)
    house.cycle()
    edited(laptop, house.workbook, {sku: {"stock": 22}, other: {"price": 91_000}})
    house.save_cycle()
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (19, (19, 19))
    assert (house.stock(other), market.stock(other)) == (35, (35, 35))
    assert market.price(other) == (91_000, 91_000)


def test_a_stale_copy_that_stays_open_elsewhere_and_is_saved_again_counts_once(market, sku, other, house, laptop):
    take_home(house, laptop)
    market.order(sku, 3)
    house.cycle()
    for edits in ({sku: {"stock": 22}}, {sku: {"stock": 22}, other: {"stock": 50}}):
        edited(laptop, house.workbook, edits)
        house.save_cycle()
        house.cycle()
    assert (market.stock(sku), market.stock(other)) == ((19, 19), (50, 50))


@pytest.mark.parametrize(("order", "way"), list(itertools.product([(0, 1), (1, 0)], ["saved over", "conflicted"])))
def test_two_machines_end_in_the_same_numbers_whoever_comes_first(open_house, market, tmp_path, order, way):
    house, laptop = open_house(), tmp_path / "laptop.xlsx"
    sku, other = market.skus()[:2]
    take_home(house, laptop)
    edits = [{sku: {"stock": 22}}, {sku: {"stock": 15}, other: {"stock": 38}}]
    for turn, which in enumerate(order):
        target = (
            house.workbook if way == "saved over" else house.workbook.with_name(f"toko (conflicted copy {turn}).xlsx")
        )
        edited(laptop, target, edits[which])
        house.save_cycle()
        house.cycle()
    assert (market.stock(sku), market.stock(other)) == ((25, 25), (38, 38))
    assert (house.stock(sku), house.stock(other)) == (25, 38)


def test_a_conflicted_copy_is_merged_and_filed_away(market, sku, house, laptop):
    take_home(house, laptop)
    house.types(sku, stock=22)
    house.save_cycle()
    copy = house.workbook.with_name(CONFLICTED)
    edited(laptop, copy, {sku: {"stock": 10, "price": 56_000}})
    result = house.save_cycle()
    assert (market.stock(sku), market.price(sku)) == ((20, 20), (56_000, 56_000))
    assert not copy.exists()
    assert (house.workbook.parent / "Arsip Selaras" / CONFLICTED).exists()
    assert result.problems == ()


def test_a_conflicted_copy_with_something_unclear_stays_and_is_named(market, sku, other, house, laptop):
    take_home(house, laptop)
    copy = house.workbook.with_name(CONFLICTED)
    edited(laptop, copy, {sku: {"stock": 15}, other: {"stock": "banyak"}})
    for _ in range(2):
        result = house.save_cycle()
        assert [problem.code for problem in result.problems] == ["workbook.copy_unclear"]
    assert copy.exists()
    assert (market.stock(sku), market.stock(other)) == ((15, 15), (40, 40))
    copy.unlink()
    assert house.save_cycle().problems == ()


def test_an_open_file_that_is_saved_several_times_brings_each_edit_once(market, sku, house):
    lock = house.workbook.with_name(f".~lock.{house.workbook.name}#")
    lock.write_text(",Sari,laptop,10.03.2026 10:00,file:///profil;")
    for stock in (22, 25, 12):
        edited(house.workbook, house.workbook, {sku: {"stock": stock}})
        assert house.save_cycle().is_postponed
        assert market.stock(sku) == (stock, stock)
    market.order(sku, 2)
    edited(house.workbook, house.workbook, {sku: {"stock": 13}})
    house.save_cycle()
    lock.unlink()
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (11, (11, 11))


def test_a_file_without_a_mark_stops_everything_that_concerns_it(market, sku, house):
    book = load_workbook(house.workbook)
    book.custom_doc_props.props.clear()
    book.worksheets[0].cell(2, 4, 999)
    book.save(house.workbook)
    before = house.workbook.read_bytes()
    market.order(sku, 2)
    result = house.save_cycle()
    assert [problem.code for problem in result.problems] == ["workbook.unmarked"]
    assert (market.stock(sku), house.workbook.read_bytes()) == ((10, 10), before)


def test_the_workbook_of_another_house_is_a_different_file(market, sku, house):
    book = load_workbook(house.workbook)
    book.custom_doc_props["Selaras"].value = "lainlain/7"
    book.save(house.workbook)
    assert [problem.code for problem in house.save_cycle().problems] == ["workbook.foreign"]
    book.custom_doc_props["Selaras"].value = read_mark_text(house, 9_999)
    book.save(house.workbook)
    assert [problem.code for problem in house.save_cycle().problems] == ["workbook.too_old"]
    assert market.stock(sku) == (12, 12)


def test_a_house_without_records_does_not_begin_with_the_workbook_of_another(market, sku, house, tmp_path):
    house.types(sku, stock=999)
    before = house.workbook.read_bytes()
    second = replace(house.settings, state_folder=tmp_path / "lain")
    with opened(second, market) as other:
        assert [problem.code for problem in other.cycle().problems] == ["workbook.foreign"]
        assert (house.workbook.read_bytes(), market.stock(sku)) == (before, (12, 12))
    house.save_cycle()
    assert market.stock(sku) == (999, 999)


def read_mark_text(house, revision):
    ((workbook,),) = house.query("SELECT DISTINCT workbook FROM workbook_revisions")
    return f"{workbook}/{revision}"


def test_an_untouched_save_by_another_program_is_no_edit_and_no_reason_to_write(market, sku, house):
    with house.editing():
        pass
    before = house.workbook.read_bytes()
    result = house.save_cycle()
    assert result.plan.is_quiet
    assert house.workbook.read_bytes() == before


def test_a_strange_workbook_that_was_adopted_asks_about_its_rows_and_works_on(market, sku, other, house):
    book = load_workbook(house.workbook)
    book.custom_doc_props.props.clear()
    sheet = book.worksheets[0]
    at = mapped_columns({cell.column: str(cell.value) for cell in sheet[1] if cell.value})
    sheet.cell(next(line[0].row for line in sheet.iter_rows(min_row=2) if line[0].value == sku), at[Column.STOCK], 99)
    book.save(house.workbook)
    house.save_cycle()
    with house.parts.mirror.transaction() as tx:
        revisions.adopt(tx, read_table(house.workbook).content_hash, now=house.clock.now())
    result = house.cycle()
    assert [(entry.sku, entry.reason.code) for entry in result.plan.held] == [(sku, "stock.differs_at_start")]
    assert market.stock(sku) == (12, 12)
    assert read_table(house.workbook).mark is not None
    house.types_all({sku: {"stock": 20}, other: {"stock": 41}})
    house.cycle()
    assert (market.stock(sku), market.stock(other)) == ((20, 20), (41, 41))


def test_a_workbook_of_an_older_selaras_goes_on_without_a_question(market, sku, house):
    """A mirror from before revisions has agreed with the rows of a file that carries no mark."""
    book = load_workbook(house.workbook)
    book.custom_doc_props.props.clear()
    book.save(house.workbook)
    with house.parts.mirror.transaction() as tx:
        tx.exec_driver_sql("UPDATE workbook_revisions SET state = 'adopted' WHERE state = 'done'")
    edited(house.workbook, house.workbook, {sku: {"stock": 22}})
    result = house.save_cycle()
    assert (result.problems, market.stock(sku)) == ((), (22, 22))
    assert read_table(house.workbook).mark is not None


def test_the_same_edit_in_the_workbook_and_in_copies_read_together_counts_once(market, sku, house):
    edited(house.workbook, house.workbook, {sku: {"stock": 22, "adjustment": 5}})
    for name in ("toko (conflicted copy 1).xlsx", "toko (conflicted copy 2).xlsx"):
        shutil.copy2(house.workbook, house.workbook.with_name(name))
    house.save_cycle()
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (27, (27, 27))


def test_a_count_in_an_old_copy_is_not_taken_for_a_count_of_today(market, sku, house, laptop):
    take_home(house, laptop)
    market.order(sku, 3)
    house.cycle()
    edited(laptop, house.workbook.with_name(CONFLICTED), {sku: {"count": 12}})
    result = house.save_cycle()
    assert [problem.code for problem in result.problems] == ["workbook.copy_unclear"]
    assert market.stock(sku) == (9, 9)


def test_cells_that_cannot_be_written_do_not_make_a_new_file_in_every_cycle(market, sku, house):
    with house.editing() as (sheet, at):
        line = next(line for line in sheet.iter_rows(min_row=2) if line[0].value == sku)
        sheet.cell(line[0].row, at[Column.STOCK], "=6+6")
    market.order(sku, 2)
    house.cycle()
    before = house.workbook.read_bytes()
    for _ in range(3):
        house.cycle()
    assert house.workbook.read_bytes() == before


def test_a_scrambled_sheet_is_neither_read_nor_written(market, sku, other, house):
    for at, extra in enumerate(market.skus()[2:]):
        market.edit(extra, at=0, quantity=70 + at)
        market.edit(extra, at=1, quantity=70 + at)
    house.settle()
    house.cycle()
    house.settle()
    house.cycle()
    stocks = {sku: market.stock(sku) for sku in market.skus()}
    with house.editing() as (sheet, at):
        lines = list(sheet.iter_rows(min_row=2, max_row=sheet.max_row))
        codes = [line[0].value for line in lines]
        for line, code in zip(lines, [*codes[1:], codes[0]], strict=True):
            line[0].value = code
    before = house.rows()
    result = house.save_cycle()
    assert [entry.reason.code for entry in result.plan.held] == ["sheet.scrambled"]
    assert {sku: market.stock(sku) for sku in market.skus()} == stocks
    assert house.rows() == before


def csv_house(open_house):
    house = open_house(change=lambda text: text.replace("toko.xlsx", "toko.csv"), is_filled=False)
    house.workbook.write_text("SKU;Nama Produk;Harga;Stok;Keterangan\r\n", encoding="utf-8-sig")
    house.cycle()
    return house


def csv_stock(house, sku, typed=None):
    lines = [line.split(";") for line in house.workbook.read_text(encoding="utf-8-sig").splitlines()]
    line = next(line for line in lines if line[0] == sku)
    if typed is not None:
        line[3] = str(typed)
        house.workbook.write_text("\r\n".join(";".join(line) for line in lines) + "\r\n", encoding="utf-8-sig")
    return int(line[3])


def test_a_csv_workbook_is_filled_read_and_written(market, sku, open_house):
    house = csv_house(open_house)
    assert csv_stock(house, sku) == 12
    market.order(sku, 3)
    csv_stock(house, sku, 22)
    house.save_cycle()
    house.cycle()
    assert (csv_stock(house, sku), market.stock(sku)) == (19, (19, 19))


def test_a_number_typed_into_a_csv_again_counts_again(market, sku, open_house):
    house = csv_house(open_house)
    for typed in (10, 12, 10, 12):
        csv_stock(house, sku, typed)
        house.save_cycle()
        assert market.stock(sku) == (typed, typed)


def test_a_csv_that_stood_open_while_goods_were_sold_asks_before_it_brings_their_stock_back(
    market, sku, other, open_house
):
    house = csv_house(open_house)
    was_open = house.workbook.read_bytes()
    market.order(sku, 3)
    house.cycle()
    assert csv_stock(house, sku) == 9
    house.workbook.write_bytes(was_open)
    csv_stock(house, other, 41)
    for _ in range(2):
        result = house.save_cycle()
        assert [(held.sku, held.reason.code) for held in result.plan.held] == [(sku, "stock.differs_at_start")]
        assert (market.stock(sku), market.stock(other)) == ((9, 9), (41, 41))
    csv_stock(house, sku, 10)
    house.save_cycle()
    assert market.stock(sku) == (10, 10)


def test_a_number_typed_into_an_open_csv_before_an_order_is_not_taken_twice(market, sku, open_house):
    house = csv_house(open_house)
    csv_stock(house, sku, 20)
    house.save_cycle()
    typed = house.workbook.read_bytes()
    market.order(sku, 2)
    house.cycle()
    assert csv_stock(house, sku) == 18
    house.workbook.write_bytes(typed + b"\r\n")
    house.save_cycle()
    assert market.stock(sku) == (18, 18)


def test_an_old_price_in_an_open_csv_asks_before_it_replaces_one_of_the_shops(market, sku, open_house):
    house = csv_house(open_house)
    was_open, old = house.workbook.read_bytes(), market.price(sku)[0]
    for at in (0, 1):
        market.edit(sku, at=at, price=60_000)
    house.cycle()
    house.workbook.write_bytes(was_open)
    result = house.save_cycle()
    assert [held.reason.code for held in result.plan.held] == ["price.unseen"]
    assert old not in market.price(sku)


def test_a_conflicted_copy_of_a_csv_is_named_and_left_alone(market, sku, open_house):
    house = csv_house(open_house)
    copy = house.workbook.with_name("toko (conflicted copy).csv")
    shutil.copy2(house.workbook, copy)
    market.order(sku, 3)
    house.cycle()
    result = house.cycle()
    assert [problem.code for problem in result.problems] == ["workbook.copy_unmarked"]
    assert (copy.exists(), market.stock(sku)) == (True, (9, 9))


def test_a_copy_is_filed_away_in_spite_of_rows_that_the_workbook_holds_too(market, sku, house, laptop):
    with house.editing() as (sheet, _at):
        sheet.append(["BELUM-ADA", "Barang lain", 10_000, 5])
    house.save_cycle()
    take_home(house, laptop)
    copy = house.workbook.with_name(CONFLICTED)
    edited(laptop, copy, {sku: {"stock": 22}})
    result = house.save_cycle()
    assert (copy.exists(), market.stock(sku), result.problems) == (False, (22, 22), ())


def test_another_machines_copy_that_comes_before_our_next_write_takes_no_edit_back(market, sku, other, house, laptop):
    take_home(house, laptop)
    house.parts = replace(house.parts, quiet_for=lambda: 0.0)
    edited(laptop, house.workbook, {sku: {"stock": 22}})
    assert house.save_cycle().is_postponed
    edited(laptop, house.workbook, {other: {"stock": 38}})
    assert house.save_cycle().is_postponed
    assert (market.stock(sku), market.stock(other)) == ((22, 22), (38, 38))
    house.parts = replace(house.parts, quiet_for=lambda: math.inf)
    house.cycle()
    assert (house.stock(sku), house.stock(other)) == (22, 38)


def test_an_edit_taken_back_by_the_editor_that_we_saw_is_taken_back(market, sku, other, house):
    """Also when it closes with that save, so that the lock is gone by the time we look."""
    house.parts = replace(house.parts, quiet_for=lambda: 0.0, was_open=lambda: True)
    for edits in ({sku: {"stock": 22}}, {sku: {"stock": 12}, other: {"stock": 38}}):
        edited(house.workbook, house.workbook, edits)
        house.save_cycle()
    assert (market.stock(sku), market.stock(other)) == ((12, 12), (38, 38))


def test_an_unclear_copy_corrected_as_told_counts_once(market, sku, other, house, laptop):
    take_home(house, laptop)
    copy = house.workbook.with_name(CONFLICTED)
    edited(laptop, copy, {sku: {"stock": 22}, other: {"stock": "banyak"}})
    house.save_cycle()
    edited(copy, copy, {sku: {"stock": 25}, other: {"stock": 41}})
    result = house.save_cycle()
    assert (market.stock(sku), market.stock(other), result.problems) == ((25, 25), (41, 41), ())
    assert not copy.exists()


def test_a_row_twice_in_a_copy_keeps_the_copy_when_its_numbers_are_not_those_of_the_workbook(
    market, sku, house, laptop
):
    take_home(house, laptop)
    copy = house.workbook.with_name(CONFLICTED)
    book = load_workbook(laptop)
    sheet = book.worksheets[0]
    at = mapped_columns({cell.column: str(cell.value) for cell in sheet[1] if cell.value})
    line = next(line for line in sheet.iter_rows(min_row=2) if line[0].value == sku)
    sheet.append([cell.value for cell in line])
    sheet.cell(line[0].row, at[Column.STOCK], 30)
    book.save(copy)
    result = house.save_cycle()
    assert [problem.code for problem in result.problems] == ["workbook.copy_unclear"]
    assert (copy.exists(), market.stock(sku)) == (True, (12, 12))


def test_beside_a_copy_that_was_filed_away_lies_a_note_of_what_was_taken(sku, house, laptop):
    take_home(house, laptop)
    edited(laptop, house.workbook.with_name(CONFLICTED), {sku: {"stock": 22, "price": 56_000}})
    house.save_cycle()
    note = (house.workbook.parent / "Arsip Selaras" / f"{CONFLICTED}.txt").read_text(encoding="utf-8")
    assert f"{sku}: Stok 22\n" in note
    assert f"{sku}: Harga 56000\n" in note
    assert "kolom Anda sendiri" in note


def test_a_copy_that_nobody_knows_is_named_and_left_alone(market, sku, house):
    copy = house.workbook.with_name(CONFLICTED)
    book = load_workbook(house.workbook)
    book.custom_doc_props.props.clear()
    book.save(copy)
    edited(copy, copy, {sku: {"stock": 99}})
    result = house.save_cycle()
    assert [problem.code for problem in result.problems] == ["workbook.copy_unmarked"]
    assert (copy.exists(), market.stock(sku)) == (True, (12, 12))
