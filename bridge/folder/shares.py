"""Which folders lie on another machine: there the kernel tells only of what this machine does to them.

The names of file systems are those of Linux (proc(5), mountinfo; 9p is Windows' own disk under WSL).
"""

import os
import re
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_SHARED = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "vboxsf", "virtiofs", "prl_fs"})
_FUSE_IS_SHARED = "fuse."
"""sshfs, rclone, Google Drive …; ``fuseblk`` is a disk of this machine."""

_OCTAL = re.compile(rb"\\([0-7]{3})")


def is_on_share(folder: Path, *, mounts: Path = _MOUNTS) -> bool:
    """Tell whether other machines can change this folder without our kernel knowing. When in doubt, no."""
    where = os.fsencode(folder.resolve())
    try:
        lines = mounts.read_bytes().splitlines()
    except OSError:
        return False
    mounted = [each for each in map(_mount, lines) if each is not None and _holds(each[0], where)]
    if not mounted:
        return False
    # Of two mounts on the same place the later one is seen.
    kind = max(enumerate(mounted), key=lambda each: (len(each[1][0]), each[0]))[1][1]
    return kind in _SHARED or kind.startswith(_FUSE_IS_SHARED)


def _mount(line: bytes) -> tuple[bytes, str] | None:
    """Read ``ID PARENT DEVICE ROOT PLACE OPTIONS … - KIND SOURCE …``; blanks in the place are written as octals."""
    before, dash, after = line.partition(b" - ")
    fields, kind = before.split(), after.split()
    if not dash or len(fields) < 5 or not kind:
        return None
    place = _OCTAL.sub(lambda found: bytes([int(found[1], 8)]), fields[4])
    return place, kind[0].decode("ascii", "replace")


def _holds(place: bytes, where: bytes) -> bool:
    return where == place or where.startswith(place.rstrip(b"/") + b"/")
