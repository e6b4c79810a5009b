"""Replacing a file that others save too: nothing of theirs is ever lost, whenever we are interrupted."""

import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import pytest

from bridge.errors import FileBusyError, FileChangedError, FileRefusedError
from bridge.folder import files
from bridge.folder.atomic import in_our_words
from bridge.folder.files import (
    content_hash,
    remove_leftovers,
    replace,
    who_has_it_open,
    write_new,
)

OLD, OURS, SAVED, NEWER = b"lama", b"punya kami", b"simpanan penjual", b"simpanan berikutnya"


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def save(path: Path, content: bytes) -> None:
    """Save as office programs do: a temporary file, renamed over the original."""
    temporary = path.with_name("lu1234.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)


class Moment:
    """Runs something at a certain moment of a write: at an event of the system whose first words hold a text."""

    def __init__(self) -> None:
        self.waiting: list[tuple[str, str, Callable[[], None]]] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[object, ...]) -> None:
        if self.waiting and event == self.waiting[0][0] and self.waiting[0][1] in str(args[:2]):
            self.waiting.pop(0)[2]()


_MOMENT = Moment()


@pytest.fixture
def before():
    """Give a function that puts off an action to just before the next such event."""
    yield lambda event, part, action: _MOMENT.waiting.append((event, part, action))
    left = len(_MOMENT.waiting)
    _MOMENT.waiting.clear()
    assert left == 0


@pytest.fixture
def before_exchange(before):
    """The last moment before two files trade places: when ``renameat2`` is looked up."""
    return lambda action: before("ctypes.dlsym", "renameat2", action)


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "stok toko.xlsx"
    path.write_bytes(OLD)
    return path


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_file_is_replaced_and_nothing_is_left_beside_it(workbook):
    replace(workbook, OURS, expected_hash=digest(OLD))
    assert workbook.read_bytes() == OURS
    assert names(workbook.parent) == ["stok toko.xlsx"]


def test_mode_and_attributes_stay_and_the_time_is_new(workbook):
    workbook.chmod(0o640)
    os.utime(workbook, (1, 1))
    os.setxattr(workbook, "user.toko", b"utama")
    replace(workbook, OURS, expected_hash=digest(OLD))
    status = workbook.stat()
    assert status.st_mode & 0o7777 == 0o640
    assert status.st_mtime > 1_000_000
    assert os.getxattr(workbook, "user.toko") == b"utama"


def test_another_content_than_planned_is_left_alone(workbook):
    with pytest.raises(FileChangedError) as caught:
        replace(workbook, OURS, expected_hash=digest(SAVED))
    assert (caught.value.code, caught.value.params) == ("workbook.changed", {"name": "stok toko.xlsx"})
    assert workbook.read_bytes() == OLD
    assert names(workbook.parent) == ["stok toko.xlsx"]


def test_a_save_in_the_last_moment_is_put_back(workbook, before_exchange):
    before_exchange(lambda: save(workbook, SAVED))
    with pytest.raises(FileChangedError):
        replace(workbook, OURS, expected_hash=digest(OLD))
    assert workbook.read_bytes() == SAVED
    assert names(workbook.parent) == ["stok toko.xlsx"]


@pytest.mark.parametrize(
    ("event", "part"),
    [
        ("open", ".tmp"),
        ("open", ".~lock."),
        ("os.chmod", ".tmp"),
        ("os.rename", ".tmp"),
        ("open", "~$"),
        ("ctypes.dlsym", "renameat2"),
    ],
)
def test_a_save_at_any_moment_of_a_write_stays(workbook, before, event, part):
    before(event, part, lambda: save(workbook, SAVED))
    with pytest.raises(FileChangedError):
        replace(workbook, OURS, expected_hash=digest(OLD))
    assert workbook.read_bytes() == SAVED
    assert names(workbook.parent) == ["stok toko.xlsx"]


@pytest.mark.parametrize(
    ("event", "part"),
    [("open", ".tmp"), ("os.chmod", ".tmp"), ("os.rename", ".tmp"), ("ctypes.dlsym", "renameat2")],
)
def test_a_program_that_opens_the_file_at_any_moment_of_a_write_keeps_it(workbook, before, event, part):
    opened = []
    before(event, part, lambda: opened.append(workbook.open("rb")))
    with pytest.raises(FileBusyError) as caught:
        replace(workbook, OURS, expected_hash=digest(OLD))
    assert caught.value.params == {"name": "stok toko.xlsx", "who": ""}
    assert os.fstat(opened[0].fileno()).st_ino == workbook.stat().st_ino
    opened[0].close()
    assert workbook.read_bytes() == OLD
    assert names(workbook.parent) == ["stok toko.xlsx"]


