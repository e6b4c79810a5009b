"""A sheet part as a stream of whole rows, and the cells inside a row. The reader and the patcher share it.

Bytes that nobody asks about are never re-serialised, so odd spacing, prefixes, attribute order and
unknown extensions pass through. What a byte tokenizer could misread (comments, CDATA, other encodings)
is taken out beforehand: :mod:`bridge.xlsx.markup`.
"""

import re
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from bridge.xlsx.markup import OddMarkupError

_SHEET_DATA = re.compile(rb"<(?:([A-Za-z_][\w.\-]*):)?sheetData\s*(/?)>")
_LETTERS = {chr(ord("A") + index): index + 1 for index in range(26)}
ATTRIBUTES = rb"""(?:[^>"']|"[^"]*"|'[^']*')*?"""
LAST_COLUMN = 16_384
LAST_ROW = 1_048_576
_LONGEST_PIECE = 32 * 1024 * 1024
"""No row, and nothing before the rows, is anywhere near this long; what is would be searched again and again."""


@dataclass(frozen=True, slots=True)
class Tags:
    """Patterns for one namespace prefix (empty for nearly all programs)."""

    prefix: bytes
    row: re.Pattern[bytes]
    cell: re.Pattern[bytes]
    cell_name: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    value: re.Pattern[bytes]
    text: re.Pattern[bytes]
    phonetic: re.Pattern[bytes]
    plain_cell: re.Pattern[bytes]
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
            rb'<%sc(?=[\s/>])(?:\s+r="([A-Z]{1,3})(\d{1,7})")?((?:[^>/]++|/(?!>))*+)'
            rb"(?:/>|>((?:[^<]++|<(?!/%sc\s*>))*+)</%sc\s*>)" % (p, p, p)
        ),
        cell_name=re.compile(rb'<%sc r="([A-Z]{1,3})\d{1,7}"' % p),
        formula=re.compile(rb"<%sf(?=[\s/>])([^>]*?)(?:/>|>(.*?)</%sf\s*>)" % (p, p), re.DOTALL),
        value=re.compile(rb"<%sv(?:\s%s)?(?:/>|>(.*?)</%sv\s*>)" % (p, ATTRIBUTES, p), re.DOTALL),
        text=re.compile(rb"<%st(?:\s%s)?(?:/>|>(.*?)</%st\s*>)" % (p, ATTRIBUTES, p), re.DOTALL),
        phonetic=re.compile(rb"<%srPh(?=[\s/>]).*?</%srPh\s*>" % (p, p), re.DOTALL),
        plain_cell=re.compile(
            rb'(?: s="(\d++)")?(?: t="(?:s"><%sv>(\d++)</%sv>|inlineStr"><%sis><%st>([^<]*+)</%st></%sis>)'
            rb'|(?: t="n")?><%sv>(\d{1,9}+)</%sv>)</%sc>' % ((p,) * 9)
        ),
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
    row_start, data_end = b"<%srow" % head.tags.prefix, head.tags.data_end
    seen = 0
    while (end := waiting.find(data_end, seen)) < 0:
        cut = waiting.rfind(row_start, max(1, seen))
        if cut > 0:
            yield Rows(waiting[:cut])
            waiting = waiting[cut:]
        seen = max(0, len(waiting) - len(data_end))
        chunk = next(stream, None)
        if chunk is None or len(waiting) > _LONGEST_PIECE:
            raise OddMarkupError
        waiting += chunk
    if end:
        yield Rows(waiting[:end])
    yield Tail(b"".join([waiting[end:], *stream]))


def _head(stream: Iterator[bytes]) -> tuple[Head, bytes]:
    """Read up to the sheet data; an empty ``<sheetData/>`` is opened."""
    buffer = b""
    for chunk in stream:
        buffer += chunk
        found = _SHEET_DATA.search(buffer)
        if found:
            break
        if len(buffer) > _LONGEST_PIECE:
            raise OddMarkupError
    else:
        raise OddMarkupError
    data = buffer[: found.end()]
    prefix = found[1] + b":" if found[1] else b""
    rest = buffer[found.end() :]
    if found[2]:
        data = buffer[: found.start()] + b"<%ssheetData>" % prefix
        rest = b"</%ssheetData>" % prefix + rest
    return Head(data, tags_for(prefix)), rest


