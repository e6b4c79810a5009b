"""Where a saved file comes from: which revision of ours it started from, and what its rows agreed on since.

The mark in the file tells the revision. A file without one is taken for the beginning only until we have written a
marked one; later it is a different file, and so is one with a mark that we do not know: then a person must decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bridge.mark import can_carry
from bridge.read import Table
from daemon.domain.brakes import Limits
from daemon.domain.copies import Bases, Save, bases_of
from daemon.domain.identity import as_known
from daemon.domain.messages import Message, message
from daemon.domain.rows import Number, RowBase, Text
from daemon.domain.snapshot import SeenFile
from daemon.domain.values import Sku
from daemon.mirror import Transaction, ledger, revisions
from daemon.mirror.earlier import Earlier, earlier_numbers
from daemon.mirror.listed import codes_in_use
from daemon.mirror.revisions import Revision
from daemon.parts import Sheet
from daemon.read import overrides_in, recipes_in
from daemon.status_sheet import choices_in


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file started from: ``written`` is what that showed, ``bases`` is what its rows are compared with.

    ``save`` is the number under which the mirror knows this very file, ``is_as_written`` says that it is the revision
    itself. ``is_newest``: no newer revision can be in anybody's hands.
    """

    revision: Revision
    written: Bases
    bases: Bases
    is_newest: bool
    save: int | None = None
    is_as_written: bool = False