def test_a_file_that_is_open_all_the_time_is_not_swapped_even_for_a_moment(workbook, monkeypatch):
    swaps = []
    monkeypatch.setattr(files, "exchanged", lambda *places: swaps.append(places))
    with workbook.open("rb"), pytest.raises(FileBusyError):
        replace(workbook, OURS, expected_hash=digest(OLD))
    assert swaps == []
    assert workbook.read_bytes() == OLD


@pytest.mark.parametrize(
    ("event", "part", "lock"),
    [
        ("open", ".tmp", ".~lock.stok toko.xlsx#"),
        ("open", ".tmp", "~$stok toko.xlsx"),
        ("os.chmod", ".tmp", "~$stok toko.xlsx"),
        ("os.rename", ".tmp", "~$stok toko.xlsx"),
    ],
)
def test_a_lock_that_appears_during_a_write_stops_it_and_stays(workbook, before, event, part, lock):
    before(event, part, lambda: workbook.with_name(lock).write_bytes(b"\x04Sari"))
    with pytest.raises(FileBusyError):
        replace(workbook, OURS, expected_hash=digest(OLD))
    assert workbook.read_bytes() == OLD
    assert names(workbook.parent) == sorted([lock, "stok toko.xlsx"])


def test_libreoffice_is_kept_out_while_files_trade_places(workbook, before_exchange):
    seen = []
    before_exchange(lambda: seen.append(who_has_it_open(workbook)))
    replace(workbook, OURS, expected_hash=digest(OLD))
    assert (seen, who_has_it_open(workbook)) == (["Selaras"], None)


@pytest.mark.parametrize(("blocks_free", "is_full"), [(1026, False), (1024, True), (0, True)])
def test_a_disk_without_room_is_left_as_it_is(workbook, monkeypatch, blocks_free, is_full):
    room = list(os.statvfs(workbook.parent))
    room[1], room[2], room[4] = 4096, 10**9, blocks_free
    monkeypatch.setattr(os, "statvfs", lambda _folder: os.statvfs_result(room))
    if is_full:
        with pytest.raises(FileRefusedError, match=r"folder\.full"):
            replace(workbook, OURS, expected_hash=digest(OLD))
    else:
        replace(workbook, OURS, expected_hash=digest(OLD))
    assert workbook.read_bytes() == (OLD if is_full else OURS)
    assert names(workbook.parent) == ["stok toko.xlsx"]


def test_a_share_that_does_not_know_its_room_is_no_full_disk(workbook, monkeypatch):
    monkeypatch.setattr(os, "statvfs", lambda _folder: os.statvfs_result([4096, 4096, *[0] * 9]))
    replace(workbook, OURS, expected_hash=digest(OLD))
    assert workbook.read_bytes() == OURS


def test_two_saves_in_the_last_moments_both_stay(workbook, before_exchange):
    before_exchange(lambda: save(workbook, SAVED))
    before_exchange(lambda: save(workbook, NEWER))
    before_exchange(lambda: None)
    with pytest.raises(FileChangedError):
        replace(workbook, OURS, expected_hash=digest(OLD))
    assert workbook.read_bytes() == NEWER
    [other] = [each for each in workbook.parent.iterdir() if each != workbook]
    assert other.read_bytes() == SAVED
    assert other.name.startswith("stok toko (Selaras ")


def test_a_save_that_removes_the_file_first_gets_its_older_version_back(workbook, before_exchange):
    before_exchange(lambda: save(workbook, SAVED))
    before_exchange(workbook.unlink)
    with pytest.raises(FileChangedError):
        replace(workbook, OURS, expected_hash=digest(OLD))
    assert workbook.read_bytes() == SAVED


def test_a_file_that_vanishes_in_the_last_moment_stays_gone(workbook, before_exchange):
    before_exchange(workbook.unlink)
    with pytest.raises(FileRefusedError, match=r"workbook\.missing"):
        replace(workbook, OURS, expected_hash=digest(OLD))
    assert names(workbook.parent) == []


def _no_exchange_here() -> None:
    raise AttributeError


def test_where_files_cannot_trade_places_they_are_renamed(workbook, before_exchange):
    before_exchange(_no_exchange_here)
    replace(workbook, OURS, expected_hash=digest(OLD))
    assert workbook.read_bytes() == OURS
    assert names(workbook.parent) == ["stok toko.xlsx"]


