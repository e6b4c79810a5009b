"""The watch notices every settled save once, whatever way it was saved."""

import os
import shutil
import threading
import time
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from queue import Empty, Queue

import pytest
from openpyxl import load_workbook

from bridge.folder import files
from bridge.folder.settling import Pace
from bridge.watch import FolderWatch

SOON_S = 20.0
"""A bound for failures only; no test waits for it when all is well."""

QUICK = Pace(quiet_s=0.05, unproven_s=0.1, poll_s=0.2, blind_poll_s=0.1)


class Seen(Queue):
    """The hashes reported so far."""

    def next(self) -> str:
        return self.get(timeout=SOON_S)

    def is_quiet(self) -> bool:
        try:
            self.get(timeout=0.3)
        except Empty:
            return True
        return False


def until(look) -> None:
    end = time.monotonic() + SOON_S
    while not look():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def watched(plain_workbook):
    """A watch at work on a workbook in a folder of its own, and what it reported."""
    folder = plain_workbook.parent / "toko"
    folder.mkdir()
    path = folder / "stok.xlsx"
    plain_workbook.replace(path)
    seen = Seen()
    watch = FolderWatch(path, seen.put, pace=QUICK)
    watch.start()
    yield watch, path, seen
    watch.stop()
    assert not watch.is_alive()


def changed(path, stock: int) -> bytes:
    workbook = load_workbook(path)
    workbook.active["D2"] = stock
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()


def write_ours(watch, path) -> bytes:
    """Write as the service does; returns what stood there before."""
    before, ours = path.read_bytes(), changed(path, 19)
    watch.own_write(digest(ours))
    files.replace(path, ours, expected_hash=digest(before))
    return before


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def in_place(path, content: bytes) -> None:
    path.write_bytes(content)


def by_rename(path, content: bytes) -> None:
    path.with_name("lu1234.tmp").write_bytes(content)
    path.with_name("lu1234.tmp").replace(path)


def by_removing_first(path, content: bytes) -> None:
    path.with_name("A1B2C3D4").write_bytes(content)
    path.unlink()
    path.with_name("A1B2C3D4").rename(path)


@pytest.mark.parametrize("save", [in_place, by_rename, by_removing_first])
def test_each_way_of_saving_is_reported_once(watched, save):
    _, path, seen = watched
    for stock in (5, 6):
        content = changed(path, stock)
        save(path, content)
        assert seen.next() == digest(content)
    assert seen.is_quiet()


def test_touching_or_rewriting_the_same_content_is_no_save(watched):
    _, path, seen = watched
    path.touch()
    by_rename(path, path.read_bytes())
    path.with_name(".~lock.stok.xlsx#").touch()
    path.with_name("lain.xlsx").write_bytes(b"x")
    assert seen.is_quiet()
    content = changed(path, 5)
    by_rename(path, content)
    assert seen.next() == digest(content)


def test_our_own_write_is_no_news_but_the_save_after_it_is(watched):
    watch, path, seen = watched
    before = write_ours(watch, path)
    assert seen.is_quiet()
    by_rename(path, before)
    assert seen.next() == digest(before)


def test_a_write_of_ours_that_was_overtaken_and_comes_back_from_a_backup_is_news(watched):
    watch, path, seen = watched
    first, second = changed(path, 5), changed(path, 6)
    watch.own_write(digest(first))
    watch.own_write(digest(second))
    by_rename(path, second)
    assert seen.is_quiet()
    by_rename(path, first)
    assert seen.next() == digest(first)


def test_old_content_put_over_our_write_at_once_is_news(watched):
    watch, path, seen = watched
    before = write_ours(watch, path)
    by_rename(path, before)
    assert seen.next() == digest(before)


def test_a_file_written_in_pieces_is_reported_only_when_whole(watched):
    _, path, seen = watched
    content = changed(path, 5)
    with path.open("wb") as file:
        for start in range(0, len(content), 1000):
            assert seen.empty()
            file.write(content[start : start + 1000])
            file.flush()
            threading.Event().wait(0.03)
    assert seen.next() == digest(content)
    assert seen.is_quiet()


def test_a_file_that_never_becomes_whole_is_reported_when_its_time_is_up(plain_workbook):
    seen = Seen()
    watch = FolderWatch(plain_workbook, seen.put, pace=replace(QUICK, cap_s=0.3))
    watch.start()
    half = plain_workbook.read_bytes()[:-100]
    plain_workbook.write_bytes(half)
    assert seen.next() == digest(half)
    watch.stop()


def test_what_is_whole_but_no_zip_of_ours_is_reported_too(watched):
    _, path, seen = watched
    old_format = b"\xd0\xcf\x11\xe0" + bytes(600)
    by_rename(path, old_format)
    assert seen.next() == digest(old_format)


def test_a_folder_removed_and_made_again_is_watched_again(watched):
    _, path, seen = watched
    content = changed(path, 5)
    shutil.rmtree(path.parent)
    assert seen.is_quiet()
    path.parent.mkdir()
    by_rename(path, content)
    assert seen.next() == digest(content)
    again = changed(path, 6)
    by_rename(path, again)
    assert seen.next() == digest(again)


