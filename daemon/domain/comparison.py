"""Comparing what was read of every listing with what it should show, once all decisions of a cycle are taken."""

from collections import Counter
from collections.abc import Iterable

from daemon.domain.draft import Draft
from daemon.domain.plan import Command, Target
from daemon.domain.recon import MOST_LINES, Line, Outcome, Recon
from daemon.domain.snapshot import ListingState
from daemon.domain.values import ListingStatus

_COUNTED_ONLY = (Outcome.EQUAL, Outcome.UNREAD)
"""There is nothing to say of such a listing by name: a shop that was not read would fill the report."""


def compare(draft: Draft, commands: Iterable[Command]) -> Recon | None:
    """Compare every listing whose stock we keep with what it should show; ``None`` when none was read."""
    in_step = draft.given.in_step
    is_read = any(
        each.shown is not None and each.status is not ListingStatus.DELETED for each in draft.listings.values()
    )
    if not (is_read or in_step.read):
        return None
    wanted = {command.listing: command for command in commands if command.target is Target.QUANTITY}
    counts = Counter({Outcome.EQUAL: in_step.equal, Outcome.UNREAD: in_step.unread})
    lines: list[Line] = []
    for listing in (each for each in draft.listings.values() if _is_kept(draft, each)):
        command = wanted.get(listing.id)
        outcome = _outcome(draft, listing, command)
        counts[outcome] += 1
        if outcome not in _COUNTED_ONLY and len(lines) < MOST_LINES:
            told = listing.told.quantity if listing.told else None
            expected = command.sends if command else draft.awaiting.get(listing.id, told)
            lines.append(Line(listing.id, listing.sku, listing.shown, expected, outcome))
    return Recon({outcome: counts[outcome] for outcome in Outcome}, tuple(lines))


def _is_kept(draft: Draft, listing: ListingState) -> bool:
    """Whether it is ours to keep right; of those that cannot be set, only where the seller is told of it."""
    is_there = listing.sku in draft.products and listing.status is not ListingStatus.DELETED
    is_ours = listing.quantity_is_editable or listing.id in draft.asked
    return is_there and is_ours and draft.given.shops[listing.id.shop].sends_stock


def _outcome(draft: Draft, now: ListingState, command: Command | None) -> Outcome:
    if now.shown is None:
        return Outcome.UNREAD
    if now.id in draft.asked:
        return Outcome.ASKED
    if now.unexplained is not None or (command is None and now.id in draft.awaiting):
        return Outcome.WAITING
    if command is not None and command.desired != now.shown:
        return Outcome.KEPT if command.is_later else Outcome.CORRECTED
    before = draft.given.listings[now.id]
    return Outcome.EQUAL if before.told is None or before.told.quantity == now.shown else Outcome.EXPLAINED
