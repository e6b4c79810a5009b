"""Brakes: what is suspicious about a whole save is not used before the seller has said yes to exactly that.

A price that is far from the present one is a question in its row instead (:mod:`daemon.domain.prices`).
"""

from base64 import b32encode
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias

from daemon.domain.identity import columns_exchanged, scrambled
from daemon.domain.messages import Message, message
from daemon.domain.rows import TYPED, Field, Number, RowBase, SheetRow, Text
from daemon.domain.values import ListingId, Sku

FEWEST_CHANGED, FEWEST_ZEROED, FEWEST_GONE = 10, 5, 5
"""In fewer rows, or listings, a share says nothing: a shop of four goods is often changed as a whole."""

Edit: TypeAlias = tuple[Sku, Field, int]
"""A number that was typed."""


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


def why_stopped(
    rows: Sequence[SheetRow],
    bases: Mapping[Sku, RowBase],
    limits: Limits,
    *,
    approved: Container[str],
    gone: Collection[str] = (),
) -> Message | None:
    """Tell why nothing of a save may be used, if so; ``approved`` are the plans that the seller said yes to.

    ``gone`` are the headers of columns that the sheet had before.
    """
    changed = tuple(edits(rows, bases))
    plan = plan_of(changed, gone)
    if plan in approved:
        return None
    if gone:
        return message("sheet.column_gone", headers=", ".join(gone), plan=plan)
    if moved := scrambled(rows, bases):
        return message("sheet.scrambled", rows=moved, plan=plan)
    if exchanged := columns_exchanged(rows, bases):
        return message("sheet.columns_exchanged", rows=exchanged, plan=plan)
    known = sum(isinstance(row.sku, Text) and row.sku.value in bases for row in rows)
    touched = {sku for sku, _, _ in changed}
    zeroed = {sku for sku, field, typed in changed if field is Field.STOCK and typed == 0}
    is_too_many = limits.rows is not None and any(
        len(found) >= fewest and len(found) * 100 > limits.rows * known
        for found, fewest in ((touched, FEWEST_CHANGED), (zeroed, FEWEST_ZEROED))
    )
    if not is_too_many:
        return None
    return message("sheet.many_rows", rows=len(touched), known=known, zeroed=len(zeroed), plan=plan)


def edits(rows: Sequence[SheetRow], bases: Mapping[Sku, RowBase]) -> Iterator[Edit]:
    """Yield the prices and stocks that were typed over others, and what was added or counted."""
    known = ((Sku(row.sku.value), row) for row in rows if isinstance(row.sku, Text) and row.sku.value in bases)
    for sku, row in known:
        for field in TYPED:
            cell, before = row.cell(field), getattr(bases[sku], field.value)
            is_open = before is None and field in {Field.PRICE, Field.STOCK}  # nothing was agreed on yet
            if isinstance(cell, Number) and cell.value != before and not is_open:
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
