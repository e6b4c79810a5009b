"""What a single value of ``config.yaml`` may be: text in, typed value out, or a refusal."""

import re
from collections.abc import Callable
from datetime import time, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from daemon.domain.messages import Param

T = TypeVar("T")

WORKBOOK_SUFFIXES = {".xlsx", ".xlsm", ".csv", ".ods", ".xls", ".xlsb"}
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
DAY = timedelta(days=1)
_LONGEST_ADDRESS = 255


def refusal(code: str, **params: Param) -> PydanticCustomError:
    """Build the error that pydantic puts beside the others; ``code`` and ``params`` become its message."""
    return PydanticCustomError(code, code, params)


def parsed_by(parse: Callable[[str], T]) -> PlainValidator:
    """Make a pydantic validator of a function from text; anything but text is refused before it."""

    def validate(value: object) -> T:
        if not isinstance(value, str) or not value:
            raise refusal("config.not_text")
        return parse(value)

    return PlainValidator(validate)


def text(typed: str) -> str:
    """Any text that is not blank."""
    if not typed.strip():
        raise refusal("config.not_text")
    return typed


def duration(shortest: timedelta, longest: timedelta = DAY) -> Callable[[str], timedelta]:
    """Make a parser of ``30s``, ``5m``, ``1h`` or whole seconds, within limits."""

    def parse(typed: str) -> timedelta:
        match = re.fullmatch(r"(\d{1,6}) ?([smh]?)", typed.strip().lower(), re.ASCII)
        value = timedelta(seconds=int(match[1]) * SECONDS[match[2]]) if match else None
        if value is None or not shortest <= value <= longest:
            raise refusal("config.bad_duration", value=typed, shortest=_shown(shortest), longest=_shown(longest))
        return value

    return parse


def _shown(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    return f"{seconds // 3600}h" if seconds and seconds % 3600 == 0 else f"{seconds}s"


def time_of_day(typed: str) -> time:
    """A time on the clock, such as ``03:00`` or ``3.00``."""
    match = re.fullmatch(r"([01]?\d|2[0-3])[:.]([0-5]\d)", typed.strip(), re.ASCII)
    if not match:
        raise refusal("config.bad_time", value=typed)
    return time(int(match[1]), int(match[2]))


def row_number(typed: str) -> int:
    """A row as spreadsheets count it, from 1."""
    if not re.fullmatch(r"[1-9]\d{0,5}", typed.strip(), re.ASCII):
        raise refusal("config.bad_row", value=typed)
    return int(typed)


def percent(typed: str) -> int | None:
    """A whole percent from 1 to 1000, with or without ``%``; ``off`` is ``None``."""
    written = typed.strip().lower()
    if written == "off":
        return None
    match = re.fullmatch(r"(\d{1,4}) ?%?", written, re.ASCII)
    if not match or not 1 <= int(match[1]) <= 1000:
        raise refusal("config.bad_percent", value=typed)
    return int(match[1])


def fees(typed: str) -> int:
    """What a marketplace keeps of a price: ``0%`` to ``99.99%``, in hundredths of a percent."""
    match = re.fullmatch(r"(\d{1,2})(?:[.,](\d{1,2}))? ?%?", typed.strip(), re.ASCII)
    if not match:
        raise refusal("config.bad_fees", value=typed)
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def units(typed: str) -> int | None:
    """A whole number of units from 1 to 99999; ``off`` is ``None``."""
    written = typed.strip().lower()
    if written == "off":
        return None
    if not re.fullmatch(r"[1-9]\d{0,4}", written, re.ASCII):
        raise refusal("config.bad_units", value=typed)
    return int(written)


def count(typed: str) -> int:
    """A whole number from 0 to 99999."""
    if not re.fullmatch(r"\d{1,5}", typed.strip(), re.ASCII):
        raise refusal("config.bad_count", value=typed)
    return int(typed)


def most(typed: str) -> int | None:
    """A whole number from 0 to 99999; ``off`` is ``None``."""
    if typed.strip().lower() == "off":
        return None
    if not re.fullmatch(r"\d{1,5}", typed.strip(), re.ASCII):
        raise refusal("config.bad_most", value=typed)
    return int(typed)


def share(typed: str) -> int:
    """A whole percent from 0 to 100, with or without ``%``."""
    match = re.fullmatch(r"(\d{1,3}) ?%?", typed.strip(), re.ASCII)
    if not match or int(match[1]) > 100:
        raise refusal("config.bad_share", value=typed)
    return int(match[1])


def timezone(typed: str) -> ZoneInfo:
    """Name of the time-zone database; folders of it (``Asia``) and paths are refused like unknown names."""
    try:
        return ZoneInfo(typed)
    except (KeyError, ValueError, OSError) as error:
        raise refusal("config.bad_timezone", value=typed) from error


def shop_name(typed: str) -> str:
    """Lower-case letters, digits and hyphens: it stands in file names, tables and commands."""
    if not re.fullmatch(r"[a-z0-9-]+", typed):
        raise refusal("config.bad_shop_name", value=typed)
    return typed


def workbook(typed: str) -> str:
    """A path to a file kind that the bridge can read."""
    if Path(typed).suffix.lower() not in WORKBOOK_SUFFIXES:
        raise refusal("config.bad_workbook", value=typed)
    return typed


def address(typed: str) -> str:
    """``https://host[:port]``, or ``http://`` on this machine alone: signatures and tokens travel over it."""
    try:
        parts = urlsplit(typed)
        host, _ = parts.hostname or "", parts.port  # a port that is no port raises here
    except ValueError as error:
        raise refusal("config.bad_address") from error
    if not host or parts.scheme not in {"http", "https"} or "@" in parts.netloc or parts.query or parts.fragment:
        raise refusal("config.bad_address")
    if parts.scheme == "http" and not _is_this_machine(host):
        raise refusal("config.open_address")
    return typed.rstrip("/")


def listen(typed: str) -> tuple[str, int] | None:
    """``127.0.0.1:8753``, ``[::1]:8753``, or the port alone, on this machine; ``off`` is ``None``."""
    written = typed.strip()
    if written.lower() == "off":
        return None
    try:
        parts = urlsplit(f"//127.0.0.1:{written}" if written.isdecimal() else f"//{written}")
        host, port = str(ip_address(parts.hostname or "")), parts.port
    except ValueError as error:
        raise refusal("config.bad_listen", value=typed) from error
    if not port or parts.path or parts.query or parts.fragment or "@" in written:
        raise refusal("config.bad_listen", value=typed)
    return host, port


def public_address(typed: str) -> str:
    """As :func:`address`, short enough for a marketplace to call (reference 9.5)."""
    if len(typed) > _LONGEST_ADDRESS:
        raise refusal("config.long_address", most=_LONGEST_ADDRESS)
    return address(typed)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def user_path(typed: str) -> Path:
    """``~/…`` starts at the home folder; everything else is taken as it stands."""
    return Path.home() / typed[2:] if typed.startswith("~/") else Path(typed)
