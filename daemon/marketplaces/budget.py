"""How many calls may be made for one shop: a day, where the seller gives a number, and lately, when it slows us down.

The marketplace does not tell it; of development shops an hourly quota is rumoured (reference 10.1, code 36009037).
"""

from daemon.marketplaces.lookups import Lookups
from daemon.marketplaces.pace import Clock

_KEPT_FOR_STOCK = 5
"""One call in so many of a day is kept for what cannot wait: orders, and stock that must be lowered."""
_DAY_S = 86_400.0
_SLOWED, _SLOWED_S = "slowed", 60.0
"""So long after a refusal calls count as slowed down: while refusals go on it is renewed."""


class Budget:
    """Counts the calls of a day in UTC, those of all processes, and remembers for them when a shop slowed us down.

    Without ``calls_per_day`` every number of calls is allowed.
    """

    def __init__(self, calls_per_day: int | None, lookups: Lookups, clock: Clock) -> None:
        self._most, self._lookups, self._clock = calls_per_day, lookups, clock

    @property
    def is_low(self) -> bool:
        """Whether what is left today is kept for what cannot wait."""
        return self._most is not None and self._spent() >= self._most - self._most // _KEPT_FOR_STOCK

    @property
    def is_slowed(self) -> bool:
        """Whether the shop has refused calls of late because there were too many."""
        return bool(self._lookups.kept(_SLOWED))

    def note_slowed(self, closed_for_s: float) -> None:
        """Remember that a call was refused, and how long the shop asked us to stay away."""
        self._lookups.keep(_SLOWED, value=True, for_s=max(_SLOWED_S, closed_for_s))

    def spend(self) -> bool:
        """Count one call; tell whether it may still be made today."""
        if self._most is None:
            return True
        if self._spent() >= self._most:
            return False
        return self._lookups.count(self._key, for_s=2 * _DAY_S) <= self._most

    def _spent(self) -> int:
        return int(self._lookups.kept(self._key) or 0)

    @property
    def _key(self) -> str:
        return f"calls/{self._clock.now().date()}"
