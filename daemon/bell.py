"""The bell that starts a cycle: rung by the watch's thread, signals and timers; heard by the one control task."""

import asyncio

from daemon.parts import Trigger


class Bell:
    """Remembers that it was rung until somebody listens, and the weightiest reason.

    That is one for a full cycle; then a save, which is answered at once, where others can wait for a full cycle.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()
        self._trigger: Trigger | None = None
        self._second: asyncio.TimerHandle | None = None

    def ring(self, trigger: Trigger) -> None:
        """Ask for a cycle. Call it in the loop's own thread."""
        if self._trigger is None or _weight(trigger) >= _weight(self._trigger):
            self._trigger = trigger
        self._rung.set()

    def ring_from_thread(self, trigger: Trigger) -> None:
        """As :meth:`ring`, from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.ring, trigger)

    def ring_twice_from_thread(self, trigger: Trigger, after_s: float) -> None:
        """As :meth:`ring_from_thread`, and once more ``after_s`` after the last of such calls."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ring_twice, trigger, after_s)

    def _ring_twice(self, trigger: Trigger, after_s: float) -> None:
        self.ring(trigger)
        if self._second is not None:
            self._second.cancel()
        self._second = self._loop.call_later(after_s, self.ring, trigger)

    @property
    def is_rung(self) -> bool:
        """Whether somebody asks for a cycle that has not begun."""
        return self._trigger is not None

    def wake(self) -> None:
        """End the wait without asking for a cycle."""
        self._rung.set()

    async def heard(self, timeout_s: float) -> Trigger | None:
        """Wait for the bell, at most ``timeout_s``; ``None`` when it was silent."""
        try:
            async with asyncio.timeout(max(timeout_s, 0)):
                await self._rung.wait()
        except TimeoutError:
            return None
        self._rung.clear()
        trigger, self._trigger = self._trigger, None
        return trigger


def _weight(trigger: Trigger) -> tuple[bool, bool]:
    return trigger.sweeps, trigger is Trigger.SAVE
