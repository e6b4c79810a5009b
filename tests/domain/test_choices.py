"""A choice in the sheet ``Selaras`` decides what was asked, as by hand, and nothing else."""

from dataclasses import replace

import pytest
from domain.world import (
    DONE,
    KOPI,
    LONG_AGO,
    World,
    as_left,
    codes,
    listing,
    moved,
    product,
    row,
    saved,
    say,
    sent,
    snapshot,
)

from daemon.domain.choices import OFFERED, Choice, Chosen
from daemon.domain.plan import Plan, Target
from daemon.domain.reconcile import reconcile
from daemon.domain.rows import Field, Number, RowBase
from daemon.domain.snapshot import MarketplaceEdit, ShopPolicy
from daemon.domain.stock import Cause, Unexplained
from daemon.domain.values import Money, Sku

TYPED, SHOWN = 61_500, 48_000


def chosen(choice, field=Field.PRICE, **changes):
    line = {"here": TYPED, "shown": SHOWN, "shop": "toko"} if field is Field.PRICE else {"here": 12, "shown": 10}
    return Chosen(**{"sku": KOPI, "field": field, "choice": choice, "words": choice} | line | changes)


def conflict(*choices, price=TYPED, shown=SHOWN, note="Selaras: ?", **fields) -> Plan:
    """The seller typed 61.500, the shop changed 55.000 to 48.000, and a note asks about it."""
    base = as_left(price=TYPED, note="Selaras: ?", asked_price=TYPED)
    state = listing(price=Money(shown), commanded=frozenset({Target.PRICE}))
    known = {"bases": {KOPI: base}, "products": {KOPI: product(price=Money(TYPED))}}
    return reconcile(snapshot(state, rows=(saved(price=price, note=note),), choices=choices, **(known | fields)), say)


def start(*choices, stock=12, note="Selaras: ?", **fields) -> Plan:
    """12 stood in the sheet before the first cycle, 10 in the shop, and a note asks about it."""
    base = RowBase(price=55_000, status="status.held", note="Selaras: ?", asked_stock=12)
    cells = row(stock=stock, price=55_000, note=note)
    return reconcile(snapshot(rows=(cells,), choices=choices, **({"bases": {KOPI: base}} | fields)), say)


def decisions(plan: Plan):
    prices = {change.sku: change.price.amount for change in plan.products}
    return prices, sent(plan, Target.PRICE), plan.listings, plan.movements, codes(plan)


def reconcile_with(world: World, *choices) -> Plan:
    """One cycle of the world in whose workbook these choices were made."""
    plan = reconcile(replace(world.picture(), choices=choices), say)
    world.commit(plan)
    world.push()
    world.write(plan.rows)
    return plan


# The same as by hand


@pytest.mark.parametrize(
    ("choice", "by_hand"), [(Choice.SHEET, {"note": None}), (Choice.SHOP, {"price": None})], ids=["sheet", "shop"]
)
def test_a_choice_settles_a_price_conflict_as_the_answer_by_hand_does(choice, by_hand):
    plan = conflict(chosen(choice))
    assert decisions(plan) == decisions(conflict(**by_hand))
    assert plan.held == ()
    assert plan.bases[KOPI].asked_price is None


def test_a_price_taken_from_the_shop_is_written_over_the_one_typed():
    plan = conflict(chosen(Choice.SHOP))
    assert plan.rows[0].cells[Field.PRICE] == SHOWN
    assert plan.rows[0].cells[Field.NOTE] == f"{DONE}note.price_decided now={SHOWN}"


@pytest.mark.parametrize(("choice", "now"), [(Choice.SHEET, TYPED), (Choice.SHOP, SHOWN)], ids=["sheet", "shop"])
def test_a_choice_settles_a_price_that_was_never_seen(choice, now):
    world = World.of(
        snapshot(
            listing(price=Money(SHOWN), told_price=Money(SHOWN)),
            rows=(saved(price=TYPED),),
            bases={KOPI: as_left()},
            products={KOPI: product(price=Money(SHOWN))},
        )
    )
    assert codes(world.cycle()) == ["price.unseen"]
    plan = reconcile_with(world, chosen(choice))
    assert plan.held == ()
    assert world.products[KOPI].price == Money(now)
    assert world.rows[0].price == Number(now)
    assert codes(world.cycle()) == []


@pytest.mark.parametrize(
    ("choice", "delta", "now"), [(Choice.SHEET, 2, 12), (Choice.SHOP, 0, 10), (Choice.SUM, 12, 22)]
)
def test_a_choice_settles_a_stock_that_differs_at_the_start(choice, delta, now):
    plan = start(chosen(choice, Field.STOCK))
    assert moved(plan) == ([(Cause.SHEET_EDIT, delta)] if delta else [])
    assert (plan.held, plan.bases[KOPI].asked_stock) == ((), None)
    assert plan.rows[0].cells[Field.NOTE] == f"{DONE}note.stock_decided now={now}"
    assert plan.rows[0].cells.get(Field.STOCK, 12) == now


