"""A CSV file as text and records that know their places, so that everything but a change can stay as it is.

What programs could read in different ways is refused instead of guessed: a quote in an odd place, a
lone carriage return among line feeds, bytes of two encodings.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from bridge.errors import FileRefusedError

DELIMITERS = (";", ",", "\t", "|")

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_OTHER_FORMATS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
_UTF8_LETTER = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_LINE = re.compile(r"[^\r\n]*")
_BREAK = re.compile(r"\r\n|\r|\n|\Z")
_SEPARATOR_LINE = re.compile(r'"?sep=([^"\r\n])"?(?:\r\n|\r|\n|\Z)', re.IGNORECASE)


class Field(NamedTuple):
    """One field: its place in the text, quotes included, and what it says."""

    start: int
    end: int
    text: str
    is_quoted: bool


class Record(NamedTuple):
    """One record: its place in the text, where the next one begins, and what its fields say."""

    start: int
    end: int
    following: int
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Document:
    """A decoded file. ``mark`` is its byte order mark, ``start`` where the records begin.

    ``separator`` is what a ``sep=`` line in front of the records says, if there is one.
    """

    name: str
    text: str
    encoding: str
    mark: bytes
    start: int
    separator: str | None

    def records(self, delimiter: str) -> Iterator[Record]:
        """Yield the records in their order; a record can span several lines."""
        text, at, row, usual_break = self.text, self.start, 0, ""
        while at < len(text):
            row += 1
            end = _end(_LINE, text, at)
            if text.find('"', at, end) < 0:
                texts = text[at:end].split(delimiter)
            else:
                fields = list(self.fields(at, delimiter, row=row))
                end, texts = fields[-1].end, [field.text for field in fields]
            following = _end(_BREAK, text, end)
            line_break = text[end:following]
            usual_break = usual_break or line_break
            if "\r" in {line_break, usual_break} and line_break not in {usual_break, ""}:
                raise FileRefusedError("workbook.csv_line_ends", name=self.name, row=row)
            yield Record(at, end, following, texts)
            at = following

    def fields(self, start: int, delimiter: str, *, row: int) -> Iterator[Field]:
        """Yield the fields of the record that begins at ``start``."""
        pattern, at = _field_pattern(delimiter), start
        while True:
            found = pattern.match(self.text, at)
            if found is None:
                raise FileRefusedError("workbook.csv_quotes", name=self.name, row=row)
            quoted, bare = found.groups()
            yield Field(at, found.end(), bare if quoted is None else quoted.replace('""', '"'), quoted is not None)
            if not self.text.startswith(delimiter, found.end()):
                return
            at = found.end() + 1

    def encoded(self, text: str) -> bytes:
        """Turn a text into the bytes of such a file."""
        return self.mark + text.encode(self.encoding)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


@lru_cache(maxsize=8)
def _field_pattern(delimiter: str) -> re.Pattern[str]:
    """Match one field up to what must follow it. A quote after leading blanks is read in two ways by programs."""
    mark = re.escape(delimiter)
    return re.compile(rf'(?:"((?:[^"]++|"")*+)"|(?! *")([^{mark}\r\n]*+))(?={mark}|\r|\n|\Z)')


def open_document(content: bytes, name: str) -> Document:
    """Decode a file. Raises :class:`~bridge.errors.FileRefusedError` for whatever is not text in one encoding."""
    if not content:
        raise FileRefusedError("workbook.zero_bytes", name=name)
    if content.startswith(_OTHER_FORMATS):
        raise FileRefusedError("workbook.not_csv", name=name)
    mark, encoding = next(((mark, encoding) for mark, encoding in _MARKS if content.startswith(mark)), (b"", ""))
    if not encoding:
        encoding = _encoding(content, name)
    try:
        text = content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(error, name) from error
    if "\0" in text:
        raise FileRefusedError("workbook.not_csv", name=name)
    separator = _SEPARATOR_LINE.match(text)
    start = separator.end() if separator else 0
    return Document(name, text, encoding, mark, start, separator[1] if separator else None)


def _encoding(content: bytes, name: str) -> str:
    """Tell the encoding of a file without a mark: UTF-8, or what Excel for Windows writes in our languages."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        if _UTF8_LETTER.search(content) or _is_cut(error):
            raise _undecodable(error, name) from error
        return "cp1252"
    return "utf-8"


def _undecodable(error: UnicodeDecodeError, name: str) -> FileRefusedError:
    return FileRefusedError("workbook.truncated" if _is_cut(error) else "workbook.csv_encoding", name=name)


def _is_cut(error: UnicodeDecodeError) -> bool:
    """Tell whether it is the last character that has an end missing."""
    return error.reason in {"unexpected end of data", "truncated data"}
