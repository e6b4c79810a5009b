"""The command ``selaras``: what can be typed stands in the modules ``commands…``; no rules in here.

Exit codes: 0 done · 1 done, but something is held or failed · 2 wrong usage · 78 a person must fix the configuration.
"""

import sys
from io import TextIOWrapper

from daemon.cli import commands, commands_practice, commands_records
from daemon.cli.options import app

__all__ = ["app", "commands", "commands_practice", "commands_records", "main"]


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # an old terminal may lack a letter; that is no reason to stop
    app()
