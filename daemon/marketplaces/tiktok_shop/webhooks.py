"""What TikTok Shop tells by itself: where to, and whether it was really TikTok Shop (reference 9)."""

import hashlib
import hmac

from pydantic import ValidationError

from daemon.marketplaces.port import Notice
from daemon.marketplaces.tiktok_shop import endpoints
from daemon.marketplaces.tiktok_shop.client import Client, Credentials
from daemon.marketplaces.tiktok_shop.endpoints import call
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
        for event, present in (await self._registered()).items():
            if present != address:
                body = {"event_type": event, "address": address}
                await self._client.ask(call(endpoints.SET_WEBHOOK, body=body), Done)

    async def withdraw(self, address: str) -> None:
        """Let nothing of :data:`EVENTS` go to ``address`` any more; other addresses are left alone."""
        for event, present in (await self._registered()).items():
            if present == address:
                await self._client.ask(call(endpoints.DELETE_WEBHOOK, body={"event_type": event}), Done)

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
