"""The first schema. What the columns mean stands in ``daemon/mirror/schema.py``."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "cycles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("started_at_ms", sa.Integer(), nullable=False),
        sa.Column("finished_at_ms", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "held",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "order_sheets",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("written_in", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("day"),
        sqlite_strict=True,
    )
    op.create_table(
        "products",
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=True),
        sa.Column("currency", sa.Text(), server_default="IDR", nullable=False),
        sa.Column("opened_at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sku"),
        sqlite_strict=True,
    )
    op.create_table(
        "shops",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=True),
        sa.Column("orders_seen_to_ms", sa.Integer(), nullable=True),
        sa.Column("swept_at_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )
    op.create_table(
        "troubles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "workbook_rows",
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=True),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("adjustment", sa.Integer(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("asked_price", sa.Integer(), nullable=True),
        sa.Column("asked_stock", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("sku"),
        sqlite_strict=True,
    )
    op.create_table(
        "listings",
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("sku_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("platforms", sa.Text(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price_is_editable", sa.Integer(), nullable=False),
        sa.Column("quantity_is_editable", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=True),
        sa.Column("observed_at_ms", sa.Integer(), nullable=True),
        sa.Column("observed_in", sa.Integer(), nullable=True),
        sa.Column("first_seen_at_ms", sa.Integer(), nullable=True),
        sa.Column("missed_sweeps", sa.Integer(), server_default="0", nullable=False),
        sa.Column("told", sa.Integer(), nullable=True),
        sa.Column("told_slack", sa.Integer(), server_default="0", nullable=False),
        sa.Column("told_price", sa.Integer(), nullable=True),
        sa.Column("unexplained", sa.Integer(), nullable=True),
        sa.Column("unexplained_since_ms", sa.Integer(), nullable=True),
        sa.Column("written_from_ms", sa.Integer(), nullable=True),
        sa.Column("written_to_ms", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["shop"],
            ["shops.name"],
        ),
        sa.PrimaryKeyConstraint("shop", "product_id", "sku_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_listings_sku", "listings", ["sku"], unique=False)
    op.create_table(
        "movements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("booked_at_ms", sa.Integer(), nullable=False),
        sa.CheckConstraint("delta <> 0", name="a_movement_moves"),
        sa.ForeignKeyConstraint(
            ["cycle"],
            ["cycles.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sku"],
            ["products.sku"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("movements_by_sku", "movements", ["sku", "delta"], unique=False)
    op.create_index("movements_once", "movements", ["reference", "cause", "sku"], unique=True)
    op.create_table(
        "orders",
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("takes_our_stock", sa.Integer(), nullable=False),
        sa.Column("has_shipped", sa.Integer(), nullable=False),
        sa.Column("created_at_ms", sa.Integer(), nullable=False),
        sa.Column("updated_at_ms", sa.Integer(), nullable=False),
        sa.Column("ship_by_ms", sa.Integer(), nullable=True),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("courier", sa.Text(), nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.Column("invoice", sa.Text(), nullable=False),
        sa.Column("changed_in", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop"],
            ["shops.name"],
        ),
        sa.PrimaryKeyConstraint("shop", "order_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_orders_created_at_ms", "orders", ["created_at_ms"], unique=False)
    op.create_table(
        "workbook_writes",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("before_hash", sa.Text(), nullable=False),
        sa.Column("after_hash", sa.Text(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("written_at_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle"],
            ["cycles.id"],
        ),
        sa.PrimaryKeyConstraint("revision"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "order_lines",
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("sku_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("is_cancelled", sa.Integer(), nullable=False),
        sa.Column("is_gift", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop", "order_id"],
            ["orders.shop", "orders.order_id"],
        ),
        sa.PrimaryKeyConstraint("shop", "order_id", "line_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("sku_id", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("desired", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=True),
        sa.Column("sent_desired", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("created_in", sa.Integer(), nullable=False),
        sa.Column("changed_at_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_in"],
            ["cycles.id"],
        ),
        sa.ForeignKeyConstraint(
            ["shop", "product_id", "sku_id"],
            ["listings.shop", "listings.product_id", "listings.sku_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(
        "outbox_one_open",
        "outbox",
        ["shop", "product_id", "sku_id", "target"],
        unique=True,
        sqlite_where=sa.text("state IN ('pending', 'waiting', 'sending', 'refused')"),
    )
