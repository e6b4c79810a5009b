"""The sheet Alokasi: what of it holds, and why the rest does not."""

import pytest
from domain.world import KOPI, cell

from daemon.domain.allocation import Override, Rule
from daemon.domain.messages import message
from daemon.domain.overrides import OverrideRow, OverrideSheet, overrides_of, rule_of
from daemon.domain.rows import Absent, Unclear
from daemon.domain.stock import QUANTITY_LIMIT

SHOPS = {"toko-a": Rule(), "toko-b": Rule(lowest=5)}
STORED = {(KOPI, "toko-a"): Override(buffer=9), (KOPI, "toko-b"): Override(share=30)}


def row(number=2, sku=KOPI, shop="toko-a", **rule):
    return OverrideRow(number, cell(sku), cell(shop), {name: cell(value) for name, value in rule.items()})


def unclear(code, shown):
    return Unclear(message(code, shown=shown))


def taken(*rows, stored=STORED):
    return overrides_of(OverrideSheet("Alokasi", rows), stored, shops=SHOPS, known={KOPI, "TEH"})


def test_cells_that_are_filled_in_hold_instead_of_the_shops_settings():
    rules, refusals = taken(row(buffer=2, share=50, lowest=1, highest=8, priority=3), row(3, "TEH", shop="Toko-B"))
    assert rules == {(KOPI, "toko-a"): Override(2, 50, 1, 8, 3)}
    assert refusals == []
    assert rule_of((KOPI, "toko-b"), SHOPS["toko-b"], rules) == SHOPS["toko-b"]
    assert rule_of((KOPI, "toko-a"), SHOPS["toko-a"], rules) == Rule(2, 50, 1, 8, 3)


def test_a_row_that_is_gone_or_empty_removes_its_rule():
    assert taken() == ({}, [])
    assert taken(row(buffer=None, share=Absent())) == ({}, [])


@pytest.mark.parametrize(
    ("share", "percent"),
    [
        (50, 50),
        (0, 0),
        (unclear("cell.percent", "0.5"), 50),
        (unclear("cell.percent", "1"), 100),
        (unclear("cell.not_whole", "50%"), 50),
        (unclear("cell.not_whole", "50 %"), 50),
    ],
)
def test_a_share_may_be_typed_as_a_number_or_as_a_percentage(share, percent):
    assert taken(row(share=share)) == ({(KOPI, "toko-a"): Override(share=percent)}, [])


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"buffer": unclear("cell.not_whole", "dua")}, "bad_buffer"),
        ({"buffer": unclear("cell.percent", "0.5")}, "bad_buffer"),
        ({"buffer": "dua"}, "bad_buffer"),
        ({"buffer": -1}, "bad_buffer"),
        ({"buffer": unclear("cell.not_whole", "off")}, "bad_buffer"),
        ({"lowest": "dua"}, "bad_lowest"),
        ({"highest": "dua"}, "bad_highest"),
        ({"priority": "dua"}, "bad_priority"),
        ({"share": unclear("cell.not_whole", "0.3")}, "bad_share"),
        ({"share": unclear("cell.percent", "0.505")}, "bad_share"),
        ({"share": unclear("cell.percent", "NaN")}, "bad_share"),
        ({"share": unclear("cell.not_whole", "-5%")}, "bad_share"),
        ({"share": 101}, "out_of_range"),
        ({"share": unclear("cell.percent", "1.01")}, "out_of_range"),
        ({"highest": 100_000}, "out_of_range"),
        ({"lowest": 4, "highest": 3}, "lowest_above_highest"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_and_the_last_one_stays(rule, code):
    rules, [(sku, reason)] = taken(row(7, **rule))
    assert (sku, reason.code) == (KOPI, f"allocation.{code}")
    assert (reason.params["sheet"], reason.params["row"]) == ("Alokasi", 7)
    assert rules == {(KOPI, "toko-a"): Override(buffer=9)}


def test_what_the_shop_says_counts_where_least_and_most_are_compared():
    rules, [(_, reason)] = taken(row(shop="toko-b", highest=4))
    assert reason.code == "allocation.lowest_above_highest"
    assert rules == {(KOPI, "toko-b"): Override(share=30)}


@pytest.mark.parametrize("off", ["off", "OFF "])
def test_the_most_that_a_shop_shows_can_be_lifted_for_single_goods(off):
    rules, refusals = taken(row(highest=unclear("cell.not_whole", off)))
    assert (refusals, rules[KOPI, "toko-a"].over(Rule(highest=20))) == ([], Rule(highest=QUANTITY_LIMIT))


def test_of_a_rule_that_stands_there_twice_none_is_taken():
    rules, refusals = taken(row(2, buffer=1), row(3, shop="TOKO-A", buffer=2))
    assert [reason.code for _, reason in refusals] == ["allocation.twice"] * 2
    assert rules == {(KOPI, "toko-a"): Override(buffer=9)}


@pytest.mark.parametrize(
    ("fields", "code", "sku"),
    [
        ({"sku": None}, "no_sku", None),
        ({"sku": unclear("cell.sku_damaged", "6.9E+12")}, "no_sku", None),
        ({"sku": "KOPI-25"}, "unknown_sku", "KOPI-25"),
        ({"shop": "toko-c"}, "unknown_shop", KOPI),
        ({"shop": None}, "no_shop", KOPI),
        ({"sku": KOPI.lower()}, "unknown_sku_near", KOPI.lower()),
    ],
)
def test_a_row_that_nobody_can_be_found_for_may_be_anybodys_so_every_rule_without_a_row_stays(fields, code, sku):
    rules, [(found, reason)] = taken(row(2, **fields), row(3, shop="toko-b", share=40))
    assert (found, reason.code) == (sku, f"allocation.{code}")
    assert rules == {(KOPI, "toko-a"): Override(buffer=9), (KOPI, "toko-b"): Override(share=40)}
