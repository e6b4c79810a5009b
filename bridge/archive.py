"""The zip file around a workbook: proves that it is whole, and rewrites single members of it.

Members that do not change are copied as they lie in the file, byte for byte, because every program
packs in its own way and no other program needs to notice us (PKWARE APPNOTE 6.3.10, 4.3 and 4.4).
"""

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bridge.errors import FileRefusedError

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_ZIP64_LOCATOR = b"PK\x06\x07"
_OLE = b"\xd0\xcf\x11\xe0"
_LONGEST_COMMENT = 0xFFFF

_IS_ENCRYPTED = 0x0001
_IS_UTF8 = 0x0800
_DEFLATE_HINTS_AND_DESCRIPTOR = 0x000E

MAY_BE_UNFINISHED = frozenset(
    {"workbook.zero_bytes", "workbook.truncated", "workbook.damaged_zip", "workbook.bad_crc", "workbook.not_zip"}
)
"""What a file that somebody is still writing looks like."""

MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_MEMBER_BYTES = 1024 * 1024 * 1024
MAX_RATIO = 400
_RATIO_COUNTS_FROM = 1024 * 1024
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

    Raises :class:`~bridge.errors.FileRefusedError` for whatever is damaged, encrypted, oversized or
    of a kind we would not be able to write back.
    """

    def __init__(self, content: bytes, name: str) -> None:
        self.content = content
        self.name = name
        self._comment_from = 0
        self.members = self._directory()
        self._unproven = {member.name for member in self.members}
        self._by_name: dict[str, Member] = {}
        for member in self.members:
            if self._by_name.setdefault(normal_name(member.name), member) is not member:
                raise self._refused("workbook.damaged_zip")

    def find(self, name: str) -> Member | None:
        """Find a member the way Excel does: no case, either slash."""
        return self._by_name.get(normal_name(name))

    def read(self, member: Member) -> bytes:
        """Unpack a member whole."""
        return b"".join(self.stream(member))

    def stream(self, member: Member) -> Iterator[bytes]:
        """Unpack a member piece by piece; length and CRC are checked when the last piece was taken."""
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

    def prove(self) -> None:
        """Check the CRC of every member that was not streamed to its end yet."""
        for member in self.members:
            if member.name in self._unproven:
                for _ in self.stream(member):
                    pass

    def rewritten(self, replaced: Mapping[str, Iterable[bytes]]) -> bytes:
        """Build the same zip with other data in the members named; everything else is copied raw."""
        out = bytearray()
        entries: dict[str, bytes] = {}
        for member in sorted(self.members, key=lambda each: each.start):
            offset = len(out)
            if member.name in replaced:
                central = self._repacked(member, replaced[member.name], out)
            else:
                out += memoryview(self.content)[member.start : member.end]
                central = member.central
            entries[member.name] = central[:42] + struct.pack("<L", offset) + central[46:]
        start = len(out)
        for member in self.members:
            out += entries[member.name]
        count = len(self.members)
        comment = self.content[self._comment_from :]
        out += _END.pack(_END_MARK, 0, 0, count, count, len(out) - start, start, len(comment)) + comment
        return bytes(out)

    def _repacked(self, member: Member, pieces: Iterable[bytes], out: bytearray) -> bytes:
        """Append a member with new data; its name, date and attributes stay. Returns its directory entry."""
        header = list(_LOCAL.unpack_from(self.content, member.start))
        name = self.content[member.start + _LOCAL.size : member.start + _LOCAL.size + header[9]]
        offset = len(out)
        out += bytes(_LOCAL.size) + name
        begin = len(out)
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        crc = size = 0
        for piece in pieces:
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            out += packer.compress(piece)
        out += packer.flush()
        flags = member.flags & ~_DEFLATE_HINTS_AND_DESCRIPTOR
        figures = (crc, len(out) - begin, size)
        header[2:4], header[6:9], header[10] = [flags, 8], figures, 0
        _LOCAL.pack_into(out, offset, *header)
        entry = list(_CENTRAL.unpack_from(member.central))
        entry[3:5], entry[7:10] = [flags, 8], figures
        return _CENTRAL.pack(*entry) + member.central[_CENTRAL.size :]

    def _unpacked(self, member: Member) -> Iterator[bytes]:
        packed = memoryview(self.content)[member.data : member.data + member.packed]
        if member.method == 0:
            yield bytes(packed)
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

    def _directory(self) -> tuple[Member, ...]:
        end = self._end_record()
        _, disk, first_disk, here, count, length, start, _ = _END.unpack_from(self.content, end)
        if self.content[end - 20 : end - 16] == _ZIP64_LOCATOR or 0xFFFFFFFF in {length, start}:
            raise self._refused("workbook.zip64")
        if disk or first_disk or here != count or start + length != end:
            raise self._refused("workbook.damaged_zip")
        entries = []
        at = start
        for _ in range(count):
            if at + _CENTRAL.size > end or self.content[at : at + 4] != b"PK\x01\x02":
                raise self._refused("workbook.damaged_zip")
            fields = _CENTRAL.unpack_from(self.content, at)
            following = at + _CENTRAL.size + sum(fields[10:13])
            entries.append((fields, self.content[at:following]))
            at = following
        if at != end:
            raise self._refused("workbook.damaged_zip")
        return self._members(entries, start)

    def _members(self, entries: list[tuple[tuple[int, ...], bytes]], directory: int) -> tuple[Member, ...]:
        """Join directory entries with the local headers; the members must fill the file without gap or overlap."""
        offsets = sorted(fields[16] for fields, _ in entries)
        ends = dict(zip(offsets, [*offsets[1:], directory], strict=True))
        if not offsets or offsets[0] != 0 or len(ends) != len(entries):
            raise self._refused("workbook.damaged_zip")
        return tuple(self._member(fields, central, ends[fields[16]]) for fields, central in entries)

    def _member(self, fields: tuple[int, ...], central: bytes, end: int) -> Member:
        flags, method, crc, packed, size = fields[3], fields[4], *fields[7:10]
        start = fields[16]
        raw_name = central[_CENTRAL.size : _CENTRAL.size + fields[10]]
        name = raw_name.decode("utf-8" if flags & _IS_UTF8 else "cp437", "replace")
        if start + _LOCAL.size > end or self.content[start : start + 4] != b"PK\x03\x04":
            raise self._refused("workbook.damaged_zip")
        name_length, extra_length = _LOCAL.unpack_from(self.content, start)[9:11]
        data = start + _LOCAL.size + name_length + extra_length
        local_name = self.content[start + _LOCAL.size : start + _LOCAL.size + name_length]
        if flags & _IS_ENCRYPTED:
            raise self._refused("workbook.encrypted")
        if 0xFFFFFFFF in {packed, size}:
            raise self._refused("workbook.zip64")
        if local_name != raw_name or data + packed > end or method not in {0, 8}:
            raise self._refused("workbook.damaged_zip")
        is_bomb = size > _RATIO_COUNTS_FROM and size > packed * MAX_RATIO
        if size > MAX_MEMBER_BYTES or is_bomb:
            raise self._refused("workbook.too_big")
        return Member(name, flags, method, crc, packed, size, start, data, end, central)

    def _end_record(self) -> int:
        """Find the end record; the words for what lies there instead differ, because the cures do."""
        content = self.content
        if not content:
            raise self._refused("workbook.zero_bytes")
        if content.startswith(_OLE):
            is_encrypted = "EncryptedPackage".encode("utf-16-le") in content
            raise self._refused("workbook.encrypted" if is_encrypted else "workbook.old_format")
        if not content.startswith(b"PK"):
            raise self._refused("workbook.not_zip")
        end = content.rfind(_END_MARK, max(0, len(content) - _END.size - _LONGEST_COMMENT))
        if end < 0 or end + _END.size > len(content):
            raise self._refused("workbook.truncated")
        self._comment_from = end + _END.size
        if self._comment_from + _END.unpack_from(content, end)[7] != len(content):
            raise self._refused("workbook.truncated")
        return end

    def _refused(self, code: str, **params: str) -> FileRefusedError:
        return FileRefusedError(code, name=self.name, **params)


def normal_name(name: str) -> str:
    """Give the form in which two member names are compared."""
    return name.replace("\\", "/").lstrip("/").casefold()
