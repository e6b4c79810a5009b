"""The mark that every workbook we write carries: whose it is, and which revision it came from.

It is a custom document property, because that is what survives: LibreOffice keeps it through an edit, a sort and a
save, Excel shows it under File, Info, Properties, and a plain copy keeps everything anyway.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from bridge.xlsx.archive import Member
from bridge.xlsx.package import Package

NAME = "Selaras"
_PART = "docProps/custom.xml"
_TEXT = re.compile(r"([a-z0-9]{8})/([1-9]\d{0,11})", re.ASCII)
_USER_DEFINED = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
"""The set of properties that users define themselves (ECMA-376 part 1, 22.3.2.2); their ids start at 2."""
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_STRICT_TYPES = "http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes"
"""Strict workbooks too get the names that all programs know: LibreOffice 7.4 reads a property by no others."""


@dataclass(frozen=True, slots=True)
class Mark:
    """``workbook`` tells the seller's workbooks apart (eight letters), ``revision`` counts our writes from 1."""

    workbook: str
    revision: int

    def __str__(self) -> str:
        return f"{self.workbook}/{self.revision}"


def read_mark(package: Package) -> Mark | None:
    """Read the mark; ``None`` when there is none that we could have written."""
    part = package.custom_properties
    ours = None if part is None else _ours(package.tree(part))
    found = None if ours is None else _TEXT.fullmatch("".join(map(str, ours.itertext())).strip())
    return Mark(found[1], int(found[2])) if found else None


def marked(package: Package, mark: Mark) -> Mapping[str, bytes]:
    """Give the parts to replace or add so that the workbook carries ``mark``; other properties stay as they are."""
    part = package.custom_properties
    if part is not None:
        return {part.name: _with_property(package.tree(part), mark)}
    name = _free_name(package)
    empty = etree.Element(f"{{{_OFFICE}/custom-properties}}Properties", nsmap={None: f"{_OFFICE}/custom-properties"})
    types, links = (package.part(each) for each in ("[Content_Types].xml", "_rels/.rels"))
    link = {"Id": "rIdSelaras", "Type": f"{_OFFICE}/relationships/custom-properties", "Target": name}
    return {
        name: _with_property(empty, mark),
        types.name: _with_child(package, types, "Override", {"PartName": f"/{name}", "ContentType": _CONTENT_TYPE}),
        links.name: _with_child(package, links, "Relationship", link),
    }


def _ours(properties: etree._Element) -> etree._Element | None:
    return next((each for each in properties.iter("{*}property") if each.get("name") == NAME), None)


def _with_property(properties: etree._Element, mark: Mark) -> bytes:
    ours = _ours(properties)
    if ours is None:
        taken = [str(each.get("pid", "")) for each in properties.iter("{*}property")]
        number = max([1, *(int(pid) for pid in taken if pid.isdecimal())]) + 1
        ours = _child(properties, "property", {"fmtid": _USER_DEFINED, "pid": str(number), "name": NAME})
    for each in list(ours):
        ours.remove(each)
    types = f"{_OFFICE}/docPropsVTypes"
    if "customProperties" in str(etree.QName(properties).namespace):
        types = _STRICT_TYPES
    etree.SubElement(ours, f"{{{types}}}lpwstr", nsmap={"vt": types}).text = str(mark)
    return _xml(properties)


def _with_child(package: Package, part: Member, name: str, attributes: Mapping[str, str]) -> bytes:
    tree = package.tree(part)
    _child(tree, name, attributes)
    return _xml(tree)


def _child(parent: etree._Element, name: str, attributes: Mapping[str, str]) -> etree._Element:
    return etree.SubElement(parent, etree.QName(etree.QName(parent).namespace, name), dict(attributes))


def _xml(tree: etree._Element) -> bytes:
    xml: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
    return xml


def _free_name(package: Package) -> str:
    """Choose a name that no part has; one without a link to it is not ours to overwrite."""
    names = (_PART, *(f"docProps/custom{number}.xml" for number in range(2, 100)))
    return next(name for name in names if package.archive.find(name) is None)


def can_carry(name: str) -> bool:
    """Tell whether a file of this name can carry a mark: CSV has no place for one, and others we do not write."""
    return name.lower().endswith((".xlsx", ".xlsm"))
