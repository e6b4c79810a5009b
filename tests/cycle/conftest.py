from contextlib import ExitStack

import pytest
from cycle.house import found_house, open_town, opened, writes_recipes
from narrowing import plans_compared
from once import put_blank_mirror


@pytest.fixture(autouse=True)
def _plans_are_the_same_without_goods_in_step():
    with plans_compared():
        yield


@pytest.fixture(scope="session")
def towns():
    """Give a town with two untouched shops again and again; small ones, for its whole state is looked at often."""
    with ExitStack() as stack:

        def found():
            while True:
                yield from [stack.enter_context(open_town(shops=20))] * 10

        yield found()


@pytest.fixture
def town(towns):
    return next(towns)


@pytest.fixture
def market(town, tmp_path):
    market = town.market(tmp_path)
    yield market
    market.peace()


@pytest.fixture
def sku(market):
    """Goods with 12 units at Rp 55.000 in both shops, from before the first cycle on."""
    sku = market.skus()[0]
    for at in (0, 1):
        market.edit(sku, at=at, quantity=12, price=55_000)
    return sku


@pytest.fixture
def other(market):
    """Other goods, with 40 units at Rp 80.000."""
    other = market.skus()[1]
    for at in (0, 1):
        market.edit(other, at=at, quantity=40, price=80_000)
    return other


@pytest.fixture
def open_house(market, sku, other, tmp_path):
    """Found a house and let its first cycle fill the sheet; more arguments go to ``opened``."""
    with ExitStack() as stack:

        def build(*, change=lambda text: text, language="id", is_filled=True, **more):
            settings = found_house(tmp_path, market, change=change, language=language)
            put_blank_mirror(settings.state_folder)
            house = stack.enter_context(opened(settings, market, **more))
            if is_filled:
                house.cycle()
            return house

        yield build


@pytest.fixture
def house(open_house):
    return open_house()


@pytest.fixture
def bundle(market):
    """Goods that the seller packs from ``sku`` and ``other``."""
    return market.skus()[2]


@pytest.fixture
def single(market):
    return market.skus()[3]


@pytest.fixture
def made(house, sku, other, bundle, single):
    """The rows of both bundles, in effect."""
    rows = [(bundle, sku, 2), (bundle, other, 5), (single, sku, 1)]
    writes_recipes(house, *rows, stock={bundle: 0, single: 0})
    house.save_cycle()
    return rows