@pytest.mark.parametrize("choice", Choice)
def test_a_choice_counts_once_however_long_the_workbook_stays_open(choice):
    # The same file, with the choice still in it, is read again before we could write.
    first = start(chosen(choice, Field.STOCK))
    agreed = {KOPI: first.bases[KOPI]}
    available = 10 + sum(movement.delta for movement in first.movements)
    again = start(chosen(choice, Field.STOCK), bases=agreed, products={KOPI: product(available=available)})
    assert (again.movements, again.held) == ((), ())
    settled = conflict(chosen(Choice.SHOP))
    prices = {KOPI: settled.products[0].price}
    same = conflict(
        chosen(Choice.SHOP), bases={KOPI: settled.bases[KOPI]}, products={KOPI: product(price=prices[KOPI])}
    )
    assert same.held == ()


# What a choice does not decide


@pytest.mark.parametrize(
    "stale",
    [
        chosen(Choice.SHEET, sku=Sku("TEH-100")),
        chosen(Choice.SHEET, Field.STOCK),
    ],
    ids=["other goods", "another field"],
)
def test_a_choice_for_another_question_decides_nothing(stale):
    assert codes(conflict(stale)) == ["price.conflict"]


@pytest.mark.parametrize(
    "numbers",
    [{"here": 60_000}, {"shown": 47_000}, {"here": None, "shown": None}],
    ids=["another typed price", "another shop's price", "no numbers"],
)
def test_a_choice_for_numbers_that_have_changed_decides_nothing_and_says_so(numbers):
    assert codes(conflict(chosen(Choice.SHEET, **numbers))) == ["price.conflict", "choice.outdated"]


def test_two_choices_that_contradict_each_other_decide_nothing_and_are_named():
    told = codes(conflict(chosen(Choice.SHEET), chosen(Choice.SHOP)))
    assert told == ["price.conflict", "choice.several", "choice.several"]
    assert codes(conflict(chosen(Choice.SHEET), chosen(Choice.SHEET))) == []


def in_both_shops(*choices) -> Plan:
    """Both shops changed the price to the same one."""
    changed = [listing(shop, price=Money(SHOWN), commanded=frozenset({Target.PRICE})) for shop in ("toko", "mall")]
    base, known = as_left(price=TYPED, note="Selaras: ?", asked_price=TYPED), product(price=Money(TYPED))
    row = saved(price=TYPED, note="Selaras: ?")
    return reconcile(snapshot(*changed, rows=(row,), bases={KOPI: base}, products={KOPI: known}, choices=choices), say)


def prices_sent(plan):
    return {entry.listing.shop: entry.desired for entry in plan.commands if entry.is_sent}


@pytest.mark.parametrize(("shop", "other"), [("toko", "mall"), ("mall", "toko")])
def test_the_sheets_price_is_sent_to_the_shops_in_whose_lines_it_was_chosen(shop, other):
    plan = in_both_shops(chosen(Choice.SHEET, shop=shop))
    assert prices_sent(plan) == {shop: TYPED}
    assert [entry.reason.params["shop"] for entry in plan.held] == [other]
    assert plan.bases.get(KOPI, as_left(asked_price=TYPED)).asked_price == TYPED
    both = in_both_shops(chosen(Choice.SHEET), chosen(Choice.SHEET, shop="mall"))
    assert (prices_sent(both), codes(both)) == ({"toko": TYPED, "mall": TYPED}, [])


def test_a_shops_price_is_no_other_for_the_sheet_and_another_shop():
    plan = in_both_shops(chosen(Choice.SHEET), chosen(Choice.SHOP, shop="mall"))
    assert prices_sent(plan) == {}
    assert codes(plan) == 2 * ["price.conflict"] + 2 * ["choice.several"]


def test_a_number_typed_after_the_choice_has_the_last_word():
    assert decisions(conflict(chosen(Choice.SHOP), price=59_000)) == decisions(conflict(price=59_000))
    assert moved(start(chosen(Choice.SUM, Field.STOCK), stock=15)) == [(Cause.SHEET_EDIT, 5)]


def test_a_sum_is_not_drawn_once_the_shops_number_has_changed():
    sold = {"products": {KOPI: product(available=9)}}
    assert codes(start(chosen(Choice.SUM, Field.STOCK), **sold)) == ["stock.differs_at_start", "choice.outdated"]
    assert moved(start(chosen(Choice.SHEET, Field.STOCK), **sold)) == [(Cause.SHEET_EDIT, 3)]