class RowSpan(NamedTuple):
    """Where one row lies in its block."""

    number: int
    start: int
    end: int


def rows_in(block: bytes, tags: Tags, *, after: int, start: int = 0) -> Iterator[RowSpan]:
    """Find the rows of a block from ``start`` on. ``after`` is the number of the row before; numbers must rise."""
    found = tags.row.search(block, start)
    while found:
        number = _row_number(found, after)
        following = tags.row.search(block, found.end())
        yield RowSpan(number, found.start(), following.start() if following else len(block))
        found, after = following, number


def rows_near(block: bytes, tags: Tags, *, after: int, numbers: Sequence[int]) -> Iterator[RowSpan]:
    """Find the rows of these (rising) ``numbers``, the row before each, and the last row of the block.

    Other rows are jumped over, unproven. Where a row is not found at once, all rows of the block are yielded.
    """
    start = b"<%srow" % tags.prefix
    last = _span_at(block, tags, block.rfind(start))
    spans = []
    at = 0
    for number in [] if last is None else numbers[bisect_right(numbers, after) : bisect_right(numbers, last.number)]:
        found = block.find(b'%s r="%d"' % (start, number), at)
        before = block.rfind(start, at, max(found, 0))
        spans += [_span_at(block, tags, each) for each in (before, found) if each >= 0]
        at = found if found >= 0 else len(block)
    if last is None or None in spans or at == len(block):
        yield from rows_in(block, tags, after=after)
        return
    yield from dict.fromkeys(span for span in (*spans, last) if span is not None)


def _span_at(block: bytes, tags: Tags, start: int) -> RowSpan | None:
    """Take the row that starts at this offset and names its number."""
    found = tags.row.match(block, start) if start >= 0 else None
    if found is None or not found[1]:
        return None
    end = block.find(b"<%srow" % tags.prefix, found.end())
    return RowSpan(int(found[1]), start, end if end >= 0 else len(block))


def _row_number(found: re.Match[bytes], previous: int) -> int:
    given = found[1] or attribute(found[2], b"r")
    number = previous + 1 if given is None else int(given) if given.isdigit() else 0
    if not previous < number <= LAST_ROW:
        raise OddMarkupError
    return number


class CellSpan(NamedTuple):
    """One cell in its row: ``column`` counts from 1; ``attributes`` leave out a leading ``r``.

    ``row`` is the row that its reference names, if it has one.
    """

    column: int
    start: int
    end: int
    attributes: bytes
    inner: bytes
    row: int | None = None


def cells_in(
    block: bytes, tags: Tags, start: int, end: int, *, only: Container[int] | None = None
) -> Iterator[CellSpan]:
    """Find the cells between two offsets, or those in ``only`` some columns.

    A cell without ``r`` follows the one before it.
    """
    column = 0
    for found in tags.cell.finditer(block, start, end):
        letters, row, attributes, inner = found.groups()
        if letters is None and (reference := attribute(attributes, b"r")) is not None:
            letters = reference.rstrip(b"0123456789")
            row = reference[len(letters) :]
        previous, column = column, column + 1 if letters is None else column_number(letters)
        if column <= previous:
            raise OddMarkupError
        if only is None or column in only:
            number = None if row is None else int(row)
            yield CellSpan(column, *found.span(), attributes, inner or b"", number)


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
    """Decode text content: UTF-8, and what :func:`plain_text` makes of it."""
    return plain_text(decoded(raw))


def decoded(raw: bytes) -> str:
    """Decode UTF-8. Raises :class:`~bridge.xlsx.markup.OddMarkupError` for what is not."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise OddMarkupError from error


def plain_text(text: str) -> str:
    """Resolve entities, line ends, and Excel's ``_x000D_`` (ECMA-376 part 1, 22.9.2.19)."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" not in text and "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), _ENTITY.sub(_entity, text))
    # Two halves of a character become one; a half without the other is none.
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
    if "_x" in text:
        text = _LOOKS_ESCAPED.sub("_x005F_", text)
    text = _FORBIDDEN.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode("utf-8")


def joined_text(raw: bytes, tags: Tags) -> str:
    """Join the runs of a rich text; phonetic guides are not part of what was typed."""
    if tags.prefix + b"rPh" in raw:
        raw = tags.phonetic.sub(b"", raw)
    return "".join(unescaped(each or b"") for each in tags.text.findall(raw))
