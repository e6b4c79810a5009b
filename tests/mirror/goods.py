"""The goods that the tests of the mirror keep, and an order of one unit of them."""

from datetime import UTC, datetime

from daemon.domain.values import (
    Listing,
    ListingId,
    ListingStatus,
    Money,
    Order,
    OrderLine,
    OrderStatus,
    Platform,
    Sku,
    WindowState,
)
from daemon.mirror import observations

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
KOPI = Sku("KOPI-1")
LISTED = ListingId("toko", "100", "101")
WINDOWS = ((Platform.TIKTOK_SHOP, WindowState.ON),)
LISTING = Listing(LISTED, KOPI, "Kopi", "250 g", ListingStatus.ACTIVE, WINDOWS, Money(55_000), 12)
LINE = OrderLine("L1", LISTED, KOPI, "Kopi", "", Money(55_000), is_cancelled=False)
ORDER = Order(
    shop="toko",
    id="58001",
    status=OrderStatus.TO_SHIP,
    platform=Platform.TOKOPEDIA,
    takes_our_stock=True,
    created_at=NOON,
    updated_at=NOON,
    ship_by=None,
    buyer="S*** D***",
    courier="",
    tracking_number="",
    invoice="",
    lines=(LINE,),
)


def store_order(mirror, order, *, cycle=1):
    with mirror.transaction() as tx:
        return observations.store_orders(tx, [order], cycle=cycle)
