"""The zip file around a workbook: proves that it is whole, and rewrites single members of it.

Members that do not change are copied as they lie in the file, byte for byte, because every program
packs in its own way and no other program needs to notice us (PKWARE APPNOTE 6.3.10, 4.3 and 4.4).
"""

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from bridge.errors import FileRefusedError
from bridge.xlsx.directory import CENTRAL, END, END_MARK, Entry, end_record, entries, normal_name
from bridge.xlsx.fingerprint import Figures, Fingerprint, fingerprint_of

_LOCAL = struct.Struct("<4s5H3L2H")
_OLE = b"\xd0\xcf\x11\xe0"
_DEFLATE_HINTS_AND_DESCRIPTOR = 0x000E
_FIRST_DAY = 0x0021
"""1 January 1980 in DOS form, where zip's calendar begins."""

MAY_BE_UNFINISHED = frozenset(
    {
        "workbook.zero_bytes",
        "workbook.truncated",
        "workbook.damaged_zip",
        "workbook.bad_crc",
        "workbook.not_zip",
        "workbook.csv_quotes",
    }
)
"""What a file that somebody is still writing looks like."""

MAX_FILE_BYTES = 256 * 1024 * 1024
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside the zip. ``start`` to ``end`` is all of it: header, data, descriptor, padding."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    start: int
    data: int
    end: int
    central: bytes


