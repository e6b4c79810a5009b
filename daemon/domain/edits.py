"""What becomes of a number that somebody changed in Seller Center: taken over, set back, or asked about.

Only a difference that no fact explains, and that stood for one lag, is such an edit. Three are not answered by a
policy, because a person knows better: the policy says so, the same number comes back again and again (a second
program sets it), or the marketplace emptied the listing itself after a cancellation (reference 3.9). Until the seller
has decided, the difference stays as it is: falls are carried, nothing is raised.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from daemon.domain.choices import EDIT_QUESTION, Choice, is_made_in, taken_by
from daemon.domain.deal import Deal
from daemon.domain.draft import Draft
from daemon.domain.messages import Message, message
from daemon.domain.plan import Command, Held, Target
from daemon.domain.rows import Field
from daemon.domain.snapshot import ListingState, MarketplaceEdit, ShopPolicy
from daemon.domain.stock import Cause, Movement, Sending, Told, Unexplained, is_settled, quantity_to_send, seen
from daemon.domain.values import ListingId, ListingStatus

TURNS = 3
"""So many edits that set the same number again, each soon after a write of ours, are no person's doing."""
UNLINKED = 1_000_000
"""Stands for turns where a shop's first number was never agreed on: nor is that for a policy to decide."""
SOON = timedelta(hours=12)
"""A program sets its number again at its next round; a person who does so much later means it."""
CLOCKS_DIFFER = timedelta(minutes=10)
"""So much the marketplace's clock may be off ours; nothing is sent to a shop whose clock is further off."""
UNLINKED_QUESTIONS = frozenset({"stock.differs_between_shops", "stock.differs_in_shop"})
QUESTIONS = UNLINKED_QUESTIONS.union(
    {EDIT_QUESTION, "stock.second_writer", "stock.zeroed_after_cancel", "bundle.zeroed_after_cancel"}
)
"""Codes of what a person has to decide about a listing; each names its shop."""


def explain_observations(draft: Draft) -> None:
    """Compare what every shop shows with what facts explain; settle differences that have stood long enough."""
    for listing in list(draft.listings.values()):
        policy = draft.policy_of(listing)
        if listing.sku not in draft.products or listing.shown is None or listing.told is None:
            continue
        if listing.status is ListingStatus.DELETED:
            continue  # what a deleted listing shows is no number of anybody
        if not listing.quantity_is_editable:
            # A bundle's number follows its parts, a locked one is the platform's: neither is an edit to be decided.
            draft.change_listing(replace(listing, unexplained=None, edited_to=None, edits_alike=0))
            continue
        units, at = listing.told.unexplained(listing.shown), listing.observed_at or draft.given.now
        difference = seen(listing.unexplained, units, at)
        looked_at = replace(listing, unexplained=difference)
        if difference is None:
            draft.change_listing(_in_step(looked_at, policy))
        elif _is_emptied(looked_at) or not is_settled(difference, draft.given.read_at(listing), policy.lag):
            draft.change_listing(looked_at)
        else:
            _settle(draft, looked_at, difference, policy)


def _in_step(listing: ListingState, policy: ShopPolicy) -> ListingState:
    """Nothing is in question any more. Turns are counted on: between two of them the shop shows our number."""
    if listing.edits_alike == UNLINKED:
        return _forgotten(listing)
    is_over = policy.marketplace_edit is MarketplaceEdit.ASK or listing.edits_alike >= TURNS
    return replace(listing, edited_to=None, edits_alike=0) if is_over else listing


def _settle(draft: Draft, listing: ListingState, difference: Unexplained, policy: ShopPolicy) -> None:
    """Count the edit, and apply the policy unless a person has to decide."""
    turns = 0 if draft.parts_of(listing.sku) else listing.edits_alike
    if policy.marketplace_edit is MarketplaceEdit.ASK:
        turns = max(turns, 1)
    elif turns < TURNS:
        is_same_again = listing.shown == listing.edited_to and _is_soon_after_write(listing, difference)
        turns = turns + 1 if is_same_again else 1
    listing = replace(listing, edited_to=listing.shown, edits_alike=turns)
    if policy.marketplace_edit is not MarketplaceEdit.ASK and turns < TURNS:
        if policy.marketplace_edit is MarketplaceEdit.ACCEPT:
            _take_over(draft, listing, difference)
        elif draft.parts_of(listing.sku):
            reason = message("bundle.edit_set_back", shop=listing.id.shop, shown=listing.shown or 0)
            draft.hold(listing.sku, None, Field.STOCK, reason)
        listing = _agreed(_without_window(draft, listing, policy.lag))
    draft.change_listing(listing)


def _is_soon_after_write(listing: ListingState, difference: Unexplained) -> bool:
    return listing.written_to is not None and difference.since - listing.written_to <= SOON


