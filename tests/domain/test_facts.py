from dataclasses import replace
from datetime import timedelta

import pytest
from domain.world import KOPI, LAG, LONG_AGO, NOW, SECOND, codes, line, listing, moved, product, say, sent, snapshot

from daemon.domain.edits import UNLINKED
from daemon.domain.plan import Plan, Target
from daemon.domain.reconcile import reconcile
from daemon.domain.snapshot import ListingState, MarketplaceEdit, ShopPolicy, Snapshot
from daemon.domain.stock import Cause, Sending, Told, Unexplained
from daemon.domain.values import ListingId, ListingStatus, Money, Sku

ACCEPT, OVERWRITE = MarketplaceEdit.ACCEPT, MarketplaceEdit.OVERWRITE


def planned(given: Snapshot) -> Plan:
    return reconcile(given, say)


def agreed(plan: Plan, before: ListingState) -> Told | None:
    change = next((change for change in plan.listings if change.id == before.id), before)
    return change.told


def new(shop="toko", **fields):
    return listing(shop, **({"told": None, "told_price": None} | fields))


def standing(units: int, **fields):
    return Unexplained(units, NOW - LAG)


# First sight


def test_goods_seen_for_the_first_time_open_their_ledger_with_what_the_shop_shows():
    plan = planned(snapshot(new(), products={}))
    assert moved(plan) == [(Cause.OPENING, 10)]
    assert [(change.price, change.opened_at) for change in plan.products] == [(Money(55_000), NOW)]
    assert agreed(plan, new()) == Told(10)
    assert not plan.commands


def test_goods_that_were_not_read_open_no_ledger():
    plan = planned(snapshot(new(shown=None, observed_at=None), products={}, lines=(line(),)))
    assert (plan.movements, plan.products) == ((), ())


def test_where_shops_disagree_the_smallest_number_opens_and_no_shop_is_written():
    first, second = new("toko", shown=12), new("mall", shown=9)
    plan = planned(snapshot(first, second, products={}))
    assert moved(plan) == [(Cause.OPENING, 9)]
    assert (agreed(plan, first), agreed(plan, second)) == (Told(9), Told(9))
    assert not plan.commands
    assert codes(plan) == ["stock.differs_between_shops"]
    assert [change.unexplained for change in plan.listings if change.id == first.id] == [Unexplained(3, NOW)]


def test_where_shops_disagree_and_one_sells_the_difference_between_them_stays():
    asked = new("toko", shown=12, told=Told(10), unexplained=Unexplained(2, LONG_AGO), edits_alike=UNLINKED)
    plan = planned(snapshot(asked, listing("mall", shown=9), lines=(line(shop="mall"),)))
    assert [(each.listing, each.desired, each.carried) for each in plan.commands] == [(asked.id, 9, 2)]
    assert [each.reason.params for each in plan.held] == [{"shop": "toko", "shown": 11, "stock": 9}]


@pytest.mark.parametrize("shown", [7, 12])
def test_where_two_listings_of_one_shop_disagree_the_question_says_so(shown):
    twin = replace(new(shown=shown, title="Kopi Gayo"), id=ListingId("toko", "p-2", "s-2"))
    asked = {"shop": "toko", "title": "Kopi Gayo", "shown": shown, "stock": 10}
    cycles = [planned(snapshot(listing(), twin))]
    if cycles[0].listings:
        (change,) = cycles[0].listings
        kept = {"told": change.told, "unexplained": change.unexplained, "edits_alike": change.edits_alike}
        cycles.append(planned(snapshot(listing(), replace(twin, **kept))))
    for plan in cycles:
        assert [(each.reason.code, each.reason.params) for each in plan.held] == [("stock.differs_in_shop", asked)]


@pytest.mark.parametrize("policy", MarketplaceEdit)
def test_where_shops_disagree_no_policy_settles_it_however_long_it_stands(policy):
    asked = new("toko", shown=12, told=Told(10), unexplained=Unexplained(2, LONG_AGO), edits_alike=UNLINKED)
    plan = planned(snapshot(asked, shops={"toko": ShopPolicy(marketplace_edit=policy)}))
    assert (plan.movements, plan.commands, codes(plan)) == ((), (), ["stock.differs_between_shops"])


def test_a_shop_that_came_to_show_the_pool_by_itself_is_linked_as_if_it_always_had():
    asked = new("toko", told=Told(10), unexplained=Unexplained(2, LONG_AGO), edits_alike=UNLINKED)
    (change,) = planned(snapshot(asked)).listings
    assert (change.told, change.unexplained, change.edits_alike) == (Told(10), None, 0)
    assert change.written_to == asked.observed_at  # an order that is not seen yet may hide in it


def test_a_listing_to_whose_number_the_pool_has_come_down_is_linked_and_follows():
    late = new("mall", shown=9)
    lines = tuple(line(place, shop="toko") for place in range(3))
    plan = planned(snapshot(listing(shown=7), late, lines=lines))
    assert sent(plan) == {"mall": 7}


