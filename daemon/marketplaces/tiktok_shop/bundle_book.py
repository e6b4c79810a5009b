"""Which SKUs are bundles that the marketplace makes, whose stock follows their parts and cannot be set (reference 3.1).

The product search does not say it. Orders that name the parts do, and so does the refusal of a stock.
"""

from collections.abc import Iterable, Mapping

from daemon.domain.values import ListingId
from daemon.marketplaces.lookups import Lookups
from daemon.marketplaces.tiktok_shop import models
from daemon.marketplaces.tiktok_shop.reactions import BUNDLE_CODES, CODE

_YEAR_S = 365 * 24 * 3600
_KEY = "bundles"


class BundleBook:
    """The ids of the SKUs that showed themselves as bundles."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups

    def known(self) -> frozenset[str]:
        """Return all of them."""
        return frozenset(self._lookups.kept(_KEY) or ())

    def learn_from_orders(self, orders: Iterable[models.Order]) -> None:
        """Take in the lines that name what they are made of."""
        self._learn(line.sku_id for order in orders for line in order.line_items if line.sub_item_info)

    def learn_from_refusals(self, refused: Mapping[ListingId, str]) -> None:
        """Take in what was refused because it is a bundle."""
        self._learn(id_.sku_id for id_, why in refused.items() if BUNDLE_CODES & set(map(int, CODE.findall(why))))

    def _learn(self, sku_ids: Iterable[str]) -> None:
        found = frozenset(sku_ids)
        if found and not found <= (known := self.known()):
            self._lookups.keep(_KEY, sorted(known | found), for_s=_YEAR_S)
