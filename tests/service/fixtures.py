from contextlib import closing

import httpx
import pytest
from service.house import Daemon, House

from daemon.marketplaces.sandbox.server import SandboxOptions, running


@pytest.fixture(scope="session")
def markets():
    """Give a sandbox with untouched shops again and again; small ones, for its whole state is looked at often."""

    def opened():
        while True:
            with (
                running(SandboxOptions(products=50, shops=20)) as ready,
                httpx.Client(base_url=ready.base_url) as client,
            ):
                yield from [(ready, client, iter(ready.shops))] * 10

    with closing(opened()) as markets:
        yield markets


@pytest.fixture
def market(markets):
    """A sandbox, its client, and those of its shops that nobody has touched."""
    return next(markets)


@pytest.fixture
def new_house(market, tmp_path):
    ready, client, shops = market

    def build(**options):
        return House(ready.model_copy(update={"shops": (next(shops),)}), client, tmp_path, **options).quiet()

    yield build
    client.delete("/_sandbox/faults")


@pytest.fixture
def house(new_house):
    return new_house()


@pytest.fixture
def filled(house):
    """A house whose workbook was filled from the shop."""
    house.fill()
    return house


@pytest.fixture
def start():
    """Start `selaras run` on a house; whatever still runs at the end is killed."""
    started = []

    def daemon(house, **options):
        started.append(Daemon(house, **options))
        return started[-1]

    yield daemon
    for each in started:
        each.close()
