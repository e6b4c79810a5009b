import pytest

RETURNS = "/return_refund/202602/returns"
HOUR_S = 3600
DAY_S = 86_400
REFUSAL = "seller_reject_apply_return_evidence_insufficient"


@pytest.fixture
def sku(seller):
    return next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] >= 10)


@pytest.fixture
def delivered(seller, sku):
    """An order of three units that the buyer has."""
    order = seller.order(sku, 3)
    for _ in range(3):
        seller.control(f"/orders/{order['id']}/advance")
    return order


def asked(seller, order, **wish):
    reply = seller.control(f"/orders/{order['id']}/returns", wish)
    assert reply.status_code == 201, reply.text
    return reply.json()["id"]


def found(seller, body=None, *, version="202602", **query):
    return seller.post(f"/return_refund/{version}/returns/search", body or {}, query=query).get("return_orders", [])


def status(seller, return_id):
    (shown,) = found(seller, {"return_ids": [return_id]})
    return shown["return_status"]


def status_by_now(seller, return_id):
    """As :func:`status`, long after the tokens have expired."""
    shown = seller.http.get("/_sandbox/after-sales").json()["returns"]
    return next(each["status"] for each in shown if each["id"] == return_id)


def approve(seller, return_id, decision, *, query=None, **more):
    path = f"/return_refund/202309/returns/{return_id}/approve"
    return seller.call("POST", path, body={"decision": decision, **more}, query=query)["code"]


def reject(seller, return_id, decision, reason=REFUSAL):
    path = f"/return_refund/202606/returns/{return_id}/reject"
    return seller.call("POST", path, body={"decision": decision, "reject_reason": reason})["code"]


def order_status(seller, order):
    return seller.get("/order/202507/orders", query={"ids": order["id"]})["orders"][0]["status"]


def test_goods_come_back_and_the_money_follows(seller, sku, delivered):
    before = seller.listing(sku)["quantity"]
    return_id = asked(seller, delivered, lines=[{"seller_sku": sku, "quantity": 2}])
    (shown,) = found(seller)
    assert (shown["return_type"], shown["order_id"]) == ("RETURN_AND_REFUND", delivered["id"])
    assert [line["seller_sku"] for line in shown["return_line_items"]] == [sku, sku]
    assert shown["seller_next_action_response"][0]["action"] == "SELLER_RESPOND_RETURN"
    assert shown["refund_amount"]["refund_total"] == str(2 * seller.listing(sku)["price"])

    assert approve(seller, return_id, "APPROVE_RETURN", buyer_keep_item=False) == 0
    assert status(seller, return_id) == "AWAITING_BUYER_SHIP"
    assert seller.control(f"/returns/{return_id}/send-back").status_code == 200
    (shown,) = found(seller)
    assert (shown["return_status"], bool(shown["return_tracking_number"])) == ("BUYER_SHIPPED_ITEM", True)
    assert shown["seller_next_action_response"][0]["action"] == "SELLER_RESPOND_RECEIVE_PACKAGE"

    assert approve(seller, return_id, "APPROVE_RECEIVED_PACKAGE") == 0
    assert status(seller, return_id) == "RETURN_OR_REFUND_REQUEST_SUCCESS"
    seller.clock.now += HOUR_S
    assert status(seller, return_id) == "RETURN_OR_REFUND_REQUEST_COMPLETE"
    assert seller.listing(sku)["quantity"] == before
    assert order_status(seller, delivered) == "DELIVERED"
    events = seller.get(f"/return_refund/202309/returns/{return_id}/records")["records"]
    assert [event["role"] for event in events] == ["BUYER", "SELLER", "BUYER", "SELLER", "SYSTEM"]


def test_an_order_that_is_paid_back_whole_is_closed(seller, delivered):
    approve(seller, asked(seller, delivered), "DIRECT_REFUND")
    assert order_status(seller, delivered) == "COMPLETED"


def test_a_buyer_may_keep_what_is_not_worth_sending(seller, delivered):
    return_id = asked(seller, delivered)
    assert approve(seller, return_id, "APPROVE_RETURN", buyer_keep_item=True) == 0
    (shown,) = found(seller)
    assert (shown["return_status"], shown["can_buyer_keep_item"]) == ("RETURN_OR_REFUND_REQUEST_SUCCESS", True)


@pytest.mark.parametrize(
    ("kind", "decision", "then"),
    [
        ("REFUND", "APPROVE_REFUND", "RETURN_OR_REFUND_REQUEST_SUCCESS"),
        ("REFUND", "REJECT_REFUND", "REFUND_OR_RETURN_REQUEST_REJECT"),
        ("RETURN_AND_REFUND", "REJECT_RETURN", "REFUND_OR_RETURN_REQUEST_REJECT"),
        ("REPLACEMENT", "APPROVE_REPLACEMENT", "REPLACEMENT_REQUEST_COMPLETE"),
        ("REPLACEMENT", "REJECT_REPLACEMENT", "REPLACEMENT_REQUEST_REJECT"),
        ("REPLACEMENT", "ISSUE_REPLACEMENT_REFUND", "REPLACEMENT_REQUEST_REFUND_SUCCESS"),
    ],
)
def test_every_kind_of_request_has_its_answers(seller, delivered, kind, decision, then):
    return_id = asked(seller, delivered, type=kind)
    decide = reject if decision.startswith("REJECT") else approve
    assert decide(seller, return_id, decision) == 0
    assert status(seller, return_id) == then
    assert decide(seller, return_id, decision) == 25001015


