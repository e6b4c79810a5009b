"""Statements and transactions of a shop, read from the sandbox over real HTTP."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from marketplaces.tiktok_shop.worlds import World
from structlog.testing import capture_logs

from daemon.domain.values import Money
from daemon.marketplaces.sandbox.server import SandboxOptions, running
from daemon.marketplaces.tiktok_shop import finance_models, finance_words

LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def world(tmp_path):
    """A shop in a sandbox of its own: its clock is moved."""
    with running(SandboxOptions()) as ready, httpx.Client(base_url=ready.base_url) as client:
        yield World(ready, ready.shops[0], client, tmp_path)


@pytest.fixture
def sku(world):
    return next(each["seller_sku"] for each in world.listings() if each["quantity"] >= 10)


@pytest.fixture
def read(world):
    """Read everything that a method of ``finance`` yields, and check what went over the wire."""

    def everything(name, *asked):
        async def run():
            connector = world.connector()
            try:
                return [each async for page in getattr(connector.finance, name)(*asked) for each in page]
            finally:
                await connector.aclose()

        found = asyncio.run(run())
        assert world.faults() == []
        return found

    return everything


def completed(world, sku, quantity):
    order_id = world.order(sku, quantity=quantity)
    for _ in range(4):
        world.control(f"orders/{order_id}/advance")
    return order_id


def test_what_an_order_will_bring_is_estimated_and_then_settled(world, sku, read):
    order_id = completed(world, sku, 2)
    (estimate,) = [each for each in read("unsettled", LONG_AGO) if each.order_id == order_id]
    assert estimate.settlement == sum_of(estimate)
    world.control("clock", advance_s=86_400)
    made = read("statements", LONG_AGO)
    (settled,) = [each for one in made for each in read("transactions", one.id) if each.order_id == order_id]
    assert (settled.kind, settled.settlement) == ("ORDER", estimate.settlement)
    assert settled.parts["article_22_income_tax_withheld"] < 0
    assert settled.fees.amount == sum(
        settled.parts[name]
        for name in ("platform_commission_amount", "dynamic_commission_amount", "article_22_income_tax_withheld")
    )
    assert not [each for each in read("unsettled", LONG_AGO) if each.order_id == order_id]


def sum_of(entry):
    amounts = (entry.revenue, entry.shipping, entry.fees, entry.adjustment)
    return Money(sum(each.amount for each in amounts), "IDR")


def test_statements_since_a_moment_are_found_and_add_up(world, sku, read):
    completed(world, sku, 1)
    world.control("clock", advance_s=86_400)
    completed(world, sku, 1)
    world.control("clock", advance_s=86_400)
    made = read("statements", LONG_AGO)
    newest = made[-1]
    assert read("statements", newest.made_at) == [newest]
    assert read("statements", newest.made_at + timedelta(seconds=1)) == []
    assert newest.settlement.amount == newest.revenue.amount + newest.fees.amount + newest.adjustments.amount
    assert newest.settlement.amount == sum(each.settlement.amount for each in read("transactions", newest.id))
    assert newest.is_paid


def read_transaction(**told):
    wire = finance_models.Transaction.model_validate({"id": "4511", "currency": "IDR", **told})
    return finance_words.transaction("toko", wire, "IDR")


def test_a_part_that_is_no_amount_is_left_out_and_named_in_the_log_only():
    with capture_logs() as logged:
        found = read_transaction(settlement_amount="70", fee_tax_breakdown={"fee": {"new_rate": "4.5%", "due": "-30"}})
    assert (found.settlement, found.parts) == (Money(70, "IDR"), {"due": -30})
    assert [(each["event"], each["part"]) for each in logged] == [("finance.part_unreadable", "new_rate")]
    assert "4.5" not in str(logged)


def test_parts_of_one_name_add_up_wherever_they_stand():
    found = read_transaction(
        shipping_cost_breakdown={"refund_amount": "5", "supplementary_component": {"refund_amount": "7"}},
        fee_tax_breakdown={"refund_amount": "-2"},
    )
    assert found.parts == {"refund_amount": 10}
