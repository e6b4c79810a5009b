"""The command itself, and the options that its commands share."""

from pathlib import Path
from typing import Annotated

import typer

from daemon.cli.spoken import SpokenGroup

app = typer.Typer(
    name="selaras",
    cls=SpokenGroup,
    help="Selaras keeps a seller's workbook and the shops in step: stock, prices and orders.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ConfigOption = Annotated[
    Path | None,
    typer.Option("-c", "--config", help="The settings file. Default: $SELARAS_CONFIG, else ./config.yaml."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences.")]
VerboseOption = Annotated[bool, typer.Option("-v", "--verbose", help="Show every step as log lines.")]
