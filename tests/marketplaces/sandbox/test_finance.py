"""What the marketplace pays: daily statements of what was completed, and estimates of the rest."""

import pytest

DAY_S = 86_400
STATEMENTS = "/finance/202309/statements"
UNSETTLED = "/finance/202507/orders/unsettled"
BY_ORDER = {"sort_field": "order_create_time"}


@pytest.fixture
def sku(seller):
    return next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] >= 10)


def completed(seller, sku, quantity=2):
    order = seller.order(sku, quantity)
    for _ in range(4):
        assert seller.control(f"/orders/{order['id']}/advance").status_code == 200
    return order


def statements(seller, **query):
    return seller.get(STATEMENTS, query={"sort_field": "statement_time", **query}).get("statements", [])


def transactions(seller, statement):
    return seller.get(f"/finance/202501/statements/{statement['id']}/statement_transactions", query=BY_ORDER)


def unsettled(seller):
    return seller.get(UNSETTLED, query=BY_ORDER).get("transactions", [])


def added(entry, *names):
    return sum(int(entry[name]) for name in names)


def test_what_is_completed_is_in_the_statement_of_the_next_midnight_in_greenwich(seller, sku):
    order = completed(seller, sku)
    assert statements(seller) == []
    assert [each["order_id"] for each in unsettled(seller)] == [order["id"]]
    seller.clock.now += DAY_S
    (statement,) = statements(seller)
    assert statement["statement_time"] % DAY_S == 0
    assert unsettled(seller) == []
    (entry,) = transactions(seller, statement)["transactions"]
    assert (entry["order_id"], entry["revenue_amount"]) == (order["id"], statement["revenue_amount"])


def test_everything_adds_up(seller, sku):
    completed(seller, sku)
    completed(seller, sku, 3)
    seller.clock.now += DAY_S
    (statement,) = statements(seller)
    whole = transactions(seller, statement)
    entries = whole["transactions"]
    for entry in entries:
        parts = added(entry, "revenue_amount", "shipping_cost_amount", "fee_tax_amount", "adjustment_amount")
        assert int(entry["settlement_amount"]) == parts > 0
        tree = entry["fee_tax_breakdown"]
        assert int(entry["fee_tax_amount"]) == sum(map(int, [*tree["fee"].values(), *tree["tax"].values()])) < 0
    settled = sum(int(entry["settlement_amount"]) for entry in entries)
    assert settled == int(whole["total_settlement_amount"]) == int(statement["settlement_amount"])
    assert settled == added(statement, "revenue_amount", "fee_amount", "adjustment_amount")


def test_the_goods_of_an_order_add_up_to_what_it_comes_to(seller):
    skus = [each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] >= 10][:2]
    body = {"shop": "toko-1", "lines": [{"seller_sku": sku, "quantity": 2} for sku in skus]}
    order = seller.control("/orders", body).json()
    for _ in range(4):
        seller.control(f"/orders/{order['id']}/advance")
    seller.clock.now += DAY_S
    whole = seller.get(f"/finance/202501/orders/{order['id']}/statement_transactions")
    assert [entry["quantity"] for entry in whole["sku_transactions"]] == ["2", "2"]
    for name in ("revenue_amount", "shipping_cost_amount", "settlement_amount"):
        assert int(whole[name]) == sum(int(entry[name]) for entry in whole["sku_transactions"])


def test_what_is_not_paid_or_cancelled_is_nowhere(seller, sku):
    seller.order(sku, 1, status="UNPAID")
    cancelled = seller.order(sku, 1)
    seller.control(f"/orders/{cancelled['id']}/cancel")
    seller.clock.now += DAY_S
    assert (statements(seller), unsettled(seller)) == ([], [])


def test_statements_are_found_by_time_and_page_by_page(seller, sku):
    for _ in range(3):
        completed(seller, sku)
        seller.clock.now += DAY_S
    made = statements(seller)
    assert len(made) == 3
    assert statements(seller, statement_time_ge=str(made[1]["statement_time"])) == made[1:]
    assert statements(seller, statement_time_lt=str(made[1]["statement_time"])) == made[:1]
    assert statements(seller, sort_order="DESC") == made[::-1]
    first = seller.get(STATEMENTS, query={"sort_field": "statement_time", "page_size": "2"})
    rest = statements(seller, page_size="2", page_token=first["next_page_token"])
    assert [*first["statements"], *rest] == made


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (STATEMENTS, {}),
        (STATEMENTS, {"sort_field": "statement_time", "statement_time_ge": "kemarin"}),
        (STATEMENTS, {"sort_field": "statement_time", "page_size": "101"}),
        ("/finance/202501/statements/123/statement_transactions", BY_ORDER),
        ("/finance/202501/orders/123/statement_transactions", {}),
    ],
)
def test_what_cannot_be_asked_is_refused(seller, path, query):
    assert seller.call("GET", path, query=query)["code"] != 0
