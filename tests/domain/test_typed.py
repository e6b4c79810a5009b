import pytest
from domain.world import (
    DONE,
    KOPI,
    as_left,
    codes,
    line,
    listing,
    moved,
    product,
    recipe_sheet,
    row,
    saved,
    say,
    sent,
    snapshot,
)

from daemon.domain.messages import message
from daemon.domain.plan import Plan
from daemon.domain.reconcile import reconcile
from daemon.domain.rows import Absent, Field, RowBase, Unclear
from daemon.domain.stock import QUANTITY_LIMIT, Cause, Told
from daemon.domain.values import ListingStatus, Sku

DUO = Sku("DUO")
UNCLEAR = Unclear(message("cell.error", shown="#N/A"))


def planned(*rows, listings=None, bases=None, **fields) -> Plan:
    known = {KOPI: as_left()} if bases is None else bases
    return reconcile(snapshot(*(listings or (listing(),)), rows=rows, bases=known, **fields), say)


def held_fields(plan: Plan):
    return [(held.field, held.row) for held in plan.held]


# Cells


@pytest.mark.parametrize("field", [Field.STOCK, Field.ADJUSTMENT, Field.COUNT, Field.PRICE])
@pytest.mark.parametrize("content", [None, Absent()], ids=["blank", "absent"])
def test_a_blank_cell_and_a_missing_column_are_no_change(field, content):
    plan = planned(saved(**{field.value: content}))
    assert (plan.movements, plan.commands, plan.held) == ((), (), ())


@pytest.mark.parametrize("content", [UNCLEAR, "dua belas"], ids=["unclear", "words"])
@pytest.mark.parametrize("field", [Field.STOCK, Field.ADJUSTMENT, Field.COUNT, Field.PRICE])
def test_what_cannot_be_read_as_a_number_is_held_and_left_standing(field, content):
    plan = planned(saved(**{field.value: content}))
    assert (plan.movements, plan.commands) == ((), ())
    assert held_fields(plan) == [(field, 2)]
    assert field not in plan.rows[0].cells


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Field.STOCK, -1),
        (Field.STOCK, QUANTITY_LIMIT + 1),
        (Field.ADJUSTMENT, -QUANTITY_LIMIT - 1),
        (Field.ADJUSTMENT, QUANTITY_LIMIT + 1),
        (Field.COUNT, -1),
        (Field.COUNT, QUANTITY_LIMIT + 1),
        (Field.PRICE, 99),
        (Field.PRICE, 100_000_001),
    ],
)
def test_a_number_out_of_range_is_held_and_left_standing(field, value):
    plan = planned(saved(**{field.value: value}))
    assert (plan.movements, plan.commands) == ((), ())
    assert held_fields(plan) == [(field, 2)]
    assert field not in plan.rows[0].cells


@pytest.mark.parametrize(
    ("field", "value", "delta"),
    [
        (Field.STOCK, 0, -10),
        (Field.STOCK, QUANTITY_LIMIT, QUANTITY_LIMIT - 10),
        (Field.ADJUSTMENT, -4, -4),
        (Field.ADJUSTMENT, QUANTITY_LIMIT, QUANTITY_LIMIT),
        (Field.COUNT, 0, -10),
        (Field.COUNT, QUANTITY_LIMIT, QUANTITY_LIMIT - 10),
    ],
)
def test_a_number_in_range_is_booked(field, value, delta):
    assert [units for _cause, units in moved(planned(saved(**{field.value: value})))] == [delta]


@pytest.mark.parametrize(("field", "value"), [(Field.PRICE, 100), (Field.PRICE, 100_000_000)])
def test_a_price_in_range_is_agreed(field, value):
    assert planned(saved(**{field.value: value})).products[0].price.amount == value


# Stock