def test_a_choice_in_a_stale_copy_does_not_decide_what_was_settled_since():
    # The price was set to 70.000 on another machine; the copy still holds the old question and its choice.
    settled = {
        "bases": {KOPI: as_left(price=TYPED, note="Selaras: ?", asked_price=TYPED)},
        "products": {KOPI: product(price=Money(70_000))},
    }
    stale = reconcile(
        snapshot(
            listing(price=Money(70_000), told_price=Money(70_000)),
            rows=(saved(price=TYPED, note="Selaras: ?"),),
            choices=(chosen(Choice.SHEET),),
            **settled,
        ),
        say,
    )
    assert (stale.products, stale.commands) == ((), ())


@pytest.mark.parametrize("choice", [Choice.SHEET, Choice.SHOP])
def test_a_choice_in_an_old_file_decides_nothing_even_where_its_numbers_still_stand(choice):
    still_open = conflict(chosen(choice), is_stale=True)
    assert (codes(still_open), still_open.commands[0].is_waiting) == (["price.conflict", "choice.old_file"], True)
    decided = {"products": {KOPI: product(price=Money(SHOWN))}}
    since = conflict(chosen(choice), is_stale=True, **decided)
    assert (codes(since), since.commands, since.products) == (["price.old_answer"], (), ())
    stock = start(chosen(choice, Field.STOCK), is_stale=True)
    assert (codes(stock), stock.movements) == (["stock.old_answer"], ())


def test_an_old_price_in_a_stale_copy_is_no_answer_to_a_question_about_another_one():
    # 70.000 is asked about; the copy shows 61.500, which was settled long ago.
    stale = {"products": {KOPI: product(price=Money(70_000))}}
    world = World.of(
        snapshot(
            listing(price=Money(45_000), commanded=frozenset({Target.PRICE})),
            rows=(saved(price=TYPED),),
            bases={KOPI: as_left(price=TYPED)},
            **stale,
        )
    )
    assert codes(world.cycle()) == codes(world.cycle()) == ["price.conflict"]
    assert world.rows[0].price == Number(70_000)
    assert world.products[KOPI].price == Money(70_000)


@pytest.mark.parametrize("field", [field for field in Field if field not in OFFERED])
def test_nothing_can_be_chosen_for_other_fields(field):
    assert codes(conflict(chosen(Choice.SHEET, field, here=TYPED, shown=SHOWN))) == ["price.conflict"]


NOT_OURS = {"choice": None, "words": "tambah"}


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (conflict(chosen(**NOT_OURS)), ["price.conflict", "choice.no_answer"]),
        (conflict(chosen(Choice.SUM, words="jumlahkan")), ["price.conflict", "choice.no_answer"]),
        (start(chosen(**NOT_OURS, field=Field.STOCK)), ["stock.differs_at_start", "choice.no_answer_or_sum"]),
    ],
)
def test_words_that_answer_nothing_are_named_with_the_answers_that_their_line_takes(plan, told):
    assert codes(plan) == told
    assert plan.held[1].reason.params["words"] in {"tambah", "jumlahkan"}


def test_words_in_a_line_that_asks_nothing_are_named_as_such():
    oversold = {"products": {KOPI: product(available=-2)}}
    choice = chosen(**NOT_OURS, field=Field.STOCK, here=None, shown=None)
    plan = reconcile(snapshot(rows=(saved(),), bases={KOPI: as_left()}, choices=(choice,), **oversold), say)
    assert codes(plan) == ["stock.oversold", "choice.not_asked"]


@pytest.mark.parametrize(
    "plan",
    [
        conflict(chosen(**NOT_OURS), price=59_000),
        start(chosen(**NOT_OURS, field=Field.STOCK), stock=15),
        start(chosen(Choice.SHEET, Field.STOCK), stock=15),
    ],
)
def test_nothing_is_said_of_words_beside_a_number_that_was_typed_and_taken(plan):
    assert codes(plan) == []


def test_the_numbers_of_an_edit_in_seller_center_cannot_be_added_up():
    edited = listing(shown=14, unexplained=Unexplained(4, LONG_AGO), edits_alike=1, edited_to=14)
    asks = {"toko": ShopPolicy(marketplace_edit=MarketplaceEdit.ASK)}
    choice = chosen(Choice.SUM, field=Field.STOCK, here=10, shown=14, words="jumlahkan", shop="toko")
    plan = reconcile(snapshot(edited, shops=asks, choices=(choice,)), say)
    assert (codes(plan), plan.movements) == (["stock.edit_asked", "choice.no_answer"], ())


def test_a_copy_is_no_place_for_answers():
    assert "choice.no_answer" not in codes(conflict(chosen(**NOT_OURS), copy="toko (conflicted copy).xlsx"))
