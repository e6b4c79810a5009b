import pytest

CANCELLATIONS = "/return_refund/202602/cancellations"
HOUR_S = 3600
DAY_S = 86_400


@pytest.fixture
def sku(seller):
    return next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] >= 10)


def cancel(seller, order, reason="seller_cancel_reason_wrong_price", **more):
    return seller.call("POST", CANCELLATIONS, body={"order_id": order["id"], "cancel_reason": reason, **more})


def found(seller, body=None, *, version="202602", **query):
    path = f"/return_refund/{version}/cancellations/search"
    return seller.post(path, body or {}, query=query).get("cancellations", [])


def answer(seller, request, what, body=None, **query):
    path = f"/return_refund/202309/cancellations/{request['id']}/{what}"
    return seller.call("POST", path, body=body, query=query)["code"]


def asked(seller, order):
    reply = seller.control(f"/orders/{order['id']}/ask-cancel")
    assert reply.status_code == 201, reply.text
    return reply.json()


def detail(seller, order):
    return seller.get("/order/202507/orders", query={"ids": order["id"]})["orders"][0]


def stock(seller, sku):
    sku_id = seller.listing(sku)["sku_id"]
    (product,) = seller.post("/product/202309/inventory/search", {"sku_ids": [sku_id]})["inventory"]
    (shown,) = product["skus"]
    return shown["total_available_quantity"], shown["total_committed_quantity"]


def advance(seller, order, steps=1):
    for _ in range(steps):
        assert seller.control(f"/orders/{order['id']}/advance").status_code == 200


@pytest.mark.parametrize("restocks", [True, False])
def test_a_parcel_that_is_lost_on_its_way_is_cancelled_and_puts_nothing_back(seller, sku, restocks):
    seller.control("/restock/toko-1", {"enabled": restocks})
    order = seller.order(sku, 2)
    assert seller.control(f"/orders/{order['id']}/lose").status_code == 409
    advance(seller, order, 2)
    left = stock(seller, sku)
    assert seller.control(f"/orders/{order['id']}/lose").status_code == 200
    assert seller.control(f"/orders/{order['id']}/lose").status_code == 409
    assert stock(seller, sku) == left
    shown = detail(seller, order)
    assert (shown["status"], shown["cancellation_initiator"]) == ("CANCELLED", "SYSTEM")
    assert shown["collection_time"]
    [record] = found(seller)
    assert (record["cancel_reason"], record["role"]) == ("package_lost", "SYSTEM")
    assert not record["should_replenish_stock"]
    package = seller.get(f"/fulfillment/202309/packages/{shown['packages'][0]['id']}")
    assert (package["package_status"], package["package_sub_status"]) == ("CANCELLED", "CANCELLED")


@pytest.mark.parametrize("status", ["UNPAID", "ON_HOLD"])
def test_a_buyer_cancels_at_once_what_is_not_released(seller, sku, status):
    order = seller.order(sku, status=status)
    asked(seller, order)
    (shown,) = found(seller)
    assert detail(seller, order)["status"] == "CANCELLED"
    assert (shown["cancel_type"], shown["role"], shown["order_id"]) == ("BUYER_CANCEL", "BUYER", order["id"])
    assert shown["cancel_status"] == f"CANCELLATION_REQUEST_{'SUCCESS' if status == 'ON_HOLD' else 'COMPLETE'}"


def test_a_buyer_asks_the_seller_to_cancel_what_is_to_be_shipped(seller, sku):
    order = seller.order(sku, 2)
    before = stock(seller, sku)
    seller.clock.now += 60
    asked(seller, order)
    shown, request = detail(seller, order), found(seller)[0]
    assert (shown["status"], shown["is_buyer_request_cancel"]) == ("AWAITING_SHIPMENT", True)
    assert shown["request_cancel_time"] == shown["update_time"] + 60
    assert request["cancel_status"] == "CANCELLATION_REQUEST_PENDING"
    (step,) = request["seller_next_action_response"]
    assert step == {"action": "SELLER_RESPOND_BUYER_CANCEL", "deadline": request["create_time"] + 2 * DAY_S}
    assert len(request["cancel_line_items"]) == 2
    assert stock(seller, sku) == before
    waiting = seller.post("/order/202309/orders/search", {"is_buyer_request_cancel": True}, query={"page_size": "10"})
    assert [each["id"] for each in waiting["orders"]] == [order["id"]]


def test_an_approved_request_cancels_the_order_and_pays_the_money_back_later(seller, sku):
    available, _ = stock(seller, sku)
    order = seller.order(sku, 2)
    request = asked(seller, order)
    assert answer(seller, request, "approve") == 0
    assert detail(seller, order)["status"] == "CANCELLED"
    assert stock(seller, sku) == (available, 0)
    assert found(seller)[0]["cancel_status"] == "CANCELLATION_REQUEST_SUCCESS"
    seller.clock.now += HOUR_S
    assert found(seller)[0]["cancel_status"] == "CANCELLATION_REQUEST_COMPLETE"
    assert "seller_next_action_response" not in found(seller)[0]