def test_a_typed_stock_is_a_difference_against_what_the_seller_saw():
    # They saw 12 and typed 22 while three were sold.
    plan = planned(
        saved(stock=22),
        bases={KOPI: as_left(stock=12)},
        listings=[listing(shown=9, told=Told(9))],
        products={KOPI: product(available=9)},
    )
    assert moved(plan) == [(Cause.SHEET_EDIT, 10)]
    assert sent(plan) == {"toko": 19}
    assert plan.rows[0].cells[Field.STOCK] == 19


def test_an_adjustment_is_added_once_and_cleared():
    plan = planned(saved(adjustment=-2))
    assert moved(plan) == [(Cause.ADJUSTMENT, -2)]
    note = f"{DONE}note.adjustment before=10 now=8 units=-2"
    assert plan.rows[0].cells == {Field.STOCK: 8, Field.ADJUSTMENT: None, Field.NOTE: note}
    again = planned(saved(adjustment=-2), bases={KOPI: as_left(adjustment=-2)})
    assert again.movements == ()


def test_a_count_sets_what_lies_on_the_shelf_less_what_is_promised_once():
    plan = planned(saved(count=20), products={KOPI: product(reserved=3)})
    assert moved(plan) == [(Cause.COUNT, 7)]
    note = f"{DONE}note.count_reserved counted=20 now=17 reserved=3"
    assert plan.rows[0].cells == {Field.STOCK: 17, Field.COUNT: None, Field.NOTE: note}
    assert planned(saved(count=20), bases={KOPI: as_left(count=20)}).movements == ()


def test_a_count_has_the_last_word_over_other_numbers_of_the_same_save():
    plan = planned(saved(stock=15, adjustment=4, count=12))
    assert moved(plan) == [(Cause.SHEET_EDIT, 5), (Cause.COUNT, -3)]


def test_what_was_added_beside_a_count_is_in_it_whatever_it_was():
    plan = planned(saved(adjustment=-30, count=12))
    assert (moved(plan), plan.bases[KOPI].adjustment, plan.held) == ([(Cause.COUNT, 2)], -30, ())
    assert sent(plan) == {"toko": 12}


def test_a_stock_typed_over_units_sold_in_excess_pays_them_back_first():
    plan = planned(
        saved(stock=5),
        bases={KOPI: as_left(stock=0)},
        products={KOPI: product(available=-3)},
        listings=[listing(shown=0, told=Told(0))],
    )
    assert sent(plan) == {"toko": 2}


def test_a_typed_stock_links_the_shops_that_never_agreed():
    unlinked = listing("mall", told=None, shown=7)
    plan = planned(saved(stock=12), listings=[listing(), unlinked])
    assert sent(plan) == {"toko": 12, "mall": 12}
    assert plan.held == ()


def test_a_count_links_the_shops_that_never_agreed_even_where_it_confirms_the_pool():
    plan = planned(saved(count=10), listings=[listing(), listing("mall", told=None, shown=7)])
    assert (moved(plan), sent(plan)) == ([], {"mall": 10})


# Stock that differs at the start


def first(**cells):
    return row(price=55_000, **cells)


def test_a_stock_that_differs_at_first_sight_is_asked_about():
    plan = planned(first(stock=12), bases={})
    assert (plan.movements, plan.commands) == ((), ())
    assert [say(held.reason) for held in plan.held] == ["stock.differs_at_start shown=10 typed=12"]
    assert plan.bases[KOPI] == RowBase(price=55_000, asked_stock=12)
    assert Field.STOCK not in plan.rows[0].cells


def test_a_stock_that_agrees_at_first_sight_is_the_base():
    assert planned(first(stock=10), bases={}).bases[KOPI].stock == 10


ASKED = RowBase(price=55_000, status="status.held", note="Selaras: ?", asked_stock=12)


@pytest.mark.parametrize(
    ("typed", "note", "delta"),
    [(12, "Selaras: ?", None), (12, "punya saya", None), (15, "Selaras: ?", 5), (12, None, 2), (10, "Selaras: ?", 0)],
    ids=["no answer", "a note of their own", "another number", "note emptied", "the shop's number"],
)
def test_the_answer_to_a_stock_asked_about(typed, note, delta):
    plan = planned(first(stock=typed, note=note), bases={KOPI: ASKED})
    assert moved(plan) == ([(Cause.SHEET_EDIT, delta)] if delta else [])
    assert ("stock.differs_at_start" in codes(plan)) is (delta is None)
    assert plan.bases.get(KOPI, ASKED).asked_stock == (12 if delta is None else None)


