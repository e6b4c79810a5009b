"""HTTP on this machine, reached from it alone unless told otherwise: an app served in a thread of its own."""

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from daemon.errors import BugError

# It warns of every request that is no HTTP: strangers could fill the log.
logging.getLogger("uvicorn.error").setLevel(logging.ERROR)

HOST = "127.0.0.1"
START_TIMEOUT_S = 20
STOP_TIMEOUT_S = 1


def listen(port: int, host: str = HOST) -> socket.socket:
    """Open a port of this machine, 0 for a free one. Raises :class:`OSError` when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family)
    # asyncio sets this only on sockets that name their protocol; without it every answer waits 40 ms for an ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def address(listening: socket.socket) -> str:
    """Give the URL that a socket of :func:`listen` is reached at."""
    return f"http://{HOST}:{listening.getsockname()[1]}"


@contextmanager
def served(app: ASGIApp, listening: socket.socket, *, protocol: type[asyncio.Protocol] | None = None) -> Iterator[None]:
    """Serve ``app`` for the length of a ``with`` block; connections are accepted when it begins.

    No request line is logged: it can hold secrets.
    """
    config = uvicorn.Config(
        app,
        http=protocol or "h11",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )
    server = _Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), name="loopback", daemon=True)
    thread.start()
    try:
        if not server.is_accepting.wait(START_TIMEOUT_S):
            raise BugError("loopback.not_started")
        yield
    finally:
        server.should_exit = True
        thread.join()


class _Server(uvicorn.Server):
    """Tells when it accepts connections."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_accepting = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_accepting.set()
