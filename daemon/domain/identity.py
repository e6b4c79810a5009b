"""Which goods a row stands for: its SKU, and a key of ours that goes with the row when it is sorted or moved.

A spreadsheet can damage a code (``00123`` becomes 123) and a hand can sort one column without the others. Damage is
undone only where one known SKU alone can have been meant; a scrambled sheet is not used at all.
"""

from base64 import b32encode
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from operator import sub
from typing import TypeAlias

from daemon.domain.damage import as_read, damaged_forms
from daemon.domain.rows import Cell, Number, RowBase, SheetRow, Text, Unclear
from daemon.domain.values import Sku

Numbers: TypeAlias = tuple[int, ...]

FEWEST_SCRAMBLED, FEWEST_EXCHANGED = 3, 5
"""Rows that prove it by their keys; rows without keys, of which a few can change places by corrections."""
FURTHEST = 3
"""By so many rows deleted or inserted cells move the ones below them."""
_MOVES = tuple(by for by in range(-FURTHEST, FURTHEST + 1) if by)


@lru_cache(maxsize=1 << 18)  # every cycle asks for those of all goods
def row_key(sku: Sku) -> str:
    """Give the key that we write beside ``sku``: eleven letters and digits, the same for the same SKU everywhere.

    It begins with a letter and holds no code of its own, so that no spreadsheet can take it for a number.
    """
    digest = blake2b(sku.encode("utf-8", "surrogatepass"), digest_size=6, person=b"selaras").digest()
    return "s" + b32encode(digest).decode().rstrip("=").lower()


def as_known(rows: tuple[SheetRow, ...], known: Collection[Sku]) -> tuple[SheetRow, ...]:
    """Give the rows with those ``known`` codes that a cell cannot tell: ones that look damaged, or have blanks around.

    A key must agree. Where two codes read alike, the one that has a row of its own, or else the key, settles it.
    """
    odd = {row.number: shown for row in rows if not _is_date(row.sku) and (shown := _damaged(row, known, ()))}
    if not odd:
        return rows
    by_shown: dict[str, set[Sku]] = defaultdict(set)
    for sku in set(known) - _typed_skus(rows):
        by_shown[as_read(sku)].add(sku)
    found: dict[int, Sku] = {}
    for row in rows:
        could_be = _agreeing(row, by_shown.get(odd.get(row.number, ""), set()))
        if len(could_be) == 1:
            found[row.number] = next(iter(could_be))
    return tuple(replace(row, sku=Text(found[row.number])) if row.number in found else row for row in rows)


def _is_date(cell: Cell) -> bool:
    return isinstance(cell, Unclear) and cell.reason.code == "cell.sku_date"


def _agreeing(row: SheetRow, could_be: set[Sku]) -> set[Sku]:
    """Leave the SKUs that the key of a row allows."""
    return {sku for sku in could_be if row_key(sku) == row.key.value} if isinstance(row.key, Text) else could_be


def repaired(rows: Sequence[SheetRow], listed: Collection[Sku], known: Container[str] = ()) -> dict[int, Sku]:
    """Find the rows, by number, whose damaged SKU can only have been one of ``listed`` that no other row claims.

    The key settles it where several would do, and where there is one it must agree. A code that is ``known`` from
    before is not damaged, even if no shop lists it any more.
    """
    unsettled = [(row, shown) for row in rows if (shown := _damaged(row, listed, known))]
    if not unsettled:
        return {}
    free = set(listed) - _typed_skus(rows)
    by_form: dict[str, set[Sku]] = defaultdict(set)
    for sku in free:
        for form in damaged_forms(sku) | ({as_read(sku)} - {sku}):
            by_form[form].add(sku)
    found: dict[int, Sku] = {}
    for row, shown in unsettled:
        # A code that only looks damaged, such as a barcode that ends in zeros.
        could_be = _agreeing(row, {Sku(shown)} if shown in free else by_form.get(shown, set()))
        if len(could_be) == 1:
            found[row.number] = next(iter(could_be))
    times = Counter(found.values())
    return {number: sku for number, sku in found.items() if times[sku] == 1}


def _damaged(row: SheetRow, listed: Collection[Sku], known: Container[str]) -> str | None:
    match row.sku:
        case Unclear(reason):
            return str(reason.params.get("shown", "")) or None
        case Text(words) if words not in listed and words not in known:
            return words
    return None


