from datetime import UTC, datetime

import pytest

from daemon.domain.values import ListingStatus, Money, OrderStatus, Platform, Quantity
from daemon.errors import ItemError
from daemon.marketplaces.tiktok_shop import models, translate

OWN = ("71001", "71002")


def product(**fields):
    sku = {"id": "17501", "seller_sku": "KOPI-250", "price": {"currency": "IDR", "tax_exclusive_price": "55000"}}
    return models.Product.model_validate({"id": "17500", "title": "Kopi Gayo", "skus": [sku], **fields})


def listing(**fields):
    return translate.listings("toko", product(**fields), OWN)[0]


def order(**fields):
    line = {"id": "581", "product_id": "17500", "sku_id": "17501", "seller_sku": "KOPI-250", "sale_price": "55000"}
    known = {"id": "580", "status": "AWAITING_SHIPMENT", "create_time": 1_780_000_000, "line_items": [line]}
    return translate.order("toko", models.Order.model_validate({**known, **fields}))


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("89000", "IDR", 89000), ("89000.00", "IDR", 89000), ("0", "IDR", 0), ("12.5", "USD", 1250)],
)
def test_an_amount_is_read_in_minor_units(amount, currency, minor):
    assert translate.money(amount, currency, shop="toko") == Money(minor, currency)


@pytest.mark.parametrize("amount", ["89000.5", "89.000", "1,000", "Rp 5", "NaN", "Infinity", "1E9"])
def test_an_amount_that_cannot_be_meant_is_an_error_of_its_item(amount):
    with pytest.raises(ItemError) as caught:
        translate.money(amount, "IDR", shop="toko")
    assert caught.value.message.code == "item.amount_unreadable"
    assert caught.value.message.params == {"shop": "toko", "amount": amount, "currency": "IDR"}


def test_an_empty_amount_is_no_amount():
    assert translate.money("", "IDR", shop="toko") is None


@pytest.mark.parametrize(
    ("price", "text"), [(Money(92500), "92500"), (Money(1250, "USD"), "12.50"), (Money(5, "USD"), "0.05")]
)
def test_a_price_is_written_in_major_units(price, text):
    assert translate.amount_text(price) == text


def test_the_price_stands_under_either_key():
    search = models.Price(tax_exclusive_price="100")
    detail = models.Price(sale_price="200", tax_exclusive_price="100")
    assert (translate.price("toko", search), translate.price("toko", detail)) == (Money(100), Money(200))


def test_a_listing_whose_price_is_a_fraction_is_still_listed_but_its_price_is_left_alone():
    odd = listing(status="ACTIVATE", skus=[{"id": "17501", "price": {"sale_price": "55000.5"}}])
    assert odd.price is None
    assert not odd.price_is_editable
    assert odd.quantity_is_editable


@pytest.mark.parametrize(
    ("word", "status", "price_is_editable", "quantity_is_editable"),
    [
        ("ACTIVATE", ListingStatus.ACTIVE, True, True),
        ("SELLER_DEACTIVATED", ListingStatus.INACTIVE, False, True),
        ("PLATFORM_DEACTIVATED", ListingStatus.INACTIVE, False, False),
        ("DRAFT", ListingStatus.INACTIVE, False, True),
        ("PENDING", ListingStatus.OTHER, False, True),
        ("FAILED", ListingStatus.OTHER, False, True),
        ("FREEZE", ListingStatus.OTHER, False, False),
        ("DELETED", ListingStatus.DELETED, False, False),
        ("A_WORD_OF_NEXT_YEAR", ListingStatus.OTHER, False, False),
    ],
)
def test_a_product_status_says_what_buyers_see_and_what_may_be_edited(
    word, status, price_is_editable, quantity_is_editable
):
    seen = listing(status=word)
    assert seen.status is status
    assert (seen.price_is_editable, seen.quantity_is_editable) == (price_is_editable, quantity_is_editable)


def test_a_tokopedia_only_product_is_not_taken_for_deleted():
    seen = listing(integrated_platform_statuses=[{"platform": "TOKOPEDIA", "status": "ACTIVATE"}])
    assert seen.status is ListingStatus.ACTIVE
    assert seen.platforms == {"TOKOPEDIA"}
    assert seen.price_is_editable
    assert seen.quantity_is_editable


def test_a_product_on_sale_in_one_window_is_active():
    tokopedia = [{"platform": "TOKOPEDIA", "status": "ACTIVATE"}]
    seen = listing(status="SELLER_DEACTIVATED", integrated_platform_statuses=tokopedia)
    assert seen.status is ListingStatus.ACTIVE
    assert seen.platforms == {"TIKTOK_SHOP", "TOKOPEDIA"}


def test_a_variant_switched_off_by_itself_is_inactive():
    sku = {"id": "17501", "status_info": {"status": "DEACTIVATED"}}
    assert listing(status="ACTIVATE", skus=[sku]).status is ListingStatus.INACTIVE


