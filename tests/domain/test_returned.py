"""What a seller may put on sale again, and what not."""

from datetime import UTC, datetime, timedelta

import pytest

from daemon.domain.after_sales import Return, ReturnKind, ReturnLine, ReturnState
from daemon.domain.returned import Fate, restock, sold_line
from daemon.domain.stock import Booked, Cause, Movement

KAOS, KOPI = "KAOS-M", "KOPI-250"
NOON = datetime(2026, 3, 1, 5, tzinfo=UTC)


def returned(*skus, kind=ReturnKind.RETURN, state=ReturnState.SETTLED, keeps_goods=False):
    return Return(
        shop="toko",
        id="R1",
        order_id="58001",
        kind=kind,
        state=state,
        reason="",
        asked_at=NOON,
        updated_at=NOON,
        answer_by=None,
        keeps_goods=keeps_goods,
        lines=tuple(ReturnLine(f"L{place}", sku, sku, "") for place, sku in enumerate(skus, 1)),
    )


def back(sku, line, units=1):
    return Movement(sku, units, Cause.RETURN, f"toko/58001/{line}")


def taken(line, units):
    return [Movement(sku, -count, Cause.ORDER, f"toko/58001/{line}") for sku, count in units.items()]


def seen(asked, line, *movements, at=NOON, **more):
    """A line of the return, with the movements that were booked for it ``at`` one moment."""
    booked = [Booked(number, move, 1, at) for number, move in enumerate(movements, 1)]
    return sold_line(line, asked, booked=booked, **{"undone": (), "is_read": True} | more)


def sold(asked, *, given_back=(), unknown=(), units=None):
    """All lines as the ledger took them: one unit of their SKU, or ``units`` of others."""
    lines = []
    for line in asked.lines:
        number = line.order_line_id
        moves = [] if number in unknown else taken(number, units or {line.sku: 1})
        lines.append(seen(asked, line, *moves, *([back(line.sku, number)] if number in given_back else [])))
    return lines


def test_everything_that_came_back_is_booked_once_per_line():
    asked = returned(KAOS, KAOS, KOPI)
    assert restock(asked, sold(asked), {}) == (back(KAOS, "L1"), back(KAOS, "L2"), back(KOPI, "L3"))
    assert restock(asked, sold(asked, given_back=("L1", "L3")), {}) == (back(KAOS, "L2"),)


def test_only_the_units_that_are_good_are_booked():
    asked = returned(KAOS, KAOS, KOPI)
    assert restock(asked, sold(asked), {KAOS: 1}) == (back(KAOS, "L1"),)
    assert restock(asked, sold(asked, given_back=("L1",)), {KAOS: 1, KOPI: 1}) == (back(KAOS, "L2"), back(KOPI, "L3"))


def test_a_bundle_gives_back_what_was_taken_for_it():
    asked = returned("PAKET")
    movements = restock(asked, sold(asked, units={KAOS: 2, KOPI: 1}), {})
    assert movements == (back(KAOS, "L1", 2), back(KOPI, "L1"))


@pytest.mark.parametrize(
    ("kind", "state", "keeps_goods"),
    [
        (ReturnKind.RETURN, ReturnState.ASKED, False),
        (ReturnKind.RETURN, ReturnState.AWAITED, False),
        (ReturnKind.RETURN, ReturnState.SENT, False),
        (ReturnKind.RETURN, ReturnState.DROPPED, False),
        (ReturnKind.RETURN, ReturnState.UNKNOWN, False),
        (ReturnKind.RETURN, ReturnState.SETTLED, True),
        (ReturnKind.REFUND, ReturnState.SETTLED, False),
        (ReturnKind.REPLACEMENT, ReturnState.SETTLED, False),
        (ReturnKind.UNKNOWN, ReturnState.SETTLED, False),
    ],
)
def test_nothing_is_booked_as_long_as_the_marketplace_does_not_say_that_goods_came_back(kind, state, keeps_goods):
    asked = returned(KAOS, kind=kind, state=state, keeps_goods=keeps_goods)
    assert restock(asked, sold(asked), {}).code == "returns.not_received"


@pytest.mark.parametrize(
    ("good", "back_already", "unknown", "code"),
    [
        ({}, ("L1", "L2"), (), "returns.already"),
        ({KAOS: 3}, (), (), "returns.too_many"),
        ({KAOS: 2}, ("L1",), (), "returns.too_many"),
        ({"KAOS": 1}, (), (), "returns.too_many"),
        ({}, (), ("L2",), "returns.not_sold"),
        ({KAOS: 2}, (), ("L2",), "returns.not_sold"),
    ],
)
def test_what_does_not_fit_is_refused_as_a_whole(good, back_already, unknown, code):
    asked = returned(KAOS, KAOS)
    assert restock(asked, sold(asked, given_back=back_already, unknown=unknown), good).code == code


@pytest.mark.parametrize(
    ("opened_after_s", "fate"), [(None, Fate.OUT), (-1, Fate.OUT), (0, Fate.OUT), (1, Fate.COUNTED)]
)
def test_what_was_asked_back_before_its_stock_was_first_seen_may_be_in_that_number(opened_after_s, fate):
    asked = returned(KAOS)
    opening = [] if opened_after_s is None else [Movement(KAOS, 1, Cause.OPENING, "toko/58001/L1")]
    at = NOON + timedelta(seconds=9 if opened_after_s is None else opened_after_s)
    line = seen(asked, asked.lines[0], *opening, *taken("L1", {KAOS: 1}), at=at)
    assert line.fate is fate
    assert (restock(asked, [line], {}) == (back(KAOS, "L1"),)) is (fate is Fate.OUT)


def test_an_order_that_was_not_read_yet_is_told_from_one_that_the_ledger_never_took():
    asked = returned(KAOS)
    for is_read, code in ((True, "returns.not_sold"), (False, "returns.unread")):
        line = seen(asked, asked.lines[0], is_read=is_read)
        assert restock(asked, [line], {}).code == code


def test_what_was_undone_comes_back_by_taking_back_the_undo():
    asked = returned(KAOS)
    undone = Booked(9, Movement(KAOS, -1, Cause.UNDO, "1/2"), 4, NOON)
    line = seen(asked, asked.lines[0], *taken("L1", {KAOS: 1}), back(KAOS, "L1"), undone=[undone])
    assert restock(asked, [line], {}) == (Movement(KAOS, 1, Cause.UNDO, "4/9"),)


def test_a_return_that_names_no_goods_brings_nothing_back():
    assert restock(returned(), [], {}).code == "returns.not_received"


def test_units_that_the_ledger_knows_go_before_those_it_does_not():
    asked = returned(KAOS, KAOS)
    assert restock(asked, sold(asked, unknown=("L1",)), {KAOS: 1}) == (back(KAOS, "L2"),)