def _take_over(draft: Draft, listing: ListingState, difference: Unexplained) -> None:
    reference = f"{listing.id.shop}/{listing.id.sku_id}@{draft.given.cycle}"
    draft.move(Movement(listing.sku, difference.units, Cause.MARKETPLACE_EDIT, reference))


def _without_window(draft: Draft, listing: ListingState, lag: timedelta) -> ListingState:
    """Forget the last write once no order of its moment can still come to light: what follows the edit is a new one."""
    is_over = listing.written_to is not None and draft.given.read_at(listing) - listing.written_to > 2 * lag
    return replace(listing, written_from=None, written_to=None) if is_over else listing


def _agreed(listing: ListingState) -> ListingState:
    """What it shows is where we go on from: the number of the pool is written over it.

    If a write without an answer happened, it is what that wrote: nothing in it is a difference any more.
    """
    shown, sending = _shown(listing), listing.sending
    if shown is None:
        return listing
    sending = sending and Sending(sending.target, sending.target)
    return replace(listing, told=Told(shown), unexplained=None, sending=sending)


def _shown(listing: ListingState) -> int | None:
    """What a listing shows, by the last look at it and all orders since; ``None`` without an unexplained difference."""
    told, difference = listing.told, listing.unexplained
    if told is None or difference is None:
        return None
    return told.quantity + difference.units + (told.slack if difference.units > 0 else 0)


def _is_emptied(listing: ListingState) -> bool:
    return listing.is_called_empty and _shown(listing) == 0


def unlinked(draft: Draft, listing: ListingState, desired: int) -> ListingState:
    """Keep by how much a listing that was never told anything shows too much: the seller says which number is right."""
    if draft.parts_of(listing.sku) or not listing.quantity_is_editable:
        return listing
    told, since = Told(desired), listing.observed_at or draft.given.now
    difference = seen(None, told.unexplained(listing.shown or 0), since)
    return replace(listing, told=told, unexplained=difference, edited_to=listing.shown, edits_alike=UNLINKED)


def _forgotten(listing: ListingState) -> ListingState:
    """The listing as it was before anything was agreed with it."""
    sending = listing.sending and Sending(listing.sending.target, listing.sending.target)
    return replace(listing, told=None, unexplained=None, sending=sending, edited_to=None, edits_alike=0)


def decide_edits(draft: Draft) -> None:
    """Take the seller's answers about edits: a choice, or a number that says what is there."""
    answers = _answers(draft)
    for listing in list(draft.listings.values()):
        if _question(draft, listing) is None:
            continue
        if listing.edits_alike == UNLINKED and listing.sku in draft.decided:
            draft.change_listing(_forgotten(listing))
            continue
        if _is_emptied(listing):
            is_typed = not draft.decided.isdisjoint(draft.parts_of(listing.sku) or {listing.sku})
        else:
            is_typed = listing.sku in draft.counted
        answer = answers.get(listing.id)
        is_taken_over = answer is Choice.SHOP and not is_typed and not _is_in_pool(draft, listing)
        if is_taken_over and listing.unexplained is not None:
            _take_over(draft, listing, listing.unexplained)
        if is_typed or answer is not None:
            draft.change_listing(replace(_agreed(listing), edited_to=None, edits_alike=0))


def report_edits(deal: Deal, commands: Iterable[Command]) -> None:
    """Hold what nobody has decided yet, and what the platform has locked although there is less.

    What is written beside a question is in its numbers, unless it was to be written before: then they are those in
    effect until the write is proven.
    """
    draft = deal.draft
    agreed = {
        each.listing: Told(each.desired)
        for each in commands
        if each.carried and each.is_sent and Target.QUANTITY not in draft.listings[each.listing].commanded
    }
    for listing in draft.listings.values():
        written = replace(listing, told=agreed[listing.id]) if listing.id in agreed else listing
        reason = _question(draft, written) or _locked(draft, listing)
        if reason is not None and reason.code in UNLINKED_QUESTIONS:
            stock = deal.allotments(listing.sku)[listing.id]  # while a rise waits it is more than was agreed on last
            reason = replace(reason, params={**reason.params, "stock": stock})
        if reason is not None:
            draft.ask_about(listing.id, reason)


def _locked(draft: Draft, listing: ListingState) -> Message | None:
    """A number that buyers see and we may not set is shown to the seller, not fought over."""
    if listing.quantity_is_editable or listing.told is None or listing.status is not ListingStatus.ACTIVE:
        return None
    product, shown = draft.products.get(listing.sku), listing.told.quantity
    if product is None or shown <= max(product.available, 0):
        return None
    return message("stock.locked", shop=listing.id.shop, shown=shown, stock=max(product.available, 0))


