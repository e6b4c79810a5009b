"""``Status`` and ``Platform``: what is typed there shows a product in its shop windows, or hides it (TT-07, TT-08).

Both are registers as prices are: what the shops changed is shown, what the seller typed is sent. A product is switched
as a whole, so the rows of all its variants have to say the same. What the marketplace has locked is told, not fought.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from daemon.domain.draft import Draft, LinkedRow
from daemon.domain.messages import Message, message
from daemon.domain.notes import Say
from daemon.domain.plan import Command, Switch, Target
from daemon.domain.rows import Field, Text
from daemon.domain.snapshot import ListingState
from daemon.domain.status_words import Typed, Words, in_words
from daemon.domain.typed import present_skus
from daemon.domain.values import ListingStatus, Sku, Windows, WindowState
from daemon.domain.windows import in_state, listed_in, shown_in

Reasons: TypeAlias = dict[Sku, list[Message]]
"""Why what was typed into rows is not in effect."""

UNDER_REVIEW = "row.window_in_review"
"""Said of windows that have to wait."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed into one row: on sale or hidden, the windows (as a number); ``None`` where nothing was.

    ``kept`` are the windows that its cell names anyway, ``left`` those that it named as we wrote it; 0: none.
    ``is_shown``: nothing else was typed than what the shops say now.
    """

    row: LinkedRow
    is_on: bool | None
    windows: int | None
    kept: int = 0
    left: int = 0
    is_shown: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns that were typed into."""
        typed = ((Field.STATUS, self.is_on), (Field.PLATFORM, self.windows))
        return tuple(field for field, wish in typed if wish is not None)


@dataclass(frozen=True, slots=True)
class Whole:
    """One product: its listings, and the one with which it was recorded that it is to be switched, there or gone."""

    members: Sequence[ListingState]
    recorded: ListingState | None = None

    @property
    def windows(self) -> Windows:
        """How it stands, which is the same for all of its listings."""
        return self.members[0].windows

    @property
    def now(self) -> int:
        """The windows that show it, as far as we know."""
        return shown_in(self.windows)

    @property
    def in_review(self) -> int:
        """The windows among them that cannot be switched before a review is over."""
        return in_state(self.windows, WindowState.IN_REVIEW)

    @property
    def is_unsettled(self) -> bool:
        """Whether a switch of it got no answer, so that it may stand otherwise than we know."""
        return self.recorded is not None and self.recorded.is_switch_sending

    @property
    def switching_to(self) -> int | None:
        """The windows that were decided on before, and do not show it yet."""
        wanted = None if self.recorded is None else self.recorded.switching_to
        is_so = wanted == self.now and self.windows and not self.is_unsettled
        return None if is_so else wanted

    def still_wanted(self) -> list[Command]:
        """What was decided before and is not yet so."""
        return [] if self.switching_to is None else [self.switched_to(self.switching_to)]

    def switched_to(self, number: int) -> Command:
        """Show it in the windows of ``number``; one command says so for all of its listings."""
        kept = (each for each in self.members if self.recorded is not None and each.id == self.recorded.id)
        listing = next(kept, self.members[0])
        return Command(listing.id, listing.sku, Target.STATUS, number, self.now)


def switch_products(draft: Draft, rows: Iterable[LinkedRow], say: Say) -> list[Command]:
    """Tell which products are to be shown in which windows, by rows that say so and by what is still to be sent."""
    words = Words(say)
    linked = {row.sku: row for row in rows}
    present = present_skus(draft, linked.values())
    wishes = {sku: wish for sku, row in linked.items() if (wish := _wish(draft, row, words))}
    reasons: Reasons = defaultdict(list)
    commands: list[Command] = []
    for product in _products(draft):
        # A variant of which the row is held speaks neither for nor against: it has to be settled first.
        asked = {each.sku: wishes.get(each.sku) for each in product.members if each.sku in present}
        wanted = _switch(product, asked, reasons) if any(asked.values()) else product.still_wanted()
        _note_decided(draft, product, wanted[0].desired if wanted else product.now)
        commands += wanted
    draft.switching = {(each.listing.shop, each.listing.product_id) for each in commands}
    for wish in wishes.values():
        _settle(draft, wish, reasons[wish.row.sku])
    return commands


def _note_decided(draft: Draft, product: Whole, after: int) -> None:
    listing, before = product.members[0], product.now if product.switching_to is None else product.switching_to
    if after != before:
        draft.switches.append(Switch(listing.id, listing.sku, before, after))


def _products(draft: Draft) -> list[Whole]:
    """Every product that is listed, its listings in the order of their ids."""
    recorded = {
        (each.id.shop, each.id.product_id): each for each in draft.listings.values() if each.switching_to is not None
    }
    found: dict[tuple[str, str], list[ListingState]] = defaultdict(list)
    for sku in draft.skus():
        for listing in draft.linked(sku):
            found[listing.id.shop, listing.id.product_id].append(listing)
    return [Whole(sorted(found[key], key=lambda each: each.id), recorded.get(key)) for key in sorted(found)]


