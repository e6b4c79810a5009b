"""What is said to a seller, before it is put into a language.

The texts live in ``daemon/locale/{id,en}.toml``; a test keeps both languages complete.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

Param: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class Message:
    """A text to be shown: ``code`` names it in the catalogue, ``params`` fill its blanks."""

    code: str
    params: dict[str, Param] = field(default_factory=dict, hash=False)


def message(code: str, **params: Param) -> Message:
    """Build a :class:`Message`."""
    return Message(code, params)
