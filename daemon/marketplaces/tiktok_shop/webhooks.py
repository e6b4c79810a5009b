"""What TikTok Shop tells by itself: where to, and whether it was really TikTok Shop (reference 9)."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from daemon.marketplaces.port import Notice
from daemon.marketplaces.tiktok_shop import endpoints
from daemon.marketplaces.tiktok_shop.client import Client, Credentials, RefusedError
from daemon.marketplaces.tiktok_shop.endpoints import Endpoint, call
from daemon.marketplaces.tiktok_shop.models import Wire
from daemon.marketplaces.tiktok_shop.reading import Reader

EVENTS = ("ORDER_STATUS_CHANGE", "CANCELLATION_STATUS_CHANGE", "RETURN_STATUS_CHANGE", "SELLER_DEAUTHORIZATION")
"""What a look at the orders can answer. Events about products would only say what the next full cycle reads anyway."""


class Registration(Wire):
    """Where one kind of event goes."""

    event_type: str = ""
    address: str = ""


class Registrations(Wire):
    """Answer of Get Shop Webhooks."""

    webhooks: tuple[Registration, ...] = ()


class Done(Wire):
    """Answer that says nothing."""


class Envelope(Wire):
    """Around every notification; what it tells is not read."""

    tts_notification_id: str = ""
    shop_id: str = ""


class TikTokWebhooks:
    """Fulfils :class:`daemon.marketplaces.port.Webhooks`."""

    def __init__(self, credentials: Credentials, client: Client) -> None:
        self._credentials = credentials
        self._client = client
        self._reader = Reader(client, credentials.shop)

    async def register(self, address: str) -> None:
        """Let all :data:`EVENTS` go to ``address``; those that do already are left alone."""
        present = await self._registered()
        bodies = [{"event_type": event, "address": address} for event in EVENTS if present[event] != address]
        await self._ask_all(endpoints.SET_WEBHOOK, bodies)

    async def withdraw(self, address: str) -> None:
        """Let nothing of :data:`EVENTS` go to ``address`` any more; other addresses are left alone."""
        present = await self._registered()
        await self._ask_all(
            endpoints.DELETE_WEBHOOK, [{"event_type": event} for event in EVENTS if present[event] == address]
        )

    async def _ask_all(self, endpoint: Endpoint, bodies: Sequence[Mapping[str, str]]) -> None:
        """Ask for each event. One that is refused keeps none of the others back, and is raised in the end."""
        refusals = []
        for body in bodies:
            try:
                await self._client.ask(call(endpoint, body=body), Done)
            except RefusedError as error:
                refusals.append(error)
        if refusals:
            raise refusals[0]

    async def _registered(self) -> dict[str, str]:
        """Tell where each of our events goes; empty: nowhere."""
        answer = await self._reader.read(call(endpoints.WEBHOOKS), Registrations)
        present = {each.event_type: each.address for each in answer.webhooks}
        return {event: present.get(event, "") for event in EVENTS}

    def notice(self, body: bytes, signature: str) -> Notice | None:
        """Return what came, or ``None`` when this app's secret did not sign these very bytes."""
        app = self._credentials
        expected = hmac.new(app.app_secret.encode(), app.app_key.encode() + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            return None
        try:
            envelope = Envelope.model_validate_json(body)
        except ValidationError:
            return Notice("", "")
        return Notice(envelope.tts_notification_id, envelope.shop_id)
