"""``why``: the story of a number. ``log``: the runs."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import typer

from daemon.cli.console import EXIT_USAGE, errors_shown, say, settings_at, warn
from daemon.cli.records import records
from daemon.config import Settings
from daemon.domain.identity import nearly
from daemon.domain.messages import Message, message
from daemon.domain.values import Sku
from daemon.logs import configure_logs
from daemon.mirror import story
from daemon.mirror.story import Run
from daemon.texts import Texts
from daemon.why import answer, as_json, tell
from daemon.why_shown import allotted


def why(config: Path | None, given: str, *, is_json: bool, is_complete: bool) -> None:
    """Tell the story of one SKU; nothing is changed."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config, needs_secrets=False)
    with errors_shown(texts), records(settings, texts) as tx:
        known = story.known_skus(tx)
        sku = Sku(given) if given in known else Sku(given.strip())
        found = answer(tx, sku, is_complete=is_complete) if sku in known else None
        if found is not None:
            shown = allotted(tx, sku, found.available, found.listings, settings)
            found = replace(found, allotted=shown)
    if found is None:
        warn(texts.say(_unknown(sku, known)))
        raise typer.Exit(EXIT_USAGE)
    if is_json:
        typer.echo(json.dumps(as_json(found, texts), ensure_ascii=False, indent=2))
        return
    for line in tell(found, texts, settings.timezone):
        say(line)


def log(config: Path | None, *, last: int, is_json: bool) -> None:
    """List the runs, newest first; quiet ones that follow each other are one entry."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config, needs_secrets=False)
    with errors_shown(texts), records(settings, texts) as tx:
        entries = list(islice(_folded(story.runs(tx)), last))
    if is_json:
        typer.echo(json.dumps([_as_json(entry) for entry in entries], ensure_ascii=False, indent=2))
        return
    for entry in entries:
        say(texts.say(_line(entry, settings, texts)))


def _unknown(sku: Sku, known: Iterable[Sku]) -> Message:
    near = nearly([sku], known).get(sku)
    return message("why.unknown_near", sku=sku, near=near) if near else message("why.unknown", sku=sku)


def _folded(runs: Iterable[Run]) -> Iterator[list[Run]]:
    """Group quiet runs that follow each other and ended alike; every other run stands alone."""
    for _, group in groupby(runs, key=lambda run: run.outcome if run.is_quiet else run.cycle):
        yield list(group)


def _line(entry: list[Run], settings: Settings, texts: Texts) -> Message:
    def local(moment: datetime) -> str:
        return texts.moment(moment, settings.timezone)

    newest, oldest = entry[0], entry[-1]
    outcome = texts.say(message(f"log.outcome_{newest.outcome or 'open'}"))
    if len(entry) > 1:
        span = {"since": local(oldest.started_at), "until": local(newest.started_at)}
        return message(
            "log.quiet_runs", first=oldest.cycle, last=newest.cycle, count=len(entry), outcome=outcome, **span
        )
    counts = {"skus": newest.skus, "commands": newest.commands, "rows": newest.rows}
    planned = message("log.quiet") if newest.is_quiet else message("log.planned", **counts)
    trigger = texts.say(message(f"log.trigger_{newest.trigger}"))
    said = {"time": local(newest.started_at), "trigger": trigger, "outcome": outcome, "planned": texts.say(planned)}
    return message("log.run", cycle=newest.cycle, **said)


def _as_json(entry: list[Run]) -> dict[str, Any]:
    newest, oldest = entry[0], entry[-1]
    return {
        "first": oldest.cycle,
        "last": newest.cycle,
        "runs": len(entry),
        "since": oldest.started_at.isoformat(),
        "until": newest.started_at.isoformat(),
        "trigger": newest.trigger if len(entry) == 1 else None,
        "outcome": newest.outcome,
        "skus": newest.skus,
        "commands": newest.commands,
        "rows": newest.rows,
        "is_quiet": newest.is_quiet,
    }
