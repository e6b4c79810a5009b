"""Questions about a shop as a whole, in one answer or over many pages."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import TypeVar

from daemon.errors import TryLaterError
from daemon.marketplaces.tiktok_shop import models
from daemon.marketplaces.tiktok_shop.client import Client, RefusedError
from daemon.marketplaces.tiktok_shop.endpoints import Call, Endpoint, call
from daemon.marketplaces.tiktok_shop.reactions import TOO_MANY_HITS

LARGEST_PAGE = 100

_Shape = TypeVar("_Shape", bound=models.Wire)
_PageShape = TypeVar("_PageShape", bound=models.Page)


class Reader:
    """Asks for one shop. A refusal is not about one item here, so it is told as something for the next cycle."""

    def __init__(self, client: Client, shop: str) -> None:
        self._client = client
        self._shop = shop

    async def read(self, question: Call, shape: type[_Shape]) -> _Shape:
        """Return the answer. Raises :class:`TryLaterError` ``shop.refused``, and the errors of :class:`Client`.

        A search that finds too many can be cut into smaller ones: it raises the :class:`RefusedError` itself.
        """
        try:
            return await self._client.ask(question, shape)
        except RefusedError as error:
            if error.code == TOO_MANY_HITS:
                raise
            raise TryLaterError("shop.refused", shop=self._shop, reason=error.reason, detail=error.detail) from error

    async def pages(
        self,
        endpoint: Endpoint,
        shape: type[_PageShape],
        *,
        query: Mapping[str, str],
        body: object = None,
        page_size: int | None = None,
        **ids: str,
    ) -> AsyncIterator[_PageShape]:
        """Yield page after page, as large as they may be unless somebody says; ``ids`` fill the blanks of the path.

        Raises :class:`TryLaterError` ``shop.pages_repeat`` instead of going in circles.
        """
        query = {**query, "page_size": str(page_size or LARGEST_PAGE)}

        def ask(token: str) -> asyncio.Task[_PageShape]:
            more = {"page_token": token} if token else {}
            task = asyncio.create_task(self.read(call(endpoint, query=query | more, body=body, **ids), shape))
            task.add_done_callback(_look_at)
            return task

        seen, coming = {""}, ask("")
        try:
            while True:
                page = await coming
                token = page.next_page_token
                if token not in seen:
                    coming = ask(token)  # on its way while the reader is at work on this page
                yield page
                if not token:
                    return
                if token in seen:
                    raise TryLaterError("shop.pages_repeat", shop=self._shop, detail=endpoint.path)
                seen.add(token)
        finally:
            coming.cancel()


def _look_at(task: asyncio.Task[models.Wire]) -> None:
    """Take note of how ``task`` ended: what failed after nobody wanted it any more is no surprise to report."""
    if not task.cancelled():
        task.exception()
