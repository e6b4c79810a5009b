"""What the seller saw when they typed: the bases of a saved file, whichever copy of which revision it is.

A revision is a workbook as we wrote it. Every file that comes back says which revision it started from; what was
typed is the difference against what *that* file showed (design 5.3), never against the newest one. So a laptop that
was offline, a backup or a "conflicted copy" adds what its owner did and takes nothing back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from daemon.domain.rows import TYPED, Blank, Cell, Field, Number, RowBase, SheetRow, Text
from daemon.domain.values import Sku

Bases: TypeAlias = Mapping[Sku, RowBase]
"""What each row of one file last agreed on, by SKU."""

_NONE = RowBase()


@dataclass(frozen=True, slots=True)
class Save:
    """An earlier save of a copy of the revision: its file (name, SHA-256), and what became of it once taken over.

    ``changed`` are the bases that are not as the revision showed them.
    """

    name: str
    changed: Bases
    content_hash: str = ""


def bases_of(
    rows: Sequence[SheetRow], written: Bases, saves: Sequence[Save], *, own: str | None = None, is_open: bool = False
) -> dict[Sku, RowBase]:
    """Tell what the rows of a file have to be compared with.

    ``written`` is what the revision showed, ``saves`` are the files that came from it, oldest first. ``own`` is a name
    that no other file has: that of a conflicted copy, or that of the workbook while ``is_open``, in the hands of the
    one editor that we see. An open file goes on where its own last save ended. Any other goes on from the last save
    whose edits it contains, a copy also from its own where it takes none of them back. An edit that another file
    brought already, value for value, is not taken twice: it is most likely the same edit on two ways.
    """
    start = _own_last(saves, own) if is_open else _continued(rows, written, saves, own)
    bases = dict(written) if start is None else {**written, **start.changed}
    is_own = own is not None and (is_open or (start is not None and start.name == own))
    others = [save for save in saves if save is not start and not (is_own and save.name == own)]
    cells = _rows_by_sku(rows) if others else {}
    for sku in cells.keys() & {sku for save in others for sku in save.changed}:
        for field in TYPED:
            value = _value(cells[sku].cell(field))
            if value is not None and _is_known(sku, field, value, written=written, saves=others):
                known: dict[str, Any] = {field.value: value}
                bases[sku] = bases.get(sku, _NONE)._replace(**known)
    return bases


def _own_last(saves: Sequence[Save], name: str | None) -> Save | None:
    return next((save for save in reversed(saves) if save.name == name), None)


def _continued(rows: Sequence[SheetRow], written: Bases, saves: Sequence[Save], own: str | None) -> Save | None:
    """Find the last save whose edits stand in this file too: none taken back, and at least one there, or its own."""
    cells = _rows_by_sku(rows) if saves else {}
    for save in reversed(saves):
        shown = [
            (_value(cells[sku].cell(field)), edited, getattr(written.get(sku, _NONE), field.value))
            for sku, field, edited in _edits(written, save.changed)
            if sku in cells
        ]
        has_some = save.name == own or any(now == edited for now, edited, _ in shown)
        if has_some and not any(now == before for now, _, before in shown):
            return save
    return None


def _is_known(sku: Sku, field: Field, value: int, *, written: Bases, saves: Sequence[Save]) -> bool:
    if value == getattr(written.get(sku, _NONE), field.value):
        return False
    return any(getattr(save.changed.get(sku, _NONE), field.value) == value for save in saves)


def _edits(written: Bases, changed: Bases) -> Iterator[tuple[Sku, Field, int | None]]:
    for sku, base in changed.items():
        before = written.get(sku, _NONE)
        if base == before:
            continue
        for field in TYPED:
            value = getattr(base, field.value)
            is_open = value is None and field is Field.PRICE  # refused, and asked about
            if value != getattr(before, field.value) and not is_open:
                yield sku, field, value


def _rows_by_sku(rows: Sequence[SheetRow]) -> dict[Sku, SheetRow]:
    return {Sku(row.sku.value): row for row in rows if isinstance(row.sku, Text)}


def _value(cell: Cell) -> int | None:
    match cell:
        case Number(value):
            return value
        case Blank() | _:
            return None
