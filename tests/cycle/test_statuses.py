"""``Status`` and ``Platform`` typed in the workbook, up to the shop windows and back."""

import pytest
from openpyxl.utils import get_column_letter

from bridge.columns import Column
from daemon.mirror import holds
from daemon.plan_view import as_json
from daemon.story import tell_plan

BOTH_ON = {"TIKTOK_SHOP": "ACTIVATE", "TOKOPEDIA": "ACTIVATE"}
SWITCHES = ("/activate", "/deactivate")


def product_of(market, sku, *, at=0):
    """The codes of all variants of the product that a listing belongs to."""
    listings = [each for each in market.listings() if each["shop"] == market.shops[at]]
    product = next(each["product_id"] for each in listings if each["seller_sku"] == sku)
    return [each["seller_sku"] for each in listings if each["product_id"] == product]


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
