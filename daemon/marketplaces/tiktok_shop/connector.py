"""One TikTok Shop by Tokopedia shop, as the cycle sees it."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import httpx

from daemon.domain.refusals import Cure
from daemon.domain.values import (
    Listing,
    ListingId,
    Money,
    Order,
    Platform,
    Quantity,
    ShopIdentity,
    WindowState,
)
from daemon.errors import ItemError, PersonNeededError, SelarasError, TryLaterError, UnknownOutcomeError
from daemon.marketplaces.budget import Budget
from daemon.marketplaces.http import ShopHttp
from daemon.marketplaces.lookups import Lookups
from daemon.marketplaces.pace import Clock, Timing
from daemon.marketplaces.tiktok_shop import endpoints, models, products, translate
from daemon.marketplaces.tiktok_shop.after_sales import TikTokAfterSales
from daemon.marketplaces.tiktok_shop.bundle_book import BundleBook
from daemon.marketplaces.tiktok_shop.client import Client, Credentials, RefusedError, reason
from daemon.marketplaces.tiktok_shop.endpoints import Endpoint, call
from daemon.marketplaces.tiktok_shop.finance import TikTokFinance
from daemon.marketplaces.tiktok_shop.fulfilment import TikTokFulfilment
from daemon.marketplaces.tiktok_shop.orders import orders_by_id
from daemon.marketplaces.tiktok_shop.reactions import (
    CODE,
    CURES,
    PLATFORM_WAREHOUSE,
    PRODUCT_CODES,
    SKU_UNKNOWN,
    WAREHOUSE_MISSING,
)
from daemon.marketplaces.tiktok_shop.reading import Reader
from daemon.marketplaces.tiktok_shop.tokens import TokenStore
from daemon.marketplaces.tiktok_shop.warehouses import WarehouseBook, spread
from daemon.marketplaces.tiktok_shop.webhooks import TikTokWebhooks

_SKUS_PER_READ = 600
_READS_AT_ONCE = 4


class TikTokShop:
    """A connected shop; fulfils :class:`daemon.marketplaces.port.Connector`."""

    def __init__(  # noqa: PLR0913 -- the last three are the world's, and handed in by whoever rehearses
        self,
        credentials: Credentials,
        tokens: TokenStore,
        cache_folder: Path,
        *,
        timing: Timing | None = None,
        clock: Clock | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._credentials = credentials
        self.lookups = Lookups(cache_folder)  # opened once: that can take a minute while another process writes
        timing, clock = timing or Timing(), clock or Clock()
        self._budget = Budget(timing.calls_per_day, self.lookups, clock)
        self._http = ShopHttp(credentials.shop, timing=timing, clock=clock, transport=transport, budget=self._budget)
        self._client = Client(credentials, tokens, self._http)
        self._reader = Reader(self._client, credentials.shop)
        self._warehouses = WarehouseBook(self.lookups, self._fetch_warehouses)
        self._bundles = BundleBook(self.lookups)
        self.after_sales = TikTokAfterSales(credentials.shop, self._client)
        self.finance = TikTokFinance(credentials.shop, self._client)
        self.fulfilment = TikTokFulfilment(credentials, self._client, self._http, self.lookups)
        self.webhooks = TikTokWebhooks(credentials, self._client)
        self._stored_in: dict[str, tuple[str, ...]] = {}
        """Warehouses of each SKU, by SKU id, as last read."""

    @property
    def shop(self) -> str:
        """The shop's name in ``config.yaml``."""
        return self._credentials.shop

    def server_now(self) -> datetime:
        """The marketplace's clock (aware UTC), as its last answer told it."""
        return self._http.server_now()

    async def identify(self) -> ShopIdentity:
        """Prove that the credentials work and tell whose they are.

        Raises :class:`PersonNeededError` ``shop.wrong_cipher`` when the token speaks for other shops only.
        """
        answer = await self._reader.read(call(endpoints.SHOPS), models.AuthorizedShops)
        cipher = await self._client.cipher()
        for shop in answer.shops:
            if shop.cipher == cipher:
                return ShopIdentity(shop.id, shop.name, shop.region)
        raise PersonNeededError("shop.wrong_cipher", shop=self.shop)

    async def sweep_listings(self) -> AsyncIterator[Sequence[Listing]]:
        """Yield every listing, one product page at a time; deleted ones are among them.

        Raises :class:`TryLaterError` ``shop.budget_low`` when what is left of the day's calls is kept for stock.
        """
        if self._budget.is_low:
            raise TryLaterError("shop.budget_low", shop=self.shop)
        await self._warehouses.own()  # asked for between pages, it would let the next one grow old meanwhile
        async for page in products.product_pages(self._reader, self.shop):
            skus = [sku for product in page.products for sku in product.skus]
            for sku in skus:
                self._stored_in[sku.id] = tuple(stock.warehouse_id for stock in sku.inventory)
            own = await self._warehouses.own({id_ for sku in skus for id_ in self._stored_in[sku.id]})
            bundles = self._bundles.known()
            yield [
                listing for product in page.products for listing in translate.listings(self.shop, product, own, bundles)
            ]

    async def read_quantities(self, listings: Sequence[ListingId]) -> Mapping[ListingId, Quantity]:
        """Read the stock shown now, of the seller's own warehouses; listings the shop does not know are left out."""
        inventory = await self._inventory(listings)
        own = await self._warehouses.own(
            {place.warehouse_id for sku in inventory.values() for place in sku.warehouse_inventory}
        )
        return {listing: translate.quantity(sku, own) for listing, sku in inventory.items()}

    async def read_prices(self, product_id: str) -> Mapping[ListingId, Money]:
        """Read the prices of one product's listings.

        Raises :class:`daemon.errors.ItemError` when the product is gone or a price cannot be read.
        """
        product = await self._client.ask(call(endpoints.PRODUCT, product_id=product_id), models.Product)
        prices = {
            ListingId(self.shop, product.id, sku.id): translate.price(self.shop, sku.price) for sku in product.skus
        }
        return {listing: price for listing, price in prices.items() if price is not None}

    async def read_windows(self, product_id: str) -> Mapping[Platform, WindowState]:
        """Read how a product stands in the windows that list it; errors are those of :meth:`read_prices`.

        An answer that names no window says nothing: taken for hidden goods, it would prove what never happened.
        """
        product = await self._client.ask(call(endpoints.PRODUCT, product_id=product_id), models.Product)
        if windows := translate.windows(product):
            return windows
        raise ItemError("shop.answer_unreadable", shop=self.shop, detail=f"product {product_id} in no window")

    async def changed_orders(self, since: datetime) -> AsyncIterator[Sequence[Order]]:
        """Yield orders changed at or after ``since``, oldest change first, a page at a time."""
        query = {"sort_field": "update_time", "sort_order": "ASC"}
        body = {"update_time_ge": int(since.timestamp())}
        async for page in self._reader.pages(endpoints.SEARCH_ORDERS, models.OrderPage, query=query, body=body):
            self._bundles.learn_from_orders(page.orders)
            yield [translate.order(self.shop, order) for order in page.orders]

    async def orders(self, order_ids: Sequence[str]) -> Sequence[Order]:
        """Read orders by id; those that the shop does not know are left out."""
        found = await orders_by_id(self._client, self.shop, order_ids)
        self._bundles.learn_from_orders(found)
        return [translate.order(self.shop, order) for order in found]

    async def set_quantities(self, product_id: str, quantities: Mapping[ListingId, int]) -> Mapping[ListingId, str]:
        """Set what buyers can order, over all own warehouses of each SKU (see :func:`.warehouses.spread`)."""
        refused = await self._set_quantities(product_id, quantities)
        # The seller opened another warehouse since we last looked: look, and send once more.
        outdated = {id_: quantities[id_] for id_, why in refused.items() if str(WAREHOUSE_MISSING) in why}
        if outdated:
            for listing in outdated:
                self._stored_in.pop(listing.sku_id, None)
            kept = {id_: why for id_, why in refused.items() if id_ not in outdated}
            try:
                refused = kept | await self._set_quantities(product_id, outdated)
            except SelarasError as error:
                # Others of this call were accepted: the whole must be read back.
                raise UnknownOutcomeError("shop.write_unknown", shop=self.shop, detail=str(error)) from error
        self._bundles.learn_from_refusals(refused)
        return refused

    async def set_prices(self, product_id: str, prices: Mapping[ListingId, Money]) -> Mapping[ListingId, str]:
        """Set the selling prices of listings of one product."""
        skus = {
            id_: {"id": id_.sku_id, "price": {"amount": translate.amount_text(price), "currency": price.currency}}
            for id_, price in prices.items()
        }
        return await self._update(endpoints.SET_PRICES, product_id, skus)

    async def switch(
        self, product_ids: Sequence[str], platforms: Collection[Platform], *, is_on: bool
    ) -> Mapping[str, str]:
        """Put products on sale in windows, which the marketplace reviews first, or hide them there.

        Raises :class:`~daemon.errors.UnknownOutcomeError` as writes do, also when only some of them were sent.
        """
        return await products.switch(self._client, self.shop, product_ids, platforms, is_on=is_on)

    def cure(self, reason: str) -> Cure:
        """Tell what kind of thing helps against a refusal; an umbrella code says less than the cause behind it."""
        return next((CURES[code] for code in map(int, CODE.findall(reason)) if code in CURES), Cure.OTHER)

    async def aclose(self) -> None:
        """Close connections and the cache."""
        self.lookups.close()
        await self._http.aclose()

    async def _set_quantities(self, product_id: str, quantities: Mapping[ListingId, int]) -> dict[ListingId, str]:
        shown = await self._shown_by_warehouse(quantities)
        own = await self._warehouses.own({id_ for stock in shown.values() for id_ in stock})
        shares = {id_: spread(quantities[id_], stock, own) for id_, stock in shown.items()}
        refused = dict.fromkeys(
            quantities.keys() - shares.keys(), reason(SKU_UNKNOWN, "the shop does not know this SKU")
        )
        refused |= {
            id_: reason(PLATFORM_WAREHOUSE, "the platform stores these goods")
            for id_, share in shares.items()
            if not share
        }
        skus = {
            id_: {
                "id": id_.sku_id,
                "inventory": [{"warehouse_id": place, "quantity": units} for place, units in share.items()],
            }
            for id_, share in shares.items()
            if share
        }
        return refused | await self._update(endpoints.SET_INVENTORY, product_id, skus)

    async def _shown_by_warehouse(self, listings: Iterable[ListingId]) -> dict[ListingId, dict[str, int]]:
        """Return what each warehouse of each listing shows; with a single warehouse that number does not matter."""
        places = {id_: self._stored_in.get(id_.sku_id, ()) for id_ in listings}
        single = {id_: {stored_in[0]: 0} for id_, stored_in in places.items() if len(stored_in) == 1}
        read = await self._inventory([id_ for id_ in listings if id_ not in single])
        return single | {
            id_: {place.warehouse_id: place.available_quantity for place in sku.warehouse_inventory}
            for id_, sku in read.items()
        }

    async def _update(
        self, endpoint: Endpoint, product_id: str, skus: Mapping[ListingId, object]
    ) -> dict[ListingId, str]:
        """Send a write and return what was refused.

        A refusal of the whole call can be the fault of one SKU, so halves are then sent until it is alone: the others
        must not stay on sale with a wrong number.
        """
        if not skus:
            return {}
        update = call(endpoint, product_id=product_id, body={"skus": list(skus.values())})
        try:
            result = await self._client.ask(update, models.UpdateResult)
        except RefusedError as error:
            if len(skus) == 1 or error.code in PRODUCT_CODES:
                return dict.fromkeys(skus, error.reason)
            return await self._update_in_halves(endpoint, product_id, skus)
        return products.failed(result, {listing.sku_id: listing for listing in skus})

    async def _update_in_halves(
        self, endpoint: Endpoint, product_id: str, skus: Mapping[ListingId, object]
    ) -> dict[ListingId, str]:
        """Send each half by itself. Once some are written, the fate of the whole is unknown when the rest fails."""
        ids = list(skus)
        first, second = ids[: len(ids) // 2], ids[len(ids) // 2 :]
        refused = await self._update(endpoint, product_id, {id_: skus[id_] for id_ in first})
        try:
            return refused | await self._update(endpoint, product_id, {id_: skus[id_] for id_ in second})
        except SelarasError as error:
            raise UnknownOutcomeError("shop.write_unknown", shop=self.shop, detail=str(error)) from error

    async def _inventory(self, listings: Sequence[ListingId]) -> dict[ListingId, models.InventorySku]:
        by_sku = {listing.sku_id: listing for listing in listings}
        ids = list(by_sku)
        chunks = [ids[start : start + _SKUS_PER_READ] for start in range(0, len(ids), _SKUS_PER_READ)]
        at_once = asyncio.Semaphore(_READS_AT_ONCE)

        async def read(chunk: list[str]) -> models.Inventory:
            async with at_once:
                return await self._reader.read(
                    call(endpoints.SEARCH_INVENTORY, body={"sku_ids": chunk}), models.Inventory
                )

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(read(chunk)) for chunk in chunks]
        except BaseExceptionGroup as errors:
            # One reason is enough, and callers know our errors, not groups of them.
            raise errors.exceptions[0] from errors
        answered = [sku for task in tasks for product in task.result().inventory for sku in product.skus]
        for sku in answered:
            self._stored_in[sku.id] = tuple(place.warehouse_id for place in sku.warehouse_inventory)
        return {by_sku[sku.id]: sku for sku in answered if sku.id in by_sku}

    async def _fetch_warehouses(self) -> models.Warehouses:
        answer = await self._reader.read(call(endpoints.WAREHOUSES), models.Warehouses)
        if not answer.warehouses:
            # Believed, it would turn every stock into somebody else's.
            raise TryLaterError("shop.no_warehouses", shop=self.shop)
        return answer
