"""The way back from a browser on this machine: a page that the marketplace sends the seller to."""

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from queue import Queue
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from daemon.errors import SelarasError
from daemon.loopback import served

Answer = Mapping[str, Sequence[str]]
Brought = str | SelarasError
"""A code, or why there is none in what came."""


@contextmanager
def awaited(
    listening: socket.socket, code_of: Callable[[Answer], str], words: Callable[[SelarasError | None], str]
) -> Iterator["Queue[Brought]"]:
    """Serve the page for the length of a ``with`` block; what ``code_of`` takes out of answers, or raises, is queued.

    An answer may come to any path: which one is written in Partner Center. ``words`` tells what the page says: that it
    worked, or which error ``code_of`` raised. What comes without a query (a browser asks for an icon, too) is no answer
    and is not found, so that nobody learns what runs here.
    """
    brought: Queue[Brought] = Queue()

    async def come_back(request: Request) -> Response:
        answer = parse_qs(request.url.query)
        if not answer:
            return Response(status_code=404)
        try:
            brought.put(code_of(answer))
        except SelarasError as error:
            brought.put(error)
            return _page(words(error), status=400)
        return _page(words(None))

    with served(Starlette(routes=[Route("/{path:path}", come_back)]), listening):
        yield brought


def _page(text: str, *, status: int = 200) -> Response:
    # The address of this page holds the code: it is neither kept nor passed on.
    headers = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
    body = f'<!doctype html><meta charset="utf-8"><title>Selaras</title><p>{escape(text)}</p>'
    return HTMLResponse(body, status, headers)
