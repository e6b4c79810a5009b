"""The story of a number adds up: every movement has a place in it, and the last line is what the ledger says."""

import re
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mirror.goods import KOPI, LISTED, LISTING, NOON
from once import new_mirror

from daemon.domain.messages import message
from daemon.domain.plan import Command, Held, ListingChange, Plan, ProductChange, Target
from daemon.domain.rows import Field
from daemon.domain.stock import Cause, Movement, Told, Unexplained
from daemon.domain.values import Sku
from daemon.mirror import decisions, journal, observations, picture
from daemon.texts import Texts
from daemon.why import MOST_STEPS, answer, as_json, source_of, tell

WIB = ZoneInfo("Asia/Jakarta")
TEXTS = Texts("id")
REFERENCES = {
    Cause.OPENING: "toko/101",
    Cause.SHEET_EDIT: "2/5",
    Cause.ADJUSTMENT: "2/5",
    Cause.COUNT: "2/5",
    Cause.ORDER: "toko/58001/L1",
    Cause.CANCEL: "toko/58001/L1",
    Cause.RETURN: "toko/58001/L1",
    Cause.MARKETPLACE_EDIT: "toko/101@2",
    Cause.BUNDLE: "2",
    Cause.UNDO: "2/5",
}


@pytest.fixture
def tx(tmp_path):
    with closing(new_mirror(tmp_path)) as mirror, mirror.transaction() as tx:
        observations.add_shop(tx, "toko")
        observations.store_listings(tx, [LISTING], cycle=1, observed_at=NOON)
        open_kopi(tx)
        yield tx


def open_kopi(tx):
    decide(tx, Plan(products=(ProductChange(KOPI, None, NOON, is_new=True),)))


def decide(tx, plan):
    decisions.commit_plan(tx, plan, cycle=journal.start_cycle(tx, "save", now=NOON), now=NOON)


def book(tx, *moves):
    """Book ``(units, cause, reference)`` in one cycle."""
    decide(tx, Plan(movements=tuple(Movement(KOPI, *move) for move in moves)))


def told(tx, **how):
    return list(tell(answer(tx, KOPI, **how), TEXTS, WIB))


def numbers(line):
    return [int(number) for number in re.findall(r"\d+", line)]


units = st.integers(-99_999, 99_999).filter(bool)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(units, st.sampled_from(Cause)), max_size=30))
def test_whatever_moved_the_stock_the_story_ends_at_what_the_ledger_says(moves):
    with TemporaryDirectory() as folder, closing(new_mirror(Path(folder))) as mirror, mirror.transaction() as tx:
        open_kopi(tx)
        book(tx, *((delta, cause, f"{number}/1") for number, (delta, cause) in enumerate(moves)))
        found = answer(tx, KOPI)
        ledger = picture.load_snapshot(tx, {}, None, cycle=1, now=NOON).products[KOPI].available
        assert found.available == ledger
        assert [step.balance for step in found.steps][-1:] == [ledger] * bool(moves)
        assert sum(step.units for step in found.steps) == ledger
        by_cause = {cause.value: sum(d for d, each in moves if each is cause) for cause in {c for _, c in moves}}
        assert as_json(found, TEXTS)["sums"] == by_cause


def test_the_last_line_says_the_sum_with_its_signs(tx):
    book(tx, (12, Cause.OPENING, "toko/101"))
    book(tx, (-1, Cause.ORDER, "toko/58001/L1"), (-1, Cause.ORDER, "toko/58001/L2"), (10, Cause.SHEET_EDIT, "3/5"))
    book(tx, (1, Cause.CANCEL, "toko/58001/L2"), (-4, Cause.COUNT, "4/5"))
    last = told(tx)[-1]
    assert numbers(last) == [12, 10, 4, 2, 1, 17]
    assert re.sub(r"[^+−]", "", last) == "+−−+"


def test_a_number_that_nothing_moved_is_none(tx):
    assert numbers(told(tx)[-1]) == [0, 0]


@pytest.mark.parametrize(
    ("cause", "reference", "source"),
    [
        (Cause.OPENING, "toko/101", message("why.opening", shop="toko")),
        (Cause.OPENING, "toko/58001/L1", message("why.opening_order", order="58001", shop="toko")),
        (Cause.ORDER, "toko/58001/L1", message("why.order", order="58001", shop="toko")),
        (Cause.CANCEL, "toko/58001/L1", message("why.cancel", order="58001", shop="toko")),
        (Cause.RETURN, "toko/58001/L1", message("why.return", order="58001", shop="toko")),
        (Cause.MARKETPLACE_EDIT, "toko/101@7", message("why.marketplace_edit", shop="toko")),
        (Cause.SHEET_EDIT, "7/5", message("why.sheet_edit", row=5, cycle=7)),
        (Cause.ADJUSTMENT, "7/5", message("why.adjustment", row=5, cycle=7)),
        (Cause.BUNDLE, "7", message("why.bundle", cycle=7)),
        (Cause.BUNDLE, "7/PAKET/2", message("why.out_of_bundle", bundle="PAKET/2", cycle=7)),
        (Cause.UNDO, "7/345", message("why.undo", number=345, cycle=7)),
        (Cause.COUNT, "7/a (1).xlsx/5", message("why.count_copy", file="a (1).xlsx", row=5, cycle=7)),
        (Cause.ORDER, "asing", message("why.other", cause="order", reference="asing")),
    ],
)
def test_every_movement_tells_where_it_comes_from(cause, reference, source):
    assert source_of(Movement(KOPI, 1, cause, reference)) == source


