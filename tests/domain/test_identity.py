"""Which goods a row stands for: damage is undone only where it is certain, and a scrambled sheet is not used."""

from dataclasses import replace

import pytest
from domain.world import KOPI, as_left, listing, product, row, saved, say, snapshot
from hypothesis import given
from hypothesis import strategies as st

from daemon.domain.identity import (
    as_known,
    columns_exchanged,
    contradicted,
    formerly,
    nearly,
    repaired,
    row_key,
    scrambled,
)
from daemon.domain.messages import message
from daemon.domain.reconcile import reconcile
from daemon.domain.rows import Field, RowBase, Unclear
from daemon.domain.stock import Told
from daemon.domain.values import Sku

ZEROS, SHORT, BARCODE = Sku("00123"), Sku("0123"), Sku("8991234567890")


def planned(*rows, listings=None, bases=None, **fields):
    known = {KOPI: as_left()} if bases is None else bases
    return reconcile(snapshot(*(listings or (listing(),)), rows=rows, bases=known, **fields), say)


def damaged(shown):
    return Unclear(message("cell.sku_damaged", shown=shown))


@given(st.text(min_size=1), st.text(min_size=1))
def test_keys_tell_goods_apart_and_look_like_no_number(one, other):
    assert (row_key(Sku(one)) == row_key(Sku(other))) == (one == other)
    assert row_key(Sku(one)).startswith("s")
    assert row_key(Sku(one)).isalnum()


@pytest.mark.parametrize(
    ("cells", "listed", "found"),
    [
        pytest.param([row(2, "123", key=None)], [ZEROS], {2: ZEROS}, id="lost zeros, one code can be meant"),
        pytest.param([row(2, "123", key=None)], [ZEROS, SHORT], {}, id="two codes can be meant"),
        pytest.param([row(2, "123", key=row_key(ZEROS))], [ZEROS, SHORT], {2: ZEROS}, id="the key settles it"),
        pytest.param([row(2, "123", key=row_key(KOPI))], [ZEROS], {}, id="the key says otherwise"),
        pytest.param([row(2, "123", key=None), row(3, ZEROS)], [ZEROS], {}, id="the code has a row of its own"),
        pytest.param([row(2, "123", key=None), row(3, "123.0", key=None)], [ZEROS], {}, id="two rows claim it"),
        pytest.param([row(2, damaged("8.99E+12"), key=None)], [BARCODE, ZEROS], {2: BARCODE}, id="an exponent"),
        pytest.param(
            [row(2, damaged("8991200000"), key=None)], [Sku("8991200000")], {2: "8991200000"}, id="it looks so"
        ),
        pytest.param([row(2, "BARU", key=None)], [ZEROS], {}, id="not damaged at all"),
        pytest.param([row(2, ZEROS)], [ZEROS, SHORT], {}, id="an intact code needs no repair"),
    ],
)
def test_a_damaged_code_is_repaired_only_when_one_can_be_meant(cells, listed, found):
    assert repaired(cells, listed) == found


def test_a_repaired_code_is_written_back_and_its_row_is_used():
    plan = planned(
        saved(sku="123", stock=22, key=row_key(ZEROS)),
        products={ZEROS: product(sku=ZEROS)},
        listings=[listing(sku=ZEROS)],
        bases={ZEROS: as_left()},
    )
    assert [(move.sku, move.delta) for move in plan.movements] == [(ZEROS, 12)]
    assert plan.rows[0].cells[Field.SKU] == ZEROS
    assert plan.held == ()


@pytest.mark.parametrize(
    ("cells", "known", "found"),
    [
        pytest.param([row(2, damaged("1,23E+12"), key=None)], ["1,23E+12"], ["1,23E+12"], id="it looks damaged"),
        pytest.param([row(2, damaged("1,23E+12"), key=None)], ["1230000000000"], [None], id="it is damaged"),
        pytest.param([row(2, "SPASI", key=None)], [" SPASI "], [" SPASI "], id="blanks around"),
        pytest.param([row(2, "SPASI", key=None)], ["SPASI", " SPASI "], ["SPASI"], id="the code without blanks, too"),
        pytest.param([row(2, "A", key=None)], [" A", "A "], ["A"], id="two codes read alike"),
        pytest.param([row(2, "A", key=row_key("A "))], [" A", "A "], ["A "], id="the key settles it"),
        pytest.param([row(2, "SPASI", key=row_key(KOPI))], [" SPASI "], ["SPASI"], id="the key says otherwise"),
        pytest.param([row(2, "SPASI", key=None), row(3, KOPI)], [" SPASI ", KOPI], [" SPASI ", KOPI], id="others stay"),
        pytest.param([row(2, "BARU", key=None)], [KOPI], ["BARU"], id="new"),
        pytest.param(
            [row(2, Unclear(message("cell.sku_date", shown="45000")), key=None)], ["45000"], [None], id="a date"
        ),
    ],
)
def test_a_code_that_its_cell_cannot_tell_is_read_as_it_is_known(cells, known, found):
    read = as_known(tuple(cells), known)
    assert [getattr(each.sku, "value", None) for each in read] == found
    assert [replace(each, sku=None) for each in read] == [replace(each, sku=None) for each in cells]


