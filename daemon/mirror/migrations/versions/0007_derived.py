"""What the row of a bundle showed is told from a stock; recipes are kept from when they are in force."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column, and drop the recipes that wait: the sheet of the workbook says them again."""
    for table in ("workbook_rows", "workbook_save_rows"):
        op.add_column(table, sa.Column("is_derived", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "DELETE FROM bundle_parts WHERE bundle IN"
        " (SELECT bundle FROM bundle_parts WHERE part NOT IN (SELECT sku FROM products))"
    )
