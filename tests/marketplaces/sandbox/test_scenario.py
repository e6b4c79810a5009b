"""Scenarios: a day that is written down, checked before it starts, and played at its own times."""

import re
from pathlib import Path

import pytest

from daemon.errors import PersonNeededError
from daemon.marketplaces.sandbox.faults import PROFILES, Fault, FaultKind
from daemon.marketplaces.sandbox.scenario import Step, load_scenario, shipped
from daemon.marketplaces.sandbox.server import SandboxOptions, running
from daemon.texts import Texts

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


def test_a_parcel_gets_lost_in_a_scenario(start, written):
    placed = "{at: 0s, order: {shop: toko-1, lines: [{goods: 1}], named: mine}}"
    lost = ["{at: 2m, advance: {order: mine, steps: 2}}", "{at: 3m, lose: {order: mine}}"]
    seller = start(scenario=written(f"steps: [{', '.join([placed, *lost])}]"))
    seller.control("/clock", {"advance_s": 200})
    assert [order["status"] for order in seller.state()["orders"]] == ["CANCELLED"]


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
    return caught.value


ORDER = "{at: 1m, order: {shop: toko-1, lines: [{goods: 1}], named: mine}}"
STEP = "steps:\n  - at: 5m\n    "


@pytest.mark.parametrize(
    ("text", "code", "line", "key"),
    [
        ("steps: [{at: 5m", "config.syntax", 1, None),
        ("- at: 5m", "scenario.no_steps", 1, None),
        ("steps:\n\t- at: 5m", "config.tab", 2, None),
        ("steps: &steps [{at: 5m, edit: *steps}]", "config.alias", 1, None),
        (f"{STEP}faults: calm\n    faults: calm", "config.duplicate_key", 4, "steps[0].faults"),
        ("steps: [{faults: calm}]", "scenario.missing_key", 1, "steps[0].at"),
        ("steps: [{at: 5m}]", "scenario.one_thing", 1, "steps[0]"),
        (f"{STEP}limit: {{calls_per_s: 1}}\n    faults: calm", "scenario.one_thing", 2, "steps[0]"),
        (f"{STEP}search:", "scenario.one_thing", 2, "steps[0]"),
        ("steps:\n  - faults: calm\n    at: 10:30", "scenario.bad_span", 3, "steps[0].at"),
        ("steps:\n  - faults: calm\n    at: 5", "scenario.bad_span", 3, "steps[0].at"),
        (f"{STEP}faults: rain", "config.not_a_choice", 3, "steps[0].faults"),
        (f"{STEP}rain: {{}}", "config.unknown_key", 3, "steps[0].rain"),
        (f"{STEP}fault: {{kind: delay, pat: x}}", "config.unknown_key_near", 3, "steps[0].fault.pat"),
        (f"{STEP}fault: calm", "config.not_section", 3, "steps[0].fault"),
        (f"{STEP}fault: {{kind: delay, path: '('}}", "scenario.bad_pattern", 3, "steps[0].fault.path"),
        (f"{STEP}fault: {{kind: delay, times: 0}}", "scenario.too_small", 3, "steps[0].fault.times"),
        (f"{STEP}fault: {{kind: delay, times: many}}", "scenario.not_whole", 3, "steps[0].fault.times"),
        (f"{STEP}clock: {{speed: fast}}", "scenario.not_number", 3, "steps[0].clock.speed"),
        (f"{STEP}clock: {{speed: 20000}}", "scenario.too_big", 3, "steps[0].clock.speed"),
        (f"{STEP}search: {{moves: 1}}", "scenario.not_yes_or_no", 3, "steps[0].search.moves"),
        (f"{STEP}edit: {{shop: toko-1, goods: 0}}", "scenario.bad_goods", 3, "steps[0].edit.goods"),
        (f"{STEP}edit: {{shop: 1, goods: 1}}", "scenario.not_text", 3, "steps[0].edit.shop"),
        (f"{STEP}order: {{shop: toko-1, lines: []}}", "scenario.not_list", 3, "steps[0].order.lines"),
        (
            f"steps:\n  - {ORDER}\n  - {ORDER}",
            "scenario.same_name",
            3,
            "steps[1]",
        ),
        ("steps: " + "[" * 5000, "config.syntax", 1, None),
        (f"{STEP}cancel: {{order: mine}}", "scenario.no_order", 2, "steps[0]"),
        (f"{STEP}expire_tokens: {{shop: toko-9}}", "scenario.no_shop", 3, "steps[0].expire_tokens"),
        (f"{STEP}edit: {{shop: toko-9, goods: 1}}", "scenario.no_shop", 3, "steps[0].edit"),
        (f"{STEP}edit: {{shop: toko-1, goods: 999}}", "scenario.few_goods", 3, "steps[0].edit"),
        (f"{STEP}edit: {{shop: toko-1, goods: KAOS}}", "scenario.no_sku", 3, "steps[0].edit"),
        (f"{STEP}2026-01-01: {{}}", "scenario.not_yaml", None, None),
        (f"{STEP}edit: {{shop: toko-1, goods: 2026-13-45}}", "scenario.not_yaml", None, None),
    ],
    ids=lambda value: str(value)[:40],
)
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_mistake_is_told_with_its_place_before_anything_starts(written, text, code, *, line, key, language):
    name = written(text)
    error = wrong(name)
    assert (error.message.code, error.message.params["name"]) == ("sandbox.scenario_wrong", name)
    (problem,) = error.problems
    assert (problem.code, problem.params.get("line"), problem.params.get("key")) == (code, line, key)
    shown = Texts(language).say(problem)
    assert not shown.startswith(code)
    assert shown.startswith(f"{'baris' if language == 'id' else 'line'} {line}") or line is None


def test_all_mistakes_are_told_at_once_in_the_order_of_the_lines(written):
    error = wrong(written("shops: 0\nsteps:\n  - at: soon\n    faults: rain\n  - at: 5m\n    buyers: {count: 0}\n"))
    assert [problem.params["line"] for problem in error.problems] == [1, 3, 4, 6]


def test_a_file_that_is_no_text_is_told(tmp_path):
    (tmp_path / "hari.yaml").write_bytes(b"steps: [\xff]")
    assert wrong(str(tmp_path / "hari.yaml")).message.code == "sandbox.scenario_unreadable"


@pytest.mark.parametrize("name", ["tidak-ada", "tidak/ada.yaml", "."])
def test_a_scenario_that_is_not_there_is_answered_with_those_that_are(name):
    message = wrong(name).message
    assert (message.code, message.params["name"]) == ("sandbox.no_scenario", name)
    assert message.params["names"] == "black-friday, moving-day, slow-evening"


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_can_be_played_from_beginning_to_end(start, name):
    seller = start(scenario=name, products=30)
    assert seller.http.get("/_sandbox/scenario").json()["about"] == load_scenario(name).scenario.about
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
