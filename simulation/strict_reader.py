"""What a workbook says to a reader that parses all of its XML and accepts nothing that ECMA-376 does not: the oracle.

It shares no reading with the bridge: zipfile unpacks, lxml parses, and only what a stored cell means in its column
is asked of :mod:`bridge.values`. Where a file is damaged or can be read in two ways it has no opinion.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TypeAlias
from urllib.parse import unquote

from lxml import etree

from bridge.values import Cell, Kind, Look
from bridge.xlsx.styles import PLAIN, Style, style_of

_MAIN = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
_CELL_PARTS = frozenset({"f", "v", "is", "extLst"})
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NAME = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INDEX = re.compile(r"\d{1,9}", re.ASCII)
Cells: TypeAlias = Mapping[tuple[int, int], Cell]


class NoOpinionError(Exception):
    """The file is not one that the standard gives a meaning to."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """The cells of one sheet by row and column from 1, and the names of all sheets."""

    sheets: tuple[str, ...]
    cells: Cells


def opinion(content: bytes, sheet: str) -> Opinion:
    """Read a sheet. Raises :class:`NoOpinionError`."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = {each.filename: archive.read(each) for each in archive.infolist()}
            if len(parts) != len(archive.infolist()):
                raise NoOpinionError
        return _Workbook(parts).sheet(sheet)
    except (
        zipfile.BadZipFile,
        etree.XMLSyntaxError,
        ValueError,
        LookupError,
        OSError,
        EOFError,
        StopIteration,
        RuntimeError,  # from zipfile: a password, or a version or method of packing that it does not know
        zlib.error,
    ) as error:
        raise NoOpinionError from error


def _parsed(data: bytes) -> etree._Element:
    """Parse a part strictly. Raises ``lxml.etree.XMLSyntaxError``."""
    tree = etree.fromstring(
        data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    )
    if tree.getroottree().docinfo.doctype:
        raise NoOpinionError
    return tree


class _Workbook:
    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self._parts = {name.lstrip("/"): data for name, data in parts.items()}
        if len({name.casefold().replace("\\", "/") for name in self._parts}) != len(parts):
            raise NoOpinionError
        self._main = next(target for kind, _, target in self._links("") if kind == "officeDocument")
        self._targets = list(self._links(self._main))

    def sheet(self, wanted: str) -> Opinion:
        """Read the sheet of this name."""
        found: dict[str, str] = {}
        for each in _parsed(self._parts[self._main]).iterfind("{*}sheets/{*}sheet"):
            link = next(value for key, value in each.attrib.items() if key.endswith("relationships}id"))
            if each.get("name") in found:
                raise NoOpinionError
            found[str(each.get("name"))] = str(link)
        targets = {number: target for kind, number, target in self._targets if kind == "worksheet"}
        reader = _Sheet(self._styles(), self._strings())
        return Opinion(tuple(found), dict(reader.cells(_parsed(self._parts[targets[found[wanted]]]))))

    def _links(self, source: str) -> Iterator[tuple[str, str, str]]:
        folder, base = posixpath.split(source)
        seen = set()
        for each in _parsed(self._parts[posixpath.join(folder, "_rels", f"{base}.rels")]).iterfind("{*}Relationship"):
            if each.get("Id") in seen:
                raise NoOpinionError
            seen.add(each.get("Id"))
            target = posixpath.normpath(posixpath.join("/", folder, unquote(str(each.get("Target"))))).lstrip("/")
            if each.get("TargetMode") != "External":
                yield str(each.get("Type")).rpartition("/")[2], str(each.get("Id")), target

    def _only(self, kind: str) -> etree._Element | None:
        targets = [target for each, _, target in self._targets if each == kind]
        if len(targets) > 1:
            raise NoOpinionError
        return _parsed(self._parts[targets[0]]) if targets else None

    def _styles(self) -> list[Style]:
        tree = self._only("styles")
        if tree is None:
            return []
        codes = {each.get("numFmtId"): str(each.get("formatCode")) for each in tree.iterfind("{*}numFmts/{*}numFmt")}
        return [
            style_of(int(xf.get("numFmtId", "0")), codes.get(xf.get("numFmtId"), ""))
            for xf in tree.iterfind("{*}cellXfs/{*}xf")
        ]

    def _strings(self) -> list[str]:
        tree = self._only("sharedStrings")
        return (
            []
            if tree is None
            else [_text(_children(each, {"t", "r", "rPh", "phoneticPr"})) for each in _elements(tree, {"si", "extLst"})]
        )


