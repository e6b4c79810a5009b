"""The sheet that is read is remembered: others with our header may come to stand before it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make room for it; the next read fills it."""
    op.create_table(
        "workbook_sheet",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("own_columns", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )
