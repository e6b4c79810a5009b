"""Which rows need no look: a row in step, and everything that can be otherwise in it."""

from dataclasses import replace

import pytest
from domain.world import KOPI, row

from daemon.domain.choices import Choice, Chosen
from daemon.domain.identity import row_key
from daemon.domain.in_step import named_in, rows_in_step, with_new_words
from daemon.domain.messages import message
from daemon.domain.overrides import OverrideRow, OverrideSheet
from daemon.domain.recipes import RecipeRow, RecipeSheet
from daemon.domain.rows import Absent, Blank, Field, RowBase, Text, Unclear
from daemon.domain.snapshot import SeenFile
from daemon.domain.values import Sku

DONE = "Selaras: ✓ 10 Mar 14.05: 12 → 10"
WORDS = ("Aktif", "Keduanya")
AGREED = (WORDS, 10, 55_000)
BASE = RowBase(price=55_000, stock=10, status=WORDS[0], platform=WORDS[1])
CELLS = {"price": 55_000, "stock": 10, "status": "Aktif", "platform": "Keduanya"}


def in_step(*rows, base=BASE, agreed=AGREED, **file):
    seen = SeenFile(rows or (row(2, **CELLS),), {KOPI: base}, **file)
    return rows_in_step(seen, {KOPI: agreed})


def test_a_row_that_shows_what_is_agreed_and_showed_it_before_is_in_step():
    assert in_step() == {KOPI: 2}


@pytest.mark.parametrize("field", ["price", "stock", "adjustment", "count", "status", "note", "key", "product"])
def test_a_column_that_is_not_there_says_nothing(field):
    assert in_step(replace(row(2, **CELLS), **{field: Absent()})) == {KOPI: 2}


@pytest.mark.parametrize(
    "cells",
    [
        {"stock": 11},
        {"stock": None},
        {"stock": "sepuluh"},
        {"price": 56_000},
        {"price": None},
        {"adjustment": 1},
        {"count": 10},
        {"status": "Nonaktif"},
        {"status": None},
        {"product": None},
        {"key": None},
        {"key": row_key(Sku("TEH"))},
        {"note": "Selaras: ada yang ditanyakan"},
        {"note": DONE},
        {"sku": "kopi-250"},
        {"cost": "murah"},
    ],
)
def test_a_cell_that_is_otherwise_needs_a_look(cells):
    assert in_step(row(2, **{**CELLS, **cells})) == {}


@pytest.mark.parametrize("field", [field.value for field in Field])
def test_a_cell_that_cannot_be_read_needs_a_look(field):
    unclear = Unclear(message("cell.formula_error", shown="#REF!"))
    left_alone = {"product"}
    expected = {KOPI: 2} if field in left_alone else {}
    assert in_step(replace(row(2, **CELLS), **{field: unclear})) == expected


@pytest.mark.parametrize(
    "base",
    [
        {"stock": 9},
        {"stock": None},
        {"price": 54_000},
        {"price": None},
        {"adjustment": 3},
        {"count": 10},
        {"status": "Ditahan"},
        {"asked_price": 99_000},
        {"asked_stock": 900},
        {"note": "Selaras: ada yang ditanyakan"},
    ],
)
def test_what_was_agreed_otherwise_or_is_asked_needs_a_look(base):
    assert in_step(base=BASE._replace(**base)) == {}


@pytest.mark.parametrize(
    "agreed",
    [
        (WORDS, 11, 55_000),
        (WORDS, -1, 55_000),
        (WORDS, 10, 5_500),
        (WORDS, 10, None),
        (("Nonaktif", "Keduanya"), 10, 55_000),
        (("Aktif", "Hanya Tokopedia"), 10, 55_000),
    ],
)
def test_other_numbers_of_shops_or_ledger_need_a_look(agreed):
    assert in_step(agreed=agreed) == {}


@pytest.mark.parametrize(("stock", "price"), [(100_000, 55_000), (10, 99), (10, 100_000_001)])
def test_numbers_that_cannot_be_used_are_told_every_time(stock, price):
    cells = row(2, **{**CELLS, "stock": stock, "price": price})
    assert in_step(cells, base=BASE._replace(stock=stock, price=price), agreed=(WORDS, stock, price)) == {}


