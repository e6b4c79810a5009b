"""How long things may take in the marketplace, and what happens when they take longer (reference 5.2, 5.3, 7.1)."""

from datetime import UTC, datetime, timedelta, timezone

from daemon.marketplaces.sandbox.orders import Cancellation, Order, OrderStatus

WIB = timezone(timedelta(hours=7))
HOUR_S = 3600
DAY_S = 24 * HOUR_S
SLA_DAYS = {"rts_sla_time": 2, "tts_sla_time": 3, "cancel_order_sla_time": 5, "delivery_sla_time": 9}
ANSWER_CANCEL_S = 2 * DAY_S
ANSWER_RETURN_S = 4 * DAY_S
SEND_BACK_S = 5 * DAY_S
REFUND_S = HOUR_S
TIMED_OUT = {
    OrderStatus.UNPAID: Cancellation("SYSTEM", "Pembayaran tidak selesai tepat waktu", "system_cancel_unpaid_time_out"),
    OrderStatus.AWAITING_SHIPMENT: Cancellation(
        "SYSTEM", "Pesanan tidak dikirim tepat waktu", "system_cancel_order_reason_shipping_timeout"
    ),
}
"""Why the marketplace cancels an order that stays in a status for too long."""


def sla_times(order: Order) -> dict[str, int]:
    """Until when what must be done (Unix seconds): deadlines fall on the end of a day in Jakarta."""
    since = datetime.fromtimestamp(order.paid_at or order.created_at, UTC).astimezone(WIB)
    last = since.replace(hour=23, minute=59, second=59, microsecond=0)
    return {name: int((last + timedelta(days=days)).timestamp()) for name, days in SLA_DAYS.items()}


def stays_until(order: Order) -> int | None:
    """Until when an order may stay in its status (Unix seconds); ``None``: for as long as nobody does anything."""
    if order.status is OrderStatus.UNPAID:
        return order.created_at + DAY_S
    if order.status is OrderStatus.ON_HOLD:
        return order.reached[OrderStatus.ON_HOLD] + HOUR_S
    if order.status is OrderStatus.AWAITING_SHIPMENT:
        return sla_times(order)["cancel_order_sla_time"]
    return None
