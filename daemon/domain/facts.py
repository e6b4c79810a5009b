"""The marketplace's side of reconcile: first sight of goods, order lines, and what the shops show."""

from dataclasses import replace
from datetime import datetime, timedelta

from daemon.domain.draft import Draft
from daemon.domain.messages import message
from daemon.domain.orders import LineFact, effect_of
from daemon.domain.rows import Field
from daemon.domain.snapshot import ListingState, MarketplaceEdit, Product
from daemon.domain.stock import Cause, Movement, Told, is_settled, seen, settle, shown_for
from daemon.domain.values import ListingStatus

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
    unlinked until the seller types the true stock.
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
        product = draft.products.get(line.sku)
        if product is None:
            continue  # its listing was not read yet; the line waits in the mirror
        listing = draft.listings.get(line.listing)
        effect = effect_of(line, _opened_at(product, listing))
        for movement in effect.movements:
            draft.move(movement)
        if listing is None:
            continue
        if effect.lowers_listing:
            listing = _lowered(listing, line, draft.given.shops[listing.id.shop].lag)
        if effect.raises_listing:
            # What is unexplained from now on is another difference, even where it is as large as before.
            listing = replace(listing, told=listing.told and listing.told.raised(), unexplained=None)
        draft.change_listing(listing)


def _opened_at(product: Product, listing: ListingState | None) -> datetime:
    """From when on orders count: what a shop sold before it was connected never was in the stock we know."""
    first_seen_at = listing.first_seen_at if listing else None
    return product.opened_at if first_seen_at is None else max(product.opened_at, _whole_second(first_seen_at))


def _whole_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _lowered(listing: ListingState, line: LineFact, lag: timedelta) -> ListingState:
    is_overwritten = _fell_into_write(listing, line.created_at, lag)
    told = listing.told and listing.told.lowered(maybe_overwritten=is_overwritten)
    came_before = listing.written_from is not None and line.created_at <= listing.written_from
    sending = listing.sending and listing.sending.lowered(came_before=came_before)
    return replace(listing, told=told, sending=sending, unexplained=None)


def _fell_into_write(listing: ListingState, moment: datetime, lag: timedelta) -> bool:
    """Whether an order of ``moment``, which we did not see until now, may have been overwritten.

    That it came before our read does not mean that we allowed for it: until one ``lag`` has passed it can hide behind
    a slack, behind a number that we never agreed on, or in the window of an earlier write.
    """
    if listing.written_from is None or moment < listing.written_from - lag - WINDOW_MARGIN:
        return False
    return listing.written_to is None or moment <= listing.written_to + WINDOW_MARGIN


def settle_unknown_writes(draft: Draft) -> None:
    """Tell from what was read in this cycle whether writes that got no answer happened, all orders being booked."""
    for listing in list(draft.listings.values()):
        if listing.sending is not None and listing.shown is not None:
            told = settle(listing.told, listing.sending, listing.shown)
            draft.change_listing(replace(listing, told=told, sending=None))


def explain_observations(draft: Draft) -> None:
    """Compare what every shop shows with what facts explain; settle differences that have stood long enough."""
    for listing in list(draft.listings.values()):
        policy = draft.given.shops[listing.id.shop]
        if listing.sku not in draft.products or listing.shown is None or listing.told is None:
            continue
        if listing.status is ListingStatus.DELETED:
            continue  # what a deleted listing shows is no number of anybody
        difference = seen(listing.unexplained, listing.told.unexplained(listing.shown), draft.given.now)
        if difference is None or not is_settled(difference, draft.given.now, policy.lag):
            draft.change_listing(replace(listing, unexplained=difference))
            continue
        if policy.marketplace_edit is MarketplaceEdit.ACCEPT:
            reference = f"{listing.id.shop}/{listing.id.sku_id}@{draft.given.cycle}"
            draft.move(Movement(listing.sku, difference.units, Cause.MARKETPLACE_EDIT, reference))
        draft.change_listing(replace(listing, told=Told(listing.shown), unexplained=None))


def report_unlinked(draft: Draft) -> None:
    """Name the shops whose number was never agreed and is not about to be."""
    for listing in draft.listings.values():
        product = draft.products.get(listing.sku)
        policy = draft.given.shops[listing.id.shop]
        if product is None or not policy.sends_stock or not listing.quantity_is_editable:
            continue
        if listing.status is ListingStatus.DELETED or listing.told is not None or listing.shown is None:
            continue
        if listing.sku not in draft.decided and not listing.commanded:
            reason = message(
                "stock.differs_between_shops",
                shop=listing.id.shop,
                shown=listing.shown,
                stock=shown_for(product.available),
            )
            draft.hold(listing.sku, None, Field.STOCK, reason)
