"""What the marketplace tells apps by itself: who wants to hear of what, and what is on its way to them (reference 9).

No I/O: :mod:`daemon.marketplaces.sandbox.webhooks_sender` brings to its address what is due.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from random import Random

from daemon.marketplaces.sandbox.after_sales_returns import Return
from daemon.marketplaces.sandbox.goods import IdSequence, Listing, Product, ProductStatus
from daemon.marketplaces.sandbox.orders import CancelRequest, Order, OrderStatus
from daemon.marketplaces.sandbox.webhooks_stock import Counts, counts, delta_json, snapshot_json

TYPES = {
    "ORDER_STATUS_CHANGE": 1,
    "REVERSE_STATUS_UPDATE": 2,
    "RECIPIENT_ADDRESS_UPDATE": 3,
    "PACKAGE_UPDATE": 4,
    "PRODUCT_STATUS_CHANGE": 5,
    "SELLER_DEAUTHORIZATION": 6,
    "UPCOMING_AUTHORIZATION_EXPIRATION": 7,
    "CANCELLATION_STATUS_CHANGE": 11,
    "RETURN_STATUS_CHANGE": 12,
    "NEW_CONVERSATION": 13,
    "NEW_MESSAGE": 14,
    "PRODUCT_INFORMATION_CHANGE": 15,
    "PRODUCT_CREATION": 16,
    "PRODUCT_CATEGORY_CHANGE": 18,
    "NEW_MESSAGE_LISTENER": 33,
    "INVOICE_STATUS_CHANGE": 36,
    "PRODUCT_AUDIT_STATUS_CHANGE": 37,
}
"""The numbers of the events that an app can ask for (reference 9.4)."""
INVENTORY_CHANGE = 71
"""Goes only where Partner Center says: nobody can ask for it by itself."""
ORDER_WORDS = {OrderStatus.CANCELLED: "CANCEL", OrderStatus.PARTIALLY_SHIPPING: "AWAITING_SHIPMENT"}
"""Where webhooks have words of their own for the state of an order."""
PRODUCT_WORDS = {ProductStatus.FAILED: "PRODUCT_AUDIT_FAILURE"}
"""Where the state of a product has a word of its own; why the marketplace took it down is told by nobody here."""
CANCEL_WORDS = {"CANCELLATION_REQUEST_CANCEL": "CANCELLATION_REQUEST_CANCELLED"}
RETRIES_S = (2 * 60, 30 * 60, 3 * 3600, 12 * 3600)
"""How long after each failure it is tried again; then it is given up."""
REMEMBERED = 1000


class Source(StrEnum):
    """What moved a stock. The marketplace's own words are unknown (reference 13): these are invented."""

    ORDER_PLACED = "ORDER_PLACED"
    ORDER_COLLECTED = "ORDER_COLLECTED"
    ORDER_CANCELLED = "ORDER_CANCELLED"
    SELLER_CENTER = "SELLER_CENTER"
    OPEN_API = "OPEN_API"


@dataclass(frozen=True, slots=True)
class Registration:
    """Where a shop's events of one kind go, since when, in Unix seconds."""

    address: str
    created_at: int
    updated_at: int


