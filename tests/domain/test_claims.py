"""Bundles beside their parts where each unit is offered once: final numbers, and every step on the way to them."""

from collections import Counter
from dataclasses import replace

import pytest
from domain.world import as_left, cell, codes, listing, product, recipe_sheet, saved, say, snapshot
from hypothesis import given
from hypothesis import strategies as st

from daemon.domain.allocation import Override, Rule, Sharing
from daemon.domain.brakes import Limits
from daemon.domain.claims import Offer, portions
from daemon.domain.messages import message
from daemon.domain.overrides import OverrideRow, OverrideSheet
from daemon.domain.plan import Target
from daemon.domain.recon import Outcome
from daemon.domain.reconcile import reconcile
from daemon.domain.snapshot import ShopPolicy
from daemon.domain.stock import Sending, Told
from daemon.domain.values import ListingId, Sku

DUO, SOLO, KOPI, GELAS = Sku("DUO"), Sku("SOLO"), Sku("KOPI"), Sku("GELAS")
DUOS = {DUO: {KOPI: 2, GELAS: 1}}
RECIPES = DUOS | {SOLO: {KOPI: 1}}


def shown_by(locked=0, **rule):
    return Offer({ListingId("toko", "p", "s"): Rule(**rule)}, locked)


NOWHERE = Offer()


@pytest.mark.parametrize(
    ("available", "offers", "units"),
    [
        # KOPI is wanted by three: six for each, so three DUO; what they leave is sold by itself.
        ({}, {}, {DUO: 3, SOLO: 6, KOPI: 8, GELAS: 27}),
        # A bundle that cannot use its part, or may not show it, leaves it to the goods themselves.
        ({GELAS: 2}, {}, {DUO: 1, SOLO: 6, KOPI: 12, GELAS: 1}),
        ({KOPI: 5}, {}, {DUO: 0, SOLO: 1, KOPI: 4, GELAS: 30}),
        ({KOPI: 1}, {}, {DUO: 0, SOLO: 0, KOPI: 1, GELAS: 30}),
        ({KOPI: -3}, {}, {DUO: 0, SOLO: 0, KOPI: -3, GELAS: 30}),
        ({}, {DUO: shown_by(buffer=2)}, {DUO: 3, SOLO: 6, KOPI: 12, GELAS: 29}),
        ({}, {DUO: shown_by(share=0, lowest=1)}, {DUO: 3, SOLO: 6, KOPI: 12, GELAS: 29}),
        # Whoever shows nothing however much there is takes no part: no listing, no share, at most none.
        ({}, {KOPI: NOWHERE}, {DUO: 5, SOLO: 10, KOPI: 0, GELAS: 25}),
        ({}, {KOPI: shown_by(share=0)}, {DUO: 5, SOLO: 10, KOPI: 0, GELAS: 25}),
        ({}, {DUO: shown_by(highest=0)}, {DUO: 5, SOLO: 10, KOPI: 10, GELAS: 30}),
        # What stands where nothing can be set is taken off first.
        ({}, {DUO: shown_by(locked=4)}, {DUO: 2, SOLO: 4, KOPI: 4, GELAS: 24}),
        ({}, {DUO: Offer(locked=4)}, {DUO: 3, SOLO: 6, KOPI: 6, GELAS: 26}),
        ({}, {DUO: Offer(locked=11)}, {DUO: 0, SOLO: 0, KOPI: -2, GELAS: 19}),
        ({}, {KOPI: shown_by(locked=5)}, {DUO: 2, SOLO: 5, KOPI: 6, GELAS: 28}),
    ],
)
def test_a_part_is_divided_equally_among_its_bundles_and_itself_and_the_rest_is_its_own(available, offers, units):
    known = dict.fromkeys((DUO, SOLO, KOPI, GELAS), shown_by()) | offers
    found = portions({KOPI: 20, GELAS: 30} | available, RECIPES, known)
    assert {sku: portion.units for sku, portion in found.items()} == units


