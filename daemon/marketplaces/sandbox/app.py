"""Puts a sandbox together: world, gate, marketplace paths, control API and buyers in one ASGI app."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from daemon.marketplaces.sandbox.allowance import Allowance
from daemon.marketplaces.sandbox.api import MarketplaceApi
from daemon.marketplaces.sandbox.buyers import Buyers
from daemon.marketplaces.sandbox.consent import PATH, ConsentPage
from daemon.marketplaces.sandbox.control import EXCEPTION_HANDLERS, MARKETPLACE, Control
from daemon.marketplaces.sandbox.credentials import Credentials
from daemon.marketplaces.sandbox.faults import FaultQueue, Recorded
from daemon.marketplaces.sandbox.founding import found_world
from daemon.marketplaces.sandbox.gate import Gate
from daemon.marketplaces.sandbox.label import SIZES, label_pdf
from daemon.marketplaces.sandbox.package_calls import LABELS
from daemon.marketplaces.sandbox.ready import Ready, ReadyShop
from daemon.marketplaces.sandbox.world import Clock, World

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """What kind of world, and where.

    ``port`` 0 picks a free one. ``products`` is the exact number of SKUs (workbook rows) in each shop.
    ``buyers_per_minute`` 0 means that nobody orders by themselves. ``redirect_url`` is where a seller who agreed to the
    app comes back to; empty: the page shows the code. ``calls_per_s`` is what each shop allows; 0: no limit.
    """

    port: int = 0
    seed: int = 1
    products: int = 40
    shops: int = 1
    buyers_per_minute: float = 0
    ready_file: Path | None = None
    redirect_url: str = ""
    calls_per_s: float = 0


def build(options: SandboxOptions, base_url: str, *, clock: Clock) -> tuple[Starlette, Ready]:
    """Build the world and the app that serves it, not yet running."""
    world = found_world(options.seed, shops=options.shops, listings=options.products, clock=clock)
    credentials = Credentials(options.seed, world.shops, clock=clock)
    gate = Gate(credentials, world.shops, Allowance(options.calls_per_s, clock=clock), clock=clock)
    api = MarketplaceApi(options.seed, world, credentials, gate, base_url=base_url)
    faults = FaultQueue()
    marketplace = Starlette(routes=[Route("/{path:path}", api.answer, methods=METHODS)])
    recorded = Recorded(marketplace, faults, world.utc)
    consent = ConsentPage(credentials, world.shops, options.redirect_url)
    control = Control(world, credentials, recorded, faults)

    @asynccontextmanager
    async def with_buyers(_app: Starlette) -> AsyncIterator[None]:
        buyers = Buyers(world, Random(f"{options.seed}/buyers"))  # noqa: S311  # play, not cryptography
        ordering = asyncio.create_task(_order(buyers, options.buyers_per_minute))
        yield
        ordering.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ordering

    control_app = Starlette(routes=control.routes(), exception_handlers=EXCEPTION_HANDLERS)
    files = Route(f"{LABELS}/{{package_id}}.pdf", partial(_label, world))
    routes = [Mount("/_sandbox", control_app), files, *consent.routes(), Mount("/", recorded)]
    app = Starlette(routes=routes, lifespan=with_buyers)
    return app, _describe(world, credentials, base_url)


async def _label(world: World, request: Request) -> Response:
    """A label, to whoever knows its address (reference 6.6: it needs no signature)."""
    orders = [order for order in world.orders.values() if order.package_id == request.path_params["package_id"]]
    if not orders or not orders[0].tracking_number:
        return Response(status_code=404)
    order, query = orders[0], request.query_params
    units = Counter(f"{line.listing.seller_sku} {line.listing.variant}".strip() for line in order.lines)
    head = [query.get("kind", ""), order.buyer.courier.name, order.tracking_number, f"Order {order.id}", ""]
    lines = [*head, *(f"{quantity} x {name}" for name, quantity in units.items())]
    size = query["size"] if query.get("size") in SIZES else "A6"
    return Response(label_pdf(lines, size=size), media_type="application/pdf")


async def _order(buyers: Buyers, orders_per_minute: float) -> None:
    if orders_per_minute:
        await buyers.keep_ordering(orders_per_minute)


def _describe(world: World, credentials: Credentials, base_url: str) -> Ready:
    shops = [
        ReadyShop(
            name=grant.shop,
            marketplace=MARKETPLACE,
            app_key=credentials.app_key,
            app_secret=credentials.app_secret,
            access_token=grant.access_token,
            refresh_token=grant.refresh_token,
            shop_cipher=world.shops[grant.shop].cipher,
            shop_id=world.shops[grant.shop].id,
        )
        for grant in credentials.first_grants
    ]
    return Ready(
        base_url=base_url,
        auth_url=base_url,
        authorize_url=base_url + PATH,
        service_id=credentials.service_id,
        shops=tuple(shops),
    )
