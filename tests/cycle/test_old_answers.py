"""What was counted or decided in an old copy: it never holds, and it never vanishes."""

import itertools
import shutil
from dataclasses import replace

import pytest
from cycle.test_revisions import CONFLICTED, edited, take_home
from openpyxl import load_workbook

from bridge.columns import Column
from bridge.read import read_table
from daemon.mirror import revisions

SAVED_OVER, AS_COPY = "saved over", "conflicted"
WAYS = pytest.mark.parametrize("way", [SAVED_OVER, AS_COPY])


@pytest.fixture
def laptop(tmp_path):
    return tmp_path / "laptop.xlsx"


def bring(house, laptop, way, edits):
    """The old copy arrives with ``edits``."""
    target = house.workbook if way == SAVED_OVER else house.workbook.with_name(CONFLICTED)
    edited(laptop, target, edits)
    return target


def told(result):
    """What is held in the workbook, and what is in the way of its copies."""
    return [entry.reason.code for entry in result.plan.held] + [problem.code for problem in result.problems]


def empty(house, sku, *names):
    """The seller empties cells of one row."""
    with house.editing() as (sheet, at):
        line = next(line for line in sheet.iter_rows(min_row=2) if line[0].value == sku)
        for name in names:
            sheet.cell(line[0].row, at[Column(name)]).value = None


def emptied(laptop, sku, shown):
    """Somebody empties the cell of the row of ``sku`` that shows ``shown`` in the copy."""
    book = load_workbook(laptop)
    line = next(line for line in book.worksheets[0].iter_rows(min_row=2) if line[0].value == sku)
    next(cell for cell in line if str(cell.value).startswith(shown)).value = None
    book.save(laptop)


# Counts


@pytest.fixture
def old_count(market, sku, house, laptop):
    """Fifty were counted in a copy that was saved over the workbook after three were promised, and we have written."""
    take_home(house, laptop)
    market.order(sku, 3)
    house.cycle()
    bring(house, laptop, SAVED_OVER, {sku: {"count": 50}})
    house.save_cycle()


@pytest.mark.usefixtures("old_count")
def test_an_old_count_stays_refused_after_our_own_write_made_its_file_the_newest(market, sku, house):
    for _ in range(3):
        result = house.cycle()
        assert told(result) == ["stock.old_count"]
        assert (house.row(sku)[Column.COUNT], market.stock(sku)) == (50, (9, 9))
    assert house.note(sku).startswith("Selaras: ")


@pytest.mark.usefixtures("old_count")
def test_a_count_typed_over_an_old_one_is_booked_once(market, sku, house):
    house.types(sku, count=40)
    for _ in range(2):
        house.cycle()
    assert (house.movements(sku)[-1], market.stock(sku)) == (("count", 28), (37, 37))
    assert house.row(sku)[Column.COUNT] is None


@pytest.mark.usefixtures("old_count")
def test_an_old_count_that_is_emptied_is_forgotten_and_may_be_typed_again(market, sku, house):
    empty(house, sku, "count")
    assert told(house.cycle()) == []
    assert market.stock(sku) == (9, 9)
    house.types(sku, count=50)
    assert told(house.cycle()) == []
    assert house.movements(sku)[-1] == ("count", 38)


@pytest.mark.usefixtures("old_count")
def test_an_old_count_is_used_once_the_seller_empties_the_note_that_told_of_it(sku, house):
    empty(house, sku, "note")
    for _ in range(2):
        assert told(house.cycle()) == []
    assert (house.movements(sku)[-1], house.row(sku)[Column.COUNT]) == (("count", 38), None)


def test_the_same_old_count_in_two_copies_is_told_of_both(market, sku, house, laptop):
    take_home(house, laptop)
    market.order(sku, 3)
    house.cycle()
    copies = [house.workbook.with_name(f"toko (conflicted copy {turn}).xlsx") for turn in (1, 2)]
    for copy in copies:
        edited(laptop, copy, {sku: {"count": 50}})
    for _ in range(3):
        result = house.save_cycle()
        assert [problem.code for problem in result.problems] == ["workbook.copy_unclear"] * 2
    assert (market.stock(sku), [copy.exists() for copy in copies]) == ((9, 9), [True, True])


