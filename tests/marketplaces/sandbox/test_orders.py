import re

import pytest

SEARCH = "/order/202309/orders/search"
DETAIL = "/order/202507/orders"


def search(seller, body=None, **query):
    return seller.call("POST", SEARCH, query={"page_size": "100"} | query, body=body or {})


def detail(seller, *order_ids):
    return seller.get(DETAIL, query={"ids": ",".join(order_ids)})["orders"]


@pytest.fixture
def sku(seller):
    return next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] >= 10)


def test_an_order_has_one_line_item_for_each_unit(seller, sku):
    placed = seller.order(sku, 3, platform="TOKOPEDIA")
    (order,) = detail(seller, placed["id"])
    lines = order["line_items"]
    assert [line["seller_sku"] for line in lines] == [sku] * 3
    assert len({line["id"] for line in lines}) == 3
    assert "quantity" not in lines[0]
    assert order["commerce_platform"] == "TOKOPEDIA"
    assert order["payment"]["sub_total"] == str(sum(int(line["sale_price"]) for line in lines))
    assert {len(each) for each in (order["id"], lines[0]["id"])} == {18}
    assert len(order["packages"][0]["id"]) == 19


def test_both_detail_versions_and_the_search_show_the_same_order(seller, sku):
    placed = seller.order(sku)
    (order,) = detail(seller, placed["id"])
    assert seller.get("/order/202309/orders", query={"ids": placed["id"]})["orders"] == [order]
    assert search(seller)["data"]["orders"] == [order]


def test_an_order_keeps_the_price_it_was_made_at(seller, sku):
    price = seller.listing(sku)["price"]
    placed = seller.order(sku)
    seller.control(f"/listings/toko-1/{sku}", {"price": price + 1000})
    assert detail(seller, placed["id"])[0]["line_items"][0]["sale_price"] == str(price)


def test_the_recipient_is_masked(seller, sku):
    (order,) = detail(seller, seller.order(sku)["id"])
    recipient = order["recipient_address"]
    assert re.fullmatch(r"[A-Z]\*+ [A-Z]\*+", recipient["name"])
    assert re.fullmatch(r"\(\+62\)\d{3}\*{6}\d{2}", recipient["phone_number"])
    assert "*" in recipient["address_line1"]
    assert len(recipient["district_info"]) == 4


@pytest.mark.parametrize("status", ["UNPAID", "ON_HOLD"])
def test_there_is_no_address_before_the_order_is_released(seller, sku, status):
    (order,) = detail(seller, seller.order(sku, status=status)["id"])
    assert order["status"] == status
    assert order["recipient_address"]["full_address"] == ""
    assert "district_info" not in order["recipient_address"]
    assert ("paid_time" in order) is (status == "ON_HOLD")


def test_a_cancelled_order_says_who_and_why_and_forgets_the_recipient(seller, sku):
    placed = seller.order(sku)
    seller.clock.now += 60
    seller.control(f"/orders/{placed['id']}/cancel")
    (order,) = detail(seller, placed["id"])
    assert order["status"] == order["line_items"][0]["display_status"] == "CANCELLED"
    assert order["cancellation_initiator"] == order["line_items"][0]["cancel_user"] == "BUYER"
    assert order["cancel_reason"]
    assert order["cancel_time"] == order["update_time"] == order["create_time"] + 60
    assert order["recipient_address"]["name"] == ""


def test_an_order_goes_its_way_to_the_end(seller, sku):
    placed = seller.order(sku, 2, status="UNPAID")
    seen = []
    for _ in range(6):
        seller.clock.now += 60
        assert seller.control(f"/orders/{placed['id']}/advance").status_code == 200
        (order,) = detail(seller, placed["id"])
        assert order["update_time"] == int(seller.clock())
        seen.append((order["status"], order["line_items"][0]["display_status"], bool(order["tracking_number"])))
    assert seen == [
        ("ON_HOLD", "AWAITING_SHIPMENT", False),
        ("AWAITING_SHIPMENT", "AWAITING_SHIPMENT", False),
        ("AWAITING_COLLECTION", "AWAITING_COLLECTION", True),
        ("IN_TRANSIT", "IN_TRANSIT", True),
        ("DELIVERED", "DELIVERED", True),
        ("COMPLETED", "COMPLETED", True),
    ]
    moments = [order[name] for name in ("create_time", "paid_time", "rts_time", "collection_time", "delivery_time")]
    assert moments == sorted(set(moments))
    assert order["rts_sla_time"] > order["paid_time"]
    assert seller.control(f"/orders/{placed['id']}/advance").status_code == 409


