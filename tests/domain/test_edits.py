"""What becomes of a number that somebody changed in Seller Center, where a policy does not settle it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from domain.world import (
    KOPI,
    LAG,
    NOW,
    Bought,
    World,
    as_left,
    codes,
    line,
    listing,
    moved,
    product,
    saved,
    say,
    sent,
    snapshot,
)
from hypothesis import given
from hypothesis import strategies as st

from daemon.domain.choices import Choice, Chosen
from daemon.domain.plan import Plan, Target
from daemon.domain.reconcile import reconcile
from daemon.domain.rows import Field
from daemon.domain.snapshot import MarketplaceEdit, ShopPolicy
from daemon.domain.stock import Cause, Sending, Told, Unexplained, quantity_to_send, settle
from daemon.domain.values import ListingId

ASK = {"toko": ShopPolicy(marketplace_edit=MarketplaceEdit.ASK)}
OVERWRITE = {"toko": ShopPolicy(marketplace_edit=MarketplaceEdit.OVERWRITE)}
ASK_BOTH = ASK | {"mall": ShopPolicy()}


def edited(units, *, since=NOW - LAG, **fields):
    return listing(shown=10 + units, unexplained=Unexplained(units, since), **fields)


def asked(units, **fields):
    """An edit that the seller was asked about in an earlier cycle."""
    return edited(units, edited_to=10 + units, edits_alike=1, **fields)


def planned(*listings, **fields) -> Plan:
    return reconcile(snapshot(*listings, **{"shops": ASK} | fields), say)


def waiting(plan):
    return [command.desired for command in plan.commands if command.is_waiting]


@pytest.mark.parametrize(("asked_ago", "counts"), [(LAG, False), (LAG / 2, False), (timedelta(0), True)])
def test_a_difference_counts_once_orders_were_asked_for_a_lag_after_it_was_seen(asked_ago, counts):
    """A slow sweep lies between the question for orders and the decision: an order can come to light meanwhile."""
    state = listing(shown=15, told=Told(12), unexplained=Unexplained(3, NOW - LAG))
    plan = planned(state, shops={"toko": ShopPolicy()}, orders_read_at={"toko": NOW - asked_ago})
    assert moved(plan) == ([(Cause.MARKETPLACE_EDIT, 3)] if counts else [])


@pytest.mark.parametrize(("asked_ago", "is_over"), [(timedelta(0), True), (3 * LAG, False)])
def test_a_write_before_an_edit_is_forgotten_once_no_order_of_its_moment_can_come_to_light(asked_ago, is_over):
    """That hangs on when orders were asked for, however late the listing was looked at."""
    wrote_at = NOW - 4 * LAG
    state = listing(shown=15, unexplained=Unexplained(5, NOW - 9 * LAG), written_from=wrote_at, written_to=wrote_at)
    (change,) = planned(state, shops={"toko": ShopPolicy()}, orders_read_at={"toko": NOW - asked_ago}).listings
    assert (change.told, change.written_to) == (Told(15), None if is_over else wrote_at)


@pytest.mark.parametrize(
    "state",
    [
        listing(shown=15, unexplained=Unexplained(5, NOW - timedelta(hours=1))),
        listing(shown=0, is_called_empty=True, unexplained=Unexplained(-10, NOW - timedelta(hours=1))),
    ],
    ids=["asked", "emptied"],
)
def test_what_only_the_seller_can_settle_is_no_reason_to_look_again(state):
    plan = planned(state)
    assert (len(codes(plan)), plan.look_again) == (1, None)


# Policy ask


@pytest.mark.parametrize("units", [-3, 5])
def test_an_edit_is_asked_about_and_changes_nothing(units):
    plan = planned(edited(units))
    assert (moved(plan), plan.commands) == ([], ())
    assert [say(held.reason) for held in plan.held] == [f"stock.edit_asked shop=toko shown={10 + units} stock=10"]
    assert plan.listings[0].unexplained == Unexplained(units, NOW - LAG)


def test_a_difference_that_may_be_an_order_is_not_asked_about():
    assert codes(planned(edited(-1, since=NOW))) == []


def test_the_question_stands_in_cycles_that_do_not_read_the_shop():
    assert codes(planned(replace(asked(5), shown=None, observed_at=None))) == ["stock.edit_asked"]


def test_the_question_is_over_when_the_shop_shows_our_number_again():
    plan = planned(replace(asked(5), shown=10))
    assert codes(plan) == []
    assert plan.listings[0].edits_alike == 0


def test_a_rise_waits_for_the_answer_and_a_fall_keeps_the_difference():
    rise = planned(asked(5), products={KOPI: product(available=12)})
    fall = planned(asked(5), listing("mall"), shops=ASK_BOTH, lines=(line(shop="mall"),))
    assert (waiting(rise), waiting(fall), sent(fall)) == ([12], [], {"toko": 9})


@pytest.mark.parametrize(("units", "sends"), [(5, 14), (-3, 6), (-20, 0)])
def test_a_fall_beside_a_question_is_planned_as_it_is_written_and_the_question_names_what_is_then_shown(units, sends):
    plan = planned(asked(units), listing("mall"), shops=ASK_BOTH, lines=(line(shop="mall"),))
    (command,) = [each for each in plan.commands if each.listing.shop == "toko"]
    if sends:
        assert (command.desired, command.sends) == (9, sends)
        assert [say(held.reason) for held in plan.held] == [f"stock.edit_asked shop=toko shown={sends} stock=9"]
    else:
        assert command.is_waiting  # there is nothing left to fall


def test_a_fresh_minus_is_in_the_number_that_is_planned_and_a_fresh_plus_keeps_a_rise_for_later():
    fresh = {"shops": {"toko": ShopPolicy()}}
    less = planned(edited(-2, since=NOW), products={KOPI: product(available=8)}, **fresh)
    more = planned(edited(2, since=NOW), products={KOPI: product(available=15)}, **fresh)
    assert [(each.desired, each.sends, each.is_later) for each in (*less.commands, *more.commands)] == [
        (8, 6, False),
        (15, 15, True),
    ]


def chosen(choice, **changes):
    usual = {"sku": KOPI, "field": Field.STOCK, "here": 10, "shown": 15, "words": choice, "shop": "toko"}
    return Chosen(**usual | {"choice": choice} | changes)


def answered(*choices, listings=(), **fields) -> Plan:
    """The seller was asked about 15 instead of 10, and chose."""
    known = {"rows": (saved(),), "bases": {KOPI: as_left()}, "choices": choices}
    return planned(*(listings or [asked(5)]), **known | fields)


@pytest.mark.parametrize("is_read", [True, False])
@pytest.mark.parametrize(
    ("choice", "movements", "writes"),
    [(Choice.SHOP, [(Cause.MARKETPLACE_EDIT, 5)], {}), (Choice.SHEET, [], {"toko": 10})],
)
def test_a_choice_takes_the_edit_over_or_sets_it_back(choice, movements, writes, is_read):
    state = asked(5) if is_read else replace(asked(5), shown=None, observed_at=None)
    plan = planned(state, rows=(saved(),), bases={KOPI: as_left()}, choices=(chosen(choice),))
    assert (moved(plan), sent(plan), codes(plan)) == (movements, writes, [])
    assert plan.listings[0].told == Told(15)


@pytest.mark.parametrize("choices", [[chosen(Choice.SHOP, field=Field.PRICE)], [chosen(Choice.SHOP, shop="mall")]])
def test_a_choice_for_something_else_is_no_answer(choices):
    plan = answered(*choices)
    assert (moved(plan), codes(plan)) == ([], ["stock.edit_asked"])


@pytest.mark.parametrize("numbers", [{"shown": 16}, {"here": 9}], ids=["another shown", "another here"])
def test_a_choice_for_numbers_that_have_changed_is_no_answer_and_said_to_be_none(numbers):
    plan = answered(chosen(Choice.SHOP, **numbers))
    assert (moved(plan), codes(plan)) == ([], ["stock.edit_asked", "choice.outdated"])


def test_a_choice_counts_for_an_edit_of_which_some_is_sold_meanwhile():
    plan = answered(chosen(Choice.SHOP, here=12, shown=17))
    assert (moved(plan), codes(plan)) == ([(Cause.MARKETPLACE_EDIT, 5)], [])


def test_two_different_choices_in_one_line_are_no_answer_and_named():
    plan = answered(chosen(Choice.SHOP), chosen(Choice.SHEET))
    assert (moved(plan), codes(plan)) == ([], ["stock.edit_asked", "choice.several", "choice.several"])


@pytest.mark.parametrize("is_before_our_write", [False, True])
def test_a_choice_in_an_old_file_is_no_answer_and_said_to_be_none(is_before_our_write):
    plan = answered(chosen(Choice.SHOP, shown=15 - is_before_our_write), is_stale=True)
    assert (moved(plan), codes(plan)) == ([], ["stock.edit_asked", "choice.old_file"])


# Edits in two shops

BOTH_ASK = ASK | {"mall": ASK["toko"]}


def in_both(*choices, units=(5, 5)):
    listings = [asked(units[0]), replace(asked(units[1]), id=listing("mall").id)]
    return answered(*choices, listings=listings, shops=BOTH_ASK)


@pytest.mark.parametrize("shop", BOTH_ASK)
def test_a_choice_answers_for_the_shop_of_its_line_only(shop):
    """The other one is in step once the stock is what it shows."""
    taken, kept = in_both(chosen(Choice.SHOP, shop=shop)), in_both(chosen(Choice.SHEET, shop=shop))
    assert (moved(taken), sent(taken), codes(taken)) == ([(Cause.MARKETPLACE_EDIT, 5)], {}, [])
    assert (moved(kept), sent(kept), codes(kept)) == ([], {shop: 10}, ["stock.edit_asked"])


def test_of_two_shops_each_takes_its_own_choice():
    plan = in_both(chosen(Choice.SHOP), chosen(Choice.SHEET, shop="mall", shown=13), units=(5, 3))
    assert (moved(plan), sent(plan), codes(plan)) == ([(Cause.MARKETPLACE_EDIT, 5)], {"mall": 15}, [])


@pytest.mark.parametrize("units", [5, -4])
def test_two_shops_that_were_set_to_the_same_number_have_one_stock(units):
    choices = [chosen(Choice.SHOP, shown=10 + units, shop=shop) for shop in BOTH_ASK]
    plan = in_both(*choices, units=(units, units))
    assert (moved(plan), sent(plan), codes(plan)) == ([(Cause.MARKETPLACE_EDIT, units)], {}, [])


def test_a_choice_that_was_taken_is_not_outdated_by_a_question_about_another_shop():
    plan = in_both(chosen(Choice.SHOP), units=(5, 3))
    assert (moved(plan), codes(plan)) == ([(Cause.MARKETPLACE_EDIT, 5)], ["stock.edit_asked"])


@pytest.mark.parametrize("choice", [Choice.SHOP, Choice.SHEET])
def test_a_line_that_stands_for_two_listings_of_a_shop_answers_nothing_and_says_so(choice):
    twin = replace(asked(5), id=ListingId("toko", "p9", "s9"))
    plan = answered(chosen(choice), listings=[asked(5), twin])
    assert (moved(plan), sent(plan)) == ([], {})
    assert codes(plan) == ["stock.edit_asked", "stock.edit_asked", "choice.same_line"]
    assert codes(answered(listings=[asked(5), twin], rows=(saved(count=13),))) == []


# Writes beside a question that are not proven


@pytest.mark.parametrize("numbers", [{"here": 9, "shown": 6}, {"here": 10, "shown": 7}], ids=["planned", "in effect"])
def test_until_a_fall_is_proven_the_question_names_what_is_in_effect_and_its_choices_count(numbers):
    again = {"commanded": frozenset({Target.QUANTITY})}
    known = {"listings": [asked(-3, **again)], "products": {KOPI: product(available=9)}}
    (told,) = [entry.reason for entry in answered(**known).held]
    assert (told.params["stock"], told.params["shown"]) == (10, 7)
    plan = answered(chosen(Choice.SHOP, **numbers), **known)
    assert (moved(plan), sent(plan), codes(plan)) == ([(Cause.MARKETPLACE_EDIT, -3)], {"toko": 6}, [])


def test_a_count_decides_and_the_shop_follows():
    plan = planned(asked(5), rows=(saved(count=13),), bases={KOPI: as_left()})
    assert (moved(plan), sent(plan), codes(plan)) == ([(Cause.COUNT, 3)], {"toko": 13}, [])


def test_a_typed_stock_that_the_shop_shows_already_ends_the_question():
    plan = planned(asked(5), rows=(saved(stock=15),), bases={KOPI: as_left()})
    assert (moved(plan), sent(plan), codes(plan)) == ([(Cause.SHEET_EDIT, 5)], {}, [])


# Numbers that a push writes


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_nothing_in_question_is_ever_raised_and_a_fall_keeps_the_difference(told, desired, shown):
    units = shown - told
    value = quantity_to_send(Told(told), desired, shown, keeps_edit=True)
    if value is not None and units:
        assert value < shown
        assert value == max(0, desired + units)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 50))
def test_a_carried_edit_survives_a_write_without_an_answer(told, fall, units):
    desired = max(0, told - fall)
    sending = Sending(desired, desired + units)
    written, kept = (settle(Told(told), sending, shown) for shown in (desired + units, told + units))
    assert written.unexplained(desired + units) == units
    assert kept.unexplained(told + units) == units


@pytest.mark.parametrize("how", [{"choices": (chosen(Choice.SHOP, shown=7),)}, {"rows": (saved(count=7),)}])
def test_an_answer_leaves_nothing_in_question_whether_or_not_a_write_without_an_answer_happened(how):
    state = replace(asked(-3, sending=Sending(9, 6)), shown=None, observed_at=None)
    (agreed,) = answered(listings=[state], products={KOPI: product(available=9)}, **how).listings
    for shown in (7, 6):
        assert settle(agreed.told, agreed.sending, shown) == Told(shown)


# A second writer


def tug(policy, turns, *, after=timedelta(minutes=20)):
    """Somebody sets 50 again so long after each of our writes; gives the plans in which the edit had stood."""
    world = World.of(snapshot(listing(), listing("mall"), shops=policy | {"mall": ShopPolicy()}))
    toko, mall = (entry.id for entry in world.listings.values())
    plans = []
    for number in range(turns):
        world.now += after
        world.shows[toko] = 50
        world.cycle()
        world.now += 2 * LAG
        plans.append(world.cycle())
        world.now += timedelta(hours=1)
        world.bought.append(bought(number, mall, world))
        world.shows[mall] -= 1
        world.cycle()
    return world, plans


def bought(number, at, world):
    return Bought(replace(line(number, created_at=world.now), listing=at), world.now)


@pytest.mark.parametrize(
    "policy", [OVERWRITE, {"toko": ShopPolicy(marketplace_edit=MarketplaceEdit.ACCEPT)}], ids=["overwrite", "accept"]
)
def test_the_third_edit_to_the_same_number_in_a_row_is_a_second_writers_and_left_alone(policy):
    _, plans = tug(policy, 5)
    assert [codes(plan) for plan in plans] == [[], []] + 3 * [["stock.second_writer"]]
    assert not any(cause is Cause.MARKETPLACE_EDIT for plan in plans[2:] for cause, _ in moved(plan))


def test_the_second_writer_is_named_with_the_shop_and_its_number():
    _, plans = tug(OVERWRITE, 3)
    assert say(plans[-1].held[0].reason).startswith("stock.second_writer shop=toko shown=50")


def test_a_person_who_sets_the_same_number_hours_after_our_write_means_it():
    _, plans = tug(OVERWRITE, 5, after=timedelta(hours=15))
    assert [codes(plan) for plan in plans] == 5 * [[]]


STUCK = {"edited_to": 50, "edits_alike": 3, "unexplained": Unexplained(40, NOW - LAG)}


def test_a_count_ends_the_tug():
    state = listing(shown=50, **STUCK)
    plan = planned(state, shops=OVERWRITE, rows=(saved(count=12),), bases={KOPI: as_left()})
    assert (sent(plan), codes(plan)) == ({"toko": 12}, [])
    assert (plan.listings[0].edited_to, plan.listings[0].edits_alike) == (None, 0)


def test_the_tug_is_over_once_the_shop_shows_what_it_was_told():
    plan = planned(listing(**STUCK), shops=OVERWRITE)
    assert (codes(plan), plan.listings[0].edits_alike) == ([], 0)


def test_a_seller_who_fills_up_to_the_same_number_is_no_second_writer():
    """The shop's own orders lie between, and no write of ours."""
    world = World.of(snapshot(listing(), shops={"toko": ShopPolicy()}))
    (toko,) = world.listings
    for number in range(5):
        world.now += timedelta(hours=1)
        world.bought.append(bought(number, toko, world))
        world.shows[toko] -= 1
        world.cycle()
        world.shows[toko] = 50
        world.cycle()
        world.now += 2 * LAG
        assert codes(world.cycle()) == []