def test_a_folder_that_comes_later_is_found(tmp_path, plain_workbook):
    path = tmp_path / "nanti" / "stok.xlsx"
    seen = Seen()
    watch = FolderWatch(path, seen.put, pace=QUICK)
    watch.start()
    path.parent.mkdir()
    content = plain_workbook.read_bytes()
    by_rename(path, content)
    assert seen.next() == digest(content)
    watch.stop()


def test_a_save_that_no_event_told_about_is_found_by_looking(watched):
    watch, path, seen = watched
    watch._observer.unschedule_all()
    content = changed(path, 5)
    by_rename(path, content)
    assert seen.next() == digest(content)


def test_a_watch_that_missed_a_save_begins_anew_and_is_trusted_again(watched):
    watch, path, seen = watched
    deaf = watch._observer
    deaf.unschedule_all()
    by_rename(path, changed(path, 5))
    seen.next()
    until(lambda: watch._observer not in {None, deaf})
    by_rename(path, changed(path, 6))
    seen.next()
    until(lambda: watch._missed == 0)
    assert not watch._is_blind()


def test_from_time_to_time_the_content_itself_is_read(plain_workbook):
    seen = Seen()
    watch = FolderWatch(plain_workbook, seen.put, pace=replace(QUICK, full_s=0.1))
    watch.start()
    watch._files[plain_workbook]._known_hash = "as if the file system had kept a change from us"
    assert seen.next() == digest(plain_workbook.read_bytes())
    assert seen.is_quiet()
    watch.stop()


def test_on_a_share_saves_are_found_though_no_event_comes(plain_workbook, monkeypatch):
    monkeypatch.setattr("bridge.watch.is_on_share", lambda _folder: True)
    seen = Seen()
    watch = FolderWatch(plain_workbook, seen.put, pace=replace(QUICK, poll_s=3600.0))
    watch.start()
    watch._observer.unschedule_all()
    content = changed(plain_workbook, 5)
    by_rename(plain_workbook, content)
    assert seen.next() == digest(content)
    watch.stop()


def test_a_csv_workbook_is_reported_too(tmp_path):
    path = tmp_path / "stok.csv"
    path.write_bytes(b"SKU;Stok\nKOPI;1\n")
    seen = Seen()
    watch = FolderWatch(path, seen.put, pace=QUICK)
    watch.start()
    by_rename(path, b"SKU;Stok\nKOPI;2\n")
    assert seen.next() == digest(b"SKU;Stok\nKOPI;2\n")
    watch.stop()


def test_conflicted_copies_that_come_or_change_are_reported(watched):
    _, path, seen = watched
    copy = path.with_name("stok (Sari's conflicted copy 2026-11-20).xlsx")
    for stock in (5, 6):
        content = changed(path, stock)
        by_rename(copy, content)
        assert seen.next() == digest(content)
    copy.unlink()
    assert seen.is_quiet()


def test_a_conflicted_copy_that_was_there_before_is_no_news(plain_workbook):
    copy = plain_workbook.with_name("stok (Sari's conflicted copy 2026-11-20).xlsx")
    copy.write_bytes(changed(plain_workbook, 5))
    seen = Seen()
    watch = FolderWatch(plain_workbook, seen.put, pace=QUICK)
    watch.start()
    assert seen.is_quiet()
    watch.stop()


def test_a_copy_that_never_becomes_whole_keeps_no_save_back(watched):
    _, path, seen = watched
    content = changed(path, 5)
    path.with_name("stok [Conflict].xlsx").write_bytes(content[:500])
    by_rename(path, content)
    assert seen.next() == digest(content)


def test_it_tells_for_how_long_nobody_else_touched_the_workbook(watched):
    watch, path, seen = watched
    path.with_name(".~lock.stok.xlsx#").write_bytes(b",sari,LAPTOP,,;")
    assert watch.quiet_for() == 0.0
    path.with_name(".~lock.stok.xlsx#").unlink()
    until(lambda: watch.quiet_for() > 0.3)
    before = write_ours(watch, path)
    assert watch.quiet_for() > 0.3
    watch._quiet._since -= 3600.0
    by_rename(path, before)
    assert seen.next() == digest(before)
    assert watch.quiet_for() < 3600.0


def test_a_save_that_keeps_size_and_time_is_still_seen(watched):
    _, path, seen = watched
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[10] ^= 1
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert seen.next() == digest(bytes(content))


def test_the_heartbeat_goes_on_and_ends_with_the_watch(watched):
    watch, _, seen = watched
    before = watch.last_look
    assert seen.is_quiet()
    assert watch.last_look > before
    assert watch.is_alive()


def test_it_can_be_stopped_from_its_own_callback_and_twice(plain_workbook):
    ended = threading.Event()

    def stop(_: str) -> None:
        watch.stop()
        ended.set()

    watch = FolderWatch(plain_workbook, stop, pace=QUICK)
    watch.start()
    by_rename(plain_workbook, changed(plain_workbook, 5))
    assert ended.wait(SOON_S)
    watch.stop()
    watch.stop()
    assert not watch.is_alive()


def test_it_is_not_alive_before_its_start(plain_workbook):
    watch = FolderWatch(plain_workbook, print)
    assert not watch.is_alive()
    watch.stop()
