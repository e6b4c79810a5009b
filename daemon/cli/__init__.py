"""The command ``selaras``: what can be typed stands in ``commands``; no rules in here.

Exit codes: 0 done · 1 done, but something is held or failed · 2 wrong usage · 78 a person must fix the configuration.
"""

from daemon.cli.commands import app, main

__all__ = ["app", "main"]
