"""The rules of the pool are kept whole."""

from contextlib import closing
from datetime import UTC, datetime

import pytest
from once import new_mirror

from daemon.domain.allocation import Override
from daemon.domain.plan import Plan
from daemon.domain.values import Sku
from daemon.mirror import decisions
from daemon.mirror.allocations import store_overrides, stored_overrides

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
KOPI, TEH = Sku("KOPI"), Sku("TEH")
RULES = {(KOPI, "satu"): Override(2, 50, 1, 8, 3), (KOPI, "dua"): Override(share=0), (TEH, "satu"): Override(buffer=1)}


@pytest.fixture
def tx(tmp_path):
    with closing(new_mirror(tmp_path)) as mirror, mirror.transaction() as tx:
        yield tx


def test_what_is_stored_is_what_holds_and_nothing_is_left_of_before(tx):
    assert stored_overrides(tx) == {}
    store_overrides(tx, RULES)
    assert stored_overrides(tx) == RULES
    store_overrides(tx, {(TEH, "satu"): Override(highest=0)})
    assert stored_overrides(tx) == {(TEH, "satu"): Override(highest=0)}


def test_a_plan_that_says_nothing_of_the_rules_leaves_them(tx):
    store_overrides(tx, RULES)
    decisions.commit_plan(tx, Plan(), cycle=1, now=NOON)
    assert stored_overrides(tx) == RULES
    decisions.commit_plan(tx, Plan(allocations={}), cycle=1, now=NOON)
    assert stored_overrides(tx) == {}
