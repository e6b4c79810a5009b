"""Asking a connector: everything it tells, in one go."""

import asyncio
from datetime import UTC, datetime

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def use(connector, work):
    """Run ``work`` with the connector and close it."""

    async def run():
        try:
            return await work(connector)
        finally:
            await connector.aclose()

    return asyncio.run(run())


async def sweep(shop):
    return [listing async for page in shop.sweep_listings() for listing in page]


async def listing_of(shop, sku):
    return next(listing for listing in await sweep(shop) if listing.sku == sku)


async def orders_since(shop, since=LONG_AGO):
    return [order async for page in shop.changed_orders(since) for order in page]
