"""Which warehouses are the seller's own: their stock counts and can be set (reference, 4.1).

Warehouses change a few times a year, so the list is kept for a day, and read again at once when stock lies in a
warehouse that it does not name.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping

from daemon.marketplaces.lookups import Lookups
from daemon.marketplaces.tiktok_shop import models

_DAY_S = 24 * 3600
_SALES = "SALES_WAREHOUSE"
_KEY = "warehouses"


class WarehouseBook:
    """The seller's own sales warehouses, the default one first."""

    def __init__(self, lookups: Lookups, fetch: Callable[[], Awaitable[models.Warehouses]]) -> None:
        self._lookups = lookups
        self._fetch = fetch
        self._unlisted: set[str] = set()

    async def own(self, seen: Collection[str] = ()) -> tuple[str, ...]:
        """Return the ids of the own warehouses; ``seen`` are ids that stock was found in.

        A disabled or resting warehouse still counts: a holiday must not look like sold-out goods.
        """
        kept: dict[str, bool] | None = self._lookups.kept(_KEY)
        if kept is None or set(seen) - kept.keys() - self._unlisted:
            kept = await self._read_again()
            self._unlisted.update(set(seen) - kept.keys())
        return tuple(id_ for id_, is_own in kept.items() if is_own)

    async def _read_again(self) -> dict[str, bool]:
        listed = (await self._fetch()).warehouses
        default_first = sorted(listed, key=lambda warehouse: not warehouse.is_default)
        kept = {warehouse.id: warehouse.type == _SALES for warehouse in default_first}
        self._lookups.keep(_KEY, kept, for_s=_DAY_S)
        return kept


def spread(total: int, shown: Mapping[str, int], own: tuple[str, ...]) -> dict[str, int]:
    """Share ``total`` units out over the own warehouses of a SKU, which show ``shown`` units now.

    One warehouse is managed, the default one where it holds the SKU, and takes the whole difference; the others keep
    what they show. Only when they alone show more than ``total`` they give up the rest, since goods that
    are not there must not stay on sale. A SKU without any warehouse gets the default one. Empty when every
    warehouse of the SKU belongs to the platform.
    """
    ours = [id_ for id_ in own if id_ in shown] if shown else list(own[:1])
    shares = {id_: shown.get(id_, 0) for id_ in ours}
    for managed in ours[:1]:
        shares[managed] = max(0, total - sum(shares[id_] for id_ in ours[1:]))
    excess = sum(shares.values()) - total
    for id_ in ours[1:]:
        taken = min(shares[id_], max(0, excess))
        shares[id_] -= taken
        excess -= taken
    return shares
