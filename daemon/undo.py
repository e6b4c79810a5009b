"""Undo: takes back a run or one movement, as a run of its own. The next cycle brings it to shops and workbook."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from daemon.domain.messages import Message, message
from daemon.domain.plan import Plan, Switch, Target
from daemon.domain.undo import REVERSIBLE, Decided, PriceStep
from daemon.domain.undo import undo as planned
from daemon.domain.values import ListingId, Platform, Sku
from daemon.domain.windows import number_of
from daemon.mirror import Transaction, decisions, journal
from daemon.mirror import undo as records
from daemon.plan_view import as_json
from daemon.texts import Texts

LONGEST = 18
"""Digits that surely fit into a number of the mirror."""


def undo(tx: Transaction, given: str, *, is_running: bool) -> Plan | tuple[Message, ...] | None:
    """Plan to take back the run ``12`` or the movement ``#345``: the plan, or why not; ``None`` when it is unknown.

    ``is_running``: a service or another command works on this mirror now.
    """
    decided = _decided(tx, given)
    if decided is None:
        return None
    if is_running and (cycle := journal.unfinished(tx)):
        # What is on its way to a shop at this moment would be recorded as agreed after we have changed it.
        return (message("undo.under_way", cycle=cycle),)
    skus = {entry.movement.sku for entry in decided.booked} | {step.sku for step in decided.prices}
    since = min((entry.number for entry in decided.booked), default=0)
    now = replace(records.standing(tx, skus, since=since), stands=records.stands(tx, decided.switches))
    return planned(decided, now)


def carry_out(tx: Transaction, plan: Plan, texts: Texts, *, now: datetime, trigger: str = journal.UNDO) -> int:
    """Record a plan that was made between two cycles as a run, and return its number."""
    cycle = journal.start_cycle(tx, trigger, now=now)
    decisions.commit_changes(tx, plan, cycle=cycle, now=now)
    journal.store_plan(tx, cycle, json.dumps(as_json(plan, texts), ensure_ascii=False))
    journal.end_cycle(tx, cycle, "done", now=now)
    return cycle


def _decided(tx: Transaction, given: str) -> Decided | None:
    """What ``given`` names; ``None`` when there is no such run or movement."""
    name = given.strip()
    number = name.removeprefix("#")
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST):
        return None
    if name != number:
        booked = records.booked_as(tx, int(number))
        return Decided(booked) if booked else None
    plan = journal.recorded_plan(tx, int(number))
    if plan is None:
        return None
    booked, prices, switches = records.booked_in(tx, int(number)), tuple(_price_steps(plan)), tuple(_switches(plan))
    # A run is what people decided in it. What buyers did meanwhile stays; it is named where there is nothing else.
    typed = tuple(entry for entry in booked if entry.movement.cause in REVERSIBLE)
    return Decided(typed if typed or prices or switches else booked, prices, switches)


def _switches(plan: dict[str, Any]) -> Iterator[Switch]:
    """The products that a run decided to show in other windows."""
    for entry in plan.get("statuses", ()):
        listing = ListingId(entry["shop"], entry["product_id"], entry["sku_id"])
        before, after = (number_of(map(Platform, entry[name])) for name in ("from", "to"))
        yield Switch(listing, Sku(entry["sku"]), before, after)


def _price_steps(plan: dict[str, Any]) -> Iterator[PriceStep]:
    """The prices that a run decided and told the shops: one step per SKU, whatever shops it concerned.

    Its commands hold those of earlier runs as well, as long as they are open.
    """
    decided = {(entry["sku"], entry["to"]) for entry in plan.get("prices", ())}
    before: dict[tuple[Sku, int], set[int]] = defaultdict(set)
    for command in plan.get("commands", ()):
        is_price = command["sets"] == Target.PRICE and (command["sku"], command["to"]) in decided
        if is_price and not command["is_waiting"] and command["from"] != command["to"]:
            before[Sku(command["sku"]), command["to"]] |= {command["from"]} - {None}
    for (sku, after), prices in before.items():
        yield PriceStep(sku, prices.pop() if len(prices) == 1 else None, after)