@dataclass(frozen=True, slots=True)
class PlacedSheet:
    """A file whose origin is known; ``brought`` are notes of what copies of it brought in this cycle.

    ``gone`` are the headers of columns that it had when it was last used, and has no more. ``saved_at`` is when it was
    saved, if its time can be right. ``sold`` are the units that orders took since we wrote what it started from, at
    ``written_at``.
    """

    sheet: Sheet
    origin: Origin
    saved_at: datetime | None
    sold: Mapping[Sku, int]
    written_at: datetime
    brought: Mapping[Sku, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()

    def seen(self, *, copy: str, limits: Limits) -> SeenFile:
        """The file as reconcile sees it; ``copy`` is its name when it is not the workbook itself."""
        return SeenFile(
            self.sheet.rows,
            self.origin.bases,
            copy,
            written=self.origin.written,
            choices=choices_in(self.sheet.status),
            is_stale=not self.origin.is_newest,
            brought=self.brought,
            gone=self.gone,
            limits=limits,
            recipe_sheet=recipes_in(self.sheet),
            override_sheet=overrides_in(self.sheet),
            saved_at=self.saved_at,
            sold=self.sold,
            written_at=self.written_at,
        )


def settle_writes(tx: Transaction, sheet: Sheet) -> None:
    """Find out whether a revision whose end was not recorded (we were killed) reached the workbook.

    Where the seller has saved an earlier one since, it may have: a copy of it can turn up, but nobody has answered it
    yet. It stays open until we have written the next one, and until then that save is no old file.
    """
    revision = revisions.unfinished_revision(tx)
    if revision is None:
        return
    table = sheet.table
    if table.content_hash == revision.before_hash:
        revisions.abandon_revision(tx, revision.number)
    elif table.mark is None or table.mark.revision >= revision.number:
        revisions.finish_revision(tx, revision.number)


def placed(
    tx: Transaction, sheet: Sheet, *, now: datetime, is_copy: bool, is_open: bool = False
) -> PlacedSheet | Message:
    """Find out where a file comes from, or why that cannot be told. ``is_copy``: it is not the workbook itself.

    ``is_open``: an editor that we see has the workbook open, or had since we wrote it last, so a save is most likely
    its next one. To be asked after the file before it was agreed on: the same edit may stand in both.
    """
    origin = _origin_of(tx, sheet, now=now, is_copy=is_copy, is_open=is_open)
    if isinstance(origin, Origin):
        written_at = revisions.written_at(tx, origin.revision)
        sold = {} if origin.is_as_written else ledger.sold_since(tx, written_at)
        sheet = _with_known_codes(tx, sheet, origin.bases)
        return PlacedSheet(sheet, origin, _saved_at(sheet, written_at), sold, written_at)
    # Whatever the reason: a copy cannot be adopted, only its numbers can be typed again.
    return message("workbook.copy_unmarked", name=sheet.table.name) if is_copy else origin


def _saved_at(sheet: Sheet, written_at: datetime) -> datetime | None:
    """When a file was saved; ``None`` where its time cannot be right: before that was written which it started from."""
    is_possible = sheet.saved_at is not None and sheet.saved_at >= written_at
    return sheet.saved_at if is_possible else None


def is_known(tx: Transaction, sheet: Sheet, *, now: datetime) -> bool:
    """Tell whether the workbook comes from a revision that we know, or is the first that we see."""
    return isinstance(_origin_of(tx, sheet, now=now, is_copy=False), Origin)


def _origin_of(
    tx: Transaction, sheet: Sheet, *, now: datetime, is_copy: bool, is_open: bool = False
) -> Origin | Message:
    table = sheet.table
    newest = revisions.newest_revision(tx)
    if is_copy and (newest is None or newest.is_adopted or not can_carry(table.name)):
        # Nothing says what it started from, and a copy has been behind the newest file once already.
        return message("workbook.unmarked", name=table.name)
    if newest is None:
        if table.mark is not None:  # of another house, or of this one whose records are lost: a person knows
            return message("workbook.foreign", name=table.name)
        newest = revisions.adopt(tx, table.content_hash, now=now)
    known = revisions.revision_of_file(tx, table.content_hash)
    if known is not None and known.workbook == newest.workbook and _is_certain(tx, table, newest):
        written = revisions.bases_at(tx, known.number)
        return Origin(known, written, written, known.number >= newest.number, is_as_written=True)
    saved = revisions.save_of_file(tx, table.content_hash)
    if saved is not None and saved[0].workbook == newest.workbook and _is_certain(tx, table, newest):
        revision, save = saved
        written = revisions.bases_at(tx, revision.number)
        bases = {**written, **revisions.changed_by_save(tx, save)}
        return Origin(revision, written, bases, revision.number >= newest.number, save)
    started = _started_from(tx, table, newest)
    if isinstance(started, Message):
        return started
    is_newest = started.number >= newest.number
    written, saves = revisions.bases_at(tx, started.number), revisions.saves_of(tx, started)
    is_sure = is_newest and revisions.unfinished_revision(tx) is None
    goes_on = is_sure and not is_copy and (is_open or not can_carry(table.name))
    own = table.name if is_copy or goes_on else None
    sheet = _with_known_codes(tx, sheet, written)
    agreed = bases_of(sheet.rows, written, saves, own=own, is_open=goes_on)
    if not can_carry(table.name):
        agreed = _asked_about(tx, sheet, agreed, now=now)
    return Origin(started, written, agreed, is_newest)


def _with_known_codes(tx: Transaction, sheet: Sheet, bases: Bases) -> Sheet:
    """Read the codes that a cell cannot tell as those we wrote, as long as a shop has them."""
    rows = as_known(sheet.rows, bases.keys())
    if rows is sheet.rows:
        return sheet
    odd = {
        Sku(row.sku.value)
        for row, read in zip(rows, sheet.rows, strict=True)
        if row is not read and isinstance(row.sku, Text)
    }
    gone = odd - codes_in_use(tx, odd)
    return replace(sheet, rows=as_known(sheet.rows, bases.keys() - gone) if gone else rows)


def _asked_about(tx: Transaction, sheet: Sheet, bases: Bases, *, now: datetime) -> dict[Sku, RowBase]:
    """Agree on nothing with numbers that stood in the file before an order, or a shop, changed them.

    They were typed, or the file was open all the while and brings them back: where no revision tells, the seller must.
    """
    earlier = earlier_numbers(tx, now=now)
    asked = dict(bases)
    for row in sheet.rows:
        if isinstance(row.sku, Text) and (sku := Sku(row.sku.value)) in bases:
            known, base = earlier.get(sku, Earlier()), bases[sku]
            if isinstance(row.stock, Number) and known.is_old_stock(row.stock.value, now=base.stock):
                base = base._replace(stock=None)
            if isinstance(row.price, Number) and known.is_old_price(row.price.value, now=base.price):
                base = base._replace(price=None)
            asked[sku] = base
    return asked


def _is_certain(tx: Transaction, table: Table, newest: Revision) -> bool:
    """Whether the same bytes are the same save: always where each save has a mark and a time of its own in it.

    A plain text can come to say again what it said some saves ago; only what it said last is no news.
    """
    if can_carry(table.name):
        return True
    saves = revisions.saves_of(tx, newest)
    return table.content_hash == (saves[-1].content_hash if saves else newest.after_hash)


def _started_from(tx: Transaction, table: Table, newest: Revision) -> Revision | Message:
    if newest.is_adopted or not can_carry(table.name):
        return newest
    if table.mark is None:
        return message("workbook.unmarked", name=table.name)
    if table.mark.workbook != newest.workbook:
        return message("workbook.foreign", name=table.name)
    return revisions.find_revision(tx, table.mark.revision) or message("workbook.too_old", name=table.name)


def agree(tx: Transaction, placed: PlacedSheet, changed: Bases, *, now: datetime) -> Bases:
    """Remember what the rows of this file agree on now, so that no edit in it is taken twice."""
    table, origin = placed.sheet.table, placed.origin
    agreed = {**origin.bases, **changed}
    if origin.is_as_written:
        revisions.update_revision(tx, origin.revision, changed)
    elif origin.save is not None:
        revisions.update_save(tx, origin.save, changed)
    elif _is_edited(tx, origin, agreed):
        taken = {
            sku: base for sku, base in agreed.items() if base is not (was := origin.written.get(sku)) and base != was
        }
        revisions.store_save(tx, origin.revision, Save(table.name, taken, table.content_hash), now=now)
    return agreed


def is_outdated(tx: Transaction, placed: PlacedSheet, agreed: Bases) -> bool:
    """Tell whether the file needs a new revision even where all its cells are right.

    Something typed in it was taken over, or it is an older copy: who starts from it must be told apart later.
    """
    origin = placed.origin
    if not can_carry(placed.sheet.table.name):
        return False
    is_first = origin.revision.is_adopted and bool(agreed)
    return is_first or not origin.is_newest or _is_edited(tx, origin, agreed)


def _is_edited(tx: Transaction, origin: Origin, agreed: Bases) -> bool:
    """Whether anything was taken over since the revision was written; an edit taken back is one as well."""
    is_changed = not origin.is_as_written and agreed != origin.written
    return is_changed or revisions.has_saves(tx, origin.revision)