class Archive:
    """A whole, plain zip file held in memory. ``name`` is what error messages call it.

    ``consulted`` remembers what was asked of it: CRC and size of each member that was unpacked, ``None``
    for each that was looked for in vain. Raises :class:`~bridge.errors.FileRefusedError` for whatever is
    damaged, encrypted, oversized or of a kind we would not be able to write back.
    """

    def __init__(self, content: bytes, name: str) -> None:
        self.content = content
        self.name = name
        self.consulted: dict[str, Figures | None] = {}
        self._refuse_other_files()
        end = end_record(content, len(content), name)
        listed = entries(content[end.start : end.start + end.length], end.count, name)
        self._comment_from = end.comment
        self.fingerprint: Fingerprint = fingerprint_of(listed)
        self.members = self._members(listed, end.start)
        self._unproven = {member.name for member in self.members}
        self._by_name: dict[str, Member] = {}
        for member in self.members:
            if self._by_name.setdefault(normal_name(member.name), member) is not member:
                raise self._refused("workbook.damaged_zip")

    def find(self, name: str) -> Member | None:
        """Find a member the way Excel does: no case, either slash."""
        found = self._by_name.get(normal_name(name))
        if found is None:
            self.consulted[normal_name(name)] = None
        return found

    def read(self, member: Member) -> bytes:
        """Unpack a member whole."""
        return b"".join(self.stream(member))

    def stream(self, member: Member) -> Iterator[bytes]:
        """Unpack a member piece by piece; length and CRC are checked when the last piece was taken."""
        self.consulted[normal_name(member.name)] = member.crc, member.size
        return self._checked(member)

    def prove(self) -> None:
        """Check the CRC of every member that was not streamed to its end yet."""
        for member in self.members:
            if member.name in self._unproven:
                for _ in self._checked(member):
                    pass

    def raw(self, member: Member) -> memoryview:
        """Give a member as it lies in the file: header, packed data, descriptor, padding."""
        return memoryview(self.content)[member.start : member.end]

    def rewritten(self, replaced: Mapping[str, Iterable[bytes]]) -> bytes:
        """Build the same zip with other data in the members named; everything else is copied raw.

        Names that the zip does not have become new members at its end.
        """
        out = BytesIO()
        central: dict[str, bytes] = {}
        for member in sorted(self.members, key=lambda each: each.start):
            offset = out.tell()
            if member.name in replaced:
                entry = self._repacked(member, replaced[member.name], out)
            else:
                out.write(self.raw(member))
                entry = member.central
            central[member.name] = entry[:42] + struct.pack("<L", offset) + entry[46:]
        known = {member.name for member in self.members}
        added = [_added(name, pieces, out) for name, pieces in replaced.items() if name not in known]
        start = out.tell()
        out.writelines((*(central[member.name] for member in self.members), *added))
        count = len(self.members) + len(added)
        comment = self.content[self._comment_from :]
        out.write(END.pack(END_MARK, 0, 0, count, count, out.tell() - start, start, len(comment)) + comment)
        return out.getvalue()

    def _repacked(self, member: Member, pieces: Iterable[bytes], out: BytesIO) -> bytes:
        """Append a member with new data; its name, date and attributes stay. Returns its directory entry."""
        header = list(_LOCAL.unpack_from(self.content, member.start))
        name = self.content[member.start + _LOCAL.size : member.start + _LOCAL.size + header[9]]
        flags = member.flags & ~_DEFLATE_HINTS_AND_DESCRIPTOR
        header[2:4], header[10] = [flags, 8], 0
        figures = _packed(header, name, pieces, out)
        entry = list(CENTRAL.unpack_from(member.central))
        entry[3:5], entry[7:10] = [flags, 8], figures
        return CENTRAL.pack(*entry) + member.central[CENTRAL.size :]

    def _checked(self, member: Member) -> Iterator[bytes]:
        crc = size = 0
        try:
            for piece in self._unpacked(member):
                crc, size = zlib.crc32(piece, crc), size + len(piece)
                if size > member.size:
                    break
                yield piece
        except zlib.error as error:
            raise self._refused("workbook.bad_crc", part=member.name) from error
        if size != member.size or crc != member.crc:
            raise self._refused("workbook.bad_crc", part=member.name)
        self._unproven.discard(member.name)

    def _unpacked(self, member: Member) -> Iterator[bytes]:
        packed = memoryview(self.content)[member.data : member.data + member.packed]
        if member.method == 0:
            for at in range(0, len(packed), _PIECE):
                yield bytes(packed[at : at + _PIECE])
            return
        unpacker = zlib.decompressobj(-15)
        for at in range(0, len(packed), _PIECE):
            waiting = bytes(packed[at : at + _PIECE])
            while waiting and not unpacker.eof:
                yield unpacker.decompress(waiting, _PIECE)
                waiting = unpacker.unconsumed_tail
        yield unpacker.flush()
        if not unpacker.eof:
            raise self._refused("workbook.bad_crc", part=member.name)

    def _members(self, listed: list[Entry], directory: int) -> tuple[Member, ...]:
        """Join directory entries with the local headers; the members must fill the file without gap or overlap."""
        offsets = sorted(entry.start for entry in listed)
        ends = dict(zip(offsets, [*offsets[1:], directory], strict=True))
        if not offsets or offsets[0] != 0 or len(ends) != len(listed):
            raise self._refused("workbook.damaged_zip")
        return tuple(self._member(entry, ends[entry.start]) for entry in listed)

    def _member(self, entry: Entry, end: int) -> Member:
        start = entry.start
        if start + _LOCAL.size > end or self.content[start : start + 4] != b"PK\x03\x04":
            raise self._refused("workbook.damaged_zip")
        name_length, extra_length = _LOCAL.unpack_from(self.content, start)[9:11]
        data = start + _LOCAL.size + name_length + extra_length
        local_name = self.content[start + _LOCAL.size : start + _LOCAL.size + name_length]
        if local_name != entry.raw_name or data + entry.packed > end:
            raise self._refused("workbook.damaged_zip")
        figures = entry.flags, entry.method, entry.crc, entry.packed, entry.size
        return Member(entry.name, *figures, start, data, end, entry.central)

    def _refuse_other_files(self) -> None:
        """Say what lies there instead of a zip; the words differ, because the cures do."""
        if not self.content:
            raise self._refused("workbook.zero_bytes")
        if not any(self.content):  # room that was made for what is still to come
            raise self._refused("workbook.truncated")
        if self.content.startswith(_OLE):
            is_encrypted = "EncryptedPackage".encode("utf-16-le") in self.content
            raise self._refused("workbook.encrypted" if is_encrypted else "workbook.old_format")
        if not self.content.startswith(b"PK"):
            raise self._refused("workbook.not_zip")

    def _refused(self, code: str, **params: str) -> FileRefusedError:
        return FileRefusedError(code, name=self.name, **params)


def _packed(header: list[Any], name: bytes, pieces: Iterable[bytes], out: BytesIO) -> tuple[int, int, int]:
    """Append a member deflated, its header filled in; gives its CRC, its packed and its plain size."""
    offset = out.tell()
    out.write(bytes(_LOCAL.size) + name)
    begin = out.tell()
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    crc = size = 0
    for piece in pieces:
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        out.write(packer.compress(piece))
    out.write(packer.flush())
    end = out.tell()
    figures = crc, end - begin, size
    header[6:9] = figures
    out.seek(offset)
    out.write(_LOCAL.pack(*header))
    out.seek(end)
    return figures


def _added(name: str, pieces: Iterable[bytes], out: BytesIO) -> bytes:
    """Append a new member; gives its directory entry. It bears the date that programs write who have none to tell."""
    raw = name.encode("ascii")
    offset = out.tell()
    header = [b"PK\x03\x04", 20, 0, 8, 0, _FIRST_DAY, 0, 0, 0, len(raw), 0]
    figures = _packed(header, raw, pieces, out)
    return CENTRAL.pack(b"PK\x01\x02", 20, *header[1:6], *figures, len(raw), 0, 0, 0, 0, 0, offset) + raw
