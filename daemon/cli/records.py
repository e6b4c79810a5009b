"""Opening the records for a command that works beside the service."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import typer

from daemon.cli.console import EXIT_PARTIAL, warn
from daemon.config import Settings
from daemon.domain.messages import message
from daemon.mirror import Mirror, Transaction
from daemon.texts import Texts


@contextmanager
def records(
    settings: Settings, texts: Texts, *, discard: bool = True, never: str = "report.never"
) -> Iterator[Transaction]:
    """Open the mirror, by default only to look into it.

    One that is not there yet is not made: the command ends with the message ``never``.
    """
    if not (settings.state_folder / "mirror.sqlite").exists():
        warn(texts.say(message(never)))
        raise typer.Exit(EXIT_PARTIAL)
    with closing(Mirror.open(settings.state_folder)) as mirror, mirror.transaction(discard=discard) as tx:
        yield tx