@pytest.mark.parametrize(
    ("lock", "content", "who"),
    [
        (".~lock.stok toko.xlsx#", b",sari,LAPTOP,21.11.2026 18:58,file:///x;", "sari"),
        (".~lock.stok toko.xlsx#", b"Bu Sari,sari,LAPTOP,21.11.2026,file:///x;", "Bu Sari"),
        (".~lock.stok toko.xlsx#", b"", ""),
        ("~$stok toko.xlsx", b"\x04Sari".ljust(55) + b"\x04\x00S\x00a\x00", "Sari"),
        ("~$stok toko.xlsx", b"", ""),
    ],
)
def test_an_open_file_is_not_replaced_and_its_owner_is_named(workbook, lock, content, who):
    workbook.with_name(lock).write_bytes(content)
    assert who_has_it_open(workbook) == who
    with pytest.raises(FileBusyError) as caught:
        replace(workbook, OURS, expected_hash=digest(OLD))
    assert (caught.value.code, caught.value.params) == ("workbook.open", {"name": "stok toko.xlsx", "who": who})
    assert workbook.read_bytes() == OLD


def test_a_file_nobody_has_open_is_free(workbook):
    workbook.with_name(".~lock.lain.xlsx#").write_bytes(b",sari,;")
    assert who_has_it_open(workbook) is None