def _question(draft: Draft, listing: ListingState) -> Message | None:
    """Tell what a person has to decide about a listing, if anything."""
    difference, told = listing.unexplained, listing.told
    if told is None or not (listing.edits_alike or _is_emptied(listing)):
        return None
    if listing.sku not in draft.products or listing.status is ListingStatus.DELETED or not listing.quantity_is_editable:
        return None
    policy, shop = draft.policy_of(listing), listing.id.shop
    is_bundle = bool(draft.parts_of(listing.sku))
    if _is_emptied(listing):
        code = "bundle.zeroed_after_cancel" if is_bundle else "stock.zeroed_after_cancel"
        return message(code, shop=shop, stock=told.quantity)
    if listing.edits_alike == UNLINKED or policy.marketplace_edit is not MarketplaceEdit.ASK:
        return None if is_bundle else _left_alone(draft, listing, told)
    shown = _shown(listing)
    if shown is None or difference is None or not is_settled(difference, draft.given.read_at(listing), policy.lag):
        return None
    return message(EDIT_QUESTION, shop=shop, shown=max(0, shown), stock=told.quantity)


def which_number(draft: Draft, listing: ListingState, *, shown: int, stock: int) -> Message:
    """Ask which first number is right: this one, or that of another shop or of another listing in this shop."""
    shop = listing.id.shop
    if [each.id.shop for each in draft.linked(listing.sku)].count(shop) > 1:
        return message("stock.differs_in_shop", shop=shop, title=listing.title, shown=shown, stock=stock)
    return message("stock.differs_between_shops", shop=shop, shown=shown, stock=stock)


def _left_alone(draft: Draft, listing: ListingState, told: Told) -> Message | None:
    """Tell what is asked about a number that no policy settles."""
    if listing.edits_alike == UNLINKED:
        shown = _shown(listing)
        now = told.quantity if shown is None else max(0, shown)
        return which_number(draft, listing, shown=now, stock=told.quantity)
    tug = message("stock.second_writer", shop=listing.id.shop, shown=listing.edited_to or 0, stock=told.quantity)
    return tug if listing.edits_alike >= TURNS else None


def _answers(draft: Draft) -> dict[ListingId, Choice]:
    """Whose number was chosen in the line of each listing that is asked about; two different choices are none.

    Nor is one in a line that means two listings of its shop alike.
    """
    found: dict[ListingId, set[Choice]] = defaultdict(set)
    for chosen in () if draft.given.is_stale or draft.is_scrambled else draft.given.choices:
        asked = [(each.id, _question(draft, each)) for each in draft.linked(chosen.sku) if _may_be_told(draft, each)]
        entries = [(id_, Held(chosen.sku, None, Field.STOCK, question)) for id_, question in asked if question]
        meant = [id_ for id_, entry in entries if chosen.choice in taken_by(entry) and is_made_in(chosen, entry)]
        if len(meant) == 1 and chosen.choice is not None:
            found[meant[0]].add(chosen.choice)
    return {id_: choices.pop() for id_, choices in found.items() if len(choices) == 1}


def _may_be_told(draft: Draft, listing: ListingState) -> bool:
    """Whether a line in the file can be about an edit: one that came later is no question of that file.

    A choice that was taken still stands in a workbook that stays open.
    """
    written_at, difference = draft.given.written_at, listing.unexplained
    return written_at is None or (difference is not None and difference.since <= written_at + CLOCKS_DIFFER)


def _is_in_pool(draft: Draft, listing: ListingState) -> bool:
    """Whether a shop shows what it is to show: two shops that were set to the same number have one stock."""
    return Deal(draft).allotments(listing.sku).get(listing.id) == _shown(listing)


def beside_difference(draft: Draft, listing: ListingState, wanted: Command) -> Command:
    """Tell what becomes of a write where the shop shows an unexplained difference: it waits, or the difference stays.

    Decided as the push will, by what is known now.
    """
    shown, is_asked = _shown(listing), _question(draft, listing) is not None
    if shown is None or (listing.sending is not None and not is_asked):
        return wanted
    is_kept = keeps_edit(
        draft.given.shops[listing.id.shop].marketplace_edit,
        turns=listing.edits_alike,
        is_called_empty=listing.is_called_empty,
        shown=shown,
    )
    value = quantity_to_send(listing.told, wanted.desired, shown, keeps_edit=is_kept)
    if value is None:
        return replace(wanted, is_waiting=is_asked, is_later=not is_asked)
    return replace(wanted, carried=value - wanted.desired)


def keeps_edit(policy: MarketplaceEdit, *, turns: int, is_called_empty: bool, shown: int) -> bool:
    """Whether a difference that a push finds is not to be written over: a person decides about it."""
    is_emptied = is_called_empty and shown == 0
    return policy is MarketplaceEdit.ASK or turns >= TURNS or is_emptied
