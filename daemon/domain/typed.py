"""The seller's side of reconcile: which rows speak for which goods, and what typed stock means.

A typed stock is a difference against what the seller saw (design 5.2); ``+/−`` adds; ``Opname`` counts what lies on
the shelf. Blank means no change, and what cannot be read with certainty is held (design 5.5).
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import chain

from daemon.domain.brakes import Suspect, is_big_rise, why_stopped
from daemon.domain.choices import Choice, answers
from daemon.domain.damage import as_read
from daemon.domain.draft import Draft, LinkedRow
from daemon.domain.identity import contradicted, formerly, nearly, repaired
from daemon.domain.messages import Message, message
from daemon.domain.notes import DONE_MARK
from daemon.domain.rows import TYPED, Absent, Blank, Cell, Field, Number, RowBase, SheetRow, Text, Unclear
from daemon.domain.stock import QUANTITY_LIMIT, Cause, Movement
from daemon.domain.values import Sku

TOTALS = frozenset({"total", "grand total", "subtotal", "sub total", "jumlah", "total stok", "total stock", "sum"})
"""Names of a row that adds up the others."""

_OLD = {Field.PRICE: "price.old_answer", Field.STOCK: "stock.old_answer", Field.COUNT: "stock.old_count"}
"""What is said of numbers that need a decision, in a file that decides nothing."""


def stop_suspicious(draft: Draft) -> None:
    """Take nothing from a file that is suspicious as a whole."""
    given = draft.given
    file = Suspect(given.rows or (), given.bases, given.gone, given.in_step.rows)
    if stopped := why_stopped(file, given.limits, approved=given.approved):
        draft.hold(None, None, Field.SKU, stopped)
        draft.is_scrambled = True


def link_rows(draft: Draft) -> list[LinkedRow]:
    """Find the rows that belong to exactly one SKU of a shop, or to a part of a bundle.

    Every other row with content is held with a reason.
    """
    if draft.is_scrambled:
        return []
    rows, bases, in_step = draft.rows, draft.given.bases, draft.given.in_step.skus
    listed = {*draft.skus(), *draft.parts()}
    certain = repaired(rows, listed, {*bases, *draft.given.products}) if draft.given.is_catalogue_known else {}
    before = formerly(rows, listed, bases)
    others = contradicted(rows, bases, elsewhere=in_step)
    strange = [row.sku.value for row in rows if isinstance(row.sku, Text) and row.sku.value not in listed]
    near = nearly(strange, chain(listed, in_step))
    times = Counter(row.sku.value for row in rows if isinstance(row.sku, Text))
    read_alike = listed & {as_read(each) for each in listed if as_read(each) != each}
    strayed = _strayed_notes(draft)
    linked = []
    for row in rows:
        sku = certain.get(row.number) or (Sku(row.sku.value) if isinstance(row.sku, Text) else None)
        reason: Message | None = None
        if sku is None:
            reason = _why_without_sku(row)
        elif times[sku] > 1:
            reason = message("row.blanks_in_sku" if sku in read_alike else "row.duplicate_sku", sku=sku)
        elif row.number in others:
            reason = message("row.key_of_other", sku=sku, other=others[row.number])
        elif sku in listed and sku in draft.products:
            linked.append(_link(draft, row, sku, strayed))
        elif not _is_total(row.sku):
            reason = _why_unlisted(draft, sku, before=before.get(row.number), near=near.get(sku))
        if reason is not None:
            draft.hold(sku, row.number, Field.SKU, reason)
    return linked


def _why_without_sku(row: SheetRow) -> Message | None:
    if isinstance(row.sku, Unclear):
        return row.sku.reason
    return None if _is_total(row.product) or _is_heading(row) else message("row.no_sku")


def _is_heading(row: SheetRow) -> bool:
    """Whether a row holds words only: a heading or a remark of the seller's, about which there is nothing to ask."""
    return all(isinstance(row.cell(field), Blank | Absent) for field in TYPED)


def _why_unlisted(draft: Draft, sku: Sku, *, before: Sku | None, near: Sku | None) -> Message:
    if not draft.given.is_catalogue_known or any(draft.linked(sku)):
        return message("row.not_read_yet", sku=sku)
    if sku in draft.parts():
        return message("bundle.part_needs_stock", sku=sku)
    if before is not None:
        return message("row.renamed", sku=sku, before=before)
    return message("row.no_listing_near", sku=sku, near=near) if near else message("row.no_listing", sku=sku)