class _Sheet:
    def __init__(self, styles: list[Style], strings: list[str]) -> None:
        self._styles = styles
        self._strings = strings

    def cells(self, tree: etree._Element) -> Iterator[tuple[tuple[int, int], Cell]]:
        """Yield place and content of each cell."""
        if tree.tag not in {f"{{{space}}}worksheet" for space in _MAIN}:
            raise NoOpinionError
        (data,) = tree.findall(f"{{{etree.QName(tree).namespace}}}sheetData")
        row_number = 0
        for row in _elements(data, {"row"}):
            row_number = _rising(row.get("r"), row_number, 1_048_576)
            column = 0
            for cell in _elements(row, {"c", "extLst"}):
                if etree.QName(cell).localname == "c":
                    column = self._column(cell.get("r"), row_number, column)
                    yield (row_number, column), self._cell(cell)

    def _column(self, name: str | None, row: int, previous: int) -> int:
        if name is None:
            return previous + 1
        found = _NAME.fullmatch(name)
        if found is None or int(found[2]) != row:
            raise NoOpinionError
        number = 0
        for letter in found[1]:
            number = number * 26 + ord(letter) - 64
        return _rising(str(number), previous, 16_384)

    def _cell(self, cell: etree._Element) -> Cell:
        parts = _children(cell, _CELL_PARTS)
        names = [etree.QName(each).localname for each in parts]
        if len(set(names)) != len(names):
            raise NoOpinionError
        has_formula, kind = "f" in names, cell.get("t", "n")
        if kind == "inlineStr":
            inner = [each for each in parts if etree.QName(each).localname == "is"]
            texts = [_text(_children(each, {"t", "r", "rPh", "phoneticPr"})) for each in inner]
            return Cell(Kind.TEXT, "".join(texts), has_formula)
        inside = {name: _inside(each) for name, each in zip(names, parts, strict=True) if name in {"f", "v"}}
        raw = inside.get("v", "")
        if kind == "str" and "v" in names:
            return Cell(Kind.TEXT, _decoded(raw), has_formula)
        if not raw.strip():
            return Cell(Kind.NOTHING, "", has_formula)
        return self._stored(kind, raw.strip(), cell.get("s", "0"), has_formula=has_formula)

    def _stored(self, kind: str, raw: str, style: str, *, has_formula: bool) -> Cell:
        if kind == "s":
            return Cell(Kind.TEXT, self._strings[_index(raw)], has_formula)
        if kind == "d":
            return Cell(Kind.NUMBER, raw, has_formula, Look.DATE)
        if kind == "b":
            if raw not in {"0", "1", "true", "false"}:
                raise NoOpinionError
            return Cell(Kind.BOOLEAN, "", has_formula)
        if kind == "e":
            return Cell(Kind.ERROR, "", has_formula)
        if kind != "n" or not _NUMBER.fullmatch(raw):
            raise NoOpinionError
        index = _index(style)
        look = self._styles[index] if self._styles else PLAIN
        return Cell(Kind.NUMBER, raw, has_formula, look.look, look.zeros)


def _index(text: str) -> int:
    if not _INDEX.fullmatch(text):
        raise NoOpinionError
    return int(text)


def _rising(text: str | None, previous: int, limit: int) -> int:
    number = previous + 1 if text is None else _index(text)
    if not previous < number <= limit:
        raise NoOpinionError
    return number


def _elements(parent: etree._Element, names: set[str] | frozenset[str]) -> Iterator[etree._Element]:
    """Yield the children; one that does not belong there leaves no meaning."""
    for each in parent:
        if not isinstance(each.tag, str):
            continue
        if etree.QName(each).namespace not in _MAIN or etree.QName(each).localname not in names:
            raise NoOpinionError
        yield each


def _children(parent: etree._Element, names: set[str] | frozenset[str]) -> list[etree._Element]:
    return list(_elements(parent, names))


def _text(parts: list[etree._Element]) -> str:
    """Join a string's runs; phonetic guides were not typed."""
    texts = []
    for each in parts:
        match etree.QName(each).localname:
            case "t":
                texts.append(_decoded(_inside(each)))
            case "r":
                runs = _children(each, {"t", "rPr"})
                texts += [_decoded(_inside(run)) for run in runs if etree.QName(run).localname == "t"]
    return "".join(texts)


def _inside(element: etree._Element) -> str:
    if any(isinstance(each.tag, str) for each in element):
        raise NoOpinionError
    return str(element.xpath("string()"))


def _decoded(text: str) -> str:
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
