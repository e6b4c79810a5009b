"""Conflicted copies are known by their names, and moved away whole."""

import errno
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import FileChangedError, FileRefusedError
from bridge.folder import copies
from bridge.folder.copies import archive_copy, conflicted_copies, is_name_of_copy

COPIES = [
    # Dropbox
    "toko (Sari's conflicted copy 2026-11-20).xlsx",
    "toko (Sari's conflicted copy 2026-11-20 (1)).xlsx",
    "toko (LAPTOP-1's conflicted copy 2026-11-20 2).xlsx",
    "toko (Konflik copy 2026-11-20).xlsx",
    "toko (Salinan konflik dari Sari 2026-11-20).xlsx",
    "toko (Copie en conflit de Sari 2026-11-20).xlsx",
    "toko (Copia en conflicto de Sari 2026-11-20).xlsx",
    "toko (Cópia em conflito de Sari 2026-11-20).xlsx",
    "toko (Copia in conflitto di Sari 2026-11-20).xlsx",
    "toko (In Konflikt stehende Kopie von Sari 2026-11-20).xlsx",
    "toko (Saris in Konflikt stehende Kopie 2026-11-20).xlsx",
    "toko (Macs konfliktbehaftete Kopie 2026-11-20).xlsx",
    "toko (conflicterende kopie van Sari 2026-11-20).xlsx",
    "toko (kopia powodująca konflikt użytkownika Sari 2026-11-20).xlsx",
    "toko (Конфликтующая копия пользователя Sari 2026-11-20).xlsx",
    "toko (Sari の競合コピー 2026-11-20).xlsx",
    "toko (Sari 的冲突副本 2026-11-20).xlsx",
    "toko (Sari 的衝突複本 2026-11-20).xlsx",
    "toko (Sari의 충돌 사본 2026-11-20).xlsx",
    "toko(Sari-Windows的冲突副本1_2026-11-20 02-11-37).xlsx",
    # Nextcloud, ownCloud
    "toko (conflicted copy 2026-11-20 101112).xlsx",
    "toko (conflicted copy Sari 2026-11-20 101112).xlsx",
    "toko_conflict-20261120-101112.xlsx",
    "toko_conflict-sari-20261120-101112.xlsx",
    # Syncthing
    "toko.sync-conflict-20261120-101112-ABCDEFG.xlsx",
    "toko.sync-conflict-20261120-101112.xlsx",
    # Google Drive
    "toko [Conflict].xlsx",
    "toko (conflicted copy).xlsx",
    # OneDrive
    "toko-LAPTOP-AB12.xlsx",
    "toko-DESKTOP-1A2B3C4.xlsx",
    "toko-DESKTOP-1A2B3C4-2.xlsx",
    "toko-SARI-PC.xlsx",
    "toko-rumah-safeBackup-0001.xlsx",
    # Selaras
    "toko (Selaras 20261120-101112-000000).xlsx",
    # A copy of a copy
    "toko (conflicted copy 2026-11-20 101112) (Sari's conflicted copy 2026-11-21).xlsx",
    "toko-LAPTOP-AB12 (Sari's conflicted copy 2026-11-21).XLSX",
]
OTHERS = [
    "toko.xlsx",
    "toko (1).xlsx",
    "toko 2.xlsx",
    "toko-lama.xlsx",
    "toko-LAMA.xlsx",
    "toko-LAPTOP.xlsx",
    "toko-LAPTOP-BARU.xlsx",
    "toko-laptop-ab12.xlsx",
    "toko-2026-PC.xlsx",
    "toko (konflik harga).xlsx",
    "toko (copy 2026-11-20).xlsx",
    "toko (salinan).xlsx",
    "toko conflicted copy 2026-11-20.xlsx",
    "toko (Sari's conflicted copy 2026-11-20).csv",
    "toko (Sari's conflicted copy 2026-11-20).xlsx.tmp",
    "tokoku (Sari's conflicted copy 2026-11-20).xlsx",
    "kopi toko (conflicted copy 2026-11-20 101112).xlsx",
    "~$toko (conflicted copy 2026-11-20 101112).xlsx",
    ".~lock.toko (conflicted copy 2026-11-20 101112).xlsx#",
    ".syncthing.toko.sync-conflict-20261120-101112-ABCDEFG.xlsx.tmp",
    ".dropbox.attr",
    "lu1234.tmp",
    "~WRL0001.tmp",
    "toko (Selaras).xlsx",
]


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "toko" / "toko.xlsx"
    path.parent.mkdir()
    path.write_bytes(b"buku")
    return path


@pytest.mark.parametrize("name", COPIES)
def test_a_conflicted_copy_is_known_by_its_name(workbook, name):
    copy = workbook.with_name(name)
    copy.write_bytes(b"salinan")
    assert conflicted_copies(workbook) == (copy,)


def test_everything_else_in_the_folder_is_the_sellers(workbook):
    for name in OTHERS:
        workbook.with_name(name).touch()
    assert conflicted_copies(workbook) == ()


def test_only_files_are_copies(workbook):
    workbook.with_name(COPIES[0]).mkdir()
    workbook.with_name(COPIES[1]).symlink_to(workbook)
    assert conflicted_copies(workbook) == ()


