"""A bundle of two ``sku`` (12 units in both shops) and five ``other`` (40 units); a second one of one ``sku``."""

from dataclasses import replace

import pytest
from cycle.house import writes_in, writes_recipes

from bridge.columns import Column
from daemon.domain.allocation import Sharing
from daemon.mirror import journal, story
from daemon.texts import Texts
from daemon.undo import undo
from daemon.why import answer, tell
from daemon.why_shown import allotted, say_allotted


def why(house, sku):
    """The lines of ``selaras why``, in English."""
    with house.parts.mirror.transaction() as tx:
        return "\n".join(tell(answer(tx, sku), Texts("en"), house.settings.timezone))


def test_goods_with_a_stock_of_their_own_are_sold_on_as_they_are_until_it_is_typed_away(
    market, sku, other, bundle, house
):
    before = market.stock(bundle)
    writes_recipes(house, (bundle, sku, 2), (bundle, other, 5))
    calls, result = house.calls_during(house.save_cycle)
    assert ([held.sku for held in result.plan.held], writes_in(calls)) == ([bundle], [])
    assert (market.stock(bundle), house.stock(bundle)) == (before, before[0])
    assert f"({before[0]})" in house.note(bundle)
    house.types(bundle, stock=0)
    assert house.save_cycle().is_complete
    assert (market.stock(bundle), house.stock(bundle), house.done(bundle)) == ((6, 6), 6, f"{before[0]} → 6")
    assert house.movements(bundle) == [("sheet_edit", -before[0])]
    # Given back to a bundle, it would be gone again in the next cycle.
    assert [reason.code for reason in undone(house)] == ["undo.is_bundle"]


def undone(house):
    """Why the last cycle is not taken back."""
    with house.parts.mirror.transaction(discard=True) as tx:
        return undo(tx, str(journal.last_finished(tx).cycle), is_running=False)


def test_a_bundle_whose_rows_are_deleted_is_not_sold_out_but_asked_about(market, bundle, single, house, made):
    writes_recipes(house)
    calls, result = house.calls_during(house.save_cycle)
    assert {held.sku for held in result.plan.held} == {bundle, single}
    assert (market.stock(bundle), market.stock(single), writes_in(calls)) == ((6, 6), (12, 12), [])
    house.types_all({bundle: {"count": 4}, single: {"stock": 0}})
    assert house.save_cycle().is_complete
    assert (market.stock(bundle), market.stock(single)) == ((4, 4), (0, 0))
    assert (house.stock(bundle), house.stock(single)) == (4, 0)


def test_bundles_show_what_their_parts_allow_in_every_shop_and_in_the_sheet(market, house, made):
    (bundle, sku, _), _, (single, _, _) = made
    assert (market.stock(bundle), market.stock(single)) == ((6, 6), (12, 12))
    assert (house.stock(bundle), house.stock(single)) == (6, 12)
    house.types(sku, stock=20)
    house.save_cycle()
    assert (market.stock(bundle), market.stock(single)) == ((8, 8), (20, 20))
    _calls, result = house.calls_during(house.cycle)
    assert result.plan.is_quiet


def test_an_ordered_bundle_takes_its_parts_from_both_shops_and_from_the_bundles_that_share_them(market, house, made):
    (bundle, sku, _), (_, other, _), (single, _, _) = made
    order = market.order(bundle, 2, at=1)
    house.cycle()
    assert (market.stock(sku), market.stock(other)) == ((8, 8), (30, 30))
    assert (market.stock(bundle), market.stock(single)) == ((4, 4), (8, 8))
    assert [house.stock(each) for each in (sku, other, bundle, single)] == [8, 30, 4, 8]
    assert house.movements(sku) == [("order", -2), ("order", -2)]
    assert f"as a part of bundle {bundle}" in why(house, sku)
    assert "8 left" in why(house, bundle)
    assert "Reserved and not shipped yet: 2" in why(house, bundle)
    market.cancel(order)
    writes_recipes(house, (bundle, sku, 3), (single, sku, 1))
    house.cycle()
    house.settle()
    house.cycle()
    assert house.movements(other) == [("order", -5), ("order", -5), ("cancel", 5), ("cancel", 5)]
    assert [house.stock(each) for each in (sku, other, bundle, single)] == [12, 40, 4, 12]
    assert (market.stock(bundle), market.stock(single)) == ((4, 4), (12, 12))


