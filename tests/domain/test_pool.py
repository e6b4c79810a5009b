"""The pool in reconcile: which rules hold, what is sent, and that no unit is offered twice on the way."""

from dataclasses import replace

import pytest
from domain.world import KOPI, as_left, cell, codes, listing, product, saved, say, sent, snapshot
from hypothesis import given
from hypothesis import strategies as st

from daemon.domain.allocation import Override, Rule, Sharing, not_yet_given_back
from daemon.domain.brakes import Limits
from daemon.domain.messages import message
from daemon.domain.overrides import OverrideRow, OverrideSheet
from daemon.domain.plan import Target
from daemon.domain.reconcile import reconcile
from daemon.domain.snapshot import ShopPolicy
from daemon.domain.stock import Sending, Told
from daemon.domain.values import ListingId, ListingStatus, Sku

BUFFERED = ShopPolicy(rule=Rule(buffer=2))
RULES = {(KOPI, "toko"): Override(buffer=4)}
SHEET = OverrideSheet("Alokasi", (OverrideRow(2, cell(KOPI), cell("toko"), {"buffer": cell(3)}),))


def plan(*listings, **fields):
    return reconcile(snapshot(*listings, **fields), say)


def opened(**fields):
    """The workbook was read, nothing was typed."""
    return {"rows": (saved(),), "bases": {KOPI: as_left()}, **fields}


def exclusive(*listings, available, **fields):
    return plan(*listings, products={KOPI: product(available=available)}, sharing=Sharing.EXCLUSIVE, **fields)


def shows(shop, told, **fields):
    return listing(shop, shown=told, told=Told(told), **fields)


def test_a_shop_shows_the_pool_without_its_buffer():
    assert sent(plan(shops={"toko": BUFFERED})) == {"toko": 8}


def test_what_holds_for_single_goods_comes_before_the_shops_settings():
    assert sent(plan(shops={"toko": BUFFERED}, allocations=RULES)) == {"toko": 6}


def test_a_listing_in_step_with_its_part_of_the_pool_is_left_alone():
    assert sent(plan(shows("toko", 8), shops={"toko": BUFFERED}, products={KOPI: product()})) == {}


def test_a_listing_that_shows_the_whole_pool_at_first_sight_is_agreed_with_and_gets_its_part():
    found = plan(listing(told=None), shops={"toko": BUFFERED})
    assert (sent(found), codes(found)) == ({"toko": 8}, [])
    (change,) = found.listings
    assert change.told == Told(10)


def test_a_listing_with_another_number_at_first_sight_is_asked_about_with_the_number_it_would_get():
    found = plan(listing(told=None, shown=7), shops={"toko": BUFFERED})
    assert (sent(found), codes(found)) == ({}, ["stock.differs_between_shops"])
    assert found.held[0].reason.params["stock"] == 8


def test_a_rule_changes_nothing_in_the_ledger_or_the_workbook():
    found = plan(shops={"toko": BUFFERED}, **opened())
    assert found.movements == ()
    assert [write.cells for write in found.rows if "stock" in write.cells] == []


@pytest.mark.parametrize(
    "left_out",
    [
        {"fields": {"status": ListingStatus.DELETED}},
        {"fields": {"quantity_is_editable": False}, "policy": ShopPolicy(sends_stock=False)},
        {"policy": ShopPolicy(sends_stock=False)},
    ],
)
def test_who_cannot_be_served_has_no_part_of_an_exclusive_pool(left_out):
    shops = {"satu": ShopPolicy(), "dua": left_out.get("policy", ShopPolicy())}
    found = exclusive(shows("satu", 5), shows("dua", 5, **left_out.get("fields", {})), available=10, shops=shops)
    assert sent(found) == {"satu": 10}


@pytest.mark.parametrize(
    ("locked", "left"),
    [
        ({"told": Told(4)}, 6),
        ({"told": Told(4, slack=2)}, 4),
        ({"told": None, "shown": 3}, 7),
        ({"told": None, "shown": None}, 10),
        ({"told": Told(12)}, 0),
        ({"told": Told(4), "status": ListingStatus.INACTIVE}, 6),
    ],
)
def test_what_a_locked_listing_keeps_is_not_dealt_to_others(locked, left):
    other = listing("dua", **({"shown": 4, "quantity_is_editable": False} | locked))
    found = exclusive(shows("satu", 5), other, available=10)
    assert sent(found) == {"satu": left}