@pytest.mark.parametrize("decision", ["APPROVE_REFUND", "APPROVE_RECEIVED_PACKAGE", "APPROVE_REPLACEMENT"])
def test_an_answer_to_another_question_is_refused(seller, delivered, decision):
    return_id = asked(seller, delivered)
    assert approve(seller, return_id, decision) == 25001015
    assert status(seller, return_id) == "RETURN_OR_REFUND_REQUEST_PENDING"


def test_what_may_be_decided_depends_on_what_is_asked(seller, delivered):
    return_id = asked(seller, delivered)
    query = {"return_or_cancel_id": return_id}

    def possible():
        shown = seller.get("/return_refund/202601/decision_eligibility", query=query).get("decisions", [])
        return {each["decision"] for each in shown if each["eligible"]}

    assert possible() == {"APPROVE_RETURN", "REJECT_RETURN", "DIRECT_REFUND", "OFFER_PARTIAL_REFUND"}
    approve(seller, return_id, "APPROVE_RETURN")
    assert possible() == set()
    seller.control(f"/returns/{return_id}/send-back")
    assert possible() == {"APPROVE_RECEIVED_PACKAGE", "REJECT_RECEIVED_PACKAGE"}


def test_a_seller_may_refuse_what_came_back_with_a_reason_that_is_known(seller, delivered):
    return_id = asked(seller, delivered)
    approve(seller, return_id, "APPROVE_RETURN")
    seller.control(f"/returns/{return_id}/send-back")
    assert reject(seller, return_id, "REJECT_RECEIVED_PACKAGE", "karena") == 25001014
    assert reject(seller, return_id, "REJECT_RECEIVED_PACKAGE") == 0
    assert status(seller, return_id) == "REJECT_RECEIVE_PACKAGE"


def test_a_part_of_the_money_settles_it_when_the_buyer_says_nothing(seller, delivered):
    return_id = asked(seller, delivered)
    offer = {"currency": "IDR", "amount": "5000"}
    assert approve(seller, return_id, "OFFER_PARTIAL_REFUND", partial_refund=offer) == 0
    (shown,) = found(seller)
    assert (shown["return_status"], shown["partial_refund"]) == ("AWAITING_BUYER_RESPONSE", offer)
    seller.clock.now += 5 * DAY_S
    assert status(seller, return_id) == "RETURN_OR_REFUND_REQUEST_SUCCESS"
    assert order_status(seller, delivered) == "DELIVERED"


def test_what_nobody_answers_goes_the_buyers_way_and_what_nobody_sends_ends(seller, delivered):
    return_id = asked(seller, delivered)
    seller.clock.now += 4 * DAY_S
    assert status_by_now(seller, return_id) == "AWAITING_BUYER_SHIP"
    seller.clock.now += 5 * DAY_S
    assert status_by_now(seller, return_id) == "RETURN_OR_REFUND_REQUEST_CANCEL"


def test_goods_that_the_seller_does_not_look_at_count_as_received(seller, delivered):
    return_id = asked(seller, delivered)
    approve(seller, return_id, "APPROVE_RETURN")
    seller.control(f"/returns/{return_id}/send-back")
    seller.clock.now += 4 * DAY_S
    assert status_by_now(seller, return_id) == "RETURN_OR_REFUND_REQUEST_SUCCESS"


def test_an_answer_counts_once_per_idempotency_key(seller, delivered):
    return_id = asked(seller, delivered)
    codes = [approve(seller, return_id, "APPROVE_RETURN", query={"idempotency_key": key}) for key in ("a", "a", "b")]
    assert codes == [0, 0, 25001015]


def test_a_unit_is_returned_once(seller, sku, delivered):
    asked(seller, delivered, lines=[{"seller_sku": sku, "quantity": 2}])
    too_many = seller.control(f"/orders/{delivered['id']}/returns", {"lines": [{"seller_sku": sku, "quantity": 2}]})
    assert too_many.status_code == 409
    second = asked(seller, delivered)
    lines = [{line["order_line_item_id"] for line in each["return_line_items"]} for each in found(seller)]
    assert lines[0].isdisjoint(lines[1])
    assert seller.control(f"/orders/{delivered['id']}/returns").status_code == 409
    assert seller.control(f"/returns/{second}/withdraw").status_code == 200
    assert status(seller, second) == "RETURN_OR_REFUND_REQUEST_CANCEL"
    asked(seller, delivered)


def test_only_what_was_delivered_can_be_returned(seller, sku):
    assert seller.control(f"/orders/{seller.order(sku)['id']}/returns").status_code == 409


def test_returns_are_found_by_what_they_are_and_when_they_changed(seller, sku, delivered):
    one = [{"seller_sku": sku, "quantity": 1}]
    first = asked(seller, delivered, lines=one)
    seller.clock.now += 100
    second = asked(seller, delivered, lines=one, type="REFUND")
    now = int(seller.clock())

    def ids(body=None, **query):
        return [each["return_id"] for each in found(seller, body, **query)]

    assert ids() == ids(version="202309") == [first, second]
    assert ids({"return_types": ["REFUND"]}) == ids({"update_time_ge": now}) == [second]
    assert ids({"create_time_lt": now}) == [first]
    assert ids({"return_status": ["BUYER_SHIPPED_ITEM"]}) == []
    assert ids(sort_order="DESC", page_size="10") == [second, first]


def test_an_empty_search_has_no_list(calm):
    assert calm.post(f"{RETURNS}/search", {}) == {"total_count": 0, "next_page_token": ""}


def test_a_return_that_does_not_exist_is_refused(calm):
    assert approve(calm, "4039000000000000001", "APPROVE_RETURN") == 25001001
