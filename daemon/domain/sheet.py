"""What every row of the workbook should show, and which of its cells must change for that."""

from collections import defaultdict
from collections.abc import Iterable

from daemon.domain.draft import Draft, LinkedRow
from daemon.domain.identity import row_key
from daemon.domain.messages import message
from daemon.domain.notes import NOTE_MARK, Say, done_note
from daemon.domain.plan import Held, RowWrite
from daemon.domain.rows import Absent, Blank, Cell, Field, Number, SheetRow, Text, Unclear
from daemon.domain.status_words import Words
from daemon.domain.typed import present_skus
from daemon.domain.values import Sku

Value = int | str | None
Reasons = dict[Sku | int | None, list[Held]]


_OF_RULES = "allocation."
"""How the codes begin of what is held in the sheet ``Alokasi``: the row of its goods counts all the same."""


def write_rows(draft: Draft, rows: list[LinkedRow], say: Say) -> tuple[RowWrite, ...]:
    """Tell which cells of the workbook must change: known rows, rows held with a reason, rows still to be added."""
    if draft.given.rows is None or draft.is_scrambled:
        return ()
    words = Words(say)
    reasons: Reasons = defaultdict(list)
    for entry in draft.held:
        # A row that stands for no product of its own (unknown or repeated SKU) is meant by its place.
        is_by_place = entry.sku is None or (entry.field is Field.SKU and entry.row is not None)
        reasons[entry.row if is_by_place else entry.sku].append(entry)
    linked = {row.cells.number: row for row in rows}
    writes = []
    for cells in draft.rows:
        row = linked.get(cells.number)
        held = reasons[row.sku if row else cells.number]
        changes = _changes(draft, row, held=held, words=words, say=say) if row else _marks(cells, held, say)
        if changes:
            writes.append(_written(draft, row, changes, held) if row else RowWrite(None, cells.number, changes))
    return (*writes, *_additions(draft, rows, reasons, say=say, words=words))


def _written(draft: Draft, row: LinkedRow, changes: dict[Field, Value], held: list[Held]) -> RowWrite:
    """Tell beside the cells whether the row goes on showing a bundle's number, or has something typed when it did."""
    is_left = row.base.is_derived and any(entry.field is Field.ADJUSTMENT for entry in held)
    return RowWrite(row.sku, row.cells.number, changes, is_derived=is_left or bool(draft.parts_of(row.sku)))


def _changes(draft: Draft, row: LinkedRow, *, held: list[Held], words: Words, say: Say) -> dict[Field, Value]:
    product = draft.products[row.sku]
    untouchable = {entry.field for entry in held if entry.row is not None}
    wanted: dict[Field, Value] = {}
    if product.price is not None:
        wanted[Field.PRICE] = product.price.amount
    if draft.has_ledger(row.sku):  # else a number of ours would be read as the seller's
        wanted |= {Field.STOCK: max(product.available, 0), Field.ADJUSTMENT: None, Field.COUNT: None}
    wanted |= {Field.SKU: row.sku, Field.KEY: row_key(row.sku)}
    if isinstance(row.cells.product, Blank):
        wanted[Field.PRODUCT] = _title(draft, row.sku)
    changes = {
        field: value
        for field, value in wanted.items()
        if field not in untouchable and _differs(row.cells.cell(field), value)
    }
    return changes | _marks(row.cells, held, say, shown=_shown(draft, row.sku, words), done=done_note(draft, row, say))


def _shown(draft: Draft, sku: Sku, words: Words) -> tuple[str | None, str | None]:
    """The words for ``Status`` and ``Platform``; none while a product is being switched: its row says what will be."""
    products = {(each.id.shop, each.id.product_id) for each in draft.linked(sku)}
    return (None, None) if products & draft.switching else words.now(draft, sku)


def _marks(
    cells: SheetRow,
    held: list[Held],
    say: Say,
    *,
    shown: tuple[str | None, str | None] | None = None,
    done: str | None = None,
) -> dict[Field, Value]:
    """Changes of ``Status``, ``Platform`` and ``Keterangan``. What is held is said rather than what was ``done``.

    A note of the seller's own is never written over.
    """
    status, platform = shown or (None, None)
    if _holds_row(held) and (status or shown is None):
        status = say(message("status.held"))
    typed = {entry.field for entry in held if entry.row is not None or entry.field is Field.STATUS}
    words = {Field.STATUS: status, Field.PLATFORM: platform}
    wanted: dict[Field, Value] = {field: word for field, word in words.items() if word and field not in typed}
    if isinstance(cells.note, Blank) or (isinstance(cells.note, Text) and cells.note.value.startswith(NOTE_MARK)):
        wanted[Field.NOTE] = _note(held, say) or done
    return {field: value for field, value in wanted.items() if _differs(cells.cell(field), value)}


def _differs(cell: Cell, value: Value) -> bool:
    match cell:
        case Absent():
            return False
        case Blank():
            return value is not None
        case Number(number):
            return number != value
        case Text(words):
            return words != value
        case Unclear():
            # Only a code that could be repaired is ever wanted in an unclear cell.
            return value is not None


def _holds_row(held: list[Held]) -> bool:
    return any(not entry.reason.code.startswith(_OF_RULES) for entry in held)


def _title(draft: Draft, sku: Sku) -> str:
    return next((listing.title for listing in draft.linked(sku) if listing.title), "")


def _note(held: list[Held], say: Say) -> str | None:
    """Our words for the column ``Keterangan``: marked as ours, so that they never mix with the seller's own notes."""
    reasons = " ".join(dict.fromkeys(say(entry.reason) for entry in held))
    return f"{NOTE_MARK} {reasons}" if reasons else None


def _additions(draft: Draft, rows: list[LinkedRow], reasons: Reasons, *, say: Say, words: Words) -> Iterable[RowWrite]:
    """Rows for goods that never had one, sorted as a seller would: by name, then SKU."""
    present, known = present_skus(draft, rows), draft.given.bases
    new = [sku for sku in draft.skus() if sku in draft.products and sku not in known and sku not in present]
    for sku in sorted(new, key=lambda sku: (_title(draft, sku), sku)):
        held = reasons[sku]
        status, platform = words.now(draft, sku)
        cells: dict[Field, Value] = {
            Field.SKU: sku,
            Field.PRODUCT: _title(draft, sku),
            Field.PRICE: price.amount if (price := draft.products[sku].price) else None,
            Field.STOCK: max(draft.products[sku].available, 0),
            Field.STATUS: say(message("status.held")) if _holds_row(held) else status,
            Field.PLATFORM: platform,
            Field.NOTE: _note(held, say),
            Field.KEY: row_key(sku),
        }
        shown = {field: value for field, value in cells.items() if value is not None}
        yield RowWrite(sku, None, shown, is_derived=bool(draft.parts_of(sku)))
