"""The real files that the fuzzing starts from: small, because then most of their bytes matter."""

import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO

import openpyxl
import xlsxwriter
from openpyxl.worksheet.table import Table

HEADER = ("SKU", "Nama Produk", "Harga", "Stok", "+/−", "Keterangan", "Nilai")
GOODS: tuple[tuple[object, ...], ...] = (
    ("KOPI-250", "Kopi & susu", 55000, 12, None, "lama"),
    ("00123", "Batik ジャワ 🧵", 1250000, 3, "+2", None),
    (690123456789, None, "1.250.000", "KOSONG", -3, "_x0041_ <b>"),
    ("TEH", "Teh melati", 18500.5, 7, None, None),
)
CSV_FILES: Mapping[str, bytes] = {
    "semicolons.csv": 'SKU;Nama Produk;Harga;Stok;Keterangan\r\nK;Kopi, "enak";55.000;12;a\r\n00123;;1;3;\r\n'.encode(
        "utf-8-sig"
    ),
    "commas.csv": b'Product,SKU,Stock,Note,Price\nCoffee,"K,1",12,"two\nlines",5\nTea,00123,3,\'=x,"1,250,000"\n',
    "tabs.csv": "SKU\tStok\tHarga\r\nA\t1\t2\r\nB\t3\t4\r\n".encode("utf-16"),
    "old.csv": "sep=;\r\nSKU;Stok;Keterangan\r\nCAFÉ;1;“x”\r\nB;2;\r\n".encode("cp1252"),
}
SHEET = "xl/worksheets/sheet1.xml"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def workbooks() -> Mapping[str, bytes]:
    """Make them, by name."""
    shared, in_line = (_without_moments(_by_xlsxwriter(is_streamed=each)) for each in (False, True))
    return {
        "shared.xlsx": shared,
        "inline.xlsx": in_line,
        "openpyxl.xlsx": _without_moments(_by_openpyxl()),
        "prefixed.xlsx": _with_sheet(shared, _prefixed),
        "unnamed.xlsx": _with_sheet(in_line, lambda xml: re.sub(rb'(<(?:c|row)) r="\w+"', rb"\1", xml)),
        "odd.xlsx": _with_sheet(in_line, _odd),
        "stored.xlsx": zipped(unzipped(shared), zipfile.ZIP_STORED),
    }


def unzipped(content: bytes) -> dict[str, bytes]:
    """Give the parts of a workbook in their order."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {each.filename: archive.read(each) for each in archive.infolist()}


def zipped(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Save parts as a workbook."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), data, method)
    return out.getvalue()


def _without_moments(content: bytes) -> bytes:
    """Take out when it was made, so that a seed means the same bytes tomorrow."""
    parts = unzipped(content)
    core = "docProps/core.xml"
    parts[core] = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+", b"2026-11-01T00:00:00", parts[core])
    return zipped(parts)


def _by_xlsxwriter(*, is_streamed: bool) -> bytes:
    out = BytesIO()
    workbook = xlsxwriter.Workbook(out, {"constant_memory": True} if is_streamed else {"in_memory": True})
    sheet = workbook.add_worksheet("Stok")
    day, zeros = (workbook.add_format({"num_format": code}) for code in ("dd/mm/yyyy", "00000"))
    bold = workbook.add_format({"bold": True})
    sheet.write_row(0, 0, HEADER)
    for row, goods in enumerate(GOODS, start=1):
        sheet.write_row(row, 0, goods)
        sheet.write_formula(row, 6, f"=C{row + 1}*D{row + 1}", None, 5)
    sheet.write_row(5, 0, [42], zeros)
    sheet.write_rich_string(5, 1, "Roti ", bold, "isi")
    sheet.write_datetime(5, 2, date(2026, 11, 21), day)
    sheet.write_formula(5, 3, "=1/0", None, "#DIV/0!")
    sheet.write_boolean(5, 4, boolean=True)
    sheet.data_validation("D2:D6", {"validate": "integer", "criteria": ">=", "value": 0})
    sheet.conditional_format("D2:D6", {"type": "data_bar", "data_bar_2010": True})
    sheet.autofilter("A1:G6")
    workbook.add_worksheet("Hitungan").write_formula("A1", "=SUM(Stok!D2:D6)", None, 22)
    workbook.close()
    return out.getvalue()


def _by_openpyxl() -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Stok"
    for row in (HEADER, *GOODS):
        sheet.append(row)
    sheet.add_table(Table(displayName="Barang", ref="A1:G5"))
    sheet["G2"] = "=C2*D2"
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def _with_sheet(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    parts = unzipped(content)
    parts[SHEET] = change(parts[SHEET])
    return zipped(parts)


def _prefixed(xml: bytes) -> bytes:
    return re.sub(rb"<(/?)([A-Za-z]+)(?=[\s/>])", rb"<\1x:\2", xml).replace(b" xmlns=", b" xmlns:x=", 1)


def _odd(xml: bytes) -> bytes:
    """Write the same with comments, CDATA, single quotes and spaces where XML allows them."""
    xml = re.sub(rb"<t>([^<&]+)</t>", rb"<t><![CDATA[\1]]></t>", xml).replace(b"</row>", b"</row >\n<!-- <row> -->")
    return re.sub(rb'<c r="(\w+)"', rb"<c  r = '\1'", xml)
