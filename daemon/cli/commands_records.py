"""What is typed about records: the ledger and the kept versions of the workbook. Imported late, as in ``commands``."""

# ruff: noqa: PLC0415 - see there

from typing import Annotated

import typer

from daemon.cli.options import ConfigOption, JsonOption, app

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
