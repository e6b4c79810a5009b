"""A save that was stopped is shown in the sheet ``Rencana``, and a yes there is a yes to exactly that."""

import pytest
from cycle.house import writes_in
from openpyxl import load_workbook

from bridge.columns import Column

IDLE = "Tidak ada rencana yang menunggu persetujuan"


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """In this town a shop has four products."""
    monkeypatch.setattr("daemon.domain.brakes.FEWEST_ZEROED", 3)


def told(house):
    """The sheet: its title, the plan, the answer, and its lines."""
    rows = [row[:5] for row in load_workbook(house.workbook)["Rencana"].iter_rows(values_only=True)]
    return rows[0][0], rows[3][1], rows[3][4], [row for row in rows[5:] if any(row)]


def answer(house, words):
    with house.editing() as (sheet, _at):
        sheet.parent["Rencana"].cell(4, 5).value = words


def sell_out(market, house):
    skus = market.skus()[:3]
    house.types_all({sku: {"stock": 0} for sku in skus})
    return skus


def state(house):
    return load_workbook(house.workbook)["Selaras"]["A1"].value


def goods(house):
    return {sku: dict(row) for sku, row in house.rows().items()}


def test_while_nothing_waits_the_sheet_says_so(house):
    assert told(house) == (IDLE, None, None, [])


def test_a_file_that_is_stopped_does_not_say_that_all_is_in_step(market, house):
    skus = sell_out(market, house)
    with house.editing() as (sheet, _at):
        for column, cell in enumerate(("Stok", skus[0], 2, 0, 12, "?", "pakai toko"), start=1):
            sheet.parent["Selaras"].cell(5, column).value = cell
    house.save_cycle()
    assert state(house).startswith("Berhenti")
    assert load_workbook(house.workbook)["Selaras"]["G5"].value == "pakai toko"
    house.cycle()
    answer(house, "ya")
    house.save_cycle()
    house.save_cycle()
    assert state(house) == "Semua selaras"


def test_a_stopped_file_that_cannot_show_its_plan_is_left_alone(market, house):
    with house.editing() as (sheet, _at):
        sheet.parent["Rencana"]["A1"] = '="milik penjual"'
    house.cycle()
    sell_out(market, house)
    before = house.workbook.read_bytes()
    for cycle in (house.save_cycle, house.cycle, house.cycle):
        market.clock.move(61)
        assert cycle().plan.is_scrambled
        assert house.workbook.read_bytes() == before


def test_an_english_sheet_names_the_english_one(market, open_house):
    house = open_house(language="en")
    sell_out(market, house)
    house.save_cycle()
    named = state(house).split("`")[1]
    assert (named, named in load_workbook(house.workbook).sheetnames) == ("Plan", True)


def test_what_was_stopped_is_shown_and_nothing_else_is_written(market, house):
    before, saw = {sku: market.stock(sku) for sku in market.skus()}, goods(house)
    skus = sell_out(market, house)
    typed = goods(house)
    plans = []
    for cycle in (house.save_cycle, house.save_cycle, house.cycle):
        calls, result = house.calls_during(cycle)
        (held,) = result.plan.held
        plans.append(held.reason.params["plan"])
        assert (held.reason.code, writes_in(calls)) == ("sheet.many_rows", [])
        assert goods(house) == typed
    title, plan, chosen, lines = told(house)
    assert (plans, chosen) == ([plan] * 3, None)
    assert "dari 4 baris" in title
    assert {(line[0], *line[2:]) for line in lines} == {(sku, "Stok", saw[sku][Column.STOCK], 0) for sku in skus}
    assert {sku: market.stock(sku) for sku in before} == before


def test_a_yes_takes_the_edits_exactly_once(market, house):
    saw = goods(house)
    skus = sell_out(market, house)
    house.save_cycle()
    answer(house, "ya")
    assert house.save_cycle().plan.held == ()
    for _ in range(2):
        house.settle()
        assert house.cycle().is_complete
    assert [house.movements(sku) for sku in skus] == [[("sheet_edit", -saw[sku][Column.STOCK])] for sku in skus]
    assert [market.stock(sku) for sku in skus] == [(0, 0)] * 3
    assert told(house) == (IDLE, None, None, [])


def test_what_is_sold_while_it_waits_is_taken_off_as_the_sheet_says(market, house):
    sku, *others = market.skus()
    saw = house.stock(sku)
    house.types_all({sku: {"stock": saw + 3}, **{each: {"stock": 0} for each in others}})
    house.save_cycle()
    market.order(sku, 2)
    house.cycle()
    title, _plan, _answer, lines = told(house)
    assert title.endswith("Yang terjual selagi menunggu dikurangkan dari stok yang baru.")
    assert (sku, "Stok", saw, saw + 3) in {(line[0], *line[2:]) for line in lines}
    answer(house, "ya")
    house.save_cycle()
    assert (house.stock(sku), market.stock(sku)) == (saw + 1, (saw + 1, saw + 1))


def test_a_no_and_other_words_are_no_yes(market, house):
    sell_out(market, house)
    house.save_cycle()
    for words in ("tidak", "mungkin"):
        answer(house, words)
        assert [held.reason.code for held in house.save_cycle().plan.held] == ["sheet.many_rows"]
        title, _plan, left, _lines = told(house)
        assert (f"Jawaban `{words}` belum menyetujui apa pun" in title, left) == (True, words)
        assert told(house)[2] == words


def test_a_yes_with_other_edits_in_the_same_save_is_no_yes_to_them(market, house):
    skus = sell_out(market, house)
    house.save_cycle()
    first = told(house)[1]
    house.types(market.skus()[3], stock=0)
    answer(house, "ya")
    before = market.stock(skus[0])
    assert [held.reason.code for held in house.save_cycle().plan.held] == ["sheet.many_rows"]
    title, plan, chosen, lines = told(house)
    assert (plan != first, chosen, len(lines), market.stock(skus[0])) == (True, None, 4, before)
    assert "4 dari 4" in title


def test_edits_that_are_undone_leave_no_plan(market, house):
    saw = goods(house)
    skus = sell_out(market, house)
    house.save_cycle()
    house.types_all({sku: {"stock": saw[sku][Column.STOCK]} for sku in skus})
    assert house.save_cycle().plan.held == ()
    assert told(house) == (IDLE, None, None, [])
    assert [house.movements(sku) for sku in skus] == [[]] * 3


def test_a_workbook_without_the_sheet_is_not_touched(market, house):
    with house.editing() as (sheet, _at):
        del sheet.parent["Rencana"]
    house.cycle()
    sell_out(market, house)
    before = house.workbook.read_bytes()
    house.save_cycle()
    assert house.workbook.read_bytes() == before
