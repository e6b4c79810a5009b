"""Revisions of the workbook: what each file that we wrote showed, and what was saved of its copies since.

A revision is recorded before the file is replaced and finished after. A kill between the two leaves it in state
"writing"; what lies beside the file settles it at the next start, or the file that is read next, by its hash or by its
mark, or the next revision that is written.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, bindparam, delete, func, select, update
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects.sqlite import Insert, insert

from daemon.domain.copies import Bases, Save
from daemon.domain.rows import RowBase
from daemon.domain.values import Sku
from daemon.mirror.moments import from_ms, to_ms
from daemon.mirror.schema import (
    workbook_revisions,
    workbook_rows,
    workbook_save_rows,
    workbook_saves,
)
from daemon.mirror.store import Transaction, scan

KEPT = 400
"""So many revisions can be told apart. A copy of an older one is as strange as a foreign file."""

SAVES_KEPT = 30
"""So many saves of the copies of one revision; a file that we never write has one revision for good."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(frozen=True, slots=True)
class Revision:
    """One file that we wrote (SHA-256 of the file it was planned against, and of itself).

    ``is_adopted``: the file that we began with instead; it carries no mark of ours.
    """

    number: int
    workbook: str
    before_hash: str
    after_hash: str
    is_adopted: bool = False


def adopt(tx: Transaction, content_hash: str, *, now: datetime) -> Revision:
    """Begin anew with a workbook that we know nothing of: nothing is agreed on with any of its rows."""
    name = "".join(secrets.choice(_LETTERS) for _ in range(8))
    revision = Revision(next_number(tx), name, content_hash, content_hash, is_adopted=True)
    _record(tx, revision, "adopted", now)
    return revision


def next_number(tx: Transaction) -> int:
    """Give the number that the next revision gets; none is ever used twice."""
    return (tx.execute(select(func.max(workbook_revisions.c.revision))).scalar() or 0) + 1


def begin_revision(tx: Transaction, planned: Revision, bases: Bases, *, now: datetime) -> None:
    """Record what is about to be written, and what its rows will show."""
    before = bases_at(tx, planned.number)
    _record(tx, planned, "writing", now)
    changed = {sku: base for sku, base in bases.items() if before.get(sku) != base}
    _put(tx, workbook_rows, changed, revision=planned.number)
    _forget(tx, before=planned.number - KEPT)


def finish_revision(tx: Transaction, number: int) -> None:
    """Record that the file held revision ``number``; whether it held those before does not matter any more."""
    is_open = (workbook_revisions.c.revision <= number) & (workbook_revisions.c.state == "writing")
    tx.execute(update(workbook_revisions).where(is_open).values(state="done"))


def abandon_revision(tx: Transaction, number: int) -> None:
    """Record that revision ``number`` never reached the file."""
    tx.execute(delete(workbook_rows).where(workbook_rows.c.revision == number))
    tx.execute(update(workbook_revisions).where(workbook_revisions.c.revision == number).values(state="abandoned"))


def abandon_unwritten(tx: Transaction, beginning: str) -> None:
    """Record that the file does not hold the revisions whose end is open, and whose hash has this ``beginning``."""
    is_meant = workbook_revisions.c.after_hash.startswith(beginning, autoescape=True)
    is_open = workbook_revisions.c.state == "writing"
    for number in tx.execute(select(workbook_revisions.c.revision).where(is_open, is_meant)).scalars().all():
        abandon_revision(tx, number)


def unfinished_revision(tx: Transaction) -> Revision | None:
    """Find the revision whose end was not recorded, if any."""
    return _first(tx, workbook_revisions.c.state == "writing")


def newest_revision(tx: Transaction) -> Revision | None:
    """Find the newest revision that the file surely held; ``None`` before the first workbook was read."""
    return _first(tx, workbook_revisions.c.state.in_(("done", "adopted")))