def test_a_shared_pool_is_offered_whatever_a_locked_listing_shows():
    found = plan(shows("satu", 5), shows("dua", 5, quantity_is_editable=False))
    assert sent(found) == {"satu": 10}


def test_two_listings_of_one_shop_share_the_pool_or_are_dealt_it():
    twins = [replace(shows("toko", 10), id=ListingId("toko", "p", name)) for name in ("a", "b")]
    assert plan(*twins).commands == ()
    # Each of them shows all ten: both fall at once, because nobody rises.
    assert [command.desired for command in exclusive(*twins, available=10).commands] == [5, 5]


def test_after_an_order_nobody_rises_before_the_other_has_fallen():
    # Ten were dealt five and five; one was sold in the first shop, so five and four are left.
    before = exclusive(shows("satu", 4), shows("dua", 5), available=9)
    assert sent(before) == {"dua": 4}
    assert before.look_again is not None
    after = exclusive(shows("satu", 4), shows("dua", 4), available=9)
    assert sent(after) == {"satu": 5}
    assert after.look_again is None


@pytest.mark.parametrize(
    "other",
    [
        {"told": Told(4, slack=1)},
        {"told": Told(4), "sending": Sending(4, 5), "shown": None},
        {"told": None, "shown": 5},
    ],
)
def test_units_that_another_listing_may_still_show_are_not_offered_again(other):
    assert "satu" not in sent(exclusive(shows("satu", 4), listing("dua", **{"shown": 4, **other}), available=9))


def test_a_listing_that_may_show_less_than_we_know_does_not_rise_by_units_that_another_still_shows():
    # It shows 15 and not the 19 that it may: with 18 it would be 38 of 36 until the other has fallen.
    found = exclusive(listing("satu", shown=15, told=Told(15, slack=4)), shows("dua", 20), available=36)
    assert sent(found) == {"satu": 16, "dua": 18}
    lost = exclusive(
        listing("satu", shown=None, told=Told(15), sending=Sending(19, 19)), shows("dua", 20), available=36
    )
    assert sent(lost) == {"satu": 16, "dua": 18}


SHOWN = st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(0, 4), st.integers(0, 4), st.booleans())


@given(st.lists(SHOWN, max_size=4), st.sampled_from((0, 1, 30)))
def test_on_the_way_no_more_is_offered_than_there_is_unless_it_was_before(listings, spare):
    by_id = {ListingId(str(place), "p", "s"): each for place, each in enumerate(listings)}
    allotted = {id_: units for id_, (units, *_) in by_id.items()}
    surely = {id_: least for id_, (_, least, *_) in by_id.items()}
    promised = {id_: least + above + still_above for id_, (_, least, above, still_above, _) in by_id.items()}
    shown = {id_: least + above for id_, (_, least, above, *_) in by_id.items()}
    available = sum(allotted.values()) + spare
    held = sum(max(units, promised[id_]) for id_, units in allotted.items())
    numbers = not_yet_given_back(available - held, allotted, promised, surely)
    offered = sum(numbers[id_] if is_written else shown[id_] for id_, (*_, is_written) in by_id.items())
    assert offered <= max(available, sum(shown.values()))
    for each in numbers:
        assert min(surely[each], allotted[each]) <= numbers[each] <= allotted[each]
    if all(promised[each] <= allotted[each] for each in numbers):
        assert numbers == allotted


def test_the_workbooks_own_sheet_says_what_holds():
    found = plan(allocations=RULES, override_sheet=SHEET, **opened())
    assert (found.allocations, sent(found), codes(found)) == ({(KOPI, "toko"): Override(buffer=3)}, {"toko": 7}, [])


def test_a_sheet_that_is_gone_or_cannot_be_read_leaves_the_rules_and_says_so():
    gone = plan(allocations=RULES, **opened())
    assert (gone.allocations, sent(gone), codes(gone)) == (RULES, {"toko": 6}, ["allocation.no_sheet"])
    unread = plan(allocations=RULES, override_sheet=message("workbook.side_sheet_header"), **opened())
    assert (unread.allocations, codes(unread)) == (RULES, ["workbook.side_sheet_header"])
    assert codes(plan(**opened())) == []


