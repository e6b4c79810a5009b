"""Brakes: what is suspicious about a whole save is not used before the seller has said yes to exactly that.

A price that is far from the present one is a question in its row instead (:mod:`daemon.domain.prices`).
"""

from base64 import b32encode
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias

from daemon.domain.identity import FURTHEST, columns_exchanged, known_rows, scrambled
from daemon.domain.messages import Message, message
from daemon.domain.rows import TYPED, Field, Number, RowBase, SheetRow, Text
from daemon.domain.values import ListingId, Sku

FEWEST_CHANGED, FEWEST_ZEROED, FEWEST_GONE = 10, 5, 5
"""In fewer rows, or listings, a share says nothing: a shop of four goods is often changed as a whole."""

RULES_WAIT, RECIPES_WAIT = "allocation.sells_out", "bundle.sells_out"
"""Said of rules, and of recipes, that wait for a yes; all else in the file counts."""

Edit: TypeAlias = tuple[Sku, Field, int | str]
"""A number that was typed, or a word for status or platform."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on the seller is asked, in percent or units; ``None``: never.

    ``price_step`` is how far a price may move at once, ``rows`` the share of rows that one save may change, or empty
    of stock. ``stock_step`` is how many units typed stock may add at once.
    """

    price_step: int | None = None
    rows: int | None = None
    stock_step: int | None = None


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Suspect:
    """A saved file that is looked at as a whole: its rows, and what they are compared with.

    ``gone`` are the headers of columns that it had before, ``unchanged`` the numbers of rows in which nothing was
    typed.
    """

    rows: Sequence[SheetRow]
    bases: Mapping[Sku, RowBase]
    gone: Collection[str] = ()
    unchanged: Container[int] = ()


def why_stopped(file: Suspect, limits: Limits, *, approved: Container[str]) -> Message | None:
    """Tell why nothing of a save may be used, if so; ``approved`` are the plans that the seller said yes to."""
    changed = tuple(edits((row for row in file.rows if row.number not in file.unchanged), file.bases))
    plan = plan_of(changed, file.gone)
    if plan in approved or not (changed or file.gone):
        return None
    if file.gone:
        return message("sheet.column_gone", headers=", ".join(file.gone), plan=plan)
    known = [row for row in file.rows if row.number in file.unchanged or known_rows([row], file.bases)]
    near = _near(known, file.unchanged)
    if moved := scrambled(near, file.bases):
        return message("sheet.scrambled", rows=moved, plan=plan)
    if exchanged := columns_exchanged(near, file.bases):
        return message("sheet.columns_exchanged", rows=exchanged, plan=plan)
    of_stock = {Field.STOCK, Field.COUNT}
    zeroed = {sku for sku, field, typed in changed if field in of_stock and typed == 0 and file.bases[sku].stock}
    return _too_many(changed, zeroed, known=len(known), limits=limits, plan=plan)


def _too_many(
    changed: Iterable[Edit], zeroed: Collection[Sku], *, known: int, limits: Limits, plan: str
) -> Message | None:
    touched = {sku for sku, _, _ in changed}
    if not (
        _is_many(len(touched), FEWEST_CHANGED, known, limits) or _is_many(len(zeroed), FEWEST_ZEROED, known, limits)
    ):
        return None
    if zeroed:
        return message("sheet.many_rows", rows=len(touched), known=known, zeroed=len(zeroed), plan=plan)
    return message("sheet.many_changed", rows=len(touched), known=known, plan=plan)


def plan_to_approve(
    new: Iterable[object], last: Iterable[object], *, sold_out: int, known: int, limits: Limits
) -> str | None:
    """Name the plan of ``new`` rules instead of the ``last`` by which too many ``known`` goods would be ``sold_out``.

    ``None`` if they are few enough. Rules are told apart by their words, and a plan from its contrary.
    """
    if not _is_many(sold_out, FEWEST_ZEROED, known, limits):
        return None
    return _named((*(f"+{rule!r}" for rule in new), *(f"-{rule!r}" for rule in last)))


def _is_many(found: int, fewest: int, known: int, limits: Limits) -> bool:
    return limits.rows is not None and found >= fewest and found * 100 > limits.rows * known


def _near(known: Sequence[SheetRow], unchanged: Container[int]) -> list[SheetRow]:
    """Leave out the rows that nothing moved into or out of: those far from all that changed."""
    reach = range(-FURTHEST, FURTHEST + 1)
    places = {place + by for place, row in enumerate(known) if row.number not in unchanged for by in reach}
    return [known[place] for place in sorted(places) if 0 <= place < len(known)]


def edits(rows: Iterable[SheetRow], bases: Mapping[Sku, RowBase]) -> Iterator[Edit]:
    """Yield the prices, stocks and words that were typed over others, and what was added or counted."""
    for row, sku in known_rows(rows, bases):
        for field in TYPED:
            cell, before = row.cell(field), getattr(bases[sku], field.value)
            is_open = before is None and field in {Field.PRICE, Field.STOCK}  # nothing was agreed on yet
            if isinstance(cell, Number) and cell.value != before and not is_open:
                yield sku, field, cell.value
        for field in (Field.STATUS, Field.PLATFORM):
            cell, word = row.cell(field), getattr(bases[sku], field.value)
            if word is not None and isinstance(cell, Text) and cell.value != word:
                yield sku, field, cell.value


def why_resting(
    shop: str, active: Collection[ListingId], gone: Collection[ListingId], *, approved: Container[str]
) -> Message | None:
    """Tell why nothing may be sent to a shop whose ``active`` listings are suddenly ``gone``, if they are too many."""
    plan = _named(f"{each.shop}\t{each.product_id}\t{each.sku_id}" for each in gone)
    if len(gone) < FEWEST_GONE or len(gone) * 2 <= len(active) or plan in approved:
        return None
    return message("shop.resting", shop=shop, gone=len(gone), known=len(active), plan=plan)


def plan_of(changed: Iterable[Edit], gone: Iterable[str] = ()) -> str:
    """Name these very edits, in whatever order they come: eight letters and digits that a person can copy."""
    return _named((*(f"{sku}\t{field}\t{typed}" for sku, field, typed in changed), *gone))


def _named(facts: Iterable[str]) -> str:
    told = "\n".join(sorted(facts))
    digest = blake2b(told.encode("utf-8", "surrogatepass"), digest_size=5, person=b"selaras").digest()
    return b32encode(digest).decode().lower()


def is_far(typed: int, present: Collection[int], limits: Limits) -> bool:
    """Tell whether a typed price is further than one step from each of the ``present`` ones."""
    step = limits.price_step
    return step is not None and bool(present) and all(abs(typed - each) * 100 > step * each for each in present)


def is_big_rise(units: int, limits: Limits) -> bool:
    """Tell whether typed stock adds more than one step; a fall sells too little at worst, and is not asked about."""
    return limits.stock_step is not None and units > limits.stock_step


def lowest_price(cost: int, fees: int) -> int:
    """Tell the lowest price that leaves ``cost`` after ``fees`` (hundredths of a percent)."""
    return -(-cost * 10_000 // (10_000 - fees))
