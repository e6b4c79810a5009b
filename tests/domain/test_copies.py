"""Which bases a saved file is compared with: the truth table, and copies that arrive in any order."""

import itertools

import pytest
from domain.world import row
from hypothesis import given
from hypothesis import strategies as st

from daemon.domain.copies import Save, bases_of
from daemon.domain.rows import Field, Number, RowBase
from daemon.domain.values import Sku

KOPI, TEH, GULA = Sku("KOPI"), Sku("TEH"), Sku("GULA")
WRITTEN = {KOPI: RowBase(stock=12), TEH: RowBase(stock=4), GULA: RowBase(stock=7)}
MAIN, COPY = "toko.xlsx", "toko (conflicted copy).xlsx"


def rows(kopi=12, teh=4, gula=7):
    return tuple(
        row(number, sku, stock=stock)
        for number, (sku, stock) in enumerate(zip(WRITTEN, (kopi, teh, gula), strict=True), 2)
    )


def saved(name=MAIN, **stocks):
    """A save that was taken over: the bases are what stands there."""
    shown = {entry.sku.value: RowBase(stock=entry.stock.value) for entry in rows(**stocks)}
    return Save(name, {**WRITTEN, **shown})


def deltas(cells, saves=(), *, open_as=None, copy=None):
    """The differences that a file of these rows brings."""
    bases = bases_of(cells, WRITTEN, saves, own=open_as or copy, is_open=open_as is not None)
    typed = {entry.sku.value: entry.stock.value - bases[Sku(entry.sku.value)].stock for entry in cells}
    return {sku: delta for sku, delta in typed.items() if delta}


@pytest.mark.parametrize(
    ("cells", "saves", "open_as", "expected"),
    [
        pytest.param(rows(), [], None, {}, id="an untouched copy brings nothing"),
        pytest.param(rows(kopi=22), [], None, {"KOPI": 10}, id="a first copy is compared with its revision"),
        pytest.param(rows(kopi=25), [saved(kopi=22)], MAIN, {"KOPI": 3}, id="the open file goes on from its last save"),
        pytest.param(rows(kopi=12), [saved(kopi=22)], MAIN, {"KOPI": -10}, id="an edit taken back in the open file"),
        pytest.param(rows(kopi=15), [saved(kopi=22)], None, {"KOPI": 3}, id="another copy starts from the revision"),
        pytest.param(rows(teh=9), [saved(kopi=22)], None, {"TEH": 5}, id="another copy takes nothing back"),
        pytest.param(rows(kopi=22), [saved(kopi=22)], None, {}, id="the same edit on two ways counts once"),
        pytest.param(rows(kopi=22, teh=9), [saved(kopi=22)], None, {"TEH": 5}, id="an old copy that was saved again"),
        pytest.param(rows(22, 4, 7), [saved(kopi=22, teh=9)], None, {}, id="half of an edit that is known"),
        pytest.param(rows(22, 11, 7), [saved(kopi=22, teh=9)], None, {"TEH": 2}, id="it went on from a later save"),
        pytest.param(rows(22, 4, 8), [saved(COPY, kopi=22)], MAIN, {"GULA": 1}, id="a copy brought it already"),
        pytest.param(
            rows(kopi=22), [saved(kopi=22), saved(kopi=12)], MAIN, {"KOPI": 10}, id="typed, taken back, typed again"
        ),
    ],
)
def test_what_a_file_brings(cells, saves, open_as, expected):
    assert deltas(cells, saves, open_as=open_as) == expected


def test_a_copy_that_is_corrected_goes_on_from_its_own_last_save():
    saves = [saved(kopi=22), saved(COPY, kopi=15)]
    assert deltas(rows(kopi=16, teh=9), saves, copy=COPY) == {"KOPI": 1, "TEH": 5}


def test_another_copy_of_the_same_name_takes_nothing_back():
    assert deltas(rows(teh=9), [saved(COPY, kopi=22)], copy=COPY) == {"TEH": 5}


def test_a_formula_without_a_result_says_nothing_about_where_a_copy_comes_from():
    from daemon.domain.messages import message  # noqa: PLC0415
    from daemon.domain.rows import Unclear  # noqa: PLC0415

    cells = (row(2, KOPI, stock=Unclear(message("cell.formula_without_value"))), row(3, TEH, stock=9))
    bases = bases_of(cells, WRITTEN, [saved(kopi=22, teh=9)], own=None)
    assert bases[TEH].stock == 9


def test_prices_and_counts_are_compared_in_the_same_way():
    written = {KOPI: RowBase(price=5000)}
    cells = (row(2, KOPI, price=6000, count=3),)
    other = Save(COPY, {KOPI: RowBase(price=6000)})
    bases = bases_of(cells, written, [other], own=None)
    assert (bases[KOPI].price, bases[KOPI].count) == (6000, None)
    assert cells[0].cell(Field.PRICE) == Number(6000)


EDITS = st.dictionaries(st.sampled_from(["kopi", "teh", "gula"]), st.integers(0, 40), max_size=3)


@given(st.lists(EDITS, min_size=1, max_size=3))
def test_copies_that_share_no_edit_end_in_the_same_numbers_in_any_order(edits):
    """Each is a difference against the revision that all of them started from."""
    start = {"kopi": 12, "teh": 4, "gula": 7}
    seen: dict[str, set[int]] = {}
    for index, edit in enumerate(edits):
        for name, value in list(edit.items()):
            if value in seen.setdefault(name, set()) or value == start[name]:
                del edits[index][name]
            seen[name].add(value)
    results = set()
    for order in itertools.permutations(edits):
        stock, saves = dict(start), []
        for edit in order:
            for sku, delta in deltas(rows(**edit), saves).items():
                stock[sku.lower()] += delta
            saves.append(saved(COPY, **edit))
        results.add(tuple(sorted(stock.items())))
    wanted = {name: value + sum(edit.get(name, value) - value for edit in edits) for name, value in start.items()}
    assert results == {tuple(sorted(wanted.items()))}


@given(st.lists(EDITS, min_size=1, max_size=5))
def test_an_open_file_saved_again_and_again_brings_each_edit_once(edits):
    saves, stock, shown = [], {"kopi": 12, "teh": 4, "gula": 7}, {}
    for edit in edits:
        shown |= edit
        for sku, delta in deltas(rows(**shown), saves, open_as=MAIN).items():
            stock[sku.lower()] += delta
        saves.append(saved(**shown))
    assert stock == {"kopi": 12, "teh": 4, "gula": 7} | shown