def of(sku, units, shop="toko", **fields):
    return listing(shop, sku, **({"shown": units, "told": Told(units)} | fields))


def plan(*listings, kopi=20, gelas=30, **fields):
    own = {DUO: product(DUO, 0), SOLO: product(SOLO, 0), KOPI: product(KOPI, kopi), GELAS: product(GELAS, gelas)}
    known = {"products": own, "recipes": DUOS, "sharing": Sharing.EXCLUSIVE}
    return reconcile(snapshot(*listings, **(known | fields)), say)


def sent(plan):
    """What is to be written, by SKU."""
    return {each.sku: each.desired for each in plan.commands if each.target is Target.QUANTITY}


def test_shared_units_are_offered_by_the_bundle_and_by_its_parts():
    assert sent(plan(of(KOPI, 20), of(DUO, 10), sharing=Sharing.SHARED)) == {}


def test_where_sharing_becomes_exclusive_all_fall_at_once():
    assert sent(plan(of(KOPI, 20), of(DUO, 10), of(GELAS, 30))) == {KOPI: 10, DUO: 5, GELAS: 25}


def test_a_bundle_in_a_new_recipe_is_shown_once_its_parts_have_fallen():
    new = {"recipes": {}, "recipe_sheet": recipe_sheet(("DUO", "KOPI", 2), ("DUO", "GELAS", 1)), "rows": ()}
    first = plan(of(KOPI, 20), of(GELAS, 30), of(DUO, 0), **new)
    assert sent(first) == {KOPI: 10, GELAS: 25}
    assert first.look_again is not None
    assert sent(plan(of(KOPI, 10), of(GELAS, 30), of(DUO, 0))) == {GELAS: 25}
    last = plan(of(KOPI, 10), of(GELAS, 25), of(DUO, 0))
    assert (sent(last), last.look_again) == ({DUO: 5}, None)


def test_of_a_bundle_that_becomes_goods_its_parts_get_their_units_back():
    gone = {"recipe_sheet": recipe_sheet(), "rows": (saved(2, DUO, stock=4),), "bases": {DUO: as_left(10)}}
    assert sent(plan(of(KOPI, 10), of(DUO, 5), of(GELAS, 25), **gone)) == {KOPI: 20, DUO: 4, GELAS: 30}


def test_after_a_change_of_its_recipe_a_bundle_holds_other_units():
    other = {"recipe_sheet": recipe_sheet(("DUO", "KOPI", 1), ("DUO", "GELAS", 3)), "rows": ()}
    assert sent(plan(of(KOPI, 10), of(DUO, 5), of(GELAS, 25), **other)) == {KOPI: 15, GELAS: 15}


def test_after_an_order_the_parts_rise_once_the_bundle_has_fallen_and_the_bundle_once_they_have():
    # Two KOPI were sold singly, 18 are left: nine for each, so four DUO.
    first = plan(of(KOPI, 8), of(DUO, 5), of(GELAS, 25), kopi=18)
    assert (sent(first), first.look_again is not None) == ({DUO: 4}, True)
    waiting = {line.sku: (line.shown, line.expected) for line in first.recon.lines if line.outcome is Outcome.WAITING}
    assert waiting == {KOPI: (8, 10), GELAS: (25, 26)}
    second = plan(of(KOPI, 8), of(DUO, 4), of(GELAS, 25), kopi=18)
    assert (sent(second), second.look_again) == ({KOPI: 10, GELAS: 26}, None)
    # Four KOPI came.
    third = plan(of(KOPI, 10), of(DUO, 4), of(GELAS, 26), kopi=22)
    assert sent(third) == {KOPI: 12, GELAS: 25}
    assert sent(plan(of(KOPI, 12), of(DUO, 4), of(GELAS, 25), kopi=22)) == {DUO: 5}


def test_a_bundle_waits_for_what_another_bundle_of_its_part_still_shows():
    both = {"recipes": RECIPES}
    assert sent(plan(of(DUO, 0), of(SOLO, 20), **both)) == {SOLO: 10}
    assert sent(plan(of(DUO, 0), of(SOLO, 10), **both)) == {DUO: 5}


