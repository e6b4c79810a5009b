"""What buyers cancel and send back, from the marketplace to the sheet."""

from dataclasses import replace
from datetime import timedelta

import pytest

import daemon.pull
from daemon import undo
from daemon.domain.after_sales import Return, ReturnKind, ReturnLine, ReturnState
from daemon.domain.messages import Message
from daemon.domain.plan import Plan
from daemon.mirror import ledger, observations
from daemon.returns import LOOK_BACK, restock

DAY_S = 86_400


def without_restock(market):
    for shop in market.shops:
        market._post(f"restock/{shop}", {"enabled": False})


@pytest.mark.parametrize("restocks", [True, False])
def test_a_cancelled_unit_is_on_sale_again_everywhere_whether_the_shop_put_it_back_or_not(house, market, sku, restocks):
    if not restocks:
        without_restock(market)
    order = market.order(sku, 3)
    house.cycle()
    market.cancel(order)
    house.cycle()
    house.settle()
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (12, (12, 12))
    assert house.movements(sku) == [("order", -1)] * 3 + [("cancel", 1)] * 3
    assert house.outbox() == []


def test_a_request_to_cancel_moves_nothing_until_it_is_granted(house, market, sku):
    order = market.order(sku, 2)
    house.cycle()
    market._post(f"orders/{order}/ask-cancel", {})
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (10, (10, 10))
    house.clock.move(2 * DAY_S)
    house.cycle()
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (12, (12, 12))


@pytest.mark.parametrize("seen", [("AWAITING_SHIPMENT", "IN_TRANSIT"), ("AWAITING_SHIPMENT",), ()], ids=range(3))
def test_a_parcel_that_the_courier_loses_is_gone_however_little_we_saw_of_its_way(house, market, sku, seen):
    order = market.order(sku)
    for status in ("AWAITING_SHIPMENT", "AWAITING_COLLECTION", "IN_TRANSIT"):
        if status in seen:
            house.cycle()
        if status != "IN_TRANSIT":
            market.advance(order)
    market._post(f"orders/{order}/lose", {})
    for _ in range(2):
        house.cycle()
        house.settle()
    assert (house.stock(sku), market.stock(sku)) == (11, (11, 11))
    assert house.movements(sku) == [("order", -1)]
    assert house.outbox() == []


def test_a_cancellation_that_the_search_lost_is_found_within_the_hour(house, market, sku):
    without_restock(market)
    lost, waiting = market.order(sku), market.order(sku)
    house.cycle()
    house.clock.move(60)
    market.cancel(lost)
    with house.parts.mirror.transaction() as tx:
        observations.set_orders_seen_to(tx, market.shops[0], house.clock.now() + timedelta(minutes=30))
    house.cycle()
    assert house.movements(sku) == [("order", -1)] * 2
    house.clock.move(3600)
    asked, _ = house.calls_during(house.cycle)
    assert house.movements(sku) == [("order", -1)] * 2 + [("cancel", 1)]
    assert [path for path in asked if path.endswith("/orders")] == ["/order/202507/orders"]
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (11, (11, 11))
    assert waiting


def test_an_open_order_that_cannot_be_read_by_id_keeps_nothing_else_back(house, market, sku):
    market.order(sku)
    for _ in range(2):
        house.cycle()
        house.clock.move(3600)
    market.trouble("/order/202507/", "garbage", times=None)
    house.types(sku, stock=20)
    asked, result = house.calls_during(house.cycle)
    market.peace()
    assert not result.errors
    assert {"/order/202507/orders", "/product/202502/products/search"} <= set(asked)
    assert market.stock(sku) == (20, 20)
    assert [path for path in house.calls_during(house.cycle)[0] if path.endswith("/202507/orders")] == []


def test_however_many_open_orders_are_read_by_id_it_is_seen_that_the_work_gets_on(house, market, sku, monkeypatch):
    monkeypatch.setattr(daemon.pull, "OPEN_AT_ONCE", 2)
    for _ in range(3):
        market.order(sku)
    for _ in range(2):
        house.cycle()
        house.clock.move(3600)
    seen = []
    house.parts = replace(house.parts, progress=lambda *told: seen.append(told))
    asked, _ = house.calls_during(house.cycle)
    assert [path for path in asked if path.endswith("/orders")] == ["/order/202507/orders"] * 2
    assert [told for told in seen if told[0] == "orders"][-2:] == [("orders", market.shops[0], read) for read in (2, 3)]


