"""What the mirror tells of one SKU and of the runs: nothing left out, in the numbers that reconcile has."""

from dataclasses import replace
from datetime import timedelta
from itertools import islice

import pytest
from mirror.goods import KOPI, LINE, LISTED, LISTING, NOON, ORDER

from daemon.domain.orders import RESERVED
from daemon.domain.plan import Command, ListingChange, Plan, ProductChange, Target
from daemon.domain.snapshot import ShopPolicy
from daemon.domain.stock import Cause, Movement, Told, Unexplained
from daemon.domain.values import ListingStatus, Money, OrderStatus, Sku
from daemon.mirror import decisions, journal, observations, outbox, picture, story

LATER = NOON + timedelta(minutes=5)
TEH = Sku("TEH-1")
PLAN_JSON = """{
    "movements": [{"sku": "KOPI-1"}, {"sku": "KOPI-1"}, {"sku": "TEH-1"}],
    "commands": [{"sku": "KOPI-1", "to": 9}], "rows": [{}, {}, {}], "held": []
}"""


def line(number, *, is_cancelled=False, sku=KOPI):
    return replace(LINE, id=f"L{number}", sku=sku, is_cancelled=is_cancelled)


def order(status, *, lines, id_="58001", takes_our_stock=True):
    return replace(ORDER, id=id_, status=status, takes_our_stock=takes_our_stock, lines=lines)


@pytest.fixture
def tx(mirror):
    """A shop with one listing of coffee, 12 units; and tea that no shop lists."""
    with mirror.transaction() as tx:
        observations.add_shop(tx, "toko")
        observations.store_listings(tx, [LISTING], cycle=1, observed_at=NOON)
        opened = [ProductChange(sku, Money(55_000), NOON, is_new=True) for sku in (KOPI, TEH)]
        movements = (Movement(KOPI, 12, Cause.OPENING, "toko/101"), Movement(TEH, 7, Cause.OPENING, "toko/102"))
        decide(tx, Plan(movements=movements, products=tuple(opened)))
        yield tx


def decide(tx, plan, *, now=NOON):
    cycle = journal.start_cycle(tx, "save", now=now)
    decisions.commit_plan(tx, plan, cycle=cycle, now=now)
    return cycle


def picture_of(tx, sku):
    return picture.load_snapshot(tx, {"toko": ShopPolicy()}, None, cycle=1, now=NOON).products[sku]


def test_the_movements_of_a_sku_are_told_oldest_first_with_cycle_and_time(tx):
    sold, typed = Movement(KOPI, -1, Cause.ORDER, "toko/58001/L1"), Movement(KOPI, 10, Cause.SHEET_EDIT, "2/5")
    decide(tx, Plan(movements=(sold, Movement(TEH, 1, Cause.ADJUSTMENT, "2/6"), typed)), now=LATER)
    booked = story.movements_of(tx, KOPI)
    assert [(entry.movement.delta, entry.cycle, entry.at) for entry in booked] == [
        (12, 1, NOON),
        (-1, 2, LATER),
        (10, 2, LATER),
    ]
    assert [entry.movement for entry in booked[1:]] == [sold, typed]
    assert sum(entry.movement.delta for entry in booked) == picture_of(tx, KOPI).available == 21


def test_a_listing_tells_what_it_was_told_and_what_it_showed_and_when(tx):
    differs = Unexplained(-2, LATER)
    agreed = ListingChange(LISTED, Told(10), None, differs, None, written_from=NOON, written_to=LATER)
    decide(tx, Plan(listings=(agreed,)))
    (shown,) = story.listings_of(tx, KOPI)
    assert (shown.id, shown.title, shown.is_gone) == (LISTED, "Kopi – 250 g", False)
    assert (shown.told, shown.told_at, shown.shown, shown.shown_at) == (10, LATER, 12, NOON)
    assert (shown.unexplained, shown.wanted) == (-2, ())


def test_what_never_happened_to_a_listing_has_no_time(tx):
    unknown = replace(LISTING, id=replace(LISTED, sku_id="109"), quantity=None)
    observations.store_listings(tx, [unknown], cycle=1, observed_at=NOON)
    shown = story.listings_of(tx, KOPI)[1]
    assert (shown.told, shown.told_at, shown.shown, shown.shown_at, shown.unexplained) == (None, None, None, None, 0)


