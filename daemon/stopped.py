"""A note beside the workbook while nothing in it is used: whoever lives in Excel never sees ``selaras status``.

Into the workbook itself it cannot go: a file that we did not understand is never written (invariant 6).
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bridge.folder.atomic import laid_down
from daemon.domain.messages import Message, message
from daemon.parts import Parts

_SOON_OVER = frozenset({"workbook.unfinished", "workbook.changed"})
"""Somebody is saving at this very moment."""


def tell_stopped(parts: Parts, reasons: Sequence[Message]) -> None:
    """Write why the workbook is not used, and since when; without ``reasons`` take the note away.

    A note that says the same already stays as it is. Where the folder cannot be written nothing happens: the log and
    ``selaras status`` have it all.
    """
    say = parts.texts.say
    workbook = parts.settings.workbook  # named in the note's name: those of two houses may lie in one folder
    note = workbook.with_name(say(message("stopped.file", workbook=workbook.name)))
    if any(reason.code in _SOON_OVER for reason in reasons):
        return
    with suppress(OSError):
        if not reasons:
            note.unlink(missing_ok=True)
            return
        body = "\n\n".join([*map(say, reasons), say(message("stopped.goes_away"))])
        if not _says(note, body):
            when = parts.texts.moment(parts.now(), parts.settings.timezone)
            head = say(message("stopped.since", workbook=workbook.name, when=when))
            with laid_down(note, f"{head}\n\n{body}\n".encode()) as temporary:
                temporary.replace(note)


def _says(note: Path, body: str) -> bool:
    try:
        return note.read_text(encoding="utf-8").partition("\n\n")[2].rstrip("\n") == body
    except (OSError, UnicodeDecodeError):
        return False