def test_a_stock_emptied_instead_of_an_answer_takes_the_shops_number():
    plan = planned(first(stock=None, note="Selaras: ?"), bases={KOPI: ASKED})
    assert (plan.movements, plan.held) == ((), ())
    assert plan.rows[0].cells[Field.STOCK] == 10


def test_a_note_emptied_before_a_question_was_asked_is_no_answer_to_it():
    # The workbook is open, so our note cannot be written; the seller has emptied an older one.
    asked = planned(first(stock=12, note=None), bases={KOPI: RowBase(note="Selaras: older")}).bases
    assert codes(planned(first(stock=12, note=None), bases=asked)) == ["stock.differs_at_start"]


def test_a_note_that_stands_in_another_row_now_was_moved_and_answers_nothing():
    tea = Sku("TEH-100")
    rows = first(stock=12, note=None), row(3, tea, price=55_000, stock=12, note="Selaras: ?")
    both = [listing(), listing(sku=tea)]
    moved_there = planned(*rows, listings=both, bases={KOPI: ASKED, tea: ASKED._replace(note=None)})
    assert (moved_there.movements, codes(moved_there)) == ((), ["stock.differs_at_start"] * 2)
    asked_alike = planned(*rows, listings=both, bases={KOPI: ASKED, tea: ASKED})
    assert [(move.sku, move.delta) for move in asked_alike.movements] == [(KOPI, 2)]


# In a file older than the newest revision


@pytest.mark.parametrize(
    "changes", [{}, {"stock": 15}, {"note": None}], ids=["as it was asked", "another number", "note emptied"]
)
def test_an_old_file_does_not_answer_what_was_asked_about_a_stock(changes):
    cells = first(**({"stock": 12, "note": "Selaras: ?"} | changes))
    plan = planned(cells, bases={KOPI: ASKED}, is_stale=True)
    assert (plan.movements, codes(plan)) == ((), ["stock.old_answer"])
    written = plan.bases.get(KOPI, ASKED)._replace(note="Selaras: ?")
    newest = planned(first(**({"stock": 12} | changes | {"note": "Selaras: ?"})), bases={KOPI: written})
    assert (newest.movements, codes(newest)) == ((), ["stock.differs_at_start"])


def test_other_edits_in_an_old_file_are_plain_edits():
    plan = planned(saved(stock=12, adjustment=-1, count=30), is_stale=True)
    assert moved(plan) == [(Cause.SHEET_EDIT, 2), (Cause.ADJUSTMENT, -1)]
    assert codes(plan) == ["stock.old_count"]


def refused(count):
    """What is agreed after ``count`` came in an old file, and our note was written."""
    return planned(saved(count=count), is_stale=True).bases[KOPI]._replace(note="Selaras: ?", status="status.held")


@pytest.mark.parametrize("count", [0, 30])
@pytest.mark.parametrize(
    ("typed", "note", "booked"),
    [("same", "Selaras: ?", None), ("same", None, "same"), (25, "Selaras: ?", 25), (None, "Selaras: ?", None)],
    ids=["no answer", "note emptied", "another count", "emptied"],
)
def test_a_count_of_an_old_file_waits_until_the_seller_answers(count, typed, note, booked):
    typed, booked = (count if value == "same" else value for value in (typed, booked))
    plan = planned(saved(count=typed, note=note), bases={KOPI: refused(count)})
    assert moved(plan) == ([] if booked is None else [(Cause.COUNT, booked - 10)])
    is_waiting = typed is not None and booked is None
    assert codes(plan) == (["stock.old_count"] if is_waiting else [])
    assert plan.bases.get(KOPI, refused(count)).asked_count == (count if is_waiting else None)


