"""Pages behind opaque tokens (reference 1.8)."""

import base64
import binascii
import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")
Place: TypeAlias = tuple[int, str]
"""Where an entry stands in the sorted list: a time or number, then its id."""

SALT = b"\xfb\xf0\x3f"
"""Prints as ``+/A/``: a client that mishandles these characters in a query must fail here, not in production."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page. ``next_token`` is empty on the last one, ``total`` counts all pages."""

    entries: Sequence[T]
    next_token: str
    total: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What page is wanted: ``size`` entries after ``token``, of the list that ``filters`` describe."""

    size: int
    token: str
    filters: str
    is_descending: bool = False


def cut(entries: Sequence[T], place_of: Callable[[T], Place], wish: Wish) -> Page[T]:
    """Cut the wanted page out of ``entries``. Raise ``ValueError`` when the token does not fit the filters.

    A token remembers the last place shown: an entry that moves meanwhile shows up twice or not again, as on
    the marketplace, and never pushes another one off a page.
    """
    rising = sorted(entries, key=place_of)
    first, end = 0, len(rising)
    if wish.token and wish.is_descending:
        end = bisect_left(rising, _read(wish), key=place_of)
    elif wish.token:
        first = bisect_right(rising, _read(wish), key=place_of)
    left = rising[first:end]
    shown = left[: -wish.size - 1 : -1] if wish.is_descending else left[: wish.size]
    is_last = len(shown) == len(left)
    return Page(shown, "" if is_last else _write(wish, place_of(shown[-1])), len(entries))


def _digest(wish: Wish) -> str:
    return hashlib.sha256(f"{wish.filters}|{wish.is_descending}".encode()).hexdigest()[:12]


def _write(wish: Wish, place: Place) -> str:
    payload = json.dumps([_digest(wish), *place]).encode()
    padding = b" " * ((1 - len(payload)) % 3)
    return base64.b64encode(SALT + payload + padding).decode()


def _read(wish: Wish) -> Place:
    try:
        raw = base64.b64decode(wish.token, validate=True)
        digest, number, entry_id = json.loads(raw.removeprefix(SALT))
    except (binascii.Error, UnicodeDecodeError, ValueError, TypeError) as error:
        raise ValueError("unreadable page token") from error
    if digest != _digest(wish):
        raise ValueError("page token of other filters")
    return int(number), str(entry_id)
