"""``init``: a folder with settings, a workbook and, for a rehearsal, the keys of a running sandbox."""

from pathlib import Path

import typer

from daemon.cli.console import EXIT_USAGE, errors_shown, say, warn
from daemon.cli.language import machine_language
from daemon.config.settings import Language
from daemon.domain.messages import message
from daemon.founding import FolderTakenError, found
from daemon.texts import Texts

LANGUAGES: dict[str, Language] = {"id": "id", "en": "en"}


def init(folder: Path, *, sandbox: Path | None, language: str) -> None:
    """Found a folder and say what to do next."""
    chosen = LANGUAGES.get(language, machine_language())
    texts = Texts(chosen)
    if language and language not in LANGUAGES:
        warn(texts.say(message("cli.bad_language", given=language)))
        raise typer.Exit(EXIT_USAGE)
    with errors_shown(texts):
        try:
            founded = found(folder, sandbox=sandbox, language=chosen)
        except FolderTakenError as error:
            warn(texts.say(error.message))
            raise typer.Exit(EXIT_USAGE) from error
    say(texts.say(message("init.done", config=str(founded.config), workbook=str(founded.workbook))))
    next_step = "init.next_sandbox" if sandbox else "init.next_fill_in"
    say(texts.say(message(next_step, config=str(founded.config))))
