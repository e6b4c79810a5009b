"""Approvals: a yes counts for one plan and one day; what waits for one is what the last cycle was stopped by."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command

from daemon.domain.messages import message
from daemon.domain.plan import Held, Plan
from daemon.domain.rows import Field
from daemon.domain.values import Sku
from daemon.mirror import Mirror, approvals, decisions, journal, store

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def tx(mirror):
    with mirror.transaction() as tx:
        yield tx


def stop(tx, *plans):
    """Leave what a cycle leaves that brakes stopped."""
    held = [Held(None, None, Field.SKU, message("sheet.many_rows", count=9, plan=plan)) for plan in plans]
    decisions.commit_plan(tx, Plan(held=tuple(held)), cycle=journal.start_cycle(tx, "save", now=NOON), now=NOON)


def test_only_the_plan_that_was_approved_is_approved(tx):
    assert approvals.approved(tx, now=NOON) == frozenset()
    approvals.approve(tx, "k4qz7m2a", now=NOON)
    assert approvals.approved(tx, now=NOON) == {"k4qz7m2a"}


@pytest.mark.parametrize(
    ("later", "counts"), [(DAY, True), (DAY + MOMENT, False), (-DAY, True), (-DAY - MOMENT, False)]
)
def test_an_approval_counts_for_a_day_also_when_the_clock_was_put_back(tx, later, counts):
    approvals.approve(tx, "k4qz7m2a", now=NOON)
    assert ("k4qz7m2a" in approvals.approved(tx, now=NOON + later)) is counts


def test_approving_again_begins_a_new_day(tx):
    approvals.approve(tx, "k4qz7m2a", now=NOON)
    approvals.approve(tx, "k4qz7m2a", now=NOON + DAY)
    assert approvals.approved(tx, now=NOON + 2 * DAY) == {"k4qz7m2a"}


def test_what_waits_for_an_approval_are_the_plans_of_the_last_cycle_each_once(tx):
    stop(tx, "lama2222")
    stop(tx, "k4qz7m2a", "b3xw5n6c", "k4qz7m2a")
    assert approvals.waiting(tx) == ("k4qz7m2a", "b3xw5n6c")


def test_what_is_held_for_another_reason_waits_for_no_approval(tx):
    unclear = Held(Sku("KOPI"), 2, Field.STOCK, message("held.stock_text", value="entah"))
    decisions.commit_plan(tx, Plan(held=(unclear,)), cycle=journal.start_cycle(tx, "save", now=NOON), now=NOON)
    assert approvals.waiting(tx) == ()


def test_a_mirror_from_before_approvals_goes_on_with_none(tmp_path, monkeypatch):
    with monkeypatch.context() as older:
        upgrade = command.upgrade
        older.setattr(store.command, "upgrade", lambda config, _target: upgrade(config, "0003"))
        Mirror.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "mirror.sqlite")) as plain:
        plain.execute("INSERT INTO shops (name) VALUES ('toko')")
        plain.commit()
    with closing(Mirror.open(tmp_path)) as mirror, mirror.transaction() as tx:
        assert tx.exec_driver_sql("SELECT name FROM shops").scalars().all() == ["toko"]
        assert approvals.approved(tx, now=NOON) == frozenset()
        approvals.approve(tx, "k4qz7m2a", now=NOON)
        assert approvals.approved(tx, now=NOON) == {"k4qz7m2a"}
