"""How long the rest takes, told by what was sent of late."""

from datetime import timedelta

import pytest
from mirror.goods import NOON
from mirror.test_outbox import due, want

from daemon.mirror import forecast, outbox
from daemon.mirror.forecast import FEWEST_SENT, minutes

__all__ = ["want"]


@pytest.fixture
def send(mirror, want):
    """Send ``sent`` of a hundred commands, ten at a time and every ``every_s`` seconds, until noon."""

    def sending(sent, *, every_s):
        want(dict.fromkeys(range(1, 101), (5, 9)))
        commands = due(mirror)
        with mirror.transaction() as tx:
            for number, command in enumerate(commands[:sent]):
                at = NOON - timedelta(seconds=every_s * ((sent - 1 - number) // 10))
                outbox.mark_done(tx, command, shown=9, seen_at=at, now=at)

    return sending


def left(mirror, *, after=timedelta(0)):
    with mirror.transaction() as tx:
        return forecast.time_left(tx, "toko", now=NOON + after)


@pytest.mark.parametrize(("sent", "seconds"), [(30, 70 * 6), (90, 10 * 6)])
def test_the_rest_goes_on_as_it_went(mirror, send, sent, seconds):
    send(sent, every_s=60)
    assert left(mirror) == timedelta(seconds=seconds)


def test_where_nothing_waits_nothing_is_foretold(mirror, send):
    send(100, every_s=10)
    assert left(mirror) is None


def test_from_a_few_writes_nothing_is_foretold(mirror, send):
    send(FEWEST_SENT - 1, every_s=10)
    assert left(mirror) is None


def test_what_was_sent_long_ago_tells_nothing(mirror, send):
    send(50, every_s=10)
    assert left(mirror, after=timedelta(minutes=20)) is None


def test_what_was_done_all_at_once_tells_nothing(mirror, send):
    send(50, every_s=0)
    assert left(mirror) is None


@pytest.mark.parametrize(("seconds", "shown"), [(1, 1), (60, 1), (61, 2), (3600, 60)])
def test_minutes_are_rounded_up(seconds, shown):
    assert minutes(timedelta(seconds=seconds)) == shown
