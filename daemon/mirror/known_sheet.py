"""Which sheet of the workbook is read, so that another one that comes to lie in front of it never takes its place."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from daemon.domain.rows import TYPED, Field
from daemon.mirror.revisions import newest_revision
from daemon.mirror.schema import workbook_sheet
from daemon.mirror.store import Transaction


@dataclass(frozen=True, slots=True)
class KnownSheet:
    """The sheet of the workbook that is read, and the seller's own columns in it, from left to right.

    A CSV file's sheet has an empty name. ``titles`` are the headers of the columns that Selaras knows.
    """

    name: str
    own_columns: tuple[str, ...] = ()
    titles: Mapping[Field, str] = field(default_factory=dict)

    def gone_from(self, now: "KnownSheet") -> tuple[str, ...]:
        """Name the headers that a person typed numbers under, and that the sheet ``now`` has under no known name."""
        return tuple(title for column, title in self.titles.items() if column in TYPED and column not in now.titles)


def known_sheet(tx: Transaction) -> KnownSheet | None:
    """Tell which sheet the workbook was read from; ``None`` while nothing was agreed on with any workbook."""
    row = tx.execute(select(workbook_sheet)).first()
    if row is None or newest_revision(tx) is None:
        return None
    titles = {Field(column): title for column, title in json.loads(row.columns).items()}
    return KnownSheet(row.name, tuple(json.loads(row.own_columns)), titles)


def remember_sheet(tx: Transaction, sheet: KnownSheet) -> None:
    """Remember which sheet the workbook was read from, in place of any other."""
    tx.execute(delete(workbook_sheet))
    own_columns = json.dumps(sheet.own_columns, ensure_ascii=False)
    columns = json.dumps(sheet.titles, ensure_ascii=False)
    tx.execute(insert(workbook_sheet).values(name=sheet.name, own_columns=own_columns, columns=columns))
