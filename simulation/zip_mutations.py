"""Damage that happens to the bytes of a zip file, by accident or on purpose."""

import struct
import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from random import Random

from simulation.workbook_seeds import FIRST_DAY, SHEET, unzipped, zipped

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_FIELDS = {
    _LOCAL: (4, 6, 8, 10, 14, 18, 22, 26, 28),
    _CENTRAL: (6, 8, 10, 16, 20, 24, 28, 30, 32, 34, 42),
    _END: (4, 8, 10, 12, 16, 20),
}
"""Where each header keeps its fields, in bytes from its mark."""
_LIES = (0, 1, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)


def flipped(content: bytes, random: Random) -> bytes:
    """Change some bytes."""
    data = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 8))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(data)


def cut(content: bytes, random: Random) -> bytes:
    """Lose the end, the start, or something in between."""
    start, end = sorted(random.randrange(len(content)) for _ in range(2))
    return random.choice((content[:end], content[start:], content[:start] + content[end:], content[: -1 - end % 30]))


def padded(content: bytes, random: Random) -> bytes:
    """Put something before, behind or into it."""
    extra = random.choice((b"\x00" * 100, b"MZ" * 40, content[:200], b"\n", _END + bytes(18)))
    at = random.choice((0, len(content), random.randrange(len(content))))
    return content[:at] + extra + content[at:]


def lying(content: bytes, random: Random) -> bytes:
    """Change one field of one header: sizes, offsets, counts, methods, flags."""
    data = bytearray(content)
    mark = random.choice((_LOCAL, _CENTRAL, _CENTRAL, _END))
    places = [at for at in range(len(data)) if data.startswith(mark, at)]
    at = min(random.choice(places) + random.choice(_FIELDS[mark]), len(data) - 4)
    wide = random.random() < 0.5
    size = "<L" if wide else "<H"
    old = struct.unpack_from(size, data, at)[0]
    lie = random.choice((*_LIES, old + 1, old - 1, old * 2)) & (0xFFFFFFFF if wide else 0xFFFF)
    struct.pack_into(size, data, at, lie)
    return bytes(data)


def doubled(content: bytes, random: Random) -> bytes:
    """List a member twice, or a second one under the same name in other letters or slashes."""
    parts = unzipped(content)
    name = random.choice([SHEET, *parts])
    out = BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        other = random.choice((name.upper(), name.replace("/", "\\"), "/" + name, name + " ", name.swapcase()))
        archive.writestr(zipfile.ZipInfo(other, FIRST_DAY), parts[name][: random.randrange(len(parts[name]))])
    return out.getvalue()


def overlapping(content: bytes, random: Random) -> bytes:
    """Let two entries of the directory share their data."""
    data = bytearray(content)
    places = [at for at in range(len(data)) if data.startswith(_CENTRAL, at)]
    one, other = random.sample(places, 2)
    first, last = random.choice(((42, 46), (16, 46), (20, 28)))
    data[one + first : one + last] = data[other + first : other + last]
    return bytes(data)


def bomb(content: bytes, random: Random) -> bytes:
    """Blow up a part with what packs well."""
    parts = unzipped(content)
    name = random.choice((SHEET, "xl/styles.xml", "xl/workbook.xml", "_rels/.rels", "xl/bom.bin"))
    filler = random.choice((b" " * (4 << 20), b"<row/>" * 400_000, b"<c/>" * 200_000, b"\x00" * (6 << 20)))
    old = parts.get(name, b"")
    at = random.choice((0, old.find(b"<row") if b"<row" in old else len(old), len(old)))
    parts[name] = old[:at] + filler + old[at:]
    return zipped(parts)


def renamed(content: bytes, random: Random) -> bytes:
    """Take parts away, or give one another's name."""
    parts = unzipped(content)
    one, other = random.sample(list(parts), 2)
    if random.random() < 0.5:
        del parts[one]
    else:
        parts[one] = parts[other]
    return zipped(parts)


ZIP_MUTATIONS: Sequence[Callable[[bytes, Random], bytes]] = (
    flipped,
    flipped,
    cut,
    padded,
    lying,
    lying,
    doubled,
    overlapping,
    bomb,
    renamed,
)
