"""The control API under ``/_sandbox``: a person or a test plays the rest of the world.

Answers JSON; a refusal is ``{"error": text}`` with 404 (no such thing), 409 (not now) or 422 (not understood).
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from daemon.marketplaces.sandbox.control_bodies import (
    CancelOrder,
    ControlBody,
    ListingEdit,
    NewFault,
    NewOrder,
    OneShop,
    ShopChoice,
)
from daemon.marketplaces.sandbox.credentials import Credentials
from daemon.marketplaces.sandbox.faults import Fault, FaultQueue, Recorded
from daemon.marketplaces.sandbox.goods import Listing
from daemon.marketplaces.sandbox.orders import Cancellation, Order
from daemon.marketplaces.sandbox.wire import JsonObject
from daemon.marketplaces.sandbox.world import NotPossibleError, Shop, UnknownNameError, World

BOUGHT_BACK = Cancellation("BUYER", "Berubah pikiran")
OUT_OF_STOCK = Cancellation("SELLER", "Stok habis")
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
    faults: FaultQueue

    def routes(self) -> list[Route]:
        """List the routes, to be mounted at ``/_sandbox``."""
        return [
            Route("/state", self.state),
            Route("/log", self.log),
            Route("/orders", self.place_order, methods=["POST"]),
            Route("/orders/{order_id}/cancel", self.cancel_order, methods=["POST"]),
            Route("/orders/{order_id}/advance", self.advance_order, methods=["POST"]),
            Route("/listings/{shop}/{seller_sku:path}", self.edit_listing, methods=["POST"]),
            Route("/faults", self.add_fault, methods=["POST"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
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
        return JSONResponse(order_json(order), 201)

    async def cancel_order(self, request: Request) -> Response:
        """Let the buyer cancel, or the seller because nothing is left; that empties the listings (reference 3.9)."""
        order = self.world.order(request.path_params["order_id"])
        is_out_of_stock = (await _read(request, CancelOrder)).out_of_stock
        self.world.cancel(order, OUT_OF_STOCK if is_out_of_stock else BOUGHT_BACK)
        for line in order.lines if is_out_of_stock else ():
            line.listing.set_available(0)
        return JSONResponse(order_json(order))

    async def advance_order(self, request: Request) -> Response:
        """Bring an order one step further."""
        order = self.world.order(request.path_params["order_id"])
        self.world.advance(order)
        return JSONResponse(order_json(order))

    async def edit_listing(self, request: Request) -> Response:
        """Let somebody edit stock or price in Seller Center, or take a product down."""
        shop = self.world.shop(request.path_params["shop"])
        listing = self.world.listing(shop.name, request.path_params["seller_sku"])
        edit = await _read(request, ListingEdit)
        if edit.quantity is not None:
            listing.set_available(edit.quantity)
        if edit.price is not None:
            listing.price = edit.price
        if edit.status is not None:
            shop.products[listing.product_id].status = edit.status
        self.world.touch(shop, listing)
        return JSONResponse(listing_json(shop, listing))

    async def add_fault(self, request: Request) -> Response:
        """Queue trouble."""
        wish = await _read(request, NewFault)
        self.faults.add(Fault(re.compile(wish.path), wish.kind, wish.times, wish.delay_s))
        return JSONResponse(wish.model_dump(mode="json"), 201)

    async def clear_faults(self, _request: Request) -> Response:
        """Forget the trouble that has not come yet."""
        self.faults.clear()
        return JSONResponse({})

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
