"""The tables of the mirror. Units stand in each column's ``comment``; migrations lead here (a test compares them)."""

from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, MetaData, Table, Text
from sqlalchemy import text as sql

APPLICATION_ID = 0x53_4C_52_53
"""Marks the file as a Selaras mirror ("SLRS") for ``file(1)`` and for ourselves."""

metadata = MetaData()

_MS = "ms since 1970, UTC"
_BOOL = "0 or 1"

shops = Table(
    "shops",
    metadata,
    Column("name", Text, primary_key=True, comment="as in config.yaml"),
    Column("shop_id", Text, comment="the marketplace's id; another one under the same name is refused"),
    Column("orders_seen_to_ms", Integer, comment=_MS),
    Column("swept_at_ms", Integer, comment=f"last complete catalogue sweep, {_MS}"),
    Column("held_at_ms", Integer, comment=f"since when the seller wants nothing sent to it, {_MS}"),
    sqlite_strict=True,
)

products = Table(
    "products",
    metadata,
    Column("sku", Text, primary_key=True),
    Column("price", Integer, comment="agreed price, minor units of currency"),
    Column("currency", Text, nullable=False, server_default="IDR", comment="ISO 4217"),
    Column("opened_at_ms", Integer, nullable=False, comment=f"when its stock was first seen, {_MS}"),
    Column("available", Integer, nullable=False, server_default="0", comment="units: the sum of its movements"),
    sqlite_strict=True,
)

