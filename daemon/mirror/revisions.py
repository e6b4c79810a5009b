"""Revisions of the workbook that we wrote: recorded before the file is replaced, finished after.

A kill between the two leaves a revision in state "writing"; the next read settles it by what the file holds.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert

from daemon.domain.rows import Field, RowBase
from daemon.domain.values import Sku
from daemon.mirror.decisions import store_base
from daemon.mirror.moments import to_ms
from daemon.mirror.picture import row_bases
from daemon.mirror.schema import workbook_writes
from daemon.mirror.store import Transaction

CellValue: TypeAlias = int | str | None


@dataclass(frozen=True, slots=True)
class WrittenCell:
    """One cell of a revision. ``sku`` is ``None`` for a row that belongs to no product of ours."""

    sku: Sku | None
    row: int
    field: Field
    old: CellValue
    new: CellValue


@dataclass(frozen=True, slots=True)
class Revision:
    """One write of the workbook: the file it was planned against, the file it makes (SHA-256), the cells it changes.

    ``number`` is 0 until the revision is recorded.
    """

    before_hash: str
    after_hash: str
    cells: tuple[WrittenCell, ...]
    number: int = 0


def begin_revision(
    tx: Transaction,
    planned: Revision,
    *,
    cycle: int,
    now: datetime,
) -> int:
    """Record what is about to be written; returns the number that ``planned`` gets."""
    values = {
        "before_hash": planned.before_hash,
        "after_hash": planned.after_hash,
        "cells": json.dumps([[c.sku, c.row, c.field.value, c.old, c.new] for c in planned.cells], ensure_ascii=False),
        "state": "writing",
        "cycle": cycle,
        "written_at_ms": to_ms(now),
    }
    number: int = tx.execute(insert(workbook_writes).values(values).returning(workbook_writes.c.revision)).scalar_one()
    return number


def unfinished_revision(tx: Transaction) -> Revision | None:
    """The revision whose end was not recorded, if any."""
    row = tx.execute(select(workbook_writes).where(workbook_writes.c.state == "writing")).first()
    if row is None:
        return None
    cells = (WrittenCell(sku, number, Field(field), old, new) for sku, number, field, old, new in json.loads(row.cells))
    return Revision(row.before_hash, row.after_hash, tuple(cells), row.revision)


def finish_revision(tx: Transaction, number: int, cells: Sequence[WrittenCell]) -> None:
    """Record that the file holds revision ``number``: its cells are what the seller sees from now on."""
    bases = row_bases(tx)
    for cell in cells:
        if cell.sku is not None and cell.field in _BASES:
            changed: dict[str, Any] = {cell.field.value: cell.new}
            bases[cell.sku] = replace(bases.get(cell.sku, RowBase()), **changed)
    for sku in {cell.sku for cell in cells if cell.sku is not None}:
        store_base(tx, sku, bases.get(sku, RowBase()))
    _set_state(tx, number, "done")


def abandon_revision(tx: Transaction, number: int) -> None:
    """Record that revision ``number`` never reached the file."""
    _set_state(tx, number, "abandoned")


def _set_state(tx: Transaction, number: int, state: str) -> None:
    tx.execute(update(workbook_writes).where(workbook_writes.c.revision == number).values(state=state))


_BASES = frozenset({Field.PRICE, Field.STOCK, Field.ADJUSTMENT, Field.COUNT, Field.STATUS, Field.NOTE})
