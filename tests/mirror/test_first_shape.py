"""A bundle that the marketplace makes is one line of an order, or its parts: as it was told first."""

from dataclasses import replace
from datetime import timedelta

import pytest
from mirror.goods import LINE, NOON, ORDER, store_order

from daemon.domain.values import ListingId, Sku
from daemon.mirror import observations

BUNDLE = replace(LINE, id="L2", sku=Sku("PAKET"), listing=ListingId("toko", "200", "201"), is_gift=True)
PARTS = tuple(replace(LINE, id=id_, part_of="L2") for id_ in ("S1", "S2"))
GONE = tuple(replace(part, is_cancelled=True) for part in PARTS)


@pytest.fixture
def told(mirror):
    """Store an order with these lines, each time a newer one; gives what is known of its lines after that."""
    with mirror.transaction() as tx:
        observations.add_shop(tx, "toko")
    moments = iter(range(9))

    def tell(*lines):
        store_order(mirror, replace(ORDER, lines=lines, updated_at=NOON + timedelta(seconds=next(moments))))
        with mirror.transaction() as tx:
            rows = tx.exec_driver_sql("SELECT line_id, is_cancelled FROM order_lines ORDER BY line_id")
            return {row.line_id: bool(row.is_cancelled) for row in rows}

    return tell


def test_a_bundle_that_was_one_line_stays_one_and_is_cancelled_once_all_its_parts_are(told):
    assert told(LINE, BUNDLE) == {"L1": False, "L2": False}
    assert told(LINE, *PARTS) == {"L1": False, "L2": False}
    assert told(LINE, GONE[0], PARTS[1]) == {"L1": False, "L2": False}
    assert told(LINE, *GONE) == {"L1": False, "L2": True}
    assert told(LINE, *GONE) == {"L1": False, "L2": True}


def test_a_bundle_that_was_its_parts_stays_them(told):
    assert told(LINE, *PARTS) == {"L1": False, "S1": False, "S2": False}
    assert told(LINE, BUNDLE) == {"L1": False, "S1": False, "S2": False}
    assert told(LINE, replace(BUNDLE, is_cancelled=True)) == {"L1": False, "S1": True, "S2": True}


def test_of_two_bundles_only_the_one_whose_parts_are_cancelled_is(told):
    told(BUNDLE, replace(BUNDLE, id="L3"))
    other = tuple(replace(part, id=f"X{part.id}", part_of="L3") for part in PARTS)
    assert told(*GONE, *other) == {"L2": True, "L3": False}


def test_a_bundle_that_is_kept_as_one_line_keeps_what_is_known_of_it(mirror, told):
    told(BUNDLE)
    with mirror.transaction() as tx:
        before = tx.exec_driver_sql("SELECT * FROM order_lines").all()
    told(*PARTS)
    with mirror.transaction() as tx:
        assert tx.exec_driver_sql("SELECT * FROM order_lines").all() == before


def test_lines_that_are_new_are_taken_in_where_none_is_missing_and_missing_ones_stay(told):
    assert told(LINE) == {"L1": False}
    assert told(LINE, BUNDLE) == {"L1": False, "L2": False}
    assert told(LINE) == {"L1": False, "L2": False}
