"""Time that somebody turns: an event loop which jumps to its next timer, and clocks that are all read from it."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta

MORNING = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
"""10.00 WIB."""


class Clockwork:
    """Seconds since the beginning, for everybody; this machine's own clock may be ``skew`` off."""

    def __init__(self):
        self.passed_s = 0.0
        self.skew = timedelta(0)

    def move(self, seconds):
        self.passed_s += seconds

    def monotonic(self):
        return self.passed_s

    def true_now(self):
        """The marketplace's time."""
        return MORNING + timedelta(seconds=self.passed_s)

    def unix(self):
        return self.true_now().timestamp()

    def now(self):
        """This machine's time."""
        return self.true_now() + self.skew


class Loop(asyncio.SelectorEventLoop):
    """One thread, no waiting: where every task waits, the clock jumps to the first timer."""

    def __init__(self, clockwork):
        super().__init__()
        self._clockwork = clockwork

    def time(self):
        return self._clockwork.monotonic()

    def run_in_executor(self, _executor, function, *args):
        """Do it here and now: ``asyncio.to_thread`` takes no time and comes in order."""
        done = self.create_future()
        try:
            done.set_result(function(*args))
        except Exception as error:  # noqa: BLE001  # whoever awaits it gets it
            done.set_exception(error)
        return done

    def _run_once(self):
        while self._scheduled and self._scheduled[0]._cancelled:
            self._forget_first()
        if not self._ready and self._scheduled:
            self._clockwork.passed_s = max(self._clockwork.passed_s, self._scheduled[0]._when)
        super()._run_once()

    def _forget_first(self):
        handle = heapq.heappop(self._scheduled)
        handle._scheduled = False
        self._timer_cancelled_count -= 1