@pytest.mark.parametrize("cause", Cause)
def test_no_cause_is_without_words(cause):
    assert source_of(Movement(KOPI, 1, cause, REFERENCES[cause])).code == f"why.{cause}"


def test_times_are_those_of_the_shop_and_units_of_one_order_share_a_line(tx):
    book(tx, (12, Cause.OPENING, "toko/101"))
    book(tx, *((-1, Cause.ORDER, f"toko/58001/L{number}") for number in range(3)), (-1, Cause.ORDER, "toko/58002/L1"))
    opening, first, second = told(tx)[:3]
    assert "10 Mar 2026 12.00" in opening
    assert ("+12" in opening, "-3" in first, "58001" in first, "-1" in second, "58002" in second) == (True,) * 5
    assert [step.balance for step in answer(tx, KOPI).steps] == [12, 11, 10, 9, 8]


def test_of_many_movements_the_oldest_are_summed_up_unless_all_are_asked_for(tx):
    book(tx, (7, Cause.OPENING, "toko/101"))
    for number in range(MOST_STEPS + 1):
        book(tx, (1, Cause.ADJUSTMENT, f"{number + 3}/5"))
    found = answer(tx, KOPI)
    assert (len(found.steps), found.earlier, found.earlier_units) == (MOST_STEPS, 2, 8)
    assert (found.steps[0].balance, found.steps[-1].balance, found.available) == (9, 208, 208)
    assert numbers(told(tx)[0]) == [2, 8]
    assert numbers(told(tx)[-1]) == [7, 201, 208]
    everything = answer(tx, KOPI, is_complete=True)
    assert (len(everything.steps), everything.earlier) == (MOST_STEPS + 2, 0)
    assert told(tx, is_complete=True)[-1] == told(tx)[-1]


def test_what_the_shop_was_told_and_showed_is_said_with_what_waits(tx):
    agreed = ListingChange(LISTED, Told(19), None, Unexplained(-7, NOON), None, written_from=NOON, written_to=NOON)
    wanted = (Command(LISTED, KOPI, Target.QUANTITY, 23, 19), Command(LISTED, KOPI, Target.PRICE, 61_000, None))
    decide(tx, Plan(listings=(agreed,), commands=wanted))
    listing, differs, quantity, price = [line for line in told(tx) if "toko" in line]
    assert ("19" in listing, "12" in listing, listing.count("12.00")) == (True, True, 2)
    assert ("-7" in differs, "23" in quantity, "61.000" in price) == (True, True, True)


def test_only_what_is_held_about_these_goods_or_the_whole_sheet_is_told(tx):
    about = [(KOPI, 5), (None, None), (Sku("TEH-1"), 6), (None, 9)]
    reason = message("cell.not_whole", shown="entah")
    decide(tx, Plan(held=tuple(Held(sku, row, Field.STOCK, reason) for sku, row in about)))
    assert [(entry.sku, entry.row) for entry in answer(tx, KOPI).held] == about[:2]
    assert sum("entah" in line for line in told(tx)) == 2


def test_the_data_say_the_same_with_times_in_utc(tx):
    book(tx, (12, Cause.OPENING, "toko/101"), (-1, Cause.ORDER, "toko/58001/L1"))
    data = as_json(answer(tx, KOPI), TEXTS)
    assert (data["sku"], data["available"], data["reserved"]) == ("KOPI-1", 11, 0)
    assert data["earlier"] == {"movements": 0, "units": 0}
    sold = {name: value for name, value in data["movements"][1].items() if name != "text"}
    assert sold == {
        "number": 2,
        "at": "2026-03-10T05:00:00+00:00",
        "cycle": 2,
        "cause": "order",
        "units": -1,
        "balance": 11,
        "from": {"order": "58001", "shop": "toko"},
    }
    listing = data["listings"][0]
    assert (listing["told"], listing["told_at"], listing["shown"]) == (None, None, 12)
    assert listing["shown_at"] == "2026-03-10T05:00:00+00:00"
