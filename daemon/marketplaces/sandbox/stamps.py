"""What every answer of the marketplace carries, refusals and trouble too: an id of its own, and the time."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from random import Random

from daemon.marketplaces.sandbox.world import Clock

REQUEST_ID_ZONE = timezone(timedelta(hours=8))


class Stamps:
    """Gives out request ids, no two the same, and the ``Date`` by which clients correct their clock."""

    def __init__(self, seed: int, clock: Clock) -> None:
        self._rng = Random(f"{seed}/requests")  # noqa: S311  # request ids are no secret
        self._clock = clock

    def request_id(self) -> str:
        """Give the next id: 34 characters, the time in UTC+8 and chance."""
        return f"{self._now().astimezone(REQUEST_ID_ZONE):%Y%m%d%H%M%S}{self._rng.randbytes(10).hex().upper()}"

    def date(self) -> str:
        """Give the ``Date`` of an answer that is sent now."""
        return format_datetime(self._now(), usegmt=True)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)
