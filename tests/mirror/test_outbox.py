"""The order in which commands are worked off, and those that a shop refuses again and again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from mirror.goods import LINE, LISTING, NOON, ORDER, store_order
from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from daemon.domain.plan import Command, ListingChange, Plan, Target
from daemon.domain.refusals import Cure
from daemon.domain.snapshot import ShopPolicy
from daemon.domain.stock import Told
from daemon.domain.values import ListingId, Money, OrderStatus, Sku
from daemon.mirror import decisions, journal, observations, outbox, picture, story
from daemon.mirror.schema import IS_OPEN
from daemon.mirror.schema import outbox as table


def goods(number):
    return replace(LISTING, id=ListingId("toko", f"{number}", f"{number}1"), sku=Sku(f"KODE-{number}"))


@pytest.fixture
def want(mirror):
    """Put commands into the outbox: {number: (told, desired)}, or {number: price}."""

    def wanted(stock, prices=None):
        with mirror.transaction() as tx:
            observations.add_shop(tx, "toko")
            both = [goods(number) for number in {**stock, **(prices or {})}]
            observations.store_listings(tx, both, cycle=1, observed_at=NOON)
            cycle = journal.start_cycle(tx, "command", now=NOON)
            changes = [
                ListingChange(goods(number).id, Told(told), Money(55_000), None, None, None, None)
                for number, (told, _) in stock.items()
            ]
            commands = [
                Command(goods(number).id, goods(number).sku, Target.QUANTITY, desired, told)
                for number, (told, desired) in stock.items()
            ]
            commands += [
                Command(goods(number).id, goods(number).sku, Target.PRICE, price, 55_000)
                for number, price in (prices or {}).items()
            ]
            decisions.commit_plan(tx, Plan(listings=changes, commands=commands), cycle=cycle, now=NOON)

    return wanted


def due(mirror, target=Target.QUANTITY, *, after=timedelta(0)):
    with mirror.transaction() as tx:
        return outbox.due_commands(tx, "toko", target, now=NOON + after)


def numbers(commands):
    return [int(command.listing.product_id) for command in commands]


def sell(mirror, number, units, *, days_ago=1, status=OrderStatus.TO_SHIP):
    lines = tuple(
        replace(LINE, id=f"L{unit}", listing=goods(number).id, sku=goods(number).sku) for unit in range(units)
    )
    moment = NOON - timedelta(days=days_ago)
    store_order(mirror, replace(ORDER, id=f"{number}", status=status, created_at=moment, lines=lines))


def test_stock_that_falls_comes_before_stock_that_rises(mirror, want):
    want({1: (5, 9), 2: (9, 5), 3: (5, 8), 4: (8, 5)})
    assert numbers(due(mirror)) == [2, 4, 1, 3]
    assert [command.is_fall for command in due(mirror)] == [True, True, False, False]


def test_of_what_falls_the_goods_with_the_fewest_days_of_cover_come_first(mirror, want):
    want({1: (20, 9), 2: (20, 8), 3: (20, 12), 4: (20, 1)})
    sell(mirror, 1, 1)
    sell(mirror, 2, 4)
    sell(mirror, 3, 5)
    sell(mirror, 4, 9, days_ago=15)
    assert numbers(due(mirror)) == [2, 3, 1, 4]  # 28, 34 and 126 days; the last one did not sell of late


def test_a_listing_that_may_show_more_than_we_know_falls(mirror, want):
    want({1: (5, 5), 2: (5, 8)})
    with mirror.transaction() as tx:
        tx.exec_driver_sql("UPDATE listings SET told_slack = 2 WHERE product_id = '1'")
        tx.exec_driver_sql("UPDATE outbox SET state = 'sending', sent = 9, sent_desired = 9 WHERE product_id = '2'")
    assert [command.is_fall for command in due(mirror)] == [True, True]


def test_no_price_falls(mirror, want):
    want({}, {1: 40_000})
    assert [command.is_fall for command in due(mirror, Target.PRICE)] == [False]


def test_a_number_that_is_wanted_while_another_is_on_its_way_is_sent_after_it(mirror, want):
    want({1: (5, 9)})
    refuse(mirror, 4)
    (command,) = due(mirror, after=timedelta(days=1))
    with mirror.transaction() as tx:
        outbox.mark_sending(tx, command, 9, read_at=NOON, now=NOON)
        newer = Command(command.listing, goods(1).sku, Target.QUANTITY, 7, 5)
        decisions.commit_plan(tx, Plan(commands=(newer,)), cycle=2, now=NOON)
        outbox.mark_done(tx, command, shown=9, seen_at=NOON, now=NOON)
    (left,) = due(mirror)
    assert (left.desired, left.told, left.sending) == (7, Told(9), None)
    refuse(mirror, 1)
    assert held_as(mirror).code == "push.refused"


def test_a_write_that_surely_did_not_happen_is_wanted_as_before(mirror, want):
    want({1: (5, 9)})
    (command,) = due(mirror)
    with mirror.transaction() as tx:
        outbox.mark_sending(tx, command, 9, read_at=NOON, now=NOON)
        outbox.mark_pending(tx, command, now=NOON)
    (again,) = due(mirror)
    assert (again.id, again.desired, again.told, again.sending) == (command.id, 9, Told(5), None)


# Dead letters


def refuse(mirror, times, reason="12052393 Locked", cure=Cure.PROMOTION):
    for _ in range(times):
        (command,) = due(mirror, after=timedelta(days=1))
        with mirror.transaction() as tx:
            outbox.mark_refused(tx, command, reason, now=NOON, cure=cure)


def held_as(mirror):
    with mirror.transaction() as tx:
        known = picture.load_snapshot(tx, {"toko": ShopPolicy()}, None, cycle=2, now=NOON).listings
    return known[goods(1).id].refusals[Target.QUANTITY]


def test_a_command_refused_five_times_in_a_row_is_dead_and_says_what_helps(mirror, want):
    want({1: (5, 9)})
    refuse(mirror, 4)
    assert held_as(mirror).code == "push.refused"
    refuse(mirror, 1)
    params = {"shop": "toko", "reason": "12052393 Locked", "count": 5, "since": int(NOON.timestamp())}
    assert (held_as(mirror).code, held_as(mirror).params) == ("push.dead_promotion", params)


def test_a_dead_command_is_offered_again_once_an_hour(mirror, want):
    want({1: (5, 9)})
    refuse(mirror, 5)
    assert due(mirror, after=timedelta(minutes=59)) == []
    assert numbers(due(mirror, after=timedelta(hours=1))) == [1]


def test_another_number_is_a_new_wish_that_nobody_refused_yet(mirror, want):
    want({1: (5, 9)})
    refuse(mirror, 5)
    want({1: (5, 7)})
    refuse(mirror, 1)
    assert held_as(mirror).code == "push.refused"


def test_why_knows_how_often_a_write_was_refused(mirror, want):
    want({1: (5, 9)})
    refuse(mirror, 6, "", Cure.OTHER)
    with mirror.transaction() as tx:
        (listing,) = story.listings_of(tx, goods(1).sku)
    (refusal,) = (wanted.refusal for wanted in listing.wanted)
    assert (refusal.times, refusal.since, refusal.is_dead, refusal.reason) == (6, NOON, True, "")


# Orders cancelled as out of stock


@pytest.mark.parametrize(
    ("reason", "hours_ago", "is_it"),
    [
        ("Stok habis", 1, True),
        ("seller_cancel_reason_out_of_stock", 23, True),
        ("Stok habis", 30 * 24 + 1, False),
        ("Berubah pikiran", 1, False),
    ],
)
def test_a_listing_counts_as_called_empty_for_a_month(mirror, want, reason, hours_ago, is_it):
    want({1: (5, 9)})
    line = replace(LINE, listing=goods(1).id, sku=goods(1).sku, is_cancelled=True)
    moment = NOON - timedelta(hours=hours_ago)
    store_order(
        mirror,
        replace(ORDER, status=OrderStatus.CANCELLED, updated_at=moment, cancel_reason=reason, lines=(line,)),
    )
    (command,) = due(mirror)
    assert command.is_called_empty is is_it


@pytest.mark.parametrize(
    "asked",
    [
        decisions._SETTLE_SENDING,
        outbox._ANY_OPEN,
        decisions._STORED_COMMAND,
        select(table).where(IS_OPEN),
    ],
)
def test_what_is_open_is_found_without_looking_at_all_that_ever_was(mirror, asked):
    text = str(asked.compile(dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True}))
    with mirror.transaction() as tx:
        steps = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", ("x",) * text.count("?")).all()
    assert [step[-1] for step in steps if "outbox" in step[-1] and "outbox_one_open" not in step[-1]] == []
