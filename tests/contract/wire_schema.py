"""What the marketplace's own description says about a request and its answer, checked on real traffic.

``tiktok-shop.schema.json`` holds names, types, required flags and closed enums of the endpoints that Selaras uses. It
is stricter here than for a client: a name that it does not list is a fault, for the sandbox has to be the marketplace
and the connector must not send what nobody reads.
"""

import json
from functools import cache
from pathlib import Path
from re import escape, fullmatch, sub
from typing import NamedTuple

import httpx
from jsonschema import Draft202012Validator

_FILE = Path(__file__).with_name("tiktok-shop.schema.json")
_COMMON = {"app_key", "timestamp", "sign", "shop_cipher"}
_TOKEN_PATHS = {"/api/v2/token/get", "/api/v2/token/refresh"}
_FILES = "/_files/"
"""Where the sandbox keeps labels: an answer leads there, but it is no call of the API."""


class Exchange(NamedTuple):
    """One request with its answer; ``answer`` is ``None`` when none came or it was no JSON."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    status: int
    answer: object


@cache
def endpoints():
    """The described endpoints, by method and path template."""
    return {(entry["method"], entry["path"]): entry for entry in _described()["endpoints"]}


@cache
def webhooks():
    """A validator of each described webhook's body, by its type."""
    return {entry["type"]: Draft202012Validator(_closed(entry["payload"])) for entry in _described()["webhooks"]}


def endpoint_of(method, path):
    """The described endpoint that a request goes to, or ``None``."""
    return next((entry for (verb, _), entry in endpoints().items() if verb == method and _fits(entry, path)), None)


def faults(exchange):
    """Name everything about the exchange that the description does not allow."""
    if exchange.path in _TOKEN_PATHS or exchange.path.startswith(_FILES):
        return []
    entry = endpoint_of(exchange.method, exchange.path)
    if entry is None:
        return [f"{exchange.method} {exchange.path} is not described"]
    found = [*_query_faults(entry, exchange.query), *_body_faults(entry, exchange.body)]
    if isinstance(exchange.answer, dict) and exchange.status == 200:
        found += _against(_validator(entry["method"], entry["path"], "response"), exchange.answer, "answer")
    return [f"{exchange.method} {exchange.path}: {each}" for each in found]


class Recording(httpx.AsyncBaseTransport):
    """The network, with every exchange kept in ``exchanges``."""

    def __init__(self, exchanges):
        self._exchanges = exchanges
        self._network = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request):
        response = await self._network.handle_async_request(request)
        content = await response.aread()
        query = dict(request.url.params)
        self._exchanges.append(
            Exchange(request.method, request.url.path, query, request.content, response.status_code, _json(content))
        )
        return response

    async def aclose(self):
        await self._network.aclose()


def _json(content):
    try:
        return json.loads(content)
    except ValueError:
        return None


@cache
def _described():
    return json.loads(_FILE.read_text("utf-8"))


@cache
def _validator(method, path, part):
    return Draft202012Validator(_closed(endpoints()[method, path][part]))


def _closed(schema):
    """The same schema, refusing names that it does not list."""
    if not isinstance(schema, dict):
        return schema
    closed = {key: value for key, value in schema.items() if key not in {"properties", "items"}}
    if "properties" in schema:
        closed["properties"] = {name: _closed(value) for name, value in schema["properties"].items()}
        closed["additionalProperties"] = False
    if "items" in schema:
        closed["items"] = _closed(schema["items"])
    if "data" in closed.get("properties", {}):
        # Refusals of the gateway say null where an answer would stand (reference 1.4).
        closed["properties"]["data"] = {"anyOf": [closed["properties"]["data"], {"type": "null"}]}
    return closed


def _against(validator, value, what):
    return [f"{what} {error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]


def _fits(entry, path):
    return fullmatch(sub(r"\\{\w+\\}", "[^/]+", escape(entry["path"])), path) is not None


def _query_faults(entry, query):
    described = entry["query"]
    cipher = {"shop_cipher"} if entry["shop_cipher"] == "required" else set()
    for name in query.keys() - described.keys() - _COMMON:
        yield f"query {name} is not described"
    for name in (_COMMON - {"shop_cipher"} | cipher) - query.keys():
        yield f"query {name} is missing"
    if not cipher and "shop_cipher" in query:
        yield "query shop_cipher is not accepted"
    for name, rule in described.items():
        if name in query:
            yield from _value_faults(name, rule, query[name])
        elif rule.get("required"):
            yield f"query {name} is missing"


def _value_faults(name, rule, text):
    if rule["type"] == "integer":
        if not fullmatch("-?[0-9]+", text):
            yield f"query {name} is no integer"
        elif not rule.get("minimum", int(text)) <= int(text) <= rule.get("maximum", int(text)):
            yield f"query {name} is out of range"
    if rule["type"] == "boolean" and text not in {"true", "false"}:
        yield f"query {name} is neither true nor false"
    if "enum" in rule and text not in rule["enum"]:
        yield f"query {name} is none of {rule['enum']}"


def _body_faults(entry, body):
    if not body:
        return ["body is missing"] if entry.get("body_required") else []
    if "request" not in entry:
        return ["body is not expected"]
    return _against(_validator(entry["method"], entry["path"], "request"), _json(body), "body")
