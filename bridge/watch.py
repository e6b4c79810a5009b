"""Notices saves of one workbook: watches its folder, waits until the file is whole, and says so once.

Events are hints only. Every program saves in its own way (in place, by a temporary file, by removing
the original first), LibreOffice reports writes that changed nothing, and network shares report none;
so an event only means "look again", a look without any event comes regularly, and what decides is
the content's hash.
"""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread, current_thread
from time import monotonic
from typing import TypeAlias

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from bridge.archive import MAX_FILE_BYTES, MAY_BE_UNFINISHED, Archive
from bridge.errors import FileRefusedError
from bridge.files import content_hash

_READS = frozenset({"opened", "closed_no_write"})
"""Events that our own reading causes: answering them would never end."""
_WITHOUT_EVENTS_S = 2.0
_OWN_REMEMBERED = 64

_Signature: TypeAlias = tuple[int, int, int, int]


class FolderWatch:
    """Calls ``on_saved(content_hash)`` in its own thread for each settled save that is not ours.

    A file is settled when two looks ``quiet_s`` apart agree and its zip is whole; one that is still
    not whole after ``cap_s`` is reported as it is, so that its reader can say what is wrong. ``poll_s``
    is the time between looks without events (two ``stat`` calls each), and so the longest that a folder
    moved away, or a save on a network share, stays unnoticed.
    """

    def __init__(
        self,
        path: Path,
        on_saved: Callable[[str], None],
        *,
        quiet_s: float = 0.5,
        cap_s: float = 60.0,
        poll_s: float = 5.0,
    ) -> None:
        self._path = path
        self._on_saved = on_saved
        self._quiet_s, self._cap_s, self._poll_s = quiet_s, cap_s, poll_s
        # put() of this queue may interrupt itself: stop() is safe in a signal handler, an Event is not.
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._is_stopping = False
        self._own: deque[str] = deque(maxlen=_OWN_REMEMBERED)
        self._looked_at: _Signature | None = None
        self._known_hash = ""
        self._observer: BaseObserver | None = None
        self._folder: tuple[int, int] | None = None
        self._thread = Thread(target=self._run, name="selaras-watch", daemon=True)
        self.last_look = monotonic()
        """When the thread last went round (``time.monotonic``); while idle, at most ``poll_s`` ago."""

    def start(self) -> None:
        """Begin to watch. What the file holds now counts as known."""
        self._watch_folder()
        self._looked_at = self._signature()
        with suppress(FileRefusedError):
            self._known_hash = content_hash(self._path)
        self._thread.start()

    def stop(self) -> None:
        """End the watch; returns when a callback under way has ended. May be called twice."""
        self._is_stopping = True
        self._wake.put(None)
        if self._thread.is_alive() and current_thread() is not self._thread:
            self._thread.join()

    def own_write(self, own_hash: str) -> None:
        """Announce content that we are about to write: seeing it is no news."""
        self._own.append(own_hash)

    def is_alive(self) -> bool:
        """Tell whether the watch goes on looking."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._is_stopping:
                self._watch_folder()
                if self._signature() != self._looked_at:
                    self._settle()
                self._rest(self._poll_s if self._observer else min(_WITHOUT_EVENTS_S, self._poll_s), until_event=True)
        finally:
            self._stop_observer()

    def _rest(self, seconds: float, *, until_event: bool) -> None:
        """Sleep; a call for the end, or an event if wanted, wakes."""
        end = monotonic() + seconds
        self.last_look = monotonic()
        while not self._is_stopping and (left := end - monotonic()) > 0:
            with suppress(Empty):
                self._wake.get(timeout=left)
                if until_event:
                    break
        while not self._wake.empty():
            self._wake.get()
        self.last_look = monotonic()

    def _settle(self) -> None:
        """Wait until the file is whole, or until it has had its time, and report it if it is news."""
        end = monotonic() + self._cap_s
        unfinished: _Signature | None = None
        while not self._is_stopping:
            before = self._signature()
            self._rest(self._quiet_s, until_event=False)
            is_late = monotonic() > end
            is_steady = before is not None and before == self._signature()
            if not is_late and (not is_steady or before == unfinished):
                continue
            found = self._content_hash(is_last_try=is_late)
            if is_late or (found is not None and self._signature() == before):
                self._looked_at = before
                self._report(found)
                return
            unfinished = before

    def _content_hash(self, *, is_last_try: bool) -> str | None:
        """Hash the file; ``None`` when it is gone or, before the last try, looks unfinished."""
        try:
            if self._path.stat().st_size > MAX_FILE_BYTES:
                return content_hash(self._path)
            content = self._path.read_bytes()
        except (OSError, FileRefusedError):
            return None
        try:
            Archive(content, self._path.name).prove()
        except FileRefusedError as error:
            if error.code in MAY_BE_UNFINISHED and not is_last_try:
                return None
        return sha256(content).hexdigest()

    def _report(self, found: str | None) -> None:
        if found is None or found == self._known_hash or self._is_stopping:
            return
        self._known_hash = found
        if found in self._own:
            # Only once: the same bytes restored from a backup later are the seller's doing.
            self._own.remove(found)
            return
        self._on_saved(found)

    def _signature(self) -> _Signature | None:
        """Tell one state of the file from another without reading it; ``None`` while there is no file."""
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino

    def _watch_folder(self) -> None:
        """Keep an observer on the folder, also after the folder was moved away and made anew."""
        folder = self._folder_identity()
        if self._observer is not None and self._observer.is_alive() and folder == self._folder:
            return
        self._stop_observer()
        self._folder = folder
        if folder is None:
            return
        observer = Observer()
        try:
            observer.schedule(_Waker(self._wake), str(self._path.parent), recursive=False)
            observer.start()
        except OSError:
            # No more watches to be had, or a file system without them: the looks without events remain.
            return
        self._observer = observer

    def _folder_identity(self) -> tuple[int, int] | None:
        try:
            status = self._path.parent.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _stop_observer(self) -> None:
        observer, self._observer = self._observer, None
        if observer is not None and observer.is_alive():
            observer.stop()
            observer.join()


class _Waker(FileSystemEventHandler):
    def __init__(self, wake: SimpleQueue[None]) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Whatever happened: look again."""
        if event.event_type not in _READS:
            self._wake.put(None)
