"""A sheet part as a stream of whole rows, and the cells inside a row. The reader and the patcher share it.

Bytes that nobody asks about are never re-serialised, so odd spacing, prefixes, attribute order and
unknown extensions pass through. Markup that a byte tokenizer could misread (comments, CDATA, document
types, other encodings) is refused instead.
"""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_SHEET_DATA = re.compile(rb"<(?:([A-Za-z_][\w.\-]*):)?sheetData\s*(/?)>")
_ENCODING = re.compile(rb"""^<\?xml[^>]*?encoding=["']([^"']*)""")
_LETTERS = {chr(ord("A") + index): index + 1 for index in range(26)}
ATTRIBUTES = rb"""(?:[^>"']|"[^"]*"|'[^']*')*?"""
LAST_COLUMN = 16_384
LAST_ROW = 1_048_576


class OddMarkupError(ValueError):
    """The part is not written in a way this tokenizer reads safely."""


@dataclass(frozen=True, slots=True)
class Tags:
    """Patterns for one namespace prefix (empty for nearly all programs)."""

    prefix: bytes
    row: re.Pattern[bytes]
    cell: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    value: re.Pattern[bytes]
    text: re.Pattern[bytes]
    phonetic: re.Pattern[bytes]
    row_end: bytes
    data_end: bytes


@lru_cache(maxsize=16)
def tags_for(prefix: bytes) -> Tags:
    """Compile the patterns for a prefix such as ``b"x:"``."""
    p = re.escape(prefix)
    return Tags(
        prefix=prefix,
        row=re.compile(rb"""<%srow(?=[\s/>])(?:\s+r=["'](\d+)["'])?([^>]*)>""" % p),
        cell=re.compile(
            rb"""<%sc(?=[\s/>])(?:\s+r="([A-Z]{1,3})\d+")?([^>]*?)(?:/>|>(.*?)</%sc\s*>)""" % (p, p), re.DOTALL
        ),
        formula=re.compile(rb"<%sf(?=[\s/>])([^>]*?)(?:/>|>(.*?)</%sf\s*>)" % (p, p), re.DOTALL),
        value=re.compile(rb"<%sv(?:\s[^>]*?)?(?:/>|>(.*?)</%sv\s*>)" % (p, p), re.DOTALL),
        text=re.compile(rb"<%st(?:\s[^>]*?)?(?:/>|>(.*?)</%st\s*>)" % (p, p), re.DOTALL),
        phonetic=re.compile(rb"<%srPh(?=[\s/>]).*?</%srPh\s*>" % (p, p), re.DOTALL),
        row_end=b"</%srow" % prefix,
        data_end=b"</%ssheetData" % prefix,
    )


@dataclass(frozen=True, slots=True)
class Head:
    """Everything up to and including the start tag of the sheet data."""

    data: bytes
    tags: Tags


