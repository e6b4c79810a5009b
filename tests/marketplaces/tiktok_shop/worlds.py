"""What the connector meets in tests: a sandbox with its seller, and a stub for what the sandbox cannot play."""

import json
from datetime import UTC, datetime, timedelta

from contract.wire_schema import Recording, faults

from daemon.marketplaces.pace import Timing
from daemon.marketplaces.tiktok_shop import Credentials, TikTokShop, Tokens, TokenStore

QUICK = Timing(read_s=20, calls_per_s=1000, burst=1000, attempts=3, first_wait_s=0.01)
IMPATIENT = Timing(read_s=1, calls_per_s=1000, burst=1000, attempts=2, first_wait_s=0.01)


class World:
    """One shop of a running sandbox, the control API to change it, and connectors to it."""

    def __init__(self, ready, shop, client, folder):
        self.ready = ready
        self.shop = shop
        self.client = client
        self.folder = folder
        self.store = TokenStore(folder / "tokens.json", shop.name)
        now = datetime.now(UTC)
        self.store.save(
            Tokens(shop.access_token, now + timedelta(days=7), shop.refresh_token, now + timedelta(days=365))
        )
        self.seen_before = len(self._get("log"))
        self.exchanges = []

    def connector(self, *, timing=QUICK, clock=None, **changed):
        credentials = {
            "shop": self.shop.name,
            "app_key": self.shop.app_key,
            "app_secret": self.shop.app_secret,
            "shop_cipher": self.shop.shop_cipher,
            "base_url": self.ready.base_url,
            "auth_url": self.ready.auth_url,
        }
        store = TokenStore(self.folder / "tokens.json", self.shop.name)
        return TikTokShop(
            Credentials(**credentials | changed),
            store,
            self.folder / "cache",
            timing=timing,
            clock=clock,
            transport=Recording(self.exchanges),
        )

    def faults(self):
        """What the marketplace's own description does not allow in what was asked and answered so far."""
        return [fault for exchange in self.exchanges for fault in faults(exchange)]

    def control(self, name, **body):
        answer = self.client.post(f"/_sandbox/{name}", json=body)
        answer.raise_for_status()
        return answer.json()

    def fault(self, path, kind, **more):
        self.control("faults", path=path, kind=kind, **more)

    def expire_tokens(self):
        self.control("tokens/expire", shop=self.shop.name)

    def order(self, seller_sku, *, quantity=1, **more):
        return self.control(
            "orders", shop=self.shop.name, lines=[{"seller_sku": seller_sku, "quantity": quantity}], **more
        )["id"]

    def listings(self):
        return [listing for listing in self._get("state")["listings"] if listing["shop"] == self.shop.name]

    def shown(self, sku_id):
        return next(listing for listing in self.listings() if listing["sku_id"] == sku_id)

    def calls(self, word=""):
        return [call["path"] for call in self._get("log")[self.seen_before :] if word in call["path"]]

    def _get(self, name):
        return self.client.get(f"/_sandbox/{name}").json()


class Stub:
    """Answers each path with what a test says: JSON ``data``, a whole answer, or a function of the request body."""

    def __init__(self):
        self.answers = {}
        self.asked = []

    def reply(self, path, body):
        self.asked.append((path, body))
        answer = self.answers[path]
        answer = answer(body) if callable(answer) else answer
        return answer if isinstance(answer, Reply) else Reply(data=answer)

    def bodies(self, path):
        return [body for asked, body in self.asked if asked == path]


class Reply:
    def __init__(self, status=200, code=0, message="Success", *, data=None, headers=None, raw=None):
        self.status = status
        self.headers = headers or {}
        envelope = {"code": code, "message": message, "request_id": "REQ1", "data": data, "new_field": [1]}
        self.content = json.dumps(envelope).encode() if raw is None else raw
