"""Finding the goods that need no decision, so that a cycle loads and decides the others only (decision 0015)."""

import json
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeAlias

from sqlalchemy import Integer, Select, String, and_, bindparam, case, cast, func, literal, not_, or_, select

from daemon.domain.allocation import FULL_POOL, Sharing, allocate
from daemon.domain.in_step import Agreed, named_in, rows_in_step, with_new_words
from daemon.domain.messages import message
from daemon.domain.notes import Say
from daemon.domain.orders import LineFact
from daemon.domain.plan import Target
from daemon.domain.rows import Text
from daemon.domain.snapshot import NOTHING_IN_STEP, InStep, SeenFile, ShopPolicy
from daemon.domain.status_words import RowPlatform, RowStatus, platform_shown
from daemon.domain.stock import QUANTITY_LIMIT
from daemon.domain.values import ListingId, ListingStatus, Sku
from daemon.mirror.schema import IS_OPEN, allocations, bundle_parts, listings, outbox, products
from daemon.mirror.store import Transaction, scan
from daemon.mirror.windows import windows_in

SWEEPS_UNTIL_GONE = 2
"""A listing counts as gone once it is missing in two complete sweeps (a single page can be stale)."""


_AT_ONCE = 10_000

_SERVED, _READ = 1, 2

Shown: TypeAlias = tuple[str, str | None]
"""The words for status and platform."""

Seen: TypeAlias = dict[int, list[Sku]]
"""The SKUs of listings in step, one for each, by how they were seen: stock that we keep, read in this cycle."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """What it takes to find goods in step: how shops are treated and share the pool, and the words of the workbook."""

    shops: Mapping[str, ShopPolicy]
    sharing: Sharing
    say: Say


def find_in_step(
    tx: Transaction, narrow: Narrow, file: SeenFile | None, *, cycle: int, lines: Iterable[LineFact]
) -> tuple[InStep, set[Sku] | None]:
    """Find the goods of which nothing changed anywhere, and those that are to be looked at (``None``: all there are).

    ``file`` is what the seller saved, ``None`` when the workbook could not be read; ``lines`` have yet to be booked.
    """
    if file is not None and (file.copy or file.is_stale):
        return NOTHING_IN_STEP, None  # all that it says has to be compared with what became of it since
    busy = _busy(tx) | {sku for line in lines for sku in (line.sku, *line.taken)}
    if file is not None:
        busy |= named_in(file)
    is_plain = narrow.sharing is Sharing.SHARED and all(policy.rule == FULL_POOL for policy in narrow.shops.values())
    if not is_plain:
        busy |= _misallotted(tx, narrow.shops, narrow.sharing)
    agreed, others, seen = _agreed(tx, narrow, cycle, is_plain=is_plain, busy=busy)
    rows = dict.fromkeys(agreed, 0) if file is None else rows_in_step(file, agreed)
    if file is not None:
        for sku in _variants_of(tx, with_new_words(file, frozenset(rows.values()), agreed.keys() | others)):
            rows.pop(sku, None)
    numbers = frozenset() if file is None else frozenset(rows.values())
    others |= agreed.keys() - rows.keys()
    others.update(map(Sku, tx.execute(_OVERSOLD).scalars()))
    if file is not None:
        others |= file.bases.keys() - rows.keys()
        others |= {Sku(row.sku.value) for row in file.rows if row.number not in numbers and isinstance(row.sku, Text)}
    if any("\0" in sku for sku in others):
        return NOTHING_IN_STEP, None  # SQLite reads a text in JSON only so far
    return InStep(rows.keys(), numbers, **_counted(seen, rows)), others


def _variants_of(tx: Transaction, skus: Collection[Sku]) -> set[Sku]:
    """List the goods that are variants of the same products as ``skus``."""
    if not skus:
        return set()
    return {Sku(sku) for sku in tx.execute(_VARIANTS, {"of": json.dumps([*skus])}).scalars()}


_one, _other = listings.alias(), listings.alias()
_VARIANTS = (
    select(_other.c.sku)
    .join(_one, and_(_one.c.shop == _other.c.shop, _one.c.product_id == _other.c.product_id))
    .where(_one.c.sku.in_(select(func.json_each(bindparam("of", type_=String)).table_valued("value").c.value)))
    .distinct()
)

_OVERSOLD = select(products.c.sku).where(products.c.available < 0)


def _busy(tx: Transaction) -> set[Sku]:
    """Goods with a write under way, in a bundle, or with a rule of their own: their numbers hang on more than a row."""
    return {Sku(sku) for sku in tx.execute(_BUSY).scalars()}


# A status is that of the whole product, whichever of its listings it was recorded with.
_IS_CONCERNED = and_(
    *(listings.c[name] == outbox.c[name] for name in ("shop", "product_id")),
    or_(listings.c.sku_id == outbox.c.sku_id, outbox.c.target == Target.STATUS.value),
)
_BUSY = (
    select(listings.c.sku)
    .join(outbox, _IS_CONCERNED)
    .where(IS_OPEN)
    .union(select(allocations.c.sku), select(bundle_parts.c.bundle), select(bundle_parts.c.part))
)


def _agreed(
    tx: Transaction, narrow: Narrow, cycle: int, *, is_plain: bool, busy: AbstractSet[Sku]
) -> tuple[dict[Sku, Agreed], set[Sku], Seen]:
    """What every SKU's row is to show, where nothing speaks against it; the other SKUs; how listings were seen."""
    words = {status.value: narrow.say(message(f"status.{status}")) for status in _RANK}
    platforms = {each: narrow.say(message(f"platform.{each}")) for each in RowPlatform}

    @cache
    def platform_of(tiktok_shop: str | None, tokopedia: str | None) -> str | None:
        word = platform_shown((windows_in(tiktok_shop, tokopedia),))
        return word and platforms[word]

    found: dict[Sku, Agreed] = {}
    open_ = set(busy)
    seen: Seen = defaultdict(list)
    given = {"shops": list(narrow.shops), "served": _served(narrow.shops), "cycle": cycle}
    for sku, how, status, tiktok_shop, tokopedia, stock, price in scan(tx, _PLAIN if is_plain else _BY_RULES, given):
        if how is None:
            open_.add(sku)
            continue
        seen[how].append(sku)
        shown = (words.get(status, words[RowStatus.OTHER]), platform_of(tiktok_shop, tokopedia))
        other = found.get(sku)
        if other is not None:
            shown = _together(shown, other[0], words, mixed=platforms[RowPlatform.MIXED])
        found[sku] = (shown, stock, price)
    for sku in open_ & found.keys():
        del found[sku]
    return found, open_, seen


