"""What can be taken back, and what stands in the way: all of it or nothing, and the past is never changed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.domain.messages import message
from daemon.domain.plan import Command, Plan, ProductChange, Switch, Target
from daemon.domain.stock import Booked, Cause, Movement
from daemon.domain.undo import REVERSIBLE, Decided, Now, PriceStep, Stand, ToldPrice, undo
from daemon.domain.values import ListingId, Money, Sku

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
KOPI, TEH = Sku("KOPI-1"), Sku("TEH-1")
UTAMA, CABANG = ListingId("utama", "100", "101"), ListingId("cabang", "200", "201")
STEP = PriceStep(KOPI, 55_000, 60_000)


def ledger(*moves):
    """Number the movements from 1; each is ``(units, cause)`` and perhaps a reference and a SKU."""
    return [booked(number, *move) for number, move in enumerate(moves, start=1)]


def booked(number, delta, cause, reference=None, sku=KOPI):
    return Booked(number, Movement(sku, delta, cause, reference or f"7/{number}"), 7, NOON)


def now(entries, **more):
    available = dict.fromkeys((KOPI, TEH), 0)
    for entry in entries:
        available[entry.movement.sku] += entry.movement.delta
    return Now(available=available, since=entries, **more)


def taken_back(entries, *numbers):
    """Undo the movements of those numbers."""
    return undo(Decided([entry for entry in entries if entry.number in numbers]), now(entries))


def booked_also(entries, plan):
    number = entries[-1].number
    return [*entries, *(Booked(number + at, move, 9, NOON) for at, move in enumerate(plan.movements, start=1))]


OPENING = (12, Cause.OPENING)
TYPED = (10, Cause.SHEET_EDIT)


@pytest.mark.parametrize("cause", sorted(REVERSIBLE - {Cause.UNDO}))
@pytest.mark.parametrize("units", [10, -10])
def test_a_decision_is_taken_back_by_its_inverse_which_names_it(cause, units):
    plan = taken_back(ledger(OPENING, (units, cause)), 2)
    assert plan == Plan(movements=(Movement(KOPI, -units, Cause.UNDO, "7/2"),))


@pytest.mark.parametrize("cause", sorted(set(Cause) - REVERSIBLE))
def test_a_fact_is_never_taken_back(cause):
    assert taken_back(ledger(OPENING, (1, cause)), 2) == (message(f"undo.is_{cause}", number=2, sku=KOPI),)


def test_nothing_is_undone_when_there_is_nothing_to_undo():
    assert undo(Decided(), Now()) == (message("undo.nothing"),)


def test_a_movement_is_taken_back_once():
    entries = ledger(OPENING, TYPED)
    entries = booked_also(entries, taken_back(entries, 2))
    assert taken_back(entries, 2) == (message("undo.already", number=2, sku=KOPI, by=3),)


def test_taking_back_can_be_taken_back():
    entries = ledger(OPENING, TYPED)
    entries = booked_also(entries, taken_back(entries, 2))
    again = taken_back(entries, 3)
    assert again.movements == (Movement(KOPI, 10, Cause.UNDO, "9/3"),)


@pytest.mark.parametrize(
    ("later", "stands"),
    [
        pytest.param([(-2, Cause.COUNT)], True, id="counted"),
        pytest.param([(-2, Cause.BUNDLE, "8")], True, id="became a bundle"),
        pytest.param([(2, Cause.BUNDLE, "8/DUO")], False, id="content of a bundle came back"),
        pytest.param([(-2, Cause.COUNT, "8/1", TEH)], False, id="other goods counted"),
        pytest.param([(-2, Cause.COUNT), (2, Cause.UNDO, "7/3")], False, id="count taken back"),
        pytest.param([(-2, Cause.COUNT), (2, Cause.UNDO, "7/3"), (-2, Cause.UNDO, "7/4")], True, id="count in effect"),
        pytest.param([(-2, Cause.SHEET_EDIT)], False, id="typed on"),
        pytest.param([(-2, Cause.ORDER)], False, id="sold, and enough is left"),
    ],
)
def test_a_later_count_has_decided_the_stock_anew(later, stands):
    entries = ledger(OPENING, TYPED, *later)
    found = taken_back(entries, 2)
    assert found == (message("undo.decided_since", number=2, sku=KOPI, later=3),) if stands else isinstance(found, Plan)


def test_a_count_that_is_taken_back_with_the_edit_before_it_stands_in_no_way():
    assert isinstance(taken_back(ledger(OPENING, TYPED, (-2, Cause.COUNT)), 2, 3), Plan)


@pytest.mark.parametrize(("sold", "short"), [(12, 0), (13, 1), (22, 10), (25, 10)])
def test_units_that_were_sold_since_cannot_be_taken_away(sold, short):
    entries = ledger(OPENING, TYPED, (-sold, Cause.ORDER))
    left = 22 - sold
    refused = (message("undo.sold_since", sku=KOPI, units=10, available=left, short=short),)
    found = taken_back(entries, 2)
    assert found == refused if short else isinstance(found, Plan)


def test_units_can_always_be_given_back():
    entries = ledger(OPENING, (-10, Cause.SHEET_EDIT), (-5, Cause.ORDER))
    assert taken_back(entries, 2).movements[0].delta == 10


def test_the_stock_is_looked_at_per_sku_over_all_that_is_taken_back():
    entries = ledger(OPENING, (5, Cause.SHEET_EDIT), (-5, Cause.ADJUSTMENT), (-12, Cause.ORDER))
    assert isinstance(taken_back(entries, 2), tuple)
    assert isinstance(taken_back(entries, 2, 3), Plan)


def test_of_many_one_that_cannot_be_taken_back_keeps_all_and_every_reason_is_named():
    entries = ledger(OPENING, TYPED, (-1, Cause.ORDER), (7, Cause.SHEET_EDIT, "7/9", TEH), (-5, Cause.ORDER, "x", TEH))
    codes = [reason.code for reason in taken_back(entries, 1, 2, 3, 4)]
    assert codes == ["undo.is_opening", "undo.is_order", "undo.sold_since"]


def priced(agreed, *told):
    """Coffee at the price that is agreed on now."""
    product = ProductChange(KOPI, agreed and Money(agreed), NOON, is_new=False)
    return Now(available={KOPI: 0}, products={KOPI: product}, told={KOPI: told})


def test_the_price_from_before_goes_to_every_listing_that_was_told_the_later_one():
    told = (ToldPrice(UTAMA, 60_000, False), ToldPrice(CABANG, 55_000, True), ToldPrice(UTAMA, 59_000, False))
    plan = undo(Decided(prices=[STEP]), priced(60_000, *told))
    assert plan.products == (ProductChange(KOPI, Money(55_000), NOON, is_new=False),)
    assert plan.commands == (
        Command(UTAMA, KOPI, Target.PRICE, 55_000, 60_000),
        Command(CABANG, KOPI, Target.PRICE, 55_000, 55_000),
    )


@pytest.mark.parametrize(
    ("step", "agreed", "reason"),
    [
        (STEP, 61_000, message("undo.price_changed_since", sku=KOPI, after=60_000, now=61_000)),
        (STEP, 55_000, message("undo.price_changed_since", sku=KOPI, after=60_000, now=55_000)),
        (STEP, None, message("undo.price_changed_since", sku=KOPI, after=60_000, now=0)),
        (PriceStep(KOPI, None, 60_000), 60_000, message("undo.no_price_before", sku=KOPI, after=60_000)),
    ],
)
def test_a_price_that_was_decided_since_or_had_none_before_stays(step, agreed, reason):
    assert undo(Decided(prices=[step]), priced(agreed)) == (reason,)


def test_a_price_that_stays_keeps_the_stock_too():
    entries = ledger(OPENING, TYPED)
    product = ProductChange(KOPI, Money(70_000), NOON, is_new=False)
    found = undo(Decided([entries[1]], [STEP]), now(entries, products={KOPI: product}))
    assert [reason.code for reason in found] == ["undo.price_changed_since"]


deltas = st.integers(-20, 20).filter(bool)
decided = st.tuples(deltas, st.sampled_from(sorted(REVERSIBLE - {Cause.UNDO})))


@given(st.integers(0, 30), st.lists(decided, max_size=12))
def test_whatever_was_decided_taking_all_of_it_back_gives_the_opening(opening, moves):
    entries, stock = [booked(1, opening or 1, Cause.OPENING)], opening or 1
    for delta, cause in moves:
        if stock + delta >= 0:
            entries.append(booked(entries[-1].number + 1, delta, cause))
            stock += delta
    for entry in reversed(entries[1:]):
        entries = booked_also(entries, taken_back(entries, entry.number))
    assert now(entries).available[KOPI] == entries[0].movement.delta


@given(st.integers(1, 30), st.lists(decided, min_size=1, max_size=12), st.integers(0, 40))
def test_an_undo_never_leaves_less_than_nothing_and_never_half(opening, moves, sold):
    entries = ledger((opening, Cause.OPENING), *moves, *[(-sold, Cause.ORDER)] * bool(sold))
    chosen = range(2, len(moves) + 2)
    before = now(entries).available[KOPI]
    found = taken_back(entries, *chosen)
    if isinstance(found, Plan):
        assert len(found.movements) == len(moves)
        assert now(booked_also(entries, found)).available[KOPI] == opening - sold
        assert opening - sold >= min(before, 0)
    else:
        assert {reason.code for reason in found} == {"undo.sold_since"}
        assert opening - sold < 0


HIDDEN = Switch(UTAMA, KOPI, 3, 0)


def test_a_product_goes_back_into_its_windows_by_the_command_that_is_open_if_there_is_one():
    other = ListingId("utama", "100", "102")
    plan = undo(Decided(switches=[HIDDEN]), Now(stands={("utama", "100"): Stand(other, 1, 0)}))
    assert plan == Plan(switches=(Switch(UTAMA, KOPI, 0, 3),), commands=(Command(other, KOPI, Target.STATUS, 3, 1),))


@pytest.mark.parametrize(("shop", "wanted"), [("utama", 1), ("cabang", 0)])
def test_a_product_that_was_switched_since_or_is_gone_stays(shop, wanted):
    found = undo(Decided(switches=[HIDDEN]), Now(stands={(shop, "100"): Stand(UTAMA, 0, wanted)}))
    assert found == (message("undo.status_changed_since", sku=KOPI, shop="utama"),)
