"""The watch notices every settled save once, whatever way it was saved."""

import os
import shutil
import threading
from hashlib import sha256
from queue import Empty, Queue

import pytest

from bridge.columns import Column
from bridge.files import replace
from bridge.patch import Change, patch
from bridge.read import read_table
from bridge.watch import FolderWatch

SOON_S = 20.0
"""A bound for failures only; no test waits for it when all is well."""


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


@pytest.fixture
def watched(plain_workbook):
    """A watch at work on a workbook in a folder of its own, and what it reported."""
    folder = plain_workbook.parent / "toko"
    folder.mkdir()
    path = folder / "stok.xlsx"
    plain_workbook.replace(path)
    seen = Seen()
    watch = FolderWatch(path, seen.put, quiet_s=0.05, poll_s=0.2)
    watch.start()
    yield watch, path, seen
    watch.stop()
    assert not watch.is_alive()


def changed(path, stock: int) -> bytes:
    return patch(read_table(path), [Change(2, Column.STOCK, stock)]).content


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
    table = read_table(path)
    ours = patch(table, [Change(2, Column.STOCK, 19)])
    watch.own_write(ours.content_hash)
    replace(path, ours.content, expected_hash=table.content_hash)
    assert seen.is_quiet()
    by_rename(path, table.content)
    assert seen.next() == table.content_hash


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
    watch = FolderWatch(plain_workbook, seen.put, quiet_s=0.02, cap_s=0.3, poll_s=0.2)
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
    watch = FolderWatch(path, seen.put, quiet_s=0.02, poll_s=0.1)
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

    watch = FolderWatch(plain_workbook, stop, quiet_s=0.02, poll_s=0.1)
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
