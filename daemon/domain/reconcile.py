"""The decisions of a cycle, in the order they are taken. Pure: a snapshot in, a plan out."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import chain

from daemon.domain import bundles, edits, facts, own_stock, pool, typed
from daemon.domain.choices import unanswered
from daemon.domain.comparison import compare
from daemon.domain.deal import Deal
from daemon.domain.draft import Draft
from daemon.domain.messages import message
from daemon.domain.notes import Say
from daemon.domain.plan import Command, Nameless, Plan, Target
from daemon.domain.prices import merge_prices
from daemon.domain.rows import Field
from daemon.domain.sheet import write_rows
from daemon.domain.snapshot import ListingState, Snapshot
from daemon.domain.statuses import switch_products
from daemon.domain.stock import Told, is_agreed, is_settled, shown_for
from daemon.domain.values import ListingId, ListingStatus


def reconcile(snapshot: Snapshot, say: Say) -> Plan:
    """Decide what changes where. ``say`` puts a message into the seller's language, for the cells we write."""
    draft = Draft(snapshot)
    typed.stop_suspicious(draft)
    bundles.read_recipes(draft)
    pool.take_overrides(draft)
    facts.forget_unserved(draft)
    facts.open_products(draft)
    facts.book_orders(draft)
    facts.settle_unknown_writes(draft)
    edits.explain_observations(draft)
    own_stock.open_parts(draft)
    rows, in_copy = typed.link_rows(draft), bundles.made_in_copy(draft)
    beginning = {*draft.leaving, *draft.unopened}
    for row in rows:
        if row.sku in beginning:
            own_stock.take_own_stock(draft, row)
        elif row.sku in in_copy:
            bundles.hold_in_copy(draft, row)
        elif not draft.parts_of(row.sku):
            typed.take_typed_stock(draft, row)
    edits.decide_edits(draft)
    bundles.settle_bundles(draft, rows)
    pool.stop_suspicious(draft)
    deal = Deal(draft)
    prices = merge_prices(draft, rows)
    switches = switch_products(draft, rows, say)
    commands = _kept_back(draft, (*_quantities(deal), *prices, *switches))
    _report(deal, commands)
    typed.report_missing(draft, rows)
    _report_choices(draft)
    writes = write_rows(draft, rows, say)
    return Plan(
        movements=tuple(draft.movements),
        products=draft.changed_products(),
        listings=draft.changed_listings(),
        switches=tuple(draft.switches),
        bases={sku: base for sku, base in draft.bases.items() if base != snapshot.bases.get(sku)},
        commands=commands,
        withdrawn=_needless(draft, commands),
        rows=writes,
        allocations=draft.allocations,
        held=tuple(draft.held),
        nameless=tuple(_nameless(draft)),
        recipes=draft.recipes if draft.recipes != snapshot.recipes else None,
        look_again=_look_again(draft),
        recon=compare(draft, commands),
        is_scrambled=draft.is_scrambled,
    )


def _quantities(deal: Deal) -> list[Command]:
    """Quantity writes wanted."""
    draft, commands = deal.draft, []
    numbers = (pool.to_show(deal, sku) for sku in draft.skus() if sku in draft.products)
    for listing_id, desired in chain.from_iterable(each.items() for each in numbers):
        listing = _linked(deal, draft.listings[listing_id], desired)
        if listing.shown is not None and is_agreed(listing.told, desired, listing.shown):
            draft.change_listing(_agreed(listing, desired))
        elif _needs_write(draft, listing, desired):
            old = listing.shown if listing.told is None else listing.told.quantity
            wanted = Command(listing.id, listing.sku, Target.QUANTITY, desired, old)
            commands.append(edits.beside_difference(draft, listing, wanted))
    return commands