def test_a_date_is_written_back_as_the_code_of_its_day():
    plan = planned(
        saved(sku=Unclear(message("cell.sku_date", shown="45000")), key=None),
        products={Sku("45000"): product(sku="45000")},
        listings=[listing(sku="45000")],
        bases={Sku("45000"): as_left()},
    )
    assert plan.rows[0].cells[Field.SKU] == "45000"


BASES = {Sku("A"): RowBase(price=1000, stock=5), Sku("B"): RowBase(price=2000, stock=7)}


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        pytest.param(row(2, "A2", key=row_key(Sku("A"))), {2: "A"}, id="by its key"),
        pytest.param(row(2, "A2", key=None, price=1000, stock=5), {2: "A"}, id="by its numbers"),
        pytest.param(row(2, "A2", key=None, price=1000, stock=6), {}, id="not by other numbers"),
        pytest.param(row(2, "B", key=row_key(Sku("A"))), {}, id="a code that is known is no new name"),
    ],
)
def test_a_renamed_row_is_recognised(cells, found):
    assert formerly([cells], BASES.keys(), BASES) == found


def test_a_renamed_row_is_asked_about():
    plan = planned(saved(sku="KOPI-BARU", key=row_key(KOPI)))
    assert [entry.reason for entry in plan.held if entry.row] == [message("row.renamed", sku="KOPI-BARU", before=KOPI)]
    assert plan.movements == ()


@pytest.mark.parametrize(("typed", "meant"), [("kopi-250", KOPI), ("KOPI 250", KOPI), ("KOPI-251", None)])
def test_a_code_in_other_letters_gets_a_hint(typed, meant):
    assert nearly([typed], [KOPI, ZEROS]).get(typed) == meant
    plan = planned(saved(sku=typed, key=None), bases={})
    codes = [entry.reason.code for entry in plan.held if entry.row]
    assert codes == ["row.no_listing_near" if meant else "row.no_listing"]


SHELF = {Sku(name): RowBase(price=1000 * place, stock=10 + place) for place, name in enumerate("ABCDEF", 1)}


def shelf(names="ABCDEF", *, prices="ABCDEF", stocks="ABCDEF", keys="", **edits):
    """Rows whose columns were sorted on their own: each letter tells whose value stands there."""
    rows = []
    for number, (name, price, stock, key) in enumerate(zip(names, prices, stocks, keys or " " * 6, strict=True), 2):
        cells = {"price": SHELF[Sku(price)].price, "stock": SHELF[Sku(stock)].stock} | edits.get(name, {})
        rows.append(row(number, name, key=row_key(Sku(key)) if key.strip() else None, **cells))
    return rows


@pytest.mark.parametrize(
    ("cells", "is_scrambled"),
    [
        pytest.param(shelf(), False, id="as it was"),
        pytest.param(shelf("FEDCBA", prices="FEDCBA", stocks="FEDCBA"), False, id="sorted as a whole"),
        pytest.param(shelf("FEDCBA"), True, id="only the codes were sorted"),
        pytest.param(shelf("FEDCBA", B={"stock": 99}), True, id="only the codes, and one edit"),
        pytest.param(shelf("FEDCBA", keys="ABCDEF", B={"stock": 99}), True, id="the keys prove it in spite of an edit"),
        pytest.param(shelf(keys="FEDCBA"), False, id="only the keys were left behind"),
        pytest.param(shelf(stocks="FEDCBA"), True, id="only the stock was sorted"),
        pytest.param(shelf(prices="BCDEFA"), True, id="only the prices were moved"),
        pytest.param(
            [row(10 - place, sku, price=None, stock=10 + place) for place, sku in enumerate("FEDCBA", 1)],
            True,
            id="without a price column",
        ),
        pytest.param(
            shelf(**{name: {"stock": 12 + i} for i, name in enumerate("ABCDEF")}), False, id="restocked by one"
        ),
        pytest.param(shelf("BACDEF"), False, id="two rows changed places"),
        pytest.param(shelf(**{name: {"stock": 50} for name in "ABCDEF"}), False, id="all set to one number"),
        pytest.param(shelf(**{name: {"stock": 30 + i} for i, name in enumerate("ABCDEF")}), False, id="all restocked"),
    ],
)
def test_a_scrambled_sheet_is_recognised(cells, is_scrambled):
    assert bool(scrambled(cells, SHELF)) == is_scrambled


