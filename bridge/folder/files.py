"""Files that other programs hold in their hands: who has one open, and how to replace it without losing a save."""

import os
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from bridge.errors import BridgeError, FileBusyError, FileChangedError, FileRefusedError
from bridge.folder.atomic import TEMP_PREFIX, dress_like, exchanged, in_our_words, laid_down, moved, sync_folder
from bridge.folder.leases import is_dead, is_in_use, libreoffice_lock, lock_held, remove_dead_lock

_TEMPORARY = re.compile(re.escape(TEMP_PREFIX) + r"[0-9a-f]{16}\.tmp")
_SWAP = re.compile(re.escape(TEMP_PREFIX) + r"([0-9a-f]{16})-([0-9a-f]{16})-(.+)", re.DOTALL)
_LOCK = re.compile(r"\.~lock\..+#", re.DOTALL)
_HASH_SHOWN = 16
Unwritten: TypeAlias = Callable[[Path, str, bool], bool]
"""Called with a place, the first digits of the hash of what was to stand there, and whether it stood there for a while;
tells whether that could be noted down."""
_RESERVE_BYTES = 4 << 20
"""Stays free on the disk beside a new workbook: the records of this very write need room too."""


def content_hash(path: Path) -> str:
    """Give the SHA-256 (hex) of a file's bytes."""
    digest = sha256()
    with in_our_words(path), path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def who_has_it_open(path: Path) -> str | None:
    """Tell who has the workbook open: a name, ``""`` when there is no name, ``None`` when nobody has.

    Judged by the files that Excel (``~$name``) and LibreOffice (``.~lock.name#``) put beside it. A
    crashed program leaves its file behind; the next start of that program takes it away. What a killed
    Selaras left does not count.
    """
    lock = libreoffice_lock(path)
    owner = None if is_dead(lock) else _owner_in(lock, _libreoffice_owner)
    return _owner_in(excel_lock(path), _excel_owner) if owner is None else owner


def excel_lock(path: Path) -> Path:
    """Name the lock file that Excel puts beside an open workbook."""
    return path.with_name(f"~${path.name}")


def _owner_in(lock: Path, reading: Callable[[bytes], str]) -> str | None:
    try:
        return reading(lock.read_bytes())
    except FileNotFoundError:
        return None
    except OSError:
        return ""


def _libreoffice_owner(lock: bytes) -> str:
    """Read ``NAME,USER,HOST,DATE,PROFILE;``: the name in the options is often empty, the login is not."""
    fields = lock.decode("utf-8", "replace").split(",")
    return next((field.strip() for field in fields[:2] if field.strip()), "")


def _excel_owner(lock: bytes) -> str:
    """Read one length byte and the name in the old code page, as Excel writes them."""
    length = lock[0] if lock else 0
    return lock[1 : 1 + length].decode("cp1252", "replace").strip(" \0")


def replace(
    path: Path, content: bytes, *, expected_hash: str, recording: AbstractContextManager[object] | None = None
) -> None:
    """Put ``content`` in the place of the file that hashes to ``expected_hash``, or change nothing.

    ``recording`` is entered when ``content`` lies beside the file, and left before what lies there then is deleted: who
    keeps a record of the write is told by :func:`remove_leftovers` when a kill came before the file was replaced.

    A save that lands in between is never lost: the two files trade places, and what was displaced is
    put back if it is not what was expected, or if somebody has it open. Killed in that moment, the next
    :func:`remove_leftovers` does it. Where files cannot trade places (some network shares) the hash is checked as
    late as can be. A lock file of our own lies there meanwhile, so that LibreOffice opens the file for reading only.
    Raises :class:`~bridge.errors.FileBusyError` while somebody has the file open,
    :class:`~bridge.errors.FileChangedError` when it is another file by now,
    :class:`~bridge.errors.FileRefusedError` when the disk is too full.
    """
    _refuse_open(path, who_has_it_open(path))
    _refuse_in_use(path, path)
    _refuse_other(path, expected_hash)
    _refuse_full(path, len(content))
    ours = sha256(content).hexdigest()
    swap = path.with_name(f"{TEMP_PREFIX}{ours[:_HASH_SHOWN]}-{expected_hash[:_HASH_SHOWN]}-{path.name}")
    is_recorded = False
    with laid_down(path, content) as temporary, in_our_words(path):
        dress_like(path, temporary)
        # From here on the name tells what may lie there: a displaced file must never pass for rubbish of ours.
        temporary.replace(swap)
        try:
            with recording or nullcontext():
                is_recorded = True
                with lock_held(path):
                    _trade(swap, path, ours=ours, expected_hash=expected_hash)
        except Exception as error:
            # Where the end could not be recorded, this is what tells it.
            if not is_recorded or isinstance(error, BridgeError | OSError):
                _delete_ours(swap, ours)
            raise
        swap.unlink(missing_ok=True)
        sync_folder(path.parent)


def _delete_ours(swap: Path, ours: str) -> None:
    with suppress(FileRefusedError):
        if content_hash(swap) == ours:
            swap.unlink()


