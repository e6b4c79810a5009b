import asyncio

import pytest

from daemon.marketplaces.http import Clock, Pace, Timing


class HandClock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self):
        self.time_s = 100.0

    def clock(self):
        return Clock(monotonic=lambda: self.time_s, sleep=self.sleep)

    async def sleep(self, seconds):
        self.time_s += seconds


@pytest.fixture
def hand():
    return HandClock()


@pytest.fixture
def pace(hand):
    return Pace(Timing(calls_per_s=5, burst=20), hand.clock())


def take(pace, times):
    async def run():
        for _ in range(times):
            await pace.take()

    asyncio.run(run())


def test_a_burst_goes_out_at_once_and_the_rest_in_pace(pace, hand):
    take(pace, 20)
    assert hand.time_s == 100
    take(pace, 10)
    assert hand.time_s == pytest.approx(102)


def test_a_pause_fills_the_bucket_no_further_than_its_size(pace, hand):
    hand.time_s += 3600
    take(pace, 25)
    assert hand.time_s == pytest.approx(3701)


def test_a_refusal_halves_the_pace_once_however_many_calls_it_hits(pace, hand):
    for _ in range(8):
        pace.slow_down()
    assert pace.calls_per_s == 2.5
    hand.time_s += 1
    pace.slow_down()
    assert pace.calls_per_s == 1.25


def test_the_pace_never_stops_and_comes_back_no_higher_than_it_was(pace, hand):
    for _ in range(20):
        hand.time_s += 1
        pace.slow_down()
    assert pace.calls_per_s == 0.2
    pace.speed_up()
    assert 0.2 < pace.calls_per_s < 0.3
    for _ in range(200):
        pace.speed_up()
    assert pace.calls_per_s == 5


def test_nobody_knocks_while_the_server_asked_us_to_stay_away(pace, hand):
    pace.slow_down(7)
    take(pace, 1)
    assert hand.time_s == pytest.approx(107)
