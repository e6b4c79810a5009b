"""Committing a plan: movements, agreements and commands in the caller's one transaction (design 5.7)."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import Insert, insert

from daemon.domain.plan import Command, ListingChange, Plan, Target
from daemon.domain.values import ListingId
from daemon.mirror import allocations, bundles, ledger
from daemon.mirror.moments import optional_ms, to_ms
from daemon.mirror.of_listing import CHANGE_LISTING, is_of_listing, of_listing
from daemon.mirror.outbox import IS_OPEN_FOR
from daemon.mirror.schema import IS_OPEN, held, outbox, products
from daemon.mirror.store import Transaction


def commit_plan(tx: Transaction, plan: Plan, *, cycle: int, now: datetime) -> None:
    """Store everything that ``plan`` decided. Nothing is sent before this transaction is durable."""
    commit_changes(tx, plan, cycle=cycle, now=now)
    if plan.recipes is not None:
        bundles.store_recipes(tx, plan.recipes)
    if plan.allocations is not None:
        allocations.store_overrides(tx, plan.allocations)
    tx.execute(delete(held))
    for entry in plan.held:
        reason = {"code": entry.reason.code, "params": json.dumps(entry.reason.params, ensure_ascii=False)}
        tx.execute(insert(held), {"sku": entry.sku, "row": entry.row, "field": entry.field.value, **reason})


def commit_changes(tx: Transaction, plan: Plan, *, cycle: int, now: datetime) -> None:
    """Store what ``plan`` changes; what the last cycle held stays as it was."""
    opened = [
        {
            "sku": product.sku,
            "opened_at_ms": to_ms(product.opened_at),
            "price": product.price.amount if product.price else None,
            "currency": product.price.currency if product.price else "IDR",
        }
        for product in plan.products
    ]
    if opened:
        tx.execute(_OPEN_OR_PRICE, opened)
    ledger.book(tx, plan.movements, cycle=cycle, now=now)
    _store_agreements(tx, plan.listings, now)
    for command in plan.commands:
        _store_command(tx, command, cycle, now)
    for listing, target in plan.withdrawn:
        _close(tx, listing, target, now)


def _store_agreements(tx: Transaction, changes: Sequence[ListingChange], now: datetime) -> None:
    if not changes:
        return
    tx.execute(CHANGE_LISTING, [{**of_listing(change.id), **_agreed(change)} for change in changes])
    sent = ((change.id, change.sending) for change in changes)
    settled = {"new_state": "pending", "new_sent": None, "new_desired": None}
    rows = [
        {
            **of_listing(listing),
            "at_ms": to_ms(now),
            **({"new_state": "sending", "new_sent": to.target, "new_desired": to.desired} if to else settled),
        }
        for listing, to in sent
    ]
    tx.execute(_SETTLE_SENDING, rows)


def _agreed(change: ListingChange) -> dict[str, int | None]:
    unexplained = change.unexplained
    return {
        "told": change.told.quantity if change.told else None,
        "told_slack": change.told.slack if change.told else 0,
        "told_price": change.told_price.amount if change.told_price else None,
        "unexplained": unexplained.units if unexplained else None,
        "unexplained_since_ms": optional_ms(unexplained.since) if unexplained else None,
        "written_from_ms": optional_ms(change.written_from),
        "written_to_ms": optional_ms(change.written_to),
        "edited_to": change.edited_to,
        "edits_alike": change.edits_alike,
    }


def _open_or_price() -> Insert:
    statement = insert(products)
    changes = {"price": statement.excluded.price, "currency": statement.excluded.currency}
    is_priced = statement.excluded.price.is_not(None)
    return statement.on_conflict_do_update(index_elements=["sku"], set_=changes, where=is_priced)


_OPEN_OR_PRICE = _open_or_price()
_SETTLE_SENDING = (
    update(outbox)
    .where(is_of_listing(outbox), outbox.c.target == Target.QUANTITY.value, outbox.c.state == "sending", IS_OPEN)
    .values(
        state=bindparam("new_state"),
        sent=bindparam("new_sent"),
        sent_desired=bindparam("new_desired"),
        changed_at_ms=bindparam("at_ms"),
    )
)
_STORED_COMMAND, _NEW_COMMAND = select(outbox).where(IS_OPEN_FOR), insert(outbox)
_CHANGE_COMMAND = update(outbox).where(outbox.c.id == bindparam("command"))
_WITHDRAW = update(outbox).where(IS_OPEN_FOR).values(state="withdrawn", changed_at_ms=bindparam("at_ms"))


def _store_command(tx: Transaction, command: Command, cycle: int, now: datetime) -> None:
    """Put a command into the outbox, or renew the open one for the same listing and target."""
    stored = tx.execute(_STORED_COMMAND, {**of_listing(command.listing), "of_target": command.target.value}).first()
    values: dict[str, object] = {"desired": command.desired, "changed_at_ms": to_ms(now)}
    if stored is None:
        state = "waiting" if command.is_waiting else "pending"
        listing = command.listing
        key = {"shop": listing.shop, "product_id": listing.product_id, "sku_id": listing.sku_id}
        new = {"target": command.target.value, "state": state, "created_in": cycle}
        tx.execute(_NEW_COMMAND, {**key, **new, **values})
        return
    is_unsettled = stored.state == "sending" and command.target is Target.QUANTITY  # to be read back first
    if command.is_waiting and not is_unsettled:
        values["state"] = "waiting"
    elif stored.state == "waiting" or (stored.state == "refused" and stored.desired != command.desired):
        values |= {"state": "pending", "attempts": 0, "not_before_ms": 0, "refusal": None, "created_in": cycle}
    tx.execute(_CHANGE_COMMAND, {"command": stored.id, **values})


def _close(tx: Transaction, listing: ListingId, target: Target, now: datetime) -> None:
    """Close an open command that nothing asks for any more: it happened, or is no longer wanted."""
    tx.execute(_WITHDRAW, {**of_listing(listing), "of_target": target.value, "at_ms": to_ms(now)})
