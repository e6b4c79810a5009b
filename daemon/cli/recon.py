"""``recon``: how the shops compared with what they should show."""

import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from daemon.cli.console import EXIT_PARTIAL, errors_shown, say, settings_at, warn
from daemon.cli.records import records
from daemon.cli.work import sync_once
from daemon.config import Settings
from daemon.domain.messages import message
from daemon.domain.recon import Outcome
from daemon.logs import configure_logs
from daemon.mirror import Transaction, journal
from daemon.texts import Texts


def recon(config: Path | None, *, is_now: bool, is_json: bool) -> None:
    """Show the newest comparison; with ``is_now`` a full cycle makes one first."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config, needs_secrets=is_now)
    with errors_shown(texts):
        result = asyncio.run(sync_once(settings, texts)) if is_now else None
        with records(settings, texts, never="recon.never") as tx:
            found = _newest(tx)
    for _shop, error in result.errors if result else ():
        warn(texts.say(error.message))
    if found is None:
        warn(texts.say(message("recon.never")))
    elif is_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _show(found, settings, texts)
    if found is None or (result and result.errors):
        raise typer.Exit(EXIT_PARTIAL)


def _newest(tx: Transaction) -> dict[str, Any] | None:
    last = journal.last_recon(tx)
    if last is None:
        return None
    cycle, at, kept = last
    return {"cycle": cycle, "at": at.isoformat(), **json.loads(kept)}


def _show(found: dict[str, Any], settings: Settings, texts: Texts) -> None:
    time = texts.moment(datetime.fromisoformat(found["at"]), settings.timezone)
    say(texts.say(message("recon.checked", time=time, cycle=found["cycle"], count=found["checked"])))
    for outcome in Outcome:
        if found.get(outcome):
            say(texts.say(message(f"recon.{outcome}", count=found[outcome])))
    unknown = texts.say(message("recon.unknown"))
    for line in found["lines"]:
        numbers = {name: unknown if line[name] is None else texts.number(line[name]) for name in ("shown", "expected")}
        came_to = texts.say(message(f"recon.line_{line['outcome']}"))
        say(texts.say(message("recon.line", shop=line["shop"], sku=line["sku"], outcome=came_to, **numbers)))
    rest = found["checked"] - found[Outcome.EQUAL] - len(found["lines"])
    if rest:
        say(texts.say(message("story.and_more", count=rest)))
