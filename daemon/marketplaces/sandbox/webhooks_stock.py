"""The stock of a listing as a webhook tells it: what there is, and by what it was moved (reference 9.4, type 71)."""

from collections.abc import Mapping
from typing import TypeAlias

from daemon.marketplaces.sandbox.goods import Listing

Counts: TypeAlias = Mapping[str, int]
"""Units of a listing over all warehouses, by the marketplace's word for what is counted."""
_TOTALS = frozenset({"available", "committed"})
"""What is a ``total_…`` in a snapshot, and has no such word in a change."""


def counts(listing: Listing) -> Counts:
    """Count what there is now; nothing is ever kept for creators here."""
    return {
        "total": listing.available + listing.committed,
        "available": listing.available,
        "committed": listing.committed,
        "in_shop": listing.available - listing.locked,
        "campaign_locked": listing.locked,
        "creator_locked": 0,
    }


def snapshot_json(now: Counts) -> dict[str, int]:
    """What there is after a change."""
    return {f"{'total_' if what in _TOTALS else ''}{what}_quantity": units for what, units in now.items()}


def delta_json(before: Counts, now: Counts) -> dict[str, int]:
    """By how much a change moved it."""
    return {f"{what}_quantity_delta": units - before[what] for what, units in now.items()}
