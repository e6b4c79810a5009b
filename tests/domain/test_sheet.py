from datetime import timedelta

import pytest
from domain.world import DONE, KOPI, NOW, as_left, codes, line, listing, product, row, saved, say, snapshot

from daemon.domain.identity import row_key
from daemon.domain.messages import message
from daemon.domain.plan import Nameless, Plan, Target
from daemon.domain.reconcile import reconcile
from daemon.domain.rows import Absent, Field, RowBase
from daemon.domain.stock import Told
from daemon.domain.values import ListingStatus, Money, Sku

REFUSAL = message("push.refused", shop="toko", reason="12052217")
LEFT = {KOPI: as_left()}


def planned(*rows, listings=None, bases=None, **fields) -> Plan:
    return reconcile(
        snapshot(*(listings or (listing(),)), rows=rows, bases=LEFT if bases is None else bases, **fields), say
    )


def cells(plan: Plan, place=0):
    return dict(plan.rows[place].cells)


def test_a_row_in_step_is_not_touched():
    assert planned(saved()).rows == ()


def test_an_order_shows_in_the_row_of_its_sku():
    assert cells(planned(saved(5), lines=(line(),))) == {Field.STOCK: 9}


def test_units_sold_in_excess_show_as_zero_with_the_reason_beside_them():
    plan = planned(saved(), products={KOPI: product(available=-2)})
    assert cells(plan) == {
        Field.STOCK: 0,
        Field.STATUS: "status.held",
        Field.NOTE: "Selaras: stock.oversold units=2",
    }


def test_empty_cells_of_a_row_are_filled_and_columns_that_are_not_there_left_out():
    plan = planned(row(product=None, note=Absent(), status=Absent()), bases={})
    assert cells(plan) == {Field.PRODUCT: "Kopi Gayo 250 g", Field.PRICE: 55_000, Field.STOCK: 10}


def test_the_seller_names_their_goods_as_they_like():
    assert planned(saved(product="Kopi enak")).rows == ()


def test_goods_without_a_row_get_one_sorted_by_name():
    new = listing(sku=Sku("TEH"), title="Teh"), listing(sku=Sku("GULA"), title="Gula", status=ListingStatus.INACTIVE)
    plan = planned(saved(), listings=[listing(), *new])
    assert [(write.number, dict(write.cells)) for write in plan.rows] == [
        (None, filled("GULA", "Gula", "status.inactive")),
        (None, filled("TEH", "Teh", "status.active")),
    ]


def filled(sku, title, status):
    shown = {Field.SKU: sku, Field.PRODUCT: title, Field.PRICE: 55_000, Field.STOCK: 10, Field.STATUS: status}
    return shown | {Field.KEY: row_key(sku)}


def test_goods_without_a_sku_are_named_and_get_no_row():
    plan = planned(saved(), listings=[listing(), listing("mall", sku=Sku(""), title="Gula", told=None)])
    assert (plan.nameless, plan.rows, plan.held) == ((Nameless("mall", "Gula"),), (), ())
    gone = listing("mall", sku=Sku(""), status=ListingStatus.DELETED)
    assert planned(saved(), listings=[listing(), gone]).nameless == ()


def test_a_row_that_the_seller_removed_is_not_written_again():
    assert planned().rows == ()


@pytest.mark.parametrize(
    ("statuses", "word"),
    [
        ([ListingStatus.ACTIVE, ListingStatus.ACTIVE], "status.active"),
        ([ListingStatus.ACTIVE, ListingStatus.INACTIVE], "status.partly"),
        ([ListingStatus.OTHER, ListingStatus.ACTIVE, ListingStatus.ACTIVE], "status.partly"),
        ([ListingStatus.INACTIVE, ListingStatus.OTHER], "status.inactive"),
        ([ListingStatus.OTHER], "status.other"),
    ],
)
def test_the_status_tells_whether_buyers_see_the_goods_everywhere_somewhere_or_nowhere(statuses, word):
    shops = [listing(f"shop-{place}", status=status) for place, status in enumerate(statuses)]
    plan = planned(saved(status=None), listings=shops)
    assert cells(plan) == {Field.STATUS: word}


# Typed status


@pytest.mark.parametrize("typed", ["libur", "status.other", 0], ids=["own word", "no wish", "number"])
def test_a_typed_status_that_says_nothing_to_do_is_held_and_left_standing(typed):
    plan = planned(saved(status=typed))
    assert (codes(plan), plan.commands) == (["row.word_unclear"], ())
    assert set(cells(plan)) == {Field.NOTE}


@pytest.mark.parametrize("left", ["status.inactive", "status.held", None], ids=["ours", "held", "before our records"])
def test_a_status_that_we_wrote_follows_the_shop(left):
    standing = left or "status.inactive"
    plan = planned(saved(status=standing), bases={KOPI: as_left(status=left)})
    assert (plan.held, cells(plan)) == ((), {Field.STATUS: "status.active"})


