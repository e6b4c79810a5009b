"""What each listing shows of the pool: truth tables and properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.domain.allocation import FULL_POOL, Override, Rule, Sharing, allocate
from daemon.domain.stock import QUANTITY_LIMIT
from daemon.domain.values import ListingId

SHARED, EXCLUSIVE = Sharing.SHARED, Sharing.EXCLUSIVE


def pool(*rules):
    return {ListingId(f"toko-{place}", "p", "s"): rule for place, rule in enumerate(rules)}


def shown(available, *rules, sharing=SHARED):
    return tuple(allocate(available, pool(*rules), sharing=sharing).values())


@pytest.mark.parametrize("available", [-3, 0, 1, 12, QUANTITY_LIMIT, QUANTITY_LIMIT + 5])
def test_without_rules_every_listing_shows_the_full_pool_within_what_can_be_shown(available):
    assert shown(available, FULL_POOL, FULL_POOL) == (min(max(available, 0), QUANTITY_LIMIT),) * 2


@pytest.mark.parametrize(
    ("available", "rule", "units"),
    [
        (12, Rule(buffer=2), 10),
        (2, Rule(buffer=2), 0),
        (1, Rule(buffer=2), 0),
        (-4, Rule(buffer=2), 0),
        (13, Rule(share=50), 6),
        (1, Rule(share=50), 0),
        (12, Rule(share=0), 0),
        (12, Rule(highest=5), 5),
        (3, Rule(highest=5), 3),
        (12, Rule(highest=0), 0),
        # The smallest of them counts.
        (20, Rule(buffer=4, share=50, highest=8), 8),
        (20, Rule(buffer=4, share=50, highest=12), 10),
        (20, Rule(buffer=15, share=50, highest=8), 5),
        # The least holds against buffer and share, but never promises what is not there.
        (6, Rule(buffer=5, lowest=3), 3),
        (2, Rule(buffer=5, lowest=3), 2),
        (0, Rule(lowest=3), 0),
        (4, Rule(share=10, lowest=2), 2),
        (QUANTITY_LIMIT + 50, Rule(buffer=20), QUANTITY_LIMIT),
    ],
)
def test_a_shared_listing_shows_the_smallest_of_what_its_rule_allows(available, rule, units):
    assert shown(available, rule) == (units,)


@pytest.mark.parametrize(
    ("available", "rules", "units"),
    [
        (1, (Rule(), Rule()), (1, 1)),
        (1, (Rule(), Rule(priority=2)), (0, 1)),
        (1, (Rule(priority=2), Rule(priority=2), Rule()), (1, 1, 0)),
        (2, (Rule(), Rule(priority=2)), (2, 2)),
        # The last piece is the last one on sale: behind the smallest buffer of those that offer anything.
        (4, (Rule(buffer=3), Rule(buffer=3, priority=2)), (0, 1)),
        (4, (Rule(buffer=3), Rule(buffer=5, priority=2)), (1, 0)),
        (6, (Rule(buffer=3), Rule(buffer=5, priority=2)), (3, 1)),
        (1, (Rule(), Rule(highest=0, priority=2)), (1, 0)),
        (1, (Rule(lowest=1), Rule(priority=2)), (1, 1)),
    ],
)
def test_the_last_shared_piece_is_shown_only_by_the_highest_priority(available, rules, units):
    assert shown(available, *rules) == units


@pytest.mark.parametrize(
    ("available", "rules", "units"),
    [
        (10, (Rule(), Rule()), (5, 5)),
        (11, (Rule(), Rule()), (6, 5)),
        (11, (Rule(), Rule(priority=1)), (5, 6)),
        (1, (Rule(share=60), Rule(share=40, priority=1)), (0, 1)),
        (10, (Rule(share=70), Rule(share=30)), (7, 3)),
        (10, (Rule(share=34), Rule(share=33), Rule(share=33)), (4, 3, 3)),
        (10, (Rule(share=0), Rule()), (0, 10)),
        (10, (Rule(share=0), Rule(share=0)), (0, 0)),
        (10, (Rule(share=0, lowest=2), Rule(share=0)), (2, 0)),
        # A buffer is left alone by whoever has it, and kept back where all have it.
        (12, (Rule(buffer=2), Rule(buffer=2)), (5, 5)),
        (6, (Rule(), Rule(buffer=5)), (5, 1)),
        (3, (Rule(buffer=5), Rule(buffer=5)), (0, 0)),
        # What one may not take goes to the others; what nobody may take stays unsold.
        (10, (Rule(highest=2), Rule()), (2, 8)),
        (10, (Rule(highest=2), Rule(highest=3)), (2, 3)),
        (10, (Rule(lowest=4, share=20), Rule(share=80)), (4, 6)),
        (3, (Rule(lowest=2), Rule(lowest=2)), (2, 1)),
        (3, (Rule(lowest=2), Rule(lowest=2, priority=1)), (1, 2)),
        (4, (Rule(buffer=3, lowest=2), Rule(buffer=3)), (2, 0)),
        (-1, (Rule(), Rule()), (0, 0)),
        (0, (), ()),
    ],
)
def test_exclusive_units_are_dealt_once_by_share_priority_and_order(available, rules, units):
    assert shown(available, *rules, sharing=EXCLUSIVE) == units


def test_a_blank_of_an_override_leaves_the_shops_setting():
    rule = Rule(buffer=2, share=80, lowest=1, highest=9, priority=3)
    assert Override().over(rule) == rule
    assert Override(buffer=0, priority=5).over(rule) == Rule(buffer=0, share=80, lowest=1, highest=9, priority=5)


UNITS = st.integers(0, 60) | st.integers(0, 2 * QUANTITY_LIMIT)
AVAILABLE = st.integers(-20, 60) | st.integers(-20, 3 * QUANTITY_LIMIT)
RULES = st.builds(
    Rule,
    buffer=st.integers(0, 8) | UNITS,
    share=st.integers(0, 100),
    lowest=st.integers(0, 8) | UNITS,
    highest=st.none() | UNITS,
    priority=st.integers(0, 3),
)
LISTINGS = st.lists(RULES, max_size=6).map(lambda rules: pool(*rules))
SHARINGS = st.sampled_from(Sharing)


@given(AVAILABLE, LISTINGS, SHARINGS)
def test_nobody_shows_less_than_nothing_or_more_than_there_is_or_can_be_shown(available, listings, sharing):
    allotted = allocate(available, listings, sharing=sharing)
    assert list(allotted) == list(listings)
    assert all(0 <= units <= min(max(available, 0), QUANTITY_LIMIT) for units in allotted.values())


@given(AVAILABLE, LISTINGS)
def test_exclusive_sharing_promises_no_unit_twice(available, listings):
    assert sum(allocate(available, listings, sharing=EXCLUSIVE).values()) <= max(available, 0)


@given(AVAILABLE, LISTINGS, SHARINGS)
def test_nobody_shows_more_than_the_highest_unless_the_least_says_so(available, listings, sharing):
    for id_, units in allocate(available, listings, sharing=sharing).items():
        rule = listings[id_]
        assert rule.highest is None or units <= max(rule.highest, rule.lowest)


@given(AVAILABLE, LISTINGS)
def test_exclusive_sharing_leaves_nothing_unsold_that_somebody_may_take(available, listings):
    allotted = allocate(available, listings, sharing=EXCLUSIVE)
    if not listings or sum(allotted.values()) >= available - min(rule.buffer for rule in listings.values()):
        return
    for id_, units in allotted.items():
        rule = listings[id_]
        highest = QUANTITY_LIMIT if rule.highest is None else rule.highest
        is_full = units >= min(highest, available - rule.buffer, QUANTITY_LIMIT)
        assert is_full or rule.share == 0


@given(AVAILABLE, LISTINGS)
def test_more_stock_never_lowers_what_a_shared_listing_shows(available, listings):
    before, after = (allocate(units, listings, sharing=SHARED) for units in (available, available + 1))
    assert all(before[id_] <= after[id_] for id_ in listings)


@given(AVAILABLE, LISTINGS, st.randoms())
def test_the_order_of_shared_listings_does_not_matter(available, listings, random):
    shuffled = list(listings.items())
    random.shuffle(shuffled)
    assert allocate(available, dict(shuffled), sharing=SHARED) == allocate(available, listings, sharing=SHARED)


@given(AVAILABLE, st.lists(RULES, max_size=5), st.randoms())
def test_listings_with_one_rule_differ_by_one_piece_at_most_in_order_of_the_configuration(available, rules, random):
    listings = pool(*(rule for rule in rules for _ in range(2)))
    twins = list(allocate(available, listings, sharing=EXCLUSIVE).values())
    for first, second, rule in zip(twins[::2], twins[1::2], rules, strict=True):
        assert first == second or rule.lowest or 0 <= first - second <= 1