@dataclass(frozen=True, slots=True)
class Rows:
    """Some whole rows."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Tail:
    """The end tag of the sheet data and everything after it."""

    data: bytes


def pieces(chunks: Iterable[bytes]) -> Iterator[Head | Rows | Tail]:
    """Cut a sheet part into its head, blocks of whole rows, and its tail. Raises :class:`OddMarkupError`."""
    stream = iter(chunks)
    head, waiting = _head(stream)
    yield head
    row_start = b"<%srow" % head.tags.prefix
    while True:
        end = waiting.find(head.tags.data_end)
        if end >= 0:
            break
        cut = waiting.rfind(row_start)
        if cut > 0:
            yield Rows(_plain(waiting[:cut]))
            waiting = waiting[cut:]
        chunk = next(stream, None)
        if chunk is None:
            raise OddMarkupError
        waiting += chunk
    if end:
        yield Rows(_plain(waiting[:end]))
    yield Tail(_plain(b"".join([waiting[end:], *stream])))


def _head(stream: Iterator[bytes]) -> tuple[Head, bytes]:
    """Read up to the sheet data; an empty ``<sheetData/>`` is opened."""
    buffer = b""
    for chunk in stream:
        buffer += chunk
        found = _SHEET_DATA.search(buffer)
        if found:
            break
    else:
        raise OddMarkupError
    data = _plain(buffer[: found.end()])
    encoding = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
    if encoding and encoding[1].lower() not in {b"utf-8", b"us-ascii", b"ascii"}:
        raise OddMarkupError
    prefix = found[1] + b":" if found[1] else b""
    rest = buffer[found.end() :]
    if found[2]:
        data = buffer[: found.start()] + b"<%ssheetData>" % prefix
        rest = b"</%ssheetData>" % prefix + rest
    return Head(data, tags_for(prefix)), rest


def _plain(data: bytes) -> bytes:
    if b"<!" in data:
        raise OddMarkupError
    return data


class RowSpan(NamedTuple):
    """Where one row lies in its block."""

    number: int
    start: int
    end: int


def rows_in(block: bytes, tags: Tags, *, after: int) -> Iterator[RowSpan]:
    """Find the rows of a block. ``after`` is the number of the row before it; numbers must rise."""
    found = tags.row.search(block)
    while found:
        number = _row_number(found, after)
        following = tags.row.search(block, found.end())
        yield RowSpan(number, found.start(), following.start() if following else len(block))
        found, after = following, number


def _row_number(found: re.Match[bytes], previous: int) -> int:
    given = found[1] or attribute(found[2], b"r")
    number = previous + 1 if given is None else int(given) if given.isdigit() else 0
    if not previous < number <= LAST_ROW:
        raise OddMarkupError
    return number


class CellSpan(NamedTuple):
    """One cell in its row: ``column`` counts from 1; ``attributes`` leave out a leading ``r``."""

    column: int
    start: int
    end: int
    attributes: bytes
    inner: bytes


def cells_in(
    block: bytes, tags: Tags, start: int, end: int, *, only: Container[int] | None = None
) -> Iterator[CellSpan]:
    """Find the cells between two offsets, or those in ``only`` some columns.

    A cell without ``r`` follows the one before it.
    """
    column = 0
    for found in tags.cell.finditer(block, start, end):
        column = _cell_column(found[1], found[2], column)
        if only is None or column in only:
            yield CellSpan(column, found.start(), found.end(), found[2], found[3] or b"")


def _cell_column(letters: bytes | None, attributes: bytes, previous: int) -> int:
    if letters is None:
        reference = attribute(attributes, b"r")
        if reference is None:
            return previous + 1
        letters = reference.rstrip(b"0123456789")
    column = column_number(letters)
    if column <= previous:
        raise OddMarkupError
    return column


@lru_cache(maxsize=512)
def column_number(letters: bytes) -> int:
    """Count a column from 1: ``b"A"`` is 1, ``b"AA"`` is 27."""
    number = 0
    for letter in letters.decode("ascii", "replace").upper():
        number = number * 26 + _LETTERS.get(letter, LAST_COLUMN)
    if not 0 < number <= LAST_COLUMN:
        raise OddMarkupError
    return number


def column_letters(number: int) -> str:
    """Give the letters of a column counted from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """Give the name a seller knows a cell by, such as ``C5``."""
    return f"{column_letters(column)}{row}"


@lru_cache(maxsize=4096)
def attribute(attributes: bytes, name: bytes) -> bytes | None:
    """Find one attribute in the inside of a tag."""
    found = re.search(rb"""(?:^|\s)%s\s*=\s*(?:"([^"]*)"|'([^']*)')""" % re.escape(name), attributes)
    if not found:
        return None
    return found[1] if found[1] is not None else found[2]


_ENTITY = re.compile(r"&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|(\w+));")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}[_\x00-\x08\x0b-\x1f\ufffe\uffff])")


def unescaped(raw: bytes) -> str:
    """Decode text content: UTF-8, entities, line ends, and Excel's ``_x000D_`` (ECMA-376 part 1, 22.9.2.19)."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise OddMarkupError from error
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    if "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _entity(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name:
        if name not in _ENTITIES:
            raise OddMarkupError
        return _ENTITIES[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if code > 0x10FFFF:
        raise OddMarkupError
    return chr(code)


def escaped(text: str) -> bytes:
    """Encode text content so that :func:`unescaped` gives it back, control characters included."""
    text = _LOOKS_ESCAPED.sub("_x005F_", text)
    text = _FORBIDDEN.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode("utf-8")


def joined_text(raw: bytes, tags: Tags) -> str:
    """Join the runs of a rich text; phonetic guides are not part of what was typed."""
    if tags.prefix + b"rPh" in raw:
        raw = tags.phonetic.sub(b"", raw)
    return "".join(unescaped(each or b"") for each in tags.text.findall(raw))
