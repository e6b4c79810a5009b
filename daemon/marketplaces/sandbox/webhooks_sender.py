"""Brings notifications to the addresses that asked for them (reference 9.1, 9.3)."""

import asyncio
import hashlib
import hmac
from contextlib import suppress
from functools import cached_property

import httpx

from daemon.marketplaces.sandbox.webhooks import Delivery
from daemon.marketplaces.sandbox.world import World

LOOK_EVERY_S = 0.05
ANSWER_LIMIT_S = 3.0


def sign(app_key: str, app_secret: str, body: bytes) -> str:
    """Sign a notification as the marketplace does."""
    return hmac.new(app_secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()


class Sender:
    """Sends what is due by the world's clock. A try counts when the answer is 200 and comes in time."""

    def __init__(self, world: World, app_key: str, app_secret: str) -> None:
        self._world = world
        self._app_key, self._app_secret = app_key, app_secret

    async def keep_sending(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                if self._world.webhooks.is_wanted:
                    self._world.catch_up()
                for delivery in self._world.webhooks.take_due():
                    group.create_task(self._send(delivery))
                await asyncio.sleep(LOOK_EVERY_S)

    @cached_property
    def _client(self) -> httpx.AsyncClient:
        # Made when it is needed: it loads the trusted certificates, and most sandboxes send nothing.
        return httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))

    async def _send(self, delivery: Delivery) -> None:
        signature = sign(self._app_key, self._app_secret, delivery.body)
        headers = {"authorization": signature, "content-type": "application/json"}
        status = 0
        with suppress(httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            async with asyncio.timeout(ANSWER_LIMIT_S):
                answer = await self._client.post(delivery.address, content=delivery.body, headers=headers)
                status = answer.status_code
        self._world.webhooks.tried(delivery, is_taken=status == 200)
