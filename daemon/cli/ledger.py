"""``ledger verify``: proves that the records of the stock are whole."""

import json
from dataclasses import asdict
from pathlib import Path

import typer

from daemon.cli.console import EXIT_PARTIAL, errors_shown, say, settings_at, warn
from daemon.cli.records import records
from daemon.domain.messages import message
from daemon.logs import configure_logs
from daemon.mirror import ledger
from daemon.mirror.ledger import Verdict
from daemon.texts import Texts


def verify(config: Path | None, *, is_json: bool) -> None:
    """Derive the whole ledger once more and tell whether it is as it was booked; nothing is changed."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config, needs_secrets=False)
    with errors_shown(texts), records(settings, texts) as tx:
        verdict = ledger.verify(tx)
    if is_json:
        typer.echo(json.dumps({"is_whole": verdict.is_whole, **asdict(verdict)}, ensure_ascii=False, indent=2))
    else:
        _tell(verdict, texts)
    if not verdict.is_whole:
        raise typer.Exit(EXIT_PARTIAL)


def _tell(verdict: Verdict, texts: Texts) -> None:
    counts = {"movements": verdict.movements, "skus": verdict.skus}
    if verdict.is_whole:
        say(texts.say(message("ledger.whole", **counts, hash=verdict.last_hash or "–")))
        return
    lines = [message("ledger.not_whole", **counts)]
    if verdict.changed is not None:
        lines.append(message("ledger.changed", number=verdict.changed))
    lines += [message("ledger.sum", sku=each.sku, kept=each.kept, summed=each.summed) for each in verdict.sums]
    lines += [message("ledger.repeated", key=key) for key in verdict.repeated]
    lines += [message("ledger.line", reference=reference) for reference in verdict.lines]
    for line in lines:
        warn(texts.say(line))