def test_only_own_warehouses_count():
    inventory = [{"warehouse_id": id_, "quantity": units} for id_, units in (("71001", 5), ("71002", 7), ("79", 90))]
    assert listing(status="ACTIVATE", skus=[{"id": "17501", "inventory": inventory}]).quantity == 12


@pytest.mark.parametrize("sku", [{"id": "17501"}, {"id": "17501", "inventory": None}, {"id": "17501", "inventory": []}])
def test_stock_that_was_not_told_is_unknown_and_not_zero(sku):
    assert listing(status="ACTIVATE", skus=[sku]).quantity is None


def test_goods_that_the_platform_stores_are_not_ours_to_count():
    sku = {"id": "17501", "inventory": [{"warehouse_id": "79", "quantity": 90}]}
    seen = listing(status="ACTIVATE", skus=[sku])
    assert seen.quantity == 0
    assert not seen.quantity_is_editable


def test_a_line_that_names_its_parts_stands_for_them():
    parts = [
        {"id": "582", "product_id": "17510", "sku_id": "17511", "seller_sku": "KOPI-250", "sale_price": "40000"},
        {"id": "583", "product_id": "17520", "sku_id": "17521", "seller_sku": "TEH", "display_status": "CANCELLED"},
    ]
    bundle = {"id": "581", "product_id": "17500", "sku_id": "17501", "seller_sku": "PAKET", "sub_item_info": parts}
    lines = order(line_items=[bundle]).lines
    assert [(line.id, line.sku, line.listing.sku_id, line.price.amount, line.is_cancelled) for line in lines] == [
        ("582", "KOPI-250", "17511", 40_000, False),
        ("583", "TEH", "17521", 0, True),
    ]
    assert {(line.part_of, line.is_gift) for line in lines} == {("581", False)}
    assert all(line.is_gift for line in order(line_items=[{**bundle, "is_gift": True}]).lines)
    cancelled = order(line_items=[{**bundle, "display_status": "CANCELLED"}]).lines
    assert all(line.is_cancelled for line in cancelled)


def test_a_sku_that_is_known_as_a_bundle_has_no_stock_that_could_be_set():
    product = models.Product(id="1", status="ACTIVATE", skus=[{"id": "17501"}, {"id": "17502"}])
    seen = translate.listings("toko", product, (), bundles={"17502"})
    assert [each.quantity_is_editable for each in seen] == [True, False]


def test_the_stock_of_a_bundle_follows_its_parts():
    assert not listing(status="ACTIVATE", product_types=["COMBINED_PRODUCT"]).quantity_is_editable
    assert listing(status="ACTIVATE", product_types=["IN_COMBINED_PRODUCT"]).quantity_is_editable


def test_null_and_unknown_fields_are_tolerated():
    sku = {"id": 17501, "seller_sku": None, "price": None, "inventory": None, "colour_of_the_box": {"deep": [1]}}
    seen = listing(status="ACTIVATE", integrated_platform_statuses=None, skus=[sku])
    assert (seen.id.sku_id, seen.sku, seen.price) == ("17501", "", None)


@pytest.mark.parametrize("skus", [None, []])
def test_a_product_without_variants_has_no_listings(skus):
    assert translate.listings("toko", product(skus=skus), OWN) == []


def test_quantities_add_up_own_warehouses_and_fall_back_to_the_totals():
    places = [
        {"warehouse_id": "71001", "available_quantity": 4, "committed_quantity": 1},
        {"warehouse_id": "71002", "available_quantity": 3, "committed_quantity": 2},
        {"warehouse_id": "79", "available_quantity": 50, "committed_quantity": 9},
    ]
    stored = models.InventorySku.model_validate({"id": "1", "warehouse_inventory": places})
    totals = models.InventorySku(id="1", total_available_quantity=8, total_committed_quantity=2)
    assert translate.quantity(stored, OWN) == Quantity(7, 3)
    assert translate.quantity(totals, OWN) == Quantity(8, 2)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("UNPAID", OrderStatus.UNPAID),
        ("ON_HOLD", OrderStatus.ON_HOLD),
        ("AWAITING_SHIPMENT", OrderStatus.TO_SHIP),
        ("PARTIALLY_SHIPPING", OrderStatus.PARTLY_SHIPPED),
        ("AWAITING_COLLECTION", OrderStatus.TO_COLLECT),
        ("IN_TRANSIT", OrderStatus.IN_TRANSIT),
        ("DELIVERED", OrderStatus.DELIVERED),
        ("COMPLETED", OrderStatus.COMPLETED),
        ("CANCELLED", OrderStatus.CANCELLED),
        ("BEAMED_UP", OrderStatus.UNKNOWN),
        (None, OrderStatus.UNKNOWN),
    ],
)
def test_an_order_status_is_mapped(word, status):
    assert order(status=word).status is status


