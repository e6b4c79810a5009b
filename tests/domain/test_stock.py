from datetime import timedelta

import pytest
from domain.world import LAG, NOW
from hypothesis import given
from hypothesis import strategies as st

from daemon.domain.stock import (
    QUANTITY_LIMIT,
    Sending,
    Told,
    Unexplained,
    is_agreed,
    is_settled,
    quantity_to_send,
    seen,
    settle,
    shown_for,
)


@pytest.mark.parametrize(
    ("told", "shown", "units"),
    [
        (Told(10), 10, 0),
        (Told(10), 8, -2),
        (Told(10), 13, 3),
        (Told(10, 2), 10, 0),
        (Told(10, 2), 12, 0),
        (Told(10, 2), 13, 1),
        (Told(10, 2), 9, -1),
        (Told(-1), 0, 1),
    ],
)
def test_slack_explains_only_what_a_listing_shows_on_top(told, shown, units):
    assert told.unexplained(shown) == units


@pytest.mark.parametrize(("available", "shown"), [(-3, 0), (0, 0), (7, 7), (QUANTITY_LIMIT + 1, QUANTITY_LIMIT)])
def test_a_listing_shows_the_pool_within_what_it_can_show(available, shown):
    assert shown_for(available) == shown


@pytest.mark.parametrize(
    ("told", "desired", "shown", "agreed"),
    [
        (None, 10, 10, True),
        (None, 10, 9, False),
        (Told(10), 10, 10, True),
        (Told(10), 9, 9, False),  # an order that we cannot see yet lowered it to the desired number
        (Told(9), 10, 10, True),  # workbook and Seller Center were changed alike
        (Told(9, 1), 10, 10, True),
        (Told(9, 1), 9, 9, True),
        (Told(10), 12, 10, False),
    ],
)
def test_the_desired_number_counts_as_agreed_unless_an_unseen_order_may_have_made_it(told, desired, shown, agreed):
    assert is_agreed(told, desired, shown) is agreed


@pytest.mark.parametrize(
    ("told", "desired", "shown", "sent"),
    [
        (None, 22, 10, 22),
        (None, 10, 10, None),
        (Told(10), 22, 10, 22),
        (Told(10), 10, 10, None),
        (Told(10), 22, 9, 21),  # an order not seen yet is carried over
        (Told(10), 9, 9, 8),
        (Told(10), 10, 9, None),
        (Told(3), 1, 0, None),  # nothing left to lower
        (Told(10), 2, 5, 0),  # never below zero
        (Told(10), 12, 13, None),  # a rise over somebody's edit waits
        (Told(10), 8, 13, 8),  # a fall does not
        (Told(10), 10, 13, None),
        (Told(9, 1), 10, 9, 10),  # the marketplace did not give the cancelled unit back
        (Told(9, 1), 9, 10, 9),  # it did, and it is sold already
        (Told(3, 4), 7, 1, None),  # six may be ordered behind four that came back: nothing is raised over them
        (Told(3, 4), 2, 1, 0),
    ],
)
def test_what_is_written_over_a_shown_number(told, desired, shown, sent):
    assert quantity_to_send(told, desired, shown) == sent


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_a_push_never_offers_units_that_an_unseen_order_may_have_taken(quantity, desired, unseen):
    shown = max(0, quantity - unseen)
    value = quantity_to_send(Told(quantity), desired, shown)
    assert value is None or value <= max(0, desired - (quantity - shown))


@given(st.builds(Told, st.integers(-3, 30), st.integers(0, 3)), st.integers(0, 30), st.integers(0, 30))
def test_a_write_always_changes_what_is_shown(told, desired, shown):
    assert is_agreed(told, desired, shown) or quantity_to_send(told, desired, shown) != shown


@pytest.mark.parametrize(
    ("told", "sending", "shown", "settled"),
    [
        (Told(10), Sending(15, 15), 15, Told(15)),
        (Told(10), Sending(15, 15), 10, Told(10)),
        (Told(10), Sending(15, 15), 14, Told(15)),  # written, then an order
        (Told(10), Sending(15, 15), 9, Told(10)),  # not written, and an order
        (Told(10), Sending(12, 12), 11, Told(12)),  # either: an order is likelier than a rise by itself
        (Told(12), Sending(10, 10), 11, Told(12)),
        (Told(10), Sending(5, 5), 5, Told(5)),
        (Told(10), Sending(15, 14), 14, Told(15)),  # one unseen order was carried over
        (Told(2), Sending(3, 1), 0, Told(2)),  # not written: two unseen orders stand as before
        (Told(2), Sending(3, 1), 1, Told(3)),
        (Told(4), Sending(1, 1), 2, Told(1, 1)),  # between the two: nobody's edit, written again
        (Told(10), Sending(20, 20), 12, Told(10, 2)),
        (Told(1, 1), Sending(1, 1), 2, Told(1, 1)),  # an order may have come before the write landed
        (Told(10), Sending(15, 15), 18, Told(15, 0)),
        (None, Sending(15, 15), 15, Told(15)),
        (None, Sending(15, 15), 14, None),
    ],
)
def test_a_read_back_settles_a_write_that_got_no_answer(told, sending, shown, settled):
    assert settle(told, sending, shown) == settled


@given(
    st.builds(Told, st.integers(0, 30), st.integers(0, 3)),
    st.builds(lambda desired, carried: Sending(desired, desired - min(desired, carried)), *[st.integers(0, 30)] * 2),
    st.integers(0, 30),
)
def test_settling_never_takes_what_lies_between_the_old_and_the_new_number_for_an_edit(told, sending, shown):
    highest = max(told.quantity, sending.target) + told.slack
    assert shown > highest or settle(told, sending, shown).unexplained(shown) <= 0


def test_an_order_lowers_a_write_in_doubt_unless_its_unit_was_carried_over_already():
    assert Sending(15, 15).lowered(came_before=False) == Sending(14, 14)
    assert Sending(15, 15).lowered(came_before=True) == Sending(14, 14)
    assert Sending(15, 13).lowered(came_before=True) == Sending(14, 13)
    assert Sending(15, 13).lowered(came_before=False) == Sending(14, 12)


def test_an_order_lowers_what_we_agreed_on_and_a_cancellation_may_or_may_not_raise_it():
    assert Told(10).lowered(maybe_overwritten=False) == Told(9)
    assert Told(10).lowered(maybe_overwritten=True) == Told(9, 1)
    assert Told(9).raised() == Told(9, 1)


def test_a_difference_is_remembered_while_it_stays_the_same():
    first = seen(None, -2, NOW)
    assert first == Unexplained(-2, NOW)
    assert seen(first, -2, NOW + LAG) is first
    assert seen(first, -3, NOW + LAG) == Unexplained(-3, NOW + LAG)
    assert seen(first, 0, NOW + LAG) is None


def test_a_difference_is_settled_when_it_has_stood_for_one_lag():
    difference = Unexplained(3, NOW)
    assert not is_settled(difference, NOW + LAG - timedelta(milliseconds=1), LAG)
    assert is_settled(difference, NOW + LAG, LAG)
