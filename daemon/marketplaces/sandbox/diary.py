"""What will happen by itself, and when."""

import heapq
from collections.abc import Callable
from itertools import count


class Diary:
    """Appointments that the world keeps. Whoever makes one looks, when it is time, whether it still makes sense."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, Callable[[], object]]] = []
        self._numbers = count()
        self.moment: int | None = None
        """The time of the appointment that is being kept (Unix seconds); ``None`` when none is."""

    def note(self, due: int, happen: Callable[[], object]) -> None:
        """Let ``happen`` be called at ``due`` (Unix seconds)."""
        heapq.heappush(self._entries, (due, next(self._numbers), happen))

    def keep(self, now: int) -> None:
        """Keep every appointment up to ``now``, the oldest first, and those that are made meanwhile."""
        try:
            while self._entries and self._entries[0][0] <= now:
                self.moment, _, happen = heapq.heappop(self._entries)
                happen()
        finally:
            self.moment = None
