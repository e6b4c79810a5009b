"""From TikTok Shop's words about money to ours (reference 8): charges are negative, and everything is added up."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import chain

import structlog

from daemon.domain.finance import Statement, Transaction
from daemon.domain.values import Money
from daemon.errors import ItemError
from daemon.marketplaces.tiktok_shop import finance_models as models
from daemon.marketplaces.tiktok_shop.translate import money

log = structlog.get_logger()

_PAID = frozenset({"PAID", "SETTLED"})


def statement(shop: str, wire: models.Statement) -> Statement:
    """Return the statement; a missing amount is 0. Errors are those of :func:`translate.money`."""
    amount = partial(_amount, shop, wire.currency)
    return Statement(
        shop=shop,
        id=wire.id,
        made_at=datetime.fromtimestamp(wire.statement_time, UTC),
        revenue=amount(wire.revenue_amount),
        fees=amount(wire.fee_amount),
        adjustments=amount(wire.adjustment_amount),
        settlement=amount(wire.settlement_amount),
        is_paid=wire.payment_status in _PAID,
    )


def transaction(shop: str, wire: models.Transaction, currency: str) -> Transaction:
    """Return the transaction; its estimates where it is not settled yet. ``currency`` is that of the page."""
    currency = wire.currency or currency
    amount = partial(_amount, shop, currency)
    trees = (wire.revenue_breakdown, wire.shipping_cost_breakdown, wire.fee_tax_breakdown)
    return Transaction(
        shop=shop,
        id=wire.id,
        kind=wire.type,
        order_id=wire.order_id or wire.adjustment_order_id,
        revenue=amount(wire.revenue_amount or wire.est_revenue_amount),
        shipping=amount(wire.shipping_cost_amount or wire.est_shipping_cost_amount),
        fees=amount(wire.fee_tax_amount or wire.est_fee_tax_amount),
        adjustment=amount(wire.adjustment_amount or wire.est_adjustment_amount),
        settlement=amount(wire.settlement_amount or wire.est_settlement_amount),
        parts=_parts(shop, chain(*map(_leaves, trees)), currency),
    )


def _parts(shop: str, leaves: Iterable[tuple[str, str]], currency: str) -> dict[str, int]:
    """Add up the leaves of one name. One that is no amount is left out: a new kind of part must not hide the sums."""
    parts: Counter[str] = Counter()
    for name, text in leaves:
        try:
            parts[name] += _amount(shop, currency, text).amount
        except ItemError:
            log.warning("finance.part_unreadable", shop=shop, part=name)
    return dict(parts)


def _amount(shop: str, currency: str, text: str) -> Money:
    return money(text, currency, shop=shop) or Money(0, currency)


def _leaves(tree: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the amounts of a breakdown by name, however deep it is."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value)
        elif isinstance(value, str) and value:
            yield name, value
