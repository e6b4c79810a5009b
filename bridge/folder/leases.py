"""Whether anybody holds a file open, as the kernel knows it, and our own lock file for the moment of a swap.

LibreOffice opens a workbook beside which a lock file lies for reading only, and keeps the file itself open until it is
closed, even while its own lock file is away (seen with 7.4: the lock is removed and made again at each save).
"""

import errno
import fcntl
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from bridge.errors import FileBusyError
from bridge.folder.atomic import laid_down

OWNER = "Selaras"
_OUR_PROFILE = "selaras:"
_LONGEST_HELD_S = 60.0
_OWN_READING_S = 0.5
_ASK_AGAIN_S = 0.02
_FOR_ALL_TO_READ = 0o644


def libreoffice_lock(path: Path) -> Path:
    """Name the lock file that LibreOffice puts beside an open file, and we during a swap."""
    return path.with_name(f".~lock.{path.name}#")


def is_in_use(path: Path) -> bool:
    """Tell whether any process has the file open, as far as this file system lets us know (``F_SETLEASE``).

    The lease is asked for and given back at once. Our own watch reads the file too, for a moment: so a yes is believed
    only when it lasts for half a second.
    """
    end = time.monotonic() + _OWN_READING_S
    while _is_lease_refused(path):
        if time.monotonic() > end:
            return True
        time.sleep(_ASK_AGAIN_S)
    return False


def _is_lease_refused(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except BlockingIOError:
        return True  # somebody holds a lease: a file server, for its client
    except FileNotFoundError:
        return False
    try:
        # Whoever opens the file now makes the kernel signal us; SIGIO, its usual choice, would end the process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        # Anything but EAGAIN: network shares know no leases, and files of other users give us none.
        return error.errno == errno.EAGAIN
    finally:
        os.close(descriptor)
    return False


@contextmanager
def lock_held(path: Path) -> Iterator[None]:
    """Keep LibreOffice from opening the file for writing. Hold it for a second at most.

    Raises :class:`~bridge.errors.FileBusyError` when somebody's lock file lies there; it is never touched.
    """
    lock = libreoffice_lock(path)
    remove_dead_lock(lock)
    content = _our_lock()
    try:
        _place(lock, content)
    except FileExistsError as error:
        raise FileBusyError("workbook.open", name=path.name, who="") from error
    try:
        yield
    finally:
        with suppress(OSError):
            if lock.read_bytes() == content:
                lock.unlink()


def _place(lock: Path, content: bytes) -> None:
    """Create a lock file that is never seen empty: killed in between, we would not know it for ours."""
    with laid_down(lock, content) as temporary:
        temporary.chmod(_FOR_ALL_TO_READ)
        try:
            os.link(temporary, lock)
        except FileExistsError:
            raise
        except OSError:  # no hard links here, as on exFAT
            with lock.open("xb") as file:
                file.write(content)


def _our_lock() -> bytes:
    """Write ``NAME,USER,HOST,DATE,PROFILE;`` as LibreOffice does, so that it can say who has the file open."""
    moment = datetime.now(UTC).strftime("%d.%m.%Y %H:%M")
    return f"{OWNER},{OWNER.lower()},{socket.gethostname()},{moment},{_OUR_PROFILE}{os.getpid()};".encode()


def is_ours(lock: bytes) -> bool:
    """Tell whether a lock file was written by a Selaras, here or on another machine."""
    return lock.startswith(f"{OWNER},".encode()) and _OUR_PROFILE in _fields(lock)[4]


def is_dead(lock: Path) -> bool:
    """Tell whether a lock file is what a killed Selaras left behind: its process is gone, or it lies there for long."""
    try:
        content, changed = lock.read_bytes(), lock.stat().st_mtime
    except OSError:
        return False
    if not is_ours(content):
        return False
    fields = _fields(content)
    is_here = fields[2] == socket.gethostname()
    return abs(time.time() - changed) > _LONGEST_HELD_S or (is_here and not _is_running(fields[4]))


def remove_dead_lock(lock: Path) -> None:
    """Delete a lock file that a killed Selaras left behind; leave any other."""
    if is_dead(lock):
        lock.unlink(missing_ok=True)


def _fields(lock: bytes) -> list[str]:
    fields = lock.decode("utf-8", "replace").split(",")
    return fields + [""] * (5 - len(fields))


def _is_running(profile: str) -> bool:
    number = profile.removeprefix(_OUR_PROFILE).rstrip(";")
    try:
        with suppress(PermissionError):
            os.kill(int(number), 0)
    except (ValueError, ProcessLookupError, OverflowError):
        return False
    return True