@pytest.mark.parametrize(
    "unsure",
    [
        {"told": Told(4, slack=1)},
        {"told": Told(4), "sending": Sending(4, 5), "shown": None},
        {"told": None, "shown": 5},
    ],
)
def test_units_that_a_bundle_may_still_show_are_not_offered_singly(unsure):
    assert KOPI not in sent(plan(of(KOPI, 8), of(DUO, 4, **unsure), kopi=18))


def test_while_the_bundles_shop_is_silent_looking_again_is_of_no_use():
    silent = {"at_rest": (message("shop.held", shop="mall", since=0),)}
    listings = (of(KOPI, 8), of(DUO, 5, "mall"), of(GELAS, 25))
    assert plan(*listings, kopi=18).look_again is not None
    assert plan(*listings, kopi=18, **silent).look_again is None


def test_the_row_of_a_bundle_shows_what_its_parts_allow_and_only_that_number_is_agreed_with():
    listings = (of(KOPI, 10), of(DUO, 5), of(GELAS, 25))
    bases = {DUO: as_left(5), KOPI: as_left(20), GELAS: as_left(30)}
    read = {"bases": bases, "recipe_sheet": recipe_sheet(("DUO", "KOPI", 2), ("DUO", "GELAS", 1))}
    rows = (saved(2, DUO, stock=5), saved(3, KOPI, stock=20), saved(4, GELAS, stock=30))
    found = plan(*listings, rows=rows, **read)
    assert [(write.cells["stock"], codes(found)) for write in found.rows if "stock" in write.cells] == [(10, [])]
    typed = plan(*listings, rows=(saved(2, DUO, stock=7), *rows[1:]), **read)
    assert codes(typed) == ["bundle.stock_is_derived"]
    assert typed.held[0].reason.params["stock"] == 10


def test_rules_that_sell_out_what_shares_units_with_their_goods_wait_for_a_yes():
    bundles = [Sku(f"DUO-{number}") for number in range(6)]
    parts = [Sku(f"KOPI-{number}") for number in range(6)]
    recipes = {bundle: {part: 1} for bundle, part in zip(bundles, parts, strict=True)}
    # One piece of each is left for the bundle, because the part itself is not sold singly.
    last = {(part, "toko"): Override(share=0) for part in parts}
    sheet = OverrideSheet("Alokasi", tuple(OverrideRow(2, cell(part), cell("toko"), {}) for part in parts))
    own = {sku: product(sku, 1) for sku in parts} | {sku: product(sku, 0) for sku in bundles}
    found = reconcile(
        snapshot(
            *(of(sku, 1) for sku in bundles),
            *(of(sku, 0) for sku in parts),
            products=own,
            recipes=recipes,
            sharing=Sharing.EXCLUSIVE,
            allocations=last,
            override_sheet=sheet,
            recipe_sheet=recipe_sheet(*((bundle, part, 1) for bundle, part in zip(bundles, parts, strict=True))),
            rows=(),
            limits=Limits(rows=40),
        ),
        say,
    )
    assert (codes(found), sent(found)) == (["allocation.sells_out"], {})


SKUS = (DUO, SOLO, KOPI, GELAS)
SHOPS = ("toko", "mall")
RULES = st.builds(
    Rule,
    buffer=st.sampled_from((0, 0, 1, 3)),
    share=st.sampled_from((100, 100, 60, 0)),
    lowest=st.sampled_from((0, 0, 2)),
    highest=st.sampled_from((None, None, 4, 0)),
    priority=st.integers(0, 1),
)
LISTED = st.fixed_dictionaries(
    {
        "told": st.none() | st.builds(Told, st.integers(0, 12), st.integers(0, 2)),
        "above": st.integers(0, 4),
        "sending": st.none() | st.integers(0, 12),
        "is_unread": st.booleans(),
        "is_editable": st.sampled_from((True, True, True, False)),
    }
)
TOWNS = st.dictionaries(st.tuples(st.sampled_from(SHOPS), st.sampled_from(SKUS)), LISTED)
PARTS = st.fixed_dictionaries({KOPI: st.integers(-2, 30), GELAS: st.integers(-2, 12)})
MADE_OF = st.dictionaries(
    st.sampled_from((DUO, SOLO)), st.dictionaries(st.sampled_from((KOPI, GELAS)), st.integers(1, 3), min_size=1)
)


