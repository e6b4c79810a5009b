"""The endpoints Selaras uses, each with its version pinned, and how a call to one is put."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint, its version pinned in the path (reference, 1.2)."""

    method: str
    path: str
    is_write: bool = False
    takes_cipher: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of an endpoint. ``body`` is serialised once: these bytes are signed and sent."""

    endpoint: Endpoint
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


SHOPS = Endpoint("GET", "/authorization/202309/shops", takes_cipher=False)
WAREHOUSES = Endpoint("GET", "/logistics/202309/warehouses")
SEARCH_PRODUCTS = Endpoint("POST", "/product/202502/products/search")
PRODUCT = Endpoint("GET", "/product/202309/products/{product_id}")
SEARCH_INVENTORY = Endpoint("POST", "/product/202309/inventory/search")
SET_INVENTORY = Endpoint("POST", "/product/202309/products/{product_id}/inventory/update", is_write=True)
SET_PRICES = Endpoint("POST", "/product/202309/products/{product_id}/prices/update", is_write=True)
SEARCH_ORDERS = Endpoint("POST", "/order/202309/orders/search")

VERSIONS = sorted({each.path.split("/")[2] for each in list(globals().values()) if isinstance(each, Endpoint)})
"""The versions that are pinned above, the oldest first."""


def call(
    endpoint: Endpoint, *, product_id: str = "", query: Mapping[str, str] | None = None, body: object = None
) -> Call:
    """Build a :class:`Call`. Without ``body`` none is sent, as a GET must not have one."""
    content = b"" if body is None else json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    return Call(endpoint, endpoint.path.format(product_id=product_id), query or {}, content)
