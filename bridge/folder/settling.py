"""When a file that is being saved has come to rest, and what it holds then."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bridge.errors import FileRefusedError
from bridge.folder.files import content_hash
from bridge.folder.quiet import Signature, signature
from bridge.xlsx.archive import MAX_FILE_BYTES, MAY_BE_UNFINISHED, Archive

_ZIPS = frozenset({".xlsx", ".xlsm", ".ods"})


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient a watch is, in seconds.

    ``quiet_s`` without a change are enough for a zip on this machine, because it proves that it is whole; CSV files,
    old formats and shares need ``unproven_s``. After ``cap_s`` a file is taken as it is. ``poll_s`` lies between looks
    that no event asked for, ``blind_poll_s`` where events cannot be relied on; every ``full_s`` the content is read.
    """

    quiet_s: float = 0.5
    unproven_s: float = 2.0
    cap_s: float = 60.0
    poll_s: float = 5.0
    blind_poll_s: float = 2.0
    full_s: float = 60.0


class Settling:
    """Follows one file. What it holds at the beginning is known, unless ``is_new``."""

    def __init__(self, path: Path, pace: Pace, *, is_new: bool = False) -> None:
        self._path, self._pace = path, pace
        self._rested = None if is_new else signature(path)
        self._known_hash = "" if is_new else self._content_hash(is_last_try=True) or ""
        self._is_in_doubt = False
        self._moving_since: float | None = None
        self._steady: tuple[Signature | None, float] = (None, 0.0)
        self._unfinished: Signature | None = None

    @property
    def is_moving(self) -> bool:
        """Whether the file changed and has not come to rest yet."""
        return self._moving_since is not None

    def doubt(self) -> None:
        """Read the content at the next look even when nothing seems to have changed."""
        self._is_in_doubt = True

    def forget(self) -> None:
        """Take whatever comes to rest next for news, even what was there before."""
        self._known_hash = ""

    def look(self, now: float, *, is_sure: bool) -> str | None:
        """Give the hash of new content that has come to rest, once; ``None`` while there is none.

        ``now`` is ``time.monotonic``. ``is_sure``: every change makes an event here, so a short quiet time will do.
        """
        seen = signature(self._path)
        if seen == self._rested and (seen is None or not self._is_in_doubt):
            self._moving_since = None
            return None
        if self._moving_since is None:
            self._moving_since, self._steady, self._unfinished = now, (seen, now), None
        elif seen != self._steady[0]:
            self._steady = (seen, now)
        is_late = now - self._moving_since > self._pace.cap_s
        if not is_late and (seen in {None, self._unfinished} or now - self._steady[1] < self._quiet_s(is_sure=is_sure)):
            return None
        found = self._content_hash(is_last_try=is_late)
        if not is_late and (found is None or signature(self._path) != seen):
            self._unfinished = seen
            return None
        self._rested, self._moving_since, self._is_in_doubt = seen, None, False
        if found is None or found == self._known_hash:
            return None
        self._known_hash = found
        return found

    def _quiet_s(self, *, is_sure: bool) -> float:
        is_proven = is_sure and self._path.suffix.lower() in _ZIPS
        return self._pace.quiet_s if is_proven else max(self._pace.quiet_s, self._pace.unproven_s)

    def _content_hash(self, *, is_last_try: bool) -> str | None:
        """Hash the file; ``None`` when it is gone or, before the last try, looks unfinished."""
        try:
            if self._path.stat().st_size > MAX_FILE_BYTES:
                return content_hash(self._path)
            content = self._path.read_bytes()
        except (OSError, FileRefusedError):
            return None
        return sha256(content).hexdigest() if is_last_try or self._is_whole(content) else None

    def _is_whole(self, content: bytes) -> bool:
        """Judge by the content. Nothing, or nothing but zeros, is what the cloud has not brought yet."""
        if content.count(0) == len(content):
            return False
        if self._path.suffix.lower() not in _ZIPS:
            return True
        try:
            Archive(content, self._path.name).prove()
        except FileRefusedError as error:
            return error.code not in MAY_BE_UNFINISHED
        return True