def test_a_file_that_stays_open_does_not_make_an_old_count_a_new_one(market, sku, other, house, laptop):
    take_home(house, laptop)
    market.order(sku, 3)
    house.cycle()
    lock = house.workbook.with_name(f".~lock.{house.workbook.name}#")
    lock.write_text(",Sari,laptop,10.03.2026 10:00,file:///profil;")
    for edits in ({sku: {"count": 50}}, {sku: {"count": 50}, other: {"stock": 45}}):
        bring(house, laptop, SAVED_OVER, edits)
        for _ in range(2):
            assert told(house.save_cycle()) == ["stock.old_count", "workbook.open"]
    lock.unlink()
    for _ in range(2):
        assert told(house.cycle()) == ["stock.old_count"]
    assert (market.stock(sku), market.stock(other)) == ((9, 9), (45, 45))


# Prices


@pytest.fixture
def decided(market, sku, house, laptop):
    """56.000 or the shop's 60.000 was asked about when the copy was taken; 60.000 was decided at home."""
    market.edit(sku, at=0, price=60_000)
    house.types(sku, price=56_000)
    assert told(house.cycle()) == ["price.conflict"]
    take_home(house, laptop)
    house.types(sku, price=60_000)
    for _ in range(2):
        house.cycle()
    assert market.price(sku) == (60_000, 60_000)
    return house, laptop


def chosen_in(laptop, sku, word):
    """The seller chooses ``word`` for the question about ``sku`` in the sheet Selaras of the copy."""
    book = load_workbook(laptop)
    line = next(line for line in book["Selaras"].iter_rows() if sku in [cell.value for cell in line])
    line[6].value = word
    book.save(laptop)


TOLD = {SAVED_OVER: ["price.old_answer"], AS_COPY: ["workbook.copy_unclear"]}
ASKED_AGAIN = TOLD | {SAVED_OVER: ["price.unseen"]}
"""What follows: our own write has made the file that was saved over the workbook the newest, so it can be answered."""
OLD_ANSWERS = {"note emptied": {}, "another price": {"price": 57_000}, "chosen": {}}


@pytest.mark.parametrize(("way", "answer"), list(itertools.product([SAVED_OVER, AS_COPY], OLD_ANSWERS)))
def test_an_old_answer_does_not_overrule_a_newer_decision_on_a_price(market, sku, decided, way, answer):
    house, laptop = decided
    if answer == "note emptied":
        emptied(laptop, sku, "Selaras:")
    if answer == "chosen":
        chosen_in(laptop, sku, "pakai sheet")
    arrived = bring(house, laptop, way, {sku: OLD_ANSWERS[answer]})
    assert told(house.save_cycle()) == TOLD[way]
    for _ in range(3):
        assert told(house.save_cycle()) == ASKED_AGAIN[way]
        assert market.price(sku) == (60_000, 60_000)
    assert arrived.exists()
    house.types(sku, price=61_000)
    house.cycle()
    assert market.price(sku) == (61_000, 61_000)


@pytest.mark.usefixtures("decided")
def test_an_old_copy_in_which_nobody_answered_says_nothing(market, sku, house, laptop):
    shutil.copy2(laptop, house.workbook)
    for _ in range(2):
        assert told(house.save_cycle()) == []
    assert (market.price(sku), house.price(sku)) == ((60_000, 60_000), 60_000)


@WAYS
def test_a_price_typed_over_one_that_has_changed_since_is_told(market, sku, house, laptop, way):
    take_home(house, laptop)
    house.types(sku, price=60_000)
    house.cycle()
    bring(house, laptop, way, {sku: {"price": 57_000}})
    assert told(house.save_cycle()) == TOLD[way]
    for _ in range(2):
        assert told(house.save_cycle()) == ASKED_AGAIN[way]
    assert market.price(sku) == (60_000, 60_000)


def test_a_price_typed_in_an_old_copy_where_nothing_has_changed_is_a_plain_edit(market, sku, house, laptop):
    take_home(house, laptop)
    market.order(sku, 1)
    house.cycle()
    bring(house, laptop, AS_COPY, {sku: {"price": 57_000}})
    assert told(house.save_cycle()) == []
    assert market.price(sku) == (57_000, 57_000)


