"""Opening the mirror: SQLite in WAL mode, migrated at start, guarded by one lock per mirror."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeAlias

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Select, create_engine, event
from sqlalchemy.exc import DBAPIError

from daemon.errors import BugError, PersonNeededError, TryLaterError
from daemon.mirror.schema import APPLICATION_ID

Transaction: TypeAlias = Connection
"""An open transaction; the queries of this package take it as their first argument."""


def scan(tx: Transaction, query: Select[Any], given: Mapping[str, object]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query for numbers and texts as plain tuples, in the order of its columns.

    For what is asked about all goods in every cycle: ``Row`` objects would take longer than SQLite does.
    """
    cursor: Any = tx.execute(query, given).cursor
    return iter(cursor)


class Mirror:
    """One SQLite file. Every transaction is explicit, immediate and short: none spans network or file I/O."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self.path = path

    @classmethod
    def open(cls, state_folder: Path) -> Self:
        """Open or create the mirror in ``state_folder`` and bring it to the newest schema.

        A backup is made before a migration. Raises :class:`~daemon.errors.PersonNeededError` for a file that is
        damaged, not ours, or written by a newer Selaras; none of them is touched.
        """
        state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = state_folder / "mirror.sqlite"
        path.touch(mode=0o600)
        engine = _engine(path)
        try:
            with _in_our_words(path):
                _migrate(engine, path)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, path)

    @contextmanager
    def transaction(self, *, discard: bool = False) -> Iterator[Transaction]:
        """A write transaction: committed at the end, rolled back on any error, or always with ``discard``.

        Raises :class:`~daemon.errors.TryLaterError` when the disk is full or another program holds the file, and
        :class:`~daemon.errors.PersonNeededError` when the file is damaged or may not be written.
        """
        with (
            _in_our_words(self.path),
            self._engine.connect() as connection,
            connection.begin() as transaction,
        ):
            yield connection
            if discard:
                transaction.rollback()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def copy_mirror(state_folder: Path, target: Path) -> None:
    """Copy the mirror as it stands now into another state folder, also while somebody works on it.

    Nothing is copied where there is none yet.
    """
    path = state_folder / "mirror.sqlite"
    if not path.exists():
        return
    with (
        _in_our_words(path),
        closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True)) as source,  # with `ro`, files stay beside it
        closing(sqlite3.connect(target / path.name)) as copy,
    ):
        source.backup(copy)
    (target / path.name).chmod(0o600)


@contextmanager
def only_instance(state_folder: Path) -> Iterator[None]:
    """Hold the lock of a mirror: one daemon or one ``sync`` works on it at a time.

    Raises :class:`~daemon.errors.TryLaterError` when somebody else holds it. The kernel frees it at any death.
    """
    state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(state_folder / "selaras.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Take the lock; more than one try, because ``running_pid`` holds a shared one for an instant."""
    for pause_s in (0.05, 0.1, 0.2, None):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if pause_s is None:
                raise TryLaterError("service.already_running", pid=_holder(descriptor)) from error
            time.sleep(pause_s)
        else:
            return


def running_pid(state_folder: Path) -> int | None:
    """Who holds the lock of the mirror in ``state_folder``; ``None`` when nobody does."""
    path = state_folder / "selaras.lock"
    if not path.exists():
        return None
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(file.fileno())
    return None


def _holder(descriptor: int) -> int:
    text = os.pread(descriptor, 20, 0).decode(errors="replace")
    return int(text) if text.isdigit() else 0


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        # The driver must not open transactions behind our back: SQLAlchemy's begin event does it, at once for
        # writing, so that a transaction never fails half-way for the lock.
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _alembic(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _in_our_words(path: Path) -> Iterator[None]:
    """Turn what SQLite says about the file into our errors; a broken rule of the schema stays the bug it is."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        said = error.orig if isinstance(error, DBAPIError) else error
        name = getattr(said, "sqlite_errorname", "")
        for kind, code, names in _TROUBLE:
            if name.startswith(names):
                raise kind(code, path=str(path), detail=str(said)) from error
        raise


_TROUBLE = (
    (PersonNeededError, "mirror.damaged", ("SQLITE_CORRUPT", "SQLITE_NOTADB")),
    (PersonNeededError, "mirror.forbidden", ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")),
    (TryLaterError, "mirror.disk", ("SQLITE_FULL", "SQLITE_IOERR")),
    (TryLaterError, "mirror.busy", ("SQLITE_BUSY", "SQLITE_LOCKED")),
)


def _migrate(engine: Engine, path: Path) -> None:
    script = ScriptDirectory.from_config(_alembic())
    present = _present_revision(engine, path)
    newest = script.get_current_head()
    if present is not None and present not in {revision.revision for revision in script.walk_revisions()}:
        raise PersonNeededError("mirror.newer", path=str(path), revision=present)
    _on_driver(engine, "PRAGMA journal_mode = WAL")
    if present == newest:
        return
    if present is not None:
        _back_up(engine, path, present)
    with engine.connect() as connection, connection.begin():
        command.upgrade(_alembic(connection), "head")
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if orphans:
            # foreign_key_check reports by rows, not by an error; raising rolls the migration back.
            raise BugError("mirror.migration_broke_links", count=len(orphans))


def _present_revision(engine: Engine, path: Path) -> str | None:
    """The schema of the file, ``None`` for an empty one; changes nothing."""
    with engine.connect() as connection, connection.begin():
        owner = connection.exec_driver_sql("PRAGMA application_id").scalar()
        is_empty = connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar() == 0
        if owner != APPLICATION_ID and not (owner == 0 and is_empty):
            raise PersonNeededError("mirror.foreign", path=str(path))
        return MigrationContext.configure(connection).get_current_revision()


def _back_up(engine: Engine, path: Path, revision: str) -> None:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    copy = path.with_name(f"mirror-before-{revision}-{stamp}.sqlite")
    _on_driver(engine, "VACUUM INTO ?", str(copy))
    copy.chmod(0o600)


def _on_driver(engine: Engine, statement: str, *params: str) -> None:
    """Run a statement that SQLite allows outside transactions only."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        if driver is None:
            raise BugError("mirror.no_connection")
        driver.execute(statement, params)
