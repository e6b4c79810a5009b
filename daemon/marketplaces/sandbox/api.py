"""The marketplace's own paths: which endpoint, may it be called, and the answer in its envelope."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from daemon.marketplaces.sandbox import (
    after_sales_calls,
    after_sales_return_calls,
    finance_calls,
    logistics_calls,
    order_calls,
    package_calls,
    price_calls,
    product_calls,
    restock_calls,
    webhooks_calls,
    window_calls,
)
from daemon.marketplaces.sandbox.credentials import Credentials
from daemon.marketplaces.sandbox.gate import Call, Gate, decode_query
from daemon.marketplaces.sandbox.refusals import RefusedError, bad_parameter
from daemon.marketplaces.sandbox.stamps import Stamps
from daemon.marketplaces.sandbox.visits import Visit
from daemon.marketplaces.sandbox.wire import JsonObject, grant_json
from daemon.marketplaces.sandbox.world import World

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
WEBHOOKS = "/event/{version}/webhooks"
FINANCE = "/finance/{version}"
CANCELLATIONS = "/return_refund/{version}/cancellations"
RETURNS = "/return_refund/{version}/returns"
ENDPOINTS = (
    Endpoint("GET", "/authorization/{version}/shops", ("202309",), product_calls.list_shops, takes_cipher=False),
    Endpoint("GET", "/logistics/{version}/warehouses", ("202309",), product_calls.list_warehouses),
    Endpoint(
        "GET",
        "/logistics/{version}/warehouses/{warehouse_id}/delivery_options",
        ("202309",),
        logistics_calls.list_delivery_options,
    ),
    Endpoint(
        "GET",
        "/logistics/{version}/delivery_options/{delivery_option_id}/shipping_providers",
        ("202309",),
        logistics_calls.list_shipping_providers,
    ),
    Endpoint(
        "POST", "/product/{version}/products/search", ("202502", "202312", "202309"), product_calls.search_products
    ),
    Endpoint("GET", "/product/{version}/products/{product_id}", ("202309",), product_calls.get_product),
    Endpoint("POST", "/product/{version}/products/activate", ("202309",), window_calls.activate_products),
    Endpoint("POST", "/product/{version}/products/deactivate", ("202309",), window_calls.deactivate_products),
    Endpoint("POST", "/product/{version}/inventory/search", ("202309",), product_calls.search_inventory),
    Endpoint(
        "POST", "/product/{version}/products/{product_id}/inventory/update", ("202309",), product_calls.update_inventory
    ),
    Endpoint(
        "POST", "/product/{version}/products/{product_id}/prices/update", ("202309",), product_calls.update_prices
    ),
    Endpoint("POST", "/order/{version}/orders/search", ("202309",), order_calls.search_orders),
    Endpoint("GET", "/order/{version}/orders", ("202507", "202309"), order_calls.get_orders),
    Endpoint("GET", "/order/{version}/orders/{order_id}/price_detail", ("202407",), price_calls.get_price_detail),
    Endpoint("POST", "/fulfillment/{version}/packages/search", ("202309",), package_calls.search_packages),
    Endpoint("POST", "/fulfillment/{version}/packages/ship", ("202309",), package_calls.ship_packages),
    Endpoint("GET", PACKAGE, ("202309",), package_calls.get_package),
    Endpoint("GET", f"{PACKAGE}/handover_time_slots", ("202309",), package_calls.get_handover),
    Endpoint("POST", f"{PACKAGE}/ship", ("202309",), package_calls.ship_package),
    Endpoint("GET", f"{PACKAGE}/shipping_documents", ("202309",), package_calls.get_document),
    Endpoint("GET", "/fulfillment/{version}/orders/{order_id}/tracking", ("202309",), package_calls.get_tracking),
    Endpoint("GET", f"{FINANCE}/statements", ("202309",), finance_calls.list_statements),
    Endpoint(
        "GET",
        f"{FINANCE}/statements/{{statement_id}}/statement_transactions",
        ("202501",),
        finance_calls.list_transactions,
    ),
    Endpoint(
        "GET",
        f"{FINANCE}/orders/{{order_id}}/statement_transactions",
        ("202501",),
        finance_calls.list_order_transactions,
    ),
    Endpoint("GET", f"{FINANCE}/orders/unsettled", ("202507",), finance_calls.list_unsettled),
    Endpoint("GET", WEBHOOKS, ("202309",), webhooks_calls.list_webhooks),
    Endpoint("PUT", WEBHOOKS, ("202309",), webhooks_calls.set_webhook),
    Endpoint("DELETE", WEBHOOKS, ("202309",), webhooks_calls.delete_webhook),
    Endpoint("POST", CANCELLATIONS, ("202602", "202309"), after_sales_calls.cancel_order),
    Endpoint("POST", f"{CANCELLATIONS}/search", ("202602", "202309"), after_sales_calls.search_cancellations),
    Endpoint("POST", f"{CANCELLATIONS}/{{cancel_id}}/approve", ("202309",), after_sales_calls.approve_cancellation),
    Endpoint("POST", f"{CANCELLATIONS}/{{cancel_id}}/reject", ("202309",), after_sales_calls.reject_cancellation),
    Endpoint("POST", f"{RETURNS}/search", ("202602", "202309"), after_sales_return_calls.search_returns),
    Endpoint("POST", f"{RETURNS}/{{return_id}}/approve", ("202309",), after_sales_return_calls.approve_return),
    Endpoint("POST", f"{RETURNS}/{{return_id}}/reject", ("202606", "202309"), after_sales_return_calls.reject_return),
    Endpoint("GET", f"{RETURNS}/{{return_id}}/records", ("202309",), after_sales_return_calls.get_records),
    Endpoint(
        "GET", "/return_refund/{version}/reject_reasons", ("202309",), after_sales_return_calls.get_reject_reasons
    ),
    Endpoint(
        "GET", "/return_refund/{version}/decision_eligibility", ("202601",), after_sales_return_calls.get_decisions
    ),
    Endpoint(
        "GET",
        "/return_refund/{version}/orders/{order_id}/aftersale_eligibility",
        ("202602", "202512", "202309"),
        after_sales_return_calls.get_eligibility,
    ),
    Endpoint("POST", "/product/{version}/inventory/operation/settings", ("202608",), restock_calls.set_restock),
)


class MarketplaceApi:
    """Answers every request to a marketplace path, the unknown ones too."""

    def __init__(
        self, world: World, credentials: Credentials, gate: Gate, *, stamps: Stamps, base_url: str = ""
    ) -> None:
        self._base_url = base_url
        self._world = world
        self._credentials = credentials
        self._gate = gate
        self._stamps = stamps

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
        shop = self._gate.admit(call, endpoint.path, takes_cipher=endpoint.takes_cipher)
        self._world.reviews.end()
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
        stamped = {**envelope, "request_id": self._stamps.request_id()}
        content = json.dumps(stamped, ensure_ascii=False, separators=(",", ":"))
        return Response(content, http_status, {"date": self._stamps.date()}, media_type="application/json")


def find_endpoint(call: Call) -> tuple[Endpoint, Mapping[str, str]]:
    """Find the endpoint and the values in the path: path first, then method, then version."""
    matches = [(endpoint, match) for endpoint in ENDPOINTS if (match := endpoint.match(call.path))]
    if not matches:
        raise RefusedError(36009009, "Invalid path.", http_status=404)
    fitting = [each for each in matches if each[0].method == call.method]
    if not fitting:
        raise wrong_method(call)
    endpoint, match = fitting[0]
    if match["version"] not in endpoint.versions:
        raise RefusedError(36009014, f"Invalid version. {match['version']} is not supported.", http_status=400)
    return endpoint, match.groupdict()


def wrong_method(call: Call) -> RefusedError:
    """Refuse the method."""
    return RefusedError(36009010, f"Invalid method. {call.method} is not allowed here.", http_status=405)