def test_a_shop_that_is_left_alone_opens_no_ledger_while_another_is_served():
    alone, served = new("toko", shown=0), new("mall", shown=50)
    policies = {"toko": ShopPolicy(sends_stock=False), "mall": ShopPolicy()}
    assert moved(planned(snapshot(alone, served, products={}, shops=policies))) == [(Cause.OPENING, 50)]


def test_what_a_shop_sold_before_it_was_connected_leaves_the_pool_as_it_is():
    late = new("mall", first_seen_at=NOW)
    old = line(shop="mall", created_at=NOW - LAG)
    plan = planned(snapshot(listing(), late, lines=(old,)))
    assert sorted(moved(plan)) == [(Cause.OPENING, 1), (Cause.ORDER, -1)]
    assert not plan.commands


def test_a_listing_that_shows_the_pool_by_itself_is_linked():
    late = new("mall")
    assert agreed(planned(snapshot(listing(), late)), late) == Told(10)


def test_an_empty_sku_groups_nothing():
    plan = planned(snapshot(new(sku=Sku("")), products={}))
    assert (plan.movements, plan.products, plan.rows) == ((), (), ())


# Orders


def test_an_order_lowers_the_pool_and_the_other_shops_with_the_same_sku_follow():
    plan = planned(snapshot(listing("toko", shown=9), listing("mall"), lines=(line(shop="toko"),)))
    assert moved(plan) == [(Cause.ORDER, -1)]
    assert sent(plan) == {"mall": 9}


def test_a_cancellation_after_a_write_gives_the_unit_back_to_the_pool_and_to_both_shops():
    fact = line(is_taken=True, is_cancelled=True)
    home, other = listing("toko", shown=9, told=Told(9)), listing("mall", shown=9, told=Told(9))
    plan = planned(snapshot(home, other, products={KOPI: product(available=9)}, lines=(fact,)))
    assert moved(plan) == [(Cause.CANCEL, 1)]
    assert sent(plan) == {"toko": 10, "mall": 10}


def test_a_cancelled_unit_that_the_marketplace_gave_back_needs_no_write():
    fact = line(is_taken=True, is_cancelled=True)
    home = listing(told=Told(9))
    plan = planned(snapshot(home, products={KOPI: product(available=9)}, lines=(fact,)))
    assert not plan.commands
    assert agreed(plan, home) == Told(10)


def test_an_order_older_than_the_opening_leaves_the_pool_as_it_is():
    plan = planned(snapshot(listing(), lines=(line(created_at=LONG_AGO - SECOND),)))
    assert moved(plan) == [(Cause.OPENING, 1), (Cause.ORDER, -1)]
    assert not plan.commands


WRITTEN = {"written_from": NOW - timedelta(minutes=5), "written_to": NOW - timedelta(minutes=5) + 2 * SECOND}


@pytest.mark.parametrize(
    ("after_read", "may_be_overwritten"),
    [
        (timedelta(seconds=1), True),
        (timedelta(seconds=3), True),
        (timedelta(seconds=4), False),
        (-timedelta(seconds=1), True),
        (-LAG, True),  # it could not be seen yet when we wrote, so nothing says that we allowed for it
        (-timedelta(hours=1), True),  # any time may pass between reading orders and a write
    ],
)
def test_an_order_that_a_write_may_have_overwritten_is_no_edit_of_the_seller(after_read, may_be_overwritten):
    fact = line(created_at=WRITTEN["written_from"] + after_read)
    plan = planned(snapshot(listing(**WRITTEN), lines=(fact,)))
    assert sent(plan) == ({"toko": 9} if may_be_overwritten else {})
    assert plan.look_again == (None if may_be_overwritten else LAG)


def test_an_order_counts_as_overwritten_for_as_long_as_the_outcome_of_a_write_is_unknown():
    state = listing(shown=None, written_from=NOW - timedelta(hours=1), sending=Sending(12, 12))
    plan = planned(snapshot(state, products={KOPI: product(available=12)}, lines=(line(),)))
    assert plan.listings[0].told == Told(9, 1)
    assert plan.listings[0].sending == Sending(11, 11)


def test_a_write_in_doubt_is_settled_with_the_orders_of_the_same_cycle():
    # Carried over one unseen order; never arrived; that order was cancelled and its unit given back.
    state = listing(told=Told(1), shown=1, written_from=NOW, sending=Sending(3, 2))
    fact = line(created_at=NOW - SECOND, is_cancelled=True)
    plan = planned(snapshot(state, products={KOPI: product(available=3)}, lines=(fact,)))
    assert plan.look_again is None
    assert sent(plan) == {"toko": 3}


