"""Tell systemd how the service is (sd_notify(3)). Outside systemd every call does nothing."""

import math
import os
import socket
import time
from collections.abc import Mapping

MICROSECONDS = 1_000_000
SEND_TIMEOUT_S = 1.0


class Notifier:
    """The service's side of ``Type=notify``.

    ``watchdog_interval``: seconds between calls of :meth:`watchdog`, half of what systemd allows;
    ``None`` when it expects none.
    """

    def __init__(self, address: str | None, *, watchdog_interval: float | None = None) -> None:
        # systemd writes the leading zero byte of an abstract socket's name as "@"
        self._address = f"\0{address[1:]}" if address and address.startswith("@") else address
        self.watchdog_interval = watchdog_interval

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> "Notifier":
        """Read what systemd tells its child. A watchdog meant for another process is not ours to feed."""
        allowed = environ.get("WATCHDOG_USEC", "")
        is_ours = environ.get("WATCHDOG_PID") in {None, str(os.getpid())}
        interval = int(allowed) / 2 / MICROSECONDS if allowed.isdecimal() and is_ours else None
        return cls(environ.get("NOTIFY_SOCKET"), watchdog_interval=interval)

    def ready(self) -> None:
        """Say that the service can work, after a start or a reload."""
        self._send("READY=1")

    def status(self, text: str) -> None:
        """Set the line that ``systemctl status`` shows."""
        self._send("STATUS=" + " ".join(text.splitlines()))

    def watchdog(self) -> None:
        """Say that the service is alive. Call it from where the work is done, not from an idle loop."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the service is on its way out."""
        self._send("STOPPING=1")

    def reloading(self) -> None:
        """Say that the configuration is being read anew; :meth:`ready` ends it. systemd >= 253 wants the time."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def extend(self, seconds: float) -> None:
        """Ask for this much more time from now, for a long start or stop."""
        self._send(f"EXTEND_TIMEOUT_USEC={math.ceil(seconds * MICROSECONDS)}")

    def _send(self, text: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.settimeout(SEND_TIMEOUT_S)
            try:
                sock.sendto(text.encode(errors="replace"), self._address)
            except OSError:
                return  # systemd being away or busy must not stop the work; a missed watchdog is its own alarm
