"""How goods stand in the shop windows: a column for each, empty where they are not listed or nothing was told."""

from functools import lru_cache

from sqlalchemy import bindparam, case, select, update

from daemon.domain.values import ListingId, ListingStatus, Platform, Windows, WindowState
from daemon.domain.windows import status_of, switched
from daemon.mirror.of_listing import is_of_listing, of_listing
from daemon.mirror.schema import listings
from daemon.mirror.store import Transaction

_STORED = select(listings.c.tiktok_shop, listings.c.tokopedia).where(is_of_listing(listings))
_IS_KEPT = listings.c.status.in_(bindparam("kept", expanding=True))
_SWITCH = (
    update(listings)
    .where(listings.c.shop == bindparam("in_shop"), listings.c.product_id == bindparam("of_product"))
    .values(status=case((_IS_KEPT, listings.c.status), else_=bindparam("to_status")))
)


def as_columns(windows: Windows) -> dict[str, str | None]:
    """Give what the mirror keeps, by its column; a window of no name that we know is left out."""
    states = dict(windows)
    return {"tiktok_shop": states.get(Platform.TIKTOK_SHOP), "tokopedia": states.get(Platform.TOKOPEDIA)}


@lru_cache(maxsize=256)  # there are a few dozen of them, however many goods
def windows_in(tiktok_shop: str | None, tokopedia: str | None) -> Windows:
    """Read it."""
    pairs = ((Platform.TIKTOK_SHOP, tiktok_shop), (Platform.TOKOPEDIA, tokopedia))
    return tuple((platform, WindowState(state)) for platform, state in pairs if state is not None)


def note_switched(tx: Transaction, listing: ListingId, number: int) -> None:
    """Record that the windows of ``number`` show the product of a listing now, or will after a review.

    A variant that was hidden while its product was on sale is off by itself, and stays so.
    """
    before = windows_in(*tx.execute(_STORED, of_listing(listing)).one())
    after = switched(before, number)
    stays_on_sale = status_of(before) is status_of(after) is ListingStatus.ACTIVE
    kept = [ListingStatus.INACTIVE.value] if stays_on_sale else []
    of_product = {"in_shop": listing.shop, "of_product": listing.product_id}
    tx.execute(_SWITCH, {**of_product, **as_columns(after), "kept": kept, "to_status": status_of(after).value})
