"""The words of ``Status`` and ``Platform``: for how goods stand in the shops, and what typed ones mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from daemon.domain.draft import Draft, LinkedRow
from daemon.domain.identity import bare
from daemon.domain.messages import message
from daemon.domain.notes import Say
from daemon.domain.rows import Absent, Blank, Cell, Field, Number, Text, Unclear
from daemon.domain.values import ListingStatus, Sku, Windows
from daemon.domain.windows import BOTH, shown_in

COLUMNS = (Field.STATUS, Field.PLATFORM)


class RowStatus(StrEnum):
    """The word in the column ``Status``; ``PARTLY``: only some of the listings are active."""

    ACTIVE = "active"
    PARTLY = "partly"
    INACTIVE = "inactive"
    OTHER = "other"
    HELD = "held"


class RowPlatform(StrEnum):
    """The word in the column ``Platform``; ``MIXED``: not the same in every shop."""

    BOTH = "both"
    TIKTOK_SHOP = "tiktok_shop"
    TOKOPEDIA = "tokopedia"
    MIXED = "mixed"


_PLATFORMS = {1: RowPlatform.TIKTOK_SHOP, 2: RowPlatform.TOKOPEDIA, BOTH: RowPlatform.BOTH}
"""The word for each number of windows."""


@dataclass(frozen=True, slots=True)
class Typed:
    """One of the two cells of a row: what the shops say ``now``, what we ``left`` in it, and what it means."""

    field: Field
    cell: Cell
    now: str | None
    left: str | None
    meaning: RowStatus | RowPlatform | None

    @property
    def is_news(self) -> bool:
        """Whether somebody typed there. A status in a row that we never wrote is none: the shops begin."""
        match self.cell:
            case Blank() | Absent():
                return False
            case Text(words):
                is_first = self.left is None and isinstance(self.meaning, RowStatus)
                return words != self.left and self.meaning is not RowStatus.HELD and not is_first
            case Number() | Unclear():
                return True

    @property
    def is_unseen(self) -> bool:
        """Whether a word stands there that nobody can have typed over what the shops say."""
        return self.left is None and self.meaning is not None

    @property
    def is_on(self) -> bool | None:
        """Whether the word means on sale; ``None`` when it means neither that nor hidden."""
        if self.meaning is RowStatus.ACTIVE:
            return True
        return False if self.meaning is RowStatus.INACTIVE else None

    @property
    def windows(self) -> int:
        """The windows that the word names; 0: none."""
        return next((number for number, word in _PLATFORMS.items() if word is self.meaning), 0)

    @property
    def agreed(self) -> str | None:
        """What the row shows that the shops say as well, else what it showed before."""
        return self.now if self.now is not None and self.cell == Text(self.now) else self.left


def status_shown(draft: Draft, sku: Sku) -> RowStatus:
    """Tell how the listings of goods stand, in whatever window."""
    shown = {listing.status for listing in draft.linked(sku)}
    if ListingStatus.ACTIVE in shown:
        return RowStatus.ACTIVE if len(shown) == 1 else RowStatus.PARTLY
    return RowStatus.INACTIVE if ListingStatus.INACTIVE in shown else RowStatus.OTHER


def platform_shown(windows: Iterable[Windows]) -> RowPlatform | None:
    """Tell which windows show the goods; ``None`` when none does."""
    numbers = {number for each in windows if (number := shown_in(each))}
    if not numbers:
        return None
    return _PLATFORMS[numbers.pop()] if len(numbers) == 1 else RowPlatform.MIXED


class Words:
    """The words of both columns in the seller's language, and what typed ones mean."""

    def __init__(self, say: Say) -> None:
        self._status = {each: say(message(f"status.{each}")) for each in RowStatus}
        self._platform = {each: say(message(f"platform.{each}")) for each in RowPlatform}
        self._meant: dict[Field, Mapping[str, RowStatus | RowPlatform]] = {
            Field.STATUS: {bare(word): each for each, word in self._status.items()},
            Field.PLATFORM: {bare(word): each for each, word in self._platform.items()},
        }

    def now(self, draft: Draft, sku: Sku) -> tuple[str, str | None]:
        """Give the words for how goods stand."""
        platform = platform_shown(listing.windows for listing in draft.linked(sku))
        return self._status[status_shown(draft, sku)], platform and self._platform[platform]

    def number(self, word: str | None) -> int:
        """Give the windows that a word of ours for the platform stands for; 0: none, or not the same everywhere."""
        return next((number for number, each in _PLATFORMS.items() if self._platform[each] == word), 0)

    def typed(self, draft: Draft, row: LinkedRow) -> tuple[Typed, Typed]:
        """Read both cells of a row, in whatever spelling."""
        now, left = self.now(draft, row.sku), draft.bases.get(row.sku, row.base).words
        status, platform = (
            Typed(field, cell, now[place], left[place], self._meant[field].get(bare(in_words(cell))))
            for place, field in enumerate(COLUMNS)
            for cell in (row.cells.cell(field),)
        )
        return status, platform


def in_words(cell: Cell) -> str:
    """Give what a cell shows as text."""
    match cell:
        case Text(words):
            return words
        case Number(number):
            return str(number)
        case Unclear(reason):
            return str(reason.params.get("shown", ""))
        case Blank() | Absent():
            return ""