def _wish(draft: Draft, row: LinkedRow, words: Words) -> Wish | None:
    """Read what was typed, holding what is not understood; an old file decides nothing."""
    status, platform = words.typed(draft, row)
    base = draft.bases.get(row.sku, row.base)
    if base.words != (status.agreed, platform.agreed):
        draft.bases[row.sku] = base._replace(status=status.agreed, platform=platform.agreed)
    is_on = status.is_on if status.is_news else None
    windows = platform.windows or None if platform.is_news and not platform.is_unseen else None
    is_old = bool(draft.given.copy) or draft.given.is_stale
    for typed, meant in ((status, is_on), (platform, windows)):
        if code := _doubt(typed, is_meant=meant is not None, is_old=is_old):
            draft.hold(row.sku, row.cells.number, typed.field, message(code, typed=in_words(typed.cell)))
    if is_old or (is_on is None and windows is None):
        return None
    is_shown = all(typed.cell == Text(typed.now or "") for typed in (status, platform) if typed.is_news)
    return Wish(row, is_on, windows, kept=platform.windows, left=words.number(base.platform), is_shown=is_shown)


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


def _switch(product: Whole, asked: Mapping[Sku, Wish | None], reasons: Reasons) -> list[Command]:
    """Switch one product as all of its rows ask; ``asked`` has an entry for every row.

    Where one window has to wait for its review, the others are hidden at once.
    """
    wishes = [wish for wish in asked.values() if wish is not None]
    wanted = {_wanted(wish, product.windows) for wish in wishes}
    is_unanimous, is_so = len(wishes) == len(asked), _is_so(product, wishes, wanted)
    if is_so and (is_unanimous or product.switching_to is None):
        return []
    number = max(wanted)
    if not is_unanimous or len(wanted) > 1:
        why: Message | None = message("row.variants_differ", skus=", ".join(asked))
    else:
        why = _why_not(product, number, wishes[0])
    if why is None:
        return [product.switched_to(number)]
    for wish in wishes:
        if why not in reasons[wish.row.sku]:
            reasons[wish.row.sku].append(why)
    if why.code == UNDER_REVIEW and (rest := product.now & (number | product.in_review)) != product.now:
        return [product.switched_to(rest)]
    return product.still_wanted()


def _is_so(product: Whole, wishes: Iterable[Wish], wanted: Collection[int]) -> bool:
    """Whether a product stands as its rows ask; where its windows were not read, the words of the rows tell."""
    if product.is_unsettled:
        return False
    return wanted == {product.now} if product.windows else all(wish.is_shown for wish in wishes)


def _wanted(wish: Wish, windows: Windows) -> int:
    """Tell in which windows a product is to be shown by what was typed, as a number."""
    listed, now = listed_in(windows), shown_in(windows)
    is_on = bool(now) if wish.is_on is None else wish.is_on
    if not is_on and (listed or wish.is_on is False):
        return 0
    return wish.windows if wish.windows is not None else now or wish.kept & listed or listed


def _why_not(product: Whole, number: int, wish: Wish) -> Message | None:
    """Tell why the windows of a product cannot be switched so: the marketplace's lock is shown and not fought."""
    windows, shop, changed = product.windows, product.members[0].id.shop, number ^ product.now
    if not windows:
        return message("row.windows_unread", shop=shop)
    if number & ~listed_in(windows):
        return message("row.not_in_window", shop=shop)
    if changed & in_state(windows, WindowState.LOCKED):
        return message("row.window_locked", shop=shop)
    if changed & product.in_review:
        return message(UNDER_REVIEW, shop=shop)
    is_otherwise = product.now not in {0, wish.left} and product.switching_to != wish.left
    is_conflict = wish.windows is not None and wish.left and is_otherwise
    return message("row.windows_conflict", shop=shop) if is_conflict else None


def _settle(draft: Draft, wish: Wish, reasons: Sequence[Message]) -> None:
    """Hold what was typed for each reason; without one the row agrees with what will be."""
    row = wish.row
    base = draft.bases.get(row.sku, row.base)
    if not any(draft.linked(row.sku)):
        reasons = (message("row.no_listing", sku=row.sku),)
    elif not reasons and wish.is_on and _is_off_by_itself(draft, row.sku):
        reasons = (message("row.variant_off"),)
    for reason in reasons:
        for field in wish.fields:
            draft.hold(row.sku, row.cells.number, field, reason)
    if not reasons:
        typed = {field: in_words(row.cells.cell(field)) for field in wish.fields}
        status, platform = typed.get(Field.STATUS, base.status), typed.get(Field.PLATFORM, base.platform)
        draft.bases[row.sku] = base._replace(status=status, platform=platform)


def _is_off_by_itself(draft: Draft, sku: Sku) -> bool:
    """Whether the product is on sale and this variant is not: that is set in Seller Center only."""
    listings = list(draft.linked(sku))
    is_on = all(in_state(each.windows, WindowState.ON) for each in listings)
    return is_on and all(each.status is ListingStatus.INACTIVE for each in listings)