def _is_total(cell: Cell) -> bool:
    """Whether a cell names the seller's own sum: its row stands for no goods, and our words do not belong into it."""
    return isinstance(cell, Text) and cell.value.strip(" :").casefold() in TOTALS


def last_goods(rows: Iterable[SheetRow]) -> int | None:
    """Tell the last row that stands for goods: new ones go under it, above the seller's sums."""
    numbers = [row.number for row in rows if not isinstance(row.sku, Blank | Absent) and not _is_total(row.sku)]
    return max(numbers, default=None)


def _link(draft: Draft, row: SheetRow, sku: Sku, strayed: Collection[str]) -> LinkedRow:
    base = draft.given.bases.get(sku) or RowBase()
    if isinstance(row.note, Blank) and base.note in strayed:
        base = base._replace(note=None)  # moved away, as by sorting that column alone: nobody emptied it
    if not draft.chosen.get(sku):
        return LinkedRow(sku, row, base)
    product = draft.products[sku]
    prices = {price.amount for price in (product.price, *(each.price for each in draft.linked(sku))) if price}
    shown = {Field.STOCK: {max(product.available, 0)}, Field.PRICE: prices}
    return LinkedRow(sku, row, base, answers(draft.chosen[sku], row, base, shown))


def _strayed_notes(draft: Draft) -> set[str]:
    """Notes in other rows than those that we wrote them into. Many rows may have been asked in the same words."""
    none, bases = RowBase(), draft.given.bases
    return {
        row.note.value
        for row in draft.rows
        if isinstance(row.note, Text)
        and not (isinstance(row.sku, Text) and bases.get(Sku(row.sku.value), none).note == row.note.value)
    }


def report_missing(draft: Draft, rows: Iterable[LinkedRow]) -> None:
    """Name goods whose row is gone: a missing row changes nothing (design 5.5).

    Those that no shop lists and no bundle needs want none any more.
    """
    if draft.given.rows is None or draft.is_scrambled:
        return
    present, parts = present_skus(draft, rows), draft.parts()
    for sku in draft.given.bases:
        if as_read(sku) in present or sku in present or sku not in draft.products:
            continue
        if sku in parts or any(draft.linked(sku)) or not draft.given.is_catalogue_known:
            draft.hold(sku, None, Field.SKU, message("row.missing", sku=sku))


def present_skus(draft: Draft, rows: Iterable[LinkedRow]) -> set[Sku]:
    """List the SKUs that stand in the workbook, in damaged form too."""
    typed = {Sku(row.sku.value) for row in draft.rows if isinstance(row.sku, Text)}
    return typed.union(draft.given.in_step.skus, (row.sku for row in rows))


def take_typed_stock(draft: Draft, row: LinkedRow) -> None:
    """Book what the seller typed into ``Stok``, ``+/−`` and ``Opname`` of one row; a count has the last word."""
    before = len(draft.movements)
    base = row.base._replace(note=None) if isinstance(row.cells.note, Blank) else row.base
    base = _take_stock(draft, row, base)
    base = _take_count(draft, row, base)
    base = _in_count(draft, row, base) if row.sku in draft.counted else _take_adjustment(draft, row, base)
    draft.bases[row.sku] = base
    if len(draft.movements) > before:
        draft.decided.add(row.sku)


def _take_stock(draft: Draft, row: LinkedRow, base: RowBase) -> RowBase:
    typed = _number(draft, row, Field.STOCK, lowest=0)
    if typed is None:
        return base._replace(asked_stock=None)
    available = max(draft.products[row.sku].available, 0)
    if base.is_derived and typed == base.stock:
        is_settled = typed == available and isinstance(row.cells.adjustment, Blank | Absent)
        return base._replace(asked_stock=None, is_derived=not is_settled)
    if base.is_derived:  # the goods were a bundle then: nobody ever agreed on its number
        base = base._replace(stock=None)
    answer = row.answers.get(Field.STOCK)
    choice = answer.choice if answer else None
    saw = available if base.stock is None else base.stock
    question = _stock_question(draft, row, base, typed=typed, saw=saw)
    if question is not None:
        ask(draft, row, Field.STOCK, message(question, typed=typed, shown=available))
        return base._replace(asked_stock=typed)
    if choice is not Choice.SHOP:  # else it is seen, and not wanted: the shop's number is written over it
        if base.stock is None:
            draft.decided.add(row.sku)
        _book(draft, row, Cause.SHEET_EDIT, typed if choice is Choice.SUM else typed - saw)
    return base._replace(stock=typed, asked_stock=None, is_derived=False)


