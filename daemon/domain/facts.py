"""The marketplace's side of reconcile: first sight of goods, order lines, and what the shops show."""

from dataclasses import replace
from datetime import datetime, timedelta

from daemon.domain.deal import Deal
from daemon.domain.draft import Draft
from daemon.domain.edits import which_number
from daemon.domain.orders import Goods, LineFact, effect_of
from daemon.domain.snapshot import ListingState, Product
from daemon.domain.stock import Cause, Movement, settle
from daemon.domain.values import ListingStatus, Sku

WINDOW_MARGIN = timedelta(seconds=1)
"""Marketplaces stamp orders in whole seconds."""


def forget_unserved(draft: Draft) -> None:
    """Nothing is agreed with shops to which no stock is sent: their numbers are the seller's own business."""
    for listing in list(draft.listings.values()):
        if not draft.given.shops[listing.id.shop].sends_stock:
            draft.change_listing(replace(listing, told=None, unexplained=None, sending=None))


def open_products(draft: Draft) -> None:
    """Start the ledger of goods that were never seen before.

    Where shops disagree, the smallest number opens (nothing is sold that is not there) and the others stay
    unlinked until the seller types the true stock: they fall with the pool (``edits.unlinked``).
    """
    for sku in draft.skus():
        readings = [listing for listing in draft.linked(sku) if listing.shown is not None]
        if sku in draft.products or not readings:
            continue
        served = [listing for listing in readings if draft.given.shops[listing.id.shop].sends_stock]
        first = min(served or readings, key=lambda listing: listing.shown or 0)
        opened_at = _whole_second(first.observed_at or draft.given.now)
        price = next((listing.price for listing in readings if listing.price is not None), None)
        draft.open_product(Product(sku, 0, 0, price, opened_at))
        draft.move(Movement(sku, first.shown or 0, Cause.OPENING, f"{first.id.shop}/{first.id.sku_id}"))


def book_orders(draft: Draft) -> None:
    """Book every order line and cancellation that the ledger does not have yet."""
    for line in draft.given.lines:
        if line.sku not in draft.products and not line.is_taken:
            continue  # its listing was not read yet; the line waits in the mirror
        listing = draft.listings.get(line.listing)
        recipe = draft.parts_of(line.sku)
        parts = [Goods(part, units, _opened_at(draft, part, listing)) for part, units in recipe.items()]
        effect = effect_of(line, _opened_at(draft, line.sku, listing), parts)
        for movement in effect.movements:
            draft.move(movement)
            if parts and line.is_reserving and movement.cause is Cause.ORDER:
                draft.promise(movement.sku, -movement.delta)
        if listing is None:
            continue
        if effect.lowers_listing:
            listing = _lowered(listing, line)
        if effect.raises_listing:
            # What is unexplained from now on is another difference, even where it is as large as before.
            listing = replace(listing, told=listing.told and listing.told.raised(), unexplained=None)
        draft.change_listing(listing)


def _opened_at(draft: Draft, sku: Sku, listing: ListingState | None) -> datetime:
    """From when on orders count: what a shop sold before it was connected never was in the stock we know."""
    product, first_seen_at = draft.products.get(sku), listing.first_seen_at if listing else None
    opened_at = product.opened_at if product else draft.given.now
    return opened_at if first_seen_at is None else max(opened_at, _whole_second(first_seen_at))


def _whole_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _lowered(listing: ListingState, line: LineFact) -> ListingState:
    is_overwritten = _fell_into_write(listing, line.created_at)
    told = listing.told and listing.told.lowered(maybe_overwritten=is_overwritten)
    came_before = listing.written_from is not None and line.created_at <= listing.written_from
    sending = listing.sending and listing.sending.lowered(came_before=came_before)
    return replace(listing, told=told, sending=sending, unexplained=None)


def _fell_into_write(listing: ListingState, moment: datetime) -> bool:
    """Whether an order of ``moment``, which we did not see until now, may have been overwritten.

    That it came before our read does not mean that we allowed for it: it can have hidden behind a slack, behind a
    number that we never agreed on, or in the window of an earlier write. However long before: between the orders that
    we knew of and our write any time may have passed.
    """
    if listing.written_from is None:
        return False
    return listing.written_to is None or moment <= listing.written_to + WINDOW_MARGIN


def settle_unknown_writes(draft: Draft) -> None:
    """Tell from what was read in this cycle whether writes that got no answer happened, all orders being booked."""
    for listing in list(draft.listings.values()):
        if listing.sending is not None and listing.shown is not None:
            told = settle(listing.told, listing.sending, listing.shown)
            draft.change_listing(replace(listing, told=told, sending=None))


def report_unlinked(draft: Draft, deal: Deal) -> None:
    """Name the shops whose number was never agreed and is not about to be."""
    for listing in draft.listings.values():
        is_served = draft.given.shops[listing.id.shop].sends_stock and listing.quantity_is_editable
        if not listing.sku or listing.sku not in draft.products or not is_served:
            continue
        if listing.status is ListingStatus.DELETED or listing.told is not None or listing.shown is None:
            continue
        if listing.sku not in draft.decided and not listing.commanded:
            stock = deal.allotments(listing.sku)[listing.id]
            draft.ask_about(listing.id, which_number(draft, listing, shown=listing.shown, stock=stock))
