"""A plan that a brake stopped is carried out once the seller approves it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make room for approvals; there are none yet."""
    op.create_table(
        "approvals",
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("approved_at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("plan"),
        sqlite_strict=True,
    )