def _stock_question(draft: Draft, row: LinkedRow, base: RowBase, *, typed: int, saw: int) -> str | None:
    """Name what has to be asked about a typed stock before it counts; a yes is one to the very number asked about."""
    answers = not draft.given.is_stale and is_answer(row, Field.STOCK, typed=typed, asked=base.asked_stock)
    if base.stock is None and typed != saw and not answers:
        return "stock.differs_at_start"
    is_agreed = answers and typed == base.asked_stock
    return "stock.big_step" if is_big_rise(typed - saw, draft.given.limits) and not is_agreed else None


def is_answer(row: LinkedRow, field: Field, *, typed: int, asked: int | None) -> bool:
    """Whether a number was asked about and answered: with another one, a choice, or by emptying the note that asked.

    Whoever acts on it looks at ``is_stale`` too: an old file may answer what was settled since.
    """
    note = row.base.note
    is_note_emptied = note is not None and not note.startswith(DONE_MARK) and isinstance(row.cells.note, Blank)
    return asked is not None and (typed != asked or is_note_emptied or field in row.answers)


def ask(draft: Draft, row: LinkedRow, field: Field, question: Message) -> None:
    """Hold a number until it is decided, or tell that this file is too old to decide it.

    To be recorded as asked about either way: our own next write makes this file the newest, and no answer of it.
    """
    reason = replace(question, code=_OLD[field]) if draft.given.is_stale else question
    draft.hold(row.sku, row.cells.number, field, reason)


def _take_adjustment(draft: Draft, row: LinkedRow, base: RowBase) -> RowBase:
    typed = _number(draft, row, Field.ADJUSTMENT, lowest=-QUANTITY_LIMIT)
    if typed is not None:
        # What was booked already and still stands there was not typed again: 5 made 8 adds three more.
        booked = base.adjustment or 0
        added = typed - booked
        available = draft.products[row.sku].available
        there = max(available, (base.stock or 0) + booked)  # what was sold since they looked makes it no smaller
        if row.base.is_derived and added:
            draft.hold(row.sku, row.cells.number, Field.ADJUSTMENT, message("bundle.added_then", typed=typed))
            return base._replace(is_derived=True)
        if is_big_rise(added, draft.given.limits):
            draft.hold(row.sku, row.cells.number, Field.ADJUSTMENT, message("stock.big_addition", typed=typed))
            return base
        if added < 0 and added + there < 0:
            reason = message("stock.below_zero_typed", typed=typed, shown=max(available, 0))
            draft.hold(row.sku, row.cells.number, Field.ADJUSTMENT, reason)
            return base
        _book(draft, row, Cause.ADJUSTMENT, added)
    is_unknown = isinstance(row.cells.adjustment, Unclear)
    return base if is_unknown else base._replace(adjustment=typed)


def _in_count(draft: Draft, row: LinkedRow, base: RowBase) -> RowBase:
    """What was added beside a count is in what was counted."""
    typed = _number(draft, row, Field.ADJUSTMENT, lowest=-QUANTITY_LIMIT)
    return base if isinstance(row.cells.adjustment, Unclear) else base._replace(adjustment=typed)


def _take_count(draft: Draft, row: LinkedRow, base: RowBase) -> RowBase:
    typed = _number(draft, row, Field.COUNT, lowest=0)
    if typed is not None and typed != base.count:
        asked, product = base.asked_count, draft.products[row.sku]
        on_hand = product.reserved + product.available
        answers = not draft.given.is_stale and is_answer(row, Field.COUNT, typed=typed, asked=asked)
        is_agreed = answers and typed == asked
        if is_big_rise(typed - on_hand, draft.given.limits) and not is_agreed:
            ask(draft, row, Field.COUNT, message("stock.big_count", typed=typed, shown=on_hand))
            return base._replace(count=~typed)
        if draft.given.is_stale or (asked is not None and not answers):
            ask(draft, row, Field.COUNT, message(_OLD[Field.COUNT], typed=typed))
            return base._replace(count=~typed)
        draft.decided.add(row.sku)
        draft.counted.add(row.sku)
        _book(draft, row, Cause.COUNT, typed - on_hand)
    return base if isinstance(row.cells.count, Unclear) else base._replace(count=typed)


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
    place = "/".join(filter(None, (str(draft.given.cycle), draft.given.copy, str(row.cells.number))))
    draft.move(Movement(row.sku, delta, cause, place))
