"""Parts that no library at hand makes, put into a finished workbook by hand: what Excel itself leaves in files."""

import re
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO, RawIOBase

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_EXCEL = "application/vnd.ms-excel"
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
WORKBOOK, SHEET, OTHER_SHEET = "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
Step = Callable[[bytes], bytes]


def unzipped(content: bytes) -> dict[str, bytes]:
    """Give the parts of a workbook in their order."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {each.filename: archive.read(each) for each in archive.infolist()}


def zipped(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Save parts as a workbook."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


class _Draft:
    """A workbook whose parts are being added to."""

    def __init__(self, content: bytes) -> None:
        self.parts = unzipped(content)

    def add(self, name: str, xml: str, kind: str) -> None:
        self.parts[name] = f"{_DECLARED}{xml}".encode()
        override = f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'
        self.replace("[Content_Types].xml", "</Types>", override)

    def link(self, source: str, number: str, kind: str, target: str, *, is_external: bool = False) -> None:
        folder, _, base = source.rpartition("/")
        name = f"{folder}/_rels/{base}.rels".lstrip("/")
        empty = f'{_DECLARED}<Relationships xmlns="{_PACKAGE}/relationships"></Relationships>'
        self.parts.setdefault(name, empty.encode())
        mode = ' TargetMode="External"' if is_external else ""
        link = f'<Relationship Id="{number}" Type="{kind}" Target="{target}"{mode}/></Relationships>'
        self.replace(name, "</Relationships>", link)

    def replace(self, name: str, old: str, new: str) -> None:
        text = self.parts[name].decode()
        assert old in text, f"{name} has no {old}"
        self.parts[name] = text.replace(old, new, 1).encode()

    def saved(self) -> bytes:
        return zipped(self.parts)


def with_pivot(content: bytes) -> bytes:
    """Put a pivot table over the goods into the second sheet."""
    draft = _Draft(content)
    cache, records = "xl/pivotCache/pivotCacheDefinition1.xml", "xl/pivotCache/pivotCacheRecords1.xml"
    table = "xl/pivotTables/pivotTable1.xml"
    fields = (
        '<cacheField name="Status" numFmtId="0"><sharedItems count="1"><s v="Aktif"/></sharedItems></cacheField>'
        '<cacheField name="Stok" numFmtId="0"><sharedItems containsSemiMixedTypes="0" containsString="0" '
        'containsNumber="1" containsInteger="1" minValue="0" maxValue="150"/></cacheField>'
    )
    draft.add(
        cache,
        f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{LINKS}" r:id="rId1" recordCount="1">'
        '<cacheSource type="worksheet"><worksheetSource ref="A1:H7" sheet="Stok"/></cacheSource>'
        f'<cacheFields count="2">{fields}</cacheFields></pivotCacheDefinition>',
        f"{_SHEETML}.pivotCacheDefinition+xml",
    )
    draft.add(
        records,
        f'<pivotCacheRecords xmlns="{MAIN}" count="1"><r><x v="0"/><n v="12"/></r></pivotCacheRecords>',
        f"{_SHEETML}.pivotCacheRecords+xml",
    )
    draft.add(
        table,
        f'<pivotTableDefinition xmlns="{MAIN}" name="Ringkasan" cacheId="7" dataCaption="Nilai">'
        '<location ref="D4:E6" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/><pivotFields count="2">'
        '<pivotField axis="axisRow" showAll="0"><items count="2"><item x="0"/><item t="default"/></items></pivotField>'
        '<pivotField dataField="1" showAll="0"/></pivotFields><rowFields count="1"><field x="0"/></rowFields>'
        '<dataFields count="1"><dataField name="Jumlah Stok " fld="1"/></dataFields></pivotTableDefinition>',
        f"{_SHEETML}.pivotTable+xml",
    )
    draft.link(WORKBOOK, "rIdPivot", f"{LINKS}/pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml")
    draft.link(cache, "rId1", f"{LINKS}/pivotCacheRecords", "pivotCacheRecords1.xml")
    draft.link(OTHER_SHEET, "rIdPivot", f"{LINKS}/pivotTable", "../pivotTables/pivotTable1.xml")
    draft.link(table, "rId1", f"{LINKS}/pivotCacheDefinition", "../pivotCache/pivotCacheDefinition1.xml")
    caches = '<pivotCaches><pivotCache cacheId="7" r:id="rIdPivot"/></pivotCaches></workbook>'
    draft.replace(WORKBOOK, "</workbook>", caches)
    return draft.saved()


def with_threaded_comments(content: bytes) -> bytes:
    """Put a conversation beside the first goods, as Excel 365 keeps it, with the persons who hold it."""
    draft = _Draft(content)
    kind, family = "http://schemas.microsoft.com/office/2017/10/relationships", f"{_EXCEL}.threadedcomments+xml"
    space = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    person, first = "{0A1B2C3D-0000-4000-8000-00000000000A}", "{0A1B2C3D-0000-4000-8000-000000000001}"
    draft.add(
        "xl/threadedComments/threadedComment1.xml",
        f'<ThreadedComments xmlns="{space}"><threadedComment ref="I2" dT="2026-11-01T03:00:00.00" '
        f'personId="{person}" id="{first}"><text>sudah dihitung?</text></threadedComment></ThreadedComments>',
        family,
    )
    draft.add(
        "xl/persons/person.xml",
        f'<personList xmlns="{space}"><person displayName="Sari" id="{person}" userId="sari" providerId="None"/>'
        "</personList>",
        f"{_EXCEL}.person+xml",
    )
    draft.link(SHEET, "rIdTalk", f"{kind}/threadedComment", "../threadedComments/threadedComment1.xml")
    draft.link(WORKBOOK, "rIdPerson", f"{kind}/person", "persons/person.xml")
    return draft.saved()


def with_custom_xml(content: bytes) -> bytes:
    """Put data of some other program into the workbook."""
    draft = _Draft(content)
    item = "customXml/item1.xml"
    draft.parts[item] = b"<kasir xmlns='urn:kasir'>\r\n  <nota no='7'/>\r\n</kasir>"
    space = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
    draft.add(
        "customXml/itemProps1.xml",
        f'<ds:datastoreItem xmlns:ds="{space}" ds:itemID="{{0A1B2C3D-0000-4000-8000-00000000000B}}"/>',
        "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
    )
    draft.link(WORKBOOK, "rIdData", f"{LINKS}/customXml", "../customXml/item1.xml")
    draft.link(item, "rId1", f"{LINKS}/customXmlProps", "itemProps1.xml")
    return draft.saved()


def with_external_link(content: bytes) -> bytes:
    """Let a name of the workbook point into another workbook, whose last value is remembered."""
    draft = _Draft(content)
    part = "xl/externalLinks/externalLink1.xml"
    draft.add(
        part,
        f'<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{LINKS}" r:id="rId1"><sheetNames>'
        '<sheetName val="Harga"/></sheetNames><sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1"><v>9</v>'
        "</cell></row></sheetData></sheetDataSet></externalBook></externalLink>",
        f"{_SHEETML}.externalLink+xml",
    )
    draft.link(part, "rId1", f"{LINKS}/externalLinkPath", "harga%20lama.xlsx", is_external=True)
    draft.link(WORKBOOK, "rIdOut", f"{LINKS}/externalLink", "externalLinks/externalLink1.xml")
    outside = '</sheets><externalReferences><externalReference r:id="rIdOut"/></externalReferences>'
    draft.replace(WORKBOOK, "</sheets>", outside)
    if b"<definedNames>" not in draft.parts[WORKBOOK]:
        draft.replace(WORKBOOK, "</externalReferences>", "</externalReferences><definedNames></definedNames>")
    draft.replace(WORKBOOK, "<definedNames>", '<definedNames><definedName name="Luar">[1]Harga!$A$1</definedName>')
    return draft.saved()


def with_printer_settings(content: bytes) -> bytes:
    """Put what a printer driver keeps for itself beside the sheet."""
    draft = _Draft(content)
    draft.parts["xl/printerSettings/printerSettings1.bin"] = bytes(range(256)) * 3
    kind = f'<Default Extension="bin" ContentType="{_SHEETML}.printerSettings"/><Override '
    draft.replace("[Content_Types].xml", "<Override ", kind)
    draft.link(SHEET, "rIdPrinter", f"{LINKS}/printerSettings", "../printerSettings/printerSettings1.bin")
    return draft.saved()


def with_calculation_chain(content: bytes) -> bytes:
    """Put the order in which Excel last calculated into the workbook."""
    draft = _Draft(content)
    cells = re.findall(r'<c r="(\w+)"[^>]*><f>', draft.parts[SHEET].decode())
    links = "".join(f'<c r="{each}" i="1"/>' for each in cells) + '<c r="A1" i="2" l="1"/>'
    chain = f'<calcChain xmlns="{MAIN}">{links}</calcChain>'
    draft.add("xl/calcChain.xml", chain, f"{_SHEETML}.calcChain+xml")
    draft.link(WORKBOOK, "rIdChain", f"{LINKS}/calcChain", "calcChain.xml")
    return draft.saved()


def strict(content: bytes) -> bytes:
    """Save as strict OOXML, which has namespaces and links of its own (ECMA-376 part 1, annex A)."""
    transitional, purl = "http://schemas.openxmlformats.org", "http://purl.oclc.org/ooxml"
    spaces = {
        MAIN: f"{purl}/spreadsheetml/main",
        f"{transitional}/officeDocument/2006/": f"{purl}/officeDocument/",
        f"{transitional}/drawingml/2006/": f"{purl}/drawingml/",
    }
    parts = unzipped(content)
    for name, data in parts.items():
        for old, new in spaces.items():
            data = data.replace(old.encode(), new.encode())  # noqa: PLW2901 -- one part, stepwise
        parts[name] = data
    return zipped(parts)


def prefixed(content: bytes) -> bytes:
    """Write the first sheet with a namespace prefix, as some converters do."""
    parts = unzipped(content)
    sheet = re.sub(rb"<(/?)([A-Za-z]+)(?=[\s/>])", rb"<\1x:\2", parts[SHEET])
    parts[SHEET] = sheet.replace(b" xmlns=", b" xmlns:x=", 1)
    return zipped(parts)


def unpacked(content: bytes) -> bytes:
    """Store every part without packing it."""
    return zipped(unzipped(content), zipfile.ZIP_STORED)


def written_to_a_pipe(content: bytes) -> bytes:
    """Zip it the way programs do that cannot seek: sizes stand behind the data."""

    class Pipe(RawIOBase):
        written = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:
            self.written += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in unzipped(content).items():
            archive.writestr(name, data)
    return pipe.written


ADDITIONS: tuple[Step, ...] = (
    with_pivot,
    with_threaded_comments,
    with_custom_xml,
    with_external_link,
    with_printer_settings,
    with_calculation_chain,
)
WRITINGS: tuple[Step, ...] = (strict, prefixed, unpacked, written_to_a_pipe)
"""Other ways to write down the same workbook."""


def with_all(content: bytes) -> bytes:
    """Put all of these parts into one workbook."""
    for addition in ADDITIONS:
        content = addition(content)
    return content
