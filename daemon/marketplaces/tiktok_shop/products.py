"""A shop's products as a whole: all of them, however many, and switching them on and off in the shop windows."""

from collections import deque
from collections.abc import AsyncIterator, Collection, Hashable, Mapping, Sequence
from typing import TypeVar

from daemon.domain.values import Platform
from daemon.errors import SelarasError, TryLaterError, UnknownOutcomeError
from daemon.marketplaces.tiktok_shop import endpoints, models
from daemon.marketplaces.tiktok_shop.client import Client, RefusedError, reason
from daemon.marketplaces.tiktok_shop.endpoints import call
from daemon.marketplaces.tiktok_shop.reading import Reader

_PRODUCTS_PER_SWITCH = 20
_END_OF_TIME_S = 2**32 - 1

_Thing = TypeVar("_Thing", bound=Hashable)


async def product_pages(reader: Reader, shop: str) -> AsyncIterator[models.ProductPage]:
    """Yield all products. A search that finds too many is done again in halves of the time they were created in.

    That time never changes, so no product moves from one half into another while they are read. Pages that came before
    the marketplace said so come again.
    """
    slices: list[tuple[int, int] | None] = [None]
    while slices:
        part = slices.pop()
        body = {} if part is None else {"create_time_ge": part[0], "create_time_le": part[1]}
        try:
            async for page in reader.pages(endpoints.SEARCH_PRODUCTS, models.ProductPage, query={}, body=body):
                yield page
        except RefusedError as error:
            first, last = part or (0, _END_OF_TIME_S)
            if first == last:
                raise TryLaterError("shop.refused", shop=shop, reason=error.reason, detail=error.detail) from error
            middle = (first + last) // 2
            slices += [(middle + 1, last), (first, middle)]


async def switch(
    client: Client, shop: str, product_ids: Sequence[str], platforms: Collection[Platform], *, is_on: bool
) -> Mapping[str, str]:
    """Put products on sale in windows or hide them there, see :meth:`daemon.marketplaces.port.Connector.switch`.

    A refusal of a whole call can be the fault of one product, so each is then sent by itself.
    """
    endpoint = endpoints.ACTIVATE if is_on else endpoints.DEACTIVATE
    calls = deque(
        product_ids[start : start + _PRODUCTS_PER_SWITCH] for start in range(0, len(product_ids), _PRODUCTS_PER_SWITCH)
    )
    refused: dict[str, str] = {}
    is_begun = False
    while calls:
        together = calls.popleft()
        body = {"product_ids": list(together), "listing_platforms": sorted(platforms)}
        try:
            result = await client.ask(call(endpoint, body=body), models.UpdateResult)
        except RefusedError as error:
            if len(together) > 1:
                calls.extendleft([each] for each in reversed(together))
            else:
                refused[together[0]] = error.reason
        except SelarasError as error:
            if not is_begun:
                raise
            raise UnknownOutcomeError("shop.write_unknown", shop=shop, detail=str(error)) from error
        else:
            is_begun = True
            refused |= failed(result, {product_id: product_id for product_id in together})
    return refused


def failed(result: models.UpdateResult, sent: Mapping[str, _Thing]) -> dict[_Thing, str]:
    """Return what ``data.errors`` of an accepted update names, by its id; an error without a name counts for all."""
    found: dict[_Thing, str] = {}
    for failure in result.errors:
        causes = [reason(cause.code, cause.message) for cause in failure.detail.extra_errors]
        why = ": ".join([reason(failure.code, failure.message), *causes])
        named = [sent[id_] for id_ in (failure.detail.sku_id, failure.detail.product_id) if id_ in sent]
        found |= dict.fromkeys(named or sent.values(), why)
    return found