class Outcome(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    LOST = "lost"
    GIVEN_UP = "given_up"


@dataclass(slots=True)
class Delivery:
    """One notification on its way to one address; ``due`` is when it is tried next, in Unix seconds."""

    notification_id: str
    type: int
    shop: str
    address: str
    body: bytes
    due: float
    tries: int = 0
    outcome: Outcome = Outcome.WAITING


@dataclass(frozen=True, slots=True)
class Mischief:
    """What happens on the way: parts of 1 that get lost or come twice; up to ``late_s`` late, so in any order."""

    lose: float = 0
    double: float = 0
    late_s: float = 0


class Webhooks:
    """All registrations and deliveries. ``now`` tells Unix seconds, ``shop_ids`` are by name."""

    def __init__(self, shop_ids: Mapping[str, str], now: Callable[[], int]) -> None:
        self._shop_ids = shop_ids
        self._now = now
        self._ids = IdSequence(Random(1), prefix="7613", digits=19)  # noqa: S311  # ids are no secret
        self._rng = Random(1)  # noqa: S311  # play, not cryptography
        self._registered: dict[str, dict[str, Registration]] = {shop: {} for shop in shop_ids}
        self._waiting: list[Delivery] = []
        self.log: deque[Delivery] = deque(maxlen=REMEMBERED)
        self.mischief = Mischief()
        self.app_address = ""
        """Where everything goes that no shop has an address of its own for: what Partner Center holds for the app."""

    @property
    def is_wanted(self) -> bool:
        """Whether anybody wants to hear anything."""
        return bool(self.app_address or any(self._registered.values()))

    def registered(self, shop: str) -> Mapping[str, Registration]:
        """Give a shop's registrations by event."""
        return self._registered[shop]

    def register(self, shop: str, event: str, address: str) -> None:
        """Let a shop's events of one kind go to an address, in place of any earlier one."""
        earlier = self._registered[shop].get(event)
        now = self._now()
        self._registered[shop][event] = Registration(address, earlier.created_at if earlier else now, now)

    def forget(self, shop: str, event: str) -> None:
        """Send a shop's events of one kind no more."""
        self._registered[shop].pop(event, None)

    def order_changed(self, order: Order) -> None:
        """Tell that an order has another status."""
        data = {
            "order_id": order.id,
            "order_status": ORDER_WORDS.get(order.status, order.status.value),
            "is_on_hold_order": OrderStatus.ON_HOLD in order.reached,
            "update_time": order.updated_at,
        }
        self._tell(order.shop, "ORDER_STATUS_CHANGE", data)

    def cancellation_changed(self, shop: str, request: CancelRequest) -> None:
        """Tell how far a cancellation is."""
        data = {
            "order_id": request.order_id,
            "cancel_id": request.id,
            "cancel_status": CANCEL_WORDS.get(request.status, request.status.value),
            "cancellations_role": request.cause.initiator,
            "create_time": request.created_at,
        }
        self._tell(shop, "CANCELLATION_STATUS_CHANGE", data)

    def return_changed(self, changed: Return, role: str) -> None:
        """Tell how far a return is, and whose doing that is."""
        data = {
            "order_id": changed.order.id,
            "return_id": changed.id,
            "return_type": changed.kind.value,
            "return_status": changed.status.value,
            "return_role": role,
            "create_time": changed.created_at,
            "update_time": changed.updated_at,
        }
        self._tell(changed.order.shop, "RETURN_STATUS_CHANGE", data)

    def product_changed(self, shop: str, product: Product) -> None:
        """Tell that a product stands in another way in some window."""
        data = {
            "product_id": int(product.id),
            "status": PRODUCT_WORDS.get(product.status, "PRODUCT_STATUS_CHANGED"),
            "suspended_reason": "",
            "update_time": self._now(),
        }
        self._tell(shop, "PRODUCT_STATUS_CHANGE", data)

    @contextmanager
    def telling_stock(self, shop: str, listings: Iterable[Listing], source: Source) -> Iterator[None]:
        """Tell by what a ``with`` block moved the stock of ``listings``; of bundles, that of their parts."""
        shelves = dict.fromkeys(each for listing in listings for each in listing.shelves)
        before = {listing: counts(listing) for listing in shelves} if self.app_address else {}
        yield
        for listing, earlier in before.items():
            if counts(listing) != earlier:
                self._stock_changed(shop, listing, before=earlier, source=source)

    def _stock_changed(self, shop: str, listing: Listing, *, before: Counts, source: Source) -> None:
        event_id, occurred_at = self._ids.next(), datetime.fromtimestamp(self._now(), UTC).isoformat()
        now = counts(listing)
        change = {
            "idempotency_key": f"{event_id}/1",
            "trigger_source": source.value,
            "occurred_at": occurred_at,
            **delta_json(before, now),
        }
        data = {
            "event_id": event_id,
            "occurred_at": occurred_at,
            "shop_id": int(self._shop_ids[shop]),
            "product_id": int(listing.product_id),
            "sku_id": int(listing.id),
            "quantity_snapshot_after_change": snapshot_json(now),
            "change_detail": [change],
        }
        self._send(shop, INVENTORY_CHANGE, self.app_address, data)

    def _tell(self, shop: str, event: str, data: Mapping[str, object]) -> None:
        registration = self._registered[shop].get(event)
        self._send(shop, TYPES[event], registration.address if registration else self.app_address, data)

    def _send(self, shop: str, kind: int, address: str, data: Mapping[str, object]) -> None:
        if not address:
            return
        notification_id = self._ids.next()
        envelope = {
            "type": kind,
            "tts_notification_id": notification_id,
            "shop_id": self._shop_ids[shop],
            "timestamp": self._now(),
            "data": data,
        }
        body = json.dumps(envelope, separators=(",", ":")).encode()
        for _ in range(1 + (self._rng.random() < self.mischief.double)):
            due = self._now() + self._rng.random() * self.mischief.late_s
            delivery = Delivery(notification_id, kind, shop, address, body, due)
            self.log.append(delivery)
            if self._rng.random() < self.mischief.lose:
                delivery.outcome = Outcome.LOST
            else:
                self._waiting.append(delivery)

    def take_due(self) -> Iterator[Delivery]:
        """Hand out what is to be tried now, the longest due first; :meth:`tried` takes it back."""
        due = sorted((each for each in self._waiting if each.due <= self._now()), key=lambda each: each.due)
        self._waiting = [each for each in self._waiting if each.due > self._now()]
        yield from due

    def tried(self, delivery: Delivery, *, is_taken: bool) -> None:
        """Note how a try went; after a failure it is tried again later, four times in all."""
        delivery.tries += 1
        if is_taken:
            delivery.outcome = Outcome.DELIVERED
        elif delivery.tries > len(RETRIES_S):
            delivery.outcome = Outcome.GIVEN_UP
        else:
            delivery.due = self._now() + RETRIES_S[delivery.tries - 1]
            self._waiting.append(delivery)
