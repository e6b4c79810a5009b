"""What can happen to the process and to its disk: it dies at a chosen step, or there is no room left."""

import errno
import os
import sqlite3
from contextlib import contextmanager
from hashlib import sha256
from unittest import mock

from sqlalchemy.exc import OperationalError

from bridge import list_sheet
from bridge.folder import files, versions


class Death(BaseException):
    """The end of the process: nothing catches it, and nothing it was about to do happens any more."""


class Fate:
    """Stands at every step after which something lasts: commits, renames, fsyncs, and calls that write.

    ``pause`` lets the world move on; ``replaced`` is told of each workbook that was replaced.
    """

    def __init__(self, pause, replaced):
        self.is_dead = False
        self.deaths = 0
        self.dies_in = 0
        self.full_files = 0
        self.full_commits = 0
        self._pause, self._replaced = pause, replaced

    def at(self, step, *, pauses=False):
        """Pass a step, or die here."""
        if self.is_dead:
            raise Death(step)
        if pauses:
            self._pause()
        if self.dies_in:
            self.dies_in -= 1
            if not self.dies_in:
                self.deaths += 1
                self.is_dead = True
                raise Death(step)

    def live_again(self):
        """A new process starts; the disk is as it was."""
        self.is_dead, self.dies_in = False, 0

    def rest(self):
        self.dies_in = self.full_files = self.full_commits = 0

    def fsync(self, _descriptor):
        """Nothing has to survive a power cut here, so nothing is waited for."""
        self.at("fsync")
        if self.full_files:
            self.full_files -= 1
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @contextmanager
    def in_force(self):
        """Stand at all the steps for the length of a ``with`` block."""
        with (
            mock.patch.object(os, "fsync", self.fsync),
            mock.patch.object(files, "replace", self._watched_replace(files.replace)),
            mock.patch.object(files, "exchanged", self._around(files.exchanged, "exchange", pauses=True)),
            mock.patch.object(versions, "keep_version", self._around(versions.keep_version, "version")),
            mock.patch.object(list_sheet, "write_new", self._around(list_sheet.write_new, "order sheet")),
        ):
            yield

    def _around(self, function, name, *, pauses=False):
        def watched(*args, **more):
            self.at(f"before {name}", pauses=pauses)
            result = function(*args, **more)
            self.at(f"after {name}")
            return result

        return watched

    def _watched_replace(self, function):
        def watched(path, content, **more):
            self.at("before replace", pauses=True)
            before = path.read_bytes()
            try:
                function(path, content, **more)
            finally:
                if sha256(path.read_bytes()).digest() == sha256(content).digest():
                    self._replaced(before, content)
            self.at("after replace")

        return watched


class FatedMirror:
    """A mirror whose every commit is a step."""

    def __init__(self, mirror, fate):
        self._mirror, self._fate = mirror, fate
        self.path = mirror.path

    @contextmanager
    def transaction(self, *, discard=False):
        with self._mirror.transaction(discard=discard) as tx:
            yield tx
            self._fate.at("before commit")
            if self._fate.full_commits:
                self._fate.full_commits -= 1
                raise OperationalError("COMMIT", None, _disk_full())
        self._fate.at("after commit")


def _disk_full():
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"
    return error
