"""A product in its two shop windows: switched on and off in each by itself, with a review before it is on sale."""

import pytest

PRODUCTS = "/product/202309/products"
BOTH = ["TIKTOK_SHOP", "TOKOPEDIA"]


def statuses(seller, product_id):
    """The product's status by window, as Get Product shows it."""
    shown = seller.get(f"{PRODUCTS}/{product_id}")
    own = {"TIKTOK_SHOP": shown["status"]} if "status" in shown else {}
    return own | {each["platform"]: each["status"] for each in shown.get("integrated_platform_statuses", [])}


def switch(seller, what, *product_ids, **platforms):
    return seller.post(f"{PRODUCTS}/{what}", {"product_ids": list(product_ids), **platforms})


def product_in(seller, *platforms):
    """Find a product that is on sale in exactly these windows."""
    found = (each["id"] for each in seller.products())
    return next(each for each in found if statuses(seller, each) == dict.fromkeys(platforms, "ACTIVATE"))


def test_a_product_is_taken_down_in_one_window_only(seller):
    product = product_in(seller, *BOTH)
    assert switch(seller, "deactivate", product, listing_platforms=["TOKOPEDIA"]) == {}
    assert statuses(seller, product) == {"TIKTOK_SHOP": "ACTIVATE", "TOKOPEDIA": "SELLER_DEACTIVATED"}
    found = next(each for each in seller.products() if each["id"] == product)
    assert found["integrated_platform_statuses"] == [{"platform": "TOKOPEDIA", "status": "SELLER_DEACTIVATED"}]
    assert found["update_time"] == int(seller.clock())


def test_without_a_platform_the_window_of_tiktok_shop_is_meant(seller):
    product = product_in(seller, *BOTH)
    switch(seller, "deactivate", product)
    assert statuses(seller, product) == {"TIKTOK_SHOP": "SELLER_DEACTIVATED", "TOKOPEDIA": "ACTIVATE"}


def test_a_product_is_reviewed_before_it_is_on_sale_again(seller):
    product = product_in(seller, *BOTH)
    switch(seller, "deactivate", product, listing_platforms=BOTH)
    assert switch(seller, "activate", product, listing_platforms=BOTH) == {}
    assert statuses(seller, product) == dict.fromkeys(BOTH, "PENDING")
    assert seller.get(f"{PRODUCTS}/{product}")["audit"] == {"status": "AUDITING"}
    seller.clock.now += 60
    assert statuses(seller, product) == dict.fromkeys(BOTH, "ACTIVATE")
    assert seller.get(f"{PRODUCTS}/{product}")["audit"] == {"status": "APPROVED"}


def test_a_freeze_during_the_review_outlasts_it(seller):
    product = product_in(seller, *BOTH)
    switch(seller, "deactivate", product)
    switch(seller, "activate", product)
    sku = seller.get(f"{PRODUCTS}/{product}")["skus"][0]["seller_sku"]
    seller.control(f"/listings/toko-1/{sku}", {"status": "FREEZE"})
    seller.clock.now += 60
    assert statuses(seller, product) == dict.fromkeys(BOTH, "FREEZE")


@pytest.mark.parametrize(
    ("what", "status"), [("activate", "ACTIVATE"), ("activate", "FREEZE"), ("deactivate", "SELLER_DEACTIVATED")]
)
def test_a_status_that_does_not_fit_is_named_with_its_product_and_the_others_are_done(seller, what, status):
    first, second = [each for each in seller.products() if "integrated_platform_statuses" in each][:2]
    other = "ACTIVATE" if what == "deactivate" else "SELLER_DEACTIVATED"
    for product, wanted in ((first, status), (second, other)):
        seller.control(f"/listings/toko-1/{product['skus'][0]['seller_sku']}", {"status": wanted})
    (error,) = switch(seller, what, first["id"], second["id"], listing_platforms=["TOKOPEDIA"])["errors"]
    assert (error["code"], error["detail"]["product_id"]) == (12052003, first["id"])
    assert statuses(seller, first["id"])["TOKOPEDIA"] == status
    assert statuses(seller, second["id"])["TOKOPEDIA"] != other


def test_a_window_in_which_the_product_is_not_listed_cannot_be_switched(seller):
    product = product_in(seller, "TIKTOK_SHOP")
    (error,) = switch(seller, "deactivate", product, listing_platforms=["TOKOPEDIA"])["errors"]
    assert error["code"] == 12052003
    assert statuses(seller, product) == {"TIKTOK_SHOP": "ACTIVATE"}


def test_goods_on_tokopedia_only_are_switched_there(start):
    seller = start(products=80)
    product = product_in(seller, "TOKOPEDIA")
    switch(seller, "deactivate", product, listing_platforms=["TOKOPEDIA"])
    assert statuses(seller, product) == {"TOKOPEDIA": "SELLER_DEACTIVATED"}


def test_a_product_that_is_not_ours_is_named(start):
    seller = start(shops=2)
    stranger = seller.products(shop=2)[0]["id"]
    (error,) = switch(seller, "deactivate", stranger)["errors"]
    assert (error["code"], error["detail"]["product_id"]) == (12052048, stranger)


def test_one_call_takes_20_products(seller):
    ids = [each["id"] for each in seller.products()][:1] * 21
    assert seller.call("POST", f"{PRODUCTS}/deactivate", body={"product_ids": ids})["code"] == 12019120
    assert seller.call("POST", f"{PRODUCTS}/deactivate", body={"product_ids": []})["code"] == 36009004


def test_a_search_for_a_status_looks_at_the_windows_it_names(seller):
    product = product_in(seller, *BOTH)
    switch(seller, "deactivate", product, listing_platforms=["TOKOPEDIA"])

    def found(**body):
        query = {"page_size": "100"}
        answer = seller.post("/product/202502/products/search", body, query=query)
        return product in [each["id"] for each in answer.get("products", [])]

    assert found(status="ACTIVATE")
    assert found(status="SELLER_DEACTIVATED", listing_platforms=["TOKOPEDIA"])
    assert not found(status="ACTIVATE", listing_platforms=BOTH)


def test_nobody_can_order_in_a_window_where_a_product_is_taken_down(seller):
    product = product_in(seller, *BOTH)
    sku = seller.get(f"{PRODUCTS}/{product}")["skus"][0]["seller_sku"]
    seller.control(f"/listings/toko-1/{sku}", {"quantity": 9})
    switch(seller, "deactivate", product)
    line = {"seller_sku": sku, "quantity": 1}
    assert seller.control("/orders", {"shop": "toko-1", "lines": [line]}).status_code == 409
    assert seller.order(sku, platform="TOKOPEDIA")["platform"] == "TOKOPEDIA"


def test_seller_center_switches_one_window_or_all(seller):
    product = product_in(seller, *BOTH)
    sku = seller.get(f"{PRODUCTS}/{product}")["skus"][0]["seller_sku"]
    seller.control(f"/listings/toko-1/{sku}", {"status": "SELLER_DEACTIVATED", "platform": "TOKOPEDIA"})
    assert statuses(seller, product) == {"TIKTOK_SHOP": "ACTIVATE", "TOKOPEDIA": "SELLER_DEACTIVATED"}
    assert seller.listing(sku)["windows"] == statuses(seller, product)
    seller.control(f"/listings/toko-1/{sku}", {"status": "ACTIVATE"})
    assert statuses(seller, product) == dict.fromkeys(BOTH, "ACTIVATE")