@given(st.permutations("ABCDEF"))
def test_a_sort_of_whole_rows_is_never_taken_for_a_scramble(order):
    assert scrambled(shelf("".join(order), prices="".join(order), stocks="".join(order)), SHELF) == 0


def test_nothing_is_taken_from_a_scrambled_sheet_and_nothing_written():
    skus = [*SHELF]
    plan = planned(
        *shelf("FEDCBA"),
        products={sku: product(sku=sku, available=SHELF[sku].stock) for sku in skus},
        listings=[listing(sku=sku, shown=SHELF[sku].stock, told=Told(SHELF[sku].stock)) for sku in skus],
        bases=SHELF,
    )
    assert [entry.reason.code for entry in plan.held] == ["sheet.scrambled"]
    assert (plan.movements, plan.rows, plan.commands, plan.bases) == ((), (), (), {})


TWINS = {
    ZEROS: RowBase(price=30_000, stock=8),
    Sku("123"): RowBase(price=45_000, stock=3),
    KOPI: RowBase(price=30_000, stock=5),
}


def keyed(sku, *, key, like=None, number=2, **edits):
    """The row of ``sku`` with the key of ``key``; it shows the numbers of ``like``, without it those of ``key``."""
    base = TWINS[like or key]
    return row(number, sku, **({"key": row_key(key), "price": base.price, "stock": base.stock} | edits))


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        pytest.param([keyed("123", key=ZEROS)], {2: ZEROS}, id="lost zeros, and what is left is known"),
        pytest.param([keyed(KOPI, key=ZEROS)], {2: ZEROS}, id="renamed into known goods at the same price"),
        pytest.param(
            [keyed("123", key=ZEROS), keyed(ZEROS, key=Sku("123"), number=3)], {2: ZEROS, 3: "123"}, id="exchanged"
        ),
        pytest.param(
            [keyed(KOPI, key=ZEROS), keyed(ZEROS, key=KOPI, number=3)], {2: ZEROS, 3: KOPI}, id="exchanged, one price"
        ),
        pytest.param(
            [keyed("123", key=ZEROS, stock=99), keyed(ZEROS, key=Sku("123"), number=3)],
            {2: ZEROS, 3: "123"},
            id="exchanged, and one edited",
        ),
        pytest.param(
            [keyed("123", key=ZEROS), keyed(ZEROS, key=ZEROS, number=3)], {2: ZEROS}, id="pasted over other goods"
        ),
    ],
)
def test_a_row_with_key_and_numbers_of_other_goods_is_found(cells, found):
    assert contradicted(cells, TWINS) == found


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param([keyed(ZEROS, key=ZEROS)], id="as it was"),
        pytest.param([keyed("123", key=ZEROS, like=Sku("123"))], id="only the key was left behind"),
        pytest.param(
            [
                keyed("123", key=ZEROS, like=Sku("123"), price=30_000),
                keyed(ZEROS, key=Sku("123"), like=ZEROS, number=3),
            ],
            id="keys left behind by a sort, a price that becomes the other's",
        ),
        pytest.param(
            [keyed(KOPI, key=ZEROS, like=KOPI, stock=8), keyed(ZEROS, key=KOPI, like=ZEROS, number=3)],
            id="keys left behind by a sort, and restocked to the other's number",
        ),
        pytest.param([keyed("NEW", key=ZEROS)], id="really renamed"),
        pytest.param([keyed("NEW", key=ZEROS), keyed(ZEROS, key=ZEROS, number=3)], id="copied for new goods"),
        pytest.param(
            [keyed("NEW", key=ZEROS, stock=0), keyed(ZEROS, key=ZEROS, number=3)], id="copied for new goods, no stock"
        ),
        pytest.param([keyed("123", key=ZEROS, stock=50, price=46_000)], id="numbers of its own"),
        pytest.param([keyed("123", key=ZEROS, stock=None, price=None)], id="no numbers"),
        pytest.param([row(2, "123", key=row_key(Sku("NOBODY")), price=30_000, stock=8)], id="a key of nobody"),
        pytest.param([row(2, "123", key=None, price=30_000, stock=8)], id="no key"),
    ],
)
def test_a_key_alone_or_a_number_alone_contradicts_nothing(cells):
    assert contradicted(cells, TWINS) == {}


def test_a_row_that_contradicts_its_key_is_asked_about_and_keeps_it():
    skus = [*TWINS][:2]
    plan = planned(
        keyed("123", key=ZEROS),
        keyed(ZEROS, key=Sku("123"), number=3),
        products={sku: product(sku=sku, available=TWINS[sku].stock) for sku in skus},
        listings=[listing(sku=sku, shown=TWINS[sku].stock, told=Told(TWINS[sku].stock)) for sku in skus],
        bases={sku: TWINS[sku] for sku in skus},
    )
    assert [entry.reason for entry in plan.held] == [
        message("row.key_of_other", sku="123", other=ZEROS),
        message("row.key_of_other", sku=ZEROS, other="123"),
    ]
    assert (plan.movements, plan.commands, plan.bases) == ((), (), {})
    assert [set(write.cells) for write in plan.rows] == [{Field.STATUS, Field.NOTE}] * 2


