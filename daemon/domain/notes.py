"""What a note of ours says of values that were taken over: ``✓ 10 Mar 14.05: 12 → 19, 3 terjual selagi Anda mengetik``.

It is told from what the file showed when we wrote it, so that it is right however long the workbook stays open, and
so that it is written once: a file that we wrote has nothing in it to be taken over. It stands until the row shows
another number.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet

from daemon.domain.draft import Draft, LinkedRow
from daemon.domain.messages import Message, message
from daemon.domain.plan import Plan
from daemon.domain.rows import Cell, Field, Number, RowBase, Text
from daemon.domain.stock import Cause
from daemon.domain.values import Sku

Say = Callable[[Message], str]

NOTE_MARK = "Selaras:"
"""How every note of ours begins."""
DONE_MARK = f"{NOTE_MARK} ✓"
"""How a note begins that says what was done; it asks nothing."""


def done_note(draft: Draft, row: LinkedRow, say: Say) -> str | None:
    """Tell what was taken over from a row, or from copies of it, since its file was written, and when.

    Without such news, what its note tells already, as long as it is so.
    """
    seen = draft.given.as_written.get(row.sku, RowBase())
    said = "; ".join((*_stock(draft, row, seen, say), *_price(draft, row, seen, say)))
    standing = _standing(row.cells.note)
    told = standing.removeprefix(DONE_MARK).partition(": ")[2]
    if said and said != told:
        at = say(message("note.at", at=int(draft.given.now.timestamp())))
        return f"{DONE_MARK} {at}: {said}"
    if row.sku in draft.given.brought:
        return draft.given.brought[row.sku]
    product = draft.products[row.sku]
    shown = {max(product.available, 0)} | ({product.price.amount} if product.price else set())
    return standing if said or still_holds(standing, shown, was={seen.stock, seen.price}) else None


def brought(plans: Iterable[Plan]) -> dict[Sku, str]:
    """Collect what the notes in copies would say was done, by their plans: the workbook's rows say it for them."""
    notes = ((row.sku, row.cells.get(Field.NOTE)) for plan in plans for row in plan.rows)
    return {sku: note for sku, note in notes if sku and isinstance(note, str) and note.startswith(DONE_MARK)}


def _standing(note: Cell) -> str:
    return note.value if isinstance(note, Text) and note.value.startswith(DONE_MARK) else ""


def still_holds(note: str, shown: AbstractSet[int | None], *, was: AbstractSet[int | None]) -> bool:
    """Tell whether a note of what was done names a number that its row shows, and none that ``was`` shown beside it."""
    words = note.removeprefix(DONE_MARK).partition(": ")[2]
    named = {int(re.sub("[.,]", "", number)) for number in re.findall(r"\d[\d.,]*", words)}
    return bool(named & shown) and not named & (was - shown)


def _stock(draft: Draft, row: LinkedRow, seen: RowBase, say: Say) -> Iterator[str]:
    agreed, product = draft.bases[row.sku], draft.products[row.sku]
    now = max(product.available, 0)
    if agreed.count is not None and agreed.count != seen.count:
        # A count has the last word: what else was typed is in it.
        code = "note.count_reserved" if product.reserved else "note.count"
        yield say(message(code, counted=agreed.count, now=now, reserved=product.reserved))
        return
    added = 0 if agreed.adjustment is None else agreed.adjustment - (seen.adjustment or 0)
    if seen.stock is None and seen.asked_stock is not None and agreed.asked_stock is None and agreed.stock is not None:
        yield say(message("note.stock_decided", now=now - added))
    elif seen.stock is not None and agreed.stock is not None and agreed.stock != seen.stock:
        gone = agreed.stock - (now - added)
        if gone <= 0:
            code = "note.stock"
        elif gone == _sold(draft, row.sku):
            code = "note.stock_sold"
        else:  # of a number that was asked about, the units may be those that the shop's number has fewer
            code = "note.stock_decided" if agreed.stock == seen.asked_stock else "note.stock_left"
        yield say(message(code, before=seen.stock, now=now - added, units=gone))
    if added:
        yield say(message("note.adjustment", units=f"{added:+d}", before=now - added, now=now))


def _sold(draft: Draft, sku: Sku) -> int:
    """Count the units that orders took since the file was written."""
    by_orders = {Cause.ORDER, Cause.CANCEL}
    now = sum(move.delta for move in draft.movements if move.sku == sku and move.cause in by_orders)
    return draft.given.sold.get(sku, 0) - now


def _price(draft: Draft, row: LinkedRow, seen: RowBase, say: Say) -> Iterator[str]:
    agreed, price = draft.bases[row.sku], draft.products[row.sku].price
    if price is None or agreed.asked_price is not None or not isinstance(row.cells.price, Number):
        return
    if seen.price is not None and agreed.price != seen.price and agreed.price == price.amount:
        yield say(message("note.price", before=seen.price, now=price.amount))
    elif seen.asked_price is not None:
        yield say(message("note.price_decided", now=price.amount))