def written_at(tx: Transaction, revision: Revision) -> datetime:
    """When a revision was written; the one that we began with: when it was first read."""
    column = workbook_revisions.c.written_at_ms
    return from_ms(tx.execute(select(column).where(workbook_revisions.c.revision == revision.number)).scalar_one())


def note_open(tx: Transaction, *, is_open: bool) -> bool:
    """Remember that an editor has the workbook open, if so; tell whether one had since we wrote it last.

    Kept in the mirror, because that editor's next save may come after we were started anew.
    """
    newest = newest_revision(tx)
    if newest is None:
        return is_open
    this = workbook_revisions.c.revision == newest.number
    if is_open:
        tx.execute(update(workbook_revisions).where(this).values(was_open=1))
    return bool(tx.execute(select(workbook_revisions.c.was_open).where(this)).scalar())


def find_revision(tx: Transaction, number: int) -> Revision | None:
    """Find a revision by its number, if a file can have come from it.

    ``None`` when it never was, was abandoned, or is too old to be known.
    """
    newest = newest_revision(tx)
    if newest is None or number < newest.number - KEPT:
        return None
    return _first(tx, workbook_revisions.c.revision == number, workbook_revisions.c.state != "abandoned")


def revision_of_file(tx: Transaction, content_hash: str) -> Revision | None:
    """Find the revision that is this very file, byte for byte."""
    found = _first(tx, workbook_revisions.c.after_hash == content_hash)
    return None if found is None else find_revision(tx, found.number)


def save_of_file(tx: Transaction, content_hash: str) -> tuple[Revision, int] | None:
    """Find the save that is this very file: the revision it came from, and the save's id."""
    query = select(workbook_saves).where(workbook_saves.c.content_hash == content_hash)
    row = tx.execute(query.order_by(workbook_saves.c.id.desc())).first()
    revision = None if row is None else find_revision(tx, row.revision)
    return None if row is None or revision is None else (revision, row.id)


def bases_at(tx: Transaction, number: int) -> dict[Sku, RowBase]:
    """What every row showed in revision ``number``, and since when nothing was agreed on before it was adopted."""
    return _bases(scan(tx, _BASES_AT, {"number": number}))


def _bases_at() -> Select[Any]:
    number = bindparam("number", type_=Integer)
    adopted = workbook_revisions.alias()
    since = (
        select(func.coalesce(func.max(adopted.c.revision), 0))
        .where(adopted.c.state == "adopted", adopted.c.revision <= number)
        .scalar_subquery()
    )
    # SQLite takes the other columns from the row with the greatest revision.
    return (
        select(workbook_rows.c.sku, *(workbook_rows.c[name] for name in RowBase._fields))
        .where(workbook_rows.c.revision <= number)
        .group_by(workbook_rows.c.sku)
        .having(func.max(workbook_rows.c.revision) >= since)
    )


# Built once: they are asked in every cycle.
_BASES_AT = _bases_at()
_SAVES_OF = select(workbook_saves).where(workbook_saves.c.revision == bindparam("number")).order_by(workbook_saves.c.id)
_SAVE_ROWS = select(workbook_save_rows.c.sku, *(workbook_save_rows.c[name] for name in RowBase._fields)).where(
    workbook_save_rows.c.save == bindparam("number")
)


def saves_of(tx: Transaction, revision: Revision) -> tuple[Save, ...]:
    """List the saves of copies of ``revision``, oldest first."""
    rows = tx.execute(_SAVES_OF, {"number": revision.number}).all()[-SAVES_KEPT:]
    return tuple(Save(row.name, changed_by_save(tx, row.id), row.content_hash) for row in rows)


def changed_by_save(tx: Transaction, save: int) -> dict[Sku, RowBase]:
    """What the rows of a save agreed on once it was taken over, where that is not what its revision showed."""
    return _bases(scan(tx, _SAVE_ROWS, {"number": save}))


