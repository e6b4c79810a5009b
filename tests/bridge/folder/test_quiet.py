"""For how long nobody else touched the workbook."""

import os
import time

import pytest

from bridge.folder.files import content_hash, replace
from bridge.folder.leases import libreoffice_lock, lock_held
from bridge.folder.quiet import Quiet, settled_for

LONG_AGO_S = 3600.0


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "stok.xlsx"
    path.write_bytes(b"lama")
    return path


@pytest.fixture
def quiet(workbook):
    """Everything lies an hour back."""
    quiet = Quiet(workbook)
    quiet._since -= LONG_AGO_S
    assert quiet.seconds() >= LONG_AGO_S
    return quiet


def save(path, content):
    path.with_name("lu1.tmp").write_bytes(content)
    path.with_name("lu1.tmp").replace(path)


def test_a_save_ends_the_quiet(workbook, quiet):
    save(workbook, b"baru")
    assert quiet.seconds() < LONG_AGO_S


def test_the_same_content_written_again_ends_it_too(workbook, quiet):
    save(workbook, b"lama")
    assert quiet.seconds() < LONG_AGO_S


@pytest.mark.parametrize("name", [".~lock.stok.xlsx#", "~$stok.xlsx"])
def test_while_a_lock_lies_there_it_is_not_quiet_and_once_gone_it_begins_anew(workbook, quiet, name):
    workbook.with_name(name).write_bytes(b",sari,LAPTOP,,;")
    assert quiet.seconds() == 0.0
    workbook.with_name(name).unlink()
    assert 0.0 <= quiet.seconds() < LONG_AGO_S


def test_a_lock_removed_and_made_again_between_two_looks_is_noticed(workbook, quiet):
    lock = libreoffice_lock(workbook)
    lock.write_bytes(b",sari,LAPTOP,,;")
    quiet.seconds()
    quiet._since -= LONG_AGO_S
    lock.unlink()
    lock.write_bytes(b",sari,LAPTOP,,;")
    lock.unlink()
    assert quiet.seconds() < LONG_AGO_S


def test_our_own_write_is_quiet(workbook, quiet):
    content = b"punya kami"
    before = content_hash(workbook)
    with lock_held(workbook):
        assert quiet.seconds() >= LONG_AGO_S
    workbook.with_name("x").write_bytes(content)
    quiet.own_write(content_hash(workbook.with_name("x")))
    replace(workbook, content, expected_hash=before)
    assert quiet.seconds() >= LONG_AGO_S
    save(workbook, b"penjual")
    assert quiet.seconds() < LONG_AGO_S


def test_a_file_that_is_removed_was_touched(workbook, quiet):
    workbook.unlink()
    assert quiet.seconds() < LONG_AGO_S
    quiet._since -= LONG_AGO_S
    assert quiet.seconds() >= LONG_AGO_S


def test_without_a_watch_the_youngest_of_file_and_folder_tells(workbook):
    made = workbook.stat().st_ctime
    age = settled_for(workbook)
    assert 0.0 <= age <= time.time() - made
    os.utime(workbook, (1, 1))
    assert settled_for(workbook) <= time.time() - made


def test_without_a_watch_a_lock_says_not_at_all(workbook):
    libreoffice_lock(workbook).touch()
    assert settled_for(workbook) == 0.0


def test_a_removed_lock_is_known_by_the_time_of_the_folder(workbook):
    changed = workbook.stat().st_ctime
    lock = libreoffice_lock(workbook)
    lock.touch()
    while lock.stat().st_ctime <= changed + 0.02:
        lock.touch()
    lock.unlink()
    gone = workbook.parent.stat().st_ctime
    assert gone > changed
    assert settled_for(workbook) <= time.time() - gone


def test_where_there_is_no_folder_nobody_touches_anything(tmp_path):
    assert settled_for(tmp_path / "tidak ada" / "x.xlsx") == float("inf")
    assert Quiet(tmp_path / "tidak ada" / "x.xlsx").seconds() > LONG_AGO_S


def test_a_lock_is_remembered_until_our_next_write(workbook, quiet):
    assert not quiet.was_open()
    lock = workbook.with_name(f".~lock.{workbook.name}#")
    lock.write_text(",Sari,laptop,10.03.2026 10:00,file:///profil;")
    assert quiet.was_open()
    lock.unlink()
    assert quiet.was_open()
    quiet.own_write("0" * 64)
    assert not quiet.was_open()
