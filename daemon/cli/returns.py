"""``returns`` and ``restock``: what buyers cancel and give back, and what of it can be sold again."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import typer

from daemon.cli.console import EXIT_PARTIAL, EXIT_USAGE, errors_shown, say, settings_at, warn
from daemon.cli.records import records
from daemon.cli.wake import wake
from daemon.config import Settings
from daemon.domain.messages import Message, message
from daemon.domain.values import Sku
from daemon.logs import configure_logs
from daemon.parts import utc_now
from daemon.returns import LOOK_BACK, Returns, lines_of, notes_on, read_returns
from daemon.returns import restock as book
from daemon.returns_view import as_json, tell_cancellation, tell_return
from daemon.story import tell_plan
from daemon.texts import Texts


def returns(config: Path | None, *, is_json: bool) -> None:
    """Ask the shops and show what they tell; nothing is changed."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config)
    with errors_shown(texts):
        found = _found(settings, texts)
        with records(settings, texts) as tx:
            sold = lines_of(tx, found.returns)
    if is_json:
        typer.echo(json.dumps(as_json(found, sold), ensure_ascii=False, indent=2))
    else:
        zone = settings.timezone
        lines = [tell_cancellation(each, texts, zone) for each in found.cancellations]
        lines += [tell_return(each, sold[each.id], texts, zone) for each in found.returns]
        is_certain = not found.errors
        for line in lines or [texts.say(message("returns.none", days=LOOK_BACK.days))] * is_certain:
            say(line)
    if found.errors:
        raise typer.Exit(EXIT_PARTIAL)


def restock(config: Path | None, return_id: str, goods: Sequence[str]) -> None:
    """Record what can be sold again of a return, or say why not."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config)
    good = Counter[Sku]()
    for given in goods:
        sku, _, units = given.rpartition("=")
        if not (sku and units.isascii() and units.isdigit() and 0 < int(units) < 1000):
            _end(texts, message("returns.unclear", given=given), EXIT_USAGE)
        good[Sku(sku)] += int(units)
    with errors_shown(texts):
        found = _found(settings, texts)
        asked = found.named(return_id)
        if asked is None and found.errors:
            raise typer.Exit(EXIT_PARTIAL)
        if asked is None:
            _end(texts, message("returns.not_found", request=return_id), EXIT_USAGE)
        with records(settings, texts, discard=False) as tx:
            plan = book(tx, asked, good, texts, now=utc_now())
            notes = [] if isinstance(plan, Message) else notes_on(tx, plan)
    if isinstance(plan, Message):
        _end(texts, plan, EXIT_PARTIAL)
    for line in (*tell_plan(plan, texts), *map(texts.say, notes)):
        say(line)
    say(texts.say(message("returns.done")))
    wake(settings.state_folder, texts)


def _found(settings: Settings, texts: Texts) -> Returns:
    """Ask the shops, once there are records to compare with; those that cannot be asked are named."""
    with records(settings, texts):
        pass
    found = asyncio.run(read_returns(settings))
    for error in found.errors:
        warn(texts.say(error.message))
    return found


def _end(texts: Texts, why: Message, code: int) -> NoReturn:
    warn(texts.say(why))
    raise typer.Exit(code)
