"""Sending goods when the marketplace answers as the sandbox never does."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from contract import asking
from marketplaces.tiktok_shop.worlds import Reply

from daemon.domain.fulfilment import DropOff, LabelState, Package, PackageStatus, PickUp
from daemon.errors import ItemError, TryLaterError
from daemon.marketplaces.tiktok_shop.client import Credentials
from daemon.marketplaces.tiktok_shop.fulfilment import TikTokFulfilment

MANY = "/fulfillment/202309/packages/ship"
LABEL = "/fulfillment/202309/packages/11501/shipping_documents"
DETAIL = "/fulfillment/202309/packages/11501"
PDF = "/files/wsos67000"
BUSY = {"code": 10037003, "message": "system busy"}
PAPER = b"%PDF-1.4 label\n%%EOF\n"
TRACKING = "/fulfillment/202309/orders/5801/tracking"
OPTIONS = "/logistics/202309/warehouses/7301/delivery_options"
NOON = datetime(2026, 3, 10, 5, tzinfo=UTC)
PACKAGE = Package("11501", PackageStatus.TO_COLLECT, ("5801",), ("5802",), "Kilat Nusa", "KNS1", NOON, NOON)


def ship_path(number):
    return f"/fulfillment/202309/packages/{number}/ship"


def use(connector, work):
    return asking.use(connector, lambda shop: work(shop.fulfilment))


def ship(connector, *numbers):
    return use(connector, lambda shop: shop.ship(dict.fromkeys(numbers, PickUp())))


def label(connector):
    return use(connector, lambda shop: shop.label(PACKAGE))


def failed(number, code, message="no"):
    return {"code": code, "message": message, "detail": {"package_id": number}}


def test_of_many_the_passing_failure_is_tried_again_alone(stub, to_stub):
    stub.answers[MANY] = {"errors": [failed("11501", 10037003), failed("11502", 21011048), failed("11503", 21011006)]}
    stub.answers[ship_path("11501")] = {}
    assert ship(to_stub(), "11501", "11502", "11503", "11504") == {"11502": "21011048 no"}
    assert stub.bodies(ship_path("11501")) == [{"handover_method": "PICKUP"}]


def test_a_call_that_one_package_spoils_is_made_for_each(stub, to_stub):
    stub.answers[MANY] = Reply(code=21001001, message="bad parameter")
    stub.answers[ship_path("11501")] = {}
    stub.answers[ship_path("11502")] = Reply(code=21001001, message="bad parameter")
    assert ship(to_stub(), "11501", "11502") == {"11502": "21001001 bad parameter"}


def test_a_failure_that_names_no_package_is_looked_into_one_by_one(stub, to_stub):
    stub.answers[MANY] = {"errors": [{"code": 21011048, "message": "one of them"}]}
    stub.answers[ship_path("11501")] = Reply(code=21011006, message="The package has been shipped")
    stub.answers[ship_path("11502")] = Reply(code=21011048, message="frozen")
    assert ship(to_stub(), "11501", "11502") == {"11502": "21011048 frozen"}


def test_a_busy_marketplace_is_asked_again_and_then_left_for_later(stub, to_stub):
    answers = [Reply(**BUSY), Reply(data={})]
    stub.answers[ship_path("11501")] = lambda _body: answers.pop(0)
    assert ship(to_stub(), "11501") == {}
    stub.answers[ship_path("11501")] = Reply(**BUSY)
    with pytest.raises(TryLaterError):
        ship(to_stub(), "11501")


def test_more_packages_than_one_call_takes_go_in_several(stub, to_stub):
    stub.answers[MANY] = {}
    stub.answers[ship_path("51")] = {}
    assert ship(to_stub(), *map(str, range(1, 52))) == {}
    assert [len(body["packages"]) for body in stub.bodies(MANY)] == [50]


def test_a_label_in_the_making_is_for_later(stub, to_stub):
    stub.answers[LABEL] = Reply(code=21011048, message="not now")
    stub.answers[DETAIL] = {"package_id": "11501", "package_status": "PROCESSING", "package_sub_status": "RTSING"}
    with pytest.raises(TryLaterError) as caught:
        label(to_stub())
    assert caught.value.message.code == "label.not_ready"
    stub.answers[DETAIL] = {"package_id": "11501", "package_sub_status": "TTS"}
    with pytest.raises(ItemError):
        label(to_stub())


def test_a_label_without_a_link_is_for_later(stub, to_stub):
    stub.answers[LABEL] = {"tracking_number": "KNS1"}
    with pytest.raises(TryLaterError) as caught:
        label(to_stub())
    assert caught.value.message.code == "label.not_ready"


@pytest.mark.parametrize(
    "answer",
    [Reply(status=403, raw=b""), Reply(raw=b"<html>"), Reply(raw=PAPER[:-8]), Reply(raw=b"%PDF-" + bytes(21 * 2**20))],
    ids=["refused", "a page", "half of one", "too large"],
)
def test_what_is_no_label_is_neither_given_nor_kept_and_its_address_is_told_to_nobody(stub, to_stub, answer):
    stub.answers[LABEL] = {"doc_url": f"{stub.url}{PDF}?expire=1&key=rahasia"}
    stub.answers[PDF] = answer
    with pytest.raises(TryLaterError) as caught:
        label(to_stub())
    assert "rahasia" not in f"{caught.value} {caught.value.__cause__!r}"
    stub.answers[PDF] = Reply(raw=PAPER)
    assert label(to_stub()) == PAPER


def test_a_label_does_not_travel_over_an_open_connection_when_calls_do_not(stub, to_stub):
    stub.answers[LABEL] = {"doc_url": f"{stub.url}{PDF}"}
    stub.answers[PDF] = Reply(raw=PAPER)
    connector = to_stub()
    secure = Credentials("toko", "kunci", "app-rahasia", "cipher-rahasia", "https://api.contoh", "https://auth.contoh")

    async def fetch(_fulfilment):
        parts = connector._client, connector._http, connector.lookups
        return await TikTokFulfilment(secure, *parts).label(PACKAGE)

    with pytest.raises(TryLaterError):
        use(connector, fetch)
    assert stub.bodies(PDF) == []


def test_a_label_is_not_kept_as_long_as_the_parcel_has_no_number(stub, to_stub):
    stub.answers[LABEL] = {"doc_url": f"{stub.url}{PDF}"}
    soon = replace(PACKAGE, tracking_number="")
    for paper in (PAPER, b"%PDF-1.4 of a parcel that is sent anew\n%%EOF\n"):
        stub.answers[PDF] = Reply(raw=paper)
        assert use(to_stub(), lambda shop: shop.label(soon)) == paper


def test_a_label_that_was_kept_is_not_given_for_a_parcel_that_was_cancelled(stub, to_stub):
    stub.answers[LABEL] = {"doc_url": f"{stub.url}{PDF}"}
    stub.answers[PDF] = Reply(raw=PAPER)
    assert label(to_stub()) == PAPER
    stub.answers[LABEL] = Reply(code=21011048, message="cancelled")
    stub.answers[DETAIL] = {"package_id": "11501", "package_status": "CANCELLED"}
    cancelled = replace(PACKAGE, status=PackageStatus.CANCELLED)
    with pytest.raises(ItemError, match="cancelled"):
        use(to_stub(), lambda shop: shop.label(cancelled))


def test_sightings_come_newest_first_in_whatever_order_they_are_told(stub, to_stub):
    stub.answers[TRACKING] = {
        "tracking": [{"description": str(at), "update_time_millis": at * 1000} for at in (2, 3, 1)]
    }
    assert [each.text for each in use(to_stub(), lambda shop: shop.sightings("5801"))] == ["3", "2", "1"]


def test_an_empty_list_is_asked_for_again(stub, to_stub):
    stub.answers[OPTIONS] = {}
    assert use(to_stub(), lambda shop: shop.delivery_options("7301")) == []
    stub.answers[OPTIONS] = {"delivery_options": [{"id": "1"}]}
    assert [each.id for each in use(to_stub(), lambda shop: shop.delivery_options("7301"))] == ["1"]


def test_what_an_older_version_kept_is_asked_for_again(stub, to_stub):
    stub.answers[OPTIONS] = {"delivery_options": [{"id": "1"}]}
    connector = to_stub()
    connector.lookups.keep(OPTIONS, {"delivery_options": ["1"]}, for_s=60)
    assert [each.id for each in use(connector, lambda shop: shop.delivery_options("7301"))] == ["1"]


def test_words_that_we_do_not_know_are_no_error(stub, to_stub):
    stub.answers[DETAIL] = {
        "package_id": "11501",
        "package_status": "FLYING",
        "package_sub_status": "SHIP_EXCEPTION",
        "ship_exception_reason": "LOST_IN_SPACE",
        "shipping_type": "DRONE",
        "orders": None,
    }
    detail = use(to_stub(), lambda shop: shop.package("11501"))
    assert (detail.package.status, detail.label) == (PackageStatus.UNKNOWN, LabelState.NONE)
    assert (detail.trouble, detail.package.order_ids) == ("LOST_IN_SPACE", ())


def test_an_id_cannot_lead_to_another_call(stub, to_stub):
    path = "/fulfillment/202309/packages/..%2Fship/ship"
    stub.answers[path] = {}
    assert use(to_stub(), lambda shop: shop.ship({"../ship": DropOff()})) == {}
    assert [asked for asked, _body in stub.asked] == [path]
