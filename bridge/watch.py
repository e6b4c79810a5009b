"""Notices saves of one workbook: watches its folder, waits until a file is whole, and says so once.

Events are hints only. Every program saves in its own way (in place, by a temporary file, by removing
the original first), LibreOffice reports writes that changed nothing, and network shares report none;
so an event only means "look again", a look without any event comes regularly, and what decides is
the content's hash.
"""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread, current_thread
from time import monotonic

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from bridge.folder.copies import conflicted_copies
from bridge.folder.quiet import OWN_REMEMBERED, Quiet
from bridge.folder.settling import Pace, Settling
from bridge.folder.shares import is_on_share

_READS = frozenset({"opened", "closed_no_write"})
"""Events that our own reading causes: answering them would never end."""
_MISSED_IS_BLIND = 2

_NORMAL = Pace()


class FolderWatch:
    """Calls ``on_saved(content_hash)`` in its own thread for each settled save that is not ours.

    Conflicted copies of the workbook that appear or change are reported in the same way. A file is settled when
    nothing touched it for the quiet time and its zip is whole; one that is still not whole after its time is up is
    reported as it is, so that its reader can say what is wrong.
    """

    def __init__(self, path: Path, on_saved: Callable[[str], None], *, pace: Pace = _NORMAL) -> None:
        self._path = path
        self._on_saved = on_saved
        self._pace = pace
        # put() of this queue may interrupt itself: stop() is safe in a signal handler, an Event is not.
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._is_stopping = False
        self._own: deque[str] = deque(maxlen=OWN_REMEMBERED)
        self._files: dict[Path, Settling] = {}
        self._quiet = Quiet(path)
        self._observer: BaseObserver | None = None
        self._folder: tuple[int, int] | None = None
        self._is_on_share = False
        self._was_woken = self._is_full_look = False
        self._missed = 0
        self._last_full_look = monotonic()
        self._thread = Thread(target=self._run, name="selaras-watch", daemon=True)
        self.last_look = monotonic()
        """When the thread last went round (``time.monotonic``); while idle, at most ``poll_s`` ago."""

    def start(self) -> None:
        """Begin to watch. What the workbook and its conflicted copies hold now counts as known."""
        self._watch_folder()
        self._files = {each: Settling(each, self._pace) for each in self._followed()}
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
        self._quiet.own_write(own_hash)
        if self._path in self._files:
            # Old content over our new one is a loss that must be seen, however soon it comes.
            self._files[self._path].forget()

    def quiet_for(self) -> float:
        """Tell for how many seconds nobody but us touched the workbook or its lock files; 0 while it is open."""
        return self._quiet.seconds()

    def was_open(self) -> bool:
        """Tell whether anybody had the workbook open, by a lock file beside it, since we wrote it last."""
        return self._quiet.was_open()

    def is_alive(self) -> bool:
        """Tell whether the watch goes on looking."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._is_stopping:
                self._watch_folder()
                self._look()
                if self._is_moving():
                    self._rest(self._pace.quiet_s, until_event=False)
                else:
                    self._rest(self._poll_s(), until_event=True)
        finally:
            self._stop_observer()

    def _look(self) -> None:
        """Look at every file that matters, and report what is news."""
        self._quiet.seconds()
        was_moving = self._is_moving()
        known = self._files
        self._files = {each: known.get(each) or Settling(each, self._pace, is_new=True) for each in self._followed()}
        if monotonic() - self._last_full_look > self._pace.full_s:
            self._last_full_look, self._is_full_look = monotonic(), True
            for each in self._files.values():
                each.doubt()
        for each in self._files.values():
            self._report(each.look(monotonic(), is_sure=not self._is_blind()))
        if not self._is_moving():
            self._judge_events(is_news=was_moving and not self._is_full_look)
            self._was_woken = self._is_full_look = False

    def _is_moving(self) -> bool:
        return any(each.is_moving for each in self._files.values())

    def _judge_events(self, *, is_news: bool) -> None:
        """Watch the folder anew when something came to rest there and no event told of it; do not rely on them then."""
        if self._was_woken:
            self._missed = 0
        elif is_news and self._observer is not None:
            self._missed += 1
            self._stop_observer()

    def _is_blind(self) -> bool:
        """Whether files here can change without an event."""
        return self._observer is None or self._is_on_share or self._missed >= _MISSED_IS_BLIND

    def _poll_s(self) -> float:
        return min(self._pace.blind_poll_s, self._pace.poll_s) if self._is_blind() else self._pace.poll_s

    def _rest(self, seconds: float, *, until_event: bool) -> None:
        """Sleep; a call for the end, or an event if wanted, wakes."""
        end = monotonic() + seconds
        self.last_look = monotonic()
        while not self._is_stopping and (left := end - monotonic()) > 0:
            with suppress(Empty):
                self._wake.get(timeout=left)
                self._was_woken = True
                if until_event:
                    break
        while not self._wake.empty():
            self._wake.get()
            self._was_woken = True
        self.last_look = monotonic()

    def _report(self, found: str | None) -> None:
        if found is None or self._is_stopping:
            return
        if found not in self._own:
            self._on_saved(found)
            return
        # Only once, and none before it: the same bytes restored from a backup later are the seller's doing.
        while self._own.popleft() != found:
            pass

    def _followed(self) -> tuple[Path, ...]:
        return self._path, *conflicted_copies(self._path)

    def _watch_folder(self) -> None:
        """Keep an observer on the folder, also after the folder was moved away and made anew."""
        folder = self._folder_identity()
        if self._observer is not None and self._observer.is_alive() and folder == self._folder:
            return
        self._stop_observer()
        self._folder = folder
        if folder is None:
            return
        self._is_on_share = is_on_share(self._path.parent)
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