def test_an_open_question_is_not_settled_by_a_price_emptied_in_an_old_copy(market, sku, other, house, laptop):
    market.edit(sku, at=0, price=60_000)
    house.types(sku, price=56_000)
    house.cycle()
    take_home(house, laptop)
    house.types(other, stock=41)
    house.cycle()
    emptied(laptop, sku, "56000")
    shutil.copy2(laptop, house.workbook)
    for _ in range(3):
        assert told(house.save_cycle()) == ["price.conflict"]
    assert (market.price(sku)[0], house.price(sku)) == (60_000, 56_000)


# Stock


@pytest.fixture
def asked_stock(sku, other, house, laptop):
    """A copy shows the question about a stock of 20 that nothing was agreed on; the workbook was written since."""
    house.types(sku, stock=20)
    with house.parts.mirror.transaction() as tx:
        revisions.adopt(tx, read_table(house.workbook).content_hash, now=house.clock.now())
    assert told(house.save_cycle()) == ["stock.differs_at_start"]
    take_home(house, laptop)
    house.types(other, stock=41)
    house.cycle()


@WAYS
@pytest.mark.usefixtures("asked_stock")
def test_an_old_answer_to_a_stock_that_differs_stays_a_question(market, sku, house, laptop, way):
    bring(house, laptop, way, {sku: {"stock": 25}})
    question = ["stock.differs_at_start"]
    first, later = (["stock.old_answer"], question) if way == SAVED_OVER else (question + TOLD[way],) * 2
    assert [told(house.save_cycle()) for _ in range(3)] == [first, later, later]
    assert market.stock(sku) == (12, 12)
    house.types(sku, stock=26)
    house.cycle()
    assert market.stock(sku) == (26, 26)


def killed_in_its_write(house):
    """Run a cycle that ends when its write of the workbook was announced."""

    def die(_content_hash):
        raise RuntimeError("killed")

    house.parts, alive = replace(house.parts, own_write=die), house.parts
    with pytest.raises(RuntimeError, match="killed"):
        house.cycle()
    house.parts = alive


def test_a_count_in_the_file_that_a_killed_write_was_to_replace_is_no_old_one(market, sku, house):
    market.order(sku, 3)
    killed_in_its_write(house)
    edited(house.workbook, house.workbook, {sku: {"count": 50}})
    result = house.save_cycle()
    assert (told(result), house.stock(sku), market.stock(sku)) == ([], 47, (47, 47))


def test_a_copy_of_a_revision_that_a_killed_write_may_have_left_behind_is_known(market, sku, house, laptop):
    before = house.workbook.read_bytes()
    market.order(sku, 3)
    house.cycle()
    take_home(house, laptop)
    with house.parts.mirror.transaction() as tx:
        newest = revisions.newest_revision(tx).number
        tx.exec_driver_sql(f"UPDATE workbook_revisions SET state = 'writing' WHERE revision = {newest}")
    house.workbook.write_bytes(before)
    edited(house.workbook, house.workbook, {sku: {"price": 56_000}})
    edited(laptop, house.workbook.with_name(CONFLICTED), {sku: {"stock": 19}})
    result = house.save_cycle()
    assert (told(result), house.stock(sku), market.stock(sku)) == ([], 19, (19, 19))
    assert market.price(sku) == (56_000, 56_000)


# Notes


def sort_notes(house):
    """Somebody sorts the column of the notes alone: each moves up by one row."""
    with house.editing() as (sheet, at):
        cells = [line[at[Column.NOTE] - 1] for line in sheet.iter_rows(min_row=2) if line[0].value]
        notes = [cell.value for cell in cells]
        for cell, note in zip(cells, [*notes[1:], notes[0]], strict=True):
            cell.value = note


def test_a_note_that_was_moved_to_another_row_answers_nothing(market, sku, house):
    market.edit(sku, at=0, price=60_000)
    house.types(sku, price=56_000)
    house.cycle()
    asked = house.note(sku)
    for _ in range(2):
        sort_notes(house)
        assert told(house.save_cycle()) == ["price.conflict"]
    assert market.price(sku)[0] == 60_000
    assert [row[Column.NOTE] for row in house.rows().values()].count(asked) == 1
    empty(house, sku, "note")
    house.save_cycle()
    assert market.price(sku) == (56_000, 56_000)
