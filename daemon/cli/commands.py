"""What can be typed. The work of a command is imported when it is called, so that ``--help`` answers at once."""

# ruff: noqa: PLC0415 - see above

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="selaras",
    help="Selaras keeps a seller's workbook and the shops in step: stock, prices and orders.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

versions = typer.Typer(
    name="workbook",
    help="The versions of the workbook that Selaras keeps before each write: list them, or bring one back.\n\n"
    "The newest 30 are kept in the state folder. Bringing one back never lets an old number overwrite a newer one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(versions)

chain = typer.Typer(
    name="ledger",
    help="The records of every movement of the stock: chained, so that a changed past is noticed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(chain)

ConfigOption = Annotated[
    Path | None,
    typer.Option("-c", "--config", help="The settings file. Default: $SELARAS_CONFIG, else ./config.yaml."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences.")]
VerboseOption = Annotated[bool, typer.Option("-v", "--verbose", help="Show every step as log lines.")]


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Where to put settings and workbook.")] = Path(),
    *,
    sandbox: Annotated[Path | None, typer.Option(help="Ready file of a running `selaras sandbox`.")] = None,
    language: Annotated[str, typer.Option(help="id or en; default: the machine's.")] = "",
) -> None:
    """Make a folder to start from: config.yaml, the workbook, the folder for order sheets.

    Existing files are never touched.
    """
    from daemon.cli import setup

    setup.init(folder, sandbox=sandbox, language=language)


ShopArgument = Annotated[str, typer.Argument(help="The shop's name in config.yaml.")]


@app.command()
def connect(
    shop: ShopArgument,
    config: ConfigOption = None,
    *,
    code: Annotated[
        str | None, typer.Option(help="The code, or the address that the browser came to: nothing is asked then.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Wait for the browser on 127.0.0.1:PORT, the app's redirect URL."),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the link in a browser of this machine.")] = False,
) -> None:
    """Let Selaras into a shop: shows the link to agree to, takes what comes back, and stores the permission.

    Exit codes: 0 connected, 1 not, or without a permission that is needed, 2 no such shop, 78 a person must act.
    """
    from daemon.cli import connect as connecting

    connecting.connect(config, shop, brought=code, port=port, opens_browser=browser)


@app.command()
def shops(config: ConfigOption = None, *, json_: JsonOption = False) -> None:
    """List every shop: its state, until when the permission lasts, when it was last read, and whether it is ready.

    Nothing is asked of a marketplace. Exit codes: 0 all are ready, 1 not all.
    """
    from daemon.cli import shops as listing

    listing.shops(config, is_json=json_)


@app.command()
def sync(config: ConfigOption = None, *, verbose: VerboseOption = False) -> None:
    """Run one cycle now: read shops and workbook, decide, send, write back.

    Exit codes: 0 done, 1 done but something is held or failed, 78 the settings need a person.
    """
    from daemon.cli import work

    work.sync(config, is_verbose=verbose)


@app.command()
def plan(config: ConfigOption = None, *, json_: JsonOption = False, verbose: VerboseOption = False) -> None:
    """Show what the next full cycle would do. Shops and workbook are read; nothing is changed."""
    from daemon.cli import work

    work.plan(config, is_json=json_, is_verbose=verbose)


@app.command()
def approve(
    plan: Annotated[str, typer.Argument(help="The 8 letters and digits that the stopped plan is named by.")],
    config: ConfigOption = None,
) -> None:
    """Say yes to exactly one plan that a brake stopped; the next cycle carries it out. The yes counts for 24 hours.

    Exit codes: 0 approved, 2 no such plan waits.
    """
    from daemon.cli import approve as approval

    approval.approve(config, plan)


@app.command()
def hold(shop: ShopArgument, config: ConfigOption = None) -> None:
    """Send nothing to one shop until `selaras resume`. It is still read, and its orders are booked.

    Exit codes: 0 held, 2 the settings have no such shop.
    """
    from daemon.cli import hold as holding

    holding.hold(config, shop)


@app.command()
def resume(shop: ShopArgument, config: ConfigOption = None) -> None:
    """Send to a held shop again: the next cycle brings it in step.

    Exit codes: 0 done or needless, 2 the settings have no such shop.
    """
    from daemon.cli import hold as holding

    holding.resume(config, shop)


@app.command()
def run(config: ConfigOption = None) -> None:
    """Run the service: sync at every save of the workbook and on the interval, until stopped.

    Signals: TERM ends, HUP reads the settings again, USR1 syncs now. Exit code 78: the settings need a person.
    """
    from daemon.cli import work

    work.run(config)


@app.command()
def status(config: ConfigOption = None, *, json_: JsonOption = False) -> None:
    """Tell whether the service runs, when it last synced, and what waits or is held."""
    from daemon.cli import look

    look.status(config, is_json=json_)


@app.command()
def recon(
    config: ConfigOption = None,
    *,
    now: Annotated[bool, typer.Option("--now", help="Run a full cycle first.")] = False,
    json_: JsonOption = False,
) -> None:
    """Tell how the shops compared with what they should show, when every listing was read last.

    Exit codes: 0 told, 1 never compared, or not every shop could be read with --now.
    """
    from daemon.cli import recon as reconciliation

    reconciliation.recon(config, is_now=now, is_json=json_)


@app.command()
def why(
    sku: Annotated[str, typer.Argument(help="The SKU, as it stands in the workbook.")],
    config: ConfigOption = None,
    *,
    json_: JsonOption = False,
    all_: Annotated[bool, typer.Option("--all", help="Every movement, not only the newest 200.")] = False,
) -> None:
    """Tell why a stock is what it is: every movement with its cause, what the shops were told, what is held.

    Nothing is read from shops or workbook, and nothing is changed. Exit codes: 0 told, 1 never synced, 2 unknown SKU.
    """
    from daemon.cli import why as story

    story.why(config, sku, is_json=json_, is_complete=all_)


@app.command()
def log(
    config: ConfigOption = None,
    *,
    last: Annotated[int, typer.Option("--last", min=1, help="How many lines.")] = 20,
    json_: JsonOption = False,
) -> None:
    """List the runs, newest first: when, why, how each ended, and what it planned. Quiet ones share a line.

    Exit codes: 0 listed, 1 never synced.
    """
    from daemon.cli import why as story

    story.log(config, last=last, is_json=json_)


@app.command()
def undo(
    what: Annotated[str, typer.Argument(help="A run as `selaras log` numbers it, or a change: '#345', in quotes.")],
    config: ConfigOption = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")] = False,
) -> None:
    """Take back a run, or one change of a stock: what was typed or changed in Seller Center, prices of a run too.

    All of it or nothing; what buyers did, and what was decided since, stands. The next cycle brings it to the shops.
    Exit codes: 0 done, 1 something stands in the way, 2 no such run or change.
    """
    from daemon.cli import undo as taking_back

    taking_back.undo(config, what, is_dry=dry_run)


@chain.command()
def verify(config: ConfigOption = None, *, json_: JsonOption = False) -> None:
    """Derive every stock from its movements once more, and prove that none of them was changed or removed since.

    Exit codes: 0 whole, 1 not whole or never synced.
    """
    from daemon.cli import ledger

    ledger.verify(config, is_json=json_)


@versions.command()
def history(config: ConfigOption = None, *, json_: JsonOption = False) -> None:
    """List the kept versions of the workbook, newest first: number, time, size, and the beginning of the hash."""
    from daemon.cli import workbook

    workbook.history(config, is_json=json_)


@versions.command()
def restore(
    which: Annotated[str, typer.Argument(help="A number of `selaras workbook history`, or the hash beside it.")],
    config: ConfigOption = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Put a kept version in the place of the workbook. The present content is kept as a version first.

    Not while the workbook is open. Exit codes: 0 done, 1 not done, 2 there is no such version.
    """
    from daemon.cli import workbook

    workbook.restore(config, which, is_agreed=yes)


@versions.command()
def adopt(
    config: ConfigOption = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Begin anew with a workbook that carries no mark of ours, or another one's: nothing in it counts as typed.

    What differs from the shops is asked about in its row. Exit codes: 0 done or needless, 1 not done.
    """
    from daemon.cli import workbook

    workbook.adopt(config, is_agreed=yes)


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
    limit: Annotated[float, typer.Option(min=0, help="Calls a second that each shop allows; 0: no limit.")] = 0,
) -> None:
    """Serve a pretend TikTok Shop by Tokopedia on 127.0.0.1, to rehearse with: nothing leaves this machine."""
    from daemon.cli import rehearsal
    from daemon.marketplaces.sandbox.server import SandboxOptions

    rehearsal.sandbox(SandboxOptions(port, seed, products, shops, buyers, ready_file, redirect_url, limit))


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


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # an old terminal may lack a letter; that is no reason to stop
    app()
