"""``undo``: takes back a run or one movement."""

from pathlib import Path

import typer

from daemon.cli.console import EXIT_PARTIAL, EXIT_USAGE, errors_shown, say, settings_at, warn
from daemon.cli.records import records
from daemon.cli.wake import wake
from daemon.domain.messages import message
from daemon.domain.plan import Plan
from daemon.logs import configure_logs
from daemon.mirror.store import running_pid
from daemon.parts import utc_now
from daemon.story import some, tell_plan
from daemon.undo import carry_out
from daemon.undo import undo as planned


def undo(config: Path | None, given: str, *, is_dry: bool) -> None:
    """Take back what ``given`` names, or say what stands in the way; with ``is_dry`` only say what would happen."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config, needs_secrets=False)
    is_running = running_pid(settings.state_folder) is not None
    with errors_shown(texts), records(settings, texts, discard=is_dry) as tx:
        found = planned(tx, given, is_running=is_running)
        cycle = carry_out(tx, found, texts, now=utc_now()) if isinstance(found, Plan) else 0
    if found is None:
        warn(texts.say(message("undo.unknown", given=given)))
        raise typer.Exit(EXIT_USAGE)
    if not isinstance(found, Plan):
        warn(texts.say(message("undo.refused")))
        for line in some([texts.say(reason) for reason in found], texts):
            warn(line)
        raise typer.Exit(EXIT_PARTIAL)
    for line in tell_plan(found, texts):
        say(line)
    if is_dry:
        say(texts.say(message("undo.not_yet")))
        return
    say(texts.say(message("undo.done", given=given.strip(), cycle=cycle)))
    wake(settings.state_folder, texts)
