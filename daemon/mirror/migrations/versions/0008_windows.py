"""Each of the two words of a row, and each window of a listing, has a column of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_WINDOWS = {"TIKTOK_SHOP": "tiktok_shop", "TOKOPEDIA": "tokopedia"}


def upgrade() -> None:
    """Cut the texts that held both; a window of which only the name is known waits for the next sweep."""
    for name in ("workbook_rows", "workbook_save_rows"):
        op.add_column(name, sa.Column("platform", sa.Text()))
        _cut_words(sa.table(name, sa.column("status"), sa.column("platform")))
    for column in _WINDOWS.values():
        op.add_column("listings", sa.Column(column, sa.Text()))
    _cut_windows(sa.table("listings", sa.column("platforms"), *map(sa.column, _WINDOWS.values())))
    op.drop_column("listings", "platforms")


def _cut_words(rows: sa.TableClause) -> None:
    """The word for the platform stood on a line of its own, below the one for the status."""
    end = sa.func.instr(rows.c.status, "\n")
    first, second = sa.func.substr(rows.c.status, 1, end - 1), sa.func.substr(rows.c.status, end + 1)
    cut = {"status": sa.func.nullif(first, ""), "platform": sa.func.nullif(second, "")}
    op.execute(sa.update(rows).where(end > 0).values(cut))


def _cut_windows(listings: sa.TableClause) -> None:
    """The texts were such as ``TIKTOK_SHOP:on,TOKOPEDIA:off``: a few dozen, however many goods."""
    tx = op.get_bind()
    for text in tx.execute(sa.select(listings.c.platforms).distinct()).scalars().all():
        states = dict(each.partition(":")[::2] for each in text.split(","))
        found = {column: states[window] for window, column in _WINDOWS.items() if states.get(window)}
        if found:
            tx.execute(sa.update(listings).where(listings.c.platforms == text).values(found))