def test_a_rejected_request_leaves_the_order_as_it_is_and_may_come_again(seller, sku):
    order = seller.order(sku)
    request = asked(seller, order)
    packed = {"reject_reason": "seller_reject_apply_product_has_been_packed", "comment": "Sudah di kardus"}
    assert answer(seller, request, "reject", packed) == 0
    assert detail(seller, order)["is_buyer_request_cancel"] is False
    assert found(seller)[0]["cancel_status"] == "CANCELLATION_REQUEST_CANCEL"
    assert found(seller, version="202309")[0]["cancel_status"] == "CANCELLATION_REQUEST_CANCELLED"
    asked(seller, order)
    assert detail(seller, order)["is_buyer_request_cancel"] is True


def test_a_request_that_nobody_answers_is_granted_even_when_the_label_is_printed(seller, sku):
    order = seller.order(sku)
    asked(seller, order)
    advance(seller, order)
    seller.clock.now += 2 * DAY_S - 1
    assert detail(seller, order)["status"] == "AWAITING_COLLECTION"
    seller.clock.now += 1
    assert detail(seller, order)["status"] == "CANCELLED"


def test_a_request_ends_when_the_courier_has_the_goods(seller, sku):
    order = seller.order(sku)
    request = asked(seller, order)
    advance(seller, order, 2)
    assert answer(seller, request, "approve") == 25001045
    seller.clock.now += 2 * DAY_S
    assert detail(seller, order)["status"] == "IN_TRANSIT"
    assert found(seller)[0]["cancel_status"] == "CANCELLATION_REQUEST_CANCEL"


def test_a_withdrawn_request_cannot_be_approved(seller, sku):
    order = seller.order(sku)
    request = asked(seller, order)
    assert seller.control(f"/orders/{order['id']}/keep").status_code == 200
    assert answer(seller, request, "approve") == 25001051
    assert detail(seller, order)["status"] == "AWAITING_SHIPMENT"


def test_an_answer_counts_once_per_idempotency_key(seller, sku):
    request = asked(seller, seller.order(sku))
    assert answer(seller, request, "approve", idempotency_key="kunci-1") == 0
    assert answer(seller, request, "approve", idempotency_key="kunci-1") == 0
    assert answer(seller, request, "approve", idempotency_key="kunci-2") == 25001051
    assert answer(seller, request, "approve", idempotency_key="k" * 256) == 25001001


def test_a_seller_cancels_with_a_reason_that_fits_the_status(seller, sku):
    paid, unpaid = seller.order(sku), seller.order(sku, status="UNPAID")
    assert cancel(seller, unpaid)["code"] == 25001021
    assert cancel(seller, paid, "karena_bosan")["code"] == 25001014
    data = cancel(seller, paid)["data"]
    assert data["cancel_status"] == "CANCELLATION_REQUEST_SUCCESS"
    assert cancel(seller, paid)["code"] == 25001051
    shown = detail(seller, paid)
    assert (shown["cancellation_initiator"], shown["cancel_reason"]) == ("SELLER", "Salah mencantumkan harga")
    (record,) = found(seller, {"cancel_ids": [data["cancel_id"]]})
    assert (record["cancel_type"], record["cancel_reason"]) == ("CANCEL", "seller_cancel_reason_wrong_price")


def test_a_seller_cannot_cancel_what_is_shipped_nor_what_the_buyer_asks_about(seller, sku):
    shipped, asked_about = seller.order(sku), seller.order(sku)
    advance(seller, shipped)
    asked(seller, asked_about)
    assert cancel(seller, shipped)["code"] == 25001045
    assert cancel(seller, asked_about)["code"] == 25001011


def test_an_order_is_cancelled_as_a_whole(seller, sku):
    order = seller.order(sku, 2)
    lines = [line["id"] for line in detail(seller, order)["line_items"]]
    assert cancel(seller, order, order_line_item_ids=lines[:1])["code"] == 25001001
    assert cancel(seller, order, order_line_list=[{"order_line_item_id": line} for line in lines])["code"] == 0


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("AWAITING_SHIPMENT", "seller_cancel_reason_out_of_stock"),
        ("UNPAID", "seller_cancel_unpaid_reason_out_of_stock"),
    ],
)
def test_cancelling_because_nothing_is_left_takes_the_goods_off_sale(seller, sku, status, reason):
    order = seller.order(sku, status=status)
    assert cancel(seller, order, reason)["code"] == 0
    assert stock(seller, sku) == (0, 0)


def test_what_may_be_done_is_told_beforehand(seller, sku):
    order = seller.order(sku, 2)
    path = f"/return_refund/202602/orders/{order['id']}/aftersale_eligibility"
    (entry,) = seller.get(path, query={"request_types": "CANCEL"})["sku_eligibility"]
    (possible,) = entry["line_item_eligibility"]
    assert possible["eligible"]
    assert len(possible["order_line_items_ids"]) == 2
    assert cancel(seller, order, possible["available_reason_names"][-1])["code"] == 0
    (entry,) = seller.get(path)["sku_eligibility"]
    assert entry["line_item_eligibility"][0]["eligible"] is False


