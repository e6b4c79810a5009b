"""Buyers who change their mind: the part of the control API about cancellations, returns and auto-restock."""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from daemon.marketplaces.sandbox import after_sales, after_sales_desk
from daemon.marketplaces.sandbox.after_sales_returns import Return, ReturnType
from daemon.marketplaces.sandbox.control_bodies import ControlBody, NewLine
from daemon.marketplaces.sandbox.orders import CancelRequest
from daemon.marketplaces.sandbox.refusals import RefusedError
from daemon.marketplaces.sandbox.wire import JsonObject
from daemon.marketplaces.sandbox.world import NotPossibleError, UnknownNameError, World


class NewReturn(ControlBody):
    """What the buyer wants back, and for which units; without ``lines`` for all."""

    type: Annotated[ReturnType, Field(strict=False)] = ReturnType.RETURN_AND_REFUND
    lines: tuple[NewLine, ...] = ()


class Answer(ControlBody):
    """What the seller decides, in the words of the API."""

    decision: str


class Restock(ControlBody):
    """Whether units of cancelled orders can be ordered again by themselves."""

    enabled: bool


def request_json(request: CancelRequest) -> JsonObject:
    """A cancellation as the control API shows it."""
    return {
        "id": request.id,
        "order": request.order_id,
        "by": request.cause.initiator,
        "status": request.status,
        "answer_by": request.answer_by,
    }


def return_json(asked: Return) -> JsonObject:
    """A return as the control API shows it: units counted per SKU."""
    units = Counter(line.listing.seller_sku for line in asked.lines)
    return {
        "id": asked.id,
        "order": asked.order.id,
        "type": asked.kind,
        "status": asked.status,
        "until": asked.until,
        "lines": [{"seller_sku": seller_sku, "quantity": quantity} for seller_sku, quantity in units.items()],
    }


@dataclass(frozen=True, slots=True)
class AfterSalesControl:
    """What buyers and Seller Center do after the sale."""

    world: World

    def routes(self) -> list[Route]:
        """List the routes, to stand among those of the control API."""
        return [
            Route("/after-sales", self.show),
            Route("/orders/{order_id}/ask-cancel", self.ask_to_cancel, methods=["POST"]),
            Route("/orders/{order_id}/keep", self.keep, methods=["POST"]),
            Route("/orders/{order_id}/returns", self.ask_to_return, methods=["POST"]),
            Route("/returns/{return_id}/send-back", self.send_back, methods=["POST"]),
            Route("/returns/{return_id}/withdraw", self.withdraw, methods=["POST"]),
            Route("/returns/{return_id}/answer", self.answer, methods=["POST"]),
            Route("/restock/{shop}", self.set_restock, methods=["POST"]),
        ]

    async def show(self, _request: Request) -> Response:
        """Show every cancellation and return."""
        return JSONResponse(
            {
                "cancellations": [request_json(each) for each in self.world.cancel_requests.values()],
                "returns": [return_json(each) for each in self.world.returns.values()],
            }
        )

    async def ask_to_cancel(self, request: Request) -> Response:
        """Let the buyer cancel, or ask the seller to."""
        order = self.world.order(request.path_params["order_id"])
        after_sales.ask_to_cancel(self.world, order)
        assert order.cancel_request is not None  # noqa: S101  # what was asked for is recorded
        return JSONResponse(request_json(order.cancel_request), 201)

    async def keep(self, request: Request) -> Response:
        """Let the buyer want the order after all."""
        order = self.world.order(request.path_params["order_id"])
        after_sales.withdraw(self.world, order)
        return JSONResponse({})

    async def ask_to_return(self, request: Request) -> Response:
        """Let the buyer want money back, with or without sending the goods."""
        order = self.world.order(request.path_params["order_id"])
        wish = NewReturn.model_validate_json(await request.body() or b"{}")
        wanted: Counter[str] = Counter()
        for line in wish.lines:
            wanted[line.seller_sku] += line.quantity
        return JSONResponse(return_json(after_sales_desk.ask_to_return(self.world, order, wish.type, wanted)), 201)

    async def send_back(self, request: Request) -> Response:
        """Let the buyer hand the goods to the courier."""
        asked = self._return(request)
        after_sales_desk.send_back(self.world, asked)
        return JSONResponse(return_json(asked))

    async def withdraw(self, request: Request) -> Response:
        """Let the buyer keep the goods."""
        asked = self._return(request)
        after_sales_desk.withdraw(self.world, asked)
        return JSONResponse(return_json(asked))

    async def answer(self, request: Request) -> Response:
        """Let the seller answer in Seller Center."""
        asked = self._return(request)
        decision = Answer.model_validate_json(await request.body()).decision
        try:
            after_sales_desk.answer(self.world, asked, decision)
        except RefusedError as refused:
            raise NotPossibleError(refused.message) from refused
        return JSONResponse(return_json(asked))

    async def set_restock(self, request: Request) -> Response:
        """Switch auto-restock for everything a shop sells."""
        wish = Restock.model_validate_json(await request.body())
        for listing in self.world.shop(request.path_params["shop"]).listings.values():
            listing.restocks = wish.enabled
        return JSONResponse({})

    def _return(self, request: Request) -> Return:
        asked = self.world.returns.get(request.path_params["return_id"])
        if asked is None:
            raise UnknownNameError(f"there is no return {request.path_params['return_id']}")
        return asked
