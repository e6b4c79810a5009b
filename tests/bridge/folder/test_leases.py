"""Who holds a file open: by the kernel's word, and by our own lock file for the moment of a swap."""

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from bridge.errors import FileBusyError
from bridge.folder import leases
from bridge.folder.files import remove_leftovers, who_has_it_open
from bridge.folder.leases import is_in_use, libreoffice_lock, lock_held

DEAD = b"Selaras,selaras,%s,21.11.2026 18:58,selaras:4194304999;" % socket.gethostname().encode()
"""A process number that no Linux gives (the limit is 4194304)."""


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "stok toko.xlsx"
    path.write_bytes(b"lama")
    return path


def test_a_file_that_a_program_holds_open_is_in_use_without_any_lock_file(workbook):
    assert not is_in_use(workbook)
    hold = "import sys; file = open(sys.argv[1]); print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold, str(workbook)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        program.stdout.readline()
        assert is_in_use(workbook)
        program.communicate()
    assert not is_in_use(workbook)


def test_our_own_short_reading_is_waited_for(workbook):
    begun = threading.Event()

    def read():
        with workbook.open("rb"):
            begun.set()
            time.sleep(0.1)

    reader = threading.Thread(target=read)
    reader.start()
    begun.wait()
    assert not is_in_use(workbook)
    reader.join()


def test_a_file_that_is_gone_is_in_use_by_nobody(tmp_path):
    assert not is_in_use(tmp_path / "x.xlsx")


def test_who_opens_the_file_while_we_ask_neither_waits_long_nor_kills_us(workbook):
    ends = []
    hold = threading.Event()

    def ask():
        while not hold.is_set():
            ends.append(is_in_use(workbook))

    asking = threading.Thread(target=ask)
    asking.start()
    opened = subprocess.run(
        [sys.executable, "-c", "import sys\nfor _ in range(2000): open(sys.argv[1]).close()", str(workbook)],
        check=False,
        timeout=60,
    )
    hold.set()
    asking.join()
    assert opened.returncode == 0
    assert signal.getsignal(signal.SIGIO) == signal.SIG_DFL
    assert ends


def test_files_of_others_give_no_lease_and_that_is_no_obstacle(workbook, monkeypatch):
    def refuse(_descriptor, _command, _argument=0):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(leases.fcntl, "fcntl", refuse)
    assert not is_in_use(workbook)


def test_our_lock_is_there_for_the_moment_and_names_us(workbook):
    with lock_held(workbook):
        assert who_has_it_open(workbook) == "Selaras"
        assert libreoffice_lock(workbook).stat().st_mode & 0o777 == 0o644
        fields = libreoffice_lock(workbook).read_text().split(",")
        assert (len(fields), fields[2], fields[4]) == (5, socket.gethostname(), f"selaras:{os.getpid()};")
    assert who_has_it_open(workbook) is None
    assert not libreoffice_lock(workbook).exists()


@pytest.mark.parametrize("content", [b",sari,LAPTOP,21.11.2026 18:58,file:///x;", b"", b"Selaras,sari,LAPTOP,,;"])
def test_a_lock_of_somebody_else_stays_as_it_is(workbook, content):
    lock = libreoffice_lock(workbook)
    lock.write_bytes(content)
    os.utime(lock, (1, 1))
    with pytest.raises(FileBusyError), lock_held(workbook):
        pass
    assert remove_leftovers(workbook.parent) == ()
    assert lock.read_bytes() == content


def test_where_files_cannot_be_linked_our_lock_is_there_too(workbook, monkeypatch):
    def refuse(_one, _other):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    with lock_held(workbook):
        assert who_has_it_open(workbook) == "Selaras"
        with pytest.raises(FileBusyError), lock_held(workbook):
            pass
    assert [each.name for each in workbook.parent.iterdir()] == [workbook.name]


def test_a_lock_that_took_the_place_of_ours_stays(workbook):
    with lock_held(workbook):
        libreoffice_lock(workbook).write_bytes(b",sari,LAPTOP,,;")
    assert libreoffice_lock(workbook).read_bytes() == b",sari,LAPTOP,,;"


def test_what_a_killed_selaras_left_counts_for_nothing_and_goes(workbook):
    lock = libreoffice_lock(workbook)
    lock.write_bytes(DEAD)
    assert who_has_it_open(workbook) is None
    with lock_held(workbook):
        assert lock.read_bytes() != DEAD
    lock.write_bytes(DEAD)
    remove_leftovers(workbook.parent)
    assert not lock.exists()


def test_the_lock_of_a_selaras_on_another_machine_counts_until_it_is_old(workbook):
    lock = libreoffice_lock(workbook)
    lock.write_bytes(DEAD.replace(socket.gethostname().encode(), b"LAPTOP-SARI"))
    assert who_has_it_open(workbook) == "Selaras"
    assert remove_leftovers(workbook.parent) == ()
    assert lock.exists()
    hour_ago = time.time() - 3600
    os.utime(lock, (hour_ago, hour_ago))
    assert who_has_it_open(workbook) is None


def test_excels_lock_counts_beside_a_dead_one_of_ours(workbook):
    libreoffice_lock(workbook).write_bytes(DEAD)
    workbook.with_name(f"~${workbook.name}").write_bytes(b"\x04Sari")
    assert who_has_it_open(workbook) == "Sari"