def test_the_newest_order_comes_first_unless_asked_otherwise(seller, sku):
    placed = []
    for _ in range(3):
        seller.clock.now += 1
        placed.append(seller.order(sku)["id"])
    seller.clock.now += 1
    seller.control(f"/orders/{placed[0]}/advance")

    def ids(**query):
        return [order["id"] for order in search(seller, **query)["data"]["orders"]]

    first, second, third = placed
    assert ids() == [third, second, first]
    assert ids(sort_order="ASC") == [first, second, third]
    assert ids(sort_field="update_time", sort_order="ASC") == [second, third, first]
    assert ids(sort_field="update_time") == [first, third, second]


def test_pages_of_orders_show_each_once_and_the_last_has_no_token(seller, sku):
    placed = [seller.order(sku)["id"] for _ in range(7)]
    shown, query = [], {}
    for expected in (3, 3, 1):
        data = search(seller, page_size="3", sort_order="ASC", **query)["data"]
        assert (len(data["orders"]), data["total_count"]) == (expected, 7)
        shown += [order["id"] for order in data["orders"]]
        query = {"page_token": data.get("next_page_token")}
    assert "next_page_token" not in data
    assert shown == placed


def test_a_page_token_of_another_search_is_refused(seller, sku):
    for _ in range(2):
        seller.order(sku)
    token = search(seller, page_size="1")["data"]["next_page_token"]
    assert search(seller, page_size="1", page_token=token)["code"] == 0
    assert search(seller, page_token=token, sort_order="ASC")["code"] == 36009004
    assert search(seller, {"update_time_ge": 1}, page_token=token)["code"] == 36009004


def test_time_filters_include_their_start_and_exclude_their_end(seller, sku):
    seller.order(sku)
    seller.clock.now += 10
    moved = seller.order(sku)["id"]
    seller.clock.now += 10
    seller.control(f"/orders/{moved}/advance")
    now = int(seller.clock())

    def count(**body):
        return search(seller, body)["data"]["total_count"]

    assert count(update_time_ge=now) == 1
    assert count(update_time_ge=now + 1) == 0
    assert count(update_time_lt=now) == 1
    assert count(update_time_lt=now + 1) == 2
    assert count(create_time_ge=now - 10, create_time_lt=now) == 1
    assert count(order_status="AWAITING_COLLECTION") == 1
    assert count(order_status="UNPAID") == 0
    assert count(is_buyer_request_cancel=True) == 0
    assert count(shipping_type="SELLER") == 0


def test_an_empty_search_has_no_list(calm):
    assert search(calm)["data"] == {"total_count": 0}


@pytest.mark.parametrize(
    ("body", "query"),
    [
        ({}, {"page_size": "101"}),
        ({}, {"page_size": "0"}),
        ({}, {"sort_field": "price"}),
        ({}, {"sort_order": "asc"}),
        ({"order_status": "SHIPPED"}, {}),
        ({"update_time_ge": "1790000000"}, {}),
        ({"warehouse_ids": ["1"] * 101}, {}),
        ([], {}),
    ],
)
def test_searches_beyond_the_rules_are_refused(calm, body, query):
    answer = calm.call("POST", SEARCH, query={"page_size": "100"} | query, body=body)
    assert (answer["code"], answer["data"]) == (36009004, None)


def test_detail_takes_up_to_fifty_ids(seller, sku):
    order_id = seller.order(sku)["id"]
    assert len(detail(seller, *[order_id] * 50)) == 1
    for ids in ("", ",".join([order_id] * 51)):
        assert seller.call("GET", DETAIL, query={"ids": ids})["code"] == 36009004


def test_one_order_of_another_shop_fails_the_whole_detail_call(start):
    seller = start(shops=2)
    sku = next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"])
    own = seller.order(sku)["id"]
    other = seller.order(sku, shop="toko-2")["id"]
    assert seller.call("GET", DETAIL, query={"ids": f"{own},{other}"})["code"] == 21008111
    assert [order["id"] for order in search(seller)["data"]["orders"]] == [own]
