"""Orders that are open, left a short while ago, or are not booked are found without a look at those of all years."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the indexes; whether an old line is booked is seen with the next booking."""
    op.create_index("orders_by_status", "orders", ["status"])
    op.create_index(
        "orders_by_shipping", "orders", ["shipped_at_ms"], sqlite_where=sa.text("shipped_at_ms IS NOT NULL")
    )
    outstanding = sa.Column("is_outstanding", sa.Integer(), nullable=False, server_default="1")
    op.add_column("order_lines", outstanding)
    op.create_index("order_lines_outstanding", "order_lines", ["shop"], sqlite_where=sa.text("is_outstanding = 1"))