def test_an_order_that_nobody_pays_gives_its_units_back(house, market, sku):
    without_restock(market)
    market.order(sku, 2, status="UNPAID")
    house.cycle()
    assert market.stock(sku) == (10, 10)
    house.clock.move(DAY_S)
    house.cycle()
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (12, (12, 12))


def test_units_of_a_campaign_are_not_taken_away_and_the_row_says_so(house, market, sku):
    market.edit(sku, at=0, locked=5)
    house.types(sku, stock=2)
    house.cycle()
    assert market.stock(sku) == (12, 2)
    assert house.outbox() == ["refused"]
    house.cycle()
    assert "promo" in house.note(sku)
    market.edit(sku, at=0, locked=0)
    house.clock.move(DAY_S)
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (2, (2, 2))


def test_what_came_back_in_good_condition_is_on_sale_in_every_shop_after_the_next_cycle(house, market, sku, other):
    sell_bundle(market, "PAKET-TOKO", {sku: 1, other: 2})
    house.cycle()
    order = market.order("PAKET-TOKO", 2)
    for _ in range(3):
        market.advance(order)
    house.cycle()
    request = market._post(f"orders/{order}/returns", {})["id"]
    for step, body in (
        ("answer", {"decision": "APPROVE_RETURN"}),
        ("send-back", {}),
        ("answer", {"decision": "APPROVE_RECEIVED_PACKAGE"}),
    ):
        market._post(f"returns/{request}/{step}", body)
    house.cycle()
    assert (house.stock(sku), market.stock(other)) == (10, (36, 36))
    restocks(house, request, {sku: 1, other: 3})
    house.cycle()
    assert (house.stock(sku), house.stock(other)) == (11, 39)
    assert (market.stock(sku), market.stock(other)) == ((11, 11), (39, 39))
    assert house.movements(sku) == [("order", -1)] * 2 + [("return", 1)]


def restocks(house, request, good):
    """The seller runs ``selaras restock``."""

    async def read():
        shop = house.parts.shops[0].connector
        since = shop.server_now() - LOOK_BACK
        return [asked async for page in shop.after_sales.returns(since) for asked in page if asked.id == request]

    (asked,) = house.runner.run(read())
    assert isinstance(booked(house, asked, good), Plan)


def booked(house, asked, good=None):
    """What ``selaras restock`` makes of a return."""
    with house.parts.mirror.transaction() as tx:
        return restock(tx, asked, good or {}, house.parts.texts, now=house.clock.now())


def returned(house, order, sku, *, lines=None):
    """A return of the whole order as the marketplace tells it at its end."""
    if lines is None:
        lines = [line for (line,) in house.query("SELECT line_id FROM order_lines WHERE order_id = ?", order)]
    return Return(
        shop=house.market.shops[0],
        id="4039000000000000007",
        order_id=order,
        kind=ReturnKind.RETURN,
        state=ReturnState.SETTLED,
        reason="",
        asked_at=house.clock.now(),
        updated_at=house.clock.now(),
        answer_by=None,
        keeps_goods=False,
        lines=tuple(ReturnLine(line, sku, sku, "") for line in lines),
    )


def is_whole(house):
    with house.parts.mirror.transaction() as tx:
        return ledger.verify(tx).is_whole


def undoes_the_last_run(house):
    with house.parts.mirror.transaction() as tx:
        run = tx.exec_driver_sql("SELECT max(id) FROM cycles").scalar()
        plan = undo.undo(tx, str(run), is_running=False)
        assert isinstance(plan, Plan)
        undo.carry_out(tx, plan, house.parts.texts, now=house.clock.now())


def test_an_order_that_is_cancelled_after_its_goods_were_restocked_gives_nothing_back_once_more(house, market, sku):
    order = market.order(sku, 1)
    house.cycle()
    assert isinstance(booked(house, returned(house, order, sku)), Plan)
    market.cancel(order)
    house.cycle()
    house.cycle()
    assert house.movements(sku) == [("order", -1), ("return", 1)]
    assert is_whole(house)


