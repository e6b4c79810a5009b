"""The seller's side of reconcile: which rows speak for which goods, and what typed stock means.

A typed stock is a difference against what the seller saw (design 5.2); ``+/−`` adds; ``Opname`` counts what lies on
the shelf. Blank means no change, and what cannot be read with certainty is held (design 5.5).
"""

from collections import Counter
from dataclasses import replace

from daemon.domain.draft import Draft, LinkedRow
from daemon.domain.messages import message
from daemon.domain.rows import Absent, Blank, Cell, Field, Number, RowBase, SheetRow, Text, Unclear
from daemon.domain.stock import QUANTITY_LIMIT, Cause, Movement
from daemon.domain.values import Sku

TOTALS = frozenset({"total", "grand total", "subtotal", "sub total", "jumlah", "total stok", "total stock", "sum"})
"""Names of a row that adds up the others."""


def link_rows(draft: Draft) -> list[LinkedRow]:
    """Find the rows that belong to exactly one SKU of a shop; every other row with content is held with a reason."""
    rows = draft.given.rows or ()
    times = Counter(row.sku.value for row in rows if isinstance(row.sku, Text))
    listed = set(draft.skus())
    linked = []
    for row in rows:
        if isinstance(row.sku, Unclear):
            draft.hold(None, row.number, Field.SKU, row.sku.reason)
        elif not isinstance(row.sku, Text):
            if not _is_total(row.product):
                draft.hold(None, row.number, Field.SKU, message("row.no_sku"))
        elif times[row.sku.value] > 1:
            draft.hold(Sku(row.sku.value), row.number, Field.SKU, message("row.duplicate_sku", sku=row.sku.value))
        elif row.sku.value in draft.products and row.sku.value in listed:
            linked.append(_link(draft, row, Sku(row.sku.value)))
        elif not _is_total(row.sku):
            is_unlisted = draft.given.is_catalogue_known and row.sku.value not in listed
            code = "row.no_listing" if is_unlisted else "row.not_read_yet"
            draft.hold(Sku(row.sku.value), row.number, Field.SKU, message(code, sku=row.sku.value))
    return linked


def _is_total(cell: Cell) -> bool:
    """Whether a cell names the seller's own sum: its row stands for no goods, and our words do not belong into it."""
    return isinstance(cell, Text) and cell.value.strip(" :").casefold() in TOTALS


def _link(draft: Draft, row: SheetRow, sku: Sku) -> LinkedRow:
    base = draft.given.bases.get(sku)
    return LinkedRow(sku, row, base or RowBase())


def report_missing(draft: Draft) -> None:
    """Name goods whose row is gone: a missing row changes nothing (design 5.5)."""
    if draft.given.rows is None:
        return
    present = {row.sku.value for row in draft.given.rows if isinstance(row.sku, Text)}
    for sku in draft.given.bases:
        if sku not in present and sku in draft.products:
            draft.hold(sku, None, Field.SKU, message("row.missing", sku=sku))


def take_typed_stock(draft: Draft, row: LinkedRow) -> None:
    """Book what the seller typed into ``Stok``, ``+/−`` and ``Opname`` of one row; a count has the last word."""
    before = len(draft.movements)
    base = replace(row.base, note=None) if isinstance(row.cells.note, Blank) else row.base
    base = _take_stock(draft, row, base)
    base = _take_adjustment(draft, row, base)
    base = _take_count(draft, row, base)
    draft.bases[row.sku] = base
    if len(draft.movements) > before:
        draft.decided.add(row.sku)


def _take_stock(draft: Draft, row: LinkedRow, base: RowBase) -> RowBase:
    typed = _number(draft, row, Field.STOCK, lowest=0)
    if typed is None:
        return replace(base, asked_stock=None)
    available = max(draft.products[row.sku].available, 0)
    if base.stock is not None:
        _book(draft, row, Cause.SHEET_EDIT, typed - base.stock)
    elif typed != available and (base.asked_stock is None or (typed == base.asked_stock and not is_answered(row))):
        reason = message("stock.differs_at_start", typed=typed, shown=available)
        draft.hold(row.sku, row.cells.number, Field.STOCK, reason)
        return replace(base, asked_stock=typed)
    else:
        draft.decided.add(row.sku)
        _book(draft, row, Cause.SHEET_EDIT, typed - available)
    return replace(base, stock=typed, asked_stock=None)


def is_answered(row: LinkedRow) -> bool:
    """Whether the seller emptied our note: the agreed way to say "use what stands here"."""
    return bool(row.base.note) and isinstance(row.cells.note, Blank)


def _take_adjustment(draft: Draft, row: LinkedRow, base: RowBase) -> RowBase:
    typed = _number(draft, row, Field.ADJUSTMENT, lowest=-QUANTITY_LIMIT)
    if typed is not None and typed != base.adjustment:
        _book(draft, row, Cause.ADJUSTMENT, typed)
    is_unknown = isinstance(row.cells.adjustment, Unclear)
    return base if is_unknown else replace(base, adjustment=typed)


def _take_count(draft: Draft, row: LinkedRow, base: RowBase) -> RowBase:
    typed = _number(draft, row, Field.COUNT, lowest=0)
    if typed is not None and typed != base.count:
        product = draft.products[row.sku]
        draft.decided.add(row.sku)
        _book(draft, row, Cause.COUNT, typed - product.reserved - product.available)
    return base if isinstance(row.cells.count, Unclear) else replace(base, count=typed)


def _number(draft: Draft, row: LinkedRow, field: Field, *, lowest: int) -> int | None:
    """The usable number in a cell, or ``None`` for no change; holds what is unclear or out of range."""
    cell: Cell = row.cells.cell(field)
    match cell:
        case Blank() | Absent():
            return None
        case Number(value) if lowest <= value <= QUANTITY_LIMIT:
            return value
        case Number(value):
            reason = message("stock.out_of_range", typed=value, limit=QUANTITY_LIMIT)
        case Unclear(reason):
            pass
        case Text(words):
            reason = message("cell.not_whole", shown=words)
    draft.hold(row.sku, row.cells.number, field, reason)
    return None


def _book(draft: Draft, row: LinkedRow, cause: Cause, delta: int) -> None:
    draft.move(Movement(row.sku, delta, cause, f"{draft.given.cycle}/{row.cells.number}"))
