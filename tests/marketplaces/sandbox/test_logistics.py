"""Ways of sending, prices of orders, and labels that end."""

import re

import httpx
import pytest

WAREHOUSES = "/logistics/202309/warehouses"
OPTIONS = "/logistics/202309/delivery_options"
PACKAGES = "/fulfillment/202309/packages"


@pytest.fixture
def package(seller):
    sku = next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] > 5)
    seller.order(sku)
    return seller.post(f"{PACKAGES}/search", {}, query={"page_size": "50"})["packages"][0]["id"]


def test_a_seller_chooses_a_courier_only_where_the_platforms_couriers_do_not_go(calm):
    [warehouse, *_] = calm.get(WAREHOUSES)["warehouses"]
    options = calm.get(f"{WAREHOUSES}/{warehouse['id']}/delivery_options")["delivery_options"]
    answers = {option["type"]: calm.call("GET", f"{OPTIONS}/{option['id']}/shipping_providers") for option in options}
    assert answers["STANDARD"]["code"]
    assert len(answers["SEND_BY_SELLER"]["data"]["shipping_providers"]) == 2


def test_a_warehouse_of_nobody_has_no_ways_of_sending(calm):
    assert calm.call("GET", f"{WAREHOUSES}/7320000000000000001/delivery_options")["code"]


def test_amounts_of_the_lines_add_up_to_those_of_the_order(seller):
    sku = next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] > 5)
    order = seller.order(sku, 3)["id"]
    detail = seller.get(f"/order/202407/orders/{order}/price_detail")
    for name in ("total", "subtotal", "shipping_sale_price"):
        assert sum(int(line[name]) for line in detail["line_items"]) == int(detail[name])


def test_a_label_can_be_fetched_for_a_day(seller, package):
    assert seller.call("POST", f"{PACKAGES}/{package}/ship", body={"handover_method": "DROP_OFF"})["code"] == 0
    asked = {"document_type": "SHIPPING_LABEL"}
    link = seller.get(f"{PACKAGES}/{package}/shipping_documents", query=asked)["doc_url"]
    seller.clock.now += 24 * 3600
    assert httpx.get(link).content.startswith(b"%PDF-")
    seller.clock.now += 1
    assert httpx.get(link).status_code == 404
    assert httpx.get(link.partition("&expire")[0]).status_code == 404


def test_a_label_can_be_asked_for_by_every_word_of_the_marketplace_and_a_refusal_names_them(seller, package):
    assert seller.call("POST", f"{PACKAGES}/{package}/ship", body={"handover_method": "DROP_OFF"})["code"] == 0
    link = f"{PACKAGES}/{package}/shipping_documents"
    refused = seller.call("GET", link, query={"document_type": "STICKER"})
    assert refused["code"] == 36009004
    words = re.search("must be one of (.*?)[.]", refused["message"])[1].split(", ")
    assert "SHIPPING_LABEL_PICTURE" in words
    for word in words:
        document = seller.get(link, query={"document_type": word})["doc_url"]
        assert httpx.get(document).content.startswith(b"%PDF-"), word


def test_the_platform_makes_no_label_for_what_the_seller_sends(seller):
    sku = next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] > 5)
    seller.order(sku, sent_by_seller=True)
    [found] = seller.post(f"{PACKAGES}/search", {}, query={"page_size": "50"})["packages"]
    options = seller.get(f"{PACKAGES}/{found['id']}")["delivery_option_id"]
    [courier, _] = seller.get(f"{OPTIONS}/{options}/shipping_providers")["shipping_providers"]
    for number, code in {"AB": 21001001, "AB-0012345": 0}.items():
        own = {"tracking_number": number, "shipping_provider_id": courier["id"]}
        assert seller.call("POST", f"{PACKAGES}/{found['id']}/ship", body={"self_shipment": own})["code"] == code
    asked = {"document_type": "SHIPPING_LABEL"}
    assert seller.call("GET", f"{PACKAGES}/{found['id']}/shipping_documents", query=asked)["code"] == 21011048
