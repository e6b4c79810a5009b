"""For how long nobody else touched a workbook: what must pass before we write.

LibreOffice removes its lock file and makes it again within a save (34 to 48 ms, measured with 7.4) and writes the
workbook half a second later: a lock that is gone must stay gone for a while before it counts.
"""

import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from bridge.errors import FileRefusedError
from bridge.folder.files import content_hash, excel_lock
from bridge.folder.leases import is_ours, libreoffice_lock

OWN_REMEMBERED = 64

Signature: TypeAlias = tuple[int, int, int, int]


def signature(path: Path) -> Signature | None:
    """Tell one state of a file from another without reading it; ``None`` while there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def settled_for(path: Path) -> float:
    """Tell how many seconds ago somebody last touched the workbook or its folder; 0 while somebody has it open.

    Judged once, without having watched: the folder's time is all that a removed lock file leaves behind. It counts
    what we did there too.
    """
    if any(_foreign_locks(path)):
        return 0.0
    now, ages = time.time(), [float("inf")]
    for each in (path, path.parent):
        with suppress(OSError):
            # A clock that differs (a share's) must not stop us for long: hence abs.
            ages.append(abs(now - each.stat().st_ctime))
    return min(ages)


def _foreign_locks(path: Path) -> tuple[Signature | None, ...]:
    return tuple(_foreign_lock(lock) for lock in (libreoffice_lock(path), excel_lock(path)))


def _foreign_lock(lock: Path) -> Signature | None:
    try:
        content = lock.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        content = b""
    return None if is_ours(content) else signature(lock)


class Quiet:
    """Watches one workbook and its lock files for anybody else's doings. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = Lock()
        self._own: deque[str] = deque(maxlen=OWN_REMEMBERED)
        self._seen = self._look()
        self._since = time.monotonic() - settled_for(path)
        self._was_open = any(self._seen[1])

    def own_write(self, own_hash: str) -> None:
        """Announce content that we are about to write."""
        with self._guard:
            self._own.append(own_hash)
            self._was_open = False

    def was_open(self) -> bool:
        """Tell whether a lock file was seen since our last write."""
        self.seconds()
        return self._was_open

    def seconds(self) -> float:
        """Tell for how long nobody touched anything, by all that was seen; 0 while somebody has the workbook open.

        Every call looks; the more often, the surer is the answer.
        """
        with self._guard:
            before, self._seen = self._seen, self._look()
            file, locks = self._seen
            self._was_open = self._was_open or any(locks)
            if locks != before[1] or (file != before[0] and not self._is_own()):
                self._since = time.monotonic()
            return 0.0 if any(locks) else time.monotonic() - self._since

    def _look(self) -> tuple[Signature | None, tuple[Signature | None, ...]]:
        return signature(self._path), _foreign_locks(self._path)

    def _is_own(self) -> bool:
        try:
            return content_hash(self._path) in self._own
        except FileRefusedError:
            return False