def test_the_reasons_for_a_refusal_are_told_while_it_can_be_refused(seller, sku):
    request = asked(seller, seller.order(sku))
    query = {"return_or_cancel_id": request["id"]}
    first, *_ = seller.get("/return_refund/202309/reject_reasons", query=query)["reasons"]
    assert answer(seller, request, "reject", {"reject_reason": "karena"}) == 25001014
    assert answer(seller, request, "reject", {"reject_reason": first["name"]}) == 0
    assert seller.get("/return_refund/202309/reject_reasons", query=query) == {}


def test_what_may_be_decided_is_told_with_the_reasons_to_refuse(seller, sku):
    request = asked(seller, seller.order(sku))
    path, query = "/return_refund/202601/decision_eligibility", {"return_or_cancel_id": request["id"]}
    approve, reject = seller.get(path, query=query)["decisions"]
    assert approve == {"decision": "APPROVE_REQUEST_CANCEL", "eligible": True}
    assert reject["available_reject_reasons"][0]["text"] == "Produk sudah dikemas"
    answer(seller, request, "approve")
    (entry,) = seller.get(path, query=query | {"check_decisions": "REJECT_REQUEST_CANCEL"})["decisions"]
    assert entry == {"decision": "REJECT_REQUEST_CANCEL", "eligible": False}


def test_an_order_that_is_not_paid_for_a_day_is_cancelled(seller, sku):
    available, _ = stock(seller, sku)
    order = seller.order(sku, status="UNPAID")
    seller.clock.now += DAY_S - 1
    assert detail(seller, order)["status"] == "UNPAID"
    seller.clock.now += 1
    assert detail(seller, order)["cancellation_initiator"] == "SYSTEM"
    assert stock(seller, sku) == (available, 0)
    assert found(seller)[0]["cancel_reason"] == "system_cancel_unpaid_time_out"


def test_a_paid_order_is_released_after_an_hour_and_cancelled_when_nobody_ships_it(seller, sku):
    order = seller.order(sku, status="ON_HOLD")
    seller.clock.now += HOUR_S
    released = detail(seller, order)
    assert released["status"] == "AWAITING_SHIPMENT"
    seller.clock.now = released["cancel_order_sla_time"] - 1
    assert detail(seller, order)["status"] == "AWAITING_SHIPMENT"
    seller.clock.now += 1
    assert detail(seller, order)["status"] == "CANCELLED"
    assert found(seller)[0]["cancel_reason"] == "system_cancel_order_reason_shipping_timeout"


def test_what_was_shipped_in_time_stays(seller, sku):
    order = seller.order(sku)
    advance(seller, order)
    seller.clock.now += 30 * DAY_S
    assert seller.state()["orders"][0]["status"] == "AWAITING_COLLECTION"


def test_cancellations_are_found_by_what_they_are_and_when_they_changed(seller, sku):
    first = asked(seller, seller.order(sku))
    seller.clock.now += 100
    second = seller.order(sku)
    cancel(seller, second)
    answer(seller, first, "approve")
    now = int(seller.clock())

    def ids(body=None, **query):
        return [each["order_id"] for each in found(seller, body, **query)]

    assert ids() == [first["order"], second["id"]]
    assert ids(sort_order="DESC") == ids()[::-1]
    assert ids({"cancel_types": ["CANCEL"]}) == ids({"create_time_ge": now}) == [second["id"]]
    assert ids({"update_time_ge": now}) == ids()
    assert ids({"update_time_lt": now}) == ids({"cancel_status": ["CANCELLATION_REQUEST_PENDING"]}) == []
    assert ids({"order_ids": [first["order"]]}) == [first["order"]]


def test_pages_hold_ten_unless_asked_for_up_to_fifty(seller, sku):
    for _ in range(11):
        asked(seller, seller.order(sku, status="UNPAID"))
    path = f"{CANCELLATIONS}/search"
    page = seller.post(path, {})
    assert (len(page["cancellations"]), page["total_count"]) == (10, 11)
    rest = seller.post(path, {}, query={"page_token": page["next_page_token"]})
    assert (len(rest["cancellations"]), rest["next_page_token"]) == (1, "")
    assert len(found(seller, page_size="50")) == 11
    assert seller.call("POST", path, body={}, query={"page_size": "51"})["code"] == 36009004


def test_an_empty_search_has_no_list(calm):
    assert calm.post(f"{CANCELLATIONS}/search", {}) == {"total_count": 0, "next_page_token": ""}


def test_another_shops_requests_are_out_of_reach(start):
    seller = start(shops=2)
    sku = next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] >= 10)
    other = seller.order(sku, shop="toko-2")
    request = asked(seller, other)
    assert found(seller) == []
    assert answer(seller, request, "approve") == 25001001
    assert cancel(seller, other)["code"] == 21008111
