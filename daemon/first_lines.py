"""The first of many lines, and how many more there are."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from daemon.domain.messages import Message, message

MOST_IN_SHEET = 300
"""Nobody reads more, and a sheet must stay quick to write."""

Line = TypeVar("Line")


def first_lines(
    lines: Sequence[Line], most: int, rest: Callable[[Message], Line], *, all_in: str = ""
) -> Sequence[Line]:
    """Give at most ``most`` lines; the others are counted in one more, which ``rest`` makes of the message.

    ``all_in`` is a command that shows all of them.
    """
    if len(lines) <= most:
        return lines
    code = "story.and_more_in" if all_in else "story.and_more"
    return [*lines[:most], rest(message(code, count=len(lines) - most, all_in=all_in))]
