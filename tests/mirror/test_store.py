"""Opening the mirror: ours, foreign, damaged, older, newer; one process at a time; all or nothing."""

import hashlib
import multiprocessing
import os
import shutil
import signal
import sqlite3
import stat
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from daemon.errors import PersonNeededError, TryLaterError
from daemon.mirror import Mirror, store
from daemon.mirror.schema import APPLICATION_ID, metadata
from daemon.mirror.store import only_instance, running_pid

NEXT = '''
"""Another step."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("shops", sa.Column("motto", sa.Text()))
    {then}
'''


def tell(folder):
    """Every file below ``folder`` with its content."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def revision_of(path):
    with closing(sqlite3.connect(path)) as plain:
        return plain.execute("SELECT version_num FROM alembic_version").fetchone()[0]


@contextmanager
def newer_program(monkeypatch, folder, *, then="pass"):
    """A program with one more migration than ours."""
    shutil.copytree(Path(store.__file__).parent / "migrations", folder / "migrations")
    (folder / "migrations/versions/9999_next.py").write_text(NEXT.format(then=then))
    with monkeypatch.context() as patched:
        patched.setattr(store, "__file__", str(folder / "store.py"))
        yield


@pytest.fixture
def mirror(tmp_path):
    """A mirror that was made here and now, not copied."""
    with closing(Mirror.open(tmp_path / "state")) as mirror:
        yield mirror


def test_a_fresh_mirror_has_the_schema_that_the_queries_are_written_for(mirror):
    with mirror.transaction() as tx:
        assert compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), metadata) == []
        assert tx.exec_driver_sql("PRAGMA application_id").scalar() == APPLICATION_ID
        assert tx.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert tx.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_mirror_is_for_its_owner_only(mirror):
    assert stat.S_IMODE(mirror.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(mirror.path.parent.stat().st_mode) == 0o700


def test_opening_again_changes_nothing(tmp_path):
    Mirror.open(tmp_path).close()
    before = tell(tmp_path)
    Mirror.open(tmp_path).close()
    assert tell(tmp_path) == before


def test_a_mirror_whose_making_was_cut_short_is_made_anew(tmp_path):
    (tmp_path / "mirror.sqlite").touch()
    with closing(Mirror.open(tmp_path)) as mirror, mirror.transaction() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM shops").scalar() == 0


@pytest.mark.parametrize("application_id", [0, 4711])
def test_a_database_of_another_program_is_refused_untouched(tmp_path, application_id):
    with closing(sqlite3.connect(tmp_path / "mirror.sqlite")) as foreign:
        foreign.execute("CREATE TABLE resep (nama TEXT)")
        foreign.execute(f"PRAGMA application_id = {application_id}")
        foreign.commit()
    before = tell(tmp_path)
    with pytest.raises(PersonNeededError, match=r"mirror\.foreign"):
        Mirror.open(tmp_path)
    assert tell(tmp_path) == before


def test_a_mirror_of_a_newer_program_is_refused_untouched(tmp_path, monkeypatch):
    state = tmp_path / "state"
    with newer_program(monkeypatch, tmp_path):
        Mirror.open(state).close()
    before = tell(state)
    with pytest.raises(PersonNeededError, match=r"mirror\.newer.*9999"):
        Mirror.open(state)
    assert tell(state) == before


@pytest.mark.parametrize("spoil", [lambda _content: b"bukan basis data" * 100, lambda content: content[:5000]])
def test_a_damaged_mirror_is_refused_untouched(tmp_path, spoil):
    Mirror.open(tmp_path).close()
    path = tmp_path / "mirror.sqlite"
    path.write_bytes(spoil(path.read_bytes()))
    before = tell(tmp_path)
    with pytest.raises(PersonNeededError, match=r"mirror\.damaged"):
        Mirror.open(tmp_path)
    assert tell(tmp_path) == before


def test_damage_that_shows_up_later_is_named_as_well(tmp_path):
    with closing(Mirror.open(tmp_path)) as mirror, mirror.transaction() as tx:
        tx.exec_driver_sql("INSERT INTO shops (name) SELECT hex(randomblob(50)) FROM sqlite_schema a, sqlite_schema b")
    path = tmp_path / "mirror.sqlite"
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"rusak" * 50_000)
    with pytest.raises(PersonNeededError, match=r"mirror\.damaged"):  # noqa: SIM117 - what fails is inside
        with closing(Mirror.open(tmp_path)) as mirror, mirror.transaction() as tx:
            tx.exec_driver_sql("SELECT name FROM shops ORDER BY swept_at_ms").all()


def test_a_full_disk_is_something_to_try_again_later(mirror):
    with mirror.transaction() as tx:
        tx.exec_driver_sql("PRAGMA max_page_count = 1")
    with pytest.raises(TryLaterError, match=r"mirror\.disk"), mirror.transaction() as tx:
        tx.exec_driver_sql("INSERT INTO shops (name) VALUES (hex(zeroblob(100000)))")
    with mirror.transaction() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM shops").scalar() == 0


def test_a_mirror_is_backed_up_before_it_is_migrated(tmp_path, monkeypatch):
    state = tmp_path / "state"
    with closing(Mirror.open(state)) as mirror, mirror.transaction() as tx:
        tx.exec_driver_sql("INSERT INTO shops (name) VALUES ('toko')")
    with newer_program(monkeypatch, tmp_path), closing(Mirror.open(state)) as mirror, mirror.transaction() as tx:
        assert tx.exec_driver_sql("SELECT name, motto FROM shops").all() == [("toko", None)]
    (backup,) = state.glob("mirror-before-0008-*.sqlite")
    assert (revision_of(backup), revision_of(state / "mirror.sqlite")) == ("0008", "9999")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with closing(sqlite3.connect(backup)) as plain:
        assert plain.execute("SELECT name FROM shops").fetchall() == [("toko",)]


def test_a_migration_that_fails_leaves_the_mirror_as_it_was(tmp_path, monkeypatch):
    state = tmp_path / "state"
    Mirror.open(state).close()
    before = tell(state)["mirror.sqlite"]
    with newer_program(monkeypatch, tmp_path, then="raise RuntimeError"), pytest.raises(RuntimeError):
        Mirror.open(state)
    assert tell(state)["mirror.sqlite"] == before
    assert revision_of(state / "mirror.sqlite") == "0008"


def test_recipes_that_wait_for_a_part_are_left_to_the_workbook(tmp_path, monkeypatch):
    state = tmp_path / "state"
    with monkeypatch.context() as older:
        upgrade = command.upgrade
        older.setattr(store.command, "upgrade", lambda config, _target: upgrade(config, "0006"))
        with closing(Mirror.open(state)) as mirror, mirror.transaction() as tx:
            tx.exec_driver_sql("INSERT INTO products (sku, opened_at_ms, currency) VALUES ('KOPI', 0, 'IDR')")
            parts = "('DUO', 'KOPI', 2), ('BOX', 'KOPI', 1), ('BOX', 'KARTU', 1)"
            tx.exec_driver_sql(f"INSERT INTO bundle_parts (bundle, part, quantity) VALUES {parts}")
    with closing(Mirror.open(state)) as mirror, mirror.transaction() as tx:
        assert tx.exec_driver_sql("SELECT bundle, part FROM bundle_parts").all() == [("DUO", "KOPI")]


def test_a_text_never_gets_into_a_number(mirror):
    with pytest.raises(Exception, match="cannot store TEXT value in INTEGER column"), mirror.transaction() as tx:
        tx.exec_driver_sql("INSERT INTO shops (name, swept_at_ms) VALUES ('toko', 'kemarin')")


def test_a_transaction_is_undone_by_an_error_and_by_a_wish(mirror):
    with mirror.transaction(discard=True) as tx:
        tx.exec_driver_sql("INSERT INTO shops (name) VALUES ('dibuang')")
    with suppress(ZeroDivisionError), mirror.transaction() as tx:
        tx.exec_driver_sql("INSERT INTO shops (name) VALUES ('gagal')")
        raise ZeroDivisionError
    with mirror.transaction() as tx:
        tx.exec_driver_sql("INSERT INTO shops (name) VALUES ('jadi')")
    with mirror.transaction() as tx:
        assert tx.exec_driver_sql("SELECT name FROM shops").scalars().all() == ["jadi"]


def _hold(state, held):
    with only_instance(state):
        held.set()
        signal.pause()


def test_a_second_process_is_kept_out_and_a_killed_one_lets_go(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    held = spawn.Event()
    first = spawn.Process(target=_hold, args=(tmp_path, held))
    first.start()
    try:
        assert held.wait(60)
        assert running_pid(tmp_path) == first.pid
        with pytest.raises(TryLaterError, match=str(first.pid)), only_instance(tmp_path):
            pass
    finally:
        first.kill()
        first.join()
    assert running_pid(tmp_path) is None
    with only_instance(tmp_path):
        assert running_pid(tmp_path) == os.getpid()
    first.close()
