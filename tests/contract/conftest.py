"""Shops of every marketplace, for what any connector must do."""

import pytest
from contract.marketplaces import MARKETPLACES, PRICE, STOCK


@pytest.fixture(scope="module", params=MARKETPLACES)
def marketplace(request):
    return MARKETPLACES[request.param]


@pytest.fixture(scope="module")
def found(marketplace):
    with marketplace[0]() as found:
        yield found


@pytest.fixture
def market(found, tmp_path):
    market = found(tmp_path)
    yield market
    market.peace()
    assert market.faults() == []


@pytest.fixture
def large_market(marketplace, tmp_path):
    with marketplace[1](tmp_path) as market:
        yield market
        assert market.faults() == []


@pytest.fixture
def sku(market):
    """Goods with 12 units at Rp 55.000."""
    sku = next(iter(market.shown()))
    market.edit(sku, quantity=STOCK, price=PRICE)
    return sku
