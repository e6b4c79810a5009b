import asyncio
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.marketplaces.lookups import Lookups
from daemon.marketplaces.tiktok_shop.models import Warehouses
from daemon.marketplaces.tiktok_shop.warehouses import WarehouseBook, spread

OWN = ("utama", "cabang", "garasi")


@pytest.mark.parametrize(
    ("total", "shown", "sent"),
    [
        (7, {"utama": 4}, {"utama": 7}),
        (20, {"utama": 4, "cabang": 12}, {"utama": 8, "cabang": 12}),
        (12, {"utama": 4, "cabang": 12}, {"utama": 0, "cabang": 12}),
        (5, {"utama": 4, "cabang": 12}, {"utama": 0, "cabang": 5}),
        (5, {"utama": 4, "cabang": 12, "garasi": 3}, {"utama": 0, "cabang": 2, "garasi": 3}),
        (9, {"cabang": 12}, {"cabang": 9}),
        (9, {"utama": 1, "platform": 50}, {"utama": 9}),
        (9, {"platform": 50}, {}),
        (9, {}, {"utama": 9}),
    ],
)
def test_the_managed_warehouse_takes_the_difference(total, shown, sent):
    assert spread(total, shown, OWN) == sent


@given(st.integers(0, 99_999), st.dictionaries(st.sampled_from(OWN), st.integers(0, 99_999), min_size=1))
def test_what_is_sent_always_adds_up_to_the_total_and_names_every_warehouse(total, shown):
    sent = spread(total, shown, OWN)
    assert sum(sent.values()) == total
    assert sent.keys() == shown.keys()
    assert min(sent.values()) >= 0


def test_the_list_is_kept_and_read_again_when_stock_lies_somewhere_new(tmp_path):
    listed = [{"id": "2", "type": "SALES_WAREHOUSE"}, {"id": "1", "type": "SALES_WAREHOUSE", "is_default": True}]
    calls = []

    async def fetch():
        calls.append(len(listed))
        return Warehouses.model_validate({"warehouses": listed})

    async def use():
        with closing(Lookups(tmp_path)) as lookups:
            assert await WarehouseBook(lookups, fetch).own() == ("1", "2")
        lookups = Lookups(tmp_path)
        book = WarehouseBook(lookups, fetch)
        assert await book.own({"1"}) == ("1", "2")
        assert calls == [2]
        listed.append({"id": "3", "type": "SALES_WAREHOUSE"})
        listed.append({"id": "4", "type": "RETURN_WAREHOUSE"})
        assert await book.own({"3", "4"}) == ("1", "2", "3")
        assert await book.own({"platform"}) == ("1", "2", "3")
        assert await book.own({"platform"}) == ("1", "2", "3")
        lookups.close()

    asyncio.run(use())
    assert calls == [2, 4, 4]