def has_saves(tx: Transaction, revision: Revision) -> bool:
    """Tell whether a copy of ``revision`` was saved since, and taken over."""
    return tx.execute(_SAVES_OF.limit(1), {"number": revision.number}).first() is not None


def store_save(tx: Transaction, revision: Revision, save: Save, *, now: datetime) -> None:
    """Remember a save of a copy of ``revision``, and what it agreed on; the oldest of very many are forgotten."""
    _forget_saves(tx, revision)
    values = {
        "revision": revision.number,
        "name": save.name,
        "content_hash": save.content_hash,
        "saved_at_ms": to_ms(now),
    }
    number: int = tx.execute(insert(workbook_saves).values(values).returning(workbook_saves.c.id)).scalar_one()
    update_save(tx, number, save.changed)


def update_save(tx: Transaction, save: int, changed: Bases) -> None:
    """Renew what rows of a save agreed on: its file is the same, something was settled since."""
    _put(tx, workbook_save_rows, changed, save=save)


def update_revision(tx: Transaction, revision: Revision, changed: Bases) -> None:
    """Renew what rows of a revision agreed on: the file is as we wrote it, something was settled since."""
    _put(tx, workbook_rows, changed, revision=revision.number)


def _record(tx: Transaction, revision: Revision, state: str, now: datetime) -> None:
    tx.execute(
        insert(workbook_revisions).values(
            revision=revision.number,
            workbook=revision.workbook,
            before_hash=revision.before_hash,
            after_hash=revision.after_hash,
            state=state,
            written_at_ms=to_ms(now),
        )
    )


def _first(tx: Transaction, *conditions: Any) -> Revision | None:  # noqa: ANN401  # SQLAlchemy's own expressions
    query = select(workbook_revisions).where(*conditions).order_by(workbook_revisions.c.revision.desc())
    row = tx.execute(query.limit(1)).first()
    if row is None:
        return None
    return Revision(row.revision, row.workbook, row.before_hash, row.after_hash, row.state == "adopted")


def _put(tx: Transaction, table: SqlTable, bases: Bases, **key: int) -> None:
    if bases:
        tx.execute(_PUT[table], [{**key, "sku": sku, **base._asdict()} for sku, base in bases.items()])


def _putting(table: SqlTable) -> Insert:
    statement = insert(table)
    renewed = {column: statement.excluded[column] for column in RowBase._fields}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=renewed)


_PUT = {table: _putting(table) for table in (workbook_rows, workbook_save_rows)}


def _bases(rows: Iterable[tuple[Any, ...]]) -> dict[Sku, RowBase]:
    return {row[0]: RowBase._make(row[1:]) for row in rows}


def _forget_saves(tx: Transaction, revision: Revision) -> None:
    of_revision = select(workbook_saves.c.id).where(workbook_saves.c.revision == revision.number)
    old = list(tx.execute(of_revision.order_by(workbook_saves.c.id.desc()).offset(SAVES_KEPT - 1)).scalars())
    tx.execute(delete(workbook_save_rows).where(workbook_save_rows.c.save.in_(old)))
    tx.execute(delete(workbook_saves).where(workbook_saves.c.id.in_(old)))


def _forget(tx: Transaction, *, before: int) -> None:
    """Drop what only copies of very old revisions would need."""
    saves = select(workbook_saves.c.id).where(workbook_saves.c.revision < before)
    tx.execute(delete(workbook_save_rows).where(workbook_save_rows.c.save.in_(saves)))
    tx.execute(delete(workbook_saves).where(workbook_saves.c.revision < before))
    later = workbook_rows.alias()
    is_replaced = (
        select(later.c.sku)
        .where(later.c.sku == workbook_rows.c.sku)
        .where(later.c.revision > workbook_rows.c.revision, later.c.revision <= before)
        .exists()
    )
    tx.execute(delete(workbook_rows).where(workbook_rows.c.revision < before, is_replaced))
