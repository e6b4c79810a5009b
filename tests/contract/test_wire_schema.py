"""The checker itself: a fault that it would not see would make every other test here worthless."""

import pytest
from contract.wire_schema import Exchange, endpoint_of, endpoints, faults, webhooks

QUERY = {"app_key": "k", "timestamp": "1767236400", "sign": "0" * 64, "shop_cipher": "ROW_c"}
ORDERS = {"method": "POST", "path": "/order/202309/orders/search", "query": {**QUERY, "page_size": "50"}}
ANSWER = {"code": 0, "message": "Success", "request_id": "R", "data": {}}


def exchange(**changed):
    return Exchange(**{**ORDERS, "body": b"{}", "status": 200, "answer": ANSWER, **changed})


def test_a_call_as_described_has_no_fault():
    assert faults(exchange()) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"path": "/order/202309/orders/find"},
        {"method": "GET"},
        {"query": QUERY},
        {"query": {**QUERY, "page_size": "101"}},
        {"query": {**QUERY, "page_size": "viele"}},
        {"query": {**QUERY, "page_size": "50", "sort_order": "UP"}},
        {"query": {**QUERY, "page_size": "50", "sorting": "ASC"}},
        {"query": {key: value for key, value in QUERY.items() if key != "shop_cipher"} | {"page_size": "50"}},
        {"body": b'{"update_time_ge":"1767229200"}'},
        {"body": b'{"updated":1}'},
        {"answer": {**ANSWER, "data": {"orders": [{"id": 5}]}}},
        {"answer": {**ANSWER, "data": {"orders": {}}}},
        {"answer": {**ANSWER, "data": {"order": []}}},
        {"answer": {**ANSWER, "code": "0"}},
    ],
    ids=repr,
)
def test_whatever_is_not_as_described_is_a_fault(changed):
    assert faults(exchange(**changed))


def test_a_cipher_where_none_is_accepted_is_a_fault():
    assert faults(Exchange("GET", "/authorization/202309/shops", QUERY, b"", 200, {**ANSWER, "data": {"shops": []}}))


def test_an_endpoint_is_found_by_its_path_with_ids():
    path = "/product/202309/products/1730011223344556677/inventory/update"
    assert endpoint_of("POST", path)["id"] == "update_inventory"


def test_the_endpoints_and_webhooks_that_selaras_uses_are_described():
    assert len(endpoints()) == 51
    assert sorted(webhooks()) == [1, 3, 4, 5, 6, 7, 11, 12, 16, 50, 71]
