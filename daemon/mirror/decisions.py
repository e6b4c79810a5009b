"""Committing a plan: movements, agreements and commands in the caller's one transaction (design 5.7)."""

import json
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert

from daemon.domain.plan import Command, ListingChange, Plan, Target
from daemon.domain.stock import Movement
from daemon.domain.values import ListingId
from daemon.mirror.moments import optional_ms, to_ms
from daemon.mirror.observations import is_listing
from daemon.mirror.outbox import is_open
from daemon.mirror.schema import held, listings, movements, outbox, products
from daemon.mirror.store import Transaction


def commit_plan(tx: Transaction, plan: Plan, *, cycle: int, now: datetime) -> None:
    """Store everything that ``plan`` decided. Nothing is sent before this transaction is durable."""
    for product in plan.products:
        price = {"price": product.price.amount, "currency": product.price.currency} if product.price else {}
        values = {"sku": product.sku, "opened_at_ms": to_ms(product.opened_at), **price}
        statement = insert(products).values(values)
        tx.execute(statement.on_conflict_do_update(index_elements=["sku"], set_=price or {"sku": product.sku}))
    for movement in plan.movements:
        _book(tx, movement, cycle, now)
    for change in plan.listings:
        _store_agreement(tx, change, now)
    for command in plan.commands:
        _store_command(tx, command, cycle, now)
    for listing, target in plan.withdrawn:
        _close(tx, listing, target, now)
    tx.execute(delete(held))
    for entry in plan.held:
        reason = {"code": entry.reason.code, "params": json.dumps(entry.reason.params, ensure_ascii=False)}
        tx.execute(insert(held).values(sku=entry.sku, row=entry.row, field=entry.field.value, **reason))


def _book(tx: Transaction, movement: Movement, cycle: int, now: datetime) -> None:
    tx.execute(
        insert(movements).values(
            sku=movement.sku,
            delta=movement.delta,
            cause=movement.cause.value,
            reference=movement.reference,
            cycle=cycle,
            booked_at_ms=to_ms(now),
        ),
    )


def _store_agreement(tx: Transaction, change: ListingChange, now: datetime) -> None:
    unexplained = change.unexplained
    tx.execute(
        update(listings)
        .where(is_listing(change.id))
        .values(
            told=change.told.quantity if change.told else None,
            told_slack=change.told.slack if change.told else 0,
            told_price=change.told_price.amount if change.told_price else None,
            unexplained=unexplained.units if unexplained else None,
            unexplained_since_ms=optional_ms(unexplained.since) if unexplained else None,
            written_from_ms=optional_ms(change.written_from),
            written_to_ms=optional_ms(change.written_to),
        ),
    )
    sent = change.sending
    settled = {"state": "pending", "sent": None, "sent_desired": None}
    values = {"sent": sent.target, "sent_desired": sent.desired} if sent else settled
    tx.execute(
        update(outbox)
        .where(is_open(change.id, Target.QUANTITY), outbox.c.state == "sending")
        .values(changed_at_ms=to_ms(now), **values),
    )


def _store_command(tx: Transaction, command: Command, cycle: int, now: datetime) -> None:
    """Put a command into the outbox, or renew the open one for the same listing and target."""
    where = is_open(command.listing, command.target)
    stored = tx.execute(select(outbox).where(where)).first()
    values: dict[str, object] = {"desired": command.desired, "changed_at_ms": to_ms(now)}
    if stored is None:
        state = "waiting" if command.is_waiting else "pending"
        listing = command.listing
        key = {"shop": listing.shop, "product_id": listing.product_id, "sku_id": listing.sku_id}
        tx.execute(insert(outbox).values(**key, target=command.target.value, state=state, created_in=cycle, **values))
        return
    if command.is_waiting:
        values["state"] = "waiting"
    elif stored.state == "waiting" or (stored.state == "refused" and stored.desired != command.desired):
        values |= {"state": "pending", "attempts": 0, "not_before_ms": 0, "refusal": None}
    tx.execute(update(outbox).where(outbox.c.id == stored.id).values(**values))


def _close(tx: Transaction, listing: ListingId, target: Target, now: datetime) -> None:
    """Close an open command that nothing asks for any more: it happened, or is no longer wanted."""
    values = {"state": "withdrawn", "changed_at_ms": to_ms(now)}
    tx.execute(update(outbox).where(is_open(listing, target)).values(**values))
