"""What is typed to practise: a pretend marketplace, the whole story, one's own workbook. Imported late."""

# ruff: noqa: PLC0415 - as in ``commands``

from pathlib import Path
from typing import Annotated, Literal

import typer

from daemon.cli.options import ConfigOption, app


@app.command()
def sandbox(  # noqa: PLR0913 - each is an option of the command line
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen on 127.0.0.1; 0 picks a free port.")] = 0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same world.")] = 1,
    products: Annotated[int, typer.Option(min=1, max=20000, help="SKUs in each shop.")] = 40,
    shops: Annotated[int, typer.Option(min=1, max=20, help="Shops that sell the same goods.")] = 1,
    buyers: Annotated[float, typer.Option(min=0, help="Orders per minute that buyers place by themselves.")] = 0,
    ready_file: Annotated[Path | None, typer.Option(help="Written once connections are accepted; holds keys.")] = None,
    redirect_url: Annotated[str, typer.Option(help="Where sellers who let the app in come back to.")] = "",
    limit: Annotated[float, typer.Option(min=0, help="Calls a second a shop allows of each path; 0: no limit.")] = 0,
    faults: Annotated[
        Literal["calm", "flaky", "evening", "storm"], typer.Option(help="Which trouble the calls meet.")
    ] = "calm",
    search_lag: Annotated[int, typer.Option(min=0, help="Seconds until a search finds a new order.")] = 0,
    scenario: Annotated[str, typer.Option(help="A day: black-friday, moving-day, slow-evening, or a file.")] = "",
) -> None:
    """Serve a pretend TikTok Shop by Tokopedia on 127.0.0.1, to rehearse with: nothing leaves this machine."""
    from daemon.cli import rehearsal
    from daemon.marketplaces.sandbox.server import SandboxOptions

    options = SandboxOptions(
        port, seed, products, shops, buyers, ready_file, redirect_url, limit, faults, search_lag, scenario
    )
    rehearsal.sandbox(options)


@app.command()
def demo(
    folder: Annotated[Path | None, typer.Argument(help="A new folder; default: selaras-demo here.")] = None,
    *,
    once: Annotated[bool, typer.Option("--once", help="Play the story without a person, check it, and end.")] = False,
) -> None:
    """Play the main job: a pretend marketplace, a workbook to edit, and live news of what happens.

    With --once: exit code 0 when shops, workbook and order sheet agree at the end, 1 when they do not.
    """
    from daemon.cli import rehearsal

    rehearsal.demo(folder, once=once)


@app.command()
def rehearse(
    folder: Annotated[Path | None, typer.Argument(help="A new folder; default: selaras-rehearsal here.")] = None,
    *,
    config: ConfigOption = None,
) -> None:
    """Try your own workbook against copies of your shops: the real ones are read, and nothing is sent to them.

    Copies of workbook, settings and records stay in the folder. Exit code 1 when something is held.
    """
    from daemon.cli import rehearsal

    rehearsal.rehearse(config, folder)
