"""``sandbox`` (a pretend marketplace on this machine) and ``demo`` (the whole story, live or by itself)."""

import asyncio
from pathlib import Path

import typer

from daemon.cli.console import EXIT_PARTIAL, errors_shown, machine_language, say
from daemon.demo import Demo
from daemon.domain.messages import message
from daemon.logs import configure_logs
from daemon.marketplaces.sandbox.ready import Ready
from daemon.marketplaces.sandbox.server import SandboxOptions, serve
from daemon.texts import Texts


def sandbox(options: SandboxOptions) -> None:
    """Serve a sandbox until a signal ends it."""
    configure_logs(is_verbose=False)
    texts = Texts(machine_language())

    def tell(ready: Ready) -> None:
        names = ", ".join(shop.name for shop in ready.shops)
        say(texts.say(message("sandbox.ready", url=ready.base_url, shops=names)))

    with errors_shown(texts):
        serve(options, on_ready=tell)


def demo(folder: Path | None, *, once: bool) -> None:
    """Play the story."""
    configure_logs(is_verbose=False)
    texts = Texts(machine_language())
    with errors_shown(texts):
        is_right = asyncio.run(Demo(texts, say).play(folder, once=once))
    if not is_right:
        raise typer.Exit(EXIT_PARTIAL)
