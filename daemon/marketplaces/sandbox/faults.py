"""Trouble on demand, and the log of every call served."""

import asyncio
import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HANG_UP = "selaras.hang_up"
"""ASGI extension of our server: a function that closes the connection without a word."""
LOG_LENGTH = 100_000


class FaultKind(StrEnum):
    """What goes wrong. The ``after`` kinds do what was asked first; no other kind does it."""

    STATUS_429 = "status_429"
    STATUS_500 = "status_500"
    GARBAGE = "garbage"
    HANG_BEFORE = "hang_before"
    HANG_AFTER = "hang_after"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"


@dataclass(slots=True)
class Fault:
    """Trouble for the next ``times`` calls whose path matches; a hanging one hangs up after ``delay_s``."""

    path: re.Pattern[str]
    kind: FaultKind
    times: int
    delay_s: float


@dataclass(frozen=True, slots=True)
class Served:
    """One marketplace call served; ``status`` 0 means that no answer was sent."""

    method: str
    path: str
    status: int
    time: datetime


class FaultQueue:
    """Faults waiting for their calls; the oldest that matches is used first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Queue a fault."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Forget all faults."""
        self._faults.clear()

    def take(self, path: str) -> Fault | None:
        """Use up one fault for this path."""
        for fault in self._faults:
            if fault.path.search(path):
                fault.times -= 1
                if not fault.times:
                    self._faults.remove(fault)
                return fault
        return None


CANNED = {
    FaultKind.STATUS_429: Response(
        '{"code":36009002,"message":"Too many requests. You\'ve made too many requests in a short period of time.",'
        '"request_id":"2025010100000000000000000000000000","data":null}',
        429,
        {"retry-after": "1"},
        media_type="application/json",
    ),
    FaultKind.STATUS_500: Response("<html><body>Internal Server Error</body></html>", 500, media_type="text/html"),
    FaultKind.GARBAGE: Response('{"code":0,"message":"Success","data":{"inven', 200, media_type="application/json"),
}


class Recorded:
    """ASGI layer that plays the queued faults and logs each call with the status that was really sent."""

    def __init__(self, app: ASGIApp, faults: FaultQueue, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._faults = faults
        self._clock = clock
        self.log: deque[Served] = deque(maxlen=LOG_LENGTH)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        fault = self._faults.take(scope["path"])
        if fault is None:
            await self._app(scope, receive, self._noting(scope, send))
        elif fault.kind in CANNED:
            await CANNED[fault.kind](scope, receive, self._noting(scope, send))
        else:
            await self._stay_silent(fault, scope, receive)

    def _noting(self, scope: Scope, send: Send) -> Send:
        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(scope, message["status"])
            await send(message)

        return note

    async def _stay_silent(self, fault: Fault, scope: Scope, receive: Receive) -> None:
        if fault.kind in {FaultKind.HANG_AFTER, FaultKind.DROP_AFTER}:
            await self._app(scope, receive, _swallow)
        self._note(scope, 0)
        if fault.kind in {FaultKind.HANG_BEFORE, FaultKind.HANG_AFTER}:
            with suppress(TimeoutError):
                await asyncio.wait_for(_gone(receive), fault.delay_s)
        scope["extensions"][HANG_UP]()
        await _gone(receive)

    def _note(self, scope: Scope, status: int) -> None:
        self.log.append(Served(scope["method"], scope["path"], status, self._clock()))


async def _swallow(_message: Message) -> None:
    """Take an answer that nobody gets to see."""


async def _gone(receive: Receive) -> None:
    """Wait until the connection is closed, by whichever side."""
    while (await receive())["type"] != "http.disconnect":
        pass
