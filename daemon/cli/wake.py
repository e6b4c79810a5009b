"""Waking the service after a command changed what it works on."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from daemon.cli.console import say
from daemon.domain.messages import message
from daemon.mirror.store import running_pid
from daemon.texts import Texts


def wake(state_folder: Path, texts: Texts) -> None:
    """Ask a running service to sync now, and tell when what was said comes into effect."""
    say(texts.say(message("wake.now") if _is_woken(running_pid(state_folder)) else message("wake.later")))


def _is_woken(pid: int | None) -> bool:
    if not pid or not _listens(pid):
        return False
    with suppress(OSError):  # it ended just now, or is another user's
        os.kill(pid, signal.SIGUSR1)
        return True
    return False


def _listens(pid: int) -> bool:
    """Whether a process reacts to the signal: a `selaras sync`, or a service that just starts, would die of it."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
            name, _, mask = line.partition(":")
            if name == "SigCgt":
                return bool(int(mask, 16) >> (signal.SIGUSR1 - 1) & 1)
    return False