def state(place, *, told, above, sending, is_unread, is_editable):
    """A listing, and what it shows in truth: anything between the least and the most that we know of."""
    shop, sku = place
    doubt = Sending(sending, sending) if sending is not None and is_unread and told is not None else None
    agreed = told.quantity if told else above
    most = max(agreed + (told.slack if told else 0), doubt.target if doubt else 0)
    actual = min(min(agreed, doubt.target if doubt else agreed) + above, most)
    shown = None if is_unread and told is not None else actual
    return of(sku, agreed, shop, told=told, shown=shown, sending=doubt, quantity_is_editable=is_editable), actual


def claims(recipes, shown):
    """Units of every part that are on offer, singly and in bundles."""
    taken = Counter()
    for listing_id, units in shown.items():
        sku = Sku(listing_id.sku_id.removeprefix("s-"))
        for part, quantity in recipes.get(sku, {sku: 1}).items():
            taken[part] += quantity * units
    return taken


def in_town(parts, recipes, rules):
    return {
        "products": {sku: product(sku, parts.get(sku, 0)) for sku in SKUS},
        "recipes": recipes,
        "sharing": Sharing.EXCLUSIVE,
        "shops": {shop: ShopPolicy(rule=rule) for shop, rule in zip(SHOPS, rules, strict=True)},
    }


@given(TOWNS, PARTS, MADE_OF, st.tuples(RULES, RULES), st.randoms(use_true_random=False))
def test_whatever_is_written_first_no_more_is_offered_than_there_is_unless_it_was_before(
    town, parts, recipes, rules, random
):
    known = in_town(parts, recipes, rules)
    states = [state(place, **listed) for place, listed in town.items()]
    listings = {each.id: each for each, _actual in states}
    shown = {each.id: actual for each, actual in states}
    for _cycle in range(4):
        found = reconcile(snapshot(*listings.values(), listings=listings, **known), say)
        commands = [each for each in found.commands if each.target is Target.QUANTITY]
        random.shuffle(commands)
        for command in commands[random.randrange(3) :]:
            before = claims(recipes, shown)
            shown[command.listing] = units = command.desired
            written = {"told": Told(units), "shown": units, "sending": None}
            listings[command.listing] = replace(listings[command.listing], **written)
            after = claims(recipes, shown)
            assert all(after[part] <= max(before[part], units) for part, units in parts.items())


@given(TOWNS, PARTS, MADE_OF, st.tuples(RULES, RULES))
def test_in_the_end_each_unit_is_offered_once_and_nobody_waits(town, parts, recipes, rules):
    known = in_town(parts, recipes, rules)
    agreed = [state(place, **(listed | {"told": listed["told"] or Told(0)})) for place, listed in town.items()]
    listings = {each.id: each for each, _actual in agreed}
    for _cycle in range(6):
        found = reconcile(snapshot(*listings.values(), listings=listings, **known), say)
        listings |= {each.id: replace(listings[each.id], told=each.told) for each in found.listings}
        for command in found.commands:
            written = {"told": Told(command.desired), "shown": command.desired, "sending": None}
            listings[command.listing] = replace(listings[command.listing], **written)
    assert (found.commands, found.look_again) == ((), None)
    offered = claims(recipes, {each.id: each.promised for each in listings.values()})
    locked = claims(recipes, {each.id: each.promised for each in listings.values() if not each.quantity_is_editable})
    assert all(offered[part] <= max(units, locked[part]) for part, units in parts.items())
