"""Workbooks carry revisions: the rows' bases are kept for each of them, and for each save of its copies.

What was agreed on so far becomes the adopted revision: the file of a seller who updates has no mark yet.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_BASE = ("price", "stock", "adjustment", "count", "status", "note", "asked_price", "asked_stock")
_WORDS = frozenset({"status", "note"})


def upgrade() -> None:
    """Replace the writes by revisions, and keep every base."""
    names = ", ".join(f'"{name}"' for name in ("sku", *_BASE))
    op.rename_table("workbook_rows", "old_rows")
    op.create_table(
        "workbook_revisions",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("workbook", sa.Text(), nullable=False),
        sa.Column("before_hash", sa.Text(), nullable=False),
        sa.Column("after_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("written_at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("revision"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "workbook_rows",
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *_base(),
        sa.ForeignKeyConstraint(["revision"], ["workbook_revisions.revision"]),
        sa.PrimaryKeyConstraint("sku", "revision"),
        sqlite_strict=True,
    )
    op.create_table(
        "workbook_saves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("saved_at_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["revision"], ["workbook_revisions.revision"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("workbook_saves_by_revision", "workbook_saves", ["revision"], unique=False)
    op.create_table(
        "workbook_save_rows",
        sa.Column("save", sa.Integer(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        *_base(),
        sa.ForeignKeyConstraint(["save"], ["workbook_saves.id"]),
        sa.PrimaryKeyConstraint("save", "sku"),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO workbook_revisions SELECT 1, lower(hex(randomblob(4))),"
        " coalesce((SELECT before_hash FROM workbook_writes ORDER BY revision DESC LIMIT 1), ''),"
        " coalesce((SELECT after_hash FROM workbook_writes ORDER BY revision DESC LIMIT 1), ''),"
        " 'adopted', coalesce((SELECT max(written_at_ms) FROM workbook_writes), 0)"
        " WHERE EXISTS (SELECT * FROM old_rows)"
    )
    op.execute(f"INSERT INTO workbook_rows (revision, {names}) SELECT 1, {names} FROM old_rows")  # noqa: S608  # our own names
    op.drop_table("old_rows")
    op.drop_table("workbook_writes")


def _base() -> tuple[sa.Column[Any], ...]:
    return tuple(sa.Column(name, sa.Text() if name in _WORDS else sa.Integer(), nullable=True) for name in _BASE)
