"""The ledger is chained and added up: no past is changed without notice, and every sum can be derived again."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from alembic import command
from hypothesis import given, settings
from hypothesis import strategies as st
from once import new_mirror
from sqlalchemy.exc import IntegrityError

from daemon.domain.orders import LineFact
from daemon.domain.plan import Plan, ProductChange
from daemon.domain.stock import Cause, Movement
from daemon.domain.values import ListingId, Sku
from daemon.mirror import Mirror, decisions, journal, ledger, store

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
KOPI, TEH = Sku("KOPI-1"), Sku("TEH-1")
LINE = "toko/58001/L1"
FIELDS = {
    "id": 77,
    "sku": "'TEH-1'",
    "delta": 4,
    "cause": "'count'",
    "reference": "'9/9'",
    "cycle": 3,
    "booked_at_ms": 1,
    "hash": "'palsu'",
}


def open_goods(tx):
    cycle = journal.start_cycle(tx, "save", now=NOON)
    opened = tuple(ProductChange(sku, None, NOON, is_new=True) for sku in (KOPI, TEH))
    decisions.commit_plan(tx, Plan(products=opened), cycle=cycle, now=NOON)


def book(tx, *moves, sku=KOPI):
    """Book ``(units, cause, reference)`` in a cycle of their own."""
    cycle = journal.start_cycle(tx, "save", now=NOON)
    ledger.book(tx, [Movement(sku, *move) for move in moves], cycle=cycle, now=NOON)


def sell(tx, reference=LINE):
    """Let an order line be known."""
    shop, order_id, line_id = reference.split("/")
    tx.exec_driver_sql("INSERT OR IGNORE INTO shops (name) VALUES (?)", (shop,))
    tx.exec_driver_sql(
        "INSERT OR IGNORE INTO orders"
        " VALUES (?, ?, 'to_ship', 'TOKOPEDIA', 1, 0, 1, 1, NULL, '', '', '', '', 1, '', NULL)",
        (shop, order_id),
    )
    tx.exec_driver_sql(
        "INSERT INTO order_lines VALUES (?, ?, ?, '100', '101', 'KOPI-1', '', '', 55000, 'IDR', 0, 0, 1)",
        (shop, order_id, line_id),
    )


def available(tx):
    return dict(tx.exec_driver_sql("SELECT sku, available FROM products").all())


@pytest.fixture
def tx(mirror):
    """Coffee: 12 at the opening, 10 typed, one sold; tea: 7."""
    with mirror.transaction() as tx:
        open_goods(tx)
        sell(tx)
        book(tx, (12, Cause.OPENING, "toko/101"), (10, Cause.SHEET_EDIT, "2/5"))
        book(tx, (7, Cause.OPENING, "toko/102"), sku=TEH)
        book(tx, (-1, Cause.ORDER, LINE))
        yield tx


def test_a_ledger_that_nobody_touched_is_whole_and_named_by_its_last_hash(tx):
    last = tx.exec_driver_sql("SELECT hash FROM movements ORDER BY id DESC LIMIT 1").scalar()
    verdict = ledger.verify(tx)
    assert verdict == ledger.Verdict(4, 2, last, changed=None, sums=(), repeated=(), lines=())
    assert verdict.is_whole
    assert len(last) == 64


def test_an_empty_ledger_is_whole(mirror):
    with mirror.transaction() as tx:
        assert ledger.verify(tx) == ledger.Verdict(0, 0, "", changed=None, sums=(), repeated=(), lines=())


def test_the_available_units_are_kept_as_the_sum_with_every_movement(tx):
    assert available(tx) == {KOPI: 21, TEH: 7}
    book(tx, (-5, Cause.ADJUSTMENT, "5/5"), (2, Cause.SHEET_EDIT, "5/5"))
    assert available(tx) == {KOPI: 18, TEH: 7}


@pytest.mark.parametrize("field", FIELDS)
def test_a_changed_field_of_the_past_is_noticed_at_its_movement(tx, field):
    tx.exec_driver_sql(f"UPDATE movements SET {field} = {FIELDS[field]} WHERE id = 2")
    assert ledger.verify(tx).changed in (2, 3)


def test_a_past_that_was_changed_together_with_its_hash_is_noticed_at_the_next_movement(tx):
    rows = tx.exec_driver_sql("SELECT id, sku, delta, cause, reference, cycle, booked_at_ms, hash FROM movements").all()
    (_, *_first, before), (number, sku, delta, *others, _hash) = rows[:2]
    forged = ledger.chained(before, number, sku, delta + 5, *others)
    tx.exec_driver_sql("UPDATE movements SET delta = ?, hash = ? WHERE id = 2", (delta + 5, forged))
    assert ledger.verify(tx).changed == 3


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_removed_past_is_noticed(tx, number):
    tx.exec_driver_sql("DELETE FROM movements WHERE id = ?", (number,))
    assert ledger.verify(tx).changed == number + 1


def test_a_removed_end_is_noticed_as_soon_as_something_follows_it(tx):
    book(tx, (3, Cause.ADJUSTMENT, "5/5"))
    tx.exec_driver_sql("DELETE FROM movements WHERE id = 5")
    tx.exec_driver_sql("UPDATE products SET available = 21 WHERE sku = 'KOPI-1'")
    before = ledger.verify(tx)
    assert (before.is_whole, before.movements) == (True, 4)
    book(tx, (1, Cause.ADJUSTMENT, "6/5"))
    assert ledger.verify(tx).changed == 6


def test_an_order_that_was_removed_from_the_end_is_noticed_at_once(tx):
    tx.exec_driver_sql("DELETE FROM movements WHERE id = 4")
    assert ledger.verify(tx).lines == (LINE,)


def test_an_inserted_past_is_noticed(tx):
    tx.exec_driver_sql("UPDATE movements SET id = id + 1 WHERE id = 4")
    tx.exec_driver_sql(
        "INSERT INTO movements (id, sku, delta, cause, reference, cycle, booked_at_ms) VALUES (4, 'TEH-1', 1, 'count',"
        " '1/1', 1, 1)"
    )
    assert ledger.verify(tx).changed == 4


def test_two_movements_that_changed_places_are_noticed(tx):
    for old, new in ((1, 90), (2, 1), (90, 2)):
        tx.exec_driver_sql("UPDATE movements SET id = ? WHERE id = ?", (new, old))
    assert ledger.verify(tx).changed == 1


def test_every_sku_whose_sum_differs_is_named_with_both_numbers(tx):
    tx.exec_driver_sql("UPDATE products SET available = available + 2")
    verdict = ledger.verify(tx)
    assert verdict.sums == (ledger.WrongSum(KOPI, 23, 21), ledger.WrongSum(TEH, 9, 7))
    assert (verdict.is_whole, verdict.changed) == (False, None)


def test_a_fact_that_stands_twice_is_named(tx):
    tx.exec_driver_sql("DROP INDEX movements_once")
    book(tx, (10, Cause.SHEET_EDIT, "2/5"))
    assert ledger.verify(tx).repeated == ("sheet_edit 2/5 KOPI-1",)


@pytest.mark.parametrize(
    ("moves", "is_wrong"),
    [
        pytest.param([(1, Cause.CANCEL, KOPI)], False, id="given back once"),
        pytest.param([(2, Cause.CANCEL, KOPI)], True, id="given back more than it took"),
        pytest.param([(1, Cause.CANCEL, TEH)], True, id="given back to other goods"),
        pytest.param([(1, Cause.RETURN, KOPI)], False, id="returned once"),
        pytest.param([(1, Cause.CANCEL, KOPI), (1, Cause.RETURN, KOPI)], True, id="cancelled and returned"),
        pytest.param([(-1, Cause.ORDER, TEH)], True, id="taken again later under another SKU"),
        pytest.param([(1, Cause.OPENING, KOPI)], False, id="older than the opening"),
    ],
)
def test_a_line_is_taken_once_and_given_back_at_most_once(tx, moves, is_wrong):
    for delta, cause, sku in moves:
        book(tx, (delta, cause, LINE), sku=sku)
    assert ledger.verify(tx).lines == (LINE,) * is_wrong


def test_the_parts_of_a_bundle_are_taken_by_one_line_together(tx):
    sell(tx, "toko/58002/L1")
    cycle = journal.start_cycle(tx, "save", now=NOON)
    parts = [Movement(sku, -2, Cause.ORDER, "toko/58002/L1") for sku in (KOPI, TEH)]
    ledger.book(tx, parts, cycle=cycle, now=NOON)
    assert ledger.verify(tx).is_whole


def test_a_line_that_no_order_has_is_named(tx):
    book(tx, (-1, Cause.ORDER, "toko/59999/L1"))
    assert ledger.verify(tx).lines == ("toko/59999/L1",)


def test_the_reference_of_a_line_is_the_one_that_its_facts_give_it(tx):
    listing = ListingId("toko", "100", "101")
    fact = LineFact("58001", "L1", listing, KOPI, NOON, False, False, False, False)
    assert tx.execute(ledger.select(ledger.line_reference)).scalars().all() == [fact.reference]


def test_what_does_not_commit_leaves_neither_hash_nor_sum_nor_number(mirror):
    with mirror.transaction() as tx:
        open_goods(tx)
        book(tx, (12, Cause.OPENING, "toko/101"))
    twice = [(3, Cause.ADJUSTMENT, "1/1")] * 2
    with pytest.raises(IntegrityError), mirror.transaction() as tx:
        book(tx, *twice)
    with mirror.transaction(discard=True) as tx:
        book(tx, (3, Cause.ADJUSTMENT, "1/1"))
    with mirror.transaction() as tx:
        book(tx, (5, Cause.ADJUSTMENT, "1/1"))
        assert available(tx)[KOPI] == 17
        assert ledger.verify(tx).is_whole


units = st.integers(-99_999, 99_999).filter(bool)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.tuples(st.sampled_from([KOPI, TEH]), units), max_size=5), max_size=8))
def test_however_movements_are_booked_the_kept_sums_are_theirs_and_the_chain_holds(cycles):
    with TemporaryDirectory() as folder, closing(new_mirror(Path(folder))) as mirror, mirror.transaction() as tx:
        open_goods(tx)
        for number, moves in enumerate(cycles, start=2):
            cycle = journal.start_cycle(tx, "save", now=NOON)
            typed = [
                Movement(sku, delta, Cause.ADJUSTMENT, f"{number}/{row}") for row, (sku, delta) in enumerate(moves)
            ]
            ledger.book(tx, typed, cycle=cycle, now=NOON)
        sums = {sku: sum(delta for moves in cycles for each, delta in moves if each == sku) for sku in (KOPI, TEH)}
        assert available(tx) == sums
        assert ledger.verify(tx).is_whole


def test_a_ledger_from_before_the_chain_is_added_up_and_chained_as_if_it_had_been_from_the_start(tmp_path):
    path = tmp_path / "mirror.sqlite"
    with closing(sqlite3.connect(path)) as old:
        old.execute(f"PRAGMA application_id = {store.APPLICATION_ID}")
    engine = store._engine(path)
    with engine.connect() as connection, connection.begin():
        command.upgrade(store._alembic(connection), "0004")
        connection.exec_driver_sql("INSERT INTO cycles (id, trigger, started_at_ms) VALUES (1, 'save', 1)")
        for sku in (KOPI, TEH):
            connection.exec_driver_sql("INSERT INTO products (sku, opened_at_ms) VALUES (?, 1)", (sku,))
        for number, delta in enumerate((12, 10, -3), start=1):
            move = (KOPI, delta, Cause.ADJUSTMENT.value, f"1/{number}")
            insert = (
                "INSERT INTO movements (sku, delta, cause, reference, cycle, booked_at_ms) VALUES (?, ?, ?, ?, 1, 5)"
            )
            connection.exec_driver_sql(insert, move)
    engine.dispose()
    with closing(Mirror.open(tmp_path)) as mirror, mirror.transaction() as tx:
        assert available(tx) == {KOPI: 19, TEH: 0}
        book(tx, (4, Cause.ADJUSTMENT, "2/1"))
        verdict = ledger.verify(tx)
        assert (verdict.movements, verdict.is_whole) == (4, True)


def test_a_line_that_counts_as_booked_and_is_not_is_found(tx):
    sell(tx, "toko/58009/1")
    assert ledger.verify(tx).is_whole
    tx.exec_driver_sql("UPDATE order_lines SET is_outstanding = 0")
    assert ledger.verify(tx).lines == ("toko/58009/1",)


def test_sold_since_a_moment_are_the_units_of_orders_booked_after_it_less_those_that_came_back(tx):
    cycle = journal.start_cycle(tx, "save", now=NOON)
    causes = ((-3, Cause.ORDER), (1, Cause.CANCEL), (-4, Cause.SHEET_EDIT), (-2, Cause.MARKETPLACE_EDIT))
    moves = [Movement(TEH, units, cause, f"since/{units}/1") for units, cause in causes]
    ledger.book(tx, moves, cycle=cycle, now=NOON + timedelta(seconds=1))
    assert ledger.sold_since(tx, NOON) == {TEH: 2}
    assert ledger.sold_since(tx, NOON - timedelta(seconds=1)) == {KOPI: 1, TEH: 2}
    assert ledger.sold_since(tx, NOON + timedelta(seconds=1)) == {}
