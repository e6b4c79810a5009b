"""The control API under ``/_sandbox``: a person or a test plays the rest of the world.

Answers JSON; a refusal is ``{"error": text}`` with 404 (no such thing), 409 (not now) or 422 (not understood).
"""

from collections import Counter
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from daemon.marketplaces.sandbox.after_sales import CHANGED_MIND, OUT_OF_STOCK
from daemon.marketplaces.sandbox.after_sales_control import AfterSalesControl
from daemon.marketplaces.sandbox.bundles import sell_bundle
from daemon.marketplaces.sandbox.control_bodies import (
    CancelOrder,
    ControlBody,
    ListingEdit,
    NewBundle,
    NewOrder,
    OneShop,
    ShopChoice,
)
from daemon.marketplaces.sandbox.credentials import Credentials
from daemon.marketplaces.sandbox.delivery import BY_SELLER
from daemon.marketplaces.sandbox.goods import Listing
from daemon.marketplaces.sandbox.orders import Order
from daemon.marketplaces.sandbox.recorded import Recorded
from daemon.marketplaces.sandbox.seller_center import edit_listing
from daemon.marketplaces.sandbox.wire import JsonObject
from daemon.marketplaces.sandbox.world import NotPossibleError, Shop, UnknownNameError, World

MARKETPLACE = "tiktok_shop"
M = TypeVar("M", bound=ControlBody)


def listing_json(shop: Shop, listing: Listing) -> JsonObject:
    """A listing as the control API shows it."""
    return {
        "shop": shop.name,
        "product_id": listing.product_id,
        "sku_id": listing.id,
        "seller_sku": listing.seller_sku,
        "quantity": listing.available,
        "price": listing.price,
        "status": shop.products[listing.product_id].status,
        "windows": shop.products[listing.product_id].windows,
    }


def order_json(order: Order) -> JsonObject:
    """An order as the control API shows it: units counted per SKU."""
    units = Counter(line.listing.seller_sku for line in order.lines)
    return {
        "id": order.id,
        "shop": order.shop,
        "platform": order.platform,
        "status": order.status,
        "lines": [{"seller_sku": seller_sku, "quantity": quantity} for seller_sku, quantity in units.items()],
    }


