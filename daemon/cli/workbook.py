"""``workbook``: the kept versions of the workbook (``history``), one of them back in its place (``restore``).

``adopt`` takes a workbook that nobody knows as a new beginning.
"""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import typer

from bridge.csv_file import SHEET
from bridge.folder.files import content_hash
from bridge.folder.versions import MARK_LENGTH, Version, kept_versions, restore_version
from daemon.cli.console import EXIT_PARTIAL, EXIT_USAGE, errors_shown, say, settings_at, warn
from daemon.config import Settings
from daemon.domain.messages import Message, message
from daemon.logs import configure_logs
from daemon.mirror import Mirror, revisions
from daemon.mirror.known_sheet import known_sheet, remember_sheet
from daemon.origin import is_known
from daemon.parts import utc_now
from daemon.read import known_as, read_sheet

_YES = frozenset({"y", "ya", "yes"})


def history(config: Path | None, *, is_json: bool) -> None:
    """List the kept versions, newest first."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config, needs_secrets=False)
    with errors_shown(texts):
        versions, present = _newest_first(settings), _present_mark(settings.workbook)
    if is_json:
        listed = [_as_json(number, version, present) for number, version in enumerate(versions, 1)]
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    if not versions:
        say(texts.say(message("history.none", name=settings.workbook.name)))
    for number, version in enumerate(versions, 1):
        code = "history.present" if version.mark == present else "history.version"
        when = texts.moment(version.kept_at, settings.timezone)
        say(texts.say(message(code, number=number, time=when, bytes=version.size, mark=version.mark)))


def restore(config: Path | None, which: str, *, is_agreed: bool) -> None:
    """Put a version in the place of the workbook, whose present content becomes a version itself."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config, needs_secrets=False)
    with errors_shown(texts):
        version = _found(_newest_first(settings), which)
        if version is None:
            warn(texts.say(message("restore.unknown", which=which)))
            raise typer.Exit(EXIT_USAGE)
        workbook = settings.workbook
        shown = {"name": workbook.name, "time": texts.moment(version.kept_at, settings.timezone)}
        if version.mark == _present_mark(workbook):
            say(texts.say(message("restore.present", **shown)))
            return
        if not (is_agreed or _agrees(texts.say(message("restore.question", **shown)))):
            say(texts.say(message("restore.left", name=workbook.name)))
            raise typer.Exit(EXIT_PARTIAL)
        restore_version(version, workbook, _folder(settings))
    say(texts.say(message("restore.done", **shown)))


def adopt(config: Path | None, *, is_agreed: bool) -> None:
    """Take a workbook that does not come from us, or from long ago, as the beginning of a new history."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config, needs_secrets=False)
    workbook, now = settings.workbook, utc_now()
    with errors_shown(texts):
        sheet = read_sheet(workbook, settings.layout)
        if isinstance(sheet, Message):
            warn(texts.say(sheet))
            raise typer.Exit(EXIT_PARTIAL)
        with closing(Mirror.open(settings.state_folder)) as mirror:
            with mirror.transaction(discard=True) as tx:
                before = known_sheet(tx)
                is_other = before is not None and before.name != sheet.table.sheet
                is_needless = not is_other and is_known(tx, sheet, now=now)
            if is_needless:
                say(texts.say(message("adopt.needless", name=workbook.name)))
                return
            asked = message("adopt.question", name=workbook.name, sheet=sheet.table.sheet or SHEET)
            if not (is_agreed or _agrees(texts.say(asked))):
                say(texts.say(message("restore.left", name=workbook.name)))
                raise typer.Exit(EXIT_PARTIAL)
            with mirror.transaction() as tx:
                revisions.adopt(tx, sheet.table.content_hash, now=now)
                remember_sheet(tx, known_as(sheet))
    say(texts.say(message("adopt.done", name=workbook.name)))


def _folder(settings: Settings) -> Path:
    return settings.state_folder / "versions"


def _newest_first(settings: Settings) -> tuple[Version, ...]:
    return kept_versions(settings.workbook, _folder(settings))[::-1]


def _present_mark(workbook: Path) -> str | None:
    return content_hash(workbook)[:MARK_LENGTH] if workbook.exists() else None


def _found(versions: Sequence[Version], which: str) -> Version | None:
    """Find a version by its number in the list, or by the beginning of its hash: those have eight signs or more."""
    if len(which) >= MARK_LENGTH:
        return next((version for version in versions if version.mark == which[:MARK_LENGTH].lower()), None)
    is_listed = which.isascii() and which.isdigit() and 1 <= int(which) <= len(versions)
    return versions[int(which) - 1] if is_listed else None


def _agrees(question: str) -> bool:
    answer: str = typer.prompt(question, default="", show_default=False)
    return answer.strip().lower() in _YES


def _as_json(number: int, version: Version, present: str | None) -> dict[str, Any]:
    return {
        "number": number,
        "kept_at": version.kept_at.isoformat(),
        "bytes": version.size,
        "hash": version.mark,
        "is_present": version.mark == present,
        "file": str(version.path),
    }
