"""What is remembered of webhooks: which messages came, when a shop was heard last, and where it was told to send.

Ids only: what a message says is neither kept nor needed.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from daemon.marketplaces.lookups import Lookups
from daemon.marketplaces.port import Notice

_DAY = timedelta(days=1)
"""A marketplace tries for 15½ hours."""
_LONG = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Registered:
    """Where a shop was told to send, and when it was last asked whether it does (aware UTC).

    ``checked_at`` is ``None`` while the shop may have heard only a part of it.
    """

    address: str
    checked_at: datetime | None


class Spool:
    """The records in a folder of their own in the state folder. Several processes may read them."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups

    def take(self, notice: Notice, *, now: datetime) -> bool:
        """Take a message in before it is answered; tell whether it is new. One without an id counts as new."""
        self._lookups.keep(f"heard/{notice.shop_id}", now.isoformat(), for_s=_LONG.total_seconds())
        return not notice.id or self._lookups.add(f"notice/{notice.id}", 1, for_s=_DAY.total_seconds())

    def heard_at(self, shop_id: str) -> datetime | None:
        """When a shop, by the marketplace's id, was heard last; ``None``: never."""
        kept = self._lookups.kept(f"heard/{shop_id}")
        return None if kept is None else datetime.fromisoformat(kept)

    def note_registered(self, shop: str, address: str, *, now: datetime | None) -> None:
        """Remember that a shop, by its name, sends to ``address`` as of ``now``; ``None``: that it is about to."""
        checked_at = now.isoformat() if now else None
        self._lookups.keep(f"registered/{shop}", [address, checked_at], for_s=_LONG.total_seconds())

    def note_withdrawn(self, shop: str) -> None:
        """Remember that a shop sends nowhere."""
        self._lookups.forget(f"registered/{shop}")

    def registered(self, shop: str) -> Registered | None:
        """Where a shop sends to; ``None``: nowhere, as far as we know."""
        kept = self._lookups.kept(f"registered/{shop}")
        if kept is None:
            return None
        address, checked_at = kept
        return Registered(address, datetime.fromisoformat(checked_at) if checked_at else None)


def spool_folder(state_folder: Path) -> Path:
    """Where the records are."""
    return state_folder / "webhooks"


@contextmanager
def opened_spool(state_folder: Path) -> Iterator[Spool]:
    """Open the records for the length of a ``with`` block."""
    with closing(Lookups(spool_folder(state_folder))) as lookups:
        yield Spool(lookups)
