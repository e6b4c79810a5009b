"""The endpoints Selaras uses, each with its version pinned, and how a call to one is put."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint, its version pinned in the path (reference, 1.2).

    ``older`` is the version to ask instead where this one is not open to the app yet; its answers have the same shape,
    as far as we read them.
    """

    method: str
    path: str
    is_write: bool = False
    takes_cipher: bool = True
    older: str = ""


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
ACTIVATE = Endpoint("POST", "/product/202309/products/activate", is_write=True)
DEACTIVATE = Endpoint("POST", "/product/202309/products/deactivate", is_write=True)
SEARCH_INVENTORY = Endpoint("POST", "/product/202309/inventory/search")
SET_INVENTORY = Endpoint("POST", "/product/202309/products/{product_id}/inventory/update", is_write=True)
SET_PRICES = Endpoint("POST", "/product/202309/products/{product_id}/prices/update", is_write=True)
SEARCH_ORDERS = Endpoint("POST", "/order/202309/orders/search")
ORDERS = Endpoint("GET", "/order/202507/orders", older="202309")
PRICE_DETAIL = Endpoint("GET", "/order/202407/orders/{order_id}/price_detail")

DELIVERY_OPTIONS = Endpoint("GET", "/logistics/202309/warehouses/{warehouse_id}/delivery_options")
COURIERS = Endpoint("GET", "/logistics/202309/delivery_options/{option_id}/shipping_providers")
SEARCH_PACKAGES = Endpoint("POST", "/fulfillment/202309/packages/search")
PACKAGE = Endpoint("GET", "/fulfillment/202309/packages/{package_id}")
HANDOVER = Endpoint("GET", "/fulfillment/202309/packages/{package_id}/handover_time_slots")
# No ``is_write``: what was shipped says so when it is shipped again, so both may be repeated blindly (reference 10.3).
SHIP = Endpoint("POST", "/fulfillment/202309/packages/{package_id}/ship")
SHIP_MANY = Endpoint("POST", "/fulfillment/202309/packages/ship")
DOCUMENT = Endpoint("GET", "/fulfillment/202309/packages/{package_id}/shipping_documents")
TRACKING = Endpoint("GET", "/fulfillment/202309/orders/{order_id}/tracking")

SEARCH_CANCELLATIONS = Endpoint("POST", "/return_refund/202602/cancellations/search", older="202309")
SEARCH_RETURNS = Endpoint("POST", "/return_refund/202602/returns/search", older="202309")
ELIGIBILITY = Endpoint("GET", "/return_refund/202602/orders/{order_id}/aftersale_eligibility", older="202512")
REJECT_REASONS = Endpoint("GET", "/return_refund/202309/reject_reasons")
# No ``is_write`` here either: a second cancellation says so, and answers and the setting count once (10.3, 10.4).
CANCEL_ORDER = Endpoint("POST", "/return_refund/202602/cancellations", older="202309")
APPROVE_CANCELLATION = Endpoint("POST", "/return_refund/202309/cancellations/{cancel_id}/approve")
REJECT_CANCELLATION = Endpoint("POST", "/return_refund/202309/cancellations/{cancel_id}/reject")
APPROVE_RETURN = Endpoint("POST", "/return_refund/202309/returns/{return_id}/approve")
REJECT_RETURN = Endpoint("POST", "/return_refund/202606/returns/{return_id}/reject", older="202309")
SET_RESTOCK = Endpoint("POST", "/product/202608/inventory/operation/settings")

STATEMENTS = Endpoint("GET", "/finance/202309/statements")
TRANSACTIONS = Endpoint("GET", "/finance/202501/statements/{statement_id}/statement_transactions")
UNSETTLED = Endpoint("GET", "/finance/202507/orders/unsettled")

WEBHOOKS = Endpoint("GET", "/event/202309/webhooks")
SET_WEBHOOK = Endpoint("PUT", "/event/202309/webhooks")
DELETE_WEBHOOK = Endpoint("DELETE", "/event/202309/webhooks")

VERSIONS = sorted({each.path.split("/")[2] for each in list(globals().values()) if isinstance(each, Endpoint)})
"""The versions that are pinned above, the oldest first."""


def call(endpoint: Endpoint, *, query: Mapping[str, str] | None = None, body: object = None, **ids: str) -> Call:
    """Build a :class:`Call`; ``ids`` fill the blanks of the path. Without ``body`` none is sent, as with every GET."""
    content = b"" if body is None else json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    path = endpoint.path.format(**{name: quote(id_, safe="") for name, id_ in ids.items()})
    return Call(endpoint, path, query or {}, content)


def in_older_version(call: Call) -> Call:
    """Put the same call to the older version of its endpoint."""
    pinned = call.endpoint.path.split("/")[2]
    return replace(call, path=call.path.replace(f"/{pinned}/", f"/{call.endpoint.older}/", 1))
