"""Orders by their ids, as many at a time as the marketplace takes (reference 5.2)."""

from collections.abc import Sequence

from daemon.errors import TryLaterError
from daemon.marketplaces.tiktok_shop import endpoints, models
from daemon.marketplaces.tiktok_shop.client import Client, RefusedError
from daemon.marketplaces.tiktok_shop.endpoints import call
from daemon.marketplaces.tiktok_shop.reactions import ORDER_UNKNOWN

_READ_TOGETHER = 50


async def orders_by_id(client: Client, shop: str, ids: Sequence[str]) -> list[models.Order]:
    """Read orders; those that the shop does not know are left out.

    Raises :class:`TryLaterError` ``shop.refused`` for any other refusal, and the errors of :class:`Client`.
    """
    chunks = [ids[start : start + _READ_TOGETHER] for start in range(0, len(ids), _READ_TOGETHER)]
    return [order for chunk in chunks for order in await _read(client, shop, chunk)]


async def _read(client: Client, shop: str, ids: Sequence[str]) -> list[models.Order]:
    """Read one chunk. A single order that the shop does not know spoils it: halves are then read until it is alone."""
    try:
        answer = await client.ask(call(endpoints.ORDERS, query={"ids": ",".join(ids)}), models.OrderPage)
    except RefusedError as error:
        if error.code != ORDER_UNKNOWN:
            raise TryLaterError("shop.refused", shop=shop, reason=error.reason, detail=error.detail) from error
        if len(ids) == 1:
            return []
        middle = len(ids) // 2
        return [*await _read(client, shop, ids[:middle]), *await _read(client, shop, ids[middle:])]
    return answer.orders
