"""The scenarios that ship, with a seller at work: whatever happens in them, all sides agree in the end."""

import httpx
import pytest
from cycle.house import MORNING, Clock, Town, found_house, opened
from once import put_blank_mirror

from daemon.marketplaces.sandbox.scenario import shipped
from daemon.marketplaces.sandbox.server import SandboxOptions, running


class WorldsClock(Clock):
    """Moves the world's time along; the machine's, on which the sandbox runs, stands still."""

    def __init__(self, client):
        super().__init__()
        self._client = client

    def move(self, seconds):
        super().move(seconds)
        self._client.post("/_sandbox/clock", json={"advance_s": seconds}).raise_for_status()


@pytest.mark.parametrize("name", shipped())
def test_all_sides_agree_in_the_end(name, tmp_path):
    options = SandboxOptions(products=24, scenario=name)
    with (
        running(options, clock=MORNING.timestamp) as ready,
        httpx.Client(base_url=ready.base_url, trust_env=False, timeout=10) as client,
    ):
        client.post("/_sandbox/clock", json={"speed": 100}).raise_for_status()
        market = Town(ready, client, WorldsClock(client)).market(tmp_path, shops=len(ready.shops))
        settings = found_house(tmp_path, market)
        put_blank_mirror(settings.state_folder)
        with opened(settings, market) as house:
            play_through(house)
            steps = client.get("/_sandbox/scenario").json()["steps"]
            assert "waiting" not in {step["outcome"] for step in steps}
            assert_agreed(house)


def play_through(house):
    house.cycle()
    sku, other = list(house.rows())[2:4]
    started = house.clock.moment
    for minutes in range(2, 50, 6):
        house.clock.move(minutes * 60 - (house.clock.moment - started).total_seconds())
        if minutes in {8, 26}:
            house.types(sku, stock=house.stock(sku) + 30)
            house.types(other, price=house.price(other) + 1000)
        house.cycle()


def assert_agreed(house):
    """Nothing is open once the seller has brought what two shops sold at the same time."""
    oversold = {held.sku: {"stock": 10} for held in house.cycle().plan.held if held.reason.code == "stock.oversold"}
    if oversold:
        house.types_all(oversold)
    for _ in range(3):
        house.settle()
        result = house.cycle()
    assert result.is_complete
    assert result.plan.is_quiet
    assert house.outbox() == []
    shown = {sku: house.market.stock(sku) for sku in house.rows()}
    assert shown == {sku: (house.stock(sku),) * len(house.market.shops) for sku in shown}