@pytest.mark.parametrize(("shown", "commands"), [(12, {}), (10, {"toko": 12})])
def test_an_unknown_outcome_is_read_back_and_a_lost_write_wanted_again(shown, commands):
    state = listing(shown=shown, sending=Sending(12, 12), commanded=frozenset({Target.QUANTITY}))
    plan = planned(snapshot(state, products={KOPI: product(available=12)}))
    assert sent(plan) == commands
    assert plan.withdrawn == (() if commands else ((state.id, Target.QUANTITY),))
    assert plan.listings[0].sending is None


# Differences that no fact explains


def test_a_fresh_difference_moves_nothing_and_asks_for_another_look():
    plan = planned(snapshot(listing(shown=8)))
    assert plan.is_quiet
    assert plan.look_again == LAG
    assert plan.listings[0].unexplained == Unexplained(-2, NOW)


@pytest.mark.parametrize("units", [-3, 4])
def test_a_difference_that_stood_for_a_lag_is_an_edit_in_seller_center_and_all_shops_follow(units):
    home = listing("toko", shown=10 + units, unexplained=standing(units))
    plan = planned(snapshot(home, listing("mall")))
    assert moved(plan) == [(Cause.MARKETPLACE_EDIT, units)]
    assert sent(plan) == {"mall": 10 + units}
    assert agreed(plan, home) == Told(10 + units)


def test_a_policy_can_overwrite_edits_in_seller_center():
    home = listing(shown=14, unexplained=standing(4))
    plan = planned(snapshot(home, shops={"toko": ShopPolicy(marketplace_edit=OVERWRITE)}))
    assert moved(plan) == []
    assert sent(plan) == {"toko": 10}


def test_a_difference_of_the_same_size_after_an_order_was_explained_is_a_new_one():
    # One order explains the old difference; the next one, which cannot be seen yet, makes a new one of the same size.
    home = listing(shown=8, unexplained=standing(-1))
    plan = planned(snapshot(home, lines=(line(),)))
    assert moved(plan) == [(Cause.ORDER, -1)]
    assert plan.listings[0].unexplained == Unexplained(-1, NOW)


def test_a_difference_of_the_same_size_after_a_cancellation_was_explained_is_a_new_one():
    fact = line(is_taken=True, is_cancelled=True)
    home = listing(shown=12, unexplained=standing(1))
    plan = planned(snapshot(home, lines=(fact,)))
    assert moved(plan) == [(Cause.CANCEL, 1)]
    assert plan.listings[0].unexplained == Unexplained(1, NOW)


def test_a_difference_in_a_shop_that_was_not_read_asks_for_no_hurry():
    # Else an unreachable shop, or a listing that is gone, would be read again every second.
    gone = listing(shown=None, observed_at=None, unexplained=Unexplained(2, NOW - timedelta(hours=1)))
    assert planned(snapshot(gone)).look_again is None


def test_the_number_of_a_deleted_listing_is_nobodys_edit():
    gone = listing(shown=0, status=ListingStatus.DELETED, unexplained=standing(-10))
    plan = planned(snapshot(gone, listing("mall")))
    assert plan.is_quiet


# Shops that are not served


OFF = {"toko": ShopPolicy(), "mall": ShopPolicy(sends_stock=False)}


def test_a_shop_with_stock_sync_off_is_neither_written_nor_listened_to_but_its_orders_count():
    off = listing("mall", shown=3, unexplained=standing(-7))
    plan = planned(snapshot(listing("toko"), off, shops=OFF, lines=(line(shop="mall"),)))
    assert moved(plan) == [(Cause.ORDER, -1)]
    assert sent(plan) == {"toko": 9}
    assert agreed(plan, off) is None


def test_a_write_that_was_open_when_stock_sync_went_off_is_withdrawn():
    off = listing("mall", commanded=frozenset({Target.QUANTITY}), sending=Sending(12, 12))
    plan = planned(snapshot(listing("toko"), off, shops=OFF))
    assert plan.withdrawn == ((off.id, Target.QUANTITY),)
    assert not plan.commands


@pytest.mark.parametrize("target", Target)
def test_writes_for_a_deleted_listing_are_withdrawn(target):
    gone = listing(status=ListingStatus.DELETED, told=Told(7), told_price=Money(1), commanded=frozenset({target}))
    plan = planned(snapshot(gone))
    assert plan.withdrawn == ((gone.id, target),)
    assert (plan.commands, plan.held) == ((), ())


def test_a_listing_that_was_never_agreed_with_is_left_alone_until_the_seller_speaks():
    plan = planned(snapshot(listing("toko"), new("mall", shown=7)))
    assert plan.is_quiet
    assert [say(held.reason) for held in plan.held] == ["stock.differs_between_shops shop=mall shown=7 stock=10"]


def test_a_listing_that_lost_its_sku_keeps_its_number_and_its_open_write_is_withdrawn():
    nameless = replace(listing(shown=4), sku=Sku(""), commanded=frozenset({Target.QUANTITY}))
    plan = planned(snapshot(nameless, products={KOPI: product()}))
    assert plan.is_quiet
    assert plan.withdrawn == ((nameless.id, Target.QUANTITY),)
