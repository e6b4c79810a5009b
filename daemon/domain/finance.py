"""What a marketplace pays out for orders, and what it keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from daemon.domain.values import Money


@dataclass(frozen=True, slots=True)
class Statement:
    """One day's account with a shop. Amounts are signed: what the marketplace keeps is below zero.

    ``is_paid``: the money is the seller's by now.
    """

    shop: str
    id: str
    made_at: datetime
    revenue: Money
    fees: Money
    adjustments: Money
    settlement: Money
    is_paid: bool


@dataclass(frozen=True, slots=True)
class Transaction:
    """What one order, or one adjustment without an order, adds to a statement; amounts are signed.

    ``parts`` are all the amounts that the marketplace named, by its own names: they change without notice, so what they
    mean is the reader's affair. ``order_id`` is empty for an adjustment of no order.
    """

    shop: str
    id: str
    kind: str
    order_id: str
    revenue: Money
    shipping: Money
    fees: Money
    adjustment: Money
    settlement: Money
    parts: Mapping[str, int]
