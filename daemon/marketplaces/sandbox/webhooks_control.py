"""The part of the control API that shows notifications, and troubles them on their way."""

from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from daemon.marketplaces.sandbox.control_bodies import ControlBody
from daemon.marketplaces.sandbox.webhooks import Mischief, Webhooks

Part = Annotated[float, Field(ge=0, le=1)]


class WebhooksWish(ControlBody):
    """Where the app's notifications go, and what happens on the way; what is left out stays as it is."""

    address: str | None = None
    lose: Part | None = None
    double: Part | None = None
    late_s: Annotated[float, Field(ge=0, le=86_400)] | None = None


class WebhooksControl:
    """``/webhooks`` of the control API."""

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    def routes(self) -> list[Route]:
        """List the routes."""
        return [Route("/webhooks", self.show), Route("/webhooks", self.change, methods=["POST"])]

    async def show(self, _request: Request) -> Response:
        """Show the newest notifications, oldest first, and what became of them."""
        return JSONResponse(
            [
                {
                    "id": each.notification_id,
                    "type": each.type,
                    "shop": each.shop,
                    "address": each.address,
                    "body": each.body.decode(),
                    "tries": each.tries,
                    "outcome": each.outcome,
                }
                for each in self._webhooks.log
            ]
        )

    async def change(self, request: Request) -> Response:
        """Set the app's address in Partner Center, or the trouble on the way."""
        wish = WebhooksWish.model_validate_json(await request.body() or b"{}")
        if wish.address is not None:
            self._webhooks.app_address = wish.address
        now = self._webhooks.mischief
        self._webhooks.mischief = Mischief(
            now.lose if wish.lose is None else wish.lose,
            now.double if wish.double is None else wish.double,
            now.late_s if wish.late_s is None else wish.late_s,
        )
        return JSONResponse({})