def _kept_back(draft: Draft, commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """Keep what belongs to shops to which nothing is sent for now."""
    silent = draft.silent_shops()
    return tuple(replace(each, is_later=True) if each.listing.shop in silent else each for each in commands)


def _linked(deal: Deal, listing: ListingState, desired: int) -> ListingState:
    """Agree with a listing that was never told anything and shows the whole pool: only its part of it is new.

    So does one that the pool has just come down to, or below. One that shows more is asked about, and falls with it.
    """
    draft, shown = deal.draft, listing.shown
    if listing.told is not None or shown is None:
        return listing
    pool, before = draft.products[listing.sku].available, draft.given.products.get(listing.sku)
    if shown_for(pool) <= shown <= shown_for(max(pool, before.available if before else pool)):
        listing = _agreed(listing, shown)
    elif shown > desired and not (_needs_write(draft, listing, desired) or deal.is_exclusive):
        # Where each unit is offered once, what it shows is allowed for already.
        listing = edits.unlinked(draft, listing, desired)
    draft.change_listing(listing)
    return listing


def _agreed(listing: ListingState, desired: int) -> ListingState:
    """The listing shows what it should. Where slack helped, or nothing was told yet, that can be chance.

    An order that we cannot see yet may hide in it: the moment counts like a write (``facts.book_orders``).
    """
    agreed = replace(listing, told=Told(desired), unexplained=None)
    if listing.told is not None and listing.told.slack == 0:
        return agreed
    return replace(agreed, written_from=listing.observed_at, written_to=listing.observed_at)


def _needs_write(draft: Draft, listing: ListingState, desired: int) -> bool:
    if listing.told is None:
        return listing.sku in draft.decided or Target.QUANTITY in listing.commanded
    return listing.told.quantity != desired or listing.told.slack > 0 or listing.sending is not None


def _needless(draft: Draft, wanted: Iterable[Command]) -> tuple[tuple[ListingId, Target], ...]:
    """Open writes that nothing asks for any more."""
    still = {(command.listing, command.target) for command in wanted}
    return tuple(
        (listing.id, target)
        for listing in draft.listings.values()
        for target in Target
        if target in listing.commanded and (listing.id, target) not in still
    )


def _report(deal: Deal, commands: tuple[Command, ...]) -> None:
    """Name what is not in effect although nobody doubts it: refused writes, units sold beyond the stock."""
    draft = deal.draft
    facts.report_unlinked(draft, deal)
    edits.report_edits(deal, commands)
    for reason in draft.given.at_rest:
        draft.hold(None, None, Field.STOCK, reason)
    for command in commands:
        refusal = draft.listings[command.listing].refusals.get(command.target)
        if refusal is not None and command.target is Target.QUANTITY:
            draft.ask_about(command.listing, refusal)
        elif refusal is not None:
            draft.hold(command.sku, None, Field(command.target.value), refusal)
    for product in draft.products.values():
        if product.available < 0:
            draft.hold(product.sku, None, Field.STOCK, message("stock.oversold", units=-product.available))


def _report_choices(draft: Draft) -> None:
    """Name what was chosen in the sheet ``Selaras`` and answers nothing; a copy is no place for answers."""
    if not draft.given.copy:
        draft.held += list(unanswered(draft.given.choices, draft.held, is_stale=draft.given.is_stale))


def _nameless(draft: Draft) -> Iterator[Nameless]:
    for listing in draft.listings.values():
        if not listing.sku and listing.status is not ListingStatus.DELETED:
            yield Nameless(listing.id.shop, listing.title)


def _is_asked(draft: Draft, listing: ListingState) -> bool:
    """Whether a difference has stood long enough and is there still: only the seller can settle it."""
    lag, difference = draft.given.shops[listing.id.shop].lag, listing.unexplained
    return difference is not None and is_settled(difference, draft.given.read_at(listing), lag)


def _is_looked_at(listing: ListingState) -> bool:
    return listing.shown is not None and listing.status is not ListingStatus.DELETED


def _look_again(draft: Draft) -> timedelta | None:
    """When the first difference seen in this cycle will have stood long enough; what was not read cannot be hurried."""
    waits = [
        draft.given.shops[listing.id.shop].lag - (draft.given.read_at(listing) - listing.unexplained.since)
        for listing in draft.listings.values()
        if listing.unexplained is not None and _is_looked_at(listing) and not _is_asked(draft, listing)
    ]
    if draft.is_dealing:
        waits.append(min(policy.lag for policy in draft.given.shops.values()))
    return max(min(waits), timedelta(seconds=1)) if waits else None
