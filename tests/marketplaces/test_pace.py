import asyncio

import pytest

from daemon.marketplaces.pace import Breaker, Clock, Pace, Timing


class HandClock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self):
        self.time_s = 100.0

    def clock(self):
        return Clock(monotonic=lambda: self.time_s, sleep=self.sleep)

    async def sleep(self, seconds):
        self.time_s += seconds


class Shop:
    """A shop that allows so many calls a second, with as many in reserve, and refuses what is above it."""

    def __init__(self, hand, calls_per_s):
        self._hand, self._rate = hand, calls_per_s
        self._tokens, self._counted_at = calls_per_s, hand.time_s
        self.served = self.refused = 0

    def asked(self):
        now = self._hand.time_s
        self._tokens = min(self._rate, self._tokens + (now - self._counted_at) * self._rate)
        self._counted_at = now
        if self._tokens < 1:
            self.refused += 1
            return False
        self._tokens -= 1
        self.served += 1
        return True


@pytest.fixture
def hand():
    return HandClock()


@pytest.fixture
def pace(hand):
    return Pace(Timing(calls_per_s=4, most_calls_per_s=64, burst=20), hand.clock())


def take(pace, times):
    async def run():
        for _ in range(times):
            await pace.take()

    asyncio.run(run())


def ask(pace, shop, *, until_s, hand):
    while hand.time_s < until_s:
        take(pace, 1)
        if shop.asked():
            pace.speed_up()
        else:
            pace.slow_down()


def test_a_burst_goes_out_at_once_and_the_rest_in_pace(pace, hand):
    take(pace, 20)
    assert hand.time_s == 100
    take(pace, 10)
    assert hand.time_s == pytest.approx(102.5)


def test_a_pause_fills_the_bucket_no_further_than_its_size(pace, hand):
    hand.time_s += 3600
    take(pace, 24)
    assert hand.time_s == pytest.approx(3701)


def test_a_refusal_halves_the_pace_once_however_many_calls_it_hits(pace, hand):
    for _ in range(8):
        pace.slow_down()
    assert pace.calls_per_s == 2
    hand.time_s += 1
    pace.slow_down()
    assert pace.calls_per_s == 1


def test_the_pace_never_stops(pace, hand):
    for _ in range(20):
        hand.time_s += 1
        pace.slow_down()
    assert pace.calls_per_s == 0.2


def test_as_long_as_nothing_is_refused_it_grows_up_to_what_is_decent(pace):
    for _ in range(200):
        pace.speed_up()
    assert pace.calls_per_s == 64


def test_after_a_refusal_it_comes_back_to_nearly_what_was_refused_and_then_feels_its_way(pace, hand):
    for _ in range(46):
        pace.speed_up()
    assert pace.calls_per_s == 50
    pace.slow_down()
    assert pace.calls_per_s == 25
    for _ in range(20):
        pace.speed_up()
    assert pace.calls_per_s == 45
    pace.speed_up()
    assert 45 < pace.calls_per_s < 45.1


def test_a_refusal_of_long_ago_is_forgotten(pace, hand):
    pace.slow_down()
    hand.time_s += 61
    for _ in range(100):
        pace.speed_up()
    assert pace.calls_per_s == 64


@pytest.mark.parametrize("calls_per_s", [2, 10, 50])
def test_an_unknown_allowance_is_used_to_nine_tenths_and_seldom_overdrawn(pace, hand, calls_per_s):
    shop = Shop(hand, calls_per_s)
    ask(pace, shop, until_s=hand.time_s + 60, hand=hand)  # it is found out first
    served, refused, begun_s = shop.served, shop.refused, hand.time_s
    ask(pace, shop, until_s=hand.time_s + 200, hand=hand)
    assert shop.served - served >= 0.9 * calls_per_s * (hand.time_s - begun_s)
    assert shop.refused - refused <= 0.03 * (shop.served - served)


def test_nobody_knocks_while_the_server_asked_us_to_stay_away(pace, hand):
    pace.slow_down(7)
    take(pace, 1)
    assert hand.time_s == pytest.approx(107)


@pytest.fixture
def breaker(hand):
    return Breaker(Timing(failures=3, rest_s=30, longest_rest_s=100), hand.clock())


def fail(breaker, times):
    for _ in range(times):
        breaker.failed()


def test_a_shop_that_fails_now_and_then_is_asked_on(breaker):
    for _ in range(5):
        fail(breaker, 2)
        breaker.answered()
    assert not breaker.is_open


def test_a_shop_that_only_fails_is_left_alone_for_a_while_and_then_tried_with_one_call(breaker, hand):
    fail(breaker, 3)
    assert breaker.is_open
    hand.time_s += 30
    assert not breaker.is_open
    fail(breaker, 1)
    assert breaker.is_open


def test_the_rest_grows_up_to_its_limit_and_is_short_again_after_an_answer(breaker, hand):
    fail(breaker, 3)
    for rest_s in (30, 60, 100, 100):
        hand.time_s += rest_s - 0.001
        assert breaker.is_open
        hand.time_s += 0.001
        assert not breaker.is_open
        fail(breaker, 1)
    breaker.answered()
    hand.time_s += 100
    fail(breaker, 3)
    hand.time_s += 30
    assert not breaker.is_open
