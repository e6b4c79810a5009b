"""The ledger is chained and its sums are kept; shops share a pool by rules; bundles; shops that are held."""

import sqlalchemy as sa
from alembic import op

from daemon.mirror.ledger import chained

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make room; the ledger so far is added up and chained."""
    op.add_column("movements", sa.Column("hash", sa.Text(), nullable=False, server_default=""))
    op.add_column("products", sa.Column("available", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("shops", sa.Column("held_at_ms", sa.Integer()))
    op.add_column("listings", sa.Column("edited_to", sa.Integer()))
    op.add_column("listings", sa.Column("edits_alike", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("cancel_reason", sa.Text(), nullable=False, server_default=""))
    op.add_column("orders", sa.Column("shipped_at_ms", sa.Integer()))
    op.add_column("cycles", sa.Column("recon", sa.Text()))
    op.add_column("workbook_revisions", sa.Column("was_open", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("workbook_sheet", sa.Column("columns", sa.Text(), nullable=False, server_default="{}"))
    op.create_table(
        "bundle_parts",
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bundle", "part"),
        sqlite_strict=True,
    )
    op.create_table(
        "allocations",
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("buffer", sa.Integer()),
        sa.Column("share", sa.Integer()),
        sa.Column("lowest", sa.Integer()),
        sa.Column("highest", sa.Integer()),
        sa.Column("priority", sa.Integer()),
        sa.PrimaryKeyConstraint("sku", "shop"),
        sqlite_strict=True,
    )
    op.execute(
        "UPDATE products SET available ="
        " coalesce((SELECT sum(delta) FROM movements WHERE movements.sku = products.sku), 0)"
    )
    _chain()


def _chain() -> None:
    """Give every movement the hash that it would have had from the start, a batch at a time."""
    fields = "id, sku, delta, cause, reference, cycle, booked_at_ms"
    batch = sa.text(f"SELECT {fields} FROM movements WHERE id > :last ORDER BY id LIMIT 10000")  # noqa: S608  # our own names
    connection, number, last = op.get_bind(), 0, ""
    while rows := connection.execute(batch, {"last": number}).all():
        hashes = []
        for row in rows:
            number, last = row.id, chained(last, *row)
            hashes.append({"number": number, "hash": last})
        connection.execute(sa.text("UPDATE movements SET hash = :hash WHERE id = :number"), hashes)