def test_goods_that_no_window_shows_keep_the_word_for_their_platform():
    hidden = (("Aktif", None), 10, 55_000)
    assert in_step(agreed=hidden) == {KOPI: 2}
    assert in_step(row(2, **{**CELLS, "platform": "Hanya Tokopedia"}), agreed=hidden) == {}
    blank = row(2, **{**CELLS, "platform": None})
    assert in_step(blank, agreed=hidden) == {}
    assert in_step(blank, agreed=hidden, base=BASE._replace(platform=None)) == {KOPI: 2}


def test_other_words_than_ours_concern_the_other_variants_too():
    rows = [row(place, f"K-{place}", status="Aktif", platform="Keduanya") for place in range(2, 7)]
    rows[1] = replace(rows[1], status=Text("Nonaktif"))
    rows[2] = replace(rows[2], platform=Text("Hanya Tokopedia"))
    rows[3] = replace(rows[3], status=Blank(), platform=Absent())
    rows[4] = replace(rows[4], status=Text("Nonaktif"))
    seen = SeenFile(tuple(rows), {Sku(f"K-{place}"): BASE for place in range(2, 7)})
    assert with_new_words(seen, {6}, ["K-2", "K-3", "K-9"]) == {"K-3", "K-4"}


@pytest.mark.parametrize("code", [12345, "12345"])
def test_other_words_beside_a_code_that_is_not_known_concern_all_goods_without_a_row(code):
    seen = SeenFile((row(2, **CELLS), row(3, code, status="Nonaktif")), {KOPI: BASE})
    named = {code} if isinstance(code, str) else set()
    assert with_new_words(seen, {2}, [KOPI, Sku("00012345"), Sku("TEH")]) == {"00012345", "TEH", *named}


def test_a_sheet_without_the_column_platform_is_compared_without_it():
    plain = row(2, **{**CELLS, "platform": Absent()})
    assert in_step(plain, base=BASE._replace(platform=None)) == in_step(plain) == {KOPI: 2}


def test_goods_without_a_price_have_none_in_their_row():
    base, agreed = BASE._replace(price=None), (*AGREED[:2], None)
    assert in_step(row(2, **{**CELLS, "price": None}), base=base, agreed=agreed) == {KOPI: 2}
    assert in_step(row(2, **CELLS), base=base, agreed=agreed) == {}


@pytest.mark.parametrize(
    ("note", "ours", "expected"),
    [
        pytest.param("titip di toko", None, {KOPI: 2}, id="the seller's own"),
        pytest.param("titip di toko", DONE, {}, id="written over one of ours"),
        pytest.param(DONE, DONE, {KOPI: 2}, id="what was done is still so"),
        pytest.param("Selaras: ✓ 10 Mar 14.05: 12 → 13", "Selaras: ✓ 10 Mar 14.05: 12 → 13", {}, id="no more so"),
        pytest.param(None, DONE, {}, id="emptied"),
    ],
)
def test_notes(note, ours, expected):
    assert in_step(row(2, **CELLS, note=note), base=BASE._replace(note=ours)) == expected


def test_two_rows_of_the_same_goods_are_a_question():
    assert in_step(row(2, **CELLS), row(3, **CELLS)) == {}
    assert in_step(row(2, **CELLS), row(3, **{**CELLS, "stock": 11}), row(4, **CELLS)) == {}


def test_what_a_row_took_over_since_the_file_was_written_is_told_in_it():
    assert in_step(written={KOPI: BASE._replace(stock=12)}) == {}
    assert in_step(written={KOPI: BASE}) == {KOPI: 2}


def test_what_copies_brought_is_told_in_the_row():
    assert in_step(brought={KOPI: "✓"}) == {}


def test_goods_that_a_sheet_or_a_choice_names_are_known():
    override = OverrideSheet(
        "Alokasi", (OverrideRow(2, Text("TEH"), Text("toko"), {}), OverrideRow(3, Blank(), Blank(), {}))
    )
    recipe = RecipeSheet("Paket", (RecipeRow(2, Text("PAKET"), Text("GULA"), Blank()),))
    chosen = Chosen(KOPI, Field.STOCK, Choice.SHOP, 1, 2)
    file = SeenFile((), {}, choices=(chosen,), recipe_sheet=recipe, override_sheet=override)
    assert named_in(file) == {KOPI, "TEH", "PAKET", "GULA"}
