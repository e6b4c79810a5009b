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


@contextmanager
def awaited(
    listening: socket.socket, code_of: Callable[[Answer], str], words: Callable[[SelarasError | None], str]
) -> Iterator["Queue[str]"]:
    """Serve the page for the length of a ``with`` block; codes that ``code_of`` takes out of answers are queued.

    ``words`` tells what the page says: that it worked, or which error ``code_of`` raised. Anything else that is asked
    of the port is not found, so that nobody learns what runs here.
    """
    codes: Queue[str] = Queue()

    async def come_back(request: Request) -> Response:
        try:
            codes.put(code_of(parse_qs(request.url.query)))
        except SelarasError as error:
            return _page(words(error), status=400)
        return _page(words(None))

    with served(Starlette(routes=[Route("/", come_back)]), listening):
        yield codes


def _page(text: str, *, status: int = 200) -> Response:
    # The address of this page holds the code: it is neither kept nor passed on.
    headers = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
    body = f'<!doctype html><meta charset="utf-8"><title>Selaras</title><p>{escape(text)}</p>'
    return HTMLResponse(body, status, headers)