def test_a_part_counted_on_the_shelf_leaves_what_is_promised_with_a_bundle(market, sku, bundle, house, made):
    market.order(bundle, at=0)
    house.types(sku, count=12)
    house.save_cycle()
    assert house.stock(sku) == 10
    writes_recipes(house, *made[2:], stock={bundle: 3})
    house.save_cycle()
    assert f"as a part of bundle {bundle}" in why(house, sku)
    house.types(sku, count=13)
    house.save_cycle()
    assert (house.stock(sku), market.stock(sku)) == (11, (11, 11))


def test_a_broken_recipe_leaves_the_last_one_in_effect_and_says_where(market, sku, bundle, house, made):
    writes_recipes(house, (bundle, sku, "dua"), *made[1:])
    result = house.save_cycle()
    assert [(held.sku, held.reason.code) for held in result.plan.held] == [(bundle, "bundle.bad_quantity")]
    assert "Paket, baris 2" in house.note(bundle)
    assert (house.stock(bundle), market.stock(bundle)) == (6, (6, 6))
    writes_recipes(house, *made)
    assert house.save_cycle().is_complete
    assert house.note(bundle) is None


def test_a_part_that_no_shop_lists_has_its_stock_in_a_row_of_its_own(market, sku, bundle, house):
    writes_recipes(house, (bundle, sku, 1), (bundle, "KARTU-UCAPAN", 1))
    before = market.stock(bundle)
    asked = {held.reason.code for held in house.save_cycle().plan.held}
    assert asked == {"bundle.has_own_stock", "bundle.part_without_stock"}
    assert market.stock(bundle) == before
    with house.editing() as (sheet, columns):
        row = sheet.max_row + 1
        sheet.cell(row, columns[Column.SKU], "KARTU-UCAPAN")
        sheet.cell(row, columns[Column.STOCK], 7)
    house.types(bundle, stock=0)
    house.save_cycle()
    assert market.stock(bundle) == (7, 7)
    market.order(bundle)
    house.cycle()
    assert (house.stock("KARTU-UCAPAN"), house.stock(sku)) == (6, 11)


def test_a_recipe_with_a_new_part_waits_until_its_number_is_answered(market, house, made):
    (bundle, sku, _), (_, other, _), single = made
    writes_recipes(house, (bundle, sku, 2), (bundle, "KARTU-UCAPAN", 1), single)
    with house.editing() as (sheet, columns):
        row = sheet.max_row + 1
        sheet.cell(row, columns[Column.SKU], "KARTU-UCAPAN")
        sheet.cell(row, columns[Column.STOCK], 50_000)
    market.order(bundle)
    asked = {held.reason.code for held in house.save_cycle().plan.held}
    assert asked == {"bundle.big_own_stock", "bundle.part_without_stock"}
    assert (house.stock(sku), house.stock(other), house.movements("KARTU-UCAPAN")) == (10, 35, [])
    assert (house.stock(bundle), market.stock(bundle)) == (5, (5, 5))
    house.types("KARTU-UCAPAN", note=None)
    assert house.save_cycle().is_complete
    assert house.movements("KARTU-UCAPAN") == [("sheet_edit", 50_000)]
    market.order(bundle)
    house.cycle()
    assert (house.stock(sku), house.stock(other), house.stock("KARTU-UCAPAN")) == (8, 35, 49_999)


def test_a_row_that_cannot_be_read_is_in_the_way_of_no_new_part(market, sku, bundle, house):
    with house.editing() as (sheet, columns):
        last = sheet.max_row
        for by, code, units in ((1, "KOTAK", 7), (2, "#N/A", 5)):
            sheet.cell(last + by, columns[Column.SKU], code)
            sheet.cell(last + by, columns[Column.STOCK], units)
        for column, value in enumerate((bundle, "KOTAK", 1), 1):
            sheet.parent["Paket"].cell(2, column, value)
    assert "bundle.part_without_stock" not in [entry.reason.code for entry in house.save_cycle().plan.held]


