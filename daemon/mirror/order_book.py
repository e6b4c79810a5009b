"""Orders for the order sheets: which days changed, and the lines of a day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.dialects.sqlite import Insert, insert

from daemon.domain.values import Money, OrderStatus, Platform
from daemon.mirror.moments import from_ms, optional_moment, to_ms
from daemon.mirror.schema import order_lines, order_sheets, orders
from daemon.mirror.store import Transaction

_SHEETS = select(order_sheets)
_CHANGED = select(orders.c.created_at_ms, orders.c.changed_in).where(orders.c.changed_in > bindparam("since"))


@dataclass(frozen=True, slots=True)
class SheetLine:
    """Units of one SKU in one order at one price; ``status`` is the order's, cancelled where these units are."""

    shop: str
    order_id: str
    invoice: str
    platform: Platform
    created_at: datetime
    status: OrderStatus
    buyer: str
    courier: str
    tracking_number: str
    sku: str
    product: str
    quantity: int
    price: Money
    ship_by: datetime | None


def days_to_write(tx: Transaction, zone: ZoneInfo) -> list[date]:
    """Days, as cut in ``zone``, with orders that changed since their sheet was last written; oldest first."""
    written = {row.day: row.written_in for row in tx.execute(_SHEETS)}
    oldest = min(written.values(), default=0)
    newest: dict[date, int] = {}
    for created_at_ms, changed_in in tx.execute(_CHANGED, {"since": oldest}):
        day = from_ms(created_at_ms).astimezone(zone).date()
        newest[day] = max(newest.get(day, 0), changed_in)
    return sorted(day for day, cycle in newest.items() if cycle > written.get(day.isoformat(), 0))


def lines_between(tx: Transaction, start: datetime, end: datetime) -> list[SheetLine]:
    """Lines of orders created in [start, end), oldest order first; equal units of an order are one line."""
    return [
        SheetLine(
            shop=row.shop,
            order_id=row.order_id,
            invoice=row.invoice,
            platform=Platform(row.platform),
            created_at=from_ms(row.created_at_ms),
            status=OrderStatus.CANCELLED if row.is_cancelled else OrderStatus(row.status),
            buyer=row.buyer,
            courier=row.courier,
            tracking_number=row.tracking_number,
            sku=row.sku,
            product=f"{row.product_name} – {row.variant}" if row.variant else row.product_name,
            quantity=row.units,
            price=Money(row.price, row.currency),
            ship_by=optional_moment(row.ship_by_ms),
        )
        for row in tx.execute(_LINES_BETWEEN, {"start_ms": to_ms(start), "end_ms": to_ms(end)})
    ]


def _lines_between() -> Select[Any]:
    grouped = (order_lines.c.sku, order_lines.c.product_name, order_lines.c.variant)
    priced = (order_lines.c.price, order_lines.c.currency, order_lines.c.is_cancelled)
    return (
        select(orders, *grouped, *priced, func.count().label("units"))
        .join(order_lines, and_(orders.c.shop == order_lines.c.shop, orders.c.order_id == order_lines.c.order_id))
        .where(orders.c.created_at_ms >= bindparam("start_ms"), orders.c.created_at_ms < bindparam("end_ms"))
        .group_by(orders.c.shop, orders.c.order_id, *grouped, *priced)
        .order_by(orders.c.created_at_ms, orders.c.order_id, order_lines.c.sku)
    )


_LINES_BETWEEN = _lines_between()


def written_hashes(tx: Transaction) -> dict[date, str | None]:
    """What each day's sheet was when we wrote it (SHA-256): another content is somebody's work."""
    return {date.fromisoformat(row.day): row.content_hash for row in tx.execute(_SHEETS)}


def mark_written(tx: Transaction, day: date, content_hash: str, *, cycle: int) -> None:
    """Record that the sheet of ``day`` shows its orders as of ``cycle``, in a file of that SHA-256."""
    tx.execute(_MARK_WRITTEN, {"day": day.isoformat(), "written_in": cycle, "content_hash": content_hash})


def _mark_written() -> Insert:
    statement = insert(order_sheets)
    renewed = {name: statement.excluded[name] for name in ("written_in", "content_hash")}
    return statement.on_conflict_do_update(index_elements=["day"], set_=renewed)


_MARK_WRITTEN = _mark_written()
