"""The steps that make a file appear whole or not at all, and the system's errors in our words."""

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from bridge.errors import BridgeError, FileRefusedError

TEMP_PREFIX = ".~selaras-"
_RENAME_NOREPLACE = 1
_RENAME_EXCHANGE = 2
_AT_FDCWD = -100
_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EXDEV})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@contextmanager
def laid_down(path: Path, content: bytes) -> Iterator[Path]:
    """Write and sync ``content`` to a temporary file beside ``path``; it is gone afterwards unless renamed.

    Only its owner may read it (mode 0600), until it is dressed like a file that is there already.
    """
    temporary = path.with_name(f"{TEMP_PREFIX}{token_hex(8)}.tmp")
    try:
        with in_our_words(path), open(temporary, "xb", opener=_for_us_alone) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def dress_like(model: Path, temporary: Path) -> None:
    """Copy mode and, where we may, owner and extended attributes; never the old time of change.

    LibreOffice notices a file replaced under its hands by that time alone.
    """
    status = model.stat()
    with suppress(OSError):  # PermissionError, and EINVAL for an owner whom this user namespace does not know
        os.chown(temporary, status.st_uid, status.st_gid)
    with suppress(OSError):  # exFAT and some network shares have no modes
        temporary.chmod(status.st_mode & 0o7777)
    with suppress(OSError):
        for name in os.listxattr(model):
            os.setxattr(temporary, name, os.getxattr(model, name))


def exchanged(one: Path, other: Path) -> bool:
    """Let two files trade places in one step (Linux ``renameat2``). False where that cannot be done."""
    return _renamed(one, other, _RENAME_EXCHANGE)


def moved(path: Path, place: Path) -> bool:
    """Move a file in one step, whatever it holds by then, to a place that is free.

    False where that cannot be done, such as to another file system. Raises ``FileExistsError`` when the place is taken.
    """
    return _renamed(path, place, _RENAME_NOREPLACE)


def _renamed(path: Path, place: Path, how: int) -> bool:
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    if renameat2(_AT_FDCWD, os.fsencode(path), _AT_FDCWD, os.fsencode(place), how) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(place))


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` survive a power loss, where the file system knows how."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def in_our_words(path: Path) -> Iterator[None]:
    """Turn the system's errors about ``path`` into ours."""
    try:
        yield
    except BridgeError:
        raise
    except FileNotFoundError as error:
        raise FileRefusedError("workbook.missing", name=path.name) from error
    except OSError as error:
        if error.errno in _FULL:
            raise FileRefusedError("folder.full", name=path.name, folder=str(path.parent)) from error
        if error.errno in _FORBIDDEN:
            raise FileRefusedError("folder.forbidden", name=path.name, folder=str(path.parent)) from error
        raise FileRefusedError("folder.failed", name=path.name, reason=error.strerror or "") from error
