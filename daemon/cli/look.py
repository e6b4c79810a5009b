"""``status``: how things are."""

import json
from pathlib import Path

import typer

from daemon.cli.console import EXIT_PARTIAL, errors_shown, say, settings_at
from daemon.config import Settings
from daemon.domain.messages import message
from daemon.logs import configure_logs
from daemon.mirror.forecast import minutes
from daemon.plan_view import say_held
from daemon.report import Report, report_on
from daemon.texts import Texts


def status(config: Path | None, *, is_json: bool) -> None:
    """Show a report on the records; nothing is changed."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config, needs_secrets=False)
    with errors_shown(texts):
        report = report_on(settings)
    if is_json:
        typer.echo(json.dumps(report.as_json(texts), ensure_ascii=False, indent=2))
    else:
        _show(report, settings, texts)
    if not report.is_fine:
        raise typer.Exit(EXIT_PARTIAL)


def _show(report: Report, settings: Settings, texts: Texts) -> None:
    lines = [message("report.running", pid=report.pid) if report.pid else message("report.not_running")]
    if report.finished_at is None:
        lines.append(message("report.never"))
    else:
        when = texts.moment(report.finished_at, settings.timezone)
        lines.append(message("report.last_cycle", cycle=report.cycle or 0, time=when))
    counts = {"products": report.products, "listings": report.listings, "orders": report.orders}
    lines.append(message("report.counts", **counts))
    lines += [message(f"report.outbox_{state}", count=count) for state, count in report.outbox.items() if count]
    lines += [message("progress.left", shop=shop, count=minutes(left)) for shop, left in report.left]
    lines += [*report.slowed, *report.cancel_requests]
    if report.dead:
        lines.append(message("report.dead", count=len(report.dead)))
    if report.own_columns:
        lines.append(message("report.own_columns", columns=", ".join(report.own_columns)))
    for line in lines:
        say(texts.say(line))
    for trouble in report.troubles:
        say(texts.say(trouble))
    for held in report.held:
        say(say_held(held, texts))
