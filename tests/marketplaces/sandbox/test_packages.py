"""Packages of the sandbox: from an order that waits to a label and a courier's scan."""

import httpx
import pytest
from pypdf import PdfReader

PACKAGES = "/fulfillment/202309/packages"


@pytest.fixture
def shipped_soon(seller):
    """An order that waits to be shipped, and its package."""
    sku = next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] > 5)
    order = seller.order(sku, 2)
    [shown] = seller.get("/order/202507/orders", query={"ids": order["id"]})["orders"]
    return order["id"], shown["packages"][0]["id"]


def search(seller, **body):
    return seller.post(f"{PACKAGES}/search", body, query={"page_size": "50"}).get("packages", [])


def ship(seller, package, **how):
    return seller.call("POST", f"{PACKAGES}/{package}/ship", body=how)


def test_a_package_is_found_by_its_state_with_the_units_in_it(seller, shipped_soon):
    order, package = shipped_soon
    [found] = search(seller, package_status="TO_FULFILL")
    assert (found["id"], found["orders"][0]["id"]) == (package, order)
    assert [sku["quantity"] for sku in found["orders"][0]["skus"]] == [2]
    assert len(found["order_line_item_ids"]) == 2
    assert search(seller, package_status="PROCESSING") == []


def test_nothing_is_packed_before_it_is_paid(seller):
    sku = next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] > 5)
    seller.order(sku, status="UNPAID")
    assert search(seller) == []


def test_a_shipped_package_has_a_tracking_number_and_ships_only_once(seller, shipped_soon):
    order, package = shipped_soon
    slot = next(each for each in handover(seller, package)["pickup_slots"] if each["avaliable"])
    times = {"start_time": slot["start_time"], "end_time": slot["end_time"]}
    assert ship(seller, package, handover_method="PICKUP", pickup_slot=times)["code"] == 0
    detail = seller.get(f"{PACKAGES}/{package}")
    assert (detail["package_status"], detail["handover_method"], detail["pickup_slot"]) == (
        "PROCESSING",
        "PICKUP",
        times,
    )
    assert detail["tracking_number"]
    assert "*" in detail["recipient_address"]["name"]
    assert ship(seller, package, handover_method="DROP_OFF")["code"] == 21011006
    [shown] = seller.get("/order/202507/orders", query={"ids": order})["orders"]
    assert shown["status"] == "AWAITING_COLLECTION"


def test_a_package_is_as_old_as_the_payment(seller):
    sku = next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] > 5)
    order = seller.order(sku, status="UNPAID")
    seller.clock.now += 3600
    assert search(seller, create_time_ge=int(seller.clock.now)) == []
    assert seller.control(f"/orders/{order['id']}/advance").status_code == 200
    [found] = search(seller, create_time_ge=int(seller.clock.now))
    assert found["create_time"] == int(seller.clock.now)


def test_a_package_tells_how_far_it_is_and_ships_only_once_to_its_end(seller, shipped_soon):
    order, package = shipped_soon
    told = [seller.get(f"{PACKAGES}/{package}")["package_sub_status"]]
    for _step in ("shipped", "collected", "delivered", "completed"):
        seller.control(f"/orders/{order}/advance")
        told.append(seller.get(f"{PACKAGES}/{package}")["package_sub_status"])
        assert ship(seller, package, handover_method="DROP_OFF")["code"] == 21011006
    assert told == ["STOCKING", "RTS", "TTS", "DELIVERED", "DELIVERED"]


def test_a_cancelled_package_says_so_and_does_not_ship(seller, shipped_soon):
    order, package = shipped_soon
    seller.control(f"/orders/{order}/cancel")
    assert seller.get(f"{PACKAGES}/{package}")["package_sub_status"] == "CANCELLED"
    assert ship(seller, package, handover_method="DROP_OFF")["code"] == 21011029


def handover(seller, package):
    return seller.get(f"{PACKAGES}/{package}/handover_time_slots")


def test_a_slot_that_is_taken_is_refused(seller, shipped_soon):
    _, package = shipped_soon
    taken = next(each for each in handover(seller, package)["pickup_slots"] if not each["avaliable"])
    slot = {"start_time": taken["start_time"], "end_time": taken["end_time"]}
    assert ship(seller, package, handover_method="PICKUP", pickup_slot=slot)["code"] == 21011048


def test_the_platform_ships_what_it_ships(seller, shipped_soon):
    own = {"tracking_number": "CGK0012345", "shipping_provider_id": "6841743441349706241"}
    assert ship(seller, shipped_soon[1], self_shipment=own)["code"] == 21011037


def test_of_several_packages_the_one_that_fails_is_named(seller, shipped_soon):
    _, package = shipped_soon
    wishes = [{"id": each, "handover_method": "DROP_OFF"} for each in (package, "1150000000000000001")]
    answer = seller.post(f"{PACKAGES}/ship", {"packages": wishes})
    assert [(each["code"], each["detail"]["package_id"]) for each in answer["errors"]] == [
        (21011001, "1150000000000000001")
    ]
    assert seller.get(f"{PACKAGES}/{package}")["package_status"] == "PROCESSING"


def test_a_label_is_a_pdf_with_what_to_pack(seller, shipped_soon, tmp_path):
    order, package = shipped_soon
    asked = {"document_type": "SHIPPING_LABEL", "document_size": "A6"}
    refused = seller.call("GET", f"{PACKAGES}/{package}/shipping_documents", query=asked)
    assert refused["code"] == 21011048
    ship(seller, package, handover_method="DROP_OFF")
    document = seller.get(f"{PACKAGES}/{package}/shipping_documents", query=asked)
    label = tmp_path / "label.pdf"
    label.write_bytes(httpx.get(document["doc_url"]).content)
    [page] = PdfReader(label).pages
    text = page.extract_text()
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (298, 420)
    assert document["tracking_number"] in text
    assert f"Order {order}" in text
    assert "2 x " in text


def test_the_way_of_a_parcel_is_told_newest_first(seller, shipped_soon):
    order, package = shipped_soon
    path = f"/fulfillment/202309/orders/{order}/tracking"
    assert seller.get(path) == {}
    ship(seller, package, handover_method="DROP_OFF")
    seller.clock.now += 3600
    assert seller.control(f"/orders/{order}/advance").status_code == 200
    told = [each["update_time_millis"] for each in seller.get(path)["tracking"]]
    assert told == sorted(told, reverse=True)
    assert len(told) == 2


@pytest.mark.parametrize("path", ["", "/handover_time_slots"])
def test_a_package_of_another_shop_does_not_exist_here(start, path):
    seller = start(shops=2)
    sku = next(each["seller_sku"] for each in seller.state()["listings"] if each["quantity"] > 5)
    order = seller.order(sku)
    [shown] = seller.get("/order/202507/orders", query={"ids": order["id"]})["orders"]
    assert seller.call("GET", f"{PACKAGES}/{shown['packages'][0]['id']}{path}", shop=2)["code"] == 21011001
