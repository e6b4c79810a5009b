"""The pool with real shops and a real workbook: what each of them shows of one stock."""

import pytest
from cycle.house import writes_in
from openpyxl import load_workbook

from bridge.columns import Column
from daemon.domain.recon import Outcome
from daemon.mirror import story
from daemon.why_shown import allotted, say_allotted


def in_shops(*stock):
    """Add settings to ``stock:`` of every shop."""
    return lambda text: text.replace("{sync: update", f"{{sync: update, {', '.join(stock)}")


def exclusive(text):
    return f"sharing: exclusive\n{text}"


def rules(house, *rows, title=None):
    """The seller writes these rows into the sheet Alokasi, or gives it another title, and saves."""
    house.clock.move(2)
    book = load_workbook(house.workbook)
    sheet = book["Alokasi"]
    sheet.delete_rows(2, sheet.max_row)
    for row in rows:
        sheet.append(row)
    sheet.title = title or sheet.title
    temporary = house.workbook.with_name("sementara.tmp")
    book.save(temporary)
    temporary.replace(house.workbook)


def held(result):
    return [entry.reason.code for entry in result.plan.held]


def test_a_buffer_reaches_every_shop_and_the_workbook_shows_the_whole_stock(market, sku, open_house):
    house = open_house(change=in_shops("buffer: 2"))
    assert (market.stock(sku), house.stock(sku)) == ((10, 10), 12)
    market.order(sku, 3)
    house.cycle()
    assert (market.stock(sku), house.stock(sku)) == ((7, 7), 9)
    house.types(sku, stock=2)
    house.save_cycle()
    assert (market.stock(sku), house.stock(sku)) == ((0, 0), 2)
    result = house.cycle()
    assert (result.plan.is_quiet, result.is_complete) == (True, True)


def test_a_rule_that_cannot_be_used_is_named_in_the_row_whose_stock_counts(market, sku, open_house):
    house = open_house()
    rules(house, [sku, market.shops[0], "dua"])
    house.types(sku, stock=20)
    assert held(house.save_cycle()) == ["allocation.bad_buffer"]
    assert (market.stock(sku), house.row(sku)[Column.STATUS]) == ((20, 20), "Aktif")
    assert "Lembar Alokasi, baris 2" in house.note(sku)


def test_units_added_in_seller_center_are_added_to_the_pool_behind_the_buffer(market, sku, open_house):
    house = open_house(change=in_shops("buffer: 2"))
    market.edit(sku, at=0, quantity=15)
    house.cycle()
    house.settle()
    house.cycle()
    assert (market.stock(sku), house.stock(sku)) == ((15, 15), 17)


def test_rules_of_the_sheet_alokasi_hold_until_their_row_is_gone(market, sku, other, house):
    first, second = market.shops
    rules(house, [sku, first, 4], [sku, second, None, "50%"], [other, second, None, None, None, 5])
    assert held(house.save_cycle()) == []
    assert (market.stock(sku), market.stock(other)) == ((8, 6), (40, 5))
    rules(house, [sku, first, "empat"])
    assert held(house.save_cycle()) == ["allocation.bad_buffer"]
    assert (market.stock(sku), market.stock(other)) == ((8, 12), (40, 40))
    assert f"{sku} di {first}" in house.note(sku)
    rules(house)
    assert held(house.save_cycle()) == []
    assert market.stock(sku) == (12, 12)


def test_rules_stay_when_their_sheet_is_taken_away_or_loses_its_header(market, sku, house):
    rules(house, [sku, market.shops[0], 4])
    house.cycle()
    rules(house, title="Arsip")
    assert held(house.cycle()) == ["allocation.no_sheet"]
    assert market.stock(sku) == (8, 12)
    with house.editing() as (sheet, _at):
        sheet.parent.create_sheet("Alokasi").append(["Kode", "Toko"])
    assert held(house.cycle()) == ["workbook.side_sheet_header"]
    assert market.stock(sku) == (8, 12)


@pytest.mark.parametrize("rule", [{"Maks": 0}, {"Penyangga": 1000}])
def test_rules_that_sell_out_a_whole_shop_wait_for_a_yes(market, house, monkeypatch, rule):
    monkeypatch.setattr("daemon.domain.brakes.FEWEST_ZEROED", 3)  # in this town a shop has four products
    before = {sku: market.stock(sku) for sku in market.skus()}
    columns = ("Penyangga", "Porsi", "Min", "Maks")
    rules(house, *([sku, market.shops[0], *(rule.get(name) for name in columns)] for sku in before))
    for _ in range(2):
        calls, result = house.calls_during(house.save_cycle)
        assert (held(result), writes_in(calls)) == (["allocation.sells_out"], [])
    assert result.plan.held[0].reason.params["count"] == 4
    assert "Alokasi" in load_workbook(house.workbook)["Rencana"].cell(1, 1).value
    assert says_yes(house).is_complete
    assert {sku: market.stock(sku) for sku in before} == {sku: (0, stock[1]) for sku, stock in before.items()}
    assert house.cycle().plan.is_quiet


