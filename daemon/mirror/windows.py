"""How goods stand in the shop windows, as one text: ``TIKTOK_SHOP:on,TOKOPEDIA:off``."""

from functools import lru_cache

from sqlalchemy import bindparam, select, update

from daemon.domain.values import ListingId, Platform, Windows, WindowState
from daemon.domain.windows import status_of, switched
from daemon.mirror.schema import listings
from daemon.mirror.store import Transaction

_OF_PRODUCT = (listings.c.shop == bindparam("of_shop"), listings.c.product_id == bindparam("of_product"))
_STORED = select(listings.c.platforms).where(*_OF_PRODUCT).limit(1)
_SWITCH = update(listings).where(*_OF_PRODUCT)


def as_text(windows: Windows) -> str:
    """Give the text that the mirror keeps."""
    return ",".join(f"{platform}:{state}" for platform, state in windows)


@lru_cache(maxsize=256)  # there are a few dozen of them, however many goods
def from_text(text: str) -> Windows:
    """Read it; a window of which only the name is known, as records from before have it, is left out."""
    pairs = (each.partition(":")[::2] for each in text.split(","))
    return tuple((Platform(platform), WindowState(state)) for platform, state in pairs if state)


def note_switched(tx: Transaction, listing: ListingId, number: int) -> None:
    """Record that the windows of ``number`` show the product of a listing now, or will after a review."""
    of_product = {"of_shop": listing.shop, "of_product": listing.product_id}
    windows = switched(from_text(tx.execute(_STORED, of_product).scalar_one()), number)
    tx.execute(_SWITCH, {**of_product, "platforms": as_text(windows), "status": status_of(windows).value})
