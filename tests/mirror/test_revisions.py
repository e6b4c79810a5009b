"""Revisions: what each file showed stays known, however many came after it."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from alembic import command

from daemon.domain.copies import Save
from daemon.domain.rows import RowBase
from daemon.domain.values import Sku
from daemon.mirror import Mirror, revisions, store
from daemon.mirror.known_sheet import KnownSheet, known_sheet, remember_sheet
from daemon.mirror.revisions import Revision

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
KOPI, TEH = Sku("KOPI"), Sku("TEH")


@pytest.fixture
def tx(mirror):
    with mirror.transaction() as tx:
        yield tx


def write(tx, bases, *, after="sesudah", is_finished=True):
    number = revisions.next_number(tx)
    revisions.begin_revision(tx, Revision(number, "abcdefgh", "sebelum", after), bases, now=NOON)
    if is_finished:
        revisions.finish_revision(tx, number)
    return revisions.find_revision(tx, number) or Revision(number, "abcdefgh", "sebelum", after)


def test_every_revision_shows_its_own_numbers(tx):
    first = write(tx, {KOPI: RowBase(stock=12), TEH: RowBase(stock=4)})
    second = write(tx, {KOPI: RowBase(stock=9), TEH: RowBase(stock=4)})
    third = write(tx, {KOPI: RowBase(stock=9, price=5), TEH: RowBase(stock=1)})
    shown = [revisions.bases_at(tx, each.number) for each in (first, second, third)]
    assert [each[KOPI].stock for each in shown] == [12, 9, 9]
    assert [each[TEH].stock for each in shown] == [4, 4, 1]
    assert [each[KOPI].price for each in shown] == [None, None, 5]
    assert revisions.newest_revision(tx) == third


@pytest.mark.parametrize("reached_the_file", [True, False])
def test_a_revision_counts_only_if_it_reached_the_file(tx, reached_the_file):
    write(tx, {KOPI: RowBase(stock=12)})
    planned = write(tx, {KOPI: RowBase(stock=9)}, is_finished=False)
    assert revisions.unfinished_revision(tx) == planned
    if reached_the_file:
        revisions.finish_revision(tx, planned.number)
    else:
        revisions.abandon_revision(tx, planned.number)
    assert revisions.unfinished_revision(tx) is None
    assert revisions.next_number(tx) == planned.number + 1
    assert revisions.find_revision(tx, planned.number) == (planned if reached_the_file else None)
    assert revisions.bases_at(tx, planned.number)[KOPI].stock == (9 if reached_the_file else 12)


def test_a_revision_in_doubt_can_turn_up_and_makes_no_other_old_until_the_next_is_written(tx):
    before = write(tx, {KOPI: RowBase(stock=12)})
    doubtful = write(tx, {KOPI: RowBase(stock=9)}, is_finished=False)
    assert revisions.newest_revision(tx) == before
    after = write(tx, {KOPI: RowBase(stock=8)})
    assert (revisions.newest_revision(tx), revisions.unfinished_revision(tx)) == (after, None)
    assert revisions.find_revision(tx, doubtful.number) == doubtful
    assert [revisions.bases_at(tx, each.number)[KOPI].stock for each in (before, doubtful, after)] == [12, 9, 8]


def test_an_adopted_workbook_begins_with_nothing_agreed(tx):
    write(tx, {KOPI: RowBase(stock=12)})
    adopted = revisions.adopt(tx, "asing", now=NOON)
    assert revisions.bases_at(tx, adopted.number) == {}
    assert revisions.newest_revision(tx) == adopted
    assert adopted.is_adopted
    later = write(tx, {TEH: RowBase(stock=1)})
    assert revisions.bases_at(tx, later.number) == {TEH: RowBase(stock=1)}


def test_saves_of_a_revision_are_kept_with_what_they_agreed_on(tx):
    revision = write(tx, {KOPI: RowBase(stock=12), TEH: RowBase(stock=4)})
    for name, stock in (("toko.xlsx", 22), ("toko (2).xlsx", 15)):
        revisions.store_save(tx, revision, Save(name, {KOPI: RowBase(stock=stock)}, f"hash of {name}"), now=NOON)
    saves = revisions.saves_of(tx, revision)
    assert [(save.name, save.changed[KOPI].stock) for save in saves] == [("toko.xlsx", 22), ("toko (2).xlsx", 15)]
    found = revisions.save_of_file(tx, "hash of toko (2).xlsx")
    assert found is not None
    assert found[0] == revision
    assert revisions.changed_by_save(tx, found[1]) == {KOPI: RowBase(stock=15)}
    assert revisions.save_of_file(tx, "hash of nothing") is None


def test_what_a_save_agreed_on_can_become_what_its_revision_showed_again(tx):
    revision = write(tx, {KOPI: RowBase(price=5000)})
    asked = {KOPI: RowBase(price=5000, asked_price=50_000)}
    revisions.store_save(tx, revision, Save("toko.xlsx", asked, "hash"), now=NOON)
    _, save = revisions.save_of_file(tx, "hash") or (None, 0)
    revisions.update_save(tx, save, {KOPI: RowBase(price=5000)})
    assert revisions.changed_by_save(tx, save) == {KOPI: RowBase(price=5000)}


def test_only_so_many_revisions_are_kept_and_the_numbers_of_those_stay_right(tx, monkeypatch):
    monkeypatch.setattr(revisions, "KEPT", 3)
    written = [write(tx, {KOPI: RowBase(stock=stock), TEH: RowBase(stock=7)}) for stock in range(10)]
    assert [revisions.find_revision(tx, each.number) for each in written] == [*[None] * 6, *written[6:]]
    assert [revisions.bases_at(tx, each.number)[KOPI].stock for each in written[6:]] == [6, 7, 8, 9]
    assert all(revisions.bases_at(tx, each.number)[TEH].stock == 7 for each in written[6:])
    assert tx.exec_driver_sql("SELECT count(*) FROM workbook_rows").scalar() < 8


def test_a_mirror_from_before_revisions_keeps_what_was_agreed_on(tmp_path, monkeypatch):
    path = tmp_path / "mirror.sqlite"
    with monkeypatch.context() as older:
        upgrade = command.upgrade
        older.setattr(store.command, "upgrade", lambda config, _target: upgrade(config, "0001"))
        Mirror.open(tmp_path).close()
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("INSERT INTO cycles (id, trigger, started_at_ms) VALUES (1, 'command', 0)")
        plain.execute("INSERT INTO workbook_rows (sku, stock, price) VALUES ('KOPI', 12, 55000)")
        plain.execute(
            "INSERT INTO workbook_writes (before_hash, after_hash, cells, state, cycle, written_at_ms)"
            " VALUES ('satu', 'dua', '[]', 'done', 1, 7)"
        )
        plain.commit()
    with closing(Mirror.open(tmp_path)) as mirror, mirror.transaction() as tx:
        newest = revisions.newest_revision(tx)
        assert newest is not None
        assert newest.is_adopted
        assert revisions.bases_at(tx, newest.number) == {KOPI: RowBase(stock=12, price=55_000)}
        assert revisions.revision_of_file(tx, "dua") == newest


def test_of_very_many_saves_of_one_revision_the_last_are_kept(tx, monkeypatch):
    monkeypatch.setattr(revisions, "SAVES_KEPT", 3)
    revision = write(tx, {KOPI: RowBase(stock=0)})
    for stock in range(1, 9):
        revisions.store_save(tx, revision, Save("toko.ods", {KOPI: RowBase(stock=stock)}, f"hash {stock}"), now=NOON)
    assert [save.changed[KOPI].stock for save in revisions.saves_of(tx, revision)] == [6, 7, 8]
    assert tx.exec_driver_sql("SELECT count(*) FROM workbook_save_rows").scalar() == 3


def test_the_sheet_that_was_read_last_is_known_once_there_is_a_workbook(tx):
    remember_sheet(tx, KnownSheet("Stok"))
    assert known_sheet(tx) is None
    write(tx, {KOPI: RowBase(stock=12)})
    assert known_sheet(tx) == KnownSheet("Stok")
    remember_sheet(tx, KnownSheet("Gudang", ("Modal", "Rak")))
    assert known_sheet(tx) == KnownSheet("Gudang", ("Modal", "Rak"))


def test_a_mirror_from_before_sheets_were_remembered_goes_on_and_knows_none(tmp_path, monkeypatch):
    with monkeypatch.context() as older:
        upgrade = command.upgrade
        older.setattr(store.command, "upgrade", lambda config, _target: upgrade(config, "0002"))
        Mirror.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "mirror.sqlite")) as plain:
        plain.execute("INSERT INTO workbook_revisions VALUES (1, 'abcdefgh', 'satu', 'dua', 'done', 7)")
        plain.commit()
    with closing(Mirror.open(tmp_path)) as mirror, mirror.transaction() as tx:
        assert known_sheet(tx) is None
        remember_sheet(tx, KnownSheet("Stok"))
        assert known_sheet(tx) == KnownSheet("Stok")
