"""How things are: for ``selaras status``, read from the mirror and the seller's files without touching anything."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from daemon.cancel_requests import requests_waiting
from daemon.config import Settings, unreadable_secrets
from daemon.connect import token_store
from daemon.domain.messages import Message, message
from daemon.domain.plan import Held, Target
from daemon.domain.refusals import Refusal, as_plain, told
from daemon.domain.rows import Field
from daemon.domain.values import ListingId
from daemon.errors import PersonNeededError
from daemon.marketplaces.budget import Budget
from daemon.marketplaces.lookups import Lookups, cache_path
from daemon.marketplaces.pace import Clock
from daemon.mirror import Mirror, Transaction, forecast, holds, journal, outbox
from daemon.mirror.known_sheet import known_sheet
from daemon.mirror.schema import OPEN_STATES
from daemon.mirror.store import running_pid
from daemon.parts import Parts, utc_now
from daemon.plan_view import held_as_json
from daemon.read import read_now, read_sheet
from daemon.texts import Texts


@dataclass(frozen=True, slots=True)
class Dead:
    """A write that a shop refused so often that a person has to act."""

    listing: ListingId
    target: Target
    refusal: Refusal

    def as_json(self, texts: Texts) -> dict[str, Any]:
        """The same as plain data."""
        shop = self.listing.shop
        identity = {"shop": shop, "product_id": self.listing.product_id, "sku_id": self.listing.sku_id}
        text = texts.say(told(shop, self.refusal))
        return {**identity, "sets": self.target.value, **as_plain(self.refusal), "text": text}


@dataclass(frozen=True, slots=True)
class Report:
    """The state of the house.

    ``pid`` is the running service, ``outbox`` the open commands per state, ``troubles`` what keeps files from being
    read now, and what kept shops or files from it in the last cycle, ``own_columns`` the seller's own, which are left
    alone, ``dead`` the writes that were refused again and again, ``left`` how long the rest takes, by shop, ``slowed``
    which shops let us call less than we would, ``cancel_requests`` where buyers wait for an answer of the seller's.
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
    dead: tuple[Dead, ...] = ()
    left: tuple[tuple[str, timedelta], ...] = ()
    slowed: tuple[Message, ...] = ()
    cancel_requests: tuple[Message, ...] = ()

    @property
    def is_fine(self) -> bool:
        """The last cycle went through, and nothing is held, refused or in the way."""
        return self.outcome == "done" and not (self.held or self.outbox["refused"] or self.troubles)

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
            "seconds_left": {shop: ceil(left.total_seconds()) for shop, left in self.left},
            "slowed": [{"code": entry.code, "text": texts.say(entry)} for entry in self.slowed],
            "cancel_requests": [{"code": entry.code, "text": texts.say(entry)} for entry in self.cancel_requests],
            "troubles": [{"code": entry.code, "text": texts.say(entry)} for entry in self.troubles],
            "held": [held_as_json(entry, texts) for entry in self.held],
            "own_columns": list(self.own_columns),
            "dead": [entry.as_json(texts) for entry in self.dead],
        }


def report_on(settings: Settings) -> Report:
    """Look at the mirror and at the lock of the running service. A mirror that is not there yet is not made."""
    pid = running_pid(settings.state_folder)
    now = (*unreadable_secrets(settings.path), *_permissions(settings))
    if not (settings.state_folder / "mirror.sqlite").exists():
        workbook = read_sheet(settings.workbook, settings.layout)
        now = (*now, workbook) if isinstance(workbook, Message) else now
        return Report(pid, None, None, None, 0, 0, 0, dict.fromkeys(OPEN_STATES, 0), now, ())
    mirror = Mirror.open(settings.state_folder)
    try:
        texts = Texts(settings.language, settings.timezone)
        now = (*now, *read_now(Parts(settings, mirror, (), texts)).problems)
        with _lookups(settings) as lookups:
            slowed = tuple(_slowed(settings, lookups))
            waiting = tuple(requests_waiting(lookups, texts, now=utc_now(), zone=settings.timezone))
        with mirror.transaction() as tx:
            last = journal.last_finished(tx)
            sheet = known_sheet(tx)
            troubles = (*now, *(each for each in journal.troubles_of_last_cycle(tx) if each not in now))
            return Report(
                pid,
                last.cycle if last else None,
                last.outcome if last else None,
                last.finished_at if last else None,
                outbox=outbox.count_open(tx),
                troubles=troubles,
                held=_held(tx),
                own_columns=sheet.own_columns if sheet else (),
                dead=tuple(Dead(*key, refusal) for key, refusal in outbox.refusals(tx).items() if refusal.is_dead),
                left=tuple(_left(tx, settings)),
                slowed=tuple(each for each in slowed if each not in troubles),
                cancel_requests=waiting,
                products=journal.count(tx, "products"),
                listings=journal.count(tx, "listings"),
                orders=journal.count(tx, "orders"),
            )
    finally:
        mirror.close()


def _permissions(settings: Settings) -> Iterator[Message]:
    """Tell which shops cannot be reached for want of a permission that can be read."""
    for shop in settings.shops:
        try:
            token_store(settings, shop.name).load()
        except PersonNeededError as error:
            yield error.message


def _left(tx: Transaction, settings: Settings) -> Iterator[tuple[str, timedelta]]:
    for shop in settings.shops:
        left = forecast.time_left(tx, shop.name, now=utc_now())
        if left is not None:
            yield shop.name, left


@contextmanager
def _lookups(settings: Settings) -> Iterator[Mapping[str, Lookups]]:
    """Open what the shops told, by shop, of those that were ever asked."""
    folders = {shop.name: cache_path(settings.state_folder, shop.name) for shop in settings.shops}
    with ExitStack() as opened:
        yield {
            shop: opened.enter_context(closing(Lookups(folder))) for shop, folder in folders.items() if folder.exists()
        }


def _slowed(settings: Settings, lookups: Mapping[str, Lookups]) -> Iterator[Message]:
    for shop in settings.shops:
        if shop.name in lookups:
            budget = Budget(shop.daily_calls, lookups[shop.name], Clock())
            if budget.is_slowed:
                yield message("report.slowed", shop=shop.name)
            if budget.is_low:
                yield message("shop.budget_low", shop=shop.name)


def _held(tx: Transaction) -> tuple[Held, ...]:
    """What the last cycle held; a shop may have been held, or let go, since."""
    then = (entry for entry in journal.held_entries(tx) if entry.reason.code not in {holds.HELD, holds.RESTING})
    return (*(Held(None, None, Field.STOCK, reason) for reason in holds.at_rest(tx, now=utc_now())), *then)
