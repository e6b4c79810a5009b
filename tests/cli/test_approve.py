"""`selaras approve`: a yes to exactly one plan that a brake stopped."""

import re
from contextlib import closing
from datetime import UTC, datetime

import pytest

from daemon.domain.messages import message
from daemon.domain.plan import Held, Plan
from daemon.domain.rows import Field
from daemon.mirror import Mirror, approvals, decisions, journal
from daemon.mirror.store import only_instance


def stop(house, *plans):
    """Leave what a cycle leaves that brakes stopped."""
    now = datetime.now(UTC)
    held = [Held(None, None, Field.SKU, message("sheet.many_rows", count=9, plan=plan)) for plan in plans]
    with closing(Mirror.open(house.folder / ".selaras")) as mirror, mirror.transaction() as tx:
        decisions.commit_plan(tx, Plan(held=tuple(held)), cycle=journal.start_cycle(tx, "save", now=now), now=now)


def approved(house):
    with closing(Mirror.open(house.folder / ".selaras")) as mirror, mirror.transaction() as tx:
        return approvals.approved(tx, now=datetime.now(UTC))


def test_a_plan_that_waits_is_approved_and_no_other(selaras, house):
    stop(house, "k4qz7m2a", "b3xw5n6c")
    done = selaras("approve", "k4qz7m2a", "-c", house.config)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "k4qz7m2a" in done.stdout
    assert "selaras sync" in done.stdout
    assert approved(house) == {"k4qz7m2a"}


def test_a_plan_is_found_however_it_is_typed(selaras, house):
    stop(house, "k4qz7m2a")
    assert selaras("approve", " K4QZ7M2A ", "-c", house.config).exit_code == 0
    assert approved(house) == {"k4qz7m2a"}


def test_approving_twice_is_no_error(selaras, house):
    stop(house, "k4qz7m2a")
    assert [selaras("approve", "k4qz7m2a", "-c", house.config).exit_code for _ in range(2)] == [0, 0]


@pytest.mark.parametrize("given", ["k4qz7m2b", "k4qz7m2", "k4qz7m2a9", "lama2222", ""])
def test_a_plan_that_does_not_wait_is_wrong_usage_and_those_that_do_are_named(selaras, house, given):
    stop(house, "lama2222")
    stop(house, "k4qz7m2a", "b3xw5n6c")
    done = selaras("approve", given, "-c", house.config)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "k4qz7m2a" in done.stderr
    assert "b3xw5n6c" in done.stderr
    assert approved(house) == frozenset()


def test_when_no_plan_waits_it_says_so(selaras, house):
    stop(house)
    done = selaras("approve", "k4qz7m2a", "-c", house.config)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "k4qz7m2a" in done.stderr
    assert approved(house) == frozenset()


def test_before_the_first_sync_no_plan_waits(selaras, house):
    assert selaras("approve", "k4qz7m2a", "-c", house.config).exit_code == 2


def test_it_works_beside_a_running_service_and_without_secrets(selaras, house):
    stop(house, "k4qz7m2a")
    text = house.config.read_text(encoding="utf-8")
    house.config.write_text(re.sub(r"app_secret: .*", "app_secret: {credential: toko-1}", text), encoding="utf-8")
    with only_instance(house.folder / ".selaras"):
        assert selaras("approve", "k4qz7m2a", "-c", house.config).exit_code == 0
    assert approved(house) == {"k4qz7m2a"}


def test_what_a_stopped_sync_tells_to_type_lets_the_next_sync_carry_it_out(selaras, filled):
    filled.type({sku: {"Stok": 500} for sku in filled.listings()})
    sku = filled.goods(1)[0]
    before = filled.quantity(sku)
    stopped = selaras("sync", "-c", filled.config)
    assert (stopped.exit_code, filled.quantity(sku)) == (1, before)
    (plan,) = re.findall(r"selaras approve (\w+)", stopped.stdout)
    assert selaras("approve", plan, "-c", filled.config).exit_code == 0
    assert selaras("sync", "-c", filled.config).exit_code == 0
    assert filled.quantity(sku) == 500
