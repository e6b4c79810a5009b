"""How each shop stands: for ``selaras shops``, read from records and stored permission without asking a marketplace."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from daemon.config import Settings
from daemon.connect import token_path, token_store
from daemon.domain.messages import Message, message
from daemon.errors import PersonNeededError
from daemon.marketplaces.tiktok_shop.consent import SCOPES, lacking
from daemon.marketplaces.tiktok_shop.tokens import Tokens
from daemon.mirror import Mirror, holds, journal
from daemon.mirror.observations import orders_seen_to, shop_id_of
from daemon.texts import Texts
from daemon.webhooks_spool import opened_spool, spool_folder


class State(StrEnum):
    """Where a shop stands. ``ADDED``: never connected. ``WAITING``: connected, and not read yet."""

    ADDED = "added"
    WAITING = "waiting"
    ACTIVE = "active"
    NEEDS_AUTHORIZATION = "needs_authorization"
    ON_HOLIDAY = "on_holiday"
    HELD = "held"


NEEDS_AUTHORIZATION = frozenset(
    {
        "shop.authorization_ended",
        "shop.not_chosen",
        "shop.other_account",
        "shop.permission_missing",
        "shop.token_of_another_shop",
        "shop.tokens_unreadable",
        "shop.two_names",
        "shop.wrong_cipher",
    }
)
"""Troubles that end when the seller connects the shop again."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Where a shop tells by itself that something changed, and when it did last; ``None``: never so far."""

    address: str
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShopReport:
    """One shop. ``tokens`` is ``None`` without a readable permission; ``reasons`` tell why it is not ready.

    ``read_at``: up to when its orders are known; ``None`` before the first cycle. ``telling`` is ``None`` for a shop
    that is only read.
    """

    name: str
    state: State
    tokens: Tokens | None
    read_at: datetime | None
    reasons: Sequence[Message]
    telling: Telling | None = None

    @property
    def is_ready(self) -> bool:
        """Whether everything that Selaras does for a shop works with this one."""
        return self.state not in {State.ADDED, State.NEEDS_AUTHORIZATION} and not self.reasons

    def as_json(self, texts: Texts) -> dict[str, Any]:
        """The same as plain data; times are ISO 8601, UTC."""
        tokens, telling = self.tokens, self.telling
        heard_at = telling.heard_at if telling else None
        return {
            "name": self.name,
            "state": self.state.value,
            "is_ready": self.is_ready,
            "read_at": self.read_at.isoformat() if self.read_at else None,
            "token_ends_at": tokens.access_expires_at.isoformat() if tokens else None,
            "permission_ends_at": tokens.refresh_expires_at.isoformat() if tokens else None,
            "webhook_address": telling.address if telling else None,
            "webhook_heard_at": heard_at.isoformat() if heard_at else None,
            "reasons": [{"code": reason.code, "text": texts.say(reason)} for reason in self.reasons],
        }


def shops_of(settings: Settings, *, now: datetime) -> list[ShopReport]:
    """Report on every configured shop, in the order of the settings."""
    known = _Known.of(settings, now)
    tellings = _tellings(settings, known.shop_ids)
    reports = [_report(settings, shop.name, known, now) for shop in settings.shops]
    return [replace(report, telling=tellings.get(report.name)) for report in reports]


def _tellings(settings: Settings, shop_ids: Mapping[str, str]) -> dict[str, Telling]:
    if not spool_folder(settings.state_folder).exists():
        return {}
    with opened_spool(settings.state_folder) as spool:
        return {
            shop: Telling(registered.address, spool.heard_at(shop_id))
            for shop, shop_id in shop_ids.items()
            if (registered := spool.registered(shop)) is not None and registered.checked_at is not None
        }


@dataclass(frozen=True, slots=True)
class _Known:
    """What the records say of all shops; ``troubles`` are those of the cycle that ended at ``finished_at``.

    ``shop_ids`` are the marketplace's, of the shops that were read.
    """

    read_at: dict[str, datetime | None]
    at_rest: dict[str, Message]
    troubles: dict[str, Message]
    finished_at: datetime | None
    shop_ids: dict[str, str]

    @classmethod
    def of(cls, settings: Settings, now: datetime) -> "_Known":
        if not (settings.state_folder / "mirror.sqlite").exists():
            return cls({}, {}, {}, None, {})
        with closing(Mirror.open(settings.state_folder)) as mirror, mirror.transaction() as tx:
            return cls(
                {shop.name: orders_seen_to(tx, shop.name) for shop in settings.shops},
                {str(reason.params["shop"]): reason for reason in reversed(holds.at_rest(tx, now=now))},
                {str(each.params.get("shop")): each for each in journal.troubles_of_last_cycle(tx)},
                last.finished_at if (last := journal.last_finished(tx)) else None,
                {shop.name: id_ for shop in settings.shops if (id_ := shop_id_of(tx, shop.name))},
            )


def _report(settings: Settings, name: str, known: _Known, now: datetime) -> ShopReport:
    read_at, at_rest, trouble = known.read_at.get(name), known.at_rest.get(name), known.troubles.get(name)
    try:
        tokens = token_store(settings, name).load()
    except PersonNeededError as error:
        is_new = error.message.code != "shop.tokens_unreadable"
        state = State.ADDED if is_new else State.NEEDS_AUTHORIZATION
        return ShopReport(name, state, None, read_at, (error.message,))
    if known.finished_at is not None and _stored_at(settings, name) > known.finished_at:
        trouble = None  # the shop was connected since
    if tokens.refresh_expires_at <= now:
        trouble = message("shop.authorization_ended", shop=name)
    if trouble is not None and trouble.code in NEEDS_AUTHORIZATION:
        return ShopReport(name, State.NEEDS_AUTHORIZATION, tokens, read_at, (trouble,))
    reasons = [message(SCOPES[scope], scope=scope) for scope in lacking(tokens.scopes)]
    return ShopReport(name, _state(at_rest, read_at), tokens, read_at, (*([trouble] if trouble else []), *reasons))


def _stored_at(settings: Settings, name: str) -> datetime:
    return datetime.fromtimestamp(token_path(settings.state_folder, name).stat().st_mtime, UTC)


def _state(at_rest: Message | None, read_at: datetime | None) -> State:
    if at_rest is not None:
        return State.HELD if at_rest.code == holds.HELD else State.ON_HOLIDAY
    return State.WAITING if read_at is None else State.ACTIVE


def time_left(left: timedelta) -> Message:
    """Tell how long something lasts: in whole days, on the last one in hours, or that it is over."""
    if left.days >= 1:
        return message("shop_list.days_left", count=left.days)
    if left >= timedelta(hours=1):
        return message("shop_list.hours_left", count=left // timedelta(hours=1))
    return message("shop_list.hour_left" if left > timedelta() else "shop_list.over")
