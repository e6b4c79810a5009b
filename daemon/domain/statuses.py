"""``Status`` and ``Platform``: what is typed there shows a product in its shop windows, or hides it (TT-07, TT-08).

Both are registers as prices are: what the shops changed is shown, what the seller typed is sent. A product is switched
as a whole, so the rows of all its variants have to say the same. What the marketplace has locked is told, not fought.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from daemon.domain.draft import Draft, LinkedRow
from daemon.domain.messages import Message, message
from daemon.domain.notes import Say
from daemon.domain.plan import Command, Target
from daemon.domain.rows import Field, Text
from daemon.domain.snapshot import ListingState
from daemon.domain.status_words import COLUMNS, Typed, Words, in_words
from daemon.domain.values import ListingStatus, Sku, WindowState
from daemon.domain.windows import in_state, listed_in, shown_in

Reasons: TypeAlias = dict[Sku, list[Message]]
"""Why what was typed into rows is not in effect."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed into one row: on sale or hidden, the windows (as a number); ``None`` where nothing was.

    ``kept`` are the windows that its cell names anyway, ``left`` those that it named as we wrote it; 0: none.
    """

    row: LinkedRow
    is_on: bool | None
    windows: int | None
    kept: int = 0
    left: int = 0

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns that were typed into."""
        typed = ((Field.STATUS, self.is_on), (Field.PLATFORM, self.windows))
        return tuple(field for field, wish in typed if wish is not None)


def switch_products(draft: Draft, rows: Iterable[LinkedRow], say: Say) -> list[Command]:
    """Tell which products are to be shown in which windows, by rows that say so and by what is still to be sent."""
    words = Words(say)
    linked = {row.sku: row for row in rows}
    wishes = {sku: wish for sku, row in linked.items() if (wish := _wish(draft, row, words))}
    reasons: Reasons = defaultdict(list)
    commands: list[Command] = []
    for members in _products(draft):
        asked = {each.sku: wishes.get(each.sku) for each in members if each.sku in linked}
        commands += _switch(members, asked, reasons) if any(asked.values()) else _open(members)
    draft.switching = {(each.listing.shop, each.listing.product_id) for each in commands}
    for wish in wishes.values():
        _settle(draft, wish, reasons[wish.row.sku])
    return commands


def _products(draft: Draft) -> list[list[ListingState]]:
    """The listings of each product, in the order of their ids."""
    found: dict[tuple[str, str], list[ListingState]] = defaultdict(list)
    for sku in draft.skus():
        for listing in draft.linked(sku):
            found[listing.id.shop, listing.id.product_id].append(listing)
    return [sorted(found[key], key=lambda each: each.id) for key in sorted(found)]


def _wish(draft: Draft, row: LinkedRow, words: Words) -> Wish | None:
    """Read what was typed, holding what is not understood; an old file decides nothing."""
    status, platform = words.typed(draft, row)
    base = draft.bases.get(row.sku, row.base)
    if base.words != (status.agreed, platform.agreed):
        draft.bases[row.sku] = base.with_words(status.agreed, platform.agreed)
    is_on = status.is_on if status.is_news else None
    windows = platform.windows or None if platform.is_news and not platform.is_unseen else None
    is_old = bool(draft.given.copy) or draft.given.is_stale
    for typed, meant in ((status, is_on), (platform, windows)):
        if code := _doubt(typed, is_meant=meant is not None, is_old=is_old):
            draft.hold(row.sku, row.cells.number, typed.field, message(code, typed=in_words(typed.cell)))
    if is_old or (is_on is None and windows is None):
        return None
    return Wish(row, is_on, windows, platform.windows, words.number(base.words[1]))


def _doubt(typed: Typed, *, is_meant: bool, is_old: bool) -> str | None:
    """Name what keeps a typed word from being used, if anything does."""
    if not typed.is_news or typed.cell == Text(typed.now or ""):
        return None
    if is_meant:
        return "row.word_old" if is_old else None
    if typed.is_unseen:
        # Goods that no window shows have no word of ours there: what is typed counts once they are switched on.
        return None if typed.now is None else "row.word_unseen"
    return "row.word_unclear"


def _switch(members: Sequence[ListingState], asked: Mapping[Sku, Wish | None], reasons: Reasons) -> Sequence[Command]:
    """Switch one product as all of its rows ask; ``asked`` has an entry for every row."""
    listing, wishes = members[0], [wish for wish in asked.values() if wish is not None]
    now, wanted = shown_in(listing.windows), {_wanted(wish, listing) for wish in wishes}
    if wanted == {now} and (len(wishes) == len(asked) or not _open(members)):
        return ()
    number = max(wanted)
    if len(wishes) < len(asked) or len(wanted) > 1:
        why: Message | None = message("row.variants_differ", skus=", ".join(asked))
    else:
        why = _why_not(listing, number, wishes[0])
    if why is None:
        return (Command(listing.id, listing.sku, Target.STATUS, number, now),)
    for wish in wishes:
        if why not in reasons[wish.row.sku]:
            reasons[wish.row.sku].append(why)
    return _open(members)


def _wanted(wish: Wish, listing: ListingState) -> int:
    """Tell in which windows a listing is to be shown by what was typed, as a number."""
    listed, now = listed_in(listing.windows), shown_in(listing.windows)
    is_on = bool(now) if wish.is_on is None else wish.is_on
    if not is_on and (listed or wish.is_on is False):
        return 0
    return wish.windows if wish.windows is not None else now or wish.kept & listed or listed


def _why_not(listing: ListingState, number: int, wish: Wish) -> Message | None:
    """Tell why the windows of a product cannot be switched so: the marketplace's lock is shown and not fought."""
    windows, now, shop = listing.windows, shown_in(listing.windows), listing.id.shop
    changed = number ^ now
    if not windows:
        return message("row.not_read_yet", sku=listing.sku)
    if number & ~listed_in(windows):
        return message("row.not_in_window", shop=shop)
    if changed & in_state(windows, WindowState.LOCKED):
        return message("row.window_locked", shop=shop)
    if changed & in_state(windows, WindowState.IN_REVIEW):
        return message("row.window_in_review", shop=shop)
    is_conflict = wish.windows is not None and wish.left and now not in {0, wish.left}
    return message("row.windows_conflict", shop=shop) if is_conflict else None


def _open(members: Iterable[ListingState]) -> list[Command]:
    """What was decided before and is not yet so."""
    return [
        Command(each.id, each.sku, Target.STATUS, each.switching_to, shown_in(each.windows))
        for each in members
        if each.switching_to is not None and each.switching_to != shown_in(each.windows)
    ]


def _settle(draft: Draft, wish: Wish, reasons: Sequence[Message]) -> None:
    """Hold what was typed for each reason; without one the row agrees with what will be."""
    row = wish.row
    base = draft.bases.get(row.sku, row.base)
    if not reasons and wish.is_on and _is_off_by_itself(draft, row.sku):
        reasons = (message("row.variant_off"),)
    for reason in reasons:
        for field in wish.fields:
            draft.hold(row.sku, row.cells.number, field, reason)
    if not reasons:
        words = (in_words(row.cells.cell(field)) if field in wish.fields else None for field in COLUMNS)
        draft.bases[row.sku] = base.with_words(*(new or old for new, old in zip(words, base.words, strict=True)))


def _is_off_by_itself(draft: Draft, sku: Sku) -> bool:
    """Whether the product is on sale and this variant is not: that is set in Seller Center only."""
    listings = list(draft.linked(sku))
    is_on = all(in_state(each.windows, WindowState.ON) for each in listings)
    return is_on and all(each.status is ListingStatus.INACTIVE for each in listings)