@pytest.mark.parametrize("file", [{"copy": "toko (1).xlsx"}, {"is_stale": True}, {"rows": None}])
def test_copies_and_old_files_change_no_rule(file):
    found = plan(allocations=RULES, override_sheet=SHEET, **(opened() | file))
    assert (found.allocations, sent(found)) == (RULES, {"toko": 6})
    assert codes(found) == ["allocation.old_file"] * ("is_stale" in file)


def test_rules_of_an_old_file_are_not_taken_once_our_write_made_it_the_newest_but_when_they_are_changed():
    (old,) = plan(allocations=RULES, override_sheet=SHEET, **opened(is_stale=True)).held
    known = {"allocations": RULES, "old_overrides": old.reason}
    after = plan(override_sheet=SHEET, **known, **opened())
    assert (after.allocations, codes(after)) == (RULES, ["allocation.old_file"])
    assert codes(plan(**known)) == codes(plan(**known, **opened(copy="toko (1).xlsx"))) == ["allocation.old_file"]
    moved = OverrideSheet("Alokasi", tuple(replace(row, number=3) for row in SHEET.rows))
    changed = plan(override_sheet=moved, **known, **opened())
    assert (changed.allocations, codes(changed)) == ({(KOPI, "toko"): Override(buffer=3)}, [])


def test_an_old_file_with_the_rules_that_hold_is_nothing_to_speak_of():
    rules = {(KOPI, "toko"): Override(buffer=3)}
    assert codes(plan(allocations=rules, override_sheet=SHEET, **opened(is_stale=True))) == []


def test_a_row_that_cannot_be_used_is_held_beside_the_goods():
    bad = OverrideSheet("Alokasi", (OverrideRow(5, cell(KOPI), cell("toko"), {"share": cell(120)}),))
    found = plan(allocations=RULES, override_sheet=bad, **opened())
    assert (found.allocations, codes(found)) == (RULES, ["allocation.out_of_range"])
    (note,) = (write.cells["note"] for write in found.rows)
    assert "row=5" in note


def test_while_a_shop_that_has_to_fall_is_silent_looking_again_is_of_no_use():
    silent = {"at_rest": (message("shop.held", shop="dua", since=0),)}
    assert exclusive(shows("satu", 4), shows("dua", 5), available=9, **silent).look_again is None
    refused = replace(shows("dua", 5), refusals={Target.QUANTITY: message("push.refused", shop="dua", reason="")})
    assert exclusive(shows("satu", 4), refused, available=9).look_again is None


SKUS = [f"K-{number}" for number in range(6)]
SOLD_OUT = OverrideSheet(
    "Alokasi", tuple(OverrideRow(2, cell(sku), cell("toko"), {"highest": cell(0)}) for sku in SKUS[:5])
)


def of_five(share=50, **fields):
    """Six goods in two shops; by the new rules five of them are sold out in one."""
    listings = [listing(shop, sku) for sku in SKUS for shop in ("toko", "mall")]
    return plan(*listings, **opened(rows=(), override_sheet=SOLD_OUT, limits=Limits(rows=share), **fields))


def test_rules_that_sell_out_too_many_goods_in_a_shop_wait_for_a_yes_to_exactly_that():
    found = of_five()
    assert (sent(found), codes(found), found.allocations) == ({}, ["allocation.sells_out"], {})
    params = dict(found.held[0].reason.params)
    approved = frozenset({params.pop("plan")})
    assert params == {"sheet": "Alokasi", "count": 5, "known": 6}
    assert (codes(of_five(approved=approved)), sent(of_five(approved=approved))) == ([], {"toko": 0})
    more = {(Sku(SKUS[5]), "mall"): Override(buffer=1)}
    assert codes(of_five(approved=approved, allocations=more)) == ["allocation.sells_out"]


def test_no_more_is_asked_than_of_rows():
    assert codes(of_five(share=90)) == codes(of_five(share=None)) == []
    sold_out = {Sku(sku): product(sku, 0) for sku in SKUS}
    assert codes(of_five(products=sold_out)) == []