def test_a_count_that_is_booked_already_is_not_held_in_a_file_that_has_become_old():
    plan = planned(saved(count=20), bases={KOPI: as_left(count=20)}, is_stale=True)
    assert (plan.movements, plan.held) == ((), ())


# Rows


def test_a_repeated_sku_is_held_in_each_of_its_rows_and_nowhere_in_a_command():
    plan = planned(saved(2, stock=3), saved(3, stock=4))
    assert (plan.movements, plan.commands) == ((), ())
    assert [(held.reason.code, held.row) for held in plan.held] == [("row.duplicate_sku", 2), ("row.duplicate_sku", 3)]
    assert [write.number for write in plan.rows] == [2, 3]


@pytest.mark.parametrize(
    ("sku", "code"),
    [(None, "row.no_sku"), (Unclear(message("cell.damaged_sku", shown="6.9E+12")), "cell.damaged_sku")],
)
def test_a_row_without_a_readable_sku_is_held(sku, code):
    plan = planned(saved(2, sku, stock=3), saved(3))
    assert (codes(plan), plan.movements) == ([code], ())


def test_a_heading_or_a_remark_without_numbers_is_the_sellers_own_affair():
    heading = saved(3, None, price=None, stock=None, product="KOPI")
    assert (codes(planned(saved(2), heading)), planned(saved(2), heading).rows) == ([], ())


def test_a_sku_that_no_shop_lists_is_held_once_every_shop_was_swept():
    assert codes(planned(saved(2), saved(3, "TEH-100", stock=4))) == ["row.no_listing"]
    early = planned(saved(2), saved(3, "TEH-100", stock=4), is_catalogue_known=False)
    assert (codes(early), early.movements) == (["row.not_read_yet"], ())


def test_a_row_whose_listings_are_all_deleted_is_held_with_what_was_typed():
    gone = listing(status=ListingStatus.DELETED)
    plan = planned(saved(stock=12, price=70_000), listings=[gone])
    assert (codes(plan), plan.movements, plan.products) == (["row.no_listing"], (), ())
    assert set(plan.rows[0].cells) == {Field.STATUS, Field.NOTE}


def test_a_missing_row_is_named_and_changes_nothing():
    plan = planned()
    assert (plan.movements, plan.commands, plan.rows) == ((), (), ())
    assert codes(plan) == ["row.missing"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, []),
        ({"recipes": {DUO: {KOPI: 1}}, "recipe_sheet": recipe_sheet((DUO, KOPI, 1))}, ["row.missing"]),
        ({"is_catalogue_known": False}, ["row.missing"]),
    ],
)
def test_goods_that_no_shop_lists_and_no_bundle_needs_want_no_row(fields, said):
    goods = {KOPI: product(), DUO: product(DUO, 0)}
    plan = reconcile(snapshot(listing(sku=DUO), products=goods, rows=(), bases={KOPI: as_left()}, **fields), say)
    assert codes(plan) == said


def test_an_unreadable_workbook_is_neither_heard_nor_written():
    plan = reconcile(snapshot(listing(shown=9), rows=None, bases={KOPI: as_left()}, lines=(line(),)), say)
    assert moved(plan) == [(Cause.ORDER, -1)]
    assert (plan.rows, plan.held) == ((), ())


def test_a_row_written_again_goes_on_from_what_the_seller_last_saw():
    plan = planned(row(sku=KOPI, stock=22), bases={KOPI: as_left(stock=12)}, products={KOPI: product(available=9)})
    assert moved(plan) == [(Cause.SHEET_EDIT, 10)]


def test_a_row_among_others_is_matched_by_its_sku_wherever_it_stands():
    tea = Sku("TEH-100")
    plan = planned(
        saved(9, tea, stock=11),
        saved(4),
        listings=[listing(), listing(sku=tea)],
        bases={KOPI: as_left(), tea: as_left()},
    )
    assert [(movement.sku, movement.reference) for movement in plan.movements] == [(tea, "7/9")]