def test_a_typed_status_that_came_true_in_seller_center_is_taken_for_ours():
    plan = planned(saved(status="status.inactive"), listings=[listing(status=ListingStatus.INACTIVE)])
    assert plan.held == plan.rows == ()
    assert plan.bases[KOPI].status == "status.inactive"


# Notes


def test_a_refused_write_is_told_beside_the_row_until_it_works():
    state = listing(refusals={Target.QUANTITY: REFUSAL}, told=Told(8), shown=8)
    plan = planned(saved(), listings=[state])
    assert cells(plan)[Field.NOTE] == "Selaras: push.refused reason=12052217 shop=toko"
    assert planned(saved(), listings=[listing(refusals={Target.QUANTITY: REFUSAL})]).held == ()


def test_a_note_of_the_seller_stays_theirs():
    assert cells(planned(saved(stock=-1, note="stok di gudang"))) == {Field.STATUS: "status.held"}


def test_our_note_goes_when_its_reason_has_gone():
    plan = planned(saved(note="Selaras: old", status="status.held"), bases={KOPI: as_left(note="Selaras: old")})
    assert cells(plan) == {Field.NOTE: None, Field.STATUS: "status.active"}


# Notes of what was done


def note(plan: Plan):
    return cells(plan).get(Field.NOTE)


GONE = {"listings": [listing(shown=9, told=Told(9))], "products": {KOPI: product(available=9)}}
SOLD = GONE | {"sold": {KOPI: 3}}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"stock": 22}, "note.stock_sold before=12 now=19 units=3"),
        ({"adjustment": 5}, "note.adjustment before=9 now=14 units=+5"),
        ({"stock": 22, "adjustment": 5}, "{stock}; note.adjustment before=19 now=24 units=+5"),
        ({"count": 20}, "note.count counted=20 now=20 reserved=0"),
        ({"stock": 22, "adjustment": 5, "count": 20}, "note.count counted=20 now=20 reserved=0"),
        ({"price": 60_000}, "note.price before=55000 now=60000"),
        ({"stock": 22, "price": 60_000}, "{stock}; note.price before=55000 now=60000"),
    ],
)
def test_the_note_tells_what_became_of_the_values_typed(typed, told):
    # They saw 12, and three were sold while they typed.
    plan = planned(saved(**({"stock": 12} | typed)), bases={KOPI: as_left(stock=12)}, **SOLD)
    assert note(plan) == DONE + told.format(stock="note.stock_sold before=12 now=19 units=3")


@pytest.mark.parametrize("sold", [0, 2, 5])
def test_units_that_left_by_something_else_than_orders_are_not_called_sold(sold):
    typed = {"bases": {KOPI: as_left(stock=12)}} | GONE | {"sold": {KOPI: sold}}
    assert note(planned(saved(stock=22), **typed)) == f"{DONE}note.stock_left before=12 now=19 units=3"


def test_orders_that_come_with_the_save_are_sales():
    plan = planned(saved(stock=22), lines=(line(1), line(2)))
    assert note(plan) == f"{DONE}note.stock_sold before=10 now=20 units=2"


def test_nothing_is_said_of_sales_where_there_were_none():
    assert note(planned(saved(stock=22))) == f"{DONE}note.stock before=10 now=22 units=0"


def test_what_only_orders_changed_is_not_noted():
    assert set(cells(planned(saved(), lines=(line(),)))) == {Field.STOCK}


TOLD = f"{DONE}12 → 10"


@pytest.mark.parametrize("standing", [TOLD, None, "pesan ke Bu Rina"], ids=["ours", "deleted", "theirs"])
def test_what_was_done_is_written_once_and_stands_while_it_is_so(standing):
    left = {KOPI: as_left(note=TOLD)}
    assert planned(saved(note=standing), bases=left).rows == ()
    after = {Field.STOCK: 9, Field.NOTE: None} if standing == TOLD else {Field.STOCK: 9}
    assert cells(planned(saved(note=standing), bases=left, lines=(line(),))) == after


@pytest.mark.parametrize(
    ("words", "stays"),
    [
        ("Rp 48.000 → Rp 55.000", True),
        ("Rp 48,000 → Rp 55,000", True),
        ("12 → 10", False),
        ("12 → 10; Rp 48.000 → Rp 55.000", False),
        ("12 → 10, 3 terjual selagi Anda mengetik; +5: 5 → 10", False),
    ],
)
def test_an_order_takes_away_a_note_about_the_stock_only(words, stays):
    standing = f"{DONE}{words}"
    plan = planned(saved(note=standing), bases={KOPI: as_left(note=standing)}, lines=(line(),))
    assert cells(plan) == {Field.STOCK: 9} | ({} if stays else {Field.NOTE: None})


def test_a_price_that_changed_elsewhere_takes_its_note_away():
    standing = f"{DONE}Rp 48.000 → Rp 55.000"
    plan = planned(saved(note=standing), bases={KOPI: as_left(note=standing)}, listings=[listing(price=Money(60_000))])
    assert cells(plan) == {Field.PRICE: 60_000, Field.NOTE: None}


