"""What any connector must do for the seller's desk, over real HTTP: shop windows, sending, and what buyers cancel."""

import pytest
from contract.asking import LONG_AGO, listing_of, orders_since, use

from daemon.domain.after_sales import CancelState
from daemon.domain.fulfilment import DropOff, PackageStatus
from daemon.domain.values import ListingStatus, OrderStatus, WindowState
from daemon.errors import ItemError


async def packages(shop):
    return [package async for page in shop.fulfilment.packages(LONG_AGO) for package in page]


async def cancellations(shop):
    return [asked async for page in shop.after_sales.cancellations(LONG_AGO) for asked in page]


# Shop windows.


def test_goods_are_hidden_in_every_window_and_shown_again(market, sku):
    async def switch(shop):
        listing = await listing_of(shop, sku)
        product = listing.id.product_id
        windows = (await shop.read_windows(product)).keys()
        refused = [await shop.switch([product], windows, is_on=False)]
        hidden = await shop.read_windows(product), (await listing_of(shop, sku)).status
        refused.append(await shop.switch([product], windows, is_on=True))
        return listing.status, refused, hidden, await shop.read_windows(product)

    before, refused, (windows, status), after = use(market.connector(), switch)
    assert (before, status) == (ListingStatus.ACTIVE, ListingStatus.INACTIVE)
    assert refused == [{}, {}]
    assert set(windows.values()) == {WindowState.OFF}
    assert set(after.values()) <= {WindowState.ON, WindowState.IN_REVIEW}


def test_a_product_that_is_not_there_is_refused_and_the_others_are_switched(market, sku):
    async def switch(shop):
        product = (await listing_of(shop, sku)).id.product_id
        windows = (await shop.read_windows(product)).keys()
        return await shop.switch(["1", product], windows, is_on=False), await shop.read_windows(product)

    refused, windows = use(market.connector(), switch)
    assert refused.keys() == {"1"}
    assert set(windows.values()) == {WindowState.OFF}


# Sending.


def test_a_package_is_sent_once_and_sending_it_again_counts_as_done(market, sku):
    order_id = market.sell(sku, 2)

    async def send(shop):
        (package,) = await packages(shop)
        refused = [await shop.fulfilment.ship({package.id: DropOff()}) for _ in range(2)]
        (order,) = await orders_since(shop)
        return package, refused, order, (await packages(shop))[0], await shop.fulfilment.label(package)

    before, refused, order, after, label = use(market.connector(), send)
    assert (before.status, after.status) == (PackageStatus.TO_SHIP, PackageStatus.TO_COLLECT)
    assert (list(before.order_ids), len(before.line_ids)) == ([order_id], 2)
    assert refused == [{}, {}]
    assert order.status is OrderStatus.TO_COLLECT
    assert order.tracking_number == after.tracking_number != ""
    assert label.startswith(b"%PDF")


def test_a_package_that_is_not_there_is_refused_and_the_others_are_sent(market, sku):
    market.sell(sku)

    async def send(shop):
        (package,) = await packages(shop)
        refused = await shop.fulfilment.ship({"1": DropOff(), package.id: DropOff()})
        return refused, (await packages(shop))[0].status

    refused, status = use(market.connector(), send)
    assert refused.keys() == {"1"}
    assert status is PackageStatus.TO_COLLECT


# What buyers cancel.


@pytest.mark.parametrize("is_granted", [True, False])
def test_what_a_buyer_asks_is_told_and_answered_once(market, sku, is_granted):
    order_id = market.sell(sku, 2)
    market.ask_to_cancel(order_id)

    async def answer(shop):
        desk = shop.after_sales
        (asked,) = await cancellations(shop)
        if is_granted:
            for _ in range(2):
                await desk.approve_cancellation(asked.id)
        else:
            reason = (await desk.reject_reasons(asked.id))[0]
            await desk.reject_cancellation(asked.id, reason.name)
        return asked, (await cancellations(shop))[0].state, (await orders_since(shop))[0].status

    asked, state, status = use(market.connector(), answer)
    assert (asked.order_id, asked.state, asked.is_by_buyer) == (order_id, CancelState.ASKED, True)
    assert asked.answer_by > asked.updated_at
    assert state is (CancelState.GRANTED if is_granted else CancelState.DROPPED)
    assert (status is OrderStatus.CANCELLED) is is_granted


def test_a_buyer_is_among_those_who_wait_until_the_seller_has_answered(market, sku):
    order_id = market.sell(sku)
    market.ask_to_cancel(order_id)

    async def answer(shop):
        desk = shop.after_sales
        (asked,) = before = [each async for page in desk.waiting_cancellations() for each in page]
        await desk.approve_cancellation(asked.id)
        return before, [each async for page in desk.waiting_cancellations() for each in page]

    (asked,), after = use(market.connector(), answer)
    assert (asked.order_id, asked.state, after) == (order_id, CancelState.ASKED, [])


def test_a_seller_cancels_for_a_reason_that_may_be_given_now_and_only_once(market, sku):
    order_id = market.sell(sku)

    async def cancel(shop):
        reason = (await shop.after_sales.cancel_reasons(order_id))[0]
        for _ in range(2):
            await shop.after_sales.cancel_order(order_id, reason)
        return (await orders_since(shop))[0].status

    assert use(market.connector(), cancel) is OrderStatus.CANCELLED


def test_an_order_of_nobody_cannot_be_cancelled(market, sku):
    market.sell(sku)
    with pytest.raises(ItemError):
        use(market.connector(), lambda shop: shop.after_sales.cancel_order("1", "any"))
