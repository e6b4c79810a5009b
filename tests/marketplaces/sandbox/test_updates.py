import pytest


def first(seller, *, warehouses=1, status="ACTIVATE"):
    return next(
        product
        for product in seller.products()
        if len(product["skus"][0]["inventory"]) == warehouses and product.get("status") == status
    )


def set_stock(seller, product, *skus):
    body = {"skus": [{"id": sku_id, "inventory": inventory} for sku_id, inventory in skus]}
    return seller.call("POST", f"/product/202309/products/{product['id']}/inventory/update", body=body)


def set_price(seller, product, *skus):
    body = {"skus": [{"id": sku_id, "price": price} for sku_id, price in skus]}
    return seller.call("POST", f"/product/202309/products/{product['id']}/prices/update", body=body)


def stock(seller, sku):
    (found,) = seller.post("/product/202309/inventory/search", {"sku_ids": [sku["id"]]})["inventory"]
    shown = found["skus"][0]["warehouse_inventory"]
    return {each["warehouse_id"]: (each["available_quantity"], each["committed_quantity"]) for each in shown}


def test_stock_is_set_not_added(seller):
    product = first(seller)
    sku = product["skus"][0]
    warehouse = sku["inventory"][0]["warehouse_id"]
    for quantity in (37, 0, 99_999):
        answer = set_stock(seller, product, (sku["id"], [{"warehouse_id": warehouse, "quantity": quantity}]))
        assert (answer["code"], answer["data"]) == (0, {})
        assert stock(seller, sku) == {warehouse: (quantity, 0)}


def test_the_only_warehouse_need_not_be_named(seller):
    product = first(seller)
    sku = product["skus"][0]
    assert set_stock(seller, product, (sku["id"], [{"quantity": 5}]))["data"] == {}
    assert list(stock(seller, sku).values()) == [(5, 0)]


def test_setting_stock_leaves_promised_units_alone(seller):
    product = first(seller)
    sku = product["skus"][0]
    seller.order(sku["seller_sku"], 3)
    set_stock(seller, product, (sku["id"], [{"quantity": 50}]))
    assert list(stock(seller, sku).values()) == [(50, 3)]


def test_all_warehouses_of_a_sku_must_be_in_the_update(start):
    seller = start(products=60)
    product = first(seller, warehouses=2)
    sku = product["skus"][0]
    before = stock(seller, sku)
    main, second = before
    named, nameless = {"warehouse_id": main, "quantity": 1}, {"quantity": 1}
    for inventory in ([named], [nameless], [named, nameless]):
        assert set_stock(seller, product, (sku["id"], inventory))["code"] == 12052516
    assert stock(seller, sku) == before
    both = [{"warehouse_id": main, "quantity": 1}, {"warehouse_id": second, "quantity": 2}]
    assert set_stock(seller, product, (sku["id"], both))["data"] == {}
    assert stock(seller, sku) == {main: (1, 0), second: (2, 0)}


def test_a_wrong_warehouse_or_sku_fails_alone(seller):
    product = first(seller)
    good, bad = product["skus"][:2]
    warehouse = good["inventory"][0]["warehouse_id"]
    before = stock(seller, bad)
    right = {"warehouse_id": warehouse, "quantity": 7}
    strange = {"warehouse_id": "7320000000000000001", "quantity": 7}
    answer = set_stock(seller, product, (good["id"], [right]), (bad["id"], [right, strange]), ("1", [right]))
    assert answer["code"] == 0
    fault, unknown = answer["data"]["errors"]
    assert (fault["code"], fault["detail"]["sku_id"]) == (12052990, bad["id"])
    assert [(extra["warehouse_id"], extra["code"]) for extra in fault["detail"]["extra_errors"]] == [
        (strange["warehouse_id"], 12052097)
    ]
    assert (unknown["code"], unknown["detail"]["sku_id"]) == (12019022, "1")
    assert stock(seller, good) == {warehouse: (7, 0)}
    assert stock(seller, bad) == before


@pytest.mark.parametrize(("quantity", "code"), [(-1, 12019024), (100_000, 12019024), ("5", 36009004), (5.5, 36009004)])
def test_stock_is_a_whole_number_up_to_99999(calm, quantity, code):
    product = first(calm)
    before = stock(calm, product["skus"][0])
    assert set_stock(calm, product, (product["skus"][0]["id"], [{"quantity": quantity}]))["code"] == code
    assert stock(calm, product["skus"][0]) == before


def test_hidden_goods_take_stock_but_no_price(start):
    seller = start(products=60)
    product = first(seller, status="SELLER_DEACTIVATED")
    sku_id = product["skus"][0]["id"]
    assert set_stock(seller, product, (sku_id, [{"quantity": 5}]))["data"] == {}
    assert set_price(seller, product, (sku_id, {"currency": "IDR", "amount": "5000"}))["code"] == 12019113


def test_goods_of_another_shop_cannot_be_changed(start):
    seller = start(shops=2)
    product = seller.products(shop=2)[0]
    sku_id = product["skus"][0]["id"]
    assert set_stock(seller, product, (sku_id, [{"quantity": 5}]))["code"] == 12052048
    assert set_price(seller, product, (sku_id, {"currency": "IDR", "amount": "5000"}))["code"] == 12052048


@pytest.mark.parametrize("amount", ["100", "92500", "92500.00", "100000000"])
def test_a_price_is_decimal_text(seller, amount):
    product = first(seller)
    sku = product["skus"][0]
    answer = set_price(seller, product, (sku["id"], {"currency": "IDR", "amount": amount}))
    assert (answer["code"], answer["data"]) == (0, {})
    assert seller.listing(sku["seller_sku"])["price"] == int(float(amount))


@pytest.mark.parametrize(
    "price",
    [
        {"currency": "IDR", "amount": "99"},
        {"currency": "IDR", "amount": "100000001"},
        {"currency": "IDR", "amount": "92500.50"},
        {"currency": "IDR", "amount": "92.500,00"},
        {"currency": "IDR", "amount": "NaN"},
        {"currency": "IDR", "amount": "1e5"},
        {"currency": "IDR"},
        {"currency": "USD", "amount": "92500"},
    ],
)
def test_a_wrong_price_changes_none_of_the_request(calm, price):
    product = first(calm)
    good, bad = product["skus"][:2]
    right = {"currency": "IDR", "amount": "50000"}
    assert set_price(calm, product, (good["id"], right), (bad["id"], price))["code"] == 12052073
    assert calm.listing(good["seller_sku"])["price"] == int(good["price"]["tax_exclusive_price"])


def test_a_price_for_an_unknown_sku_is_refused(calm):
    price = {"currency": "IDR", "amount": "50000"}
    assert set_price(calm, first(calm), ("1", price))["code"] == 12019022


def test_edits_move_the_product_s_update_time_and_orders_do_not(seller):
    product = first(seller)
    sku = product["skus"][0]
    seller.clock.now += 60
    seller.order(sku["seller_sku"])
    assert first(seller)["update_time"] == product["update_time"]
    set_stock(seller, product, (sku["id"], [{"quantity": 5}]))
    assert first(seller)["update_time"] == int(seller.clock())


@pytest.mark.parametrize("body", [{}, {"skus": []}, {"skus": [{"id": "1"}]}, {"skus": [{"id": 1, "inventory": []}]}])
def test_an_incomplete_update_is_a_faulty_parameter(calm, body):
    path = f"/product/202309/products/{first(calm)['id']}/inventory/update"
    answer = calm.call("POST", path, body=body)
    assert (answer["code"], answer["data"]) == (36009004, None)
