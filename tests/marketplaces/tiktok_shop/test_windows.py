"""Switching products on and off in each shop window, against the sandbox and a stub."""

import pytest
from contract.asking import sweep, use
from marketplaces.tiktok_shop.worlds import Reply

from daemon.domain.refusals import Cure
from daemon.domain.values import Platform, WindowState
from daemon.errors import ItemError, UnknownOutcomeError

BOTH = {Platform.TIKTOK_SHOP, Platform.TOKOPEDIA}
DEACTIVATE = "/product/202309/products/deactivate"


def on_both(listings):
    """Products listed in both windows, each once."""
    return list(dict.fromkeys(each.id.product_id for each in listings if each.platforms == BOTH))


def test_a_product_is_hidden_in_one_window_and_put_back_after_a_review(world):
    async def act(shop):
        product = on_both(await sweep(shop))[0]
        states = [await shop.read_windows(product)]
        for is_on in (False, True):
            assert await shop.switch([product], [Platform.TOKOPEDIA], is_on=is_on) == {}
            states.append(await shop.read_windows(product))
        return [state[Platform.TOKOPEDIA] for state in states], {state[Platform.TIKTOK_SHOP] for state in states}

    tokopedia, tiktok = use(world.connector(), act)
    assert tokopedia == [WindowState.ON, WindowState.OFF, WindowState.IN_REVIEW]
    assert tiktok == {WindowState.ON}


def test_products_are_switched_20_at_a_time_and_the_refused_ones_are_named(world):
    async def act(shop):
        products = [each.id.product_id for each in await sweep(shop)]
        products = [*dict.fromkeys(products), *(f"17300000000000000{number}" for number in range(10, 40))]
        return products, await shop.switch(products, [Platform.TIKTOK_SHOP], is_on=False)

    products, refused = use(world.connector(), act)
    assert len(world.calls("deactivate")) == -(-len(products) // 20)
    assert set(products[-30:]) <= refused.keys() < set(products)
    assert all(why.startswith("12052048 ") for product, why in refused.items() if product in products[-30:])


def test_a_status_that_does_not_fit_is_what_a_refusal_says(world):
    async def act(shop):
        product = on_both(await sweep(shop))[0]
        refused = await shop.switch([product], [Platform.TOKOPEDIA], is_on=True)
        return refused[product], shop.cure(refused[product])

    reason, cure = use(world.connector(), act)
    assert reason.startswith("12052003 ")
    assert cure is Cure.STATUS


def test_a_refusal_of_the_whole_call_is_that_of_every_product(stub, to_stub):
    stub.answers[DEACTIVATE] = Reply(code=12052700, message="Seller is inactive")
    refused = use(to_stub(), lambda shop: shop.switch(["1", "2"], [Platform.TIKTOK_SHOP], is_on=False))
    assert refused == dict.fromkeys("12", "12052700 Seller is inactive")


def test_one_product_at_fault_for_the_refusal_of_a_whole_call_does_not_keep_the_others(stub, to_stub):
    stub.answers[DEACTIVATE] = lambda body: Reply(code=12019001, message="Bad id") if "2" in body["product_ids"] else {}
    refused = use(to_stub(), lambda shop: shop.switch(["1", "2", "3"], [Platform.TIKTOK_SHOP], is_on=False))
    assert refused == {"2": "12019001 Bad id"}
    assert [body["product_ids"] for body in stub.bodies(DEACTIVATE)] == [["1", "2", "3"], ["1"], ["2"], ["3"]]


def test_an_error_that_names_a_variant_too_is_that_of_its_product(stub, to_stub):
    error = {"code": 12052003, "message": "No", "detail": {"product_id": "2", "sku_id": "77"}}
    stub.answers[DEACTIVATE] = {"errors": [error]}
    refused = use(to_stub(), lambda shop: shop.switch(["1", "2"], [Platform.TIKTOK_SHOP], is_on=False))
    assert refused == {"2": "12052003 No"}


@pytest.mark.parametrize("rubbish", [{}, {"status": None}, {"integrated_platform_statuses": [{"platform": "X"}]}])
def test_an_answer_that_names_no_window_does_not_say_that_the_product_is_hidden(stub, to_stub, rubbish):
    stub.answers["/product/202309/products/17500"] = {"id": "17500", **rubbish}
    with pytest.raises(ItemError):
        use(to_stub(), lambda shop: shop.read_windows("17500"))


def test_an_error_without_a_product_counts_for_all_of_its_call(stub, to_stub):
    stub.answers[DEACTIVATE] = {"errors": [{"code": 12052093, "message": "No"}]}
    refused = use(to_stub(), lambda shop: shop.switch(["1", "2"], [Platform.TIKTOK_SHOP], is_on=False))
    assert refused == dict.fromkeys("12", "12052093 No")


def test_when_a_later_call_fails_the_fate_of_the_whole_is_unknown(stub, to_stub):
    stub.answers[DEACTIVATE] = lambda body: Reply(status=500, raw=b"") if "20" in body["product_ids"] else {}
    products = [str(number) for number in range(21)]
    with pytest.raises(UnknownOutcomeError):
        use(to_stub(), lambda shop: shop.switch(products, [Platform.TIKTOK_SHOP], is_on=False))


def test_the_windows_of_a_product_that_is_gone_are_an_error_of_this_product(world):
    with pytest.raises(ItemError):
        use(world.connector(), lambda shop: shop.read_windows("1730000000000000000"))


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("ACTIVATE", WindowState.ON),
        ("SELLER_DEACTIVATED", WindowState.OFF),
        ("PENDING", WindowState.IN_REVIEW),
        ("FREEZE", WindowState.LOCKED),
        ("PLATFORM_DEACTIVATED", WindowState.LOCKED),
        ("A_WORD_OF_NEXT_YEAR", WindowState.LOCKED),
    ],
)
def test_each_window_has_a_state_of_its_own(stub, to_stub, word, state):
    windows = [{"platform": "TOKOPEDIA", "status": word}, {"platform": "A_NEW_WINDOW", "status": "ACTIVATE"}]
    stub.answers["/product/202309/products/17500"] = {"id": "17500", "integrated_platform_statuses": windows}
    assert use(to_stub(), lambda shop: shop.read_windows("17500")) == {Platform.TOKOPEDIA: state}
