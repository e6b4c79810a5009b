"""The pulse of the service: systemd's watchdog is fed while the control task waits, or gets on with its work."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bridge.watch import FolderWatch
from daemon.notify import Notifier

LONGEST_SILENCE_S = 600.0
"""Work that shows no progress for so long is stuck. A call with all its repeats takes six minutes at the worst."""


class Pulse:
    """Knows whether the control task is well. An idle loop alone proves nothing: the work must get on."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self._last_progress = time.monotonic()
        self._is_at_work = False
        self.watch: FolderWatch | None = None
        """Looked at too, while there is one: a service that does not see saves is not well."""

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """For the length of the block :meth:`progress` is expected; outside it, waiting is healthy."""
        self.progress()
        self._is_at_work = True
        try:
            yield
        finally:
            self._is_at_work = False

    def progress(self) -> None:
        """Note that the work gets on."""
        self._last_progress = time.monotonic()

    async def beat(self) -> None:
        """Feed the watchdog for as long as all is well; ends at once when there is none."""
        interval_s = self._notifier.watchdog_interval
        while interval_s is not None:
            if not self._is_stuck():
                self._notifier.watchdog()
            await asyncio.sleep(interval_s)

    def _is_stuck(self) -> bool:
        seen = [self._last_progress] if self._is_at_work else []
        if self.watch is not None:
            if not self.watch.is_alive():
                return True
            seen.append(self.watch.last_look)
        return any(time.monotonic() - moment > LONGEST_SILENCE_S for moment in seen)