def test_a_name_may_hold_anything_and_be_spelled_in_two_ways(tmp_path):
    path = tmp_path / "Tokó (baru) [2026].xlsx"
    copy = tmp_path / unicodedata.normalize("NFD", f"{path.stem} (Sari's conflicted copy 2026-11-20).xlsx")
    copy.touch()
    assert conflicted_copies(path) == (copy,)


STEMS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="/\0"), min_size=1, max_size=30)


@given(STEMS, st.sampled_from(COPIES))
def test_the_copies_of_any_workbook_are_known_and_it_is_none_itself(stem, name):
    path = Path("/toko") / f"{stem}.xlsx"
    assert is_name_of_copy(f"{path.stem}{name.removeprefix('toko')}", path)
    assert not is_name_of_copy(path.name, path)


def test_a_folder_that_is_gone_holds_none(tmp_path):
    assert conflicted_copies(tmp_path / "tidak ada" / "toko.xlsx") == ()


@pytest.fixture(params=["here", "elsewhere"])
def archive(request, tmp_path, monkeypatch):
    """Where copies go: on the same file system, or on one that files cannot be moved to in one step."""
    folder = tmp_path / "negara" / "salinan"
    if request.param == "elsewhere":
        # The one border of a system call: no test can count on a second file system that it may write to.
        monkeypatch.setattr(copies, "moved", lambda copy, place: copy.parent == place.parent and _moved(copy, place))
    return folder


_moved = copies.moved


def put(workbook, content=b"salinan"):
    copy = workbook.with_name(COPIES[0])
    copy.write_bytes(content)
    return copy


def test_a_copy_is_moved_whole_into_a_folder_for_us_alone(workbook, archive):
    copy = put(workbook)
    place = archive_copy(copy, archive)
    assert (place.parent, place.name, place.read_bytes()) == (archive, copy.name, b"salinan")
    assert archive.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in workbook.parent.iterdir()] == ["toko.xlsx"]
    assert list(archive.iterdir()) == [place]


def test_nothing_in_the_archive_is_overwritten(workbook, archive):
    places = [archive_copy(put(workbook, content), archive) for content in (b"satu", b"dua", b"tiga")]
    assert [place.read_bytes() for place in places] == [b"satu", b"dua", b"tiga"]
    assert places[1].name == "toko (Sari's conflicted copy 2026-11-20) (2).xlsx"


def test_a_copy_that_is_gone_already_is_said(workbook, archive):
    with pytest.raises(FileRefusedError, match=r"workbook\.missing"):
        archive_copy(workbook.with_name(COPIES[0]), archive)


def test_an_archive_that_cannot_be_written_leaves_the_copy_where_it_is(workbook, tmp_path):
    copy = put(workbook)
    (tmp_path / "berkas").touch()
    with pytest.raises(FileRefusedError, match=r"folder\.failed"):
        archive_copy(copy, tmp_path / "berkas")
    assert copy.read_bytes() == b"salinan"


def test_a_copy_saved_again_while_it_is_copied_stays(workbook, tmp_path, monkeypatch):
    copy = put(workbook)

    def saved_meanwhile(one, place):
        if one == copy:
            return False
        copy.write_bytes(b"lebih baru")
        return _moved(one, place)

    monkeypatch.setattr(copies, "moved", saved_meanwhile)
    with pytest.raises(FileChangedError):
        archive_copy(copy, tmp_path / "arsip")
    assert copy.read_bytes() == b"lebih baru"


_CHILD = """
import os, signal, sys
from pathlib import Path
from bridge.folder import copies
count, kill_at = 0, int(sys.argv[3])
def hook(event, args):
    global count
    if event in {"open", "os.rename", "os.remove", "os.mkdir", "ctypes.dlsym"}:
        count += 1
        if count == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[4] == "elsewhere":
    moved = copies.moved
    copies.moved = lambda copy, place: copy.parent == place.parent and moved(copy, place)
sys.addaudithook(hook)
copies.archive_copy(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_killed_at_any_step_a_copy_is_not_lost_and_the_next_try_moves_it(workbook, tmp_path, where):
    for kill_at in range(1, 40):
        copy, archive = put(workbook), tmp_path / f"arsip {kill_at}"
        command = [sys.executable, "-c", _CHILD, str(copy), str(archive), str(kill_at), where]
        ended = subprocess.run(command, check=False, capture_output=True, cwd=Path(__file__).parents[2])
        kept = list(archive.glob("toko*.xlsx"))
        assert b"salinan" in [each.read_bytes() for each in (*kept, *conflicted_copies(workbook))]
        if copy.exists():
            archive_copy(copy, archive)
        assert [each.read_bytes() for each in archive.glob("toko*.xlsx")][:1] == [b"salinan"]
        if ended.returncode == 0:
            break
    assert ended.returncode == 0, ended.stderr
    assert kill_at > 2


def test_errors_of_the_system_are_put_into_our_words(workbook, tmp_path, monkeypatch):
    def fail(_copy, _place):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(copies, "moved", fail)
    with pytest.raises(FileRefusedError, match=r"folder\.full"):
        archive_copy(put(workbook), tmp_path / "arsip")
