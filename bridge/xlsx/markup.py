"""XML as rare programs write it, brought into the form our tokenizer reads: UTF-8 without comments or CDATA.

Nearly every program writes plain UTF-8 without either; then the bytes pass through as they are.
Document types and entity declarations are refused always: they can reach outside the file, or blow up.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator


class OddMarkupError(ValueError):
    """The part is not written in a way this tokenizer reads safely."""


class OddEncodingError(OddMarkupError):
    """The part is written in another encoding than UTF-8: it can be read, but not be changed in place."""


_DECLARED = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([^"']*)""")
_UTF8_BOM = b"\xef\xbb\xbf"
_MARKED = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
"""How a part begins that is written in two bytes a character (XML 1.0, appendix F)."""
_LONGEST_ASIDE = 1024 * 1024
_CLOSING = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_START = re.compile(rb"<!--|<!\[CDATA\[|<!|<\?(?!xml\s)")
_PLACE = re.compile(rb"\x00(\d+)\x00")


def encoding_of(start: bytes) -> str:
    """Tell the encoding of a part from its first bytes. Raises :class:`OddMarkupError` for one that Python lacks."""
    for mark, encoding in _MARKED:
        if start.startswith(mark):
            return encoding
    declared = _DECLARED.match(start.removeprefix(_UTF8_BOM))
    name = declared[1].decode("ascii", "replace") if declared else "utf-8"
    try:
        codec = codecs.lookup(name)
        is_ascii_inside = "<".encode(codec.name) == b"<"
    except (LookupError, UnicodeError) as error:
        raise OddMarkupError from error
    if not is_ascii_inside:
        raise OddMarkupError
    return "utf-8" if codec.name in {"utf-8", "ascii"} else codec.name


def as_utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Give a part in UTF-8, whatever it was written in."""
    stream = iter(chunks)
    first = next(stream, b"")
    encoding = encoding_of(first)
    if encoding == "utf-8":
        yield first
        yield from stream
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        yield decoder.decode(first).removeprefix("\ufeff").encode()
        for chunk in stream:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise OddMarkupError from error


def without_asides(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Leave out comments and processing instructions, and write CDATA as ordinary text."""
    return _replaced(chunks, _as_text)


class Asides:
    """Takes comments, processing instructions and CDATA out of a part, and puts them back where they were.

    In between each is a number between two zero bytes, which no XML can contain.
    """

    def __init__(self) -> None:
        self._taken: list[bytes] = []

    def taken(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Take them out of the stream."""
        return _replaced(chunks, self._take)

    def restored(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Put them back; each must lie whole in one piece."""
        for piece in pieces:
            yield _PLACE.sub(lambda found: self._taken[int(found[1])], piece) if self._taken else piece

    def _take(self, aside: bytes) -> bytes:
        self._taken.append(aside)
        return b"\x00%d\x00" % (len(self._taken) - 1)


def _replaced(chunks: Iterable[bytes], replacement: Callable[[bytes], bytes]) -> Iterator[bytes]:
    waiting = b""
    for chunk in chunks:
        if b"\x00" in chunk:
            raise OddMarkupError
        piece = waiting + chunk if waiting else chunk
        waiting = b""
        if b"!" in piece or b"?" in piece or piece.endswith(b"<"):
            piece, waiting = _cleared(piece, replacement)
        yield piece
    if waiting:
        raise OddMarkupError


def _cleared(piece: bytes, replacement: Callable[[bytes], bytes]) -> tuple[bytes, bytes]:
    """Replace the asides of a piece; gives what is done, and what must wait for the next piece to be whole."""
    out: list[bytes] = []
    done = 0
    while found := _START.search(piece, done):
        closing = _CLOSING.get(found[0])
        end = -1 if closing is None else piece.find(closing, found.end())
        if end < 0:
            break
        out += [piece[done : found.start()], replacement(piece[found.start() : end + len(closing or b"")])]
        done = end + len(closing or b"")
    cut = found.start() if found else len(piece) - piece.endswith(b"<")
    rest = piece[cut:]
    is_known = found is None or found[0] in _CLOSING or any(start.startswith(rest) for start in _CLOSING)
    if not is_known or len(rest) > _LONGEST_ASIDE:
        raise OddMarkupError
    return b"".join([*out, piece[done:cut]]), rest


def _as_text(aside: bytes) -> bytes:
    if not aside.startswith(b"<![CDATA["):
        return b""
    return aside[9:-3].replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
