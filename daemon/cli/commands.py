"""What a seller types every day. The work of a command is imported when it is called: ``--help`` answers at once."""

# ruff: noqa: PLC0415 - see above

from pathlib import Path
from typing import Annotated

import typer

from daemon.cli.options import ConfigOption, JsonOption, VerboseOption, app


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
def check(
    config: ConfigOption = None,
    *,
    now: Annotated[bool, typer.Option("--now", help="Read the shops, even if they are known from a sync.")] = False,
    json_: JsonOption = False,
) -> None:
    """Look over the SKUs of all shops: empty, doubled, damaged, nearly the same, and goods under two of them.

    Works before the first sync. Nothing is changed; what is proposed is also written as a sheet beside the workbook.
    Exit codes: 0 nothing to do, 1 something was found, or not every shop could be read.
    """
    from daemon.cli import check as checking

    checking.check(config, reads_shops=now, is_json=json_)


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
    """Take back a run, or one change of a stock: what was typed or changed in Seller Center, prices and statuses too.

    All of it or nothing; what buyers did, and what was decided since, stands. The next cycle brings it to the shops.
    Exit codes: 0 done, 1 something stands in the way, 2 no such run or change.
    """
    from daemon.cli import undo as taking_back

    taking_back.undo(config, what, is_dry=dry_run)


@app.command()
def returns(config: ConfigOption = None, *, json_: JsonOption = False) -> None:
    """Ask the shops what buyers want to cancel or have sent back in the last 60 days, and what came of it.

    Exit codes: 0 shown, 1 a shop could not be asked or nothing was ever synced.
    """
    from daemon.cli import returns as sent_back

    sent_back.returns(config, is_json=json_)


@app.command()
def restock(
    return_: Annotated[str, typer.Argument(metavar="RETURN", help="The number that `selaras returns` shows.")],
    goods: Annotated[
        list[str] | None,
        typer.Argument(metavar="SKU=UNITS", help="What can be sold again; without it all that came back."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Put returned goods in good condition back into the stock. Nothing comes back by itself.

    Only what the shop says has come back, each unit once. The next cycle brings it to the shops.
    Exit codes: 0 done, 1 not possible (said why), 2 no such return, or SKU=UNITS not understood.
    """
    from daemon.cli import returns as sent_back

    sent_back.restock(config, return_, goods or ())
