"""A shop's products as a whole: all of them, however many, and switching them on and off in the shop windows."""

from collections.abc import AsyncIterator, Collection, Hashable, Mapping, Sequence
from typing import TypeVar

from daemon.domain.values import Platform
from daemon.errors import SelarasError, TryLaterError, UnknownOutcomeError
from daemon.marketplaces.tiktok_shop import endpoints, models
from daemon.marketplaces.tiktok_shop.client import Client, RefusedError, reason
from daemon.marketplaces.tiktok_shop.endpoints import Endpoint, call
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
    """Put products on sale in windows or hide them there, see :meth:`daemon.marketplaces.port.Connector.switch`."""
    endpoint = endpoints.ACTIVATE if is_on else endpoints.DEACTIVATE
    refused: dict[str, str] = {}
    for start in range(0, len(product_ids), _PRODUCTS_PER_SWITCH):
        try:
            refused |= await _switch(
                client, endpoint, product_ids[start : start + _PRODUCTS_PER_SWITCH], platforms=platforms
            )
        except SelarasError as error:
            if start == 0:
                raise
            raise UnknownOutcomeError("shop.write_unknown", shop=shop, detail=str(error)) from error
    return refused


async def _switch(
    client: Client, endpoint: Endpoint, product_ids: Sequence[str], *, platforms: Collection[Platform]
) -> dict[str, str]:
    body = {"product_ids": list(product_ids), "listing_platforms": sorted(platforms)}
    try:
        result = await client.ask(call(endpoint, body=body), models.UpdateResult)
    except RefusedError as error:
        return dict.fromkeys(product_ids, error.reason)
    return failed(result, {product_id: product_id for product_id in product_ids})


def failed(result: models.UpdateResult, sent: Mapping[str, _Thing]) -> dict[_Thing, str]:
    """Return what ``data.errors`` of an accepted update names, by its id; an error without a name counts for all."""
    found: dict[_Thing, str] = {}
    for failure in result.errors:
        causes = [reason(cause.code, cause.message) for cause in failure.detail.extra_errors]
        why = ": ".join([reason(failure.code, failure.message), *causes])
        named = sent.get(failure.detail.sku_id or failure.detail.product_id)
        found |= dict.fromkeys(sent.values() if named is None else [named], why)
    return found
