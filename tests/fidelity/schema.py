"""The order of elements and the bookkeeping of parts that ECMA-376 asks for and Excel insists on."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote

from lxml import etree

CHILDREN: Mapping[str, Sequence[str]] = {
    "worksheet": (  # part 1, 18.3.1.99
        "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
        "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate",
        "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks",
        "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties",
        "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF",
        "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
    ),
    "workbook": (  # part 1, 18.2.27
        "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
        "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches",
        "smartTagPr", "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
    ),
    "row": ("c", "extLst"),  # 18.3.1.73
    "c": ("f", "v", "is", "extLst"),  # 18.3.1.4
    "table": ("autoFilter", "sortState", "tableColumns", "tableStyleInfo", "extLst"),  # 18.5.1.2
}  # fmt: skip
_MANY = frozenset({"conditionalFormatting", "fileRecoveryPr", "c"})


def misplaced(part: bytes) -> list[str]:
    """List the elements of a sheet, table or workbook that stand where the standard does not allow them, or twice."""
    tree = etree.fromstring(part)
    if etree.QName(tree).localname not in {"worksheet", "table", "workbook"}:
        return []
    return [complaint for element in tree.iter("{*}*") for complaint in _misplaced(element)]


def _misplaced(element: etree._Element) -> Iterator[str]:
    name = etree.QName(element).localname
    space = etree.QName(element).namespace or ""
    order = CHILDREN.get(name, ()) if space.endswith(("spreadsheetml/2006/main", "spreadsheetml/main")) else ()
    last = -1
    for child in element if order else ():
        local = etree.QName(child).localname
        if local == "AlternateContent":
            continue
        if local not in order:
            yield f"{local} in {name}"
            continue
        place = order.index(local)
        if place < last or (place == last and local not in _MANY):
            yield f"{local} in {name} comes too late"
        last = max(place, last)


def loose_ends(parts: Mapping[str, bytes]) -> list[str]:
    """List links to parts that are not there, ids used twice, and parts without a content type or with two."""
    names = {name.lstrip("/").casefold() for name in parts}
    complaints = list(_types(parts, names))
    for name, data in parts.items():
        if name.endswith(".rels"):
            folder = posixpath.dirname(posixpath.dirname(name))
            links = [each for each in etree.fromstring(data) if each.get("TargetMode") != "External"]
            ids = [each.get("Id") for each in etree.fromstring(data)]
            complaints += [f"{each} twice in {name}" for each in set(ids) if ids.count(each) > 1]
            targets = (posixpath.normpath(posixpath.join("/", folder, unquote(each.get("Target")))) for each in links)
            complaints += [f"{name} -> {each}" for each in targets if each.lstrip("/").casefold() not in names]
    return complaints


def _types(parts: Mapping[str, bytes], names: set[str]) -> Iterator[str]:
    types = etree.fromstring(parts["[Content_Types].xml"])
    extensions = {each.get("Extension").casefold() for each in types.iterfind("{*}Default")}
    overrides = [each.get("PartName").lstrip("/").casefold() for each in types.iterfind("{*}Override")]
    yield from (f"two types for {each}" for each in set(overrides) if overrides.count(each) > 1)
    yield from (f"a type for {each}, which is not there" for each in overrides if each not in names)
    for name in names - set(overrides) - {"[content_types].xml"}:
        if name.rpartition(".")[2] not in extensions:
            yield f"no type for {name}"