def test_a_note_that_contradicts_its_row_goes_without_any_other_reason():
    standing = f"{DONE}12 → 22"
    assert cells(planned(saved(note=standing), bases={KOPI: as_left(note=standing)})) == {Field.NOTE: None}


def test_news_and_reasons_replace_what_was_done_before():
    left = {KOPI: as_left(note=TOLD)}
    assert note(planned(saved(note=TOLD, stock=8), bases=left)).startswith(f"{DONE}note.stock before")
    assert note(planned(saved(note=TOLD, stock=-1), bases=left)).startswith("Selaras: stock.out_of_range")
    assert planned(saved(note="pesan ke Bu Rina", stock=8), bases=left).rows == ()


def test_the_same_is_not_written_again_for_the_time_in_it():
    # The cell with the stock cannot be written (a formula), so the row goes on to say 12 where 9 are left.
    left, later = {KOPI: as_left(stock=12)}, NOW + timedelta(hours=1)
    told = note(planned(saved(stock=12), bases=left, written={KOPI: as_left(stock=10)}, **SOLD))
    plan = planned(saved(stock=12, note=told), bases=left, written={KOPI: as_left(stock=10)}, now=later, **SOLD)
    assert cells(plan) == {Field.STOCK: 9}


def test_what_a_copy_brought_is_told_unless_the_row_has_news_of_its_own():
    told = f"{DONE}10 → 12"
    now = {"products": {KOPI: product(available=12)}, "brought": {KOPI: told}}
    assert cells(planned(saved(note=TOLD), **now)) == {Field.STOCK: 12, Field.NOTE: told}
    assert note(planned(saved(price=60_000), **now)) == f"{DONE}note.price before=55000 now=60000"


def test_a_workbook_that_stays_open_is_told_of_everything_typed_since_it_was_written():
    # 22 was typed and taken over in an earlier cycle; the note could not be written then.
    plan = planned(
        saved(stock=22),
        bases={KOPI: as_left(stock=22)},
        written={KOPI: as_left(stock=12)},
        **SOLD | {"sold": {KOPI: 13}},
    )
    assert plan.movements == ()
    assert cells(plan) == {Field.STOCK: 9, Field.NOTE: f"{DONE}note.stock_sold before=12 now=9 units=13"}


def test_a_value_typed_and_taken_back_is_no_news():
    plan = planned(saved(), bases={KOPI: as_left()}, written={KOPI: as_left()})
    assert plan.rows == ()


@pytest.mark.parametrize(
    ("typed", "asked", "told"),
    [
        ({"stock": 12}, RowBase(price=55_000, stock=12), "note.stock_decided now=10"),
        ({"price": 61_500}, as_left(price=61_500), "note.price_decided now=55000"),
    ],
)
def test_an_answered_question_is_told_with_the_number_that_holds(typed, asked, told):
    field = {"asked_stock" if "stock" in typed else "asked_price": next(iter(typed.values()))}
    written = asked._replace(note="Selaras: ?", stock=None if "stock" in typed else 10, **field)
    plan = planned(saved(**typed), bases={KOPI: asked}, written={KOPI: written})
    assert note(plan) == f"{DONE}{told}"


@pytest.mark.parametrize(
    ("typed", "available", "told"),
    [
        (5000, 10, "note.stock_decided before=10 now=10 units=4990"),
        (5000, 7, "note.stock_decided before=10 now=7 units=4993"),
        (5000, 4997, "note.stock_sold before=10 now=4997 units=3"),
        (15, 12, "note.stock_sold before=10 now=12 units=3"),
        (15, 11, "note.stock_left before=10 now=11 units=4"),
    ],
    ids=["the shop's", "the shop's, some sold", "the sheet's, some sold", "another number", "changed elsewhere"],
)
def test_after_a_question_no_units_are_called_sold_that_nobody_sold(typed, available, told):
    written = {KOPI: as_left(asked_stock=5000, note="Selaras: ?")}
    known = {"bases": {KOPI: as_left(stock=typed)}, "products": {KOPI: product(available=available)}}
    assert note(planned(saved(stock=typed), written=written, sold={KOPI: 3}, **known)) == f"{DONE}{told}"


def test_a_note_of_what_was_done_is_no_question_that_deleting_it_would_answer():
    # A conflict was found while the workbook was open: its note is not written yet, and an older one is deleted.
    left = {KOPI: as_left(price=61_500, note=f"{DONE}10 → 12", asked_price=61_500)}
    conflict = {"listings": [listing(price=Money(48_000), commanded=frozenset({Target.PRICE}))]}
    asked = planned(saved(price=61_500), bases=left, products={KOPI: product(price=Money(61_500))}, **conflict)
    assert codes(asked) == ["price.conflict"]


def test_the_same_reason_is_said_once():
    refused = {Target.QUANTITY: REFUSAL}
    unlinked = [listing(shop, told=Told(3), shown=3, refusals=refused) for shop in ("toko", "mall")]
    plan = planned(saved(), listings=unlinked)
    assert cells(plan)[Field.NOTE].count("push.refused") == 1
