"""Shops to which nothing is sent: since when, why, and until when."""

from datetime import UTC, datetime, timedelta

import pytest

from daemon.domain.messages import message
from daemon.mirror import approvals, holds, observations

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
RESTING = message("shop.resting", shop="toko", gone=6, known=8, plan="k4qz7m2a")


@pytest.fixture
def tx(mirror):
    with mirror.transaction() as tx:
        yield tx


def at_rest(tx, now=NOON):
    return [(reason.code, reason.params["shop"]) for reason in holds.at_rest(tx, now=now)]


def test_a_shop_is_held_from_the_first_time_it_was_said_until_it_is_let_go(tx):
    observations.add_shop(tx, "toko")
    observations.add_shop(tx, "mall")
    holds.hold(tx, "toko", now=NOON)
    holds.hold(tx, "toko", now=NOON + HOUR)
    (reason,) = holds.at_rest(tx, now=NOON)
    assert (reason.code, reason.params) == ("shop.held", {"shop": "toko", "since": int(NOON.timestamp())})
    assert [holds.resume(tx, "toko") for _ in range(2)] == [True, False]
    assert at_rest(tx) == []


def test_a_shop_that_was_never_synced_can_be_held(tx):
    holds.hold(tx, "baru", now=NOON)
    observations.add_shop(tx, "baru")
    assert at_rest(tx) == [("shop.held", "baru")]


def test_all_that_the_seller_holds_are_let_go_at_once_and_no_other(tx):
    holds.rest(tx, RESTING)
    for shop in ("toko", "mall"):
        holds.hold(tx, shop, now=NOON)
    holds.resume_all(tx)
    assert at_rest(tx) == [("shop.resting", "toko")]


def test_a_shop_rests_until_it_is_seen_awake_or_agreed_to(tx):
    holds.rest(tx, RESTING)
    assert at_rest(tx) == [("shop.resting", "toko")]
    holds.wake(tx, "mall")
    assert at_rest(tx) == [("shop.resting", "toko")]
    assert approvals.waiting(tx) == ("k4qz7m2a",)
    approvals.approve(tx, "k4qz7m2a", now=NOON)
    assert at_rest(tx) == []
    assert at_rest(tx, NOON + 25 * HOUR) == [("shop.resting", "toko")]
    holds.wake(tx, "toko")
    assert at_rest(tx, NOON + 25 * HOUR) == []


def test_a_held_shop_that_rests_stays_at_rest_when_it_is_let_go(tx):
    holds.hold(tx, "toko", now=NOON)
    holds.rest(tx, RESTING)
    assert at_rest(tx) == [("shop.held", "toko"), ("shop.resting", "toko")]
    holds.resume(tx, "toko")
    assert at_rest(tx) == [("shop.resting", "toko")]
