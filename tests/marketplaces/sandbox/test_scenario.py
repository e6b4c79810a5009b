"""Scenarios: a day that is written down, checked before it starts, and played at its own times."""

import re
from pathlib import Path

import pytest

from daemon.errors import PersonNeededError
from daemon.marketplaces.sandbox.faults import PROFILES, Fault, FaultKind
from daemon.marketplaces.sandbox.scenario import Step, load_scenario, shipped
from daemon.marketplaces.sandbox.server import SandboxOptions, running

DAY = """
shops: 2
steps:
  - {at: 10m, cancel: {order: mine}}
  - {at: 0s, order: {shop: toko-2, lines: [{goods: 1, quantity: 2}, {goods: 3}], platform: TOKOPEDIA, named: mine}}
  - {at: 1m, edit: {shop: toko-1, goods: 2, quantity: 7, price: 61500}}
  - {at: 2m, fault: {kind: status_500, path: /nowhere}}
  - {at: 3m, faults: storm}
  - {at: 4m, limit: {calls_per_s: 5}}
  - {at: 5m, search: {lag_s: 20, moves: true}}
  - {at: 12m, buyers: {count: 4, over: 2m}}
  - {at: 20m, cancel: {order: mine}}
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "hari.yaml"
        path.write_text(text)
        return str(path)

    return write


def outcomes(seller):
    return [step["outcome"] for step in seller.http.get("/_sandbox/scenario").json()["steps"]]


def at(seller, minutes):
    """Let the world's time be so many minutes after the beginning."""
    now = seller.http.get("/_sandbox/clock").json()["unix"] - seller.clock.now
    seller.control("/clock", {"advance_s": minutes * 60 - now})


def test_every_step_happens_at_its_own_time(start, written):
    seller = start(scenario=written(DAY))
    assert len(seller.ready.shops) == 2
    goods = [each["seller_sku"] for each in seller.state()["listings"] if each["shop"] == "toko-1"][:2]
    at(seller, 0)
    (order,) = seller.state()["orders"]
    assert (order["shop"], order["platform"]) == ("toko-2", "TOKOPEDIA")
    assert [line["quantity"] for line in order["lines"]] == [2, 1]
    before = seller.listing(goods[1])["quantity"]
    assert before != 7
    at(seller, 1)
    edited = seller.listing(goods[1])
    assert (edited["quantity"], edited["price"]) == (7, 61_500)
    at(seller, 2)
    assert [fault["path"] for fault in seller.http.get("/_sandbox/faults").json()] == ["/nowhere"]
    at(seller, 3)
    assert "/nowhere" not in [fault["path"] for fault in seller.http.get("/_sandbox/faults").json()]
    at(seller, 10)
    assert [order["status"] for order in seller.state()["orders"]] == ["CANCELLED"]
    at(seller, 13)
    assert len(seller.state()["orders"]) == 4
    at(seller, 14)
    assert len(seller.state()["orders"]) == 5
    assert outcomes(seller) == ["done"] * 8 + ["waiting"]


def test_what_is_not_possible_any_more_is_skipped_and_says_why(start, written):
    seller = start(scenario=written(DAY))
    at(seller, 30)
    assert outcomes(seller)[:-1] == ["done"] * 8
    assert "only unshipped orders can be cancelled" in outcomes(seller)[-1]


def test_nothing_is_planned_without_a_scenario(calm):
    assert calm.http.get("/_sandbox/scenario").json() == {"name": "", "about": "", "steps": []}


def wrong(name):
    with pytest.raises(PersonNeededError) as caught, running(SandboxOptions(scenario=name)):
        pytest.fail("played it nevertheless")
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("steps: [{at: 5m", "line 1"),
        ("- at: 5m", "Input should be an object"),
        ("steps: [{order: {}}]", "step 1, at: Field required"),
        ("steps: [{at: 5m}]", "step 1: a step has 'at' and exactly one of advance, buyers"),
        ("steps: [{at: 5m, limit: {calls_per_s: 1}, faults: calm}]", "exactly one of"),
        ("steps: [{at: 10:30, faults: calm}]", "step 1, at: a span of time is written like 90s, 5m"),
        ("steps: [{at: 5m, faults: calm}, {at: 5m, faults: rain}]", "step 2, faults: Input should be 'calm', 'flaky'"),
        ("steps: [{at: 5m, rain: {}}]", "step 1, rain: Extra inputs"),
        ("steps: [{at: 5m, order: {shop: toko-1, lines: [{goods: 0}]}}]", "step 1, order.lines.0.goods"),
        ("steps: [{at: 5m, fault: {kind: delay, path: '('}}]", "step 1, fault.path"),
        ("steps: [{at: 5m, cancel: {order: mine}}]", "step 1 means the order 'mine'; no earlier step has it"),
        ("steps: [{at: 5m, search: }]", "step 1: a step has 'at' and exactly one of"),
        (
            "steps: [{at: 5m, order: {shop: toko-1, lines: [{goods: 1}]}}, {at: 6m, cancel: {order: ''}}]",
            "step 2 means",
        ),
        ("steps: [{at: 5m, expire_tokens: {shop: toko-9}}]", "step 1: no shop is called 'toko-9'"),
        ("steps: [{at: 5m, 2026-01-01: {}}]", "YAML: keys must be"),
        ("steps: &steps [{at: 5m, edit: *steps}]", "YAML: Circular reference"),
        ("steps: [{at: 5m, edit: {shop: toko-9, goods: 1}}]", "step 1: no shop is called 'toko-9'; there are toko-1"),
        ("steps: [{at: 5m, edit: {shop: toko-1, goods: 999}}]", "step 1: there are only"),
        ("steps: [{at: 5m, edit: {shop: toko-1, goods: KAOS}}]", "step 1: toko-1 sells nothing under the SKU 'KAOS'"),
    ],
    ids=lambda value: value[:40],
)
def test_a_mistake_is_named_with_its_place_before_anything_starts(written, text, why):
    name = written(text)
    message = wrong(name)
    assert (message.code, message.params["name"]) == ("sandbox.scenario_wrong", name)
    assert why in message.params["why"]


@pytest.mark.parametrize("name", ["tidak-ada", "tidak/ada.yaml", "."])
def test_a_scenario_that_is_not_there_is_answered_with_those_that_are(name):
    message = wrong(name)
    assert (message.code, message.params["name"]) == ("sandbox.no_scenario", name)
    assert message.params["names"] == "black-friday, moving-day, slow-evening"


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_can_be_played_from_beginning_to_end(start, name):
    seller = start(scenario=name, products=30)
    assert seller.http.get("/_sandbox/scenario").json()["about"] == load_scenario(name).about
    at(seller, 60)
    assert set(outcomes(seller)) == {"done"}


DOCUMENT = Path(__file__).parents[3] / "docs/sandbox.md"


def test_the_scenario_in_the_documents_can_be_played(start, written):
    (example,) = re.findall(r"```yaml\n(.+?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    seller = start(scenario=written(example))
    at(seller, 60)
    assert set(outcomes(seller)) == {"done"}


def test_the_documents_name_all_that_can_be_turned():
    written = DOCUMENT.read_text("utf-8")
    steps = Step.model_fields.keys() - {"at"}
    assert [name for name in [*FaultKind, *PROFILES, *shipped()] if f"`{name}`" not in written] == []
    assert [name for name in steps if not re.search(rf"^    {name}: ", written, re.MULTILINE)] == []
    assert [name for name in Fault.model_fields if name not in written] == []
