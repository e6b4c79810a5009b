"""Which goods a row stands for: its SKU, and a key of ours that goes with the row when it is sorted or moved.

A spreadsheet can damage a code (``00123`` becomes 123) and a hand can sort one column without the others. Damage is
undone only where one known SKU alone can have been meant; a scrambled sheet is not used at all.
"""

from base64 import b32encode
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from hashlib import blake2b

from daemon.domain.damage import damaged_forms
from daemon.domain.rows import Number, RowBase, SheetRow, Text, Unclear
from daemon.domain.values import Sku

FEWEST_SCRAMBLED, FEWEST_EXCHANGED = 3, 5
"""Rows that prove it by their keys; rows without keys, of which a few can change places by corrections."""


def row_key(sku: Sku) -> str:
    """Give the key that we write beside ``sku``: eleven letters and digits, the same for the same SKU everywhere.

    It begins with a letter and holds no code of its own, so that no spreadsheet can take it for a number.
    """
    digest = blake2b(sku.encode("utf-8", "surrogatepass"), digest_size=6, person=b"selaras").digest()
    return "s" + b32encode(digest).decode().rstrip("=").lower()


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
        for form in damaged_forms(sku):
            by_form[form].add(sku)
    found: dict[int, Sku] = {}
    for row, shown in unsettled:
        # A code that only looks damaged, such as a barcode that ends in zeros.
        could_be = {Sku(shown)} if shown in free else by_form.get(shown, set())
        if isinstance(row.key, Text):
            could_be = {sku for sku in could_be if row_key(sku) == row.key.value}
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


def nearly(words: str, known: Iterable[Sku]) -> Sku | None:
    """Find the one known SKU that differs from ``words`` in letter case, blanks and dashes only."""
    plain = _plain(words)
    alike = [sku for sku in known if _plain(sku) == plain]
    return alike[0] if len(alike) == 1 else None


def scrambled(rows: Sequence[SheetRow], bases: Mapping[Sku, RowBase]) -> int:
    """Count the rows that show the numbers of other rows, as after a sort of one column without the others.

    0 where it can be anything else. The key of a row proves it: the numbers are those of the goods that the key names.
    Without keys only a perfect exchange of prices and stocks, or of one of them, is taken for it: whoever counts or
    restocks changes what there is in all.
    """
    known = [(row, bases[sku]) for row in rows if isinstance(row.sku, Text) and (sku := Sku(row.sku.value)) in bases]
    strangers = _showing_others(known, bases)
    if strangers >= FEWEST_SCRAMBLED:
        return strangers
    columns = (("price", "stock"), ("price",), ("stock",))
    return max(_exchanged(known, names) for names in columns)


def _showing_others(known: Iterable[tuple[SheetRow, RowBase]], bases: Mapping[Sku, RowBase]) -> int:
    by_key = {row_key(sku): base for sku, base in bases.items()}
    found = 0
    for row, own in known:
        named = by_key.get(row.key.value) if isinstance(row.key, Text) else None
        if named is not None and named is not own:
            found += _shows(row, named) and not _shows(row, own)
    return found


def _shows(row: SheetRow, base: RowBase) -> bool:
    """Whether the numbers of a row are those of ``base``, as far as both have any."""
    pairs = ((row.price, base.price), (row.stock, base.stock))
    return all(cell.value == number for cell, number in pairs if isinstance(cell, Number) and number is not None)


def _exchanged(known: Iterable[tuple[SheetRow, RowBase]], names: Sequence[str]) -> int:
    changed = []
    for row, base in known:
        cells = [getattr(row, name) for name in names]
        before = tuple(getattr(base, name) for name in names)
        if all(isinstance(cell, Number) for cell in cells) and None not in before:
            now = tuple(cell.value for cell in cells)
            if now != before:
                changed.append((now, before))
    is_exchange = sorted(now for now, _ in changed) == sorted(before for _, before in changed)
    is_many = len(changed) >= FEWEST_EXCHANGED and len({now for now, _ in changed}) > 2
    return len(changed) if is_exchange and is_many else 0


def _typed_skus(rows: Iterable[SheetRow]) -> set[str]:
    return {row.sku.value for row in rows if isinstance(row.sku, Text)}


def _numbers(row: SheetRow) -> tuple[int, int] | None:
    if isinstance(row.price, Number) and isinstance(row.stock, Number):
        return row.price.value, row.stock.value
    return None


def _base_numbers(base: RowBase) -> tuple[int, int] | None:
    return None if base.price is None or base.stock is None else (base.price, base.stock)


def _plain(words: str) -> str:
    return "".join(char for char in words.casefold() if char.isalnum())
