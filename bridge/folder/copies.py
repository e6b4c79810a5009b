"""Conflicted copies: what file synchronisation makes when two machines saved the same workbook.

They are known by their names, as these programs give them (from their documentation and reports of their users):

* Dropbox: ``toko (Sari's conflicted copy 2026-11-20).xlsx``, and the same in the language of the machine, such as
  ``(Copie en conflit de …)``, ``(Copia en conflicto de …)``, ``(Cópia em conflito de …)``, ``(Copia in conflitto …)``,
  ``(In Konflikt stehende Kopie von …)``, ``(… の競合コピー 2026-11-20)``. Nutstore: ``(…的冲突副本1_2026-11-20 …)``.
* Nextcloud and ownCloud: ``toko (conflicted copy 2026-11-20 101112).xlsx``, with or without a name before the date;
  before 2.5 ``toko_conflict-20261120-101112.xlsx``.
* Syncthing: ``toko.sync-conflict-20261120-101112-ABCDEFG.xlsx``; older ones end with the time.
* Google Drive: ``toko [Conflict].xlsx`` and ``toko (conflicted copy).xlsx``. A plain ``toko (1).xlsx`` is a download.
* OneDrive: ``toko-LAPTOP-AB12CD34.xlsx``, the name of the machine, with a number from the second one on; its client for
  Linux: ``toko-rumah-safeBackup-0001.xlsx``.
* Selaras itself, for a save that was displaced: ``toko (Selaras 20261120-101112-000000).xlsx``.
"""

import re
import unicodedata
from pathlib import Path

from bridge.errors import FileChangedError, FileRefusedError
from bridge.folder.atomic import in_our_words, laid_down, moved, sync_folder

_CONFLICT = r"[ck]onfli[ck]?t|konflik|bertentangan|berselisih|конфлик|競合|冲突|衝突|충돌|xung đột|çakış"
"""How the word begins in the languages of these programs; Indonesian stands for wordings not seen in the wild."""

_COPY = r"cop[iy]|cópia|kop[ij]|exemplaar|salinan|versi|копи|コピー|副本|複本|复制|사본|복사본|bản sao"
_DATE = r"\d{4}-?\d{2}-?\d{2}"

_IN_BRACKETS = rf"(?=[^()]*(?:{_CONFLICT}))(?=[^()]*(?:{_COPY}|{_DATE}))[^()]*(?:\(\d+\))?"
"""A word of conflict with one of copy, or with a date: ``toko (konflik harga).xlsx`` is the seller's own."""

_MACHINE = r"(?:(?=[A-Z-]*\d)(?:DESKTOP|LAPTOP|WIN)-[0-9A-Z]{4,11}|[A-Z][0-9A-Z]*-PC)"
"""Names that Windows gives to machines, always in capitals: its own (a digit tells them from words of the seller's,
``toko-LAPTOP-BARU.xlsx``), and ``SARI-PC`` of its older versions. Whoever named their machine has to move the copy."""

_MARK = re.compile(
    rf"(?: ?\((?i:{_IN_BRACKETS})\)"
    r"| ?[\[(](?i:conflict)[\])]"
    r"|\.sync-conflict-\d{8}-\d{6}(?:-[0-9A-Z]{7})?"
    r"|_conflict-(?:.+-)?\d{8}-\d{6}"
    r"| \(Selaras \d{8}-\d{6}-\d{6}\)"
    r"|-[^/]+-safeBackup-\d{4}"
    rf"|-{_MACHINE}(?:-\d{{1,3}})?)+"
)


def conflicted_copies(path: Path) -> tuple[Path, ...]:
    """List the conflicted copies of a workbook in its folder, by name. A folder that cannot be read has none."""
    try:
        named = (each for each in path.parent.iterdir() if is_name_of_copy(each.name, path))
        return tuple(sorted(each for each in named if each.is_file() and not each.is_symlink()))
    except OSError:
        return ()


def is_name_of_copy(name: str, path: Path) -> bool:
    """Tell whether a file of this name is a conflicted copy: the workbook's name, a mark of conflict, its suffix."""
    # macOS writes é as two characters.
    copy, stem = Path(unicodedata.normalize("NFC", name)), unicodedata.normalize("NFC", path.stem)
    is_like = copy.stem.startswith(stem) and copy.suffix.lower() == path.suffix.lower()
    return is_like and _MARK.fullmatch(copy.stem, len(stem)) is not None


def archive_copy(copy: Path, folder: Path) -> Path:
    """Move a conflicted copy into ``folder`` (made when it is not there, mode 0700), and tell where it lies now.

    Nothing there is overwritten: a name that is taken gets a number. Killed in between, the copy lies in one of the two
    places, or whole in both. Raises :class:`~bridge.errors.FileChangedError` when it is saved meanwhile; it stays then.
    """
    with in_our_words(copy):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(1, 10_000):
            place = folder / (copy.name if number == 1 else f"{copy.stem} ({number}){copy.suffix}")
            try:
                if not moved(copy, place):
                    _copied(copy, place)
            except FileExistsError:
                continue
            sync_folder(folder)
            sync_folder(copy.parent)
            return place
    raise FileRefusedError("folder.failed", name=copy.name, reason="")


def _copied(copy: Path, place: Path) -> None:
    """Move to another file system: the copy goes once the new one is safe on the disk, if nobody saved it meanwhile."""
    content = copy.read_bytes()
    if not place.exists():
        with laid_down(place, content) as temporary:
            if not moved(temporary, place):
                temporary.replace(place)
    elif place.read_bytes() != content:
        raise FileExistsError(place)
    if copy.read_bytes() != content:
        raise FileChangedError("workbook.changed", name=copy.name)
    copy.unlink()
