"""What holds for one SKU in one shop instead of the shop's settings."""

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from daemon.domain.allocation import Override
from daemon.domain.messages import Message
from daemon.domain.overrides import OLD_FILE, Key
from daemon.domain.values import Sku
from daemon.mirror import journal
from daemon.mirror.schema import allocations
from daemon.mirror.store import Transaction

_STORED = select(allocations).order_by(allocations.c.sku, allocations.c.shop)


def stored_overrides(tx: Transaction) -> dict[Key, Override]:
    """Give all rules that hold."""
    return {
        (Sku(row.sku), row.shop): Override(row.buffer, row.share, row.lowest, row.highest, row.priority)
        for row in tx.execute(_STORED)
    }


def old_overrides(tx: Transaction) -> Message | None:
    """Tell what is held of a sheet that was not used for its age."""
    return next((entry.reason for entry in journal.held_entries(tx) if entry.reason.code == OLD_FILE), None)


def store_overrides(tx: Transaction, rules: Mapping[Key, Override]) -> None:
    """Let exactly these rules hold from now on."""
    if rules == stored_overrides(tx):
        return
    tx.execute(delete(allocations))
    for (sku, shop), rule in rules.items():
        tx.execute(insert(allocations).values(sku=sku, shop=shop, **asdict(rule)))
