"""Saves, our own writes, stale and conflicted copies in any order: every typed difference counts once, and for good."""

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from domain.world import row
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from once import new_mirror

from bridge.columns import Column
from bridge.mark import Mark
from bridge.read import Table
from daemon.domain.rows import RowBase
from daemon.domain.values import Sku
from daemon.mirror import revisions
from daemon.mirror.revisions import Revision
from daemon.origin import PlacedSheet, agree, placed
from daemon.parts import Sheet

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
SKUS = ("A", "B", "C")
MAIN = "toko.xlsx"


@dataclass
class Copy:
    """A file in somebody's hands: its mark, what it shows, and what was typed into it and has not arrived yet."""

    mark: Mark | None
    shows: dict[str, int]
    edited: set[str] = field(default_factory=set)
    pending: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SKUS, 0))

    def type(self, sku, value):
        self.pending[sku] += value - self.shows[sku]
        self.shows[sku] = value
        self.edited.add(sku)

    def arrive(self, expected):
        for sku, units in self.pending.items():
            expected[sku] += units
        self.pending = dict.fromkeys(SKUS, 0)


class Copies(RuleBasedStateMachine):
    """The steps of a cycle that concern the workbook, with the real mirror; the ledger is one number for each SKU."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.mirror = new_mirror(self.folder)
        self.values = count(1000, 7)
        self.hashes = count()
        self.ledger = dict.fromkeys(SKUS, 50)
        self.expected = dict(self.ledger)
        self.main, self.is_open, self.away = Copy(None, dict(self.ledger)), False, []
        self.is_seen_open = False
        self.main_hash = "awal"
        self._read(MAIN, self.main, "awal", first=True)
        self._write()

    def teardown(self):
        self.mirror.close()
        shutil.rmtree(self.folder)

    def _sheet(self, name, copy, content_hash):
        rows = tuple(row(number, sku, stock=copy.shows[sku], price=None) for number, sku in enumerate(SKUS, 2))
        table = Table(content_hash, "Stok", 1, {Column.SKU: 1, Column.STOCK: 2}, (), b"", name, copy.mark)
        return Sheet(self.folder / name, table, rows)

    def _read(self, name, copy, content_hash, *, first=False):
        """Take over what a file brings, as step 3 of a cycle does."""
        sheet = self._sheet(name, copy, content_hash)
        with self.mirror.transaction() as tx:
            this = placed(tx, sheet, now=NOON, is_copy=name != MAIN, is_open=self.is_seen_open)
            assert isinstance(this, PlacedSheet)
            changed = {}
            for cells in sheet.rows:
                sku = Sku(cells.sku.value)
                seen = this.origin.bases.get(sku, RowBase())
                if not first:
                    self.ledger[sku] += cells.stock.value - seen.stock
                changed[sku] = RowBase(stock=cells.stock.value)
            agree(tx, this, changed, now=NOON)

    @precondition(lambda self: not self.is_open)
    @rule()
    def we_write(self):
        self._write()

    def _write(self):
        with self.mirror.transaction() as tx:
            number = revisions.next_number(tx)
            newest = revisions.newest_revision(tx)
            bases = {Sku(sku): RowBase(stock=units) for sku, units in self.ledger.items()}
            self.main_hash = f"tulis {number}"
            planned = Revision(number, newest.workbook, "", self.main_hash)
            revisions.begin_revision(tx, planned, bases, now=NOON)
            revisions.finish_revision(tx, number)
        self.main = Copy(Mark(newest.workbook, number), dict(self.ledger))
        self.is_seen_open = False

    def _save_main(self):
        self.main_hash = f"simpan {next(self.hashes)}"
        self.main.arrive(self.expected)
        self._read(MAIN, self.main, self.main_hash)

    @rule(sku=st.sampled_from(SKUS), stays_open=st.booleans())
    def the_seller_types_and_saves(self, sku, stays_open):
        self.is_seen_open = True
        self.main.type(sku, next(self.values))
        self._save_main()
        self.is_open = stays_open
        if not stays_open:
            self._write()

    @precondition(lambda self: not self.is_seen_open)
    @rule(sku=st.sampled_from(SKUS))
    def somebody_saves_whose_lock_we_do_not_see(self, sku):
        """We have not written since: another copy may come before we do."""
        if sku not in self.main.edited:
            self.main.type(sku, next(self.values))
            self._save_main()

    @rule(sku=st.sampled_from(SKUS), units=st.integers(1, 5))
    def buyers_order(self, sku, units):
        self.ledger[sku] -= units
        self.expected[sku] -= units

    @precondition(lambda self: not self.is_open)
    @rule()
    def somebody_takes_a_copy_away(self):
        self.away.append(Copy(self.main.mark, dict(self.main.shows)))

    @precondition(lambda self: self.away)
    @rule(data=st.data(), sku=st.sampled_from(SKUS))
    def somebody_types_into_a_copy(self, data, sku):
        """Each cell once: which of two saves a third value follows cannot be told (decision 0005)."""
        copy = data.draw(st.sampled_from(self.away))
        if sku not in copy.edited:
            copy.type(sku, next(self.values))

    @precondition(lambda self: self.away and not self.is_open)
    @rule(data=st.data(), at_once=st.booleans())
    def a_copy_is_saved_over_the_workbook(self, data, at_once):
        copy = data.draw(st.sampled_from(self.away))
        copy.arrive(self.expected)
        self.main = Copy(copy.mark, dict(copy.shows), set(copy.edited))
        self._save_main()
        if at_once:
            self._write()

    @precondition(lambda self: self.away)
    @rule(data=st.data())
    def a_conflicted_copy_arrives(self, data):
        copy = data.draw(st.sampled_from(self.away))
        copy.arrive(self.expected)
        self._read(f"toko (conflicted copy {next(self.hashes)}).xlsx", copy, f"salinan {next(self.hashes)}")

    @invariant()
    def everything_that_arrived_counts_once(self):
        assert self.ledger == self.expected


TestCopies = Copies.TestCase
TestCopies.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