LONG = {Sku(f"S{place}"): RowBase(price=1000 * (place**2 % 11 + 1), stock=place**2 % 23) for place in range(1, 41)}


def moved(names="stock", *, by=1, start=10, rows=LONG, **edits):
    """A sheet without keys whose cells of ``names`` show what stood ``by`` rows below, from row ``start`` on."""
    known = dict(enumerate(rows.values()))
    shown = []
    for place, sku in enumerate(rows):
        source = known.get(place + by, RowBase()) if place >= start else known[place]
        cells = {name: getattr(source if name in names else known[place], name) for name in ("price", "stock")}
        shown.append(row(place + 2, sku, key=None, **(cells | edits.get(sku, {}))))
    return shown


@pytest.mark.parametrize("names", ["stock", "price", "price stock"])
@pytest.mark.parametrize("by", [-3, -1, 1, 2])
def test_a_run_of_cells_that_moved_to_the_next_rows_is_recognised(names, by):
    assert scrambled(moved(names, by=by), LONG) > 10
    assert scrambled(moved(names, by=by, S20={"stock": 99, "price": 99_000}), LONG) > 10


LADDER = {Sku(f"S{place}"): RowBase(price=55_000, stock=10 + place) for place in range(1, 13)}
FEW = {Sku(f"S{place}"): RowBase(price=55_000, stock=place * place % 4) for place in range(1, 41)}


@pytest.mark.parametrize(
    ("cells", "bases"),
    [
        pytest.param(moved(rows=LADDER, start=0), LADDER, id="ten sizes at one price, each restocked by one"),
        pytest.param(moved(rows=FEW, start=34), FEW, id="few of each: numbers that say nothing"),
        pytest.param([*reversed(moved(by=0))], LONG, id="sorted as a whole"),
        pytest.param(moved(by=0, start=0)[::2], LONG, id="rows deleted"),
        pytest.param(
            [*moved(by=0)[:20], *(row(90 + i, f"N{i}", price=1, stock=i) for i in range(9)), *moved(by=0)[20:]],
            LONG,
            id="rows inserted",
        ),
        pytest.param(moved(by=0, **{f"S{i}": {"stock": 20} for i in range(1, 41)}), LONG, id="all set to one number"),
        pytest.param(moved(by=0, **{f"S{i}": {"stock": 3 * i} for i in range(1, 41)}), LONG, id="all counted"),
    ],
)
def test_an_innocent_sheet_is_no_scramble(cells, bases):
    assert scrambled(cells, bases) == 0


def test_a_code_that_was_known_before_is_not_taken_for_a_damaged_one():
    assert repaired([row(2, "123", key=None)], [ZEROS], known={"123"}) == {}
    plan = planned(
        saved(sku="123", stock=50, key=None),
        products={ZEROS: product(sku=ZEROS), Sku("123"): product(sku="123", available=50)},
        listings=[listing(sku=ZEROS)],
        bases={ZEROS: as_left(), Sku("123"): as_left(stock=50)},
    )
    assert plan.movements == ()


def test_before_all_shops_were_read_no_code_is_repaired():
    plan = planned(
        saved(sku="123", stock=22, key=None),
        products={ZEROS: product(sku=ZEROS)},
        listings=[listing(sku=ZEROS)],
        bases={ZEROS: as_left()},
        is_catalogue_known=False,
    )
    assert plan.movements == ()


def test_price_and_stock_that_changed_places_stop_the_sheet():
    bases = {Sku("A"): RowBase(price=55_000, stock=12), Sku("B"): RowBase(price=80_000, stock=40)}
    swapped = [row(2, "A", price=12, stock=55_000), row(3, "B", price=40, stock=80_000)]
    assert columns_exchanged(swapped, bases) == 2
    assert columns_exchanged([swapped[0], row(3, "B", price=80_000, stock=40)], bases) == 1
    plan = planned(saved(2, price=12, stock=55_000), bases={KOPI: RowBase(price=55_000, stock=12)})
    assert [entry.reason.code for entry in plan.held] == ["sheet.columns_exchanged"]


@pytest.mark.parametrize(("price", "stock"), [(55_000, 12), (55_000, 13), (12, 12), (56_000, 55_000), (12, 54_999)])
def test_other_numbers_are_no_exchange_of_columns(price, stock):
    bases = {Sku("A"): RowBase(price=55_000, stock=12)}
    assert columns_exchanged([row(2, "A", price=price, stock=stock)], bases) == 0
