"""``sync`` (one cycle), ``plan`` (what it would do) and ``run`` (the service)."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import ceil
from pathlib import Path

import typer
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn

from daemon.cli.console import EXIT_PARTIAL, errors_shown, say, settings_at, terminal, warn
from daemon.config import Settings
from daemon.connect import connected
from daemon.cycle import CycleResult, preview, run_cycle
from daemon.domain.messages import Message, message
from daemon.domain.plan import Plan
from daemon.errors import SelarasError
from daemon.leftovers import put_right
from daemon.logs import configure_logs
from daemon.mirror.store import only_instance
from daemon.parts import Trigger
from daemon.plan_view import as_json
from daemon.service import serve
from daemon.story import tell, tell_plan
from daemon.texts import Texts


def sync(config: Path | None, *, is_verbose: bool) -> None:
    """Run one cycle and tell what it did."""
    configure_logs(is_verbose=is_verbose)
    settings, texts = settings_at(config)
    with errors_shown(texts):
        result = asyncio.run(sync_once(settings, texts))
    for line in tell(result, texts) or [texts.say(message("story.nothing"))]:
        say(line)
    if result.look_again is not None:
        say(texts.say(message("story.look_again", seconds=ceil(result.look_again.total_seconds()))))
    if not result.is_complete:
        raise typer.Exit(EXIT_PARTIAL)


async def sync_once(settings: Settings, texts: Texts) -> CycleResult:
    """Run one full cycle, if no service runs; a person is told of long reads."""
    with only_instance(settings.state_folder), progress_shown(texts) as progress:
        async with connected(settings) as parts:
            put_right(settings, parts.mirror)
            return await run_cycle(replace(parts, progress=progress), Trigger.COMMAND)


def plan(config: Path | None, *, is_json: bool, is_verbose: bool) -> None:
    """Tell what a cycle would do."""
    configure_logs(is_verbose=is_verbose)
    settings, texts = settings_at(config)
    with errors_shown(texts):
        planned, errors, problems = asyncio.run(_plan(settings))
    if is_json:
        typer.echo(json.dumps(as_json(planned, texts), ensure_ascii=False, indent=2))
    else:
        is_certain = not (errors or problems)
        told = list(tell_plan(planned, texts, all_in="selaras plan --json"))
        for line in told or [texts.say(message("story.nothing"))] * is_certain:
            say(line)
    for _shop, error in errors:
        warn(texts.say(error.message))
    for problem in problems:
        warn(texts.say(problem))
    if errors or problems or planned.held:
        raise typer.Exit(EXIT_PARTIAL)


async def _plan(settings: Settings) -> tuple[Plan, Sequence[tuple[str, SelarasError]], Sequence[Message]]:
    async with connected(settings) as parts:
        return await preview(parts)


def run(config: Path | None) -> None:
    """Serve until a signal ends it."""
    configure_logs(is_verbose=True)
    settings, texts = settings_at(config)
    with errors_shown(texts):
        asyncio.run(serve(settings.path))


@contextmanager
def progress_shown(texts: Texts) -> Iterator[Callable[[str, str, int], None]]:
    """Count long reads for the person who waits: moving lines on a terminal, nothing elsewhere."""
    console = terminal()
    if console is None:
        yield lambda _event, _shop, _count: None
        return
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console, transient=True) as bars:
        tasks: dict[tuple[str, str], TaskID] = {}

        def show(event: str, shop: str, count: int) -> None:
            text = texts.say(message(f"progress.{event}", shop=shop, count=count))
            key = (event, shop)
            if key not in tasks:
                tasks[key] = bars.add_task(text, total=None)
            bars.update(tasks[key], description=text)

        yield show
