"""The directory at the end of a zip file: what it holds, without unpacking any of it (PKWARE APPNOTE 6.3.10, 4.3)."""

import struct
from dataclasses import dataclass

from bridge.errors import FileRefusedError

CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
END_MARK = b"PK\x05\x06"
LONGEST_END = END.size + 0xFFFF
"""The end record with the longest comment it can carry."""
_ZIP64_LOCATOR = b"PK\x06\x07"
_IS_ENCRYPTED = 0x0001
_IS_UTF8 = 0x0800

MAX_MEMBER_BYTES = 1024 * 1024 * 1024
MAX_RATIO = 400
_RATIO_COUNTS_FROM = 1024 * 1024
_NEWEST_VERSION = 63
"""What a member may ask of a program that unpacks it, times ten (4.4.3.2); other readers refuse the file beyond it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the directory says of one member; ``start`` is where its local header lies, ``central`` the entry itself."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    start: int
    central: bytes


@dataclass(frozen=True, slots=True)
class EndRecord:
    """Where the directory lies in the file, how many members it lists, and where the zip's comment begins."""

    start: int
    length: int
    count: int
    comment: int


def end_record(tail: bytes, size: int, name: str) -> EndRecord:
    """Find the end record in the last bytes of a file of ``size`` bytes; ``name`` is what errors call the file."""
    at = tail.rfind(END_MARK, max(0, len(tail) - LONGEST_END))
    if at < 0 or at + END.size > len(tail):
        raise FileRefusedError("workbook.truncated", name=name)
    _, disk, first_disk, here, count, length, start, comment = END.unpack_from(tail, at)
    if at + END.size + comment != len(tail):
        raise FileRefusedError("workbook.truncated", name=name)
    if tail[max(0, at - 20) : max(0, at - 16)] == _ZIP64_LOCATOR or 0xFFFFFFFF in {length, start}:
        raise FileRefusedError("workbook.zip64", name=name)
    end = size - len(tail) + at
    if disk or first_disk or here != count or start + length != end:
        raise FileRefusedError("workbook.damaged_zip", name=name)
    return EndRecord(start, length, count, end + END.size)


def entries(central: bytes, count: int, name: str) -> list[Entry]:
    """List the members of a whole directory in its order, refusing what we could not write back or unpack safely."""
    found = []
    at = 0
    for _ in range(count):
        if at + CENTRAL.size > len(central) or central[at : at + 4] != b"PK\x01\x02":
            raise FileRefusedError("workbook.damaged_zip", name=name)
        fields = CENTRAL.unpack_from(central, at)
        following = at + CENTRAL.size + sum(fields[10:13])
        found.append(_entry(fields, central[at:following], name))
        at = following
    if at != len(central):
        raise FileRefusedError("workbook.damaged_zip", name=name)
    return found


def _entry(fields: tuple[int, ...], central: bytes, file: str) -> Entry:
    flags, method, crc, packed, size = fields[3], fields[4], *fields[7:10]
    raw_name = central[CENTRAL.size : CENTRAL.size + fields[10]]
    if flags & _IS_ENCRYPTED:
        raise FileRefusedError("workbook.encrypted", name=file)
    if 0xFFFFFFFF in {packed, size}:
        raise FileRefusedError("workbook.zip64", name=file)
    if method not in {0, 8} or fields[2] & 0xFF > _NEWEST_VERSION:
        raise FileRefusedError("workbook.damaged_zip", name=file)
    is_bomb = size > _RATIO_COUNTS_FROM and size > packed * MAX_RATIO
    if size > MAX_MEMBER_BYTES or is_bomb:
        raise FileRefusedError("workbook.too_big", name=file)
    name = raw_name.decode("utf-8" if flags & _IS_UTF8 else "cp437", "replace")
    return Entry(name, raw_name, flags, method, crc, packed, size, fields[16], central)


def normal_name(name: str) -> str:
    """Give the form in which two member names are compared."""
    return name.replace("\\", "/").lstrip("/").casefold()