@pytest.mark.parametrize("how", ["deleted", "missed"])
def test_a_listing_that_is_gone_is_named_as_gone(tx, how):
    if how == "deleted":
        gone = replace(LISTING, status=ListingStatus.DELETED)
        observations.store_listings(tx, [gone], cycle=1, observed_at=NOON)
    else:
        for cycle in (2, 3):
            observations.finish_sweep(tx, "toko", cycle=cycle, now=NOON)
    assert [shown.is_gone for shown in story.listings_of(tx, KOPI)] == [True]


def test_commands_that_are_open_are_told_and_finished_ones_are_not(tx):
    quantity, price = Command(LISTED, KOPI, Target.QUANTITY, 20, 12), Command(LISTED, KOPI, Target.PRICE, 60_000, None)
    decide(tx, Plan(commands=(quantity, price)))
    (due,) = outbox.due_commands(tx, "toko", Target.QUANTITY, now=NOON)
    outbox.mark_refused(tx, due, "stok dikunci", now=LATER)
    (shown,) = story.listings_of(tx, KOPI)
    assert [
        (each.target, each.desired, each.state, each.refusal and each.refusal.reason, each.changed_at)
        for each in shown.wanted
    ] == [
        (Target.QUANTITY, 20, "refused", "stok dikunci", LATER),
        (Target.PRICE, 60_000, "pending", None, NOON),
    ]
    outbox.mark_done(tx, due, shown=20, seen_at=LATER, now=LATER)
    assert [each.target for each in story.listings_of(tx, KOPI)[0].wanted] == [Target.PRICE]


@pytest.mark.parametrize("status", OrderStatus)
def test_the_orders_that_reserve_units_are_those_that_the_picture_counts(tx, status):
    lines = (line(1), line(2), line(3, is_cancelled=True))
    not_ours = order(status, lines=lines, id_="58002", takes_our_stock=False)
    observations.store_orders(tx, [order(status, lines=lines), not_ours], cycle=1)
    reserving = story.reserving_orders(tx, KOPI)
    assert sum(each.units for each in reserving) == picture_of(tx, KOPI).reserved
    assert [(each.shop, each.order_id, each.units) for each in reserving] == [("toko", "58001", 2)] * (
        status in RESERVED
    )


def test_an_order_reserves_units_of_the_sku_it_was_booked_under_whatever_the_listing_is_called_now(tx):
    observations.store_orders(tx, [order(OrderStatus.TO_SHIP, lines=(line(1, sku=Sku("LAMA")),))], cycle=1)
    decide(tx, Plan(movements=(Movement(KOPI, -1, Cause.ORDER, "toko/58001/L1"),)))
    assert [each.units for each in story.reserving_orders(tx, KOPI)] == [1] == [picture_of(tx, KOPI).reserved]
    assert story.reserving_orders(tx, Sku("LAMA")) == ()


def test_every_sku_with_a_ledger_or_a_listing_is_known(tx):
    nameless = replace(LISTING, id=replace(LISTED, sku_id="110"), sku=Sku(""))
    unopened = replace(LISTING, id=replace(LISTED, sku_id="111"), sku=Sku("GULA-1"))
    observations.store_listings(tx, [nameless, unopened], cycle=1, observed_at=NOON)
    assert story.known_skus(tx) == {"KOPI-1", "TEH-1", "GULA-1"}


def test_runs_are_told_newest_first_with_what_they_planned(tx):
    for number, outcome in ((2, "done"), (3, "partial")):
        assert journal.start_cycle(tx, "interval", now=LATER) == number
        journal.finish_cycle(tx, number, outcome, now=LATER)
    journal.store_plan(tx, 3, PLAN_JSON)
    assert list(story.runs(tx)) == [
        story.Run(3, "interval", LATER, "partial", skus=2, commands=1, rows=3, is_quiet=False),
        story.Run(2, "interval", LATER, "done", skus=0, commands=0, rows=0, is_quiet=True),
        story.Run(1, "save", NOON, None, skus=0, commands=0, rows=0, is_quiet=True),
    ]
    assert [run.cycle for run in islice(story.runs(tx), 1)] == [3]


def test_a_write_that_stays_open_counts_in_the_run_that_decided_it_alone(tx):
    decided = '{"commands": [{"sku": "KOPI-1", "to": 9}]}'
    for number, plan in ((2, decided), (3, decided), (4, decided.replace("9", "8"))):
        journal.start_cycle(tx, "interval", now=LATER)
        journal.store_plan(tx, number, plan)
    assert [(run.commands, run.is_quiet) for run in islice(story.runs(tx), 3)] == [(1, False), (0, True), (1, False)]
