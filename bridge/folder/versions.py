"""The versions of a workbook that we keep before we replace it, and how one of them comes back."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from bridge.folder.atomic import in_our_words
from bridge.folder.files import content_hash, replace, write_new

MARK_LENGTH = 8
_STAMP = "%Y%m%d-%H%M%S"


@dataclass(frozen=True, slots=True)
class Version:
    """A kept version: its copy, when it was kept (UTC), its size in bytes, and how its SHA-256 (hex) begins."""

    path: Path
    kept_at: datetime
    size: int
    mark: str


def keep_version(path: Path, folder: Path, *, keep: int = 30) -> Path:
    """Copy the present file into ``folder`` and drop all but its newest ``keep`` versions there.

    Returns the copy, ``NAME.YYYYMMDD-HHMMSS.hash8.xlsx`` (UTC). Content that is the newest version
    already is not copied again.
    """
    with in_our_words(path):
        content = path.read_bytes()
    mark = sha256(content).hexdigest()[:MARK_LENGTH]
    versions = kept_versions(path, folder)
    if versions and versions[-1].mark == mark:
        return versions[-1].path
    moment = datetime.now(UTC).strftime(_STAMP)
    copy = folder / f"{path.stem}.{moment}.{mark}{path.suffix}"
    write_new(copy, content)
    for old in kept_versions(path, folder)[:-keep]:
        old.path.unlink(missing_ok=True)
    return copy


def kept_versions(path: Path, folder: Path) -> tuple[Version, ...]:
    """List the kept versions of a workbook, oldest first."""
    shape = re.compile(
        rf"{re.escape(path.stem)}\.(\d{{8}}-\d{{6}})\.([0-9a-f]{{{MARK_LENGTH}}}){re.escape(path.suffix)}"
    )
    found = []
    with in_our_words(folder):
        for copy in folder.iterdir() if folder.is_dir() else ():
            if named := shape.fullmatch(copy.name):
                status = copy.stat()
                kept_at = datetime.strptime(named[1], _STAMP).replace(tzinfo=UTC)
                found.append((kept_at, status.st_mtime_ns, Version(copy, kept_at, status.st_size, named[2])))
    return tuple(version for _, _, version in sorted(found, key=lambda each: each[:2]))


def restore_version(version: Version, path: Path, folder: Path) -> None:
    """Put a kept version in the place of the workbook, whose present content is kept as a version first.

    A workbook that is gone is made anew. Raises :class:`~bridge.errors.FileBusyError` while somebody has it open,
    :class:`~bridge.errors.FileChangedError` when it is saved meanwhile; nothing is changed then.
    """
    with in_our_words(version.path):
        content = version.path.read_bytes()
    if not path.exists():
        write_new(path, content)
        return
    present = content_hash(path)
    keep_version(path, folder)
    replace(path, content, expected_hash=present)
