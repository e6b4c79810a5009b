"""``approve``: a yes to a plan that a brake stopped."""

from contextlib import closing
from pathlib import Path

import typer

from daemon.cli.console import EXIT_USAGE, errors_shown, say, settings_at, warn
from daemon.cli.wake import wake
from daemon.domain.messages import message
from daemon.logs import configure_logs
from daemon.mirror import Mirror, approvals
from daemon.parts import utc_now


def approve(config: Path | None, given: str) -> None:
    """Record the yes for the next cycle; only a plan that the last cycle was stopped by can be approved."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config, needs_secrets=False)
    plan = given.strip().lower()
    with errors_shown(texts), closing(Mirror.open(settings.state_folder)) as mirror, mirror.transaction() as tx:
        waiting = approvals.waiting(tx)
        if plan in waiting:
            approvals.approve(tx, plan, now=utc_now())
    if plan in waiting:
        say(texts.say(message("approve.done", plan=plan)))
        wake(settings.state_folder, texts)
        return
    others = message("approve.unknown", plan=plan, plans=", ".join(waiting))
    warn(texts.say(others if waiting else message("approve.none_waits", plan=plan)))
    raise typer.Exit(EXIT_USAGE)
