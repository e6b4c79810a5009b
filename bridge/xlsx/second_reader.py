"""Another reader's view of a workbook: python-calamine, which shares no code with ours and runs in a child process."""

import atexit
import json
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from threading import Lock, Timer
from types import TracebackType
from typing import Any, Self

_CHILD = Path(__file__).with_name("calamine_child.py")
_LIMIT_S = 120.0
_RETIRES_AFTER_BYTES = 4 * 1024 * 1024
"""A child that read a file so large keeps hundreds of MiB; the next one starts in 60 ms."""
_NEVER_DECODED = str.maketrans({"\ufffe": "_xFFFE_", "\uffff": "_xFFFF_"})
"""Characters that calamine leaves as they are written in XML."""


class SecondReader:
    """A child process that answers one request at a time; it is started when first asked and again after it died."""

    def __init__(self, limit_s: float = _LIMIT_S) -> None:
        self._limit_s = limit_s
        self._lock = Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def ask(self, task: str, *contents: bytes, **details: object) -> Any:  # noqa: ANN401 -- JSON, as each task defines it
        """Give the answer to a request; ``None`` when calamine cannot read the file, died of it, or took too long."""
        sizes = [len(each) for each in contents]
        request = json.dumps({"task": task, "sizes": sizes, **details}).encode() + b"\n"
        with self._lock:
            answer = b""
            try:
                answer = self._answer([request, *contents])
            finally:
                if not answer:
                    # A late answer must not pass for the answer to the next request.
                    self._end()
        return json.loads(answer) if answer else None

    def close(self) -> None:
        """End the child, if there is one."""
        with self._lock:
            self._end()

    def _answer(self, pieces: Sequence[bytes]) -> bytes:
        """Give one line, or nothing when the child could not be started, died or was killed for its slowness."""
        try:
            child = self._running()
        except OSError:
            return b""
        if child.stdin is None or child.stdout is None:  # never: both are pipes
            return b""
        alarm = Timer(self._limit_s, child.kill)
        alarm.start()
        try:
            child.stdin.writelines(pieces)
            child.stdin.flush()
            answer = child.stdout.readline()
        except BrokenPipeError:
            return b""
        finally:
            alarm.cancel()
            alarm.join()
        return answer if answer.endswith(b"\n") else b""

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is not None:
            self._end()
        if self._child is None:
            self._child = subprocess.Popen(  # noqa: S603 -- our own program, nothing from outside among its words
                [sys.executable, "-I", str(_CHILD)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                process_group=0,
            )
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()


_reader = SecondReader()
atexit.register(_reader.close)


def differences(
    before: bytes,
    after: bytes,
    sheet: str,
    wishes: Mapping[tuple[int, int], int | str | None],
    *,
    stale: Collection[tuple[int, int]] = (),
) -> tuple[tuple[int, int], ...] | None:
    """List the cells (row, column, from 1) that are wrong in ``after``, the workbook ``before`` with ``wishes`` made.

    Wrong is a target that does not hold its wish (``None``: nothing), and every other cell of the sheet
    that differs, except those in ``stale``: formulas whose value was dropped on purpose. When only the
    new file cannot be read, every target is wrong. ``None`` is no opinion: calamine cannot read the
    sheet at all, or its process died of it. Errors and formulas without a value look empty to it.
    """
    asked = [
        (row, column, wish.translate(_NEVER_DECODED) if isinstance(wish, str) else wish)
        for (row, column), wish in wishes.items()
    ]
    answer = _reader.ask("differences", before, after, sheet=sheet, wishes=asked, stale=list(stale))
    if len(before) + len(after) > _RETIRES_AFTER_BYTES:
        _reader.close()
    return None if answer is None else tuple((row, column) for row, column in answer)
