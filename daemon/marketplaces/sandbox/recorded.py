"""What happens to a call on the wire: the trouble it meets, and the log of what was really answered."""

import asyncio
import json
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daemon.marketplaces.sandbox.allowance import TOO_MANY
from daemon.marketplaces.sandbox.clock import WorldClock
from daemon.marketplaces.sandbox.faults import Fault, FaultKind, FaultQueue
from daemon.marketplaces.sandbox.novelty import with_novelties
from daemon.marketplaces.sandbox.stamps import Stamps
from daemon.marketplaces.sandbox.wire import JsonObject

HANG_UP = "selaras.hang_up"
"""ASGI extension of our server: a function that closes the connection without a word."""
LOG_LENGTH = 100_000


@dataclass(frozen=True, slots=True)
class Served:
    """One marketplace call served; ``status`` 0 means that no answer was sent."""

    method: str
    path: str
    status: int
    time: datetime


class Recorded:
    """ASGI layer that plays the queued faults and logs each call with the status that was really sent."""

    def __init__(self, app: ASGIApp, faults: FaultQueue, clock: WorldClock, *, stamps: Stamps) -> None:
        self._app = app
        self._faults = faults
        self._clock = clock
        self._stamps = stamps
        self.log: deque[Served] = deque(maxlen=LOG_LENGTH)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        fault = self._faults.take(scope["path"])
        if fault is None:
            await self._app(scope, receive, self._noting(scope, send))
        else:
            await self._troubled(fault, scope, receive, self._noting(scope, send))

    async def _troubled(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        match fault.kind:
            case FaultKind.REFUSE | FaultKind.STATUS_429 | FaultKind.STATUS_500 | FaultKind.GARBAGE:
                await _canned(fault, self._stamps)(scope, receive, send)
            case FaultKind.TRUNCATE | FaultKind.NOVELTY:
                await _changed(fault, await self._answer(scope, receive))(scope, receive, send)
            case FaultKind.DELAY:
                body = await _body(receive)
                await _pause(self._clock.lasts(fault.delay_s), receive)
                await self._app(scope, _again(body, receive), send)
            case FaultKind.DUPLICATE:
                body = await _body(receive)
                await self._answer(scope, _again(body, receive))
                await self._app(scope, _again(body, receive), send)
            case _:
                await self._stay_silent(fault, scope, receive)

    def _noting(self, scope: Scope, send: Send) -> Send:
        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(scope, message["status"])
            await send(message)

        return note

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        """Let the app answer, and keep the answer here."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        content = b"".join(message.get("body", b"") for message in messages)
        headers = {name.decode(): value.decode() for name, value in messages[0]["headers"] if name != b"content-length"}
        return Response(content, messages[0]["status"], headers)

    async def _stay_silent(self, fault: Fault, scope: Scope, receive: Receive) -> None:
        if fault.kind in {FaultKind.HANG_AFTER, FaultKind.DROP_AFTER}:
            await self._answer(scope, receive)
        self._note(scope, 0)
        if fault.kind in {FaultKind.HANG_BEFORE, FaultKind.HANG_AFTER}:
            await _pause(self._clock.lasts(fault.delay_s), receive)
        scope["extensions"][HANG_UP]()
        await _gone(receive)

    def _note(self, scope: Scope, status: int) -> None:
        self.log.append(Served(scope["method"], scope["path"], status, datetime.fromtimestamp(self._clock(), UTC)))


def _canned(fault: Fault, stamps: Stamps) -> Response:
    """Answer in place of the app."""
    match fault.kind:
        case FaultKind.STATUS_429:
            answer = _refusal(36009002, TOO_MANY, 429, stamps)
            if fault.retry_after_s is not None:
                answer.headers["retry-after"] = str(fault.retry_after_s)
        case FaultKind.STATUS_500:
            answer = Response("<html><body>Internal Server Error</body></html>", 500, media_type="text/html")
        case FaultKind.GARBAGE:
            answer = Response("<html><body>Selamat datang di WiFi kedai</body></html>", 200, media_type="text/html")
        case _:
            answer = _refusal(fault.code, fault.message, fault.http_status, stamps)
    answer.headers["date"] = stamps.date()
    return answer


def _refusal(code: int, message: str, http_status: int, stamps: Stamps) -> Response:
    data: JsonObject | None = {} if http_status == 200 else None
    envelope = {"code": code, "message": message, "request_id": stamps.request_id(), "data": data}
    return Response(json.dumps(envelope), http_status, media_type="application/json")


def _changed(fault: Fault, answer: Response) -> Response:
    """Cut the answer in half, or let it hold what nobody has seen before."""
    content = bytes(answer.body)
    if fault.kind is FaultKind.TRUNCATE:
        content = content[: len(content) // 2]
    else:
        content = json.dumps(with_novelties(json.loads(content), fault.words), ensure_ascii=False).encode()
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    return Response(content, answer.status_code, headers)


async def _body(receive: Receive) -> bytes:
    """Read the whole request."""
    body, is_complete = b"", False
    while not is_complete:
        message = await receive()
        body += message.get("body", b"")
        is_complete = not message.get("more_body", False)
    return body


def _again(body: bytes, receive: Receive) -> Receive:
    """Hand out a request that was read before; what comes after it is whatever the connection says."""
    unread = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return unread.pop() if unread else await receive()

    return give


async def _pause(seconds: float, receive: Receive) -> None:
    """Let time pass, less of it when the connection is closed meanwhile."""
    with suppress(TimeoutError):
        await asyncio.wait_for(_gone(receive), seconds)


async def _gone(receive: Receive) -> None:
    """Wait until the connection is closed, by whichever side."""
    while (await receive())["type"] != "http.disconnect":
        pass
