"""``selaras check``: the SKUs of all shops looked over, from the shops themselves or from the records."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

from rapidfuzz import fuzz, process

from daemon.config import Settings
from daemon.connect import connected
from daemon.domain.hygiene import Finding, Flaw, check_skus
from daemon.domain.messages import Message
from daemon.domain.rows import Text
from daemon.domain.values import Listing, ListingId, Sku
from daemon.errors import SelarasError
from daemon.mirror import Mirror
from daemon.mirror.known_sheet import known_sheet
from daemon.mirror.listed import listed_in
from daemon.mirror.observations import swept_at
from daemon.parts import Sheet, Shop
from daemon.read import read_sheet

LEAST_LIKENESS = 90
"""From this percentage on two names can be those of the same goods: a few letters, or one short word, differ."""

Progress = Callable[[str, str, int], None]


@dataclass(frozen=True, slots=True)
class Check:
    """What was found in so many listings; ``errors`` tell which shops could not be read to the end.

    ``read_at``: how old the records are that were checked; ``None`` where the shops themselves were read.
    ``unread`` says why the workbook, whose codes are proposed before others, could not be read.
    """

    checked: int
    findings: tuple[Finding, ...]
    errors: tuple[SelarasError, ...] = ()
    read_at: datetime | None = None
    unread: Message | None = None

    @property
    def is_fine(self) -> bool:
        """Whether every shop was read and no code needs the seller; what is left out by its nature does not."""
        return not self.errors and all(finding.flaw is Flaw.SKIPPED for finding in self.findings)


def check_records(settings: Settings) -> Check | None:
    """Check what the mirror knows; ``None`` when it does not know every shop yet."""
    if not (settings.state_folder / "mirror.sqlite").exists():
        return None
    with closing(Mirror.open(settings.state_folder)) as mirror, mirror.transaction(discard=True) as tx:
        listings = listed_in(tx, _names(settings))
        swept = [at for name in _names(settings) if (at := swept_at(tx, name)) is not None]
    return None if listings is None else replace(_check(settings, listings), read_at=min(swept))


async def check_shops(settings: Settings, progress: Progress) -> Check:
    """Read every shop and check what it lists. Nothing is written, neither there nor into the records."""
    listings: list[Listing] = []
    errors: list[SelarasError] = []
    async with connected(settings) as parts:
        for shop in parts.shops:
            try:
                listings += await _listings(shop, progress)
            except SelarasError as error:
                errors.append(error)
    return _check(settings, listings, errors)


async def _listings(shop: Shop, progress: Progress) -> list[Listing]:
    found: dict[ListingId, Listing] = {}
    async for page in shop.connector.sweep_listings():
        found |= {listing.id: listing for listing in page}
        progress("listings", shop.name, len(found))
    return list(found.values())


def _check(settings: Settings, listings: Sequence[Listing], errors: Sequence[SelarasError] = ()) -> Check:
    sheet = _workbook(settings)
    unread = sheet if isinstance(sheet, Message) else None
    rows = () if isinstance(sheet, Message) else sheet.rows
    in_workbook = {Sku(row.sku.value) for row in rows if isinstance(row.sku, Text)}
    findings = check_skus(listings, _names(settings), _alike, in_workbook=in_workbook)
    return Check(len(listings), findings, tuple(errors), unread=unread)


def _workbook(settings: Settings) -> Sheet | Message:
    """Read the sheet that the seller names or that was read before, else the only one that has our header."""
    remembered = _remembered_sheet(settings) if settings.layout.sheet is None else ""
    if remembered:
        sheet = read_sheet(settings.workbook, replace(settings.layout, sheet=remembered))
        if isinstance(sheet, Sheet):
            return sheet
    return read_sheet(settings.workbook, settings.layout)


def _remembered_sheet(settings: Settings) -> str:
    if not (settings.state_folder / "mirror.sqlite").exists():
        return ""
    with closing(Mirror.open(settings.state_folder)) as mirror, mirror.transaction(discard=True) as tx:
        known = known_sheet(tx)
    return known.name if known else ""


def _names(settings: Settings) -> list[str]:
    return [shop.name for shop in settings.shops]


def _alike(name: str, others: Sequence[str]) -> Iterable[int]:
    found = process.extract(name, others, scorer=fuzz.ratio, score_cutoff=LEAST_LIKENESS, limit=None)
    return (place for _, _, place in found)
