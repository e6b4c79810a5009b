"""From the XML of a cell to what it stores, and on to what it means."""

import re
from collections.abc import Sequence

from bridge.columns import Column
from bridge.package import Package
from bridge.sheet_xml import CellSpan, OddMarkupError, Tags, attribute, joined_text, tags_for, unescaped
from bridge.styles import PLAIN, Style
from bridge.values import Cell, Kind, Look, Value, meaning

_ITEM = re.compile(rb"<((?:[A-Za-z_][\w.\-]*:)?)si(?=[\s/>])[^>]*?(?:/>|>(.*?)</\1si\s*>)", re.DOTALL)
_KINDS = {b"n": Kind.NUMBER, b"str": Kind.TEXT, b"b": Kind.BOOLEAN, b"e": Kind.ERROR}


def read_shared_strings(package: Package) -> list[str]:
    """List the workbook's shared strings; rich text is joined, phonetic guides are left out."""
    part = package.linked("sharedStrings")
    if part is None:
        return []
    data = package.read(part)
    if b"<!" in data:
        raise package.refused(part)
    try:
        return [joined_text(found[2] or b"", tags_for(found[1])) for found in _ITEM.finditer(data)]
    except OddMarkupError as error:
        raise package.refused(part) from error


class CellReader:
    """Knows the styles and shared strings of one workbook."""

    def __init__(self, styles: Sequence[Style], strings: Sequence[str]) -> None:
        self._styles = styles
        self._strings = strings

    def value(self, column: Column, span: CellSpan, tags: Tags) -> Value:
        """Tell what a cell means in its column."""
        return meaning(column, self.stored(span, tags))

    def stored(self, span: CellSpan, tags: Tags) -> Cell:
        """Tell what a cell stores. Raises :class:`~bridge.sheet_xml.OddMarkupError` for what no program writes."""
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
        return Cell(_KINDS[kind], _shown(_KINDS[kind], text), has_formula, style.look, style.zeros)

    def style(self, attributes: bytes) -> Style:
        """Look up what the cell's style does to a number."""
        given = attribute(attributes, b"s") or b"0"
        index = int(given) if given.isdigit() else 0
        return self._styles[index] if index < len(self._styles) else PLAIN

    def _string(self, raw: bytes) -> str:
        index = int(raw) if raw.strip().isdigit() else -1
        if not 0 <= index < len(self._strings):
            raise OddMarkupError
        return self._strings[index]


def _shown(kind: Kind, text: str) -> str:
    if kind is Kind.BOOLEAN:
        return "TRUE" if text == "1" else "FALSE"
    return text
