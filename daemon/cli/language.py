"""The language of the command line itself, spoken before any settings are read."""

import locale
import os
from typing import Literal


def machine_language() -> Literal["id", "en"]:
    """The language before any settings are read: English where the machine speaks it, else Indonesian."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    if not spoken and os.name != "posix":
        # Not on POSIX: where nothing names a language there, Python takes the C locale for American English.
        spoken = locale.getlocale()[0] or ""
    return "en" if spoken.startswith("en") else "id"
