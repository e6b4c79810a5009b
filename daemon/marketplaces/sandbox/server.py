"""Runs a sandbox on 127.0.0.1, in this thread until a signal comes, or beside it for tests and the demo."""

import asyncio
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from daemon.errors import PersonNeededError
from daemon.loopback import address, listen, served
from daemon.marketplaces.sandbox.app import SandboxOptions, build
from daemon.marketplaces.sandbox.ready import Ready, write_ready_file
from daemon.marketplaces.sandbox.recorded import HANG_UP
from daemon.marketplaces.sandbox.world import Clock

__all__ = ["Ready", "SandboxOptions", "running", "serve"]


def serve(options: SandboxOptions, *, on_ready: Callable[[Ready], None] | None = None) -> None:
    """Run a sandbox until SIGINT or SIGTERM. Call it from the main thread.

    ``on_ready`` is called once connections are accepted. Errors are those of :func:`running`.
    """
    stop = threading.Event()
    kept = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with running(options) as ready:
            if on_ready is not None:
                on_ready(ready)
            stop.wait()
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


@contextmanager
def running(options: SandboxOptions, *, clock: Clock = time.time) -> Iterator[Ready]:
    """Run a sandbox in a thread of its own for the length of a ``with`` block.

    ``clock`` tells Unix seconds: it stamps everything, the ``Date`` header too, and judges timestamps and
    tokens. Raise :class:`~daemon.errors.PersonNeededError` when the port is taken, the
    scenario cannot be played or the ready file cannot be written.
    """
    with closing(_listen(options.port)) as listening:
        app, ready = build(options, address(listening), clock=clock)
        with served(app, listening, protocol=HangingUpProtocol):
            if options.ready_file is not None:
                write_ready_file(ready, options.ready_file)
            yield ready


def _listen(port: int) -> socket.socket:
    try:
        return listen(port)
    except OSError as error:
        raise PersonNeededError("sandbox.port_taken", port=port, detail=str(error)) from error


class HangingUpProtocol(H11Protocol):
    """HTTP whose app may close the connection without a word: ASGI itself has no way to say so."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in H11Protocol itself
        """Offer the hang-up to the app as an ASGI extension, and log no request line: its query holds secrets."""
        super().connection_made(transport)
        self.access_log = False
        app: ASGIApp = self.app

        async def with_hang_up(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "extensions": {HANG_UP: transport.abort}}, receive, send)

        self.app = with_hang_up

    def shutdown(self) -> None:
        """Hang up when the server stops: only calls that a fault keeps waiting are still open then."""
        self.transport.abort()
