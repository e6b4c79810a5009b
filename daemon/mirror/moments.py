"""Times in the mirror: whole milliseconds since 1970, UTC."""

from datetime import UTC, datetime


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware ``moment``."""
    return round(moment.timestamp() * 1000)


def from_ms(milliseconds: int) -> datetime:
    """The aware UTC moment of ``milliseconds`` since 1970."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def optional_ms(moment: datetime | None) -> int | None:
    """As :func:`to_ms`; ``None`` stays ``None``."""
    return None if moment is None else to_ms(moment)


def optional_moment(milliseconds: int | None) -> datetime | None:
    """As :func:`from_ms`; ``None`` stays ``None``."""
    return None if milliseconds is None else from_ms(milliseconds)
