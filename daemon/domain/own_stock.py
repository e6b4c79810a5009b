"""Goods that begin to have a stock of their own: parts that no shop lists, and bundles that are taken back.

The number in their row is their whole stock, never a difference: what the row showed before was nobody's count. No
shop has a number for them, so a choice between the two is no answer (decision 0012).
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from daemon.domain.brakes import is_big_rise
from daemon.domain.draft import Draft, LinkedRow
from daemon.domain.messages import message
from daemon.domain.rows import Blank, Field, Number, Text
from daemon.domain.snapshot import Product
from daemon.domain.stock import QUANTITY_LIMIT
from daemon.domain.typed import is_answer, take_typed_stock
from daemon.domain.values import Sku


def open_parts(draft: Draft) -> None:
    """Start the ledger of parts that no shop lists, where their row in the workbook says how many there are.

    Orders count as for the bundle itself: one that is not seen yet was no more known to whoever typed the number.
    """
    lacking = {part for part in draft.parts() - draft.products.keys() if not any(draft.linked(part))}
    if not lacking or draft.is_scrambled or not draft.given.is_catalogue_known:
        return
    times = Counter(row.sku for row in draft.rows)
    for row in draft.rows:
        match row.sku, row.stock:
            case Text(words), Number(units) if 0 <= units <= QUANTITY_LIMIT and times[row.sku] == 1:
                if (sku := Sku(words)) in lacking:
                    draft.open_product(Product(sku, 0, 0, None, _known_since(draft, sku)))
                    draft.unopened.add(sku)


def _known_since(draft: Draft, part: Sku) -> datetime:
    bundles = [draft.products[sku] for sku, recipe in draft.wanted.items() if part in recipe and sku in draft.products]
    return min((bundle.opened_at for bundle in bundles), default=draft.given.now)


def take_own_stock(draft: Draft, row: LinkedRow) -> None:
    """Take the number that was typed or counted for such goods, or ask about it; until then they stay what they are."""
    row = replace(row, answers={})
    draft.bases[row.sku] = row.base._replace(note=None) if isinstance(row.cells.note, Blank) else row.base
    match row.cells.stock, row.cells.count:
        case _, Number(counted) if counted != row.base.count and not _is_refused(draft, row, Field.COUNT, counted):
            _take_count(draft, row)
        case Number(typed), _ if 0 <= typed <= QUANTITY_LIMIT and not _is_refused(draft, row, Field.STOCK, typed):
            _take_number(draft, row, typed)


def _is_refused(draft: Draft, row: LinkedRow, field: Field, typed: int) -> bool:
    """Whether a number in the row of a bundle says nothing of its own stock: we wrote it, or refused it already."""
    if row.sku not in draft.leaving:
        return False
    is_ours = field is Field.STOCK and typed == row.base.stock
    return is_ours or (_is_unanswered(row, field, typed) and not is_big_rise(typed, draft.given.limits))


def _is_unanswered(row: LinkedRow, field: Field, typed: int) -> bool:
    asked = row.base.asked_stock if field is Field.STOCK else row.base.asked_count
    return typed == asked and not is_answer(row, field, typed=typed, asked=asked)


def _take_count(draft: Draft, row: LinkedRow) -> None:
    """A count has the last word: it alone is booked, and what else stands in the row is in it."""
    before, alone = draft.bases[row.sku], replace(row.cells, stock=Blank(), adjustment=Blank())
    take_typed_stock(draft, replace(row, cells=alone))
    base = draft.bases[row.sku]
    if row.sku in draft.counted:
        seen = row.cells.stock.value if isinstance(row.cells.stock, Number) else base.stock
        take_typed_stock(draft, replace(row, base=base._replace(stock=seen)))
        draft.left.add(row.sku)
    else:
        draft.bases[row.sku] = before._replace(count=base.count)


def _take_number(draft: Draft, row: LinkedRow, typed: int) -> None:
    is_news = typed != row.base.asked_stock or _is_unanswered(row, Field.STOCK, typed)
    if is_news and is_big_rise(typed, draft.given.limits):
        draft.hold(row.sku, row.cells.number, Field.STOCK, message("bundle.big_own_stock", typed=typed))
        draft.bases[row.sku] = draft.bases[row.sku]._replace(asked_stock=typed)
        return
    added = row.cells.adjustment
    alone = replace(row.cells, adjustment=Blank()) if isinstance(added, Number) else row.cells
    take_typed_stock(draft, replace(row, cells=alone, base=row.base._replace(stock=0, is_derived=False)))
    if isinstance(added, Number) and added.value != row.base.adjustment:
        # It may have been refused while they were a bundle: as in an old file, it has to be typed anew.
        reason = message("bundle.added_then", typed=added.value)
        draft.hold(row.sku, row.cells.number, Field.ADJUSTMENT, reason)
        draft.bases[row.sku] = draft.bases[row.sku]._replace(adjustment=row.base.adjustment, is_derived=True)
    draft.left.add(row.sku)
    draft.decided.add(row.sku)
