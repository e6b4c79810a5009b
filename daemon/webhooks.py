"""The door for what shops tell by themselves: it believes what is signed, and does one thing with it, waking the poll.

Whatever comes, gets lost, comes twice or in another order changes only how soon a shop is read: what counts is always
read from the shop, and the service reads all of them at its start and on every interval.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from daemon.config import WebhookSettings
from daemon.domain.messages import message
from daemon.loopback import listen, served
from daemon.marketplaces.port import Connector
from daemon.parts import Parts
from daemon.webhooks_registration import keep_registered
from daemon.webhooks_spool import Spool, opened_spool, spool_folder

log = structlog.get_logger()

LARGEST_BODY = 256 * 1024
READ_WITHIN_S = 2.0
"""A marketplace waits 3 seconds for its answer (reference 9.1)."""
CONNECTION_S = 10.0
MOST_CONNECTIONS = 64
COMPLAIN_EVERY = timedelta(minutes=1)


@asynccontextmanager
async def hearing(parts: Parts, wake: Callable[[float], None]) -> AsyncIterator[None]:
    """Hear the shops for the length of an ``async with`` block, if the settings say so, and have them tell us.

    ``wake`` is called in another thread, with the seconds after which the shops surely show what they told. What is in
    the way is logged, and the block goes on without: no shop needs it.
    """
    settings, state_folder = parts.settings.webhooks, parts.settings.state_folder
    if settings is None and not spool_folder(state_folder).exists():
        yield
        return
    lag_s = max(shop.policy.lag for shop in parts.shops).total_seconds()
    with opened_spool(state_folder) as spool:
        registering = asyncio.create_task(keep_registered(parts, spool))
        door = Door([shop.connector for shop in parts.shops], spool, lambda: wake(lag_s), now=parts.now)
        try:
            with _opened(door, settings, parts):
                yield
        finally:
            registering.cancel()
            with suppress(asyncio.CancelledError):
                await registering


@contextmanager
def _opened(door: "Door", settings: WebhookSettings | None, parts: Parts) -> Iterator[None]:
    if settings is None:
        yield
        return
    try:
        listening = listen(settings.port, settings.host)
    except OSError as error:
        problem = message("webhooks.port_taken", address=f"{settings.host}:{settings.port}")
        log.error("webhooks.not_listening", problem=parts.texts.say(problem), reason=str(error))  # noqa: TRY400  said
        yield
        return
    with served(door.app(), listening, protocol=_Brief):
        yield


class Door:
    """Answers 200 to what one of the shops signed, known or not, so that it does not come again; 401 to all else."""

    def __init__(
        self, connectors: Sequence[Connector], spool: Spool, wake: Callable[[], None], *, now: Callable[[], datetime]
    ) -> None:
        self._connectors, self._spool, self._wake, self._now = connectors, spool, wake, now
        self._complained_at = datetime.min.replace(tzinfo=UTC)

    def app(self) -> Starlette:
        """What is to be served. A proxy may add to the path, or take from it: every path will do."""
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=["POST"])])

    async def answer(self, request: Request) -> Response:
        """Answer one request. Nothing that it says is logged."""
        try:
            async with asyncio.timeout(READ_WITHIN_S):
                body = await _body(request)
        except (TimeoutError, ClientDisconnect):
            return _answer(408)
        if body is None:
            return _answer(413)
        signature = request.headers.get("authorization", "")
        notices = [connector.webhooks.notice(body, signature) for connector in self._connectors]
        notice = next((each for each in notices if each is not None), None)
        if notice is None:
            self._complain()
            return _answer(401)
        if self._spool.take(notice, now=self._now()):
            self._wake()
        return _answer(200)

    def _complain(self) -> None:
        """Log a refusal, for a wrong secret must be noticed; seldom, for strangers must not fill the disk."""
        now = self._now()
        if abs(now - self._complained_at) >= COMPLAIN_EVERY:  # a clock can be set back
            self._complained_at = now
            log.warning("webhook.refused")


async def _body(request: Request) -> bytes | None:
    """Read the body; ``None`` when it is larger than any webhook."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return body


def _answer(status: int) -> Response:
    return Response(status_code=status, headers={"connection": "close"})


class _Brief(H11Protocol):
    """HTTP for strangers: few connections at a time, and each ends soon, whatever its client does or leaves undone."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in H11Protocol itself
        """Take a connection, or hang up."""
        super().connection_made(transport)
        self._end = self.loop.call_later(CONNECTION_S, transport.abort)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._end.cancel()
        super().connection_lost(exc)
