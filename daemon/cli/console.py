"""What every command shares: where it writes, which settings it reads, and what errors look like."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console

from bridge.errors import BridgeError
from daemon.bridge_words import words_for
from daemon.cli.language import machine_language
from daemon.config import REHEARSAL_MARK, Settings, load_settings, locate_config
from daemon.config.settings import ShopSettings
from daemon.domain.messages import message
from daemon.errors import BugError, PersonNeededError, SelarasError
from daemon.texts import Texts

EXIT_PARTIAL = 1
EXIT_USAGE = 2
EXIT_PERSON = 78
"""``EX_CONFIG`` of sysexits(3): the systemd units do not restart on it."""

_out = Console(highlight=False, emoji=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)


def say(line: str) -> None:
    """Print a line as it is: sellers' texts may look like markup."""
    _out.print(line, markup=False)


def warn(line: str, *, style: str = "red") -> None:
    """Print a line to standard error."""
    _err.print(line, style=style, markup=False)


def terminal() -> Console | None:
    """The terminal of a person who watches; ``None`` when there is none."""
    return _out if _out.is_terminal else None


def settings_at(option: Path | None, *, needs_secrets: bool = True) -> tuple[Settings, Texts]:
    """Load the settings and show their warnings; settings that cannot be used end the command.

    So do those of a rehearsal, where the shops' secrets are needed: its shops are gone, as the warning says.
    """
    with errors_shown(Texts(machine_language())):
        settings = load_settings(locate_config(option), needs_secrets=needs_secrets)
    texts = Texts(settings.language, settings.timezone)
    for warning in settings.warnings:
        warn(texts.say(warning), style="yellow")
    if needs_secrets and (settings.state_folder / REHEARSAL_MARK).exists():
        raise typer.Exit(EXIT_PERSON)
    return settings, texts


def shop_named(settings: Settings, name: str, texts: Texts) -> ShopSettings:
    """Find a configured shop; a name that the settings do not have ends the command and shows those they have."""
    for shop in settings.shops:
        if shop.name == name:
            return shop
    names = ", ".join(shop.name for shop in settings.shops)
    warn(texts.say(message("cli.unknown_shop", shop=name, shops=names)))
    raise typer.Exit(EXIT_USAGE)


@contextmanager
def errors_shown(texts: Texts) -> Iterator[None]:
    """Turn what went wrong into words and an exit code."""
    try:
        yield
    except SelarasError as error:
        for line in (error.message, *error.problems):
            warn(texts.say(line))
        if isinstance(error, BugError) and error.detail:
            warn(error.detail)
        raise typer.Exit(EXIT_PERSON if isinstance(error, PersonNeededError) else EXIT_PARTIAL) from error
    except BridgeError as error:
        warn(texts.say(words_for(error)))
        raise typer.Exit(EXIT_PARTIAL) from error
