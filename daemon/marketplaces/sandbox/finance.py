"""What the marketplace pays: a statement each day at 00:00 UTC, of what was completed the day before (reference 8).

Nothing is kept: it all follows from the orders and the returns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from daemon.marketplaces.sandbox.after_sales_returns import REFUNDED
from daemon.marketplaces.sandbox.deadlines import DAY_S
from daemon.marketplaces.sandbox.orders import Order, OrderLine, OrderStatus
from daemon.marketplaces.sandbox.world import Shop, World

COMMISSION_PERCENT = 4
DYNAMIC_PERCENT = 4
LOGISTICS_FEE = 1250
TAX_PER_MILLE = 5
"""Invented, and of the size that sellers know; all of what buyers paid for goods that they kept."""


@dataclass(frozen=True, slots=True)
class Account:
    """What one order comes to, or single lines of it: whole Rupiah, each line reckoned alone, so that parts add up."""

    order: Order
    lines: tuple[OrderLine, ...]
    refunded: frozenset[str]
    logistics: int

    @property
    def goods(self) -> int:
        """What the goods cost."""
        return sum(line.price for line in self.lines)

    @property
    def kept(self) -> list[int]:
        """The prices of what buyers kept."""
        return [line.price for line in self.lines if line.id not in self.refunded]

    @property
    def revenue(self) -> int:
        """What buyers paid for the goods that they kept."""
        return sum(self.kept)

    @property
    def commission(self) -> int:
        """The marketplace's share."""
        return sum(price * COMMISSION_PERCENT // 100 for price in self.kept)

    @property
    def dynamic(self) -> int:
        """The marketplace's other share."""
        return sum(price * DYNAMIC_PERCENT // 100 for price in self.kept)

    @property
    def tax(self) -> int:
        """The income tax that is withheld."""
        return sum(price * TAX_PER_MILLE // 1000 for price in self.kept)

    @property
    def fees(self) -> int:
        """All that is kept back but for the shipping."""
        return self.commission + self.dynamic + self.tax

    @property
    def settlement(self) -> int:
        """What is paid out."""
        return self.revenue - self.fees - self.logistics


class Totals(NamedTuple):
    """What several accounts come to."""

    revenue: int
    fees: int
    logistics: int
    settlement: int


def totals(accounts: Sequence[Account]) -> Totals:
    """Add up."""
    return Totals(
        sum(each.revenue for each in accounts),
        sum(each.fees for each in accounts),
        sum(each.logistics for each in accounts),
        sum(each.settlement for each in accounts),
    )


@dataclass(frozen=True, slots=True)
class Statement:
    """One day's account; ``made_at`` is Unix seconds."""

    id: str
    made_at: int
    accounts: tuple[Account, ...]


def account_of(world: World, order: Order, lines: tuple[OrderLine, ...] = ()) -> Account:
    """Account for an order, or for some ``lines`` of it; the first line bears what cannot be shared."""
    lines = lines or order.lines
    granted = [each for each in world.returns.values() if each.order is order and each.status in REFUNDED]
    refunded = frozenset(line.id for each in granted for line in each.lines)
    return Account(order, lines, refunded, LOGISTICS_FEE if order.lines[0] in lines else 0)


def statements(world: World, shop: Shop) -> list[Statement]:
    """Make every statement up to now, the oldest first."""
    days: dict[int, list[Account]] = {}
    for order in world.orders_of(shop.name):
        completed_at = order.reached.get(OrderStatus.COMPLETED)
        if completed_at is not None and (made_at := (completed_at // DAY_S + 1) * DAY_S) <= world.now():
            days.setdefault(made_at, []).append(account_of(world, order))
    return [
        Statement(f"7592{shop.id[-8:]}{made_at // DAY_S:07d}", made_at, tuple(accounts))
        for made_at, accounts in sorted(days.items())
    ]


def unsettled(world: World, shop: Shop) -> Iterator[Account]:
    """Account for every paid order that is in no statement yet."""
    settled = {account.order.id for each in statements(world, shop) for account in each.accounts}
    for order in world.orders_of(shop.name):
        if order.paid_at is not None and order.status is not OrderStatus.CANCELLED and order.id not in settled:
            yield account_of(world, order)