def formerly(rows: Iterable[SheetRow], known: Collection[Sku], bases: Mapping[Sku, RowBase]) -> dict[int, Sku]:
    """Find the rows, by number, that stood for another SKU before, one that has no row any more.

    By the key; without one, by a price and a stock that only one missing row had.
    """
    rows = list(rows)
    missing = {sku for sku in known if sku in bases} - _typed_skus(rows)
    by_key = {row_key(sku): sku for sku in missing}
    by_numbers: dict[tuple[int, int], set[Sku]] = defaultdict(set)
    for sku in missing:
        if (numbers := _base_numbers(bases[sku])) is not None:
            by_numbers[numbers].add(sku)
    found: dict[int, Sku] = {}
    for row in rows:
        if not isinstance(row.sku, Text) or row.sku.value in bases:
            continue
        if isinstance(row.key, Text):
            before = by_key.get(row.key.value)
        else:
            numbers = _numbers(row)
            could_be = by_numbers.get(numbers, set()) if numbers and numbers[1] else set()
            before = next(iter(could_be)) if len(could_be) == 1 else None
        if before is not None:
            found[row.number] = before
    times = Counter(found.values())
    return {number: sku for number, sku in found.items() if times[sku] == 1}


def nearly(typed: Iterable[str], known: Iterable[Sku]) -> dict[str, Sku]:
    """Find for each word the one known SKU that differs from it in letter case, blanks and dashes only."""
    plain = {words: bare(words) for words in typed}
    alike: dict[str, list[Sku]] = {each: [] for each in plain.values()}
    for sku in known if plain else ():
        if (form := bare(sku)) in alike:
            alike[form].append(sku)
    return {words: alike[form][0] for words, form in plain.items() if len(alike[form]) == 1}


def contradicted(
    rows: Sequence[SheetRow], bases: Mapping[Sku, RowBase], *, elsewhere: AbstractSet[Sku] = frozenset()
) -> dict[int, Sku]:
    """Find the rows, by number, whose key and numbers are those of other goods than their SKU; tell of which.

    One number that happens to be alike is no proof, for a careless sort leaves the keys behind: price and stock must
    be, or the row of the other goods must be gone, or be such a row itself. ``elsewhere``: goods with rows of their
    own that are not among ``rows``.
    """
    strangers = _with_strange_keys(known_rows(rows, bases), bases)
    alike = {sku: (row, other, n) for row, sku, other in strangers if (n := _only_like(row, bases[other], bases[sku]))}
    standing = {sku for _, sku in known_rows(rows, bases)} - alike.keys()
    return {
        row.number: other
        for row, other, found in alike.values()
        if found > 1 or not (other in standing or other in elsewhere)
    }


def known_rows(rows: Iterable[SheetRow], bases: Mapping[Sku, RowBase]) -> list[tuple[SheetRow, Sku]]:
    """List the rows that something was agreed on with, and their SKUs."""
    typed = ((row, Sku(row.sku.value)) for row in rows if isinstance(row.sku, Text))
    return [(row, sku) for row, sku in typed if sku in bases]


def _with_strange_keys(
    known: Iterable[tuple[SheetRow, Sku]], bases: Mapping[Sku, RowBase]
) -> list[tuple[SheetRow, Sku, Sku]]:
    """List the rows with their SKU and the other one that their key names."""
    strange = [
        (row, sku, row.key.value) for row, sku in known if isinstance(row.key, Text) and row.key.value != row_key(sku)
    ]
    # Mostly there is none: a large catalogue must not pay for the keys of all its goods.
    by_key = {row_key(sku): sku for sku in bases} if strange else {}
    return [(row, sku, by_key[key]) for row, sku, key in strange if key in by_key]


def _only_like(row: SheetRow, other: RowBase, own: RowBase) -> int:
    """Count the numbers of a row that are those of ``other``; 0 if any of them is that of ``own`` instead."""
    pairs = ((row.price, other.price, own.price), (row.stock, other.stock, own.stock))
    shown = [(cell.value, its, owns) for cell, its, owns in pairs if isinstance(cell, Number) and its != owns]
    return 0 if any(value == owns for value, _, owns in shown) else sum(value == its for value, its, _ in shown)