def says_yes(house):
    with house.editing() as (sheet, _columns):
        sheet.parent["Rencana"].cell(4, 5).value = "ya"
    return house.save_cycle()


def test_a_yes_to_new_rules_is_none_to_the_ones_that_they_replaced(market, house, monkeypatch):
    monkeypatch.setattr("daemon.domain.brakes.FEWEST_ZEROED", 3)
    first, second = ([[sku, shop, None, None, None, 0] for sku in market.skus()] for shop in market.shops)
    for sold_out in (first, second):
        rules(house, *sold_out)
        house.save_cycle()
        assert says_yes(house).plan.held == ()
    rules(house, *first)
    assert held(house.save_cycle()) == ["allocation.sells_out"]


def test_what_is_typed_while_such_rules_wait_counts(market, sku, house, monkeypatch):
    monkeypatch.setattr("daemon.domain.brakes.FEWEST_ZEROED", 3)
    rules(house, *([each, market.shops[0], None, "0%"] for each in market.skus()))
    house.save_cycle()
    house.types(sku, stock=7)
    assert held(house.save_cycle()) == ["allocation.sells_out"]
    assert market.stock(sku) == (7, 7)
    rules(house)
    assert house.save_cycle().is_complete


def test_an_exclusive_stock_is_divided_and_dealt_anew_after_an_order(market, sku, open_house):
    house = open_house(change=exclusive)
    assert market.stock(sku) == (6, 6)
    market.order(sku, 3, at=1)
    house.cycle()
    # Nine are left, five for the first shop: it showed six and falls, and only then the second one rises.
    assert market.stock(sku) == (5, 3)
    house.cycle()
    assert (market.stock(sku), house.stock(sku)) == ((5, 4), 9)
    assert house.cycle().plan.is_quiet


def test_units_that_stand_where_nothing_can_be_changed_are_offered_nowhere_else_and_it_is_told_why(
    market, sku, open_house
):
    house = open_house(change=exclusive)
    market.edit(sku, at=1, status="PLATFORM_DEACTIVATED")
    market.order(sku, 2, at=0)
    house.cycle()
    assert (market.stock(sku), house.stock(sku)) == ((4, 6), 10)
    with house.parts.mirror.transaction() as tx:
        ((listing, found),) = allotted(tx, sku, 10, story.listings_of(tx, sku), house.parts.settings).items()
    line = "10 tersedia, dibagi antar toko, 6 di produk yang tidak bisa diubah → tampil 4."
    assert say_allotted(listing.shop, found, house.parts.texts) == f"{market.shops[0]}: {line}"


def test_units_of_an_exclusive_stock_that_a_failing_shop_still_shows_are_offered_nowhere_else(market, sku, open_house):
    house = open_house(change=exclusive)
    product = house.query("SELECT product_id FROM listings WHERE sku = ? AND shop = ?", sku, market.shops[1])[0][0]
    market.trouble(f"/{product}/inventory/update", "status_500", times=99)
    market.order(sku, 3, at=0)
    for _ in range(3):
        house.cycle()
        assert market.stock(sku) == (3, 6)
    market.peace()
    house.settle(3600)
    house.cycle()
    house.cycle()
    assert (market.stock(sku), house.stock(sku)) == ((5, 4), 9)


def test_the_shop_that_does_not_show_the_last_piece_is_explained_as_well(market, sku, house):
    first, second = market.shops
    rules(house, [sku, second, None, None, None, None, 1])
    house.types(sku, stock=1)
    house.cycle()
    assert market.stock(sku) == (0, 1)
    with house.parts.mirror.transaction() as tx:
        found = allotted(tx, sku, 1, story.listings_of(tx, sku), house.parts.settings)
    lines = [say_allotted(listing.shop, each, house.parts.texts) for listing, each in found.items()]
    assert lines == [
        f"{first}: 1 tersedia, yang terakhir untuk toko dengan prioritas lebih tinggi → tampil 0.",
        f"{second}: 1 tersedia, prioritas 1 → tampil 1.",
    ]


def test_while_another_shop_falls_first_what_is_still_to_rise_is_named(market, sku, open_house):
    house = open_house(change=exclusive)
    market.order(sku, 3, at=1)
    result = house.cycle()
    lines = [(line.listing.shop, line.shown, line.expected, line.outcome) for line in result.plan.recon.lines]
    assert (market.shops[1], 3, 4, Outcome.WAITING) in lines
    assert result.look_again is not None
