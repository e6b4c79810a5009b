"""What comparing the shops comes to, and when it is due again."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from domain.world import KOPI, LAG, NOW, cell, codes, line, listing, product, say, snapshot

from daemon.domain.allocation import Sharing
from daemon.domain.comparison import compare
from daemon.domain.draft import Draft
from daemon.domain.messages import message
from daemon.domain.overrides import OverrideRow, OverrideSheet
from daemon.domain.recon import MOST_LINES, Outcome, Rhythm, is_due
from daemon.domain.reconcile import reconcile
from daemon.domain.snapshot import MarketplaceEdit, ShopPolicy
from daemon.domain.stock import Told, Unexplained
from daemon.domain.values import ListingStatus

WIB = ZoneInfo("Asia/Jakarta")
HOURLY = Rhythm(timedelta(hours=1), time(3))
DAILY = Rhythm(timedelta(hours=24), time(3))


def counted(*listings, **fields):
    recon = reconcile(snapshot(*listings, **fields), say).recon
    return {outcome.value: count for outcome, count in recon.counts.items() if count}


EDIT = Unexplained(3, NOW - LAG)


@pytest.mark.parametrize(
    ("state", "fields", "outcome"),
    [
        (listing(), {}, "equal"),
        (listing(shown=9), {"lines": (line(),)}, "explained"),
        (listing(shown=12, told=Told(9, 3)), {"products": {KOPI: product(available=12)}}, "explained"),
        (listing(shown=13, unexplained=EDIT), {}, "explained"),
        (listing(), {"products": {KOPI: product(available=8)}}, "corrected"),
        (
            listing(shown=13, unexplained=EDIT),
            {"shops": {"toko": ShopPolicy(marketplace_edit=MarketplaceEdit.OVERWRITE)}},
            "corrected",
        ),
        (listing(shown=8), {}, "waiting"),
        (
            listing(shown=13, unexplained=EDIT),
            {"shops": {"toko": ShopPolicy(marketplace_edit=MarketplaceEdit.ASK)}},
            "asked",
        ),
    ],
    ids=["equal", "order", "slack", "accepted", "pool", "overwritten", "fresh", "asked"],
)
def test_every_listing_comes_to_one_outcome(state, fields, outcome):
    assert counted(state, **fields) == {outcome: 1}


def test_what_is_held_of_the_same_goods_makes_a_listing_no_question():
    wrong = OverrideSheet("Alokasi", (OverrideRow(2, cell(KOPI), cell("toko"), {"highest": cell("empat")}),))
    held = {"override_sheet": wrong, "rows": (), "products": {KOPI: product(available=8)}}
    plan = reconcile(snapshot(listing(), **held), say)
    assert codes(plan) == ["allocation.bad_highest"]
    assert [(line.expected, line.outcome) for line in plan.recon.lines] == [(8, Outcome.CORRECTED)]


def test_what_a_shop_at_rest_has_to_be_told_is_kept_and_nothing_is_sent():
    at_rest = (message("shop.held", shop="toko", since=0),)
    plan = reconcile(snapshot(at_rest=at_rest, products={KOPI: product(available=8)}), say)
    assert [(line.shown, line.expected, line.outcome) for line in plan.recon.lines] == [(10, 8, Outcome.KEPT)]
    assert ([command.is_later for command in plan.commands], plan.is_quiet) == ([True], True)


def test_a_listing_that_waits_for_units_of_another_one_is_not_settled():
    first, second = listing("toko", shown=5, told=Told(5)), listing("mall", shown=2, told=Told(2))
    plan = reconcile(snapshot(first, second, products={KOPI: product(available=7)}, sharing=Sharing.EXCLUSIVE), say)
    assert [(line.listing.shop, line.expected, line.outcome) for line in plan.recon.lines] == [
        ("toko", 4, Outcome.CORRECTED),
        ("mall", 3, Outcome.WAITING),
    ]


def test_a_listing_that_its_shop_did_not_show_is_unread_and_not_checked():
    recon = reconcile(snapshot(listing(), listing("mall", shown=None, observed_at=None)), say).recon
    assert (recon.checked, recon.counts[Outcome.UNREAD]) == (1, 1)


def test_a_cycle_that_read_no_listing_compares_nothing():
    assert reconcile(snapshot(listing(shown=None, observed_at=None)), say).recon is None


def test_deleted_listings_and_shops_left_alone_are_not_compared():
    gone, alone = listing("toko", "A", status=ListingStatus.DELETED), listing("mall", "B")
    shops = {"toko": ShopPolicy(), "mall": ShopPolicy(sends_stock=False)}
    assert counted(gone, alone, shops=shops) == {}


def test_what_differs_is_named_with_both_numbers_and_only_so_many_are():
    many = [listing(sku=f"KODE-{number}", shown=8) for number in range(MOST_LINES + 5)]
    recon = compare(Draft(snapshot(*many)), ())
    assert (recon.checked, len(recon.lines)) == (MOST_LINES + 5, MOST_LINES)
    (only,) = reconcile(snapshot(listing(shown=8)), say).recon.lines
    assert (only.sku, only.shown, only.expected, only.outcome) == (KOPI, 8, 10, Outcome.WAITING)


def at(hour, minute=0, *, day=10):
    return datetime(2026, 3, day, hour, minute, tzinfo=WIB).astimezone(UTC)


@pytest.mark.parametrize(
    ("swept_at", "now", "rhythm", "is_it"),
    [
        (None, at(9), HOURLY, True),
        (at(9), at(9, 59), HOURLY, False),
        (at(9), at(10), HOURLY, True),
        (at(2, 59), at(3, 1), HOURLY, True),
        (at(3), at(3, 1), HOURLY, False),
        (at(2), at(2, 59), DAILY, False),
        (at(2), at(3), DAILY, True),
        (at(23, day=9), at(1), DAILY, False),
        (at(3, day=9), at(2, 59), DAILY, False),
        (at(10), at(9), HOURLY, True),
    ],
)
def test_large_shops_are_compared_every_so_often_and_once_a_day_at_a_local_time(swept_at, now, rhythm, is_it):
    assert is_due(swept_at, now, rhythm, zone=WIB) is is_it
