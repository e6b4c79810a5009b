"""The marketplace's own paths: which endpoint, may it be called, and the answer in its envelope."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone
from email.utils import format_datetime
from random import Random

from starlette.requests import Request
from starlette.responses import Response

from daemon.marketplaces.sandbox import order_calls, package_calls, product_calls
from daemon.marketplaces.sandbox.credentials import Credentials
from daemon.marketplaces.sandbox.gate import Call, Gate, decode_query
from daemon.marketplaces.sandbox.refusals import RefusedError, bad_parameter
from daemon.marketplaces.sandbox.visits import Visit
from daemon.marketplaces.sandbox.wire import JsonObject, grant_json
from daemon.marketplaces.sandbox.world import World

REQUEST_ID_ZONE = timezone(timedelta(hours=8))
LINK = " For more details: https://partner.tiktokshop.com/docv2/page/common-errors"
TOKEN_PATHS = {"/api/v2/token/get": "authorized_code", "/api/v2/token/refresh": "refresh_token"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call of the API. ``path`` has a blank for the version and for ids; versions are those we answer."""

    method: str
    path: str
    versions: tuple[str, ...]
    answer: Callable[[Visit], JsonObject]
    takes_cipher: bool = True

    def match(self, path: str) -> re.Match[str] | None:
        """Match a request path, of whatever version."""
        return re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[0-9]+)", self.path), path)


PACKAGE = "/fulfillment/{version}/packages/{package_id}"
ENDPOINTS = (
    Endpoint("GET", "/authorization/{version}/shops", ("202309",), product_calls.list_shops, takes_cipher=False),
    Endpoint("GET", "/logistics/{version}/warehouses", ("202309",), product_calls.list_warehouses),
    Endpoint(
        "POST", "/product/{version}/products/search", ("202502", "202312", "202309"), product_calls.search_products
    ),
    Endpoint("GET", "/product/{version}/products/{product_id}", ("202309",), product_calls.get_product),
    Endpoint("POST", "/product/{version}/inventory/search", ("202309",), product_calls.search_inventory),
    Endpoint(
        "POST", "/product/{version}/products/{product_id}/inventory/update", ("202309",), product_calls.update_inventory
    ),
    Endpoint(
        "POST", "/product/{version}/products/{product_id}/prices/update", ("202309",), product_calls.update_prices
    ),
    Endpoint("POST", "/order/{version}/orders/search", ("202309",), order_calls.search_orders),
    Endpoint("GET", "/order/{version}/orders", ("202507", "202309"), order_calls.get_orders),
    Endpoint("POST", "/fulfillment/{version}/packages/search", ("202309",), package_calls.search_packages),
    Endpoint("POST", "/fulfillment/{version}/packages/ship", ("202309",), package_calls.ship_packages),
    Endpoint("GET", PACKAGE, ("202309",), package_calls.get_package),
    Endpoint("GET", f"{PACKAGE}/handover_time_slots", ("202309",), package_calls.get_handover),
    Endpoint("POST", f"{PACKAGE}/ship", ("202309",), package_calls.ship_package),
    Endpoint("GET", f"{PACKAGE}/shipping_documents", ("202309",), package_calls.get_document),
    Endpoint("GET", "/fulfillment/{version}/orders/{order_id}/tracking", ("202309",), package_calls.get_tracking),
)


class MarketplaceApi:
    """Answers every request to a marketplace path, the unknown ones too."""

    def __init__(self, seed: int, world: World, credentials: Credentials, gate: Gate, *, base_url: str = "") -> None:
        self._base_url = base_url
        self._world = world
        self._credentials = credentials
        self._gate = gate
        self._rng = Random(f"{seed}/requests")  # noqa: S311  # request ids are no secret

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        call = Call(
            method=request.method,
            path=request.url.path,
            query=decode_query(request.scope["query_string"]),
            headers=dict(request.headers),
            body=await request.body(),
        )
        try:
            data = self._token(call) if call.path in TOKEN_PATHS else self._visit(call)
        except RefusedError as refused:
            return self._refuse(refused)
        return self._envelope({"code": 0, "message": "Success", "data": data}, http_status=200)

    def _visit(self, call: Call) -> JsonObject:
        endpoint, names = find_endpoint(call)
        shop = self._gate.admit(call, takes_cipher=endpoint.takes_cipher)
        return endpoint.answer(Visit(self._world, shop, call, names, self._base_url))

    def _token(self, call: Call) -> JsonObject:
        """The token endpoints are neither signed nor do they take a token (reference 2.2, 2.3)."""
        if call.method != "GET":
            raise wrong_method(call)
        self._credentials.check_app(call.value("app_key") or "", call.value("app_secret") or "")
        expected = TOKEN_PATHS[call.path]
        if call.value("grant_type") != expected:
            raise bad_parameter(f"The 'grant_type' query parameter must be '{expected}'.")
        if expected == "refresh_token":
            return grant_json(self._credentials.refresh(call.value("refresh_token") or ""))
        return grant_json(self._credentials.exchange(call.value("auth_code") or ""))

    def _refuse(self, refused: RefusedError) -> Response:
        is_business = refused.http_status == 200
        message = refused.message if is_business else refused.message + LINK
        envelope: JsonObject = {"code": refused.code, "message": message, "data": {} if is_business else None}
        return self._envelope(envelope, http_status=refused.http_status)

    def _envelope(self, envelope: JsonObject, *, http_status: int) -> Response:
        """Add the request id (34 characters, UTC+8) and the ``Date`` by which clients correct their clock."""
        now = self._world.utc()
        request_id = f"{now.astimezone(REQUEST_ID_ZONE):%Y%m%d%H%M%S}{self._rng.randbytes(10).hex().upper()}"
        content = json.dumps({**envelope, "request_id": request_id}, ensure_ascii=False, separators=(",", ":"))
        headers = {"date": format_datetime(now, usegmt=True)}
        return Response(content, http_status, headers, media_type="application/json")


def find_endpoint(call: Call) -> tuple[Endpoint, Mapping[str, str]]:
    """Find the endpoint and the values in the path: path first, then method, then version."""
    matches = [(endpoint, match) for endpoint in ENDPOINTS if (match := endpoint.match(call.path))]
    if not matches:
        raise RefusedError(36009009, "Invalid path.", http_status=404)
    endpoint, match = matches[0]
    if call.method != endpoint.method:
        raise wrong_method(call)
    if match["version"] not in endpoint.versions:
        raise RefusedError(36009014, f"Invalid version. {match['version']} is not supported.", http_status=400)
    return endpoint, match.groupdict()


def wrong_method(call: Call) -> RefusedError:
    """Refuse the method."""
    return RefusedError(36009010, f"Invalid method. {call.method} is not allowed here.", http_status=405)
