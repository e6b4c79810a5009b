"""Comparing what was read of every listing with what it should show, once all decisions of a cycle are taken."""

from collections import Counter
from collections.abc import Iterable

from daemon.domain.draft import Draft
from daemon.domain.plan import Command, Target
from daemon.domain.recon import MOST_LINES, Line, Outcome, Recon
from daemon.domain.rows import Field
from daemon.domain.snapshot import ListingState
from daemon.domain.values import ListingStatus


def compare(draft: Draft, commands: Iterable[Command]) -> Recon | None:
    """Compare every listing whose stock we keep with what it should show; ``None`` when none was read."""
    if all(listing.shown is None for listing in draft.listings.values()):
        return None
    wanted = {command.listing: command for command in commands if command.target is Target.QUANTITY}
    asked = {(held.sku, held.reason.params.get("shop")) for held in draft.held if held.field is Field.STOCK}
    counts: Counter[Outcome] = Counter()
    lines: list[Line] = []
    for listing in (each for each in draft.listings.values() if _is_kept(draft, each)):
        command = wanted.get(listing.id)
        is_asked = (listing.sku, listing.id.shop) in asked
        outcome = _outcome(draft.given.listings[listing.id], listing, command, is_asked=is_asked)
        counts[outcome] += 1
        if outcome is not Outcome.EQUAL and len(lines) < MOST_LINES:
            told = listing.told.quantity if listing.told else None
            expected = command.desired if command else told
            lines.append(Line(listing.id, listing.sku, listing.shown, expected, outcome))
    return Recon({outcome: counts[outcome] for outcome in Outcome}, tuple(lines))


def _is_kept(draft: Draft, listing: ListingState) -> bool:
    is_there = listing.sku in draft.products and listing.status is not ListingStatus.DELETED
    return is_there and draft.given.shops[listing.id.shop].sends_stock


def _outcome(before: ListingState, now: ListingState, command: Command | None, *, is_asked: bool) -> Outcome:
    if now.shown is None:
        return Outcome.UNREAD
    if is_asked:
        return Outcome.ASKED
    if now.unexplained is not None:
        return Outcome.WAITING
    if command is not None and command.desired != now.shown:
        return Outcome.CORRECTED
    return Outcome.EQUAL if before.told is None or before.told.quantity == now.shown else Outcome.EXPLAINED