listings = Table(
    "listings",
    metadata,
    Column("shop", Text, ForeignKey("shops.name"), primary_key=True),
    Column("product_id", Text, primary_key=True),
    Column("sku_id", Text, primary_key=True),
    Column("sku", Text, nullable=False, index=True, comment="seller SKU; empty when the seller gave none"),
    Column("title", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("status", Text, nullable=False, comment="ListingStatus"),
    Column("tiktok_shop", Text, comment="WindowState in TikTok Shop; empty: not listed there, or not told"),
    Column("tokopedia", Text, comment="the same in Tokopedia"),
    Column("price", Integer, comment="last seen, minor units of currency"),
    Column("currency", Text, nullable=False, comment="ISO 4217"),
    Column("price_is_editable", Integer, nullable=False, comment=_BOOL),
    Column("quantity_is_editable", Integer, nullable=False, comment=_BOOL),
    Column("shown", Integer, comment="units last seen available"),
    Column("observed_at_ms", Integer, comment=f"when seen, by the marketplace's clock, {_MS}"),
    Column("observed_in", Integer, comment="cycle of that reading"),
    Column("first_seen_at_ms", Integer, comment=f"first reading ever, by the marketplace's clock, {_MS}"),
    Column("missed_sweeps", Integer, nullable=False, server_default="0", comment="complete sweeps without it"),
    Column("told", Integer, comment="units we agreed on, lowered by the shop's orders since"),
    Column("told_slack", Integer, nullable=False, server_default="0", comment="units it may show above told"),
    Column("told_price", Integer, comment="agreed price, minor units of currency"),
    Column("unexplained", Integer, comment="units above (+) or below (−) everything that facts explain"),
    Column("unexplained_since_ms", Integer, comment=_MS),
    Column("written_from_ms", Integer, comment=f"read before our last quantity write, {_MS}"),
    Column("written_to_ms", Integer, comment=f"read-back after it, {_MS}"),
    Column("edited_to", Integer, comment="units that the last edit in Seller Center set"),
    Column("edits_alike", Integer, nullable=False, server_default="0", comment="edits in a row that set the same"),
    sqlite_strict=True,
)

cycles = Table(
    "cycles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("trigger", Text, nullable=False),
    Column("started_at_ms", Integer, nullable=False, comment=_MS),
    Column("finished_at_ms", Integer, comment=_MS),
    Column("outcome", Text, comment="done or partial; empty while running, or when it did not come to its end"),
    Column("plan", Text, comment="JSON, as shown by `selaras plan --json`"),
    Column("recon", Text, comment="JSON: what a full sweep compared; empty in cycles without one"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

movements = Table(
    "movements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sku", Text, ForeignKey("products.sku"), nullable=False),
    Column("delta", Integer, nullable=False, comment="units"),
    Column("cause", Text, nullable=False, comment="Cause"),
    Column("reference", Text, nullable=False, comment="natural key within the cause"),
    Column("cycle", Integer, ForeignKey("cycles.id"), nullable=False),
    Column("booked_at_ms", Integer, nullable=False, comment=_MS),
    Column("hash", Text, nullable=False, server_default="", comment="SHA-256 over this and the hash before"),
    CheckConstraint("delta <> 0", name="a_movement_moves"),
    Index("movements_once", "reference", "cause", "sku", unique=True),
    Index("movements_by_sku", "sku", "delta"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

orders = Table(
    "orders",
    metadata,
    Column("shop", Text, ForeignKey("shops.name"), primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("status", Text, nullable=False, comment="OrderStatus"),
    Column("platform", Text, nullable=False, comment="Platform"),
    Column("takes_our_stock", Integer, nullable=False, comment=_BOOL),
    Column("has_shipped", Integer, nullable=False, comment=f"was ever seen on its way, {_BOOL}"),
    Column("created_at_ms", Integer, nullable=False, index=True, comment=_MS),
    Column("updated_at_ms", Integer, nullable=False, comment=_MS),
    Column("ship_by_ms", Integer, comment=_MS),
    Column("buyer", Text, nullable=False, comment="masked"),
    Column("courier", Text, nullable=False),
    Column("tracking_number", Text, nullable=False),
    Column("invoice", Text, nullable=False),
    Column("changed_in", Integer, nullable=False, comment="cycle of the last change"),
    Column("cancel_reason", Text, nullable=False, server_default="", comment="as the marketplace words it"),
    Column("shipped_at_ms", Integer, comment=f"when a courier had it, or else the change that first said so, {_MS}"),
    Index("orders_by_status", "status"),
    Index("orders_by_shipping", "shipped_at_ms", sqlite_where=sql("shipped_at_ms IS NOT NULL")),
    sqlite_strict=True,
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("shop", Text, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("line_id", Text, primary_key=True),
    Column("product_id", Text, nullable=False),
    Column("sku_id", Text, nullable=False),
    Column("sku", Text, nullable=False, comment="seller SKU as the order names it"),
    Column("product_name", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("price", Integer, nullable=False, comment="per unit, minor units of currency"),
    Column("currency", Text, nullable=False, comment="ISO 4217"),
    Column("is_cancelled", Integer, nullable=False, comment=_BOOL),
    Column("is_gift", Integer, nullable=False, comment=_BOOL),
    Column("is_outstanding", Integer, nullable=False, server_default="1", comment=f"may have to be booked, {_BOOL}"),
    ForeignKeyConstraint(["shop", "order_id"], ["orders.shop", "orders.order_id"]),
    Index("order_lines_outstanding", "shop", sqlite_where=sql("is_outstanding = 1")),
    sqlite_strict=True,
)

IS_OUTSTANDING = sql("order_lines.is_outstanding = 1")
"""Picks the lines whose movements may not be complete, in the very words of the index, as :data:`IS_OPEN` does."""

order_sheets = Table(
    "order_sheets",
    metadata,
    Column("day", Text, primary_key=True, comment="ISO date in the configured time zone"),
    Column("written_in", Integer, nullable=False, comment="cycle whose orders the sheet shows"),
    Column("content_hash", Text, comment="SHA-256 of the file as we wrote it"),
    sqlite_strict=True,
)

OPEN_STATES = ("pending", "waiting", "sending", "refused")
"""States of a command that is not finished; per listing and target there is at most one such command."""

_OPEN = f"state IN ({', '.join(repr(state) for state in OPEN_STATES)})"

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("shop", Text, nullable=False),
    Column("product_id", Text, nullable=False),
    Column("sku_id", Text, nullable=False),
    Column("target", Text, nullable=False, comment="Target: quantity, price or status"),
    Column("desired", Integer, nullable=False, comment="units, minor units of the currency, or windows as a number"),
    Column("sent", Integer, comment="what was written, while its outcome is unknown"),
    Column("sent_desired", Integer, comment="what was desired when it was sent"),
    Column("state", Text, nullable=False, comment="pending, waiting, sending, refused, done or withdrawn"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before_ms", Integer, nullable=False, server_default="0", comment=_MS),
    Column("refusal", Text, comment="the marketplace's reason, or ours"),
    Column("created_in", Integer, ForeignKey("cycles.id"), nullable=False),
    Column("changed_at_ms", Integer, nullable=False, comment=_MS),
    ForeignKeyConstraint(
        ["shop", "product_id", "sku_id"],
        ["listings.shop", "listings.product_id", "listings.sku_id"],
    ),
    Index(
        "outbox_one_open",
        "shop",
        "product_id",
        "sku_id",
        "target",
        unique=True,
        sqlite_where=sql(_OPEN),
    ),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)


IS_OPEN = sql(f"outbox.{_OPEN}")
"""Picks what is not finished, in the very words of the index: with parameters SQLite would search all that ever was."""


def _base_columns() -> tuple[Column[Any], ...]:
    """What a row last agreed on, as :class:`daemon.domain.rows.RowBase` names it."""
    return (
        Column("price", Integer, comment="base of the cell, minor units"),
        Column("stock", Integer, comment="base of the cell, units"),
        Column("adjustment", Integer, comment="typed and booked, not yet cleared; units"),
        Column("count", Integer, comment="typed and booked, not yet cleared; units"),
        Column("status", Text, comment="word of the cell that both sides agree on"),
        Column("platform", Text, comment="word of the cell that both sides agree on"),
        Column("note", Text, comment="as written by us"),
        Column("asked_price", Integer, comment="typed, not used, asked about; minor units"),
        Column("asked_stock", Integer, comment="typed, not used, asked about; units"),
        Column("is_derived", Integer, nullable=False, server_default="0", comment=f"stock of a bundle, {_BOOL}"),
    )


workbook_revisions = Table(
    "workbook_revisions",
    metadata,
    Column("revision", Integer, primary_key=True),
    Column("workbook", Text, nullable=False, comment="which of the seller's workbooks, as its mark says"),
    Column("before_hash", Text, nullable=False, comment="SHA-256 of the file we planned against"),
    Column("after_hash", Text, nullable=False, comment="SHA-256 of the file we wrote"),
    Column("state", Text, nullable=False, comment="adopted, writing, done or abandoned"),
    Column("written_at_ms", Integer, nullable=False, comment=_MS),
    Column(
        "was_open", Integer, nullable=False, server_default="0", comment=f"in an editor since it was written, {_BOOL}"
    ),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

workbook_rows = Table(
    "workbook_rows",
    metadata,
    Column("sku", Text, primary_key=True),
    Column("revision", Integer, ForeignKey("workbook_revisions.revision"), primary_key=True, comment="from it on"),
    *_base_columns(),
    sqlite_strict=True,
)

workbook_saves = Table(
    "workbook_saves",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("revision", Integer, ForeignKey("workbook_revisions.revision"), nullable=False, comment="it came from"),
    Column("name", Text, nullable=False, comment="of the file"),
    Column("content_hash", Text, nullable=False, comment="SHA-256 of the file"),
    Column("saved_at_ms", Integer, nullable=False, comment=f"when it was read, {_MS}"),
    Index("workbook_saves_by_revision", "revision"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

workbook_save_rows = Table(
    "workbook_save_rows",
    metadata,
    Column("save", Integer, ForeignKey("workbook_saves.id"), primary_key=True),
    Column("sku", Text, primary_key=True),
    *_base_columns(),
    sqlite_strict=True,
)

workbook_sheet = Table(
    "workbook_sheet",
    metadata,
    Column("name", Text, primary_key=True, comment="of the sheet that was read last; the only row. Empty: a CSV file"),
    Column("own_columns", Text, nullable=False, comment="headers of the seller's own columns, JSON"),
    Column("columns", Text, nullable=False, server_default="{}", comment="header of each known column, JSON"),
    sqlite_strict=True,
)

troubles = Table(
    "troubles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, comment="message code"),
    Column("params", Text, nullable=False, comment="JSON"),
    sqlite_strict=True,
)

held = Table(
    "held",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sku", Text),
    Column("row", Integer, comment="place in the sheet, from 1"),
    Column("field", Text, nullable=False, comment="Field"),
    Column("code", Text, nullable=False, comment="message code"),
    Column("params", Text, nullable=False, comment="JSON"),
    sqlite_strict=True,
)

approvals = Table(
    "approvals",
    metadata,
    Column("plan", Text, primary_key=True, comment="hash of what a brake stopped, as it was shown"),
    Column("approved_at_ms", Integer, nullable=False, comment=_MS),
    sqlite_strict=True,
)

bundle_parts = Table(
    "bundle_parts",
    metadata,
    Column("bundle", Text, primary_key=True, comment="SKU"),
    Column("part", Text, primary_key=True, comment="SKU"),
    Column("quantity", Integer, nullable=False, comment="units of the part in one bundle"),
    sqlite_strict=True,
)

allocations = Table(
    "allocations",
    metadata,
    Column("sku", Text, primary_key=True),
    Column("shop", Text, primary_key=True, comment="as in config.yaml"),
    Column("buffer", Integer, comment="units not shown; empty, here and below: as the shop's settings say"),
    Column("share", Integer, comment="percent of the pool"),
    Column("lowest", Integer, comment="units"),
    Column("highest", Integer, comment="units"),
    Column("priority", Integer, comment="the highest gets the last pieces"),
    sqlite_strict=True,
)
