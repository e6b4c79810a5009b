import pytest

SETTINGS = "/product/202608/inventory/operation/settings"


@pytest.fixture
def listing(seller):
    """A listing on sale, in one warehouse."""
    single = {sku["id"] for each in seller.products() for sku in each["skus"] if len(sku["inventory"]) == 1}
    shown = seller.state()["listings"]
    return next(each for each in shown if each["quantity"] >= 10 and each["sku_id"] in single)


def switch(seller, *sku_ids, setting=None, seller_id=None):
    body = {"seller_id": seller_id or seller.shop().shop_id, "sku_ids": list(sku_ids)}
    return seller.call("POST", SETTINGS, body=body | ({} if setting is None else {"stock_operation_setting": setting}))


def cancelled(seller, sku, quantity=2):
    order = seller.order(sku, quantity)
    assert seller.control(f"/orders/{order['id']}/cancel").status_code == 200
    (record,) = seller.post("/return_refund/202602/cancellations/search", {"order_ids": [order["id"]]})["cancellations"]
    return record["should_replenish_stock"]


def available(seller, listing):
    (product,) = seller.post("/product/202309/inventory/search", {"sku_ids": [listing["sku_id"]]})["inventory"]
    (shown,) = product["skus"]
    assert shown["total_committed_quantity"] == 0
    return shown["total_available_quantity"]


def test_units_of_a_cancelled_order_go_back_on_sale_while_auto_restock_is_on(seller, listing):
    assert cancelled(seller, listing["seller_sku"]) is False
    assert available(seller, listing) == listing["quantity"]


@pytest.mark.parametrize("setting", [{"enable_auto_restock": False}, {}, None])
def test_without_auto_restock_they_stay_away_and_the_seller_is_told(seller, listing, setting):
    data = switch(seller, listing["sku_id"], setting=setting)["data"]["stock_operation"]
    assert data == {"success_sku_ids": [listing["sku_id"]], "failed_sku_ids": []}
    assert cancelled(seller, listing["seller_sku"]) is True
    assert available(seller, listing) == listing["quantity"] - 2
    switch(seller, listing["sku_id"], setting={"enable_auto_restock": True})
    assert cancelled(seller, listing["seller_sku"]) is False


def test_a_whole_shop_can_be_without_auto_restock(seller, listing):
    assert seller.control("/restock/toko-1", {"enabled": False}).status_code == 200
    assert cancelled(seller, listing["seller_sku"]) is True


def test_skus_of_nobody_are_named(seller, listing):
    answer = switch(seller, listing["sku_id"], "1720000000000000001")["data"]["stock_operation"]
    assert answer["failed_sku_ids"] == ["1720000000000000001"]
    assert switch(seller, listing["sku_id"], seller_id="7490000000000000001")["code"] == 12052048
    assert switch(seller)["code"] == 36009004


def test_units_of_a_campaign_cannot_be_taken_away(seller, listing):
    sku, path = listing["seller_sku"], f"/product/202309/products/{listing['product_id']}"
    seller.control(f"/listings/toko-1/{sku}", {"locked": 5})

    def set_to(quantity):
        body = {"skus": [{"id": listing["sku_id"], "inventory": [{"quantity": quantity}]}]}
        return seller.post(f"{path}/inventory/update", body)

    (fault,) = set_to(4)["errors"]
    assert (fault["code"], fault["detail"]["extra_errors"][0]["code"]) == (12052990, 12052393)
    assert available(seller, listing) == listing["quantity"]
    assert set_to(5) == {}
    (product,) = seller.post("/product/202309/inventory/search", {"sku_ids": [listing["sku_id"]]})["inventory"]
    shares = product["skus"][0]["total_available_inventory_distribution"]
    assert (shares["in_shop_inventory"]["quantity"], shares["campaign_inventory"][0]["quantity"]) == (0, 5)
    price = {"skus": [{"id": listing["sku_id"], "price": {"currency": "IDR", "amount": "91000"}}]}
    assert seller.call("POST", f"{path}/prices/update", body=price)["code"] == 12052038


def test_an_order_may_use_up_a_campaign(seller, listing):
    sku = listing["seller_sku"]
    seller.control(f"/listings/toko-1/{sku}", {"quantity": 6, "locked": 5})
    seller.order(sku, 4)
    path = f"/product/202309/products/{listing['product_id']}/inventory/update"
    assert seller.post(path, {"skus": [{"id": listing["sku_id"], "inventory": [{"quantity": 1}]}]})["errors"]
    seller.control(f"/listings/toko-1/{sku}", {"locked": 0})
    assert seller.post(path, {"skus": [{"id": listing["sku_id"], "inventory": [{"quantity": 1}]}]}) == {}
