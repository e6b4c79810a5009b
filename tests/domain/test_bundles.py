import pytest
from domain.world import (
    LONG_AGO,
    NOW,
    SECOND,
    Bought,
    World,
    as_left,
    codes,
    line,
    listing,
    moved,
    product,
    recipe_sheet,
    saved,
    say,
    sent,
    snapshot,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.domain.brakes import Limits
from daemon.domain.edits import TURNS
from daemon.domain.orders import Goods, LineEffect, effect_of
from daemon.domain.plan import Target
from daemon.domain.reconcile import reconcile
from daemon.domain.rows import Field
from daemon.domain.snapshot import MarketplaceEdit, ShopPolicy
from daemon.domain.stock import Cause, Told, Unexplained
from daemon.domain.values import Sku

DUO, KOPI, GELAS = Sku("DUO"), Sku("KOPI"), Sku("GELAS")
RECIPE = {DUO: {KOPI: 2, GELAS: 1}}
ROWS = (("DUO", "KOPI", 2), ("DUO", "GELAS", 1))


def goods(*, own=0, kopi=10, gelas=8):
    return {DUO: product(DUO, own), KOPI: product(KOPI, kopi), GELAS: product(GELAS, gelas)}


def picture(*listings, **fields):
    """A bundle of two KOPI and one GELAS, of which the shop lists the bundle only, unless ``fields`` say otherwise."""
    known = {"products": goods(), "recipes": RECIPE, "bases": {}}
    return snapshot(*(listings or [bundle()]), **{**known, **fields})


def bundle(shop="toko", **fields):
    return listing(shop, DUO, **({"shown": 5, "told": Told(5)} | fields))


def planned(*listings, **fields):
    return reconcile(picture(*listings, **fields), say)


def units(plan):
    return [(move.sku, move.cause, move.delta) for move in plan.movements]


# what the parts have, and how many bundles that is
@pytest.mark.parametrize(
    ("kopi", "gelas", "shown"), [(10, 8, 5), (11, 8, 5), (10, 3, 3), (1, 8, 0), (0, 8, 0), (-3, 8, 0), (10, 0, 0)]
)
def test_a_bundle_shows_what_its_parts_allow(kopi, gelas, shown):
    plan = planned(bundle(shown=7, told=Told(7)), products=goods(kopi=kopi, gelas=gelas))
    assert sent(plan) == {"toko": shown}
    assert plan.movements == ()


NEW = {"recipes": {}, "recipe_sheet": recipe_sheet(*ROWS)}
"""``Paket`` says for the first time what DUO is made of."""


def test_goods_in_a_recipe_before_they_were_ever_seen_lose_the_number_that_the_shop_shows():
    known = goods()
    del known[DUO]
    plan = planned(bundle(shown=12, told=None), products=known, rows=(), **NEW)
    assert units(plan) == [(DUO, Cause.OPENING, 12), (DUO, Cause.BUNDLE, -12)]
    assert (plan.recipes, sent(plan), codes(plan)) == (RECIPE, {"toko": 5}, [])


def test_goods_with_units_of_their_own_become_no_bundle_unasked():
    rows = (saved(2, DUO, stock=12),)
    plan = planned(bundle(shown=12, told=Told(12)), products=goods(own=12), rows=rows, bases={DUO: as_left(12)}, **NEW)
    assert (units(plan), sent(plan), plan.recipes) == ([], {}, None)
    assert [(held.sku, held.reason.code, held.reason.params) for held in plan.held] == [
        (DUO, "bundle.has_own_stock", {"bundle": DUO, "units": 12})
    ]


@pytest.mark.parametrize("cells", [{"stock": 0}, {"stock": 12, "count": 0}])
def test_they_do_in_the_save_that_says_that_none_of_their_own_are_left(cells):
    rows = (saved(2, DUO, **cells),)
    plan = planned(bundle(shown=12, told=Told(12)), products=goods(own=12), rows=rows, bases={DUO: as_left(12)}, **NEW)
    assert [(sku, delta) for sku, _cause, delta in units(plan)] == [(DUO, -12)]
    assert (plan.recipes, sent(plan), codes(plan)) == (RECIPE, {"toko": 5}, [])
    assert [write.cells[Field.STOCK] for write in plan.rows] == [5]


# what the goods have themselves, what is promised of it, and what is typed in this save
@pytest.mark.parametrize(
    ("own", "reserved", "cells", "held"),
    [
        (0, 0, {}, []),
        (3, 0, {}, ["bundle.has_own_stock"]),
        (-1, 0, {}, ["bundle.owes_units", "stock.oversold"]),
        (0, 1, {}, ["bundle.has_promised"]),
        (0, 1, {"count": 1}, []),
        (2, 1, {"stock": 0}, []),
        (2, 1, {"count": 1}, []),
        (2, 1, {"count": 0}, ["bundle.owes_units", "stock.oversold"]),
        (-1, 1, {"adjustment": 1}, []),
    ],
)
def test_goods_become_a_bundle_only_when_they_have_and_owe_nothing_of_their_own(own, reserved, cells, held):
    shown = max(own, 0)
    rows = (saved(2, DUO, **({"stock": shown} | cells)),)
    known = goods() | {DUO: product(DUO, own, reserved=reserved)}
    listed = bundle(shown=shown, told=Told(shown))
    plan = planned(listed, products=known, rows=rows, bases={DUO: as_left(shown)}, **NEW)
    assert (codes(plan), plan.recipes) == (held, None if held else RECIPE)
    assert Cause.BUNDLE not in {cause for _sku, cause, _units in units(plan)}


def test_an_order_goes_by_the_recipe_that_was_in_force_before_its_cycle():
    sheet = recipe_sheet(("DUO", "KOPI", 3))
    plan = planned(recipe_sheet=sheet, rows=(), lines=(line(sku=DUO),))
    assert units(plan) == [(KOPI, Cause.ORDER, -2), (GELAS, Cause.ORDER, -1)]
    assert (plan.recipes, sent(plan)) == ({DUO: {KOPI: 3}}, {"toko": 2})


def test_a_bundle_of_goods_that_are_asked_about_themselves_waits_with_them():
    rows = (("BOX", "DUO", 1), *ROWS)
    plan = planned(products=goods(own=12), rows=(), recipes={}, recipe_sheet=recipe_sheet(*rows))
    assert (units(plan), codes(plan)) == ([], ["bundle.inside_bundle", "bundle.has_own_stock"])


def test_goods_in_a_circle_stay_what_they_are():
    sheet = recipe_sheet(("KOPI", "GELAS", 1), ("GELAS", "KOPI", 1), *ROWS)
    shown = (listing(sku=KOPI), listing(sku=GELAS, shown=8, told=Told(8)))
    plan = planned(*shown, rows=(), recipes={}, recipe_sheet=sheet)
    assert (units(plan), sent(plan), plan.recipes) == ([], {}, None)
    assert {(held.sku, held.reason.code) for held in plan.held} == {
        (sku, "bundle.inside_bundle") for sku in (KOPI, GELAS, DUO)
    }


def test_a_shop_that_never_agreed_with_a_bundle_follows_its_parts():
    assert sent(planned(bundle(shown=12, told=None))) == {"toko": 5}


GONE = {"recipe_sheet": recipe_sheet(), "bases": {DUO: as_left(5)}}
"""DUO stands in ``Paket`` no more; its row showed 5."""


@pytest.mark.parametrize("cells", [{}, {"adjustment": 2}])
def test_a_bundle_that_is_taken_out_of_the_sheet_stays_one_until_its_own_stock_is_known(cells):
    plan = planned(rows=(saved(2, DUO, **({"stock": 5} | cells)),), **GONE)
    assert (plan.recipes, units(plan), sent(plan)) == (None, [], {})
    assert plan.held[0].reason.code == "bundle.dissolved"
    assert plan.held[0].reason.params == {"bundle": DUO, "stock": 5}


@pytest.mark.parametrize(
    ("cells", "booked", "left"),
    [
        ({"stock": 9}, [(DUO, Cause.SHEET_EDIT, 9)], 9),
        ({"stock": 0}, [], 0),
        ({"stock": 5, "count": 7}, [(DUO, Cause.COUNT, 7)], 7),
        ({"stock": 9, "adjustment": 2, "count": 7}, [(DUO, Cause.COUNT, 7)], 7),
        ({"stock": 5, "count": 0}, [], 0),
    ],
)
def test_a_number_typed_for_it_is_its_stock(cells, booked, left):
    plan = planned(rows=(saved(2, DUO, **cells),), **GONE)
    assert (plan.recipes, units(plan), codes(plan), sent(plan)) == ({}, booked, [], {"toko": left})


def test_what_was_added_beside_it_is_held_for_it_may_have_been_refused_before():
    plan = planned(rows=(saved(2, DUO, stock=9, adjustment=2),), **GONE)
    assert (units(plan), codes(plan), sent(plan)) == ([(DUO, Cause.SHEET_EDIT, 9)], ["bundle.added_then"], {"toko": 9})


def test_as_long_as_that_number_is_asked_about_it_stays_a_bundle():
    rows, limits = (saved(2, DUO, stock=5000),), Limits(stock_step=1000)
    asked = planned(rows=rows, limits=limits, **GONE)
    assert (asked.recipes, units(asked), sent(asked)) == (None, [], {})
    assert codes(asked) == ["bundle.big_own_stock", "bundle.dissolved"]
    answered = planned(
        rows=rows, limits=limits, recipe_sheet=recipe_sheet(), bases={DUO: asked.bases[DUO]._replace(note="?")}
    )
    assert (answered.recipes, units(answered)) == ({}, [(DUO, Cause.SHEET_EDIT, 5000)])


def test_a_bundle_that_no_shop_lists_is_dropped_with_its_rows():
    plan = planned(listing(sku=KOPI), rows=(), recipe_sheet=recipe_sheet())
    assert (plan.recipes, codes(plan)) == ({}, [])


@pytest.mark.parametrize(
    "fields",
    [
        {"rows": None},
        {"rows": (), "copy": "toko (conflicted copy).xlsx"},
        {"rows": (), "is_stale": True},
    ],
)
def test_copies_and_old_files_change_no_recipe(fields):
    plan = planned(recipe_sheet=recipe_sheet(("DUO", "KOPI", 9)), **fields)
    assert (plan.recipes, codes(plan)) == (None, [])


def test_a_workbook_without_the_sheet_keeps_the_recipes_and_says_so():
    plan = planned(rows=())
    assert (plan.recipes, codes(plan)) == (None, ["bundle.no_sheet"])
    assert codes(planned(rows=(), recipes={}, products=goods(own=5))) == []


def test_a_bundle_waits_as_it_is_until_all_its_parts_have_a_stock():
    known = goods(own=0)
    del known[GELAS]
    plan = planned(bundle(shown=0, told=Told(0)), products=known, rows=(), **NEW)
    assert (units(plan), sent(plan), plan.recipes) == ([], {}, None)
    assert codes(plan) == ["bundle.part_without_stock"]


@pytest.mark.parametrize(("own", "shown", "held"), [(0, {"toko": 3}, []), (5, {}, ["bundle.has_own_stock"])])
def test_a_part_that_no_shop_lists_starts_with_the_number_in_its_row(own, shown, held):
    known = goods(own=own)
    del known[GELAS]
    rows, listed = (saved(2, GELAS, stock=3, price=None),), bundle(shown=own, told=Told(own))
    plan = planned(listed, products=known, rows=rows, **NEW)
    assert (units(plan), sent(plan), codes(plan)) == ([(GELAS, Cause.SHEET_EDIT, 3)], shown, held)
    assert [(change.sku, change.is_new, change.opened_at) for change in plan.products] == [(GELAS, True, LONG_AGO)]


@pytest.mark.parametrize("stock", [None, -1])
def test_the_row_of_such_a_part_is_asked_for_its_number(stock):
    known = goods()
    del known[GELAS]
    plan = planned(products=known, rows=(saved(2, GELAS, stock=stock),), **NEW)
    assert codes(plan) == ["bundle.part_needs_stock", "bundle.part_without_stock"]


TYPO = recipe_sheet(("DUO", "KOPI", 2), ("DUO", "GELASS", 1))


def test_a_new_recipe_with_a_part_without_stock_leaves_the_one_in_force():
    plan = planned(recipe_sheet=TYPO, rows=(), lines=(line(sku=DUO),))
    assert units(plan) == [(KOPI, Cause.ORDER, -2), (GELAS, Cause.ORDER, -1)]
    assert (plan.recipes, sent(plan), codes(plan)) == (None, {}, ["bundle.part_without_stock"])
    assert plan.held[0].reason.params == {"bundle": DUO, "part": "GELASS"}


def test_a_row_of_no_readable_bundle_hides_no_unknown_part_or_bundle():
    sheet = recipe_sheet((None, "KOPI", 1), ("DUO", "KOPI", 2), ("DUO", "GELASS", 1), ("TRIO", "KOPI", 3))
    plan = planned(recipe_sheet=sheet, rows=())
    assert (plan.recipes, sent(plan)) == (None, {})
    assert {(entry.sku, entry.reason.code) for entry in plan.held} == {
        (None, "bundle.code_unclear"),
        (DUO, "bundle.part_without_stock"),
        (Sku("TRIO"), "bundle.not_listed"),
    }


def test_a_part_in_other_letters_is_named_as_the_one_that_is_meant():
    sheet = recipe_sheet(("DUO", "KOPI", 2), ("DUO", "ge-las", 1))
    plan = planned(bundle(), listing(sku=GELAS, shown=8, told=Told(8)), recipe_sheet=sheet, rows=())
    assert (codes(plan), plan.recipes) == (["bundle.part_nearly"], None)
    assert plan.held[0].reason.params == {"bundle": DUO, "part": "ge-las", "near": GELAS}


def test_such_a_recipe_takes_effect_in_the_save_that_gives_its_part_a_stock():
    rows = (saved(2, "GELASS", stock=3, price=None),)
    plan = planned(recipe_sheet=TYPO, rows=rows)
    assert plan.recipes == {DUO: {KOPI: 2, Sku("GELASS"): 1}}
    assert (units(plan), sent(plan), codes(plan)) == ([("GELASS", Cause.SHEET_EDIT, 3)], {"toko": 3}, [])


def test_a_part_of_a_recipe_that_stays_in_force_becomes_no_bundle():
    sheet = recipe_sheet(("DUO", "KOPI", 2), ("DUO", "GELASS", 1), ("GELAS", "TEH", 1))
    plan = planned(recipe_sheet=sheet, rows=(), products=goods() | {Sku("TEH"): product("TEH", 4)})
    assert (plan.recipes, codes(plan)) == (None, ["bundle.is_part", "bundle.part_without_stock"])


NEW_PART = {"recipe_sheet": recipe_sheet(("DUO", "KOPI", 2), ("DUO", "TEH", 1)), "limits": Limits(stock_step=1000)}


@pytest.mark.parametrize("number", [2, 4])
@pytest.mark.parametrize("recipes", [{}, RECIPE])
def test_a_part_whose_first_number_is_asked_about_has_no_stock_yet(recipes, number):
    """Whether its row stands above that of the bundle or below, and whether the bundle is one already."""
    shown = 5 if recipes else 0
    rows = tuple(sorted((saved(3, DUO, stock=shown), saved(number, "TEH", stock=5000)), key=lambda row: row.number))
    fields = {"recipes": recipes, "bases": {DUO: as_left(shown)}} | NEW_PART
    listed = bundle(shown=shown, told=Told(shown))
    asked = planned(listed, rows=rows, **fields)
    assert (units(asked), sent(asked), asked.products) == ([], {}, ())
    assert codes(asked) == ["bundle.big_own_stock", "bundle.part_without_stock"]
    # The seller deletes the note that asked.
    bases = fields["bases"] | {Sku("TEH"): asked.bases["TEH"]._replace(note="?")}
    answered = planned(listed, rows=rows, **fields | {"bases": bases})
    assert units(answered) == [("TEH", Cause.SHEET_EDIT, 5000)]
    assert (sent(answered), codes(answered)) == ({} if recipes else {"toko": 5}, [])


@pytest.mark.parametrize("cells", [{"stock": 5000, "adjustment": 2}, {"stock": 3, "count": -1}])
def test_as_long_as_that_is_not_settled_its_cells_stay_as_they_are(cells):
    plan = planned(rows=(saved(2, "TEH", **cells),), **NEW_PART)
    assert (units(plan), plan.products) == ([], ())
    (write,) = (entry for entry in plan.rows if entry.sku == "TEH")
    assert not write.cells.keys() & {Field.STOCK, Field.ADJUSTMENT, Field.COUNT}


def test_a_part_of_which_there_are_none_has_a_stock():
    plan = planned(rows=(saved(2, "TEH", stock=0, price=None),), **NEW_PART)
    assert [change.sku for change in plan.products] == ["TEH"]
    assert (sent(plan), codes(plan)) == ({"toko": 0}, [])


def test_a_bundle_that_no_shop_lists_is_named():
    assert codes(planned(listing(sku=KOPI), products=goods())) == ["bundle.not_listed"]


@pytest.mark.parametrize("cells", [{"stock": 7}, {"adjustment": 2}, {"count": 4}])
def test_what_is_typed_into_the_row_of_a_bundle_is_held(cells):
    rows = (saved(2, DUO, **({"stock": 5} | cells)),)
    plan = planned(rows=rows, bases={DUO: as_left(5)}, recipe_sheet=recipe_sheet(*ROWS))
    (held,) = plan.held
    assert (held.sku, held.row, held.field) == (DUO, 2, Field(*cells))
    assert held.reason.code == "bundle.stock_is_derived"
    assert held.reason.params == {"stock": 5, "part": KOPI, "units": 10}
    assert units(plan) == []
    assert DUO not in plan.bases or plan.bases[DUO].stock == 5


@pytest.mark.parametrize("stock", [6, 5, None])
def test_the_row_of_a_bundle_follows_its_parts(stock):
    """Whether it shows the old number (6), the right one already, or was emptied."""
    rows = (saved(2, DUO, stock=stock),)
    plan = planned(rows=rows, bases={DUO: as_left(6)}, recipe_sheet=recipe_sheet(*ROWS))
    assert codes(plan) == []
    assert [write.cells.get(Field.STOCK, stock) for write in plan.rows if write.sku == DUO] == [5]


def test_the_price_of_a_bundle_is_the_sellers():
    rows = (saved(2, DUO, stock=5, price=60_000),)
    plan = planned(rows=rows, bases={DUO: as_left(5)}, recipe_sheet=recipe_sheet(*ROWS))
    assert sent(plan, Target.PRICE) == {"toko": 60_000}


@pytest.mark.parametrize("edit", MarketplaceEdit)
def test_a_number_of_a_bundle_changed_in_seller_center_is_set_back(edit):
    long_there = Unexplained(4, LONG_AGO)
    plan = planned(bundle(shown=9, unexplained=long_there), shops={"toko": ShopPolicy(marketplace_edit=edit)})
    assert (units(plan), sent(plan), codes(plan)) == ([], {"toko": 5}, ["bundle.edit_set_back"])


def test_a_bundle_is_set_back_however_often_the_same_number_comes_again():
    again = bundle(shown=9, unexplained=Unexplained(4, LONG_AGO), edits_alike=TURNS, edited_to=9)
    plan = planned(again)
    assert (units(plan), sent(plan), codes(plan)) == ([], {"toko": 5}, ["bundle.edit_set_back"])
    assert plan.listings[0].edits_alike < TURNS


@pytest.mark.parametrize(
    ("cells", "left"), [({}, None), ({"stock": 12}, 6), ({"count": 10}, 5), ({"adjustment": -2}, 4)]
)
def test_a_bundle_that_was_emptied_after_a_cancellation_waits_until_a_part_is_counted_or_typed(cells, left):
    emptied = bundle(shown=0, unexplained=Unexplained(-5, LONG_AGO), is_called_empty=True)
    rows = (saved(2, KOPI, **cells),)
    plan = planned(emptied, rows=rows, bases={KOPI: as_left()}, recipe_sheet=recipe_sheet(*ROWS))
    if left is None:
        assert (sent(plan), codes(plan)) == ({}, ["bundle.zeroed_after_cancel"])
    else:
        assert (sent(plan), codes(plan)) == ({"toko": left}, [])


def test_an_order_of_a_bundle_moves_its_parts_and_lowers_its_listing_by_one():
    plan = planned(lines=(line(sku=DUO),))
    assert units(plan) == [(KOPI, Cause.ORDER, -2), (GELAS, Cause.ORDER, -1)]
    assert {move.reference for move in plan.movements} == {"toko/o1/1"}
    (change,) = plan.listings
    assert change.told == Told(4)


def test_the_parts_of_an_order_from_before_the_opening_were_never_in_their_number():
    before = line(sku=DUO, created_at=LONG_AGO - SECOND)
    assert units(planned(lines=(before,))) == [
        (KOPI, Cause.OPENING, 2),
        (KOPI, Cause.ORDER, -2),
        (GELAS, Cause.OPENING, 1),
        (GELAS, Cause.ORDER, -1),
    ]


def test_a_cancelled_order_from_before_its_parts_leaves_no_trace():
    fact = line(sku=DUO, created_at=NOW, is_cancelled=True)
    assert effect_of(fact, LONG_AGO, [Goods(KOPI, 2, NOW + SECOND)]) == LineEffect()


def test_each_part_of_a_line_is_measured_by_its_own_opening():
    fact = line(sku=DUO, created_at=NOW)
    parts = [Goods(KOPI, 2, NOW - SECOND), Goods(GELAS, 1, NOW + SECOND)]
    effect = effect_of(fact, LONG_AGO, parts)
    assert [(move.sku, move.cause) for move in effect.movements] == [
        (KOPI, Cause.ORDER),
        (GELAS, Cause.OPENING),
        (GELAS, Cause.ORDER),
    ]
    assert effect.lowers_listing


def test_a_cancelled_bundle_gives_back_what_was_taken_whatever_it_is_made_of_today():
    cancelled = line(sku=DUO, is_cancelled=True, taken={KOPI: 3, Sku("TEH"): 1})
    plan = planned(lines=(cancelled,), products=goods() | {Sku("TEH"): product("TEH", 0)})
    assert units(plan) == [(KOPI, Cause.CANCEL, 3), (Sku("TEH"), Cause.CANCEL, 1)]


def test_units_taken_from_its_own_stock_before_it_became_a_bundle_come_back_to_its_parts():
    plan = planned(lines=(line(sku=DUO, is_cancelled=True, is_taken=True),))
    assert units(plan) == [
        (DUO, Cause.CANCEL, 1),
        (DUO, Cause.BUNDLE, -1),
        (GELAS, Cause.BUNDLE, 1),
        (KOPI, Cause.BUNDLE, 2),
    ]


def test_a_part_counted_while_a_bundle_is_ordered_keeps_the_promised_units_on_the_shelf():
    ordered = line(sku=DUO, is_reserving=True)
    rows = (saved(2, KOPI, count=20),)
    shops = [bundle(), listing(sku=KOPI)]
    plan = planned(*shops, lines=(ordered,), rows=rows, bases={KOPI: as_left()}, recipe_sheet=recipe_sheet(*ROWS))
    assert moved(plan) == [(Cause.ORDER, -2), (Cause.ORDER, -1), (Cause.COUNT, 20 - 2 - (10 - 2))]


recipes = st.dictionaries(st.sampled_from([KOPI, GELAS]), st.integers(1, 4), min_size=1)
steps = st.lists(st.sampled_from(["order", "cancel", "cycle"]) | recipes, max_size=12)


@settings(max_examples=60, deadline=None)
@given(recipes, steps, st.randoms(use_true_random=False))
def test_orders_of_a_bundle_take_and_give_back_the_same_parts_whatever_its_recipe_becomes(first, story, chance):
    shops = [bundle("toko", shown=0, told=Told(0)), bundle("mall", shown=0, told=Told(0)), listing(sku=KOPI)]
    world = World.of(picture(*shops, products=goods(kopi=40, gelas=30)))
    world.recipe_sheet = recipe_sheet(*((DUO, part, units) for part, units in first.items()))
    world.cycle()
    taken = {}
    for number, step in enumerate(story):
        world.now += SECOND * 40
        if step == "order" and world.shows[bundle("toko").id] > 0:
            fact = line(number, sku=DUO, created_at=world.now)
            world.shows[fact.listing] -= 1
            world.bought.append(Bought(fact, world.now))
            taken[fact.reference] = dict(world.recipes[DUO])
        elif step == "cancel" and taken:
            order = chance.choice([each for each in world.bought if each.fact.reference in taken])
            order.cancel_told_from = world.now
            del taken[order.fact.reference]
        elif isinstance(step, dict):
            world.recipe_sheet = recipe_sheet(*((DUO, part, units) for part, units in step.items()))
        world.cycle()
    world.now += SECOND * 40
    world.cycle()
    left = {part: sum(recipe.get(part, 0) for recipe in taken.values()) for part in (KOPI, GELAS)}
    assert world.products[KOPI].available == 40 - left[KOPI] >= 0
    assert world.products[GELAS].available == 30 - left[GELAS] >= 0
    assert world.products[DUO].available == 0
    allowed = min(world.products[part].available // units for part, units in world.recipes[DUO].items())
    assert {world.shows[bundle(shop).id] for shop in ("toko", "mall")} == {allowed}