# Emptied by the marketplace


def emptied(**fields):
    return listing(shown=0, told=Told(9, 1), unexplained=Unexplained(-9, NOW - LAG), is_called_empty=True, **fields)


def test_a_listing_emptied_after_a_cancellation_is_explained_and_moves_nothing():
    plan = planned(emptied(), shops={"toko": ShopPolicy()})
    assert (moved(plan), sent(plan), waiting(plan)) == ([], {"toko": 10}, [10])
    assert [say(held.reason) for held in plan.held] == ["stock.zeroed_after_cancel shop=toko stock=9"]


@pytest.mark.parametrize("typed", [{"count": 4}, {"stock": 4}])
def test_a_number_from_the_seller_is_written_over_it(typed):
    plan = planned(emptied(), shops={"toko": ShopPolicy()}, rows=(saved(**typed),), bases={KOPI: as_left()})
    assert (sent(plan), waiting(plan), codes(plan)) == ({"toko": 4}, [], [])


def test_another_number_than_none_is_an_edit_as_ever():
    state = edited(-3, is_called_empty=True)
    assert moved(planned(state, shops={"toko": ShopPolicy()})) == [(Cause.MARKETPLACE_EDIT, -3)]


# Locks of the platform


@pytest.mark.parametrize(("available", "said"), [(4, ["stock.locked"]), (10, []), (12, [])])
def test_a_locked_number_is_shown_where_there_is_less_and_never_written(available, said):
    locked = listing(quantity_is_editable=False)
    plan = planned(locked, products={KOPI: product(available=available)})
    assert (plan.commands, codes(plan)) == ((), said)


@pytest.mark.parametrize("policy", MarketplaceEdit)
@pytest.mark.parametrize(
    "fields", [{}, {"edited_to": 7, "edits_alike": 3}, {"edits_alike": 1, "is_called_empty": True}]
)
def test_a_number_that_cannot_be_set_is_nobodys_edit(policy, fields):
    state = edited(-10 if "is_called_empty" in fields else -3, quantity_is_editable=False, **fields)
    plan = planned(state, shops={"toko": ShopPolicy(marketplace_edit=policy)})
    assert (moved(plan), plan.commands, codes(plan)) == ([], (), [])
    assert [(change.unexplained, change.edits_alike) for change in plan.listings] == [(None, 0)]
    assert plan.recon.checked == 0
