"""What the mirror remembers: each fact once, never an older one over a newer one."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from mirror.goods import KOPI, LINE, LISTED, LISTING, NOON, ORDER, store_order
from sqlalchemy.exc import IntegrityError

from daemon.domain.plan import Command, Plan, ProductChange, Target
from daemon.domain.snapshot import SeenFile, ShopPolicy
from daemon.domain.stock import Cause, Movement
from daemon.domain.values import ListingStatus, Money, OrderStatus, Sku
from daemon.mirror import decisions, journal, observations, order_book, outbox, picture
from daemon.mirror.moments import to_ms


@pytest.fixture
def cycle(mirror):
    """Begin a cycle and commit what is handed in; gives the number of the next one at each call."""

    def begin(*movements, commands=(), products=()):
        with mirror.transaction() as tx:
            number = journal.start_cycle(tx, "command", now=NOON)
            plan = Plan(movements=movements, commands=commands, products=products)
            decisions.commit_plan(tx, plan, cycle=number, now=NOON)
        return number

    return begin


@pytest.fixture
def shop(mirror, cycle):
    """A shop with one listing, and its product."""
    with mirror.transaction() as tx:
        observations.add_shop(tx, "toko")
        observations.store_listings(tx, [LISTING], cycle=1, observed_at=NOON)
    cycle(
        Movement(KOPI, 12, Cause.OPENING, "toko/101"), products=(ProductChange(KOPI, Money(55_000), NOON, is_new=True),)
    )


def snapshot(mirror, *, cycle=1):
    with mirror.transaction() as tx:
        return picture.load_snapshot(tx, {"toko": ShopPolicy()}, None, cycle=cycle, now=NOON)


def test_the_ledger_takes_a_fact_only_once(mirror, shop, cycle):
    sold = Movement(KOPI, -1, Cause.ORDER, "toko/58001/L1")
    cycle(sold)
    with pytest.raises(IntegrityError):
        cycle(sold)
    cycle(replace(sold, cause=Cause.CANCEL, delta=1))
    assert snapshot(mirror).products[KOPI].available == 12


def test_a_movement_of_nothing_is_refused(shop, cycle):
    with pytest.raises(IntegrityError):
        cycle(Movement(KOPI, 0, Cause.ADJUSTMENT, "1/2"))


def test_an_older_version_of_an_order_is_ignored(mirror, shop):
    cancelled = replace(ORDER, status=OrderStatus.CANCELLED, updated_at=NOON + timedelta(seconds=9))
    assert [store_order(mirror, order) for order in (cancelled, ORDER, cancelled)] == [1, 0, 0]
    with mirror.transaction() as tx:
        assert tx.exec_driver_sql("SELECT status FROM orders").scalars().all() == ["cancelled"]


def test_an_order_that_was_once_on_its_way_stays_known_as_shipped(mirror, shop):
    for seconds, status in enumerate((OrderStatus.IN_TRANSIT, OrderStatus.CANCELLED)):
        line = replace(LINE, is_cancelled=status is OrderStatus.CANCELLED)
        moment = NOON + timedelta(seconds=seconds)
        store_order(mirror, replace(ORDER, status=status, updated_at=moment, lines=(line,)))
    assert [line.has_shipped for line in snapshot(mirror).lines] == [True]


@pytest.mark.parametrize(
    ("status", "has_shipped"), [(OrderStatus.CANCELLED, True), (OrderStatus.PARTLY_SHIPPED, False)]
)
def test_a_cancelled_order_that_a_courier_had_is_known_as_shipped_since_then(mirror, shop, status, has_shipped):
    later = NOON + timedelta(hours=1)
    lines = (replace(LINE, is_cancelled=True),)
    store_order(mirror, replace(ORDER, status=status, updated_at=later, left_at=NOON, lines=lines))
    assert [line.has_shipped for line in snapshot(mirror).lines] == [has_shipped]
    with mirror.transaction() as tx:
        [shipped_at_ms] = tx.exec_driver_sql("SELECT shipped_at_ms FROM orders").scalars()
    assert shipped_at_ms == (to_ms(NOON) if has_shipped else None)


def test_a_changed_line_counts_as_a_change_of_its_order(mirror, shop):
    store_order(mirror, ORDER, cycle=1)
    assert store_order(mirror, replace(ORDER, lines=(replace(LINE, is_cancelled=True),)), cycle=2) == 1
    with mirror.transaction() as tx:
        assert tx.exec_driver_sql("SELECT changed_in FROM orders").scalar() == 2


def test_a_line_is_looked_at_until_it_is_booked_and_again_once_it_is_cancelled(mirror, shop, cycle):
    def outstanding():
        with mirror.transaction() as tx:
            flag = tx.exec_driver_sql("SELECT is_outstanding FROM order_lines").scalar()
        return flag, len(snapshot(mirror).lines)

    store_order(mirror, ORDER)
    seen = [outstanding()]
    cycle(Movement(KOPI, -1, Cause.ORDER, "toko/58001/L1"))
    seen.append(outstanding())
    store_order(mirror, ORDER)
    seen.append(outstanding())
    cancelled = replace(LINE, is_cancelled=True)
    store_order(mirror, replace(ORDER, updated_at=NOON + timedelta(seconds=9), lines=(cancelled,)))
    seen.append(outstanding())
    cycle(Movement(KOPI, 1, Cause.CANCEL, "toko/58001/L1"))
    assert [*seen, outstanding()] == [(1, 1), (0, 0), (0, 0), (1, 1), (0, 0)]


def test_open_orders_reserve_their_units_until_they_are_on_their_way(mirror, shop):
    store_order(mirror, ORDER)
    assert snapshot(mirror).products[KOPI].reserved == 1
    store_order(mirror, replace(ORDER, status=OrderStatus.IN_TRANSIT, updated_at=NOON + timedelta(seconds=1)))
    assert snapshot(mirror).products[KOPI].reserved == 0


def counted(mirror, saved_at):
    """The units that a count in a file saved at that moment has counted, though they are not available."""
    with mirror.transaction() as tx:
        file = SeenFile((), {}, saved_at=saved_at)
        given = picture.load_snapshot(tx, {"toko": ShopPolicy()}, file, cycle=1, now=NOON)
    assert {line.is_reserving for line in given.lines} <= {given.products[KOPI].reserved == 1}
    return given.products[KOPI].reserved


@pytest.mark.parametrize("is_booked", [True, False])
@pytest.mark.parametrize("is_seen_before", [True, False])
def test_what_left_after_the_file_was_saved_lay_on_the_shelf_when_it_was_counted(
    mirror, shop, cycle, is_booked, is_seen_before
):
    left_at = NOON + timedelta(minutes=10)
    if is_seen_before:
        store_order(mirror, ORDER)
    store_order(mirror, replace(ORDER, status=OrderStatus.IN_TRANSIT, updated_at=left_at))
    store_order(mirror, replace(ORDER, status=OrderStatus.COMPLETED, updated_at=left_at + timedelta(days=3)))
    if is_booked:
        cycle(Movement(KOPI, -1, Cause.ORDER, "toko/58001/L1"))
    moments = (NOON - timedelta(days=1), NOON, left_at, left_at + timedelta(milliseconds=999))
    assert [counted(mirror, moment) for moment in moments] == [1, 1, 1, 1]
    later = (None, left_at + timedelta(seconds=1), left_at + timedelta(days=2), left_at + timedelta(days=9))
    assert [counted(mirror, moment) for moment in later] == [0, 0, 0, 0]


@pytest.mark.parametrize(("is_returned", "units"), [(True, 0), (False, 1)])
def test_a_unit_that_the_ledger_took_back_never_left(mirror, shop, cycle, is_returned, units):
    cycle(Movement(KOPI, -1, Cause.ORDER, "toko/58001/L1"))
    if is_returned:
        cycle(Movement(KOPI, 1, Cause.CANCEL, "toko/58001/L1"))
    for seconds, status in enumerate((OrderStatus.IN_TRANSIT, OrderStatus.CANCELLED)):
        line = replace(LINE, is_cancelled=is_returned or status is OrderStatus.CANCELLED)
        store_order(mirror, replace(ORDER, status=status, updated_at=NOON + timedelta(seconds=seconds), lines=(line,)))
    assert counted(mirror, NOON) == units


def test_an_order_that_left_before_its_moment_was_recorded_is_not_counted(mirror, shop):
    store_order(mirror, replace(ORDER, status=OrderStatus.IN_TRANSIT))
    with mirror.transaction() as tx:
        tx.exec_driver_sql("UPDATE orders SET shipped_at_ms = NULL")
    store_order(mirror, replace(ORDER, status=OrderStatus.DELIVERED, updated_at=NOON + timedelta(days=1)))
    assert counted(mirror, NOON - timedelta(days=1)) == 0


def test_orders_are_known_up_to_the_latest_moment_ever_recorded(mirror, shop):
    with mirror.transaction() as tx:
        observations.set_orders_seen_to(tx, "toko", NOON)
        observations.set_orders_seen_to(tx, "toko", NOON - timedelta(hours=1))
        assert observations.orders_seen_to(tx, "toko") == NOON


def test_a_listing_missing_in_two_complete_sweeps_is_gone_and_comes_back_when_it_is_seen(mirror, shop):
    statuses = []
    for number in (2, 3):
        with mirror.transaction() as tx:
            observations.finish_sweep(tx, "toko", cycle=number, now=NOON)
        statuses.append(snapshot(mirror, cycle=number).listings[LISTED].status)
    assert statuses == [ListingStatus.ACTIVE, ListingStatus.DELETED]
    with mirror.transaction() as tx:
        observations.store_listings(tx, [LISTING], cycle=4, observed_at=NOON)
    assert snapshot(mirror, cycle=4).listings[LISTED].status is ListingStatus.ACTIVE


def test_what_another_cycle_saw_is_not_shown_as_seen_now(mirror, shop):
    assert snapshot(mirror, cycle=1).listings[LISTED].shown == 12
    assert snapshot(mirror, cycle=2).listings[LISTED].shown is None


@pytest.fixture
def due(mirror, shop, cycle):
    """The one command wanted: 20 units."""
    cycle(commands=(Command(LISTED, KOPI, Target.QUANTITY, 20, 12),))

    def look(*, after=timedelta(0)):
        with mirror.transaction() as tx:
            return outbox.due_commands(tx, "toko", Target.QUANTITY, now=NOON + after)

    return look


def test_a_command_wanted_again_is_renewed_not_doubled(due, cycle):
    cycle(commands=(Command(LISTED, KOPI, Target.QUANTITY, 25, 12),))
    assert [command.desired for command in due()] == [25]


def test_a_refused_command_waits_longer_each_time_and_at_once_for_another_value(mirror, due, cycle):
    (command,) = due()
    for minutes in (1, 2, 4):
        with mirror.transaction() as tx:
            outbox.mark_refused(tx, command, "tidak boleh", now=NOON)
        assert due(after=timedelta(minutes=minutes, seconds=-1)) == []
        assert len(due(after=timedelta(minutes=minutes))) == 1
    cycle(commands=(Command(LISTED, KOPI, Target.QUANTITY, 20, 12),))
    assert due() == []
    cycle(commands=(Command(LISTED, KOPI, Target.QUANTITY, 21, 12),))
    assert [command.desired for command in due()] == [21]


def test_what_was_sent_without_an_answer_is_remembered(mirror, due):
    (command,) = due()
    with mirror.transaction() as tx:
        outbox.mark_sending(tx, command, 20, read_at=NOON, now=NOON)
    assert due()[0].sent == 20
    listing = snapshot(mirror).listings[LISTED]
    assert (listing.sending.target, listing.written_from, listing.written_to) == (20, NOON, None)


def test_a_day_is_written_again_only_after_one_of_its_orders_changed(mirror, shop):
    zone, day = ZoneInfo("Asia/Jakarta"), date(2026, 3, 10)
    store_order(mirror, ORDER, cycle=1)
    store_order(mirror, replace(ORDER, id="58002", created_at=NOON + timedelta(hours=13)), cycle=2)
    with mirror.transaction() as tx:
        assert order_book.days_to_write(tx, zone) == [day, day + timedelta(days=1)]
        order_book.mark_written(tx, day, "hash", cycle=2)
        order_book.mark_written(tx, day + timedelta(days=1), "hash", cycle=2)
        assert order_book.days_to_write(tx, zone) == []
    store_order(mirror, replace(ORDER, status=OrderStatus.TO_COLLECT, updated_at=NOON + timedelta(hours=1)), cycle=3)
    with mirror.transaction() as tx:
        assert order_book.days_to_write(tx, zone) == [day]


def test_equal_units_of_an_order_are_one_line_of_its_sheet(mirror, shop):
    lines = (LINE, replace(LINE, id="L2"), replace(LINE, id="L3", is_cancelled=True))
    store_order(mirror, replace(ORDER, lines=lines))
    with mirror.transaction() as tx:
        shown = order_book.lines_between(tx, NOON, NOON + timedelta(hours=1))
        assert order_book.lines_between(tx, NOON + timedelta(seconds=1), NOON + timedelta(hours=1)) == []
    assert sorted((line.quantity, line.status) for line in shown) == [
        (1, OrderStatus.CANCELLED),
        (2, OrderStatus.TO_SHIP),
    ]


def test_quiet_cycles_are_forgotten_after_a_while(mirror, cycle, monkeypatch):
    monkeypatch.setattr(journal, "QUIET_CYCLES_KEPT", 2)
    for _ in range(5):
        number = cycle()
        with mirror.transaction() as tx:
            journal.finish_cycle(tx, number, "done", now=NOON)
    with mirror.transaction() as tx:
        assert tx.exec_driver_sql("SELECT id FROM cycles").scalars().all() == [3, 4, 5]
        assert journal.last_finished(tx).cycle == 5


def test_a_quiet_cycle_that_a_write_refers_to_is_not_forgotten(mirror, shop, cycle, monkeypatch):
    monkeypatch.setattr(journal, "QUIET_CYCLES_KEPT", 0)
    later = cycle(commands=(Command(LISTED, KOPI, Target.QUANTITY, 5, 12, is_later=True),))
    cycle()
    newest = cycle()
    with mirror.transaction() as tx:
        journal.store_plan(tx, later - 1, "{}")  # that of the opening stock
        journal.finish_cycle(tx, newest, "done", now=NOON)
        kept = tx.exec_driver_sql("SELECT id FROM cycles").scalars().all()
    assert (later in kept, later + 1 in kept, newest in kept) == (True, False, True)


def test_a_listing_under_another_sku_has_nothing_agreed_any_more(mirror, shop):
    with mirror.transaction() as tx:
        tx.exec_driver_sql("UPDATE listings SET told = 12, told_slack = 1")
        observations.store_listings(tx, [LISTING], cycle=2, observed_at=NOON)
        assert tx.exec_driver_sql("SELECT told FROM listings").scalar() == 12
        observations.store_listings(tx, [replace(LISTING, sku=Sku("TEH"))], cycle=3, observed_at=NOON)
        assert tx.exec_driver_sql("SELECT told FROM listings").scalar() is None
