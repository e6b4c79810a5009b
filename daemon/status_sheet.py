"""The sheet ``Selaras`` of the workbook: a plan in the seller's words, and what the seller chose there."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, tzinfo
from textwrap import shorten

from bridge.columns import Column, header_text
from bridge.status_sheet import StatusLine, StatusPage, StatusSheet
from daemon.cancel_requests import requests_waiting
from daemon.domain.choices import Choice, Chosen, line_of, taken_by
from daemon.domain.messages import Message, message
from daemon.domain.plan import Command, Held, Plan, Target
from daemon.domain.rows import Field
from daemon.domain.values import Sku
from daemon.first_lines import MOST_IN_SHEET, first_lines
from daemon.mirror import Transaction, outbox
from daemon.parts import Parts, Sheet
from daemon.texts import Texts

LONGEST_NAMES = 500
"""Letters of own columns that are named."""


def choices_in(sheet: StatusSheet | None) -> tuple[Chosen, ...]:
    """Give what was chosen, as reconcile takes it."""
    found = sheet.choices() if sheet else ()
    return tuple(
        Chosen(
            Sku(each.sku),
            Field(each.column.value),
            Choice(each.choice.value) if each.choice else None,
            each.here,
            each.shown,
            each.words,
            each.shop,
        )
        for each in found
    )


def status_page(parts: Parts, plan: Plan, *, unreachable: Collection[str]) -> StatusPage:
    """Tell how things stand after a push; ``unreachable`` names the shops that did not answer.

    While the whole file is stopped only that is told: what was chosen in its lines is still to be decided on.
    """
    now = parts.now()
    with parts.mirror.transaction() as tx:
        waiting = _unsent(tx, plan, unreachable, now=now)
    page = page_of(plan, waiting, parts.texts, now=now, zone=parts.settings.timezone)
    sheet = parts.sheets.get(parts.settings.workbook)
    if page.lines is None or sheet is None:
        return page
    lookups = {shop.name: shop.connector.lookups for shop in parts.shops}
    waiting_buyers = requests_waiting(lookups, parts.texts, now=now, zone=parts.settings.timezone)
    asked = (_cancels(reason, parts.texts) for reason in waiting_buyers)
    return replace(page, lines=(*asked, *page.lines, *_own_columns(sheet, parts.texts)))


def _cancels(reason: Message, texts: Texts) -> StatusLine:
    return StatusLine(texts.say(message("status_sheet.cancels")), "", None, None, None, texts.say(reason))


def _unsent(tx: Transaction, plan: Plan, shops: Collection[str], *, now: datetime) -> tuple[Command, ...]:
    due = [entry for shop in shops for target in Target for entry in outbox.due_commands(tx, shop, target, now=now)]
    still_open = {(entry.listing, entry.target) for entry in due}
    return tuple(
        command
        for command in plan.commands
        if not command.is_waiting and (command.listing, command.target) in still_open
    )


def page_of(plan: Plan, waiting: Collection[Command], texts: Texts, *, now: datetime, zone: tzinfo) -> StatusPage:
    """Tell how things stand, ``waiting`` for shops that cannot be reached."""
    at = texts.say(
        message("status_sheet.written", time=texts.moment(now, zone), zone=now.astimezone(zone).tzname() or "")
    )
    if plan.is_scrambled:
        return StatusPage(texts.say(message("status_sheet.stopped")), at, None)
    held = [_held(entry, texts) for entry in plan.held]
    lines = sorted(dict.fromkeys(held), key=lambda line: (not line.is_question, line.sku, line.row or 0))
    lines += _nameless(plan, texts)
    lines += (_waiting(command, texts) for command in waiting)
    told = first_lines(lines, MOST_IN_SHEET, lambda rest: StatusLine("", "", None, None, None, texts.say(rest)))
    return StatusPage(texts.say(_state(len(held), len(waiting))), at, tuple(told))


def _state(held: int, waiting: int) -> Message:
    if held:
        return message("status_sheet.held", held=held)
    return message("status_sheet.waiting", waiting=waiting) if waiting else message("status_sheet.in_step")


def _held(entry: Held, texts: Texts) -> StatusLine:
    params = entry.reason.params  # of another sheet than that of the goods they name it, and mostly a row in it
    row, sheet, line = params.get("row"), str(params.get("sheet", "")), line_of(entry)
    return StatusLine(
        sheet or entry.shop or header_text(Column(entry.field.value), texts.language),
        entry.sku or "",
        entry.row or (row if isinstance(row, int) else None),
        line.here,
        line.shown,
        texts.say(entry.reason),
        is_question=bool(taken_by(entry)),
        shop="" if sheet or entry.shop else line.shop,
    )


def _nameless(plan: Plan, texts: Texts) -> Iterator[StatusLine]:
    for entry in plan.nameless:
        reason = message("status_sheet.nameless", shop=entry.shop, title=entry.title)
        yield StatusLine(texts.say(message("status_sheet.item")), "", None, None, None, texts.say(reason))


_COLUMNS = {Target.QUANTITY: Column.STOCK, Target.PRICE: Column.PRICE, Target.STATUS: Column.STATUS}


def _waiting(command: Command, texts: Texts) -> StatusLine:
    reason = texts.say(message("status_sheet.unsent", shop=command.listing.shop))
    what = header_text(_COLUMNS[command.target], texts.language)
    if command.target is Target.STATUS:
        return StatusLine(what, command.sku, None, None, None, reason)
    return StatusLine(what, command.sku, None, command.desired, command.old, reason)


def _own_columns(sheet: Sheet, texts: Texts) -> Iterator[StatusLine]:
    """Tell that the seller's own columns were seen, and are left alone."""
    names = ", ".join(sheet.table.unknown_headers)
    if names:
        shown = shorten(names, LONGEST_NAMES, placeholder=" …")
        reason = message("status_sheet.own_untouched", sheet=sheet.table.sheet, columns=shown)
        yield StatusLine(texts.say(message("status_sheet.own_columns")), "", None, None, None, texts.say(reason))
