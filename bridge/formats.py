"""One door for every kind of file that a seller keeps goods in, chosen by its suffix.

``.xlsx`` and ``.xlsm`` are read and written, ``.csv`` too; ``.ods``, ``.xls`` and ``.xlsb`` are only read.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from bridge.columns import ANYWHERE, Column, Layout
from bridge.csv_file import csv_table
from bridge.csv_patch import csv_patch
from bridge.errors import FileRefusedError
from bridge.import_file import import_table
from bridge.mark import Mark
from bridge.patch import Change, Patched, patch
from bridge.read import Table, content_of, table_in, unfinished_while_young

_IMPORTED = frozenset({".ods", ".xls", ".xlsb"})


def read_file(path: Path, *, layout: Layout = ANYWHERE, known: Table | None = None) -> Table:
    """Read the seller's table from a file; ``known`` is what it held the last time.

    Raises :class:`~bridge.errors.FileBusyError` while somebody is saving it,
    :class:`~bridge.errors.FileRefusedError` when a person must act.
    """
    content = content_of(path)
    with unfinished_while_young(path):
        kind = path.suffix.lower()
        if kind == ".csv":
            return csv_table(content, path.name, layout=layout)
        if kind in _IMPORTED:
            return import_table(content, path.name, layout=layout)
        return table_in(content, path.name, layout=layout, known=known)


def patch_file(  # noqa: PLR0913 -- as bridge.patch.patch
    table: Table,
    changes: Sequence[Change],
    appended: Sequence[Mapping[Column, int | str]] = (),
    *,
    mark: Mark | None = None,
    after: int | None = None,
    parts: Mapping[str, bytes] = MappingProxyType({}),
) -> Patched:
    """Build the file that ``table`` was read from with changes made; see :func:`bridge.patch.patch`.

    A CSV file has no place for ``mark`` and ``parts`` (see :func:`bridge.mark.can_carry`): they are left out.
    """
    kind = Path(table.name).suffix.lower()
    if kind in _IMPORTED:
        raise FileRefusedError("workbook.read_only_kind", name=table.name)
    if kind == ".csv":
        return csv_patch(table, changes, appended, after=after)
    return patch(table, changes, appended, mark=mark, after=after, parts=parts)
