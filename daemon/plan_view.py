"""A plan for people and as JSON (``--json``, the journal): the very object that a cycle carries out."""

from typing import Any

from bridge.columns import Column, header_text
from daemon.domain.messages import message
from daemon.domain.plan import Command, Held, Plan, RowWrite, Switch, Target
from daemon.domain.recon import Line, Recon
from daemon.domain.rows import Field
from daemon.domain.windows import windows_of
from daemon.texts import Texts


def as_json(plan: Plan, texts: Texts) -> dict[str, Any]:
    """Show ``plan`` as plain data: movements, new prices and windows, commands, cells to write, what is held."""
    return {
        "movements": [
            {"sku": entry.sku, "delta": entry.delta, "cause": entry.cause.value, "reference": entry.reference}
            for entry in plan.movements
        ],
        "prices": [
            {"sku": product.sku, "to": product.price.amount}
            for product in plan.products
            if product.price is not None and not product.is_new
        ],
        "statuses": [_switch(each) for each in plan.switches],
        "commands": [_command(command) for command in plan.commands],
        "rows": [_row(row) for row in plan.rows],
        "held": [held_as_json(entry, texts) for entry in plan.held],
        "is_quiet": plan.is_quiet,
    }


def recon_as_json(recon: Recon) -> dict[str, Any]:
    """Show a comparison as plain data: how many listings by outcome, and those that were not equal."""
    counts = {outcome.value: count for outcome, count in recon.counts.items()}
    return {"checked": recon.checked, **counts, "lines": [_recon_line(line) for line in recon.lines]}


def _recon_line(line: Line) -> dict[str, Any]:
    return {
        "shop": line.listing.shop,
        "product_id": line.listing.product_id,
        "sku_id": line.listing.sku_id,
        "sku": line.sku,
        "shown": line.shown,
        "expected": line.expected,
        "outcome": line.outcome.value,
    }


def _switch(switch: Switch) -> dict[str, Any]:
    return {
        "shop": switch.listing.shop,
        "product_id": switch.listing.product_id,
        "sku_id": switch.listing.sku_id,
        "sku": switch.sku,
        "from": _windows(switch.before),
        "to": _windows(switch.after),
    }


def _command(command: Command) -> dict[str, Any]:
    return {
        "shop": command.listing.shop,
        "product_id": command.listing.product_id,
        "sku_id": command.listing.sku_id,
        "sku": command.sku,
        "sets": command.target.value,
        "from": shown_value(command.target, command.old),
        "to": shown_value(command.target, command.sends),
        "is_waiting": command.is_waiting,
        "is_later": command.is_later,
    }


def shown_value(target: Target, value: int | None) -> int | list[str] | None:
    """Show what a command sets: units, an amount, or names of windows."""
    return _windows(value) if target is Target.STATUS and value is not None else value


def _windows(number: int) -> list[str]:
    """A status is the windows that show the product."""
    return sorted(windows_of(number))


def _row(row: RowWrite) -> dict[str, Any]:
    return {"sku": row.sku, "row": row.number, "cells": {field.value: value for field, value in row.cells.items()}}


def held_as_json(entry: Held, texts: Texts) -> dict[str, Any]:
    """Show one thing held as plain data."""
    return {
        "sku": entry.sku,
        "row": entry.row,
        "field": entry.field.value,
        "code": entry.reason.code,
        "text": texts.say(entry.reason),
    }


def say_held(entry: Held, texts: Texts) -> str:
    """The line for one thing held: where, and why. What stands in another sheet names that instead of a column.

    A reason that is about a shop, and no goods, names the shop itself.
    """
    if entry.shop:
        return texts.say(entry.reason)
    row = texts.say(message("story.row", row=entry.row)) if entry.row else ""
    column = header_text(Column(entry.field.value), texts.language) if entry.field is not Field.SKU else ""
    place = str(entry.reason.params.get("sheet", "")) or column
    where = ", ".join(filter(None, (entry.sku, row, place))) or texts.say(message("story.whole_sheet"))
    return texts.say(message("story.held", where=where, reason=texts.say(entry.reason)))