def _trade(swap: Path, path: Path, *, ours: str, expected_hash: str) -> None:
    """Let what lies at ``swap`` take the place of ``path``, unless that is not what was expected."""
    _refuse_open(path, _owner_in(excel_lock(path), _excel_owner))
    _refuse_in_use(path, path)
    _refuse_other(path, expected_hash)
    if not exchanged(swap, path):
        swap.replace(path)
        return
    try:
        _refuse_in_use(swap, path)
        if content_hash(swap) != expected_hash:
            raise FileChangedError("workbook.changed", name=path.name)
    except BridgeError:
        _put_back(swap, path, ours)
        raise


def _refuse_open(path: Path, owner: str | None) -> None:
    if owner is not None:
        raise FileBusyError("workbook.open", name=path.name, who=owner)


def _refuse_in_use(file: Path, path: Path) -> None:
    """Refuse when a program without a lock file, or one just between two of them, has ``file`` open."""
    _refuse_open(path, "" if is_in_use(file) else None)


def _refuse_other(path: Path, expected_hash: str) -> None:
    if content_hash(path) != expected_hash:
        raise FileChangedError("workbook.changed", name=path.name)


def _refuse_full(path: Path, size: int) -> None:
    with in_our_words(path):
        room = os.statvfs(path.parent)
    # Some network shares know nothing of their room and say zero for everything.
    if room.f_blocks and room.f_bavail * room.f_frsize < size + _RESERVE_BYTES:
        raise FileRefusedError("folder.full", name=path.name, folder=str(path.parent))


def _put_back(displaced: Path, path: Path, our_hash: str) -> Path:
    """Return a displaced save to its place; if a newer one stands there by now, beside it. Tells where.

    In the first case our file lies where the save was.
    """
    try:
        exchanged(displaced, path)
    except FileNotFoundError:
        return _beside(displaced, path)
    if content_hash(displaced).startswith(our_hash):
        sync_folder(path.parent)
        return path
    exchanged(displaced, path)
    return _beside(displaced, path)


def _beside(displaced: Path, path: Path) -> Path:
    """Give a displaced save its name back, or a free one like it; nothing is ever overwritten."""
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    for place in (path, path.with_name(f"{path.stem} (Selaras {moment}){path.suffix}")):
        with suppress(FileExistsError):
            if moved(displaced, place):
                sync_folder(path.parent)
                return place
    return displaced


def remove_leftovers(
    folder: Path, *, of: str | None = None, older_than_s: float = 0.0, unwritten: Unwritten = lambda *_: True
) -> tuple[Path, ...]:
    """Tidy what a kill left behind in ``folder``: delete our temporary files and locks, put displaced saves back.

    ``of`` is the name of our workbook: what lies beside another one is for the Selaras that writes that, who may be at
    work, and alone knows what was written.
    ``unwritten`` is told what of ours does not stand in its place, before its last trace is deleted; that stays if it
    says that it could not note it down. Returns the saves that were put back, in their place or beside a newer one.
    Call it before anything is written there; with ``older_than_s`` also while another Selaras (``selaras workbook
    restore``) may be writing. While somebody has the workbook open, its displaced save stays hidden until the next
    call.
    """
    rescued = []
    with in_our_words(folder):
        for each in sorted(folder.iterdir()) if folder.exists() else ():
            if _LOCK.fullmatch(each.name):
                remove_dead_lock(each)
            elif each.name.startswith(TEMP_PREFIX) and _age_s(each) >= older_than_s:
                rescued.append(_put_right(each, folder, of, unwritten))
    return tuple(place for place in rescued if place is not None)


def _age_s(path: Path) -> float:
    """Tell how long ago a file got its name; a clock that was moved meanwhile counts as long ago."""
    return abs(time.time() - path.stat().st_ctime)


def _put_right(leftover: Path, folder: Path, of: str | None, unwritten: Unwritten) -> Path | None:
    if _TEMPORARY.fullmatch(leftover.name):
        leftover.unlink(missing_ok=True)
    elif (swap := _SWAP.fullmatch(leftover.name)) and of in {None, swap[3]}:
        return _settled(leftover, folder / swap[3], ours=swap[1], expected=swap[2], unwritten=unwritten)
    return None


def _settled(swap: Path, path: Path, *, ours: str, expected: str, unwritten: Unwritten) -> Path | None:
    found = content_hash(swap)
    if found.startswith(expected) or (found.startswith(ours) and unwritten(path, ours, False)):
        swap.unlink()
        return None
    if found.startswith(ours):
        return None
    if who_has_it_open(path) is not None:
        return None
    if path.exists() and content_hash(path).startswith(ours):
        place = _put_back(swap, path, ours)
        if place == path and unwritten(path, ours, True):
            swap.unlink(missing_ok=True)
        return place
    return _beside(swap, path)


def write_new(path: Path, content: bytes) -> None:
    """Create or overwrite a file that is ours; readers see the old one or the new one, whole."""
    with in_our_words(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with laid_down(path, content) as temporary:
            if path.exists():
                dress_like(path, temporary)
            temporary.replace(path)
            sync_folder(path.parent)
