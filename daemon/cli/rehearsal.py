"""``sandbox`` (a pretend marketplace on this machine), ``demo`` (the whole story) and ``rehearse`` (one's own)."""

import asyncio
import re
from itertools import chain
from pathlib import Path
from shlex import quote

import typer

from daemon.cli.console import EXIT_PARTIAL, errors_shown, say, settings_at
from daemon.cli.language import machine_language
from daemon.cli.work import progress_shown
from daemon.demo import Demo
from daemon.domain.messages import message
from daemon.founding import fresh_folder
from daemon.logs import configure_logs
from daemon.marketplaces.sandbox.ready import Ready
from daemon.marketplaces.sandbox.server import SandboxOptions, serve
from daemon.rehearse import rehearse as make
from daemon.story import tell, tell_news
from daemon.texts import Texts

_COMMAND = re.compile("`(selaras [^`]+)`")


def sandbox(options: SandboxOptions) -> None:
    """Serve a sandbox until a signal ends it."""
    configure_logs(is_verbose=False)
    texts = Texts(machine_language())

    def tell(ready: Ready) -> None:
        names = ", ".join(shop.name for shop in ready.shops)
        say(texts.say(message("sandbox.ready", url=ready.base_url, shops=names)))

    with errors_shown(texts):
        serve(options, on_ready=tell)


def rehearse(config: Path | None, folder: Path | None) -> None:
    """Work in copies of the seller's workbook and shops, and tell what would have happened."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config)
    place = (folder or fresh_folder("selaras-rehearsal")).absolute()
    with errors_shown(texts), progress_shown(texts) as progress:
        say(texts.say(message("rehearsal.begins", count=len(settings.shops), folder=str(place))))
        rehearsed = asyncio.run(make(settings, place, progress=progress))
    if rehearsed.left_out:
        say(texts.say(message("rehearsal.left_out", count=rehearsed.left_out)))
    *earlier, last = rehearsed.results
    for line in chain(*(tell_news(result, texts) for result in earlier), tell(last, texts)):
        say(_for_copy(line, rehearsed.config))
    say(texts.say(message("rehearsal.ends", workbook=str(rehearsed.workbook))))
    if not last.is_complete:
        raise typer.Exit(EXIT_PARTIAL)


def _for_copy(line: str, config: Path) -> str:
    """A command that a line names is one for the copy: the seller's own records know nothing of a rehearsal."""
    return _COMMAND.sub(lambda found: f"`{found[1]} -c {quote(str(config))}`", line)


def demo(folder: Path | None, *, once: bool) -> None:
    """Play the story."""
    configure_logs(is_verbose=False)
    texts = Texts(machine_language())
    with errors_shown(texts):
        is_right = asyncio.run(Demo(texts, say).play(folder, once=once))
    if not is_right:
        raise typer.Exit(EXIT_PARTIAL)
