"""Cancellations and returns: the connector against the sandbox, over real HTTP."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from daemon.domain.after_sales import CancelState, ReturnKind, ReturnState
from daemon.domain.values import ListingId
from daemon.errors import ItemError, TryLaterError
from daemon.marketplaces.tiktok_shop import after_sales_models as models
from daemon.marketplaces.tiktok_shop import after_sales_words as words

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PACKED = "seller_reject_apply_product_has_been_packed"


@pytest.fixture
def sku(world):
    return next(each["seller_sku"] for each in world.listings() if each["quantity"] >= 10)


@pytest.fixture
def desk(world):
    """Call the after-sales methods of a connector of its own, and check what went over the wire."""

    def use(work):
        async def run():
            connector = world.connector()
            try:
                return await work(connector.after_sales)
            finally:
                await connector.aclose()

        result = asyncio.run(run())
        assert world.faults() == []
        return result

    return use


def about(desk, order_id, *, since=LONG_AGO, what="cancellations"):
    async def read(after_sales):
        return [each async for page in getattr(after_sales, what)(since) for each in page]

    return [each for each in desk(read) if each.order_id == order_id]


def the_return(desk, order_id):
    (asked,) = about(desk, order_id, what="returns")
    return asked


def delivered(world, sku, quantity=2):
    order_id = world.order(sku, quantity=quantity)
    for _ in range(3):
        world.control(f"orders/{order_id}/advance")
    return order_id


def status(world, order_id):
    return next(each["status"] for each in world._get("state")["orders"] if each["id"] == order_id)


def test_a_buyers_request_tells_until_when_it_has_to_be_answered(world, desk, sku):
    order_id = world.order(sku)
    assert about(desk, order_id) == []
    world.control(f"orders/{order_id}/ask-cancel")
    (request,) = about(desk, order_id)
    assert (request.state, request.is_by_buyer, request.must_replenish) == (CancelState.ASKED, True, False)
    assert request.reason == "Berubah pikiran"
    assert request.answer_by == request.updated_at + timedelta(days=2)
    assert about(desk, order_id, since=request.updated_at + timedelta(seconds=1)) == []


def test_a_granted_request_cancels_the_order_and_granting_it_again_is_done(world, desk, sku):
    order_id = world.order(sku)
    world.control(f"orders/{order_id}/ask-cancel")
    (request,) = about(desk, order_id)
    for _ in range(2):
        desk(lambda after_sales: after_sales.approve_cancellation(request.id))
    assert status(world, order_id) == "CANCELLED"
    (granted,) = about(desk, order_id)
    assert (granted.state, granted.answer_by) == (CancelState.GRANTED, None)


def test_a_request_that_somebody_else_granted_counts_as_granted(world, desk, sku):
    order_id = world.order(sku)
    world.control(f"orders/{order_id}/ask-cancel")
    (request,) = about(desk, order_id)
    world.control(f"orders/{order_id}/cancel")
    desk(lambda after_sales: after_sales.approve_cancellation(request.id))
    assert status(world, order_id) == "CANCELLED"
    with pytest.raises(ItemError, match="25001051"):
        desk(lambda after_sales: after_sales.reject_cancellation(request.id, PACKED))


def test_a_refused_request_leaves_the_order_as_it_is(world, desk, sku):
    order_id = world.order(sku)
    world.control(f"orders/{order_id}/ask-cancel")
    (request,) = about(desk, order_id)
    reasons = desk(lambda after_sales: after_sales.reject_reasons(request.id))
    assert PACKED in [reason.name for reason in reasons]
    desk(lambda after_sales: after_sales.reject_cancellation(request.id, PACKED, comment="Sudah di kardus"))
    assert about(desk, order_id)[0].state is CancelState.DROPPED
    assert status(world, order_id) == "AWAITING_SHIPMENT"


def test_a_seller_cancels_for_a_reason_that_the_marketplace_offers(world, desk, sku):
    order_id = world.order(sku)
    reasons = desk(lambda after_sales: after_sales.cancel_reasons(order_id))
    with pytest.raises(ItemError) as refused:
        desk(lambda after_sales: after_sales.cancel_order(order_id, "karena_bosan"))
    assert refused.value.code == 25001014
    for _ in range(2):
        desk(lambda after_sales: after_sales.cancel_order(order_id, reasons[-1]))
    assert status(world, order_id) == "CANCELLED"
    assert not about(desk, order_id)[0].is_by_buyer
    assert desk(lambda after_sales: after_sales.cancel_reasons(order_id)) == []


def test_a_cancellation_without_an_answer_is_made_again(world, desk, sku):
    order_id = world.order(sku)
    world.fault("cancellations$", "drop_after")
    desk(lambda after_sales: after_sales.cancel_order(order_id, "seller_cancel_reason_wrong_price"))
    assert status(world, order_id) == "CANCELLED"


def test_goods_come_back_step_by_step(world, desk, sku):
    order_id = delivered(world, sku)
    return_id = world.control(f"orders/{order_id}/returns")["id"]
    asked = the_return(desk, order_id)
    assert (asked.kind, asked.state, asked.is_received) == (ReturnKind.RETURN, ReturnState.ASKED, False)
    assert asked.answer_by is not None
    assert [line.sku for line in asked.lines] == [sku, sku]
    assert len({line.order_line_id for line in asked.lines}) == 2

    desk(lambda after_sales: after_sales.approve_return(asked))
    awaited = the_return(desk, order_id)
    assert (awaited.state, awaited.answer_by) == (ReturnState.AWAITED, None)
    with pytest.raises(ItemError, match=r"after_sales\.not_asked"):
        desk(lambda after_sales: after_sales.approve_return(awaited))

    world.control(f"returns/{return_id}/send-back")
    sent = the_return(desk, order_id)
    assert (sent.state, sent.is_received) == (ReturnState.SENT, False)
    for _ in range(2):
        desk(lambda after_sales: after_sales.approve_return(sent))
    assert the_return(desk, order_id).is_received


def test_a_lost_answer_to_an_approval_is_no_second_decision(world, desk, sku):
    order_id = delivered(world, sku)
    world.control(f"orders/{order_id}/returns")
    asked = the_return(desk, order_id)
    world.fault("/approve$", "drop_after")
    desk(lambda after_sales: after_sales.approve_return(asked))
    assert the_return(desk, order_id).state is ReturnState.AWAITED


def test_money_alone_brings_no_goods_back(world, desk, sku):
    kept, money = delivered(world, sku), delivered(world, sku)
    world.control(f"orders/{kept}/returns")
    world.control(f"orders/{money}/returns", type="REFUND")
    asked = the_return(desk, kept)
    desk(lambda after_sales: after_sales.approve_return(asked, keeps_goods=True))
    refund = the_return(desk, money)
    desk(lambda after_sales: after_sales.approve_return(refund))
    for order_id in (kept, money):
        settled = the_return(desk, order_id)
        assert (settled.state, settled.is_received) == (ReturnState.SETTLED, False)


def test_a_bundle_that_comes_back_names_the_very_units_that_its_order_did(world, desk, sku):
    shop, parts = world.shop.name, [{"seller_sku": sku, "quantity": 2}]
    world.control("bundles", shop=shop, seller_sku="PAKET-DUA", parts=parts)
    order_id = delivered(world, "PAKET-DUA", quantity=1)
    world.control(f"orders/{order_id}/returns")
    asked = the_return(desk, order_id)
    assert [line.sku for line in asked.lines] == [sku, sku]

    async def read():
        connector = world.connector()
        try:
            return [order async for page in connector.changed_orders(LONG_AGO) for order in page]
        finally:
            await connector.aclose()

    (order,) = (each for each in asyncio.run(read()) if each.id == order_id)
    assert [line.id for line in order.lines] == [line.order_line_id for line in asked.lines]


def test_a_refused_return_is_over(world, desk, sku):
    order_id = delivered(world, sku)
    world.control(f"orders/{order_id}/returns")
    asked = the_return(desk, order_id)
    reasons = desk(lambda after_sales: after_sales.reject_reasons(asked.id))
    desk(lambda after_sales: after_sales.reject_return(asked, reasons[0].name, comment="Barang sesuai"))
    assert the_return(desk, order_id).state is ReturnState.DROPPED


def test_many_cancellations_come_in_pages(world, desk, sku):
    orders = {world.order(sku, status="UNPAID") for _ in range(8)}
    before = len(world.calls("cancellations/search"))
    for order_id in orders:
        world.control(f"orders/{order_id}/cancel")

    async def read(after_sales):
        return [page async for page in after_sales.cancellations(LONG_AGO)]

    pages = desk(read)
    assert orders <= {each.order_id for page in pages for each in page}
    assert len(world.calls("cancellations/search")) == before + len(pages)
    newest_last = [each.updated_at for page in pages for each in page]
    assert newest_last == sorted(newest_last)


def test_auto_restock_is_switched_for_the_skus_that_the_shop_has(world, desk):
    listing = world.listings()[0]
    known = ListingId(world.shop.name, listing["product_id"], listing["sku_id"])
    unknown = replace(known, sku_id="1720000000000000009")

    def switch(*, is_on):
        return desk(lambda shop: shop.set_auto_restock(world.shop.shop_id, [known, unknown], is_on=is_on))

    assert switch(is_on=False) == [unknown]
    assert switch(is_on=True) == [unknown]


def test_words_that_nobody_knows_yet_ask_nothing_and_bring_nothing_back():
    strange = models.Return(return_id="1", order_id="2", return_type="SWAP", return_status="ON_THE_MOON")
    shown = words.return_("toko", strange)
    assert (shown.kind, shown.state, shown.is_received) == (ReturnKind.UNKNOWN, ReturnState.UNKNOWN, False)
    granted = words.return_("toko", strange.model_copy(update={"return_status": "RETURN_OR_REFUND_REQUEST_COMPLETE"}))
    assert not granted.is_received
    odd = words.cancellation("toko", models.Cancellation(cancel_id="1", order_id="2", cancel_status="MAYBE"))
    assert odd.state is CancelState.UNKNOWN


@pytest.mark.parametrize("word", ["CANCELLATION_REQUEST_CANCEL", "CANCELLATION_REQUEST_CANCELLED"])
def test_both_spellings_of_a_dropped_request_mean_the_same(word):
    wire = models.Cancellation(cancel_id="1", order_id="2", cancel_status=word)
    assert words.cancellation("toko", wire).state is CancelState.DROPPED


# Versions that are not open to every app.


@pytest.fixture
def old_world(world):
    """A marketplace that opened only the older versions to this app."""
    for path in ("/return_refund/202602/", "/return_refund/202606/"):
        world.control("faults", path=path, kind="refuse", code=36009014, http_status=400, times=99)
    return world


def test_an_app_with_the_older_versions_only_sees_and_answers_the_same(old_world, desk, sku):
    order_id = old_world.order(sku)
    assert "seller_cancel_reason_out_of_stock" in desk(lambda after_sales: after_sales.cancel_reasons(order_id))
    desk(lambda after_sales: after_sales.cancel_order(order_id, "seller_cancel_reason_out_of_stock"))
    (cancelled,) = about(desk, order_id)
    assert cancelled.state is CancelState.GRANTED


def test_a_version_that_is_not_open_is_asked_for_once(old_world, desk, sku):
    async def look_twice(after_sales):
        for _ in range(2):
            async for _page in after_sales.returns(LONG_AGO):
                pass

    desk(look_twice)
    asked = old_world.client.get("/_sandbox/log").json()
    versions = [call["path"].split("/")[2] for call in asked if call["path"].endswith("/returns/search")]
    assert versions[-3:] == ["202602", "202309", "202309"]


def test_where_no_version_is_open_the_refusal_is_told(old_world, desk):
    old_world.control("faults", path="/return_refund/202309/", kind="refuse", code=36009014, http_status=400, times=9)

    async def look(after_sales):
        async for _page in after_sales.returns(LONG_AGO):
            pass

    with pytest.raises(TryLaterError, match="36009014"):
        desk(look)
