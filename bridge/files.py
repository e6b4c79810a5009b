"""Files that other programs hold in their hands: who has one open, and how to replace it without losing a save."""

import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from bridge.atomic import TEMP_PREFIX, dress_like, exchanged, in_our_words, laid_down, sync_folder
from bridge.errors import FileBusyError, FileChangedError

_TEMPORARY = re.compile(re.escape(TEMP_PREFIX) + r"[0-9a-f]{16}\.tmp")
_SWAP = re.compile(re.escape(TEMP_PREFIX) + r"([0-9a-f]{16})-([0-9a-f]{16})-(.+)", re.DOTALL)
_HASH_SHOWN = 16


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
    crashed program leaves its file behind; the next start of that program takes it away.
    """
    for lock, owner_in in ((f".~lock.{path.name}#", _libreoffice_owner), (f"~${path.name}", _excel_owner)):
        try:
            return owner_in(path.with_name(lock).read_bytes())
        except FileNotFoundError:
            continue
        except OSError:
            return ""
    return None


def _libreoffice_owner(lock: bytes) -> str:
    """Read ``NAME,USER,HOST,DATE,PROFILE;``: the name in the options is often empty, the login is not."""
    fields = lock.decode("utf-8", "replace").split(",")
    return next((field.strip() for field in fields[:2] if field.strip()), "")


def _excel_owner(lock: bytes) -> str:
    """Read one length byte and the name in the old code page, as Excel writes them."""
    length = lock[0] if lock else 0
    return lock[1 : 1 + length].decode("cp1252", "replace").strip(" \0")


def replace(path: Path, content: bytes, *, expected_hash: str) -> None:
    """Put ``content`` in the place of the file that hashes to ``expected_hash``, or change nothing.

    A save that lands in between is never lost: the two files trade places, and what was displaced is
    put back if it is not what was expected. Killed in that moment, the next :func:`remove_leftovers`
    does it. Where files cannot trade places (some network shares) the hash is checked as late as can be.
    Raises :class:`~bridge.errors.FileBusyError` while somebody has the file open,
    :class:`~bridge.errors.FileChangedError` when it is another file by now.
    """
    _refuse_other(path, expected_hash)
    ours = sha256(content).hexdigest()
    swap = path.with_name(f"{TEMP_PREFIX}{ours[:_HASH_SHOWN]}-{expected_hash[:_HASH_SHOWN]}-{path.name}")
    with laid_down(path, content) as temporary, in_our_words(path):
        dress_like(path, temporary)
        # From here on the name tells what may lie there: a displaced file must never pass for rubbish of ours.
        temporary.replace(swap)
        try:
            _refuse_other(path, expected_hash)
            if not exchanged(swap, path):
                swap.replace(path)
                sync_folder(path.parent)
                return
        except BaseException:
            swap.unlink(missing_ok=True)
            raise
        if content_hash(swap) != expected_hash:
            _put_back(swap, path, ours)
            raise FileChangedError("workbook.changed", name=path.name)
        swap.unlink()
        sync_folder(path.parent)


def _refuse_other(path: Path, expected_hash: str) -> None:
    owner = who_has_it_open(path)
    if owner is not None:
        raise FileBusyError("workbook.open", name=path.name, who=owner)
    if content_hash(path) != expected_hash:
        raise FileChangedError("workbook.changed", name=path.name)


def _put_back(displaced: Path, path: Path, our_hash: str) -> Path:
    """Return a displaced save to its place; if a newer one stands there by now, beside it. Tells where."""
    try:
        exchanged(displaced, path)
    except FileNotFoundError:
        return _beside(displaced, path)
    if content_hash(displaced).startswith(our_hash):
        displaced.unlink()
        sync_folder(path.parent)
        return path
    exchanged(displaced, path)
    return _beside(displaced, path)


def _beside(displaced: Path, path: Path) -> Path:
    """Give a displaced save its name back, or a free one like it; nothing is ever overwritten."""
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    for place in (path, path.with_name(f"{path.stem} (Selaras {moment}){path.suffix}")):
        with suppress(FileExistsError):
            os.link(displaced, place)
            displaced.unlink()
            sync_folder(path.parent)
            return place
    return displaced


def remove_leftovers(folder: Path) -> tuple[Path, ...]:
    """Tidy what a kill left behind in ``folder``: delete our own temporary files, put displaced saves back.

    Returns the saves that were put back, in their place or beside a newer one. Call it at the start,
    before anything is written there. While somebody has the workbook open, its displaced save stays hidden
    until the next call.
    """
    rescued = []
    with in_our_words(folder):
        for each in sorted(folder.iterdir()) if folder.exists() else ():
            if _TEMPORARY.fullmatch(each.name):
                each.unlink(missing_ok=True)
            elif swap := _SWAP.fullmatch(each.name):
                rescued.append(_settled(each, folder / swap[3], ours=swap[1], expected=swap[2]))
    return tuple(place for place in rescued if place is not None)


def _settled(swap: Path, path: Path, *, ours: str, expected: str) -> Path | None:
    if content_hash(swap).startswith((ours, expected)):
        swap.unlink()
        return None
    if who_has_it_open(path) is not None:
        return None
    if path.exists() and content_hash(path).startswith(ours):
        return _put_back(swap, path, ours)
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


def keep_version(path: Path, folder: Path, *, keep: int = 30) -> Path:
    """Copy the present file into ``folder`` and drop all but its newest ``keep`` versions there.

    Returns the copy, ``NAME.YYYYMMDD-HHMMSS.hash8.xlsx`` (UTC). Content that is the newest version
    already is not copied again.
    """
    with in_our_words(path):
        content = path.read_bytes()
    mark = sha256(content).hexdigest()[:8]
    versions = kept_versions(path, folder)
    if versions and versions[-1].stem.endswith(f".{mark}"):
        return versions[-1]
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    copy = folder / f"{path.stem}.{moment}.{mark}{path.suffix}"
    write_new(copy, content)
    for old in kept_versions(path, folder)[:-keep]:
        old.unlink(missing_ok=True)
    return copy


def kept_versions(path: Path, folder: Path) -> list[Path]:
    """List the kept versions of a workbook, oldest first."""
    pattern = re.compile(re.escape(path.stem) + r"\.\d{8}-\d{6}\.[0-9a-f]{8}" + re.escape(path.suffix))
    if not folder.is_dir():
        return []
    found = (each for each in folder.iterdir() if pattern.fullmatch(each.name))
    return sorted(found, key=lambda each: (each.stem.rpartition(".")[0], each.stat().st_mtime_ns))
