"""How fast one shop is asked, and when not at all: it knows neither HTTP nor a marketplace."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

_SLOWEST_CALLS_PER_S = 0.2
_SAFE = 0.9
"""Up to this part of the rate that was refused last, it comes back at once; from there on it feels its way."""
_GROWTH_CALLS_PER_S = 0.004
"""What a success adds then: about half a percent in a second."""
_REMEMBERED_S = 60.0
"""A refusal older than this was a passing one."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long to wait and how often to try. ``read_s`` is the longest silence, ``whole_s`` the longest call.

    A shop is asked ``calls_per_s`` times a second at first, and ever faster up to ``most_calls_per_s`` until it
    refuses (reference 10.1: no number is published). ``failures`` calls in a row without an answer close it for
    ``rest_s``, and for twice as long each further time, up to ``longest_rest_s``. ``calls_per_day``: all that the app
    has for this shop; ``None``: nobody counts.
    """

    connect_s: float = 5.0
    read_s: float = 15.0
    calls_per_s: float = 2.0
    most_calls_per_s: float = 50.0
    burst: int = 10
    attempts: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    failures: int = 10
    rest_s: float = 30.0
    longest_rest_s: float = 60.0
    calls_per_day: int | None = None

    @property
    def whole_s(self) -> float:
        """The longest a single call may take, however slowly its answer drips in."""
        return self.connect_s + 4 * self.read_s


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as the client sees it: the wall clock (aware UTC), a clock that never jumps, and a way to wait."""

    now: Callable[[], datetime] = _now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Pace:
    """A token bucket for one shop: calls wait their turn; a refusal halves the rate, successes bring it back.

    After a refusal the rate doubles every second up to nearly what was refused, and then grows slowly: most of an
    unknown allowance is used, and it is seldom overdrawn.
    """

    def __init__(self, timing: Timing, clock: Clock) -> None:
        self._clock = clock
        self._rate = timing.calls_per_s
        self._most = max(timing.most_calls_per_s, timing.calls_per_s)
        self._safe = self._most
        self._burst = float(timing.burst)
        self._tokens = self._burst
        self._counted_at = self._closed_until = clock.monotonic()
        self._slowed_at = float("-inf")

    @property
    def calls_per_s(self) -> float:
        """The rate allowed now."""
        return self._rate

    @property
    def closed_for_s(self) -> float:
        """How long the server asked us to stay away, from now."""
        return max(0.0, self._closed_until - self._clock.monotonic())

    async def take(self) -> None:
        """Wait for this call's turn. Turns are given in the order of asking."""
        self._refill()
        self._tokens -= 1
        wait_s = max(-self._tokens / self._rate, self.closed_for_s)
        if wait_s > 0:
            await self._clock.sleep(wait_s)

    def slow_down(self, closed_for_s: float = 0.0) -> None:
        """Halve the rate, once for refusals that come together, and stay away for ``closed_for_s``."""
        self._refill()
        now = self._clock.monotonic()
        self._closed_until = max(self._closed_until, now + closed_for_s)
        self._tokens = min(self._tokens, 0.0)
        if now - self._slowed_at >= 1:
            self._slowed_at = now
            self._safe = self._rate * _SAFE
            self._rate = max(_SLOWEST_CALLS_PER_S, self._rate / 2)

    def speed_up(self) -> None:
        """Take a step after a success: a large one below what is safe, a small one above."""
        self._refill()
        if self._clock.monotonic() - self._slowed_at > _REMEMBERED_S:
            self._safe = self._most
        if self._rate < self._safe:
            self._rate = min(self._rate + 1, self._safe)
        else:
            self._rate = min(self._rate + _GROWTH_CALLS_PER_S, self._most)

    def _refill(self) -> None:
        now = self._clock.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._counted_at) * self._rate)
        self._counted_at = now


class Breaker:
    """Leaves a shop alone that does not answer: after many failures in a row it is asked again only now and then."""

    def __init__(self, timing: Timing, clock: Clock) -> None:
        self._timing, self._clock = timing, clock
        self._failed = 0
        self._rest_s = timing.rest_s
        self._open_until = float("-inf")

    @property
    def is_open(self) -> bool:
        """Whether the shop is left alone now."""
        return self._clock.monotonic() < self._open_until

    def failed(self) -> None:
        """Count a call that got no usable answer."""
        self._failed += 1
        if self._failed >= self._timing.failures:
            self._open_until = self._clock.monotonic() + self._rest_s
            self._rest_s = min(2 * self._rest_s, self._timing.longest_rest_s)

    def answered(self) -> None:
        """An answer came: all is well again."""
        self._failed = 0
        self._rest_s = self._timing.rest_s