def on_offer(market, holding):
    """Units of a part that all shops offer together; ``holding`` are the goods that hold it, and how many of it."""
    return sum(units * shown for sku, units in holding.items() for shown in market.stock(sku))


@pytest.fixture
def divided(open_house):
    """A house that offers each unit once."""
    return open_house(change=lambda text: f"sharing: exclusive\n{text}")


def test_where_each_unit_is_offered_once_a_bundle_and_its_parts_share_them_and_it_is_told_why(
    market, sku, other, bundle, divided
):
    divided.types(bundle, stock=0)
    divided.save_cycle()
    writes_recipes(divided, (bundle, sku, 2), (bundle, other, 5))
    assert divided.save_cycle().look_again is not None
    assert (market.stock(sku), market.stock(other), market.stock(bundle)) == ((3, 3), (13, 12), (0, 0))
    divided.cycle()
    assert market.stock(bundle) == (2, 1)
    assert [divided.stock(each) for each in (sku, other, bundle)] == [12, 40, 6]
    assert divided.cycle().plan.is_quiet
    in_two = f"the stock of {sku} divided equally among 2 goods that need it"
    first, second = market.shops
    assert [*told_why(divided, bundle), *told_why(divided, sku)] == [
        f"{first}: 6 available, divided among the shops, {in_two} → shows 2.",
        f"{second}: 6 available, divided among the shops, {in_two} → shows 1.",
        f"{first}: 12 available, divided among the shops, 6 for bundles → shows 3.",
        f"{second}: 12 available, divided among the shops, 6 for bundles → shows 3.",
    ]


def told_why(house, sku):
    """Why every shop shows what it shows of ``sku``, in English."""
    with house.parts.mirror.transaction() as tx:
        found = allotted(tx, sku, house.stock(sku), story.listings_of(tx, sku), house.settings)
    return [say_allotted(listing.shop, each, Texts("en")) for listing, each in found.items()]


def test_whatever_is_ordered_no_unit_is_offered_in_a_bundle_and_singly(market, sku, bundle, single, divided):
    holding = {sku: 1, bundle: 2, single: 1}
    writes_recipes(divided, (bundle, sku, 2), (single, sku, 1), stock={bundle: 0, single: 0, sku: 30})
    divided.save_cycle()
    left = 30
    for ordered, units, at in ((None, 0, 0), (bundle, 2, 0), (sku, 3, 1), (single, 1, 0), (None, 0, 0), (sku, 4, 0)):
        if ordered:
            market.order(ordered, units, at=at)
            left -= units * holding[ordered]
        divided.cycle()
        assert on_offer(market, holding) <= left
    for _ in range(3):
        divided.cycle()
    assert on_offer(market, holding) == left == divided.stock(sku)
    assert divided.cycle().plan.is_quiet


def test_units_of_a_part_that_a_failing_shop_still_shows_in_bundles_are_not_offered_singly(
    market, sku, bundle, divided
):
    writes_recipes(divided, (bundle, sku, 1), stock={bundle: 0})
    divided.save_cycle()
    divided.cycle()
    assert (market.stock(sku), market.stock(bundle)) == ((3, 3), (3, 3))
    (product,) = divided.query("SELECT product_id FROM listings WHERE sku = ? AND shop = ?", bundle, market.shops[1])[0]
    market.trouble(f"/{product}/inventory/update", "status_500", times=99)
    market.order(sku, 3, at=0)
    for _ in range(3):
        divided.cycle()
        assert on_offer(market, {sku: 1, bundle: 1}) <= 9
    market.peace()
    divided.settle(3600)
    for _ in range(3):
        divided.cycle()
    assert (market.stock(sku), market.stock(bundle), divided.stock(sku)) == ((3, 2), (2, 2), 9)


def test_where_sharing_becomes_exclusive_bundles_and_parts_fall_to_what_is_theirs(market, sku, bundle, house):
    writes_recipes(house, (bundle, sku, 2), stock={bundle: 0})
    house.save_cycle()
    assert (market.stock(sku), market.stock(bundle)) == ((12, 12), (6, 6))
    house.settings = replace(house.settings, sharing=Sharing.EXCLUSIVE)
    house.parts = replace(house.parts, settings=house.settings)
    house.cycle()
    assert (market.stock(sku), market.stock(bundle)) == ((3, 3), (2, 1))
