"""``hold`` and ``resume``: nothing is sent to one shop until the seller says so."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import typer

from daemon.cli.console import EXIT_USAGE, errors_shown, say, settings_at, warn
from daemon.domain.messages import message
from daemon.logs import configure_logs
from daemon.mirror import Mirror, Transaction, holds
from daemon.parts import utc_now
from daemon.texts import Texts


def hold(config: Path | None, shop: str) -> None:
    """Send nothing to ``shop`` from now on; what it needs waits."""
    with _records(config, shop) as (tx, texts):
        holds.hold(tx, shop, now=utc_now())
    say(texts.say(message("hold.done", shop=shop)))


def resume(config: Path | None, shop: str) -> None:
    """Send to ``shop`` again, from the next cycle on."""
    with _records(config, shop) as (tx, texts):
        was_held = holds.resume(tx, shop)
    say(texts.say(message("hold.resumed" if was_held else "hold.not_held", shop=shop)))


@contextmanager
def _records(config: Path | None, shop: str) -> Iterator[tuple[Transaction, Texts]]:
    """Open the mirror, if the settings have a shop of that name; else name them and end."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config, needs_secrets=False)
    names = [each.name for each in settings.shops]
    if shop not in names:
        warn(texts.say(message("hold.unknown", shop=shop, shops=", ".join(names))))
        raise typer.Exit(EXIT_USAGE)
    with errors_shown(texts), closing(Mirror.open(settings.state_folder)) as mirror, mirror.transaction() as tx:
        yield tx, texts
