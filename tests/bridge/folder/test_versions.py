"""The kept versions of a workbook: the newest stay, and each can come back."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from bridge.errors import FileBusyError, FileRefusedError
from bridge.folder.versions import keep_version, kept_versions, restore_version


def mark(content):
    return sha256(content).hexdigest()[:8]


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "stok toko.xlsx"
    path.write_bytes(b"lama")
    return path


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "versi"


def test_versions_are_kept_by_time_and_the_oldest_go(workbook, folder):
    first = keep_version(workbook, folder, keep=3)
    assert first.read_bytes() == b"lama"
    assert first.name.startswith("stok toko.")
    assert first.name.endswith(f".{mark(b'lama')}.xlsx")
    assert keep_version(workbook, folder, keep=3) == first
    for number in range(4):
        workbook.write_bytes(b"%d" % number)
        keep_version(workbook, folder, keep=3)
    assert [version.mark for version in kept_versions(workbook, folder)] == [
        mark(b"%d" % number) for number in (1, 2, 3)
    ]
    assert not first.exists()


def test_a_version_tells_when_it_was_kept_how_big_it_is_and_how_its_hash_begins(workbook, folder):
    before = datetime.now(UTC).replace(microsecond=0)
    copy = keep_version(workbook, folder)
    [version] = kept_versions(workbook, folder)
    assert (version.path, version.size, version.mark) == (copy, 4, mark(b"lama"))
    assert before <= version.kept_at <= before + timedelta(minutes=5)


def test_files_of_others_in_the_folder_are_no_versions(workbook, folder):
    assert kept_versions(workbook, folder) == ()
    folder.mkdir()
    for name in ("stok.20261121-101112.01234567.xlsx", "stok toko.xlsx", "stok toko.20261121-101112.01234567.csv"):
        (folder / name).touch()
    assert kept_versions(workbook, folder) == ()


def test_a_restored_version_takes_the_place_of_the_workbook_which_is_kept(workbook, folder):
    keep_version(workbook, folder)
    workbook.write_bytes(b"sekarang")
    workbook.chmod(0o640)
    [old] = kept_versions(workbook, folder)
    restore_version(old, workbook, folder)
    assert workbook.read_bytes() == b"lama"
    assert workbook.stat().st_mode & 0o777 == 0o640
    assert [version.mark for version in kept_versions(workbook, folder)] == [mark(b"lama"), mark(b"sekarang")]


def test_the_oldest_version_comes_back_even_as_it_makes_room(workbook, folder):
    for number in range(30):
        workbook.write_bytes(b"%d" % number)
        keep_version(workbook, folder)
    workbook.write_bytes(b"sekarang")
    restore_version(kept_versions(workbook, folder)[0], workbook, folder)
    assert workbook.read_bytes() == b"0"
    assert len(kept_versions(workbook, folder)) == 30


def test_an_open_workbook_is_not_replaced_by_a_version(workbook, folder):
    keep_version(workbook, folder)
    workbook.write_bytes(b"sekarang")
    workbook.with_name(f".~lock.{workbook.name}#").write_bytes(b",sari,LAPTOP,,;")
    with pytest.raises(FileBusyError):
        restore_version(kept_versions(workbook, folder)[0], workbook, folder)
    assert workbook.read_bytes() == b"sekarang"


def test_a_workbook_that_is_gone_comes_back(workbook, folder):
    keep_version(workbook, folder)
    workbook.unlink()
    restore_version(kept_versions(workbook, folder)[0], workbook, folder)
    assert workbook.read_bytes() == b"lama"


def test_a_version_that_somebody_deleted_is_said(workbook, folder):
    keep_version(workbook, folder)
    [version] = kept_versions(workbook, folder)
    version.path.unlink()
    with pytest.raises(FileRefusedError, match=r"workbook\.missing"):
        restore_version(version, workbook, folder)
    assert workbook.read_bytes() == b"lama"