def _counted(seen: Seen, rows: Container[Sku]) -> dict[str, int]:
    counts = {how: sum(map(rows.__contains__, skus)) for how, skus in seen.items()}
    equal, unread = counts.get(_SERVED | _READ, 0), counts.get(_SERVED, 0)
    return {"read": equal + counts.get(_READ, 0), "equal": equal, "unread": unread}


_RANK = (RowStatus.ACTIVE, RowStatus.PARTLY, RowStatus.INACTIVE, RowStatus.OTHER)
"""The words for listings, which have those for active and inactive from the shops; of several the first one counts."""


def _together(one: Shown, other: Shown, words: Mapping[str, str], *, mixed: str) -> Shown:
    found = {one[0], other[0]}
    status = next(words[each] for each in _RANK if words[each] in found)
    if status == words[RowStatus.ACTIVE] and len(found) > 1:
        status = words[RowStatus.PARTLY]
    return status, one[1] if other[1] in {one[1], None} else mixed if one[1] else other[1]


def _served(shops: Mapping[str, ShopPolicy]) -> list[str]:
    return [shop for shop, policy in shops.items() if policy.sends_stock]


def _listings_in_step(*, is_plain: bool) -> Select[Any]:
    """Build the query for listings, and how each was seen: NULL if it is open, or shows something else than agreed."""
    known, goods = listings.c, products.c
    shops, served = bindparam("shops", expanding=True, type_=String), bindparam("served", expanding=True, type_=String)
    is_served, is_unread = known.shop.in_(served), known.observed_in.is_distinct_from(bindparam("cycle"))
    is_there = and_(known.status != ListingStatus.DELETED.value, known.missed_sweeps < SWEEPS_UNTIL_GONE)
    is_unserved_yet = and_(~is_served, or_(known.told.is_not(None), known.unexplained_since_ms.is_not(None)))
    right = func.min(func.max(goods.available, 0), QUANTITY_LIMIT)
    is_stock_open = or_(
        known.told.is_(None),
        known.told_slack != 0,
        and_(known.told != right, literal(is_plain)),
        and_(~is_unread, known.shown.is_distinct_from(known.told)),
    )
    is_other_price = or_(known.told_price.is_distinct_from(goods.price), known.currency != goods.currency)
    is_open = or_(
        goods.sku.is_(None),
        goods.available < 0,
        known.quantity_is_editable == 0,
        known.unexplained_since_ms.is_not(None),
        known.edited_to.is_not(None),
        known.edits_alike != 0,
        and_(is_served, is_stock_open),
        is_unserved_yet,
        known.price.is_distinct_from(known.told_price),
        and_(known.told_price.is_not(None), is_other_price),
    )
    is_read = and_(~is_unread, known.shown.is_not(None))
    how = case((not_(is_open), _SERVED * cast(is_served, Integer) + _READ * cast(is_read, Integer)))
    return (
        select(known.sku, how, known.status, known.tiktok_shop, known.tokopedia, goods.available, goods.price)
        .outerjoin(products, goods.sku == known.sku)
        .where(known.shop.in_(shops), known.sku != "", or_(is_there, is_unserved_yet))
    )


# Built once: they are asked in every cycle.
_PLAIN, _BY_RULES = _listings_in_step(is_plain=True), _listings_in_step(is_plain=False)


def _misallotted(tx: Transaction, shops: Mapping[str, ShopPolicy], sharing: Sharing) -> set[Sku]:
    """Find the goods of which some listing was told another number than the shops' rules allot to it.

    Rules of single goods are left out: those goods are looked at anyway.
    """
    rank = {shop: place for place, shop in enumerate(shops)}

    @cache
    def allotted(available: int, listed_in: tuple[str, ...]) -> list[int]:
        # Told apart by their places: the rule of a listing is that of its shop.
        rules = {ListingId(shop, str(place), ""): shops[shop].rule for place, shop in enumerate(listed_in)}
        return list(allocate(available, rules, sharing=sharing).values())

    wrong = set()
    for sku, rows in groupby(tx.execute(_TOLD, {"served": _served(shops)}), key=attrgetter("sku")):
        known = sorted(rows, key=lambda row: (rank[row.shop], row.product_id, row.sku_id))
        if [row.told for row in known] != allotted(known[0].available, tuple(row.shop for row in known)):
            wrong.add(Sku(sku))
    return wrong


_TOLD = (
    select(*(listings.c[name] for name in ("sku", "shop", "product_id", "sku_id", "told")), products.c.available)
    .join(products, products.c.sku == listings.c.sku)
    .where(
        listings.c.shop.in_(bindparam("served", expanding=True, type_=String)),
        listings.c.sku != "",
        listings.c.status != ListingStatus.DELETED.value,
        listings.c.missed_sweeps < SWEEPS_UNTIL_GONE,
    )
    .order_by(listings.c.sku)
    .execution_options(yield_per=_AT_ONCE)
)
