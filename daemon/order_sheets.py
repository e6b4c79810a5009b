"""Order sheets: one file a day, ``pesanan-YYYY-MM-DD.xlsx``, cut at midnight of the configured time zone."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import structlog

from bridge.errors import BridgeError
from bridge.folder import files, versions
from bridge.order_sheet import OrderRow, write_order_sheet
from daemon.bridge_words import words_for
from daemon.domain.messages import Message, message
from daemon.domain.values import Platform
from daemon.mirror import order_book
from daemon.mirror.order_book import SheetLine
from daemon.parts import Parts

log = structlog.get_logger()

PLATFORM_NAMES = {Platform.TIKTOK_SHOP: "TikTok Shop", Platform.TOKOPEDIA: "Tokopedia", Platform.OTHER: "?"}


@dataclass(frozen=True, slots=True)
class SheetsReport:
    """Days whose sheet was written; ``problems`` name those that wait, for instance because they are open."""

    written: tuple[date, ...] = ()
    problems: tuple[Message, ...] = ()


async def write_order_sheets(parts: Parts, *, cycle: int) -> SheetsReport:
    """Write the sheet of every day whose orders changed since it was last written."""
    zone = parts.settings.timezone
    with parts.mirror.transaction() as tx:
        days = order_book.days_to_write(tx, zone)
        hashes = order_book.written_hashes(tx)
        lines = {day: order_book.lines_between(tx, *_bounds(parts, day)) for day in days}
    written, problems = [], []
    for day in days:
        path = parts.settings.orders_folder / f"pesanan-{day.isoformat()}.xlsx"
        rows = [_row(parts, line) for line in lines[day]]
        language = parts.settings.language
        try:
            await asyncio.to_thread(_keep_changed, parts, path, hashes.get(day))
            await asyncio.to_thread(write_order_sheet, path, rows, language=language, zone=zone)
            written_hash = files.content_hash(path)
        except BridgeError as error:
            problems.append(words_for(error))
            continue
        with parts.mirror.transaction() as tx:
            order_book.mark_written(tx, day, written_hash, cycle=cycle)
        written.append(day)
        log.info("order_sheet.written", day=day.isoformat(), rows=len(rows))
    return SheetsReport(tuple(written), tuple(problems))


def _keep_changed(parts: Parts, path: Path, written_hash: str | None) -> None:
    """Keep a copy of a sheet in which somebody made notes, before it is written anew (invariant 6)."""
    if path.exists() and files.content_hash(path) != written_hash:
        versions.keep_version(path, parts.settings.state_folder / "versions")


def _bounds(parts: Parts, day: date) -> tuple[datetime, datetime]:
    zone = parts.settings.timezone
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def _row(parts: Parts, line: SheetLine) -> OrderRow:
    return OrderRow(
        order_id=line.order_id,
        invoice=line.invoice,
        shop=line.shop,
        platform=PLATFORM_NAMES[line.platform],
        created=line.created_at,
        status=parts.texts.say(message(f"order.{line.status.value}")),
        buyer=line.buyer,
        courier=line.courier,
        tracking_number=line.tracking_number,
        sku=line.sku,
        product=line.product,
        quantity=line.quantity,
        price=line.price.amount,
        currency=line.price.currency,
        deadline=line.ship_by,
    )