def test_times_are_utc_and_zero_means_not_yet():
    seen = order(update_time=1_780_000_100, rts_sla_time=0)
    assert seen.created_at == datetime.fromtimestamp(1_780_000_000, UTC)
    assert seen.updated_at == datetime.fromtimestamp(1_780_000_100, UTC)
    assert seen.ship_by is None
    assert order(rts_sla_time=1_780_009_000).ship_by == datetime.fromtimestamp(1_780_009_000, UTC)


@pytest.mark.parametrize(
    ("fulfillment", "takes_our_stock"),
    [
        ("FULFILLMENT_BY_SELLER", True),
        (None, True),
        ("FULFILLMENT_BY_TIKTOK", False),
        ("FULFILLMENT_BY_DILAYANI_TOKOPEDIA", False),
    ],
)
def test_only_orders_that_the_seller_fulfils_take_our_stock(fulfillment, takes_our_stock):
    assert order(fulfillment_type=fulfillment).takes_our_stock is takes_our_stock


@pytest.mark.parametrize(
    ("word", "platform"),
    [("TIKTOK_SHOP", Platform.TIKTOK_SHOP), ("TOKOPEDIA", Platform.TOKOPEDIA), ("LIVE", Platform.OTHER)],
)
def test_the_platform_is_where_the_buyer_ordered(word, platform):
    assert order(commerce_platform=word).platform is platform


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, ""),
        ({"cancel_reason": "Stok habis"}, "Stok habis"),
        ({"line_items": [{"id": "581", "cancel_reason": "Stok habis"}, {"id": "582"}]}, "Stok habis"),
    ],
)
def test_the_reason_of_a_cancellation_is_kept_in_the_marketplaces_words(fields, reason):
    assert order(**fields).cancel_reason == reason


def test_what_a_promotion_asks_of_buyers_is_no_price_of_the_listing():
    """A running promotion shows in keys of its own; the selling price stands where it stood."""
    price = {"currency": "IDR", "tax_exclusive_price": "55000", "promotion_price": "39000", "campaign_price": "41000"}
    sku = {"id": "17501", "price": price}
    assert listing(skus=[sku]).price == Money(55_000)


@pytest.mark.parametrize(
    ("order_word", "line", "is_cancelled"),
    [
        ("AWAITING_SHIPMENT", {}, False),
        ("AWAITING_SHIPMENT", {"display_status": "CANCELLED"}, True),
        ("AWAITING_SHIPMENT", {"display_status": "AWAITING_SHIPMENT", "cancel_user": "BUYER"}, False),
        ("AWAITING_SHIPMENT", {"cancel_user": "BUYER"}, True),
        ("CANCELLED", {"display_status": "AWAITING_SHIPMENT"}, True),
    ],
)
def test_a_line_can_be_cancelled_alone_or_with_its_order(order_word, line, is_cancelled):
    seen = order(status=order_word, line_items=[{"id": "581", **line}])
    assert seen.lines[0].is_cancelled is is_cancelled


@pytest.mark.parametrize("line", [{"id": "581", "sale_price": ""}, {"id": "581", "sale_price": "1.5"}])
def test_a_unit_whose_price_cannot_be_read_is_still_counted(line):
    assert order(line_items=[line]).lines[0].price == Money(0)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Sari Dewi", "S*** D***"), ("B*** S******", "B*** S***"), ("", ""), ("  Wayan  ", "W***")],
)
def test_a_buyer_is_masked_again(name, shown):
    assert order(recipient_address={"name": name}).buyer == shown


def test_nothing_else_about_the_buyer_gets_in():
    recipient = {"name": "Sari Dewi", "phone_number": "+6281299988877", "full_address": "Jl. Melati 9, Kebumen"}
    seen = repr(order(recipient_address=recipient, buyer_email="x@y.id", buyer_message="cepat ya"))
    assert not [word for word in ("Sari", "9998", "Melati", "x@y.id", "cepat") if word in seen]


@pytest.mark.parametrize(
    ("fields", "left_at"),
    [
        ({}, None),
        ({"rts_time": 50, "collection_time": 0}, None),
        ({"delivery_time": 70}, 70),
        ({"collection_time": 60, "delivery_time": 70}, 60),
    ],
)
def test_goods_have_left_once_a_courier_has_them(fields, left_at):
    assert order(**fields).left_at == (left_at and datetime.fromtimestamp(left_at, UTC))


def test_tracking_numbers_of_split_packages_stand_side_by_side():
    lines = [{"id": str(n), "tracking_number": number} for n, number in enumerate(["JX1", "JX2", "JX1", ""])]
    assert order(line_items=lines).tracking_number == "JX1, JX2"
