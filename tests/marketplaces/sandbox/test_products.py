import pytest

SEARCH = "/product/202502/products/search"
INVENTORY = "/product/202309/inventory/search"


@pytest.fixture(scope="module")
def seller(start):
    """60 products and more, so that every kind is among them; these tests only read."""
    return start(products=300, shops=2)


def search(seller, body, **query):
    return seller.call("POST", SEARCH, query={"page_size": "100"} | query, body=body)


def test_a_sweep_shows_exactly_as_many_skus_as_asked_for(seller):
    skus = [sku for product in seller.products() for sku in product["skus"]]
    assert len(skus) == 300
    assert len({sku["id"] for sku in skus}) == len({sku["seller_sku"] for sku in skus}) == 300


def test_ids_and_titles_look_like_the_marketplace_s(seller):
    for product in seller.products():
        assert 25 <= len(product["title"]) <= 255
        for entry in (product, *product["skus"]):
            assert len(entry["id"]) == 19
            assert entry["id"].startswith("17")


def test_search_shows_one_price_and_detail_shows_two(seller):
    product = seller.products()[0]
    detail = seller.get(f"/product/202309/products/{product['id']}")
    for short, full in zip(product["skus"], detail["skus"], strict=True):
        assert set(short["price"]) == {"currency", "tax_exclusive_price"}
        assert full["price"] == {**short["price"], "sale_price": short["price"]["tax_exclusive_price"]}
        assert full["price"]["sale_price"].isdigit()
        assert full["sales_attributes"][0]["value_name"]
    assert detail["title"] == product["title"]


def test_the_older_search_answers_too(seller):
    data = seller.post("/product/202309/products/search", {}, query={"page_size": "1"})
    assert data["total_count"] == len(seller.products())


@pytest.mark.parametrize("size", ["", "0", "101", "ten", "-1", "²", pytest.param("9" * 5000, id="huge")])
def test_a_page_has_1_to_100_products(seller, size):
    answer = seller.call("POST", SEARCH, query={"page_size": size}, body={})
    assert answer["code"] == 36009004
    assert "page_size" in answer["message"]


def test_a_page_token_of_another_search_is_refused(seller):
    token = search(seller, {}, page_size="2")["data"]["next_page_token"]
    assert search(seller, {}, page_size="50", page_token=token)["code"] == 0
    assert search(seller, {"status": "ACTIVATE"}, page_token=token)["code"] == 12019108


def test_filters_narrow_the_search(seller):
    first = seller.products()[0]
    wanted = [first["skus"][0]["seller_sku"]]
    assert [each["id"] for each in search(seller, {"seller_skus": wanted})["data"]["products"]] == [first["id"]]
    wanted = [first["skus"][-1]["id"]]
    assert [each["id"] for each in search(seller, {"sku_ids": wanted})["data"]["products"]] == [first["id"]]
    until = {"create_time_le": first["create_time"]}
    assert [each["id"] for each in search(seller, until)["data"]["products"]] == [first["id"]]
    hidden = search(seller, {"status": "SELLER_DEACTIVATED"})["data"]
    assert 0 < hidden["total_count"] < len(seller.products())
    assert {each["status"] for each in hidden["products"] if "status" in each} == {"SELLER_DEACTIVATED"}


def test_an_empty_page_has_no_list(seller):
    data = search(seller, {"seller_skus": ["NOT-HERE"]})["data"]
    assert data == {"total_count": 0, "next_page_token": ""}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"seller_skus": [str(number) for number in range(11)]}, 12019027),
        ({"sku_ids": [str(number) for number in range(11)]}, 12019027),
        ({"status": "ON_SALE"}, 36009004),
        ({"listing_platforms": ["TOKOPEDIA"]}, 36009004),
        ({"update_time_ge": "yesterday"}, 36009004),
    ],
)
def test_searches_beyond_the_rules_are_refused(seller, body, code):
    assert search(seller, body)["code"] == code


@pytest.mark.parametrize(
    ("body", "field"), [({"status": "ON_SALE"}, "status"), ({"seller_skus": [7]}, "seller_skus.0")]
)
def test_a_refusal_names_the_field_as_the_request_does(seller, body, field):
    assert f"Field '{field}':" in search(seller, body)["message"]


def test_tokopedia_only_goods_have_no_status_of_their_own(seller):
    without = [product for product in seller.products() if "status" not in product]
    assert without
    assert all(product["integrated_platform_statuses"][0]["platform"] == "TOKOPEDIA" for product in without)
    assert any("integrated_platform_statuses" not in product for product in seller.products())
    body = {"status": "ACTIVATE", "listing_platforms": ["TIKTOK_SHOP", "TOKOPEDIA"]}
    on_both = search(seller, body)["data"]["products"]
    assert on_both
    assert all("status" in product and "integrated_platform_statuses" in product for product in on_both)


def test_a_product_of_another_shop_is_not_shown(seller):
    other = seller.products(shop=2)[0]
    assert seller.call("GET", f"/product/202309/products/{other['id']}")["code"] == 12052048


def test_inventory_search_agrees_with_the_catalogue(seller):
    product = next(each for each in seller.products() if len(each["skus"][0]["inventory"]) == 2)
    (found,) = seller.post(INVENTORY, {"product_ids": [product["id"]]})["inventory"]
    assert found["product_id"] == product["id"]
    for stock, sku in zip(found["skus"], product["skus"], strict=True):
        shown = {each["warehouse_id"]: each["available_quantity"] for each in stock["warehouse_inventory"]}
        assert shown == {each["warehouse_id"]: each["quantity"] for each in sku["inventory"]}
        assert stock["total_available_quantity"] == sum(shown.values())
        assert stock["total_committed_quantity"] == 0


def test_inventory_search_is_silent_about_ids_that_are_not_ours(seller):
    own, other = seller.products()[0], seller.products(shop=2)[0]
    (found,) = seller.post(INVENTORY, {"product_ids": [other["id"], own["id"], "1"]})["inventory"]
    assert found["product_id"] == own["id"]
    assert seller.post(INVENTORY, {"sku_ids": ["1"]}) == {}


def test_sku_ids_win_over_product_ids(seller):
    first, second = seller.products()[:2]
    body = {"product_ids": [first["id"]], "sku_ids": [second["skus"][0]["id"]]}
    (found,) = seller.post(INVENTORY, body)["inventory"]
    assert [sku["id"] for sku in found["skus"]] == [second["skus"][0]["id"]]


@pytest.mark.parametrize(("name", "most"), [("product_ids", 100), ("sku_ids", 600)])
def test_inventory_search_takes_so_many_ids(seller, name, most):
    assert seller.call("POST", INVENTORY, body={name: ["1"] * most})["code"] == 0
    assert seller.call("POST", INVENTORY, body={name: ["1"] * (most + 1)})["code"] == 36009004


def test_inventory_search_wants_some_ids(seller):
    assert seller.call("POST", INVENTORY, body={})["code"] == 36009004


def test_two_sales_warehouses_and_one_for_returns(seller):
    warehouses = seller.get("/logistics/202309/warehouses")["warehouses"]
    sales = {each["id"] for each in warehouses if each["type"] == "SALES_WAREHOUSE"}
    used = {stock["warehouse_id"] for each in seller.products() for sku in each["skus"] for stock in sku["inventory"]}
    assert used == sales
    assert [each["type"] for each in warehouses].count("RETURN_WAREHOUSE") == 1
