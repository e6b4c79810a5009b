"""From the XML of a cell to what it stores, and on to what it means."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from bridge.columns import Column
from bridge.values import BLANK, COUNTED, Cell, Kind, Look, Value, Whole, meaning, text_meaning
from bridge.xlsx.markup import OddMarkupError
from bridge.xlsx.package import Package
from bridge.xlsx.sheet_xml import (
    ATTRIBUTES,
    CellSpan,
    Tags,
    attribute,
    decoded,
    joined_text,
    plain_text,
    tags_for,
    unescaped,
)
from bridge.xlsx.styles import PLAIN, Style

_STRINGS = re.compile(r"<((?:[A-Za-z_][\w.\-]*:)?)sst(?=[\s/>])")
_Content = TypeVar("_Content")
_REMEMBERED = 8192
"""So many contents are kept per column: states and round prices come again and again, codes never do."""
_KINDS = {b"n": Kind.NUMBER, b"str": Kind.TEXT, b"b": Kind.BOOLEAN, b"e": Kind.ERROR}


def read_shared_strings(package: Package) -> list[str]:
    """List the workbook's shared strings; rich text is joined, phonetic guides are left out."""
    part = package.linked("sharedStrings")
    if part is None:
        return []
    with package.understood(part):
        return _strings(decoded(b"".join(package.markup(part))))


def _strings(xml: str) -> list[str]:
    """Take the strings out of their part; a hundred thousand plain ones must not cost a call each."""
    start = _STRINGS.search(xml)
    prefix = start[1] if start else ""
    texts: list[str] = re.findall(r"<si><t>([^<]*+)</t></si>", xml)
    if len(texts) == xml.count(f"<{prefix}si"):
        return [plain_text(text) if "&" in text or "_x" in text or "\r" in text else text for text in texts]
    item = r"<{0}si(?:\s{1})?(?:/>|>((?:[^<]++|<(?!/{0}si\b))*+)</{0}si\s*>)".format(
        re.escape(prefix), ATTRIBUTES.decode()
    )
    tags = tags_for(prefix.encode())
    return [joined_text(each.encode(), tags) for each in re.findall(item, xml)]


class Meanings(dict[_Content, Value]):
    """What the contents of one column mean; those seen before are not thought about again.

    ``nothing`` is the content of a cell that is not there.
    """

    def __init__(self, nothing: _Content, meant: Callable[[_Content], Value]) -> None:
        super().__init__({nothing: BLANK})
        self._meant = meant

    def __missing__(self, content: _Content) -> Value:
        value = self._meant(content)
        if len(self) < _REMEMBERED:
            self[content] = value
        return value


class CellReader:
    """Knows the styles and shared strings of one workbook."""

    def __init__(self, styles: Sequence[Style], strings: Sequence[str]) -> None:
        self._styles = styles
        self._strings = strings

    def value(self, column: Column, span: CellSpan, tags: Tags) -> Value:
        """Tell what a cell means in its column."""
        return meaning(column, self.stored(span, tags))

    def raw_values(self, column: Column, tags: Tags) -> Callable[[bytes], Value]:
        """Give what tells the meaning of a cell in ``column`` from all that follows its reference, end tag included.

        Nearly all cells are plain texts or plain numbers, and are not worth a :class:`~bridge.values.Cell`.
        """
        strings, plain, of_text = self._strings, tags.plain_cell.fullmatch, text_meaning(column)

        def value(raw: bytes) -> Value:
            found = plain(raw)
            if found is not None:
                style, index, text, number = found.groups()
                if index is not None:
                    try:
                        return of_text(strings[int(index)])
                    except IndexError as error:
                        raise OddMarkupError from error
                if text is not None:
                    return of_text(unescaped(text))
                if column in COUNTED and self._numbered(style).look is Look.PLAIN:
                    return Whole(int(number))
            attributes, _, inner = raw.partition(b">")
            return self.value(column, CellSpan(0, 0, 0, attributes, inner), tags)

        return value

    def stored(self, span: CellSpan, tags: Tags) -> Cell:
        """Tell what a cell stores. Raises :class:`~bridge.xlsx.markup.OddMarkupError` for what no program writes."""
        attributes, inner = span.attributes, span.inner
        kind = attribute(attributes, b"t") or b"n"
        has_formula = bool(inner) and tags.formula.search(inner) is not None
        if kind == b"inlineStr":
            return Cell(Kind.TEXT, joined_text(inner, tags), has_formula)
        found = tags.value.search(inner) if inner else None
        raw = (found[1] or b"") if found else b""
        if kind == b"str" and found:
            return Cell(Kind.TEXT, unescaped(raw), has_formula)
        if not raw.strip():
            return Cell(Kind.NOTHING, "", has_formula)
        if kind == b"s":
            return Cell(Kind.TEXT, self._string(raw), has_formula)
        text = unescaped(raw).strip()
        if kind == b"d":
            return Cell(Kind.NUMBER, text, has_formula, Look.DATE)
        if kind not in _KINDS:
            raise OddMarkupError
        style = self.style(attributes)
        return Cell(_KINDS[kind], _shown(_KINDS[kind], text, style.days), has_formula, style.look, style.zeros)

    def style(self, attributes: bytes) -> Style:
        """Look up what the cell's style does to a number."""
        return self._numbered(attribute(attributes, b"s"))

    def _numbered(self, given: bytes | None) -> Style:
        index = int(given) if given is not None and given.isdigit() else 0
        return self._styles[index] if index < len(self._styles) else PLAIN

    def _string(self, raw: bytes) -> str:
        if raw.strip().isdigit() and (index := int(raw)) < len(self._strings):
            return self._strings[index]
        raise OddMarkupError


def _shown(kind: Kind, text: str, days: int) -> str:
    if kind is Kind.BOOLEAN:
        return "TRUE" if text == "1" else "FALSE"
    return _later(text, days) if days and kind is Kind.NUMBER else text


def _later(text: str, days: int) -> str:
    """Move the number of a day; what is no number stays as it is."""
    try:
        return str(Decimal(text) + days)
    except ArithmeticError:
        return text
