"""The decisions of a cycle, in the order they are taken. Pure: a snapshot in, a plan out."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from daemon.domain import facts, typed
from daemon.domain.draft import Draft
from daemon.domain.messages import message
from daemon.domain.notes import Say
from daemon.domain.plan import Command, Nameless, Plan, Target
from daemon.domain.prices import merge_prices
from daemon.domain.rows import Field
from daemon.domain.sheet import write_rows
from daemon.domain.snapshot import ListingState, Snapshot
from daemon.domain.stock import Told, is_agreed, shown_for
from daemon.domain.values import ListingId, ListingStatus


def reconcile(snapshot: Snapshot, say: Say) -> Plan:
    """Decide what changes where. ``say`` puts a message into the seller's language, for the cells we write."""
    draft = Draft(snapshot)
    facts.forget_unserved(draft)
    facts.open_products(draft)
    facts.book_orders(draft)
    facts.settle_unknown_writes(draft)
    facts.explain_observations(draft)
    rows = typed.link_rows(draft)
    for row in rows:
        typed.take_typed_stock(draft, row)
    prices = merge_prices(draft, rows)
    commands = (*_quantities(draft), *prices)
    _report(draft, commands)
    typed.report_missing(draft, rows)
    writes = write_rows(draft, rows, say)
    return Plan(
        movements=tuple(draft.movements),
        products=draft.changed_products(),
        listings=draft.changed_listings(),
        bases={sku: base for sku, base in draft.bases.items() if base != snapshot.bases.get(sku)},
        commands=commands,
        withdrawn=_needless(draft, commands),
        rows=writes,
        held=tuple(draft.held),
        nameless=tuple(_nameless(draft)),
        look_again=_look_again(draft),
        is_scrambled=draft.is_scrambled,
    )


def _quantities(draft: Draft) -> list[Command]:
    """Quantity writes wanted."""
    commands = []
    for listing in list(draft.listings.values()):
        product = draft.products.get(listing.sku)
        if product is None or not _takes_stock(draft, listing):
            continue
        desired = shown_for(product.available)
        if listing.shown is not None and is_agreed(listing.told, desired, listing.shown):
            draft.change_listing(_agreed(listing, desired))
        elif _needs_write(draft, listing, desired):
            old = listing.shown if listing.told is None else listing.told.quantity
            commands.append(Command(listing.id, listing.sku, Target.QUANTITY, desired, old))
    return commands


def _agreed(listing: ListingState, desired: int) -> ListingState:
    """The listing shows what it should. Where slack helped, or nothing was told yet, that can be chance.

    An order that we cannot see yet may hide in it: the moment counts like a write (``facts.book_orders``).
    """
    agreed = replace(listing, told=Told(desired), unexplained=None)
    if listing.told is not None and listing.told.slack == 0:
        return agreed
    return replace(agreed, written_from=listing.observed_at, written_to=listing.observed_at)


def _takes_stock(draft: Draft, listing: ListingState) -> bool:
    is_there = listing.status is not ListingStatus.DELETED and listing.quantity_is_editable
    return is_there and draft.given.shops[listing.id.shop].sends_stock


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


def _report(draft: Draft, commands: tuple[Command, ...]) -> None:
    """Name what is not in effect although nobody doubts it: refused writes, units sold beyond the stock."""
    facts.report_unlinked(draft)
    for command in commands:
        refusal = draft.listings[command.listing].refusals.get(command.target)
        if refusal is not None:
            field = Field.STOCK if command.target is Target.QUANTITY else Field.PRICE
            draft.hold(command.sku, None, field, refusal)
    for product in draft.products.values():
        if product.available < 0:
            draft.hold(product.sku, None, Field.STOCK, message("stock.oversold", units=-product.available))


def _nameless(draft: Draft) -> Iterator[Nameless]:
    for listing in draft.listings.values():
        if not listing.sku and listing.status is not ListingStatus.DELETED:
            yield Nameless(listing.id.shop, listing.title)


def _look_again(draft: Draft) -> timedelta | None:
    """When the first difference seen in this cycle will have stood long enough; what was not read cannot be hurried."""
    waits = [
        draft.given.shops[listing.id.shop].lag - (draft.given.now - listing.unexplained.since)
        for listing in draft.listings.values()
        if listing.unexplained is not None and listing.shown is not None
    ]
    return max(min(waits), timedelta(seconds=1)) if waits else None
