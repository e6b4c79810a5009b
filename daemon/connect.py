"""From settings to connected parts: the one place that knows which connector serves which marketplace."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import httpx

from daemon.config import Settings, ShopSettings
from daemon.marketplaces.lookups import cache_path
from daemon.marketplaces.pace import Clock, Timing
from daemon.marketplaces.port import Connector
from daemon.marketplaces.tiktok_shop.client import Credentials
from daemon.marketplaces.tiktok_shop.connector import TikTokShop
from daemon.marketplaces.tiktok_shop.tokens import TokenStore
from daemon.mirror import Mirror
from daemon.parts import Parts, Shop, policy_of
from daemon.texts import Texts


def token_path(state_folder: Path, shop: str) -> Path:
    """Where the tokens of a shop are kept (mode 0600)."""
    return state_folder / "tokens" / f"{shop}.json"


def token_store(settings: Settings, shop: str) -> TokenStore:
    """The permission of one configured shop."""
    return TokenStore(token_path(settings.state_folder, shop), shop)


def credentials_of(shop: ShopSettings) -> Credentials:
    """What the settings say about a shop, as its connector wants it."""
    return Credentials(
        shop=shop.name,
        app_key=shop.app_key,
        app_secret=shop.app_secret.reveal(),
        shop_cipher=shop.shop_cipher,
        base_url=shop.base_url,
        auth_url=shop.auth_url,
    )


def _connector(
    settings: Settings,
    shop: ShopSettings,
    *,
    timing: Timing | None,
    clock: Clock,
    transport: httpx.AsyncBaseTransport | None,
) -> Connector:
    tokens = token_store(settings, shop.name)
    cache = cache_path(settings.state_folder, shop.name)
    timing = replace(timing or Timing(), calls_per_day=shop.daily_calls)
    return TikTokShop(credentials_of(shop), tokens, cache, timing=timing, clock=clock, transport=transport)


@asynccontextmanager
async def connectors_of(
    settings: Settings,
    *,
    timing: Timing | None = None,
    clock: Clock | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[tuple[Connector, ...]]:
    """Connect every configured shop for the length of an ``async with`` block, and nothing else: no records are opened.

    ``timing``, ``clock`` and ``transport`` are those of the real world unless somebody rehearses.
    """
    clock = clock or Clock()
    async with AsyncExitStack() as stack:
        connectors = []
        for shop in settings.shops:
            connectors.append(_connector(settings, shop, timing=timing, clock=clock, transport=transport))
            stack.push_async_callback(connectors[-1].aclose)
        yield tuple(connectors)


@asynccontextmanager
async def connected(
    settings: Settings,
    *,
    timing: Timing | None = None,
    clock: Clock | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Parts]:
    """Open the mirror and connect every configured shop, as :func:`connectors_of` does."""
    clock = clock or Clock()
    with closing(Mirror.open(settings.state_folder)) as mirror:
        async with connectors_of(settings, timing=timing, clock=clock, transport=transport) as connectors:
            policies = map(policy_of, settings.shops)
            shops = tuple(Shop(*each) for each in zip(connectors, policies, strict=True))
            yield Parts(settings, mirror, shops, Texts(settings.language, settings.timezone), now=clock.now)
