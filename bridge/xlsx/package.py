"""The parts of a workbook and how they hang together (ECMA-376 part 2: relationships, never file names)."""

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from bridge.errors import FileRefusedError
from bridge.xlsx.archive import Archive, Member
from bridge.xlsx.markup import OddEncodingError, as_utf8, without_asides

_ROOT = ""
_CUSTOM_PROPERTIES = frozenset({"custom-properties", "customProperties"})
"""Transitional and strict workbooks name this link differently (ECMA-376 part 1, 15.2.12.2)."""
_SAFE_PARSER_OPTIONS = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


@dataclass(frozen=True, slots=True)
class Relation:
    """A link from one part to another: ``kind`` is the last word of its type."""

    id: str
    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A worksheet as the workbook lists it; ``index`` counts all sheets from 0, as defined names do."""

    name: str
    index: int
    part: Member


class Package:
    """The parts of one workbook."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        roots = self.relations(_ROOT)
        main = next((each.target for each in roots if each.kind == "officeDocument"), None)
        part = None if main is None else archive.find(main)
        if part is None or not self.read(part).lstrip(b"\xef\xbb\xbf\xff\xfe \r\n").startswith(b"<"):
            raise FileRefusedError("workbook.not_a_workbook", name=archive.name)
        self.workbook = part
        self.is_signed = any(each.kind == "origin" for each in roots)
        custom = next((each.target for each in roots if each.kind in _CUSTOM_PROPERTIES), "")
        self.custom_properties = archive.find(custom)
        self._links = self.relations(part.name)

    def sheets(self) -> list[SheetEntry]:
        """List the worksheets in their order; chart and dialog sheets hold no cells and are left out."""
        targets = {each.id: each.target for each in self._links if each.kind == "worksheet"}
        found = []
        listed = (each for each in self.tree(self.workbook).iter("{*}sheet"))
        for index, element in enumerate(listed):
            link = next((value for key, value in element.attrib.items() if etree.QName(key).localname == "id"), "")
            part = self.archive.find(targets.get(str(link), ""))
            if part is not None:
                found.append(SheetEntry(str(element.get("name", "")), index, part))
        return found

    def linked(self, kind: str) -> Member | None:
        """Find the part of this kind that the workbook itself links to (styles, shared strings)."""
        target = next((each.target for each in self._links if each.kind == kind), None)
        return None if target is None else self.archive.find(target)

    def part(self, name: str) -> Member:
        """Find a part that every workbook has."""
        found = self.archive.find(name)
        if found is None:
            raise FileRefusedError("workbook.not_a_workbook", name=self.archive.name)
        return found

    def relations(self, part: str) -> list[Relation]:
        """List the links that start at ``part`` and stay inside the file."""
        folder, base = posixpath.split(part.replace("\\", "/").lstrip("/"))
        member = self.archive.find(posixpath.join(folder, "_rels", base + ".rels"))
        if member is None:
            return []
        return [
            Relation(str(each.get("Id")), str(each.get("Type", "")).rpartition("/")[2], _resolved(folder, each))
            for each in self.tree(member)
            if each.get("TargetMode") != "External" and isinstance(each.tag, str)
        ]

    def read(self, part: Member) -> bytes:
        """Unpack a part, refusing XML that could reach outside or blow up (a document type)."""
        data = self.archive.read(part)
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise self.refused(part)
        return data

    def tree(self, part: Member) -> etree._Element:
        """Parse a small part."""
        try:
            tree = etree.fromstring(self.read(part), etree.XMLParser(**_SAFE_PARSER_OPTIONS))
        except etree.XMLSyntaxError as error:
            raise self.refused(part) from error
        if tree.getroottree().docinfo.internalDTD is not None:
            raise self.refused(part)
        return tree

    def markup(self, part: Member) -> Iterator[bytes]:
        """Stream a part for the tokenizer: in UTF-8, its text in the open."""
        return without_asides(as_utf8(self.archive.stream(part)))

    @contextmanager
    def understood(self, part: Member) -> Iterator[None]:
        """Turn odd markup met while streaming ``part`` into the error a caller knows."""
        try:
            yield
        except OddEncodingError as error:
            raise FileRefusedError("workbook.odd_encoding", name=self.archive.name, part=part.name) from error
        except ValueError as error:  # OddMarkupError is one, and so is what int() says to a thousand digits
            raise self.refused(part) from error

    def refused(self, part: Member) -> FileRefusedError:
        """Build the error for a part whose XML we do not understand."""
        return FileRefusedError("workbook.odd_markup", name=self.archive.name, part=part.name)


def _resolved(folder: str, relation: etree._Element) -> str:
    target = unquote(str(relation.get("Target", ""))).replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