def scrambled(rows: Sequence[SheetRow], bases: Mapping[Sku, RowBase]) -> int:
    """Count the rows that show the numbers of other rows, as after a sort of one column without the others.

    0 where it can be anything else. The key of a row proves it: the numbers are those of the goods that the key names.
    Without keys only a perfect exchange of prices and stocks, or of one of them, is taken for it (whoever counts or
    restocks changes what there is in all), and a run of cells that moved by a few rows.
    """
    known = known_rows(rows, bases)
    found = _with_strange_keys(known, bases)
    strangers = sum(_shows(row, bases[other]) and not _shows(row, bases[sku]) for row, sku, other in found)
    if strangers >= FEWEST_SCRAMBLED:
        return strangers
    pairs = [(row, bases[sku]) for row, sku in known]
    return max(_shuffled(pairs, names) for names in (("price", "stock"), ("price",), ("stock",)))


def columns_exchanged(rows: Iterable[SheetRow], bases: Mapping[Sku, RowBase]) -> int:
    """Count the rows whose price and stock changed places; 0 unless most rows that changed are of that kind."""
    changed = exchanged = 0
    for row in rows:
        before = _base_numbers(bases.get(Sku(row.sku.value), RowBase())) if isinstance(row.sku, Text) else None
        now = _numbers(row)
        if before is not None and now is not None and now != before:
            changed += 1
            exchanged += now == before[::-1]
    return exchanged if exchanged * 2 > changed else 0


def _shows(row: SheetRow, base: RowBase) -> bool:
    """Whether the numbers of a row are those of ``base``, as far as both have any."""
    pairs = ((row.price, base.price), (row.stock, base.stock))
    return all(cell.value == number for cell, number in pairs if isinstance(cell, Number) and number is not None)


def _shuffled(known: Sequence[tuple[SheetRow, RowBase]], names: Sequence[str]) -> int:
    before = [tuple(getattr(base, name) for name in names) for _, base in known]
    changed: dict[int, Numbers] = {}
    for place, (row, _) in enumerate(known):
        cells = [getattr(row, name) for name in names]
        if None not in before[place] and all(isinstance(cell, Number) for cell in cells):
            now = tuple(cell.value for cell in cells)
            if now != before[place]:
                changed[place] = now
    if len(changed) < FEWEST_EXCHANGED:
        return 0
    return max(_exchanged(changed, before), *(_moved(changed, before, by) for by in _MOVES))


def _exchanged(changed: Mapping[int, Numbers], before: Sequence[Numbers]) -> int:
    is_exchange = sorted(changed.values()) == sorted(before[place] for place in changed)
    return len(changed) if is_exchange and len(set(changed.values())) > 2 else 0


def _moved(changed: Mapping[int, Numbers], before: Sequence[Numbers], by: int) -> int:
    """Count the rows that show what the row ``by`` rows further on had; 0 unless most changes are of that kind.

    Few different numbers, or the same step everywhere in one column, are no proof: ten sizes with 10, 11, 12 … pieces,
    each restocked by one, look the same.
    """
    places = range(max(0, -by), len(before) - max(0, by))
    moved = {place: now for place, now in changed.items() if place in places and now == before[place + by]}
    is_most = len(moved) * 4 >= len(changed) * 3
    is_distinct = len(set(moved.values())) >= FEWEST_EXCHANGED
    steps = {tuple(map(sub, now, before[place])) for place, now in moved.items()}
    is_no_restock = len(steps) > 2 or all(len(step) > 1 and all(step) for step in steps)
    return len(moved) if is_most and is_distinct and is_no_restock else 0


def _typed_skus(rows: Iterable[SheetRow]) -> set[str]:
    return {row.sku.value for row in rows if isinstance(row.sku, Text)}


def _numbers(row: SheetRow) -> tuple[int, int] | None:
    if isinstance(row.price, Number) and isinstance(row.stock, Number):
        return row.price.value, row.stock.value
    return None


def _base_numbers(base: RowBase) -> tuple[int, int] | None:
    return None if base.price is None or base.stock is None else (base.price, base.stock)


def bare(words: str) -> str:
    """Reduce a code to its letters and digits, in small letters."""
    return "".join(char for char in words.casefold() if char.isalnum())
