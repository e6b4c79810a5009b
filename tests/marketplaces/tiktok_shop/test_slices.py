"""Catalogues of which one search shows only a part."""

import pytest
from contract.asking import sweep, use
from marketplaces.tiktok_shop.worlds import Reply

from daemon.errors import TryLaterError
from daemon.marketplaces.sandbox import product_calls

SEARCH = "/product/202502/products/search"


def test_a_shop_with_more_products_than_one_search_shows_is_read_in_slices(world, monkeypatch):
    whole = use(world.connector(), sweep)
    monkeypatch.setattr(product_calls, "MOST_HITS", 3)
    assert len({each.id.product_id for each in whole}) > 9
    sliced = use(world.connector(), sweep)
    assert sorted(sliced, key=lambda each: each.id) == sorted(whole, key=lambda each: each.id)


def product(number):
    return {"id": str(number), "title": "Kopi", "status": "ACTIVATE", "skus": [{"id": str(number + 100)}]}


def too_many(most, created):
    """Answer searches over products ``created`` at these seconds, one product a page, ``most`` at a time."""

    def answer(body):
        first, last = body.get("create_time_ge", 0), body.get("create_time_le", 2**40)
        found = [product(number) for number, at in enumerate(created) if first <= at <= last]
        if len(found) > most:
            return Reply(code=12052180, message="Too many")
        return {"products": found}

    return answer


def test_no_product_is_left_out_at_the_edges_of_slices_and_none_shown_twice(stub, to_stub):
    created = [0, 1, 1, 2, 3, 1_780_000_000, 1_780_000_001, 4_294_967_295]
    stub.answers[SEARCH] = too_many(2, created)
    found = [each.id.product_id for each in use(to_stub(), sweep)]
    assert sorted(found) == sorted(map(str, range(len(created))))


def test_a_whole_shop_that_one_search_shows_is_asked_for_once(stub, to_stub):
    stub.answers[SEARCH] = too_many(2, [5, 6])
    use(to_stub(), sweep)
    assert stub.bodies(SEARCH) == [{}]


def test_too_many_products_of_one_second_end_the_sweep_instead_of_looking_complete(stub, to_stub):
    stub.answers[SEARCH] = too_many(2, [7, 7, 7])
    with pytest.raises(TryLaterError) as caught:
        use(to_stub(), sweep)
    assert caught.value.message.code == "shop.refused"
