"""How many calls a second the gateway lets one app make for one shop and path (reference 10.1)."""

from daemon.marketplaces.sandbox.refusals import RefusedError
from daemon.marketplaces.sandbox.world import Clock

TOO_MANY = "Too many requests. You've made too many requests in a short period of time."


class Allowance:
    """A token bucket per shop and path, a second's worth deep; ``calls_per_s`` 0 allows everything."""

    def __init__(self, calls_per_s: float, *, clock: Clock) -> None:
        self._clock = clock
        self.change(calls_per_s)

    def change(self, calls_per_s: float) -> None:
        """Allow another number from now on, beginning with a full bucket."""
        self._rate = calls_per_s
        self._depth = max(1.0, calls_per_s)
        self._left: dict[tuple[str, str], tuple[float, float]] = {}

    def take(self, shop: str, template: str) -> None:
        """Use up one call of a path, whose version and ids are left blank, or raise 36009002 (HTTP 429)."""
        if not self._rate:
            return
        now = self._clock()
        left, counted_at = self._left.get((shop, template), (self._depth, now))
        left = min(self._depth, left + max(0.0, now - counted_at) * self._rate)
        self._left[shop, template] = (left if left < 1 else left - 1, now)
        if left < 1:
            raise RefusedError(36009002, TOO_MANY, http_status=429)
