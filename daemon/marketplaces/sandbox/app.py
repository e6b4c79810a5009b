"""Puts a sandbox together: world, gate, marketplace paths, control API and buyers in one ASGI app."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from daemon.errors import PersonNeededError
from daemon.marketplaces.sandbox.allowance import Allowance
from daemon.marketplaces.sandbox.api import MarketplaceApi
from daemon.marketplaces.sandbox.buyers import Buyers
from daemon.marketplaces.sandbox.clock import WorldClock
from daemon.marketplaces.sandbox.conditions import LONGEST_LAG_S, MOST_CALLS, Conditions
from daemon.marketplaces.sandbox.consent import PATH, ConsentPage
from daemon.marketplaces.sandbox.control import EXCEPTION_HANDLERS, MARKETPLACE, Control
from daemon.marketplaces.sandbox.control_conditions import ConditionsControl
from daemon.marketplaces.sandbox.copied import RealShop, copied_world
from daemon.marketplaces.sandbox.credentials import Credentials
from daemon.marketplaces.sandbox.faults import PROFILES, FaultQueue, Profile
from daemon.marketplaces.sandbox.founding import found_world
from daemon.marketplaces.sandbox.gate import Gate
from daemon.marketplaces.sandbox.label import SIZES, label_pdf
from daemon.marketplaces.sandbox.package_calls import LABELS
from daemon.marketplaces.sandbox.ready import Ready, ReadyShop
from daemon.marketplaces.sandbox.recorded import Recorded
from daemon.marketplaces.sandbox.scenario import Script, load_scenario
from daemon.marketplaces.sandbox.scenario_play import ScenarioPlay
from daemon.marketplaces.sandbox.scenario_steps import Stage, sellable
from daemon.marketplaces.sandbox.stamps import Stamps
from daemon.marketplaces.sandbox.webhooks_control import WebhooksControl
from daemon.marketplaces.sandbox.webhooks_sender import Sender
from daemon.marketplaces.sandbox.world import Clock, World

ADDRESS = re.compile(r"https?://[^\s/?#]+(?:/[^\s?#]*)?")
MOST_BUYERS = 6000
"""A minute: more than this machine can play."""
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """What kind of world, and where.

    ``port`` 0 picks a free one. ``products`` is the exact number of SKUs (workbook rows) in each shop.
    ``buyers_per_minute`` 0 means that nobody orders by themselves. ``redirect_url`` is where a seller who agreed to the
    app comes back to; empty: the page shows the code. ``calls_per_s`` is what each shop allows of each
    path; 0: no limit.
    ``faults`` names one of :data:`~daemon.marketplaces.sandbox.faults.PROFILES`. Searches find an order after
    ``search_lag_s``. ``scenario`` is the name of a shipped one, or a file.
    """

    port: int = 0
    seed: int = 1
    products: int = 40
    shops: int = 1
    buyers_per_minute: float = 0
    ready_file: Path | None = None
    redirect_url: str = ""
    calls_per_s: float = 0
    faults: Profile = "calm"
    search_lag_s: int = 0
    scenario: str = ""
    copies: tuple[RealShop, ...] = ()

    def check(self) -> None:
        """Raise :class:`~daemon.errors.PersonNeededError` for the first option that makes no sense."""
        if self.redirect_url and not ADDRESS.fullmatch(self.redirect_url):
            raise PersonNeededError("sandbox.bad_redirect", url=self.redirect_url)
        for option, given, most in (
            ("--buyers", self.buyers_per_minute, MOST_BUYERS),
            ("--limit", self.calls_per_s, MOST_CALLS),
            ("--search-lag", self.search_lag_s, LONGEST_LAG_S),
        ):
            if not 0 <= given <= most:
                raise PersonNeededError("sandbox.bad_number", option=option, given=f"{given:g}", most=most)


def build(options: SandboxOptions, base_url: str, *, clock: Clock) -> tuple[Starlette, Ready]:
    """Build the world and the app that serves it, not yet running.

    Raise :class:`~daemon.errors.PersonNeededError` when an option makes no sense.
    """
    options.check()
    world_clock = WorldClock(clock)
    script = load_scenario(options.scenario)
    shops = max(options.shops, script.scenario.shops)
    if options.copies:
        world = copied_world(options.copies, seed=options.seed, clock=world_clock)
    else:
        world = found_world(options.seed, shops=shops, listings=options.products, clock=world_clock)
    world.search_lag_s = options.search_lag_s
    credentials = Credentials(options.seed, world.shops, clock=world_clock)
    allowance = Allowance(options.calls_per_s, clock=clock)
    gate = Gate(credentials, world.shops, allowance, clock=world_clock, clients_clock=world_clock.of_clients)
    stamps = Stamps(options.seed, world_clock)
    api = MarketplaceApi(world, credentials, gate, stamps=stamps, base_url=base_url)
    faults = FaultQueue(Random(f"{options.seed}/faults"))  # noqa: S311  # play, not cryptography
    faults.add(*PROFILES[options.faults])
    marketplace = Starlette(routes=[Route("/{path:path}", api.answer, methods=METHODS)])
    # Here, too, for a call that a fault holds back works in the world as it is then.
    recorded = Recorded(Punctual(marketplace, world), faults, world_clock, stamps=stamps)
    consent = ConsentPage(credentials, world.shops, options.redirect_url)
    control = Control(world, credentials, recorded)
    conditions = Conditions(world, world_clock, faults, allowance, credentials)
    play = _begin(options, script, conditions)
    control_app = Starlette(
        routes=[
            *control.routes(),
            *ConditionsControl(conditions, play).routes(),
            *WebhooksControl(world.webhooks).routes(),
        ],
        exception_handlers=EXCEPTION_HANDLERS,
    )
    files = Route(f"{LABELS}/{{package_id}}.pdf", partial(_label, world))
    routes = [Mount("/_sandbox", control_app), files, *consent.routes(), Mount("/", recorded)]
    sender = Sender(world, credentials.app_key, credentials.app_secret)
    app = Starlette(routes=routes, middleware=[Middleware(Punctual, world=world)], lifespan=partial(_sending, sender))
    return app, _describe(world, credentials, base_url)


def _begin(options: SandboxOptions, script: Script, conditions: Conditions) -> ScenarioPlay:
    """Let the buyers come and the day begin."""
    world = conditions.world
    buyers = Buyers(world, Random(f"{options.seed}/buyers"))  # noqa: S311  # as above
    if options.buyers_per_minute:
        buyers.keep_ordering(options.buyers_per_minute)
    stage = Stage(conditions, buyers, sellable(next(iter(world.shops.values()))))
    play = ScenarioPlay(script, stage)
    play.begin()
    return play


@asynccontextmanager
async def _sending(sender: Sender, _app: Starlette) -> AsyncIterator[None]:
    sending = asyncio.create_task(sender.keep_sending())
    yield
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending


class Punctual:
    """ASGI layer that lets nobody look at the world before everything happened whose time has come."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        self._world.catch_up()
        await self._app(scope, receive, send)


async def _label(world: World, request: Request) -> Response:
    """A label, to whoever knows its address, until it expires (reference 6.6: it needs no signature)."""
    orders = [order for order in world.orders.values() if order.package_id == request.path_params["package_id"]]
    expires_at = request.query_params.get("expire", "")
    if not orders or not orders[0].tracking_number or not expires_at.isdecimal() or int(expires_at) < world.now():
        return Response(status_code=404)
    order, query = orders[0], request.query_params
    units = Counter(f"{line.listing.seller_sku} {line.listing.variant}".strip() for line in order.lines)
    head = [query.get("kind", ""), order.buyer.courier.name, order.tracking_number, f"Order {order.id}", ""]
    lines = [*head, *(f"{quantity} x {name}" for name, quantity in units.items())]
    size = query["size"] if query.get("size") in SIZES else "A6"
    return Response(label_pdf(lines, size=size), media_type="application/pdf")


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
