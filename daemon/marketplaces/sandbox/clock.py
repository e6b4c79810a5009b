"""The world's time: that of this machine, until somebody moves it."""

from daemon.marketplaces.sandbox.world import Clock


class WorldClock:
    """Tells the world's time in Unix seconds: ``speed`` times as fast as ``machine``, from where it was moved to.

    ``is_strict`` lets nobody in who signs by another clock.
    """

    def __init__(self, machine: Clock) -> None:
        self._machine = machine
        self._moved_at = self._moved_to = machine()
        self.speed = 1.0
        self.is_strict = False

    def __call__(self) -> float:
        """Tell the world's time."""
        return self._moved_to + (self._machine() - self._moved_at) * self.speed

    def of_clients(self) -> float:
        """Tell the time that clients go by: this machine's, unless they must follow the world's."""
        return self() if self.is_strict else self._machine()

    def lasts(self, seconds: float) -> float:
        """Tell how long the world's ``seconds`` last on this machine; where time stands still, just as long."""
        return seconds / (self.speed or 1)

    def advance(self, seconds: float) -> None:
        """Move the world's time on."""
        self._moved_to, self._moved_at = self() + seconds, self._machine()

    def run_at(self, speed: float) -> None:
        """Let time pass faster or slower from now on; 0 stops it."""
        self.advance(0)
        self.speed = speed
