"""How things are: for ``selaras status``, read from the mirror without touching anything."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from daemon.config import Settings
from daemon.domain.messages import Message
from daemon.domain.plan import Held
from daemon.mirror import Mirror, journal, outbox, revisions
from daemon.mirror.schema import OPEN_STATES
from daemon.mirror.store import running_pid
from daemon.plan_view import held_as_json
from daemon.texts import Texts


@dataclass(frozen=True, slots=True)
class Report:
    """The state of the house.

    ``pid`` is the running service, ``outbox`` the open commands per state, ``troubles`` what kept shops or files from
    being read or written in the last cycle, ``own_columns`` the seller's own, which are left alone.
    """

    pid: int | None
    cycle: int | None
    outcome: str | None
    finished_at: datetime | None
    products: int
    listings: int
    orders: int
    outbox: dict[str, int]
    troubles: tuple[Message, ...]
    held: tuple[Held, ...]
    own_columns: tuple[str, ...] = ()

    @property
    def is_fine(self) -> bool:
        """The last cycle went through and nothing is held or refused."""
        return self.outcome == "done" and not self.held and not self.outbox["refused"]

    def as_json(self, texts: Texts) -> dict[str, Any]:
        """The same as plain data; times are ISO 8601, UTC."""
        return {
            "running": self.pid is not None,
            "pid": self.pid,
            "last_cycle": {
                "number": self.cycle,
                "outcome": self.outcome,
                "finished_at": self.finished_at.isoformat() if self.finished_at else None,
            },
            "products": self.products,
            "listings": self.listings,
            "orders": self.orders,
            "outbox": self.outbox,
            "troubles": [{"code": entry.code, "text": texts.say(entry)} for entry in self.troubles],
            "held": [held_as_json(entry, texts) for entry in self.held],
            "own_columns": list(self.own_columns),
        }


def report_on(settings: Settings) -> Report:
    """Look at the mirror and at the lock of the running service. A mirror that is not there yet is not made."""
    pid = running_pid(settings.state_folder)
    if not (settings.state_folder / "mirror.sqlite").exists():
        return Report(pid, None, None, None, 0, 0, 0, dict.fromkeys(OPEN_STATES, 0), (), ())
    mirror = Mirror.open(settings.state_folder)
    try:
        with mirror.transaction() as tx:
            last = journal.last_finished(tx)
            counts = journal.counts(tx)
            sheet = revisions.known_sheet(tx)
            return Report(
                pid,
                last.cycle if last else None,
                last.outcome if last else None,
                last.finished_at if last else None,
                outbox=outbox.count_open(tx),
                troubles=journal.troubles_of_last_cycle(tx),
                held=journal.held_entries(tx),
                own_columns=sheet.own_columns if sheet else (),
                **counts,
            )
    finally:
        mirror.close()