@dataclass(frozen=True, slots=True)
class Control:
    """The control API of one sandbox."""

    world: World
    credentials: Credentials
    recorded: Recorded

    def routes(self) -> list[Route]:
        """List the routes, to be mounted at ``/_sandbox``."""
        return [
            Route("/state", self.state),
            Route("/log", self.log),
            Route("/orders", self.place_order, methods=["POST"]),
            Route("/orders/{order_id}/cancel", self.cancel_order, methods=["POST"]),
            Route("/orders/{order_id}/advance", self.advance_order, methods=["POST"]),
            Route("/orders/{order_id}/lose", self.lose_order, methods=["POST"]),
            *AfterSalesControl(self.world).routes(),
            Route("/bundles", self.sell_bundle, methods=["POST"]),
            Route("/listings/{shop}/{seller_sku:path}", self.edit_listing, methods=["POST"]),
            Route("/tokens/expire", self.expire_tokens, methods=["POST"]),
            Route("/authorize", self.authorize, methods=["POST"]),
        ]

    async def state(self, _request: Request) -> Response:
        """Show the whole world."""
        shops = self.world.shops.values()
        return JSONResponse(
            {
                "shops": [{"name": shop.name, "marketplace": MARKETPLACE, "shop_id": shop.id} for shop in shops],
                "listings": [listing_json(shop, listing) for shop in shops for listing in shop.listings.values()],
                "orders": [order_json(order) for order in self.world.orders.values()],
            }
        )

    async def log(self, _request: Request) -> Response:
        """Show every marketplace call served, oldest first; times are ISO 8601 in UTC."""
        return JSONResponse(
            [
                {"method": call.method, "path": call.path, "status": call.status, "time": call.time.isoformat()}
                for call in self.recorded.log
            ]
        )

    async def place_order(self, request: Request) -> Response:
        """Let a buyer order."""
        wish = await _read(request, NewOrder)
        wanted: Counter[str] = Counter()
        for line in wish.lines:
            wanted[line.seller_sku] += line.quantity
        order = self.world.place_order(wish.shop, wanted, platform=wish.platform, status=wish.status)
        if wish.sent_by_seller:
            order.delivery = BY_SELLER
        return JSONResponse(order_json(order), 201)

    async def sell_bundle(self, request: Request) -> Response:
        """Let the seller make a bundle of other goods."""
        wish = await _read(request, NewBundle)
        parts = {part.seller_sku: part.quantity for part in wish.parts}
        listing = sell_bundle(self.world, wish.shop, wish.seller_sku, parts)
        return JSONResponse(listing_json(self.world.shop(wish.shop), listing), 201)

    async def cancel_order(self, request: Request) -> Response:
        """Let the buyer cancel, or the seller because nothing is left."""
        order = self.world.order(request.path_params["order_id"])
        is_out_of_stock = (await _read(request, CancelOrder)).out_of_stock
        self.world.cancel(order, OUT_OF_STOCK if is_out_of_stock else CHANGED_MIND)
        return JSONResponse(order_json(order))

    async def advance_order(self, request: Request) -> Response:
        """Bring an order one step further."""
        order = self.world.order(request.path_params["order_id"])
        self.world.advance(order)
        return JSONResponse(order_json(order))

    async def lose_order(self, request: Request) -> Response:
        """Let the courier lose the parcel of an order."""
        order = self.world.order(request.path_params["order_id"])
        self.world.lose(order)
        return JSONResponse(order_json(order))

    async def edit_listing(self, request: Request) -> Response:
        """Let somebody edit stock or price in Seller Center, or take a product down."""
        shop = self.world.shop(request.path_params["shop"])
        listing = self.world.listing(shop.name, request.path_params["seller_sku"])
        edit_listing(self.world, shop, listing, await _read(request, ListingEdit))
        return JSONResponse(listing_json(shop, listing))

    async def expire_tokens(self, request: Request) -> Response:
        """Let access tokens be expired from now on."""
        wish = await _read(request, ShopChoice)
        if wish.shop is not None:
            self.world.shop(wish.shop)
        self.credentials.expire(wish.shop)
        return JSONResponse({})

    async def authorize(self, request: Request) -> Response:
        """Play the seller who agrees in the browser: the answer's code can be exchanged once for tokens."""
        shop = self.world.shop((await _read(request, OneShop)).shop)
        return JSONResponse({"auth_code": self.credentials.authorize(shop.name)})


async def _read(request: Request, model: type[M]) -> M:
    return model.model_validate_json(await request.body() or b"{}")


async def not_found(_request: Request, error: Exception) -> Response:
    """Answer 404."""
    return JSONResponse({"error": str(error)}, 404)


async def not_possible(_request: Request, error: Exception) -> Response:
    """Answer 409."""
    return JSONResponse({"error": str(error)}, 409)


async def not_understood(_request: Request, error: Exception) -> Response:
    """Answer 422, naming every field that is wrong."""
    assert isinstance(error, ValidationError)  # noqa: S101  # Starlette's signature cannot say so
    faults = error.errors(include_url=False, include_input=False)
    texts = [f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}" for fault in faults]
    return JSONResponse({"error": "; ".join(texts)}, 422)


async def no_route(request: Request, error: Exception) -> Response:
    """Answer a wrong control path or method."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    return JSONResponse({"error": f"no control call {request.method} {request.url.path}"}, status)


EXCEPTION_HANDLERS = {
    UnknownNameError: not_found,
    NotPossibleError: not_possible,
    ValidationError: not_understood,
    HTTPException: no_route,
}
