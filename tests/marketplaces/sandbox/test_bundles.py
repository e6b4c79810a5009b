"""Bundles that the marketplace makes: the order names the bundle, the stock of its parts moves."""

from collections import Counter

import pytest

BUNDLE = "PAKET-HEMAT"


@pytest.fixture
def parts(seller):
    """Two listings with ten units each, in the same warehouse."""
    shown = [each for each in seller.state()["listings"] if each["status"] == "ACTIVATE"]
    by_product = {each["product_id"]: each["seller_sku"] for each in shown}
    first, second = list(by_product.values())[:2]
    for sku in (first, second):
        seller.control(f"/listings/toko-1/{sku}", {"quantity": 10})
    return first, second


@pytest.fixture
def bundle(seller, parts):
    """One of the first with three of the second."""
    lines = [{"seller_sku": sku, "quantity": units} for sku, units in zip(parts, (1, 3), strict=True)]
    answer = seller.control("/bundles", {"shop": "toko-1", "seller_sku": BUNDLE, "parts": lines})
    assert answer.status_code == 201, answer.text
    return answer.json()


def available(seller, *skus):
    return [seller.listing(sku)["quantity"] for sku in skus]


def test_a_bundle_shows_as_many_as_its_parts_make(seller, parts, bundle):
    assert bundle["quantity"] == 3
    seller.control(f"/listings/toko-1/{parts[1]}", {"quantity": 7})
    assert available(seller, BUNDLE) == [2]
    (product,) = seller.post("/product/202309/inventory/search", {"sku_ids": [bundle["sku_id"]]})["inventory"]
    assert product["skus"][0]["total_available_quantity"] == 2


def test_an_ordered_bundle_takes_its_parts_and_a_cancelled_one_gives_them_back(seller, parts, bundle):
    order = seller.order(BUNDLE, 2)
    assert available(seller, *parts, BUNDLE) == [8, 4, 1]
    seller.control(f"/orders/{order['id']}/cancel")
    assert available(seller, *parts, BUNDLE) == [10, 10, 3]


def test_an_order_line_names_every_unit_of_the_bundle(seller, parts, bundle):
    order = seller.order(BUNDLE, 2)
    (shown,) = seller.get("/order/202507/orders", query={"ids": order["id"]})["orders"]
    lines = shown["line_items"]
    assert [line["seller_sku"] for line in lines] == [BUNDLE] * 2
    units = [unit for line in lines for unit in line["sub_item_info"]]
    assert Counter(unit["seller_sku"] for unit in units) == {parts[0]: 2, parts[1]: 6}
    assert len({unit["id"] for unit in [*units, *lines]}) == 10
    assert [part["sku_count"] for part in lines[0]["combined_listing_skus"]] == [1, 3]


def test_a_bundle_has_no_stock_that_could_be_set(seller, bundle):
    path = f"/product/202309/products/{bundle['product_id']}"
    (fault,) = seller.post(
        f"{path}/inventory/update", {"skus": [{"id": bundle["sku_id"], "inventory": [{"quantity": 9}]}]}
    )["errors"]
    assert fault["code"] == 12052708
    shown = seller.get(path)
    assert shown["product_types"] == ["COMBINED_PRODUCT"]
    assert [part["sku_count"] for part in shown["skus"][0]["combined_skus"]] == [1, 3]


def test_bundle_and_part_in_one_basket_cannot_take_more_than_there_is(seller, parts, bundle):
    wish = [{"seller_sku": BUNDLE, "quantity": 3}, {"seller_sku": parts[1], "quantity": 2}]
    assert seller.control("/orders", {"shop": "toko-1", "lines": wish}).status_code == 409
    assert available(seller, *parts) == [10, 10]


def test_there_is_no_bundle_of_bundles_nor_a_second_one_of_the_same_name(seller, parts, bundle):
    for name, part in ((BUNDLE, parts[0]), ("PAKET-BESAR", BUNDLE)):
        wish = {"shop": "toko-1", "seller_sku": name, "parts": [{"seller_sku": part}]}
        assert seller.control("/bundles", wish).status_code == 409
