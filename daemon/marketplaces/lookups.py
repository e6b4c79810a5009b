"""What a marketplace told us and seldom changes, kept on disk for a while instead of being asked for again.

Labels are among it, and they hold a buyer's address. So the files are for this user alone, everything is kept inside
the database, whose pages are overwritten when something is deleted, and what is too old is deleted with the next look.
"""

import shutil
import sqlite3
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import structlog
from diskcache import Cache, JSONDisk, Timeout

log = structlog.get_logger()

_FAILED = (sqlite3.Error, Timeout, OSError, ValueError, zlib.error)
"""The disk, or what was read from it: a damaged value is no JSON."""
_PATIENCE_S = 1.0
"""How long it waits for another process, with the control task, or a marketplace and its webhook, waiting for it."""
_WHOLE = 2**31
"""Values up to this size stay out of files of their own, which would get the mode of the umask."""


def cache_path(state_folder: Path, shop: str) -> Path:
    """Where what a shop told and what it allows is kept for a while."""
    return state_folder / "cache" / shop


class Lookups:
    """JSON values by key, each until its own end. Nothing in it is worth an error: without a disk it is empty."""

    def __init__(self, folder: Path) -> None:
        try:
            self._cache = _opened(folder)
        except (sqlite3.Error, OSError) as error:
            log.warning("lookups.without_disk", folder=folder.name, reason=str(error))
            self._cache = _NoDisk()

    def kept(self, key: str) -> Any | None:  # noqa: ANN401  JSON, whose shape its keeper knows
        """Return what is kept under ``key``; ``None`` when there is nothing, or not any more."""
        try:
            self._cache.expire()
            return self._cache.get(key)
        except _FAILED:
            return None

    def keep(self, key: str, value: object, *, for_s: float) -> None:
        """Keep a JSON value for so many seconds."""
        with suppress(*_FAILED):  # on a full disk it is asked for every time; that is all
            self._cache.set(key, value, expire=for_s)

    def add(self, key: str, value: object, *, for_s: float) -> bool:
        """Keep a JSON value unless there is one under ``key``; tell whether there was none."""
        try:
            self._cache.expire()
            return bool(self._cache.add(key, value, expire=for_s))
        except _FAILED:
            return True

    def count(self, key: str, *, for_s: float) -> int:
        """Count one more under ``key``, whoever else counts there, and tell how many there are."""
        try:
            with self._cache.transact():
                count = int(self._cache.get(key) or 0) + 1
                self._cache.set(key, count, expire=for_s)
                return count
        except _FAILED:
            return 1

    def forget(self, key: str) -> None:
        """Keep nothing under ``key`` any more."""
        with suppress(*_FAILED):
            self._cache.delete(key)

    def close(self) -> None:
        """Close the files."""
        self._cache.close()


class _NoDisk:
    """In place of the cache where there is none: whatever is asked of it fails."""

    def _fail(self, *_args: object, **_more: object) -> NoReturn:
        raise OSError

    add = delete = expire = get = set = transact = _fail

    def close(self) -> None:
        """There is nothing to close."""


def _opened(folder: Path) -> Cache:
    try:
        return _cache_in(folder)
    except sqlite3.OperationalError:
        # A full disk, or somebody at work in it: what it holds is whole.
        raise
    except sqlite3.DatabaseError:
        # Damaged. It holds nothing that cannot be asked for again.
        shutil.rmtree(folder)
        return _cache_in(folder)


def _cache_in(folder: Path) -> Cache:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = folder / "cache.db"
    database.touch(mode=0o600)
    database.chmod(0o600)  # SQLite gives the files beside it the same mode
    return Cache(str(folder), timeout=_PATIENCE_S, disk=JSONDisk, disk_min_file_size=_WHOLE, sqlite_secure_delete=1)
