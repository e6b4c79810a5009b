"""Work in the order of danger; edits that only the seller can decide; what a sweep compared."""

import json

import pytest
from cycle.house import writes_in
from cycle.test_status_sheet import choose, open_in_office, told

from daemon.domain.recon import Outcome
from daemon.mirror import story
from daemon.why import answer, tell

ASKING = "{sync: update, marketplace_edit: ask}"


@pytest.fixture
def asking(open_house):
    return open_house(change=lambda text: text.replace("{sync: update}", ASKING))


def standing(house):
    """An edit stands for the lag."""
    house.cycle()
    house.settle()
    return house.cycle()


def test_stock_that_falls_is_sent_before_prices_and_stock_that_rises_last(market, sku, other, house):
    third = market.skus()[2]
    house.types_all({sku: {"stock": 30}, other: {"stock": 5}, third: {"price": market.price(third)[0] + 500}})
    first_shop = {entry["product_id"] for entry in market.listings() if entry["shop"] == market.shops[0]}
    paths, _ = house.calls_during(house.save_cycle)
    sent = [path.split("/")[5] for path in writes_in(paths) if path.split("/")[4] in first_shop]
    assert sent == ["inventory", "prices", "inventory"]


@pytest.mark.parametrize(("words", "stock"), [("pakai toko", 30), ("pakai sheet", 12)])
def test_an_edit_that_is_asked_about_is_decided_in_the_sheet_selaras(market, sku, asking, words, stock):
    market.edit(sku, at=0, quantity=30)
    standing(asking)
    assert (asking.stock(sku), market.stock(sku)) == (12, (30, 12))
    assert told(asking)[1][sku][3:5] == (12, 30)
    assert market.shops[0] in asking.note(sku)
    choose(asking, sku, words)
    asking.save_cycle()
    asking.cycle()
    assert (asking.stock(sku), market.stock(sku), asking.note(sku)) == (stock, (stock, stock), None)


@pytest.mark.parametrize(("words", "stock"), [("pakai toko", (30, 30)), ("pakai sheet", (12, 30))])
def test_a_choice_answers_for_the_shop_that_its_line_names(market, sku, asking, words, stock):
    for shop in range(2):
        market.edit(sku, at=shop, quantity=30)
    standing(asking)
    choose(asking, sku, words, shop=market.shops[0])
    asking.save_cycle()
    asking.cycle()
    assert (asking.stock(sku), market.stock(sku)) == (stock[0], stock)


def test_a_choice_that_still_stands_in_an_open_workbook_answers_no_later_edit(market, sku, asking):
    market.edit(sku, at=0, quantity=30)
    standing(asking)
    with open_in_office(asking):
        choose(asking, sku, "pakai toko")
        asking.save_cycle()
        asking.settle(3600)
        market.edit(sku, at=0, quantity=48)
        standing(asking)
    asking.cycle()
    assert (asking.stock(sku), market.stock(sku)) == (30, (48, 30))
    assert told(asking)[1][sku][3:5] == (30, 48)


def test_a_choice_counts_while_the_shop_refuses_the_write_beside_its_question(market, sku, asking):
    market.edit(sku, at=0, quantity=8)
    standing(asking)
    listing = next(each for each in market.listings() if (each["shop"], each["seller_sku"]) == (market.shops[0], sku))
    market.trouble(f"/{listing['product_id']}/inventory/update", "status_500", times=99)
    market.order(sku, 2, at=1)
    for _ in range(2):
        asking.cycle()
    assert (market.stock(sku), told(asking)[1][sku][3:5]) == ((8, 10), (12, 8))
    choose(asking, sku, "pakai toko")
    assert [entry.reason.code for entry in asking.save_cycle().plan.held] == []
    market.peace()
    asking.cycle()
    assert (asking.stock(sku), market.stock(sku)) == (6, (6, 6))


def test_while_an_edit_is_asked_about_sold_units_leave_the_shop_and_a_count_decides(market, sku, asking):
    market.edit(sku, at=0, quantity=30)
    standing(asking)
    market.order(sku, 2, at=1)
    asking.cycle()
    assert (asking.stock(sku), market.stock(sku)) == (10, (28, 10))
    standing(asking)
    assert "28" in asking.note(sku)
    asking.types(sku, count=20)
    asking.save_cycle()
    asking.cycle()
    assert market.stock(sku) == (18, 18)  # two are promised


def test_what_is_sent_beside_a_question_is_planned_told_and_shown_as_one_number(market, sku, asking):
    market.edit(sku, at=0, quantity=8)
    standing(asking)
    market.order(sku, 2, at=1)
    (command,) = asking.preview()[0].commands
    assert (command.old, command.sends) == (12, 6)
    result = asking.cycle()
    assert market.stock(sku) == (6, 10)
    assert [
        (line.expected, line.outcome) for line in result.plan.recon.lines if line.listing.shop == market.shops[0]
    ] == [(6, Outcome.ASKED)]
    note = asking.note(sku)
    assert "6" in note
    assert "Belum ada yang dikirim" not in note
    asking.cycle()
    assert asking.note(sku) == note
    choose(asking, sku, "pakai toko")
    asking.save_cycle()
    asking.cycle()
    assert (asking.stock(sku), market.stock(sku)) == (6, (6, 6))


def test_why_does_not_say_that_nothing_is_to_be_done_about_a_number_that_is_asked_about(market, sku, asking):
    market.edit(sku, at=0, quantity=8)
    standing(asking)
    with asking.parts.mirror.transaction() as tx:
        lines = "\n".join(tell(answer(tx, sku), asking.parts.texts, asking.settings.timezone))
    assert "Pilih di lembar Selaras" in lines
    assert "tidak perlu berbuat apa-apa" not in lines


def test_what_was_read_back_after_a_write_is_what_the_shop_last_showed(market, sku, house):
    house.types(sku, stock=20)
    house.save_cycle()
    with house.parts.mirror.transaction() as tx:
        found = story.listings_of(tx, sku)
    assert [(each.told, each.shown, each.shown_at) for each in found] == [(20, 20, house.clock.now())] * 2


def test_a_listing_emptied_after_a_cancellation_is_left_alone_until_the_seller_counts(market, sku, house):
    bought = market.order(sku, 1)
    house.cycle()
    market.cancel(bought, out_of_stock=True)
    house.cycle()
    standing(house)
    assert (house.stock(sku), market.stock(sku)) == (12, (0, 12))
    assert [entry.reason.code for entry in house.cycle().plan.held] == ["stock.zeroed_after_cancel"]
    house.types(sku, count=4)
    house.save_cycle()
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (4, (4, 4))


def test_every_sweep_keeps_what_it_compared(market, sku, other, house):
    house.cycle()
    market.order(sku, 1)
    market.edit(other, at=0, quantity=33)
    house.cycle()
    ((kept,),) = house.query("SELECT recon FROM cycles WHERE recon IS NOT NULL ORDER BY id DESC LIMIT 1")
    found = json.loads(kept)
    assert (found["checked"], found["explained"], found["corrected"], found["waiting"]) == (8, 1, 1, 1)
    assert found["equal"] == 5
    assert {line["sku"] for line in found["lines"]} == {sku, other}
    house.save_cycle()
    assert house.query("SELECT count(*) FROM cycles WHERE recon IS NOT NULL") == [(3,)]
