"""Numbers that stood in the workbook before, for files that cannot say which revision they started from (CSV)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from daemon.domain.rows import RowBase
from daemon.domain.stock import Cause
from daemon.domain.values import Sku
from daemon.mirror.moments import to_ms
from daemon.mirror.schema import movements, workbook_revisions, workbook_rows, workbook_save_rows, workbook_saves
from daemon.mirror.store import Transaction

REMEMBERED = timedelta(days=2)
"""A CSV file that stands open longer than that is closed and opened anew in between."""

_BY_SELLER = (Cause.OPENING, Cause.SHEET_EDIT, Cause.ADJUSTMENT, Cause.COUNT)

_MOVED = (
    select(movements.c.sku, func.max(movements.c.booked_at_ms))
    .where(movements.c.cause.not_in([cause.value for cause in _BY_SELLER]))
    .where(movements.c.booked_at_ms >= bindparam("since_ms"))
    .group_by(movements.c.sku)
)
_WRITTEN = (
    select(workbook_rows.c.sku, workbook_rows.c.stock, workbook_rows.c.price, workbook_revisions.c.written_at_ms)
    .join(workbook_revisions)
    .where(workbook_revisions.c.written_at_ms >= bindparam("since_ms"))
    .order_by(workbook_revisions.c.written_at_ms)
)
_TYPED = (
    select(
        workbook_save_rows.c.sku, workbook_save_rows.c.stock, workbook_save_rows.c.price, workbook_saves.c.saved_at_ms
    )
    .join(workbook_saves)
    .where(workbook_saves.c.saved_at_ms >= bindparam("since_ms"))
    .order_by(workbook_saves.c.saved_at_ms)
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What stood in the rows of one SKU: stocks with the last moment (ms), prices, and those that were typed."""

    stocks: dict[int, int] = field(default_factory=dict)
    prices: set[int] = field(default_factory=set)
    typed_prices: set[int] = field(default_factory=set)
    moved_at_ms: int = 0

    def is_old_stock(self, stock: int, *, now: int | None) -> bool:
        """Whether another stock than ``now`` stood there before orders or a shop changed it."""
        return stock != now and stock in self.stocks and self.stocks[stock] <= self.moved_at_ms

    def is_old_price(self, price: int, *, now: int | None) -> bool:
        """Whether the price ``now`` came from a shop and took the place of this one."""
        return now is not None and price != now and price in self.prices and now not in self.typed_prices


def earlier_numbers(tx: Transaction, *, now: datetime) -> Mapping[Sku, Earlier]:
    """Tell for each SKU which numbers its row showed in the last days, by us or as typed."""
    since = {"since_ms": to_ms(now - REMEMBERED)}
    found: dict[Sku, Earlier] = defaultdict(Earlier)
    found.update({Sku(sku): Earlier(moved_at_ms=at_ms) for sku, at_ms in tx.execute(_MOVED, since).all()})
    for query, is_typed in ((_WRITTEN, False), (_TYPED, True)):
        for sku, stock, price, at_ms in tx.execute(query, since).all():
            _add(found[Sku(sku)], RowBase(stock=stock, price=price), at_ms, is_typed=is_typed)
    return found


def _add(earlier: Earlier, shown: RowBase, at_ms: int, *, is_typed: bool) -> None:
    if shown.stock is not None:
        earlier.stocks[shown.stock] = max(at_ms, earlier.stocks.get(shown.stock, 0))
    if shown.price is not None:
        earlier.prices.add(shown.price)
        if is_typed:
            earlier.typed_prices.add(shown.price)
