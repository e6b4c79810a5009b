"""``Status`` and ``Platform`` typed in the workbook, up to the shop windows and back."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from openpyxl.utils import get_column_letter

from bridge.columns import Column
from daemon.domain.plan import Target
from daemon.mirror import Mirror, holds, story
from daemon.plan_view import as_json
from daemon.story import tell_plan

BOTH_ON = {"TIKTOK_SHOP": "ACTIVATE", "TOKOPEDIA": "ACTIVATE"}
SWITCHES = ("/activate", "/deactivate")


def product_of(market, sku, *, at=0):
    """The codes of all variants of the product that a listing belongs to."""
    listings = [each for each in market.listings() if each["shop"] == market.shops[at]]
    product = next(each["product_id"] for each in listings if each["seller_sku"] == sku)
    return [each["seller_sku"] for each in listings if each["product_id"] == product]


def product_id(market, sku, *, at):
    return next(e["product_id"] for e in market.listings() if (e["shop"], e["seller_sku"]) == (market.shops[at], sku))


def windows(market, sku, *, at=0):
    shown = (each for each in market.listings() if each["shop"] == market.shops[at] and each["seller_sku"] == sku)
    return next(shown)["windows"]


@pytest.fixture
def variants(market, sku):
    return product_of(market, sku)


@pytest.fixture
def with_platform(house):
    """The house, its sheet having the column ``Platform``."""
    with house.editing() as (sheet, columns):
        if Column.PLATFORM not in columns:
            letter = get_column_letter(sheet.max_column + 1)
            sheet[f"{letter}1"] = "Platform"
    house.cycle()
    return house


def hide(house, market, *, at=(0, 1)):
    """Type ``Nonaktif`` into every row; return the products of each shop."""
    house.types_all({each: {"status": "Nonaktif"} for each in market.skus()})
    return [{e["product_id"] for e in market.listings() if e["shop"] == market.shops[shop]} for shop in at]


def states(market, *, at=0):
    """The windows of every product of a shop."""
    return {e["product_id"]: set(e["windows"].values()) for e in market.listings() if e["shop"] == market.shops[at]}


def switched(house, act):
    paths, result = house.calls_during(act)
    return [path.rpartition("/")[2] for path in paths if path.endswith(SWITCHES)], result


def test_goods_are_hidden_in_every_shop_by_a_word_and_shown_again_by_another(house, market, sku, variants):
    assert windows(market, sku) == BOTH_ON
    house.types_all({each: {"status": "Nonaktif"} for each in variants})
    calls, _ = switched(house, house.save_cycle)
    assert calls == ["deactivate"] * 2
    assert set(windows(market, sku).values()) == set(windows(market, sku, at=1).values()) == {"SELLER_DEACTIVATED"}
    house.settle()
    house.cycle()
    assert {house.row(each)[Column.STATUS] for each in variants} == {"Nonaktif"}
    assert house.cycle().plan.is_quiet

    house.types_all({each: {"status": "aktif"} for each in variants})
    calls, _ = switched(house, house.save_cycle)
    assert calls == ["activate"] * 2
    assert set(windows(market, sku).values()) == {"PENDING"}
    house.settle(60)
    house.cycle()
    assert windows(market, sku) == BOTH_ON
    house.settle()
    house.cycle()
    assert {house.row(each)[Column.STATUS] for each in variants} == {"Aktif"}
    assert house.cycle().plan.is_quiet


def test_goods_are_sold_in_one_window_only(with_platform, market, sku, variants):
    house = with_platform
    assert {house.row(each)[Column.PLATFORM] for each in variants} == {"Keduanya"}
    house.types_all({each: {"platform": "hanya tiktok shop"} for each in variants})
    house.save_cycle()
    assert windows(market, sku) == {"TIKTOK_SHOP": "ACTIVATE", "TOKOPEDIA": "SELLER_DEACTIVATED"}
    house.cycle()
    assert house.row(sku)[Column.PLATFORM] == "Hanya TikTok Shop"
    house.types_all({each: {"platform": "Hanya Tokopedia"} for each in variants})
    calls, _ = switched(house, house.save_cycle)
    assert sorted(calls) == ["activate", "activate", "deactivate", "deactivate"]
    assert windows(market, sku) == {"TIKTOK_SHOP": "SELLER_DEACTIVATED", "TOKOPEDIA": "PENDING"}


def test_what_seller_center_does_to_a_window_is_shown(with_platform, market, sku):
    house = with_platform
    for at in (0, 1):
        market.edit(sku, at=at, status="SELLER_DEACTIVATED", platform="TIKTOK_SHOP")
    house.cycle()
    assert (house.row(sku)[Column.STATUS], house.row(sku)[Column.PLATFORM]) == ("Aktif", "Hanya Tokopedia")
    assert house.cycle().plan.is_quiet
    market.edit(sku, at=1, status="ACTIVATE", platform="TIKTOK_SHOP")
    house.cycle()
    assert house.row(sku)[Column.PLATFORM] == "Beda antartoko"


def test_one_variant_alone_is_held_until_all_of_them_say_the_same(house, market, sku, variants):
    house.types(sku, status="Nonaktif")
    calls, result = switched(house, house.save_cycle)
    assert calls == []
    assert [held.reason.code for held in result.plan.held] == ["row.variants_differ"]
    house.cycle()
    assert house.row(sku)[Column.STATUS] == "Nonaktif"
    assert all(each in house.note(sku) for each in variants)
    house.types_all({each: {"status": "Nonaktif"} for each in variants if each != sku})
    calls, result = switched(house, house.save_cycle)
    assert (calls, result.plan.held) == (["deactivate"] * 2, ())


def test_a_frozen_product_is_told_and_left_alone(house, market, sku, variants):
    for at in (0, 1):
        market.edit(sku, at=at, status="FREEZE")
    house.cycle()
    house.types_all({each: {"status": "Aktif"} for each in variants})
    calls, result = switched(house, house.save_cycle)
    assert calls == []
    assert {held.reason.code for held in result.plan.held} == {"row.window_locked"}


def test_a_window_that_was_frozen_after_our_last_look_does_not_keep_the_other_one_open(house, market, sku, variants):
    house.types_all({each: {"status": "Nonaktif"} for each in variants})
    for at in (0, 1):
        market.edit(sku, at=at, status="FREEZE", platform="TOKOPEDIA")
    house.save_cycle()
    assert windows(market, sku) == {"TIKTOK_SHOP": "SELLER_DEACTIVATED", "TOKOPEDIA": "FREEZE"}
    house.cycle()
    assert house.outbox() == []


def test_a_refusal_is_told_in_the_row_and_ends_with_the_word_from_before(house, market, sku, variants):
    for at in (0, 1):
        market.edit(sku, at=at, status="SELLER_DEACTIVATED")
    house.cycle()
    house.types_all({each: {"status": "Aktif"} for each in variants})
    for at in (0, 1):
        market.edit(sku, at=at, status="FREEZE")
    house.save_cycle()
    assert house.outbox() == ["refused", "refused"]
    house.cycle()
    told = [each for each in variants if "12052003" in (house.note(each) or "")]
    assert len(told) == 1
    assert {house.row(each)[Column.STATUS] for each in variants} == {"Aktif"}
    house.types_all({each: {"status": "Nonaktif"} for each in variants})
    house.save_cycle()
    assert house.outbox() == []
    house.cycle()
    assert (house.note(told[0]), house.row(sku)[Column.STATUS]) == (None, "Lainnya")


def test_a_switch_that_got_no_answer_is_settled_by_looking(house, market, sku, variants):
    house.types_all({each: {"status": "Nonaktif"} for each in variants})
    market.trouble("deactivate", "drop_after", times=2)
    house.save_cycle()
    house.cycle()
    assert set(windows(market, sku).values()) == {"SELLER_DEACTIVATED"}
    assert house.outbox() == []
    assert house.row(sku)[Column.STATUS] == "Nonaktif"


def test_stock_that_falls_is_sent_before_goods_are_shown_again(house, market, sku, variants):
    house.types_all({each: {"status": "Nonaktif"} for each in variants})
    house.save_cycle()
    house.settle()
    house.cycle()
    house.types_all({each: {"status": "Aktif", "stock": 3} for each in variants})
    paths, _ = house.calls_during(house.save_cycle)
    first_shop = [path.rpartition("/")[2] for path in paths if path.endswith((*SWITCHES, "inventory/update"))]
    assert first_shop.index("activate") > first_shop.index("update")
    assert first_shop.count("activate") == 2


def test_a_plan_tells_in_words_and_windows_what_will_be_switched(house, market, sku, variants):
    house.types_all({each: {"status": "Nonaktif"} for each in variants})
    plan, _errors, _problems = house.preview()
    told = [line for line in tell_plan(plan, house.parts.texts, all_in="") if "disembunyikan" in line]
    assert len(told) == 2
    assert [(each["sets"], each["to"]) for each in as_json(plan, house.parts.texts)["commands"]] == [("status", [])] * 2
    assert as_json(plan, house.parts.texts)["commands"][0]["from"] == ["TIKTOK_SHOP", "TOKOPEDIA"]
    assert house.outbox() == []


def test_a_held_shop_is_switched_when_it_is_resumed(house, market, sku, variants):
    with house.parts.mirror.transaction() as tx:
        holds.hold(tx, market.shops[0], now=house.clock.now())
    house.types_all({each: {"status": "Nonaktif"} for each in variants})
    house.save_cycle()
    assert windows(market, sku) == BOTH_ON
    assert set(windows(market, sku, at=1).values()) == {"SELLER_DEACTIVATED"}
    house.cycle()
    assert house.row(sku)[Column.STATUS] == "Nonaktif"
    with house.parts.mirror.transaction() as tx:
        holds.resume(tx, market.shops[0])
    house.cycle()
    assert set(windows(market, sku).values()) == {"SELLER_DEACTIVATED"}


AS_BEFORE = """
ALTER TABLE listings ADD COLUMN platforms TEXT NOT NULL DEFAULT '';
UPDATE listings SET platforms = 'TIKTOK_SHOP:' || tiktok_shop || coalesce(',TOKOPEDIA:' || tokopedia, '');
ALTER TABLE listings DROP COLUMN tiktok_shop;
ALTER TABLE listings DROP COLUMN tokopedia;
UPDATE workbook_rows SET status = coalesce(status, '') || char(10) || platform WHERE platform IS NOT NULL;
ALTER TABLE workbook_rows DROP COLUMN platform;
ALTER TABLE workbook_save_rows DROP COLUMN platform;
UPDATE alembic_version SET version_num = '0007';
"""
"""Puts both words of a row, and all windows of a listing, into one text each."""


def test_records_from_before_the_words_had_columns_of_their_own_are_taken_for_no_edit(with_platform, market, variants):
    house, state = with_platform, with_platform.settings.state_folder
    for at in (0, 1):
        market.edit(variants[0], at=at, status="SELLER_DEACTIVATED", platform="TOKOPEDIA")
    house.cycle()
    house.types_all({each: {"status": "Nonaktif"} for each in variants})
    house.parts.mirror.close()
    with closing(sqlite3.connect(state / "mirror.sqlite")) as plain:
        plain.executescript(AS_BEFORE)
    Mirror.open(state).close()
    calls, result = switched(house, house.save_cycle)
    assert calls == ["deactivate"] * 2
    assert {each.sku for each in result.plan.commands} <= set(variants)
    house.settle()
    house.cycle()
    assert house.cycle().plan.is_quiet
    assert {house.row(each)[Column.PLATFORM] for each in variants} == {"Hanya TikTok Shop"}


def test_a_word_typed_back_after_a_switch_that_got_no_answer_is_sent(house, market, sku, variants):
    house.types_all({each: {"status": "Nonaktif"} for each in variants})
    market.trouble("deactivate", "drop_after", times=2)
    house.parts, patient = replace(house.parts, patience_s=()), house.parts
    house.save_cycle()
    house.parts = patient
    assert house.outbox() == ["sending", "sending"]
    house.types_all({each: {"status": "Aktif"} for each in variants})
    calls, _ = switched(house, house.save_cycle)
    assert calls == ["activate"] * 2
    house.settle()
    house.cycle()
    assert windows(market, sku) == BOTH_ON
    house.cycle()
    assert (house.row(sku)[Column.STATUS], house.outbox()) == ("Aktif", [])


def test_a_window_that_came_under_review_does_not_keep_the_other_one_open(house, market, sku, variants):
    house.types_all({each: {"status": "Nonaktif"} for each in variants})
    for at in (0, 1):
        market.edit(sku, at=at, status="PENDING", platform="TOKOPEDIA")
    house.save_cycle()
    assert windows(market, sku)["TIKTOK_SHOP"] == "SELLER_DEACTIVATED"
    assert set(house.outbox()) <= {"sending", "refused"}


def test_a_platform_typed_at_one_variant_alone_is_told_in_words_that_fit(with_platform, sku, variants):
    house = with_platform
    house.types(sku, platform="Hanya Tokopedia")
    calls, _ = switched(house, house.save_cycle)
    house.cycle()
    assert (calls, "Platform" in house.note(sku)) == ([], True)


def test_a_row_whose_code_was_damaged_does_not_speak_for_the_other_variants(market, sku, variants, open_house):
    code = "00012345"
    for at in (0, 1):
        market.edit(sku, at=at, seller_sku=code)
    house = open_house()
    house.cycle()
    with house.editing() as (sheet, columns):
        codes = [sheet.cell(place, columns[Column.SKU]).value for place in range(1, sheet.max_row + 1)]
        place = codes.index(code) + 1
        sheet.cell(place, columns[Column.SKU], 12345)
        sheet.cell(place, columns[Column.STATUS], "Nonaktif")
    calls, result = switched(house, house.save_cycle)
    assert (calls, [held.reason.code for held in result.plan.held]) == ([], ["row.variants_differ"])
    house.cycle()
    assert house.row(code)[Column.STATUS] == "Nonaktif"


@pytest.mark.parametrize("field", ["status", "platform"])
def test_a_very_long_text_fits_into_the_note_about_it(with_platform, sku, field):
    house = with_platform
    house.types(sku, **{field: "panjang " * 4_000})
    house.save_cycle()
    house.cycle()
    assert 0 < len(house.note(sku)) < 32_767


def test_a_switch_outlives_the_code_of_the_variant_that_it_was_recorded_with(house, market, sku, variants):
    with house.parts.mirror.transaction() as tx:
        for shop in market.shops:
            holds.hold(tx, shop, now=house.clock.now())
    house.types_all({each: {"status": "Nonaktif"} for each in variants})
    house.save_cycle()
    with house.editing() as (sheet, columns):
        sheet.delete_cols(columns[Column.STATUS])
    for at in (0, 1):
        recorded = house.query("SELECT sku FROM listings JOIN outbox USING (shop, product_id, sku_id)")[0][0]
        market.edit(recorded, at=at, seller_sku="")
    house.cycle()
    with house.parts.mirror.transaction() as tx:
        holds.resume_all(tx)
    house.cycle()
    remaining = next(each for each in variants if each != recorded)
    assert {*windows(market, remaining).values(), *windows(market, remaining, at=1).values()} == {"SELLER_DEACTIVATED"}


def test_products_are_switched_together_and_each_is_read_back(house, market):
    products = hide(house, market)
    assert all(len(each) > 1 for each in products)
    paths, _ = house.calls_during(house.save_cycle)
    assert [path.rpartition("/")[2] for path in paths if path.endswith(SWITCHES)] == ["deactivate"] * 2
    for at, each in enumerate(products):
        assert states(market, at=at) == {product: {"SELLER_DEACTIVATED"} for product in each}
        assert all(sum(path.endswith(f"/products/{product}") for path in paths) >= 2 for product in each)
    assert house.outbox() == []


def test_products_that_were_refused_are_told_and_the_others_of_the_call_are_done(house, market, sku, variants):
    for each in market.skus():
        for at in (0, 1):
            market.edit(each, at=at, status="SELLER_DEACTIVATED")
    house.cycle()
    house.types_all({each: {"status": "Aktif"} for each in market.skus()})
    for at in (0, 1):
        market.edit(sku, at=at, status="FREEZE")
    calls, _ = switched(house, house.save_cycle)
    assert calls == ["activate"] * 2
    frozen = product_id(market, sku, at=0)
    assert {product: found for product, found in states(market).items() if found != {"PENDING"}} == {frozen: {"FREEZE"}}
    assert house.outbox() == ["refused"] * 2
    house.cycle()
    assert [each for each in market.skus() if "12052003" in (house.note(each) or "")] == [variants[0]]


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "status_500", "garbage", "truncate", "duplicate"])
def test_a_call_for_many_products_that_fails_is_settled_by_looking_at_each(house, market, fault):
    products = hide(house, market)
    market.trouble("deactivate", fault, times=2)
    house.save_cycle()
    house.settle()
    house.cycle()
    for at, each in enumerate(products):
        assert states(market, at=at) == {product: {"SELLER_DEACTIVATED"} for product in each}
    assert house.outbox() == []


def test_in_an_english_workbook_its_words_are_english(market, sku, variants, open_house):
    house = open_house(language="en")
    house.types_all({each: {"status": "inactive"} for each in variants})
    calls, _ = switched(house, house.save_cycle)
    assert calls == ["deactivate"] * 2
    house.types_all({each: {"status": "Aktif"} for each in variants})
    _, result = switched(house, house.save_cycle)
    assert {held.reason.code for held in result.plan.held} == {"row.word_unclear"}
    house.types_all({each: {"status": "Active"} for each in variants})
    calls, _ = switched(house, house.save_cycle)
    assert calls == ["activate"] * 2


def test_the_story_of_every_variant_tells_that_its_product_is_still_to_be_hidden(house, market, variants):
    with house.parts.mirror.transaction() as tx:
        for shop in market.shops:
            holds.hold(tx, shop, now=house.clock.now())
    house.types_all({each: {"status": "Nonaktif"} for each in variants})
    house.save_cycle()
    with house.parts.mirror.transaction() as tx:
        told = [story.listings_of(tx, each) for each in variants]
    assert [[[(wanted.target, wanted.desired) for wanted in shown.wanted] for shown in each] for each in told] == [
        [[(Target.STATUS, 0)]] * 2
    ] * len(variants)