def test_what_was_restocked_and_undone_can_be_restocked_in_part(house, market, sku):
    order = market.order(sku, 2)
    house.cycle()
    asked = returned(house, order, sku)
    for good, left in (({}, 12), ({sku: 1}, 11), ({sku: 2}, 12)):
        assert isinstance(booked(house, asked, good), Plan)
        assert house.query("SELECT available FROM products WHERE sku = ?", sku) == [(left,)]
        assert is_whole(house)
        undoes_the_last_run(house)
    booked(house, asked)
    house.cycle()
    assert (house.stock(sku), market.stock(sku)) == (12, (12, 12))
    assert isinstance(booked(house, asked), Message)


def test_a_unit_that_a_return_names_twice_comes_back_once(house, market, sku):
    order = market.order(sku, 1)
    house.cycle()
    asked = returned(house, order, sku)
    booked(house, replace(asked, lines=asked.lines * 2))
    assert house.movements(sku) == [("order", -1), ("return", 1)]


def test_goods_that_came_back_before_their_stock_was_first_seen_are_not_added_to_it(open_house, market, sku):
    order = market.order(sku, 2)
    for _ in range(3):
        market.advance(order)
    early = market.clock.now()
    house = open_house()
    asked = returned(house, order, sku)
    why = booked(house, replace(asked, asked_at=early))
    assert isinstance(why, Message)
    assert why.code == "returns.counted"
    assert isinstance(booked(house, replace(asked, asked_at=house.clock.now() + timedelta(days=1))), Plan)


def test_an_order_that_was_not_read_yet_is_to_be_read_first(house, market, sku):
    order = market.order(sku, 1)
    asked = returned(house, order, sku, lines=["1"])
    why = booked(house, asked)
    assert isinstance(why, Message)
    assert why.code == "returns.unread"
    house.cycle()
    assert isinstance(booked(house, returned(house, order, sku)), Plan)


@pytest.mark.parametrize("policy", ["accept", "overwrite", "ask"])
def test_the_number_of_a_bundle_that_the_marketplace_makes_is_nobodys_edit(open_house, market, sku, other, policy):
    house = open_house(
        change=lambda text: text.replace("{sync: update}", f"{{sync: update, marketplace_edit: {policy}}}")
    )
    sell_bundle(market, "PAKET-TOKO", {sku: 1, other: 2})
    house.cycle()
    market.order("PAKET-TOKO", 3)
    for _ in range(4):
        house.cycle()
        house.settle()
    assert house.movements("PAKET-TOKO") == []
    assert (house.outbox(), house.note("PAKET-TOKO")) == ([], None)
    assert (house.stock(sku), market.stock(sku), house.movements(sku)) == (9, (9, 9), [("order", -1)] * 3)


def test_a_bundle_shows_itself_by_the_refusal_of_its_stock_and_is_left_alone_then(house, market, sku, other):
    sell_bundle(market, "PAKET-TOKO", {sku: 1, other: 2})
    house.cycle()
    house.types("PAKET-TOKO", stock=5)
    house.save_cycle()
    assert house.outbox() == ["refused"]
    house.cycle()
    house.cycle()
    assert house.outbox() == []
    assert "PAKET-TOKO" not in {
        sku for (sku,) in house.query("SELECT sku FROM listings WHERE quantity_is_editable = 1")
    }


def sell_bundle(market, name, parts, *, at=0):
    lines = [{"seller_sku": sku, "quantity": units} for sku, units in parts.items()]
    market._post("bundles", {"shop": market.shops[at], "seller_sku": name, "parts": lines})


def test_a_bundle_that_the_marketplace_makes_takes_its_parts_from_the_ledger(house, market, sku, other):
    sell_bundle(market, "PAKET-TOKO", {sku: 1, other: 2})
    house.cycle()
    order = market.order("PAKET-TOKO", 3)
    house.cycle()
    assert (house.stock(sku), house.stock(other)) == (9, 34)
    assert (market.stock(sku), market.stock(other)) == ((9, 9), (34, 34))
    assert house.movements(sku) == [("order", -1)] * 3
    market.cancel(order)
    house.cycle()
    house.settle()
    house.cycle()
    assert (house.stock(sku), house.stock(other)) == (12, 40)
    assert (market.stock(sku), market.stock(other)) == ((12, 12), (40, 40))
