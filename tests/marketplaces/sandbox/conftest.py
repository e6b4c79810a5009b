"""A running sandbox and a seller's app that speaks to it; its signer is written here, apart from both others."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from contract.wire_schema import Exchange, faults

from daemon.marketplaces.sandbox.ready import Ready, ReadyShop
from daemon.marketplaces.sandbox.server import SandboxOptions, running

START = 1_790_000_000.0


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Request:
    """A call before it is signed; tests spoil it and see what the gate says."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def signed(self, secret: str) -> "Request":
        text = secret + self.path + "".join(key + self.query[key] for key in sorted(self.query))
        digest = hmac.new(secret.encode(), text.encode() + self.body + secret.encode(), hashlib.sha256)
        return replace(self, query={**self.query, "sign": digest.hexdigest()})


class Seller:
    """A seller's app, and beside it the control API."""

    def __init__(self, ready: Ready, http: httpx.Client, clock: Clock) -> None:
        self.ready = ready
        self.http = http
        self.clock = clock

    def shop(self, number: int = 1) -> ReadyShop:
        return self.ready.shops[number - 1]

    def request(self, method: str, path: str, *, query: Any = None, body: Any = None, shop: int = 1) -> Request:
        keys = self.shop(shop)
        sent = b"" if body is None else json.dumps(body).encode()
        return Request(
            method,
            path,
            {"app_key": keys.app_key, "timestamp": str(int(self.clock())), "shop_cipher": keys.shop_cipher}
            | (query or {}),
            sent,
            {"x-tts-access-token": keys.access_token} | ({"content-type": "application/json"} if sent else {}),
        )

    def send(self, request: Request) -> httpx.Response:
        return self.http.request(
            request.method, request.path, params=request.query, content=request.body, headers=request.headers
        )

    def call(self, method: str, path: str, **parts: Any) -> dict[str, Any]:
        """Make a right call and give the whole envelope."""
        request = self.request(method, path, **parts).signed(self.shop().app_secret)
        answer = self.send(request)
        exchange = Exchange(method, path, request.query, request.body, answer.status_code, answer.json())
        # What a test spoils on purpose is refused; what was done must be as the marketplace describes it.
        assert answer.json()["code"] or not faults(exchange), faults(exchange)
        return answer.json()

    def get(self, path: str, **parts: Any) -> Any:
        answer = self.call("GET", path, **parts)
        assert answer["code"] == 0, answer
        return answer["data"]

    def post(self, path: str, body: Any, **parts: Any) -> Any:
        answer = self.call("POST", path, body=body, **parts)
        assert answer["code"] == 0, answer
        return answer["data"]

    def products(self, *, shop: int = 1) -> list[dict[str, Any]]:
        """Sweep all products."""
        found: list[dict[str, Any]] = []
        token = {}
        while True:
            query = {"page_size": "100", **token}
            data = self.post("/product/202502/products/search", {}, query=query, shop=shop)
            found += data["products"]
            if not data["next_page_token"]:
                return found
            token = {"page_token": data["next_page_token"]}

    def control(self, path: str, body: Any = None) -> httpx.Response:
        return self.http.post(f"/_sandbox{path}", json=body if body is not None else {})

    def state(self) -> dict[str, Any]:
        return self.http.get("/_sandbox/state").json()

    def listing(self, seller_sku: str, *, shop: str = "toko-1") -> dict[str, Any]:
        listings = self.state()["listings"]
        return next(each for each in listings if (each["shop"], each["seller_sku"]) == (shop, seller_sku))

    def log(self) -> list[dict[str, Any]]:
        return self.http.get("/_sandbox/log").json()

    def order(self, seller_sku: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
        wish = {"shop": "toko-1", "lines": [{"seller_sku": seller_sku, "quantity": quantity}], **more}
        answer = self.control("/orders", wish)
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def start() -> Iterator[Callable[..., Seller]]:
    """Start sandboxes that live as long as the module's tests."""
    with ExitStack() as stack:

        def start_one(**options: Any) -> Seller:
            clock = Clock()
            ready = stack.enter_context(running(SandboxOptions(**options), clock=clock))
            http = stack.enter_context(httpx.Client(base_url=ready.base_url, timeout=5, trust_env=False, verify=False))
            return Seller(ready, http, clock)

        yield start_one


@pytest.fixture
def seller(start: Callable[..., Seller]) -> Seller:
    """A shop of 40 SKUs of its own for this test."""
    return start()


@pytest.fixture(scope="module")
def calm(start: Callable[..., Seller]) -> Seller:
    """A shop for calls that must change nothing."""
    return start()
