"""Folders on other machines are known by their mounts."""

from pathlib import Path

import pytest

from bridge.folder.shares import is_on_share

MOUNTS = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /srv/toko\040kita rw,relatime shared:2 - cifs //server/toko rw
31 22 0:41 / /srv/rumah rw - nfs4 server:/rumah rw
32 31 0:42 / /srv/rumah/cepat rw - tmpfs tmpfs rw
33 22 0:43 / /home/sari/Drive rw master:1 propagate_from:2 - fuse.rclone drive: rw
34 22 8:2 / /media/usb rw - fuseblk /dev/sdb1 rw
35 22 0:44 / /mnt/c rw - 9p C:\134 rw
36 22 0:45 / /srv/dua rw - nfs server:/dua rw
37 22 0:46 / /srv/dua rw - ext4 /dev/sdc rw
baris aneh
38 22 0:47 / /srv/tanpa
"""


@pytest.fixture
def mounts(tmp_path):
    path = tmp_path / "mountinfo"
    path.write_text(MOUNTS)
    return path


@pytest.mark.parametrize(
    ("folder", "is_shared"),
    [
        ("/home/lain/toko", False),
        ("/srv/toko kita", True),
        ("/srv/toko kita/stok", True),
        ("/srv/toko", False),
        ("/srv/rumah/a", True),
        ("/srv/rumah/cepat/a", False),
        ("/home/sari/Drive/toko", True),
        ("/media/usb/toko", False),
        ("/mnt/c/Users", True),
        ("/srv/dua/a", False),
    ],
)
def test_the_mount_nearest_to_a_folder_tells(mounts, folder, is_shared):
    assert is_on_share(Path(folder), mounts=mounts) is is_shared


def test_where_mounts_are_not_known_the_folder_counts_as_our_own(tmp_path):
    assert not is_on_share(tmp_path, mounts=tmp_path / "tidak ada")


def test_this_folder_is_on_this_machine(tmp_path):
    assert not is_on_share(tmp_path)
