"""What the contract suite turns in a marketplace: its buyers, its Seller Center, its trouble, its permissions.

A further marketplace is a class with the same methods, and a line in ``MARKETPLACES``.
"""

from contextlib import contextmanager
from enum import Enum

import httpx
from contract.wire_schema import faults
from marketplaces.tiktok_shop.worlds import IMPATIENT, QUICK, World

from daemon.marketplaces.sandbox.server import SandboxOptions, running

STOCK, PRICE = 12, 55_000
"""What is there of the goods that tests are about, and what they cost in Rupiah."""


class Trouble(Enum):
    """What goes wrong with a call, as a client sees it."""

    BUSY = "refused at the door for want of room"
    BROKEN = "a server error"
    NONSENSE = "an answer that is no answer"
    TORN = "done, and half an answer"
    LOST_BEFORE = "no answer, and not done"
    LOST_AFTER = "no answer, and done"
    SILENT = "silence for longer than anybody waits, and done"


class TikTokShopMarket:
    """One shop of TikTok Shop by Tokopedia, in the sandbox."""

    lasting_orders = 105
    """More orders than the connector reads in one page."""
    _KINDS = {  # noqa: RUF012  # a table
        Trouble.BUSY: "status_429",
        Trouble.BROKEN: "status_500",
        Trouble.NONSENSE: "garbage",
        Trouble.TORN: "truncate",
        Trouble.LOST_BEFORE: "drop_before",
        Trouble.LOST_AFTER: "drop_after",
        Trouble.SILENT: "hang_after",
    }
    _WRITES = "/inventory/update$|/prices/update$"
    _READS = "/orders/search$|/products/search$|/inventory/search$"

    def __init__(self, world):
        self._world = world
        self._unchecked_from = None
        self.name = world.shop.name

    def connector(self):
        return self._world.connector(timing=QUICK)

    def impatient_connector(self):
        """One that waits for a second and asks twice."""
        return self._world.connector(timing=IMPATIENT)

    def shown(self):
        """Stock and price of every SKU, as buyers see them."""
        return {each["seller_sku"]: (each["quantity"], each["price"]) for each in self._world.listings()}

    def sell(self, sku, units=1):
        return self._world.order(sku, quantity=units)

    def cancel(self, order_id):
        self._world.control(f"orders/{order_id}/cancel")

    def ask_to_cancel(self, order_id):
        """Let the buyer ask, and wait for the seller's answer."""
        self._world.control(f"orders/{order_id}/ask-cancel")

    def edit(self, sku, **values):
        self._world.control(f"listings/{self.name}/{sku}", **values)

    def trouble(self, trouble, *, with_writes, times=1):
        """Let the next reads or writes meet trouble."""
        path = self._WRITES if with_writes else self._READS
        self._world.fault(path, self._KINDS[trouble], times=times, retry_after_s=0)

    def speak_of_tomorrow(self):
        """Use fields and words that nobody knows; what is said from here on is not as described."""
        self._unchecked_from = len(self._world.exchanges)
        words = ["status", "platform", "display_status", "commerce_platform", "order_type", "type"]
        self._world.fault(self._READS, "novelty", times=None, words=words)

    def writes_sent(self):
        return len([path for path in self._world.calls() if path.endswith(("/inventory/update", "/prices/update"))])

    def end_access(self):
        """Let the token end; the permission goes on."""
        self._world.expire_tokens()

    def withdraw(self):
        """Let the permission end: the key to a new token is used up by somebody else."""
        shop = self._world.shop
        app = {"app_key": shop.app_key, "app_secret": shop.app_secret, "grant_type": "refresh_token"}
        used_up = {**app, "refresh_token": self._world.store.load().refresh_token}
        self._world.client.get("/api/v2/token/refresh", params=used_up).raise_for_status()
        self._world.expire_tokens()

    def renewals(self):
        return len(self._world.calls("token/refresh"))

    def peace(self):
        self._world.client.delete("/_sandbox/faults")

    def faults(self):
        """What the marketplace's own description does not allow in what was asked and answered."""
        return [fault for exchange in self._world.exchanges[: self._unchecked_from] for fault in faults(exchange)]


@contextmanager
def tiktok_shops():
    """Yield a function that gives a shop that nobody has touched; its connectors keep their files in a folder."""
    with running(SandboxOptions(products=30, shops=80)) as ready, httpx.Client(base_url=ready.base_url) as client:
        shops = iter(ready.shops)
        yield lambda folder: TikTokShopMarket(World(ready, next(shops), client, folder))


@contextmanager
def large_tiktok_shop(folder):
    """Yield a shop whose goods fill several pages."""
    with running(SandboxOptions(products=330)) as ready, httpx.Client(base_url=ready.base_url) as client:
        yield TikTokShopMarket(World(ready, ready.shops[0], client, folder))


MARKETPLACES = {"tiktok_shop": (tiktok_shops, large_tiktok_shop)}