_CHILD = """
import os, signal, sys
from pathlib import Path
from bridge.folder.files import replace
path, save_at, kill_at = Path(sys.argv[1]), sys.argv[2] == "save", int(sys.argv[3])
count = 0
is_saving = False
def hook(event, args):
    global count, is_saving, save_at
    if event not in {"open", "os.rename", "os.remove", "os.chmod", "os.chown", "os.link", "ctypes.dlsym"} or is_saving:
        return
    if event == "ctypes.dlsym" and args[1] == "renameat2" and save_at:
        save_at, is_saving = False, True
        path.with_name("lu1.tmp").write_bytes(b"simpanan penjual")
        path.with_name("lu1.tmp").replace(path)
        is_saving = False
    count += 1
    if count == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
try:
    replace(path, b"punya kami", expected_hash=sys.argv[4])
except Exception as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize("saving", ["save", "quiet"])
def test_killed_at_any_step_nothing_is_lost_and_nothing_is_left(workbook, saving):
    ends = []
    for kill_at in range(1, 100):
        workbook.write_bytes(OLD)
        command = [sys.executable, "-c", _CHILD, str(workbook), saving, str(kill_at), digest(OLD)]
        ended = subprocess.run(command, check=False, capture_output=True, cwd=Path(__file__).parents[2])
        had_saved = saving == "save" and (SAVED in {each.read_bytes() for each in workbook.parent.iterdir()})
        remove_leftovers(workbook.parent)
        assert names(workbook.parent) == ["stok toko.xlsx"]
        ends.append(workbook.read_bytes())
        assert ends[-1] == SAVED if had_saved else ends[-1] in {OLD, OURS}
        if ended.returncode == 0:
            break
    assert ended.returncode == 0, ended.stderr
    assert ends[0] == OLD
    assert ends[-1] == (SAVED if saving == "save" else OURS)
    assert len(ends) > 6


def test_a_displaced_save_stays_beside_a_newer_one(workbook):
    swap = workbook.with_name(f".~selaras-{digest(OURS)[:16]}-{digest(OLD)[:16]}-{workbook.name}")
    swap.write_bytes(SAVED)
    workbook.write_bytes(NEWER)
    [rescued] = remove_leftovers(workbook.parent)
    assert (rescued.read_bytes(), workbook.read_bytes()) == (SAVED, NEWER)


def test_a_displaced_save_waits_while_the_workbook_is_open(workbook):
    swap = workbook.with_name(f".~selaras-{digest(OURS)[:16]}-{digest(OLD)[:16]}-{workbook.name}")
    swap.write_bytes(SAVED)
    lock = workbook.with_name(f".~lock.{workbook.name}#")
    lock.touch()
    assert remove_leftovers(workbook.parent) == ()
    lock.unlink()
    workbook.write_bytes(OURS)
    assert remove_leftovers(workbook.parent) == (workbook,)
    assert workbook.read_bytes() == SAVED
    assert names(workbook.parent) == [workbook.name]


def test_while_another_selaras_may_be_at_work_only_old_leftovers_are_tidied(workbook):
    temporary = workbook.with_name(".~selaras-0123456789abcdef.tmp")
    temporary.touch()
    remove_leftovers(workbook.parent, older_than_s=60)
    assert temporary.exists()
    while time.time() - temporary.stat().st_ctime < 0.02:
        pass
    remove_leftovers(workbook.parent, older_than_s=0.01)
    assert not temporary.exists()


def test_files_of_others_are_no_leftovers(tmp_path):
    for name in ("lu12.tmp", ".~lock.stok.xlsx#", "~$stok.xlsx", ".~selaras-catatan.txt", "stok.xlsx"):
        (tmp_path / name).touch()
    before = names(tmp_path)
    assert remove_leftovers(tmp_path) == ()
    assert names(tmp_path) == before
    assert remove_leftovers(tmp_path / "tidak ada") == ()


def test_saves_racing_with_our_writes_are_all_kept(workbook):
    """Each save of the seller must be seen by us, or still be there, before the seller saves again."""
    problems: list[bytes] = []
    done = threading.Event()

    def seller() -> None:
        for number in range(60):
            mine = b"penjual %d" % number
            save(workbook, mine)
            for _ in range(2000):
                seen = workbook.read_bytes()
                if seen in {mine, mine + b" dibaca"}:
                    break
                time.sleep(0.001)
            else:
                problems.append(mine)
        done.set()

    thread = threading.Thread(target=seller)
    thread.start()
    while not done.is_set():
        content = workbook.read_bytes().removesuffix(b" dibaca")
        with suppress(FileChangedError, FileBusyError):
            replace(workbook, content + b" dibaca", expected_hash=digest(content))
    thread.join()
    assert problems == []
    assert [each for each in names(workbook.parent) if "Selaras" in each or each.startswith(".~")] == []


def test_a_new_file_appears_whole_with_its_folder(tmp_path):
    path = tmp_path / "pesanan" / "pesanan-2026-11-21.xlsx"
    write_new(path, OLD)
    path.chmod(0o600)
    write_new(path, OURS)
    assert path.read_bytes() == OURS
    assert path.stat().st_mode & 0o7777 == 0o600
    assert names(path.parent) == [path.name]


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "berkas").touch()
    with pytest.raises(FileRefusedError, match=r"folder\.failed"):
        write_new(tmp_path / "berkas" / "x.xlsx", OLD)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "folder.full"),
        (errno.EDQUOT, "folder.full"),
        (errno.EROFS, "folder.forbidden"),
        (errno.EACCES, "folder.forbidden"),
        (errno.ENOENT, "workbook.missing"),
        (errno.EIO, "folder.failed"),
    ],
)
def test_the_errors_of_the_system_are_put_into_our_words(tmp_path, number, code):
    with pytest.raises(FileRefusedError) as caught, in_our_words(tmp_path / "stok.xlsx"):
        raise OSError(number, os.strerror(number))
    assert (caught.value.code, caught.value.params["name"]) == (code, "stok.xlsx")


def test_a_hash_of_a_missing_file_is_a_clear_error(tmp_path):
    with pytest.raises(FileRefusedError, match=r"workbook\.missing"):
        content_hash(tmp_path / "x")


@contextmanager
def recorded(told, workbook):
    told.append(("begins", workbook.read_bytes(), len(names(workbook.parent))))
    try:
        yield
    except FileChangedError:
        told.append(("in vain", workbook.read_bytes()))
        raise
    told.append(("ends", workbook.read_bytes()))


def test_a_write_is_recorded_while_both_files_lie_there(workbook):
    told = []
    replace(workbook, OURS, expected_hash=digest(OLD), recording=recorded(told, workbook))
    assert told == [("begins", OLD, 2), ("ends", OURS)]


def test_a_write_that_was_refused_is_recorded_as_such(workbook, before_exchange):
    told = []
    before_exchange(lambda: save(workbook, SAVED))
    with pytest.raises(FileChangedError):
        replace(workbook, OURS, expected_hash=digest(OLD), recording=recorded(told, workbook))
    assert told == [("begins", OLD, 2), ("in vain", SAVED)]


@pytest.mark.parametrize(
    ("beside", "in_place", "is_unwritten"),
    [(OURS, OLD, True), (OURS, SAVED, True), (OLD, OURS, False), (SAVED, OURS, True), (SAVED, NEWER, False)],
)
def test_what_a_kill_kept_from_its_place_is_told_before_its_last_trace_goes(workbook, beside, in_place, is_unwritten):
    swap = workbook.with_name(f".~selaras-{digest(OURS)[:16]}-{digest(OLD)[:16]}-{workbook.name}")
    swap.write_bytes(beside)
    workbook.write_bytes(in_place)
    told = []

    def note(place, beginning, has_stood):
        told.append((place, beginning, has_stood, swap.exists()))
        return True

    remove_leftovers(workbook.parent, unwritten=note)
    assert told == [(workbook, digest(OURS)[:16], beside == SAVED, True)] * is_unwritten
    assert not swap.exists()


def test_the_last_trace_of_a_write_stays_until_it_is_noted_down(workbook):
    swap = workbook.with_name(f".~selaras-{digest(OURS)[:16]}-{digest(OLD)[:16]}-{workbook.name}")
    swap.write_bytes(OURS)
    remove_leftovers(workbook.parent, unwritten=lambda *_: False)
    assert swap.read_bytes() == OURS
    remove_leftovers(workbook.parent)
    assert names(workbook.parent) == [workbook.name]
