"""The seller's office: reads and changes a workbook as another program would, and saves it as office programs do."""

import csv
import io
import zipfile
from dataclasses import astuple
from secrets import token_hex

from lxml import etree
from openpyxl import Workbook, load_workbook

FIRST_SHEET = "xl/worksheets/sheet1.xml"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
HEADERS = {
    "sku": "SKU", "product": "Nama Produk", "price": "Harga", "stock": "Stok", "adjustment": "+/−", "count": "Opname",
    "status": "Status", "note": "Keterangan", "key": "Kunci Selaras",
}  # fmt: skip
OWN_HEADER, OWN_SHEET, OWN_WORDS = "Rak", "Catatan saya", "jangan dihapus"
"""A column and a sheet that are none of our business."""
RECIPES, RULES = "Paket", "Alokasi"
SIDE_SHEETS = {
    RECIPES: ("xl/worksheets/sheet3.xml", ("SKU Paket", "SKU Isi", "Jumlah")),
    RULES: ("xl/worksheets/sheet4.xml", ("SKU", "Toko", "Penyangga", "Porsi", "Min", "Maks", "Prioritas")),
}
"""Where these sheets are in our workbook, and their headers."""


def opened(content, suffix):
    """Open a workbook's bytes."""
    return (CsvBook if suffix == ".csv" else XlsxBook)(content)


class XlsxBook:
    """An .xlsx file, opened just far enough: the cells of its first sheet. Whole office programs are slow here."""

    def __init__(self, content):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self._members = {name: archive.read(name) for name in archive.namelist()}
        shared = self._members.get("xl/sharedStrings.xml")
        self._shared = ["".join(entry.itertext()) for entry in etree.fromstring(shared)] if shared else []
        self._sheet = etree.fromstring(self._members[FIRST_SHEET])
        self._cells = {cell.get("r"): cell for cell in self._sheet.iter(f"{MAIN}c")}
        self._at = {self._value(cell): name.rstrip("1") for name, cell in self._cells.items() if name[1:] == "1"}

    def rows(self):
        """Each row as a mapping of header to value, by place."""
        places = (int(name[1:]) for name in self._cells if name[0] == self._at["SKU"] and name[1:] != "1")
        rows = {at: {header: self._shown(f"{column}{at}") for header, column in self._at.items()} for at in places}
        return {at: row for at, row in rows.items() if row["SKU"] is not None}

    def put(self, place, header, value):
        name = f"{self._at[header]}{place}"
        cell = self._cells.get(name)
        if cell is None:
            cell = self._cells[name] = self._new_cell(name, place)
        cell[:] = []
        cell.attrib.pop("t", None)
        _fill(cell, value)

    def sort(self, header, *, is_descending):
        """Sort all rows by one column, as a seller does with everything marked."""
        rows = self.rows()
        ordered = sorted(rows.values(), key=lambda row: (str(row[header]), row["SKU"]), reverse=is_descending)
        for place, row in zip(sorted(rows), ordered, strict=True):
            for name, value in row.items():
                self.put(place, name, value)

    def has_sides_of(self, other):
        """Whether the side sheets say the same as those of another copy."""
        return all(self._members[member] == other._members[member] for member, _headers in SIDE_SHEETS.values())

    def put_side(self, sheet, rows):
        """Write a side sheet anew, as somebody does who deletes all its rows and types."""
        member, headers = SIDE_SHEETS[sheet]
        root = etree.Element(f"{MAIN}worksheet", nsmap={None: MAIN[1:-1]})
        data = etree.SubElement(root, f"{MAIN}sheetData")
        for number, values in enumerate((headers, *rows), 1):
            row = etree.SubElement(data, f"{MAIN}row", r=str(number))
            for column, value in zip("ABCDEFG", values, strict=False):
                if value is not None:
                    _fill(etree.SubElement(row, f"{MAIN}c", r=f"{column}{number}"), value)
        self._members[member] = etree.tostring(root, xml_declaration=True, encoding="UTF-8")

    def bytes(self):
        self._members[FIRST_SHEET] = etree.tostring(self._sheet, xml_declaration=True, encoding="UTF-8")
        into = io.BytesIO()
        with zipfile.ZipFile(into, "w") as archive:
            for name, content in self._members.items():
                archive.writestr(name, content)
        return into.getvalue()

    def _shown(self, name):
        return self._value(self._cells[name]) if name in self._cells else None

    def _value(self, cell):
        text = "".join(cell.itertext())
        match cell.get("t", "n"):
            case "s":
                return self._shared[int(text)]
            case "n":
                return int(text) if text else None
        return text or None

    def _new_cell(self, name, place):
        row = next(row for row in self._sheet.iter(f"{MAIN}row") if row.get("r") == str(place))
        after = [cell for cell in row if cell.get("r")[0] < name[0]]
        cell = etree.Element(f"{MAIN}c", r=name)
        row.insert(len(after), cell)
        return cell


def _fill(cell, value):
    if isinstance(value, int):
        etree.SubElement(cell, f"{MAIN}v").text = str(value)
    elif value is not None:
        cell.set("t", "inlineStr")
        etree.SubElement(etree.SubElement(cell, f"{MAIN}is"), f"{MAIN}t").text = value


class CsvBook:
    """A .csv file as Indonesian Excel writes it."""

    def __init__(self, content):
        self._lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
        self._at = {name: place for place, name in enumerate(self._lines[0])}

    def rows(self):
        return {
            place: {header: self._value(line, at) for header, at in self._at.items()}
            for place, line in enumerate(self._lines)
            if place and line
        }

    def _value(self, line, at):
        text = line[at] if at < len(line) else ""
        return int(text) if text.lstrip("-").isdigit() else text or None

    def put(self, place, header, value):
        line = self._lines[place]
        line += [""] * (len(self._lines[0]) - len(line))
        line[self._at[header]] = "" if value is None else str(value)

    def sort(self, header, *, is_descending):
        rows = self.rows()
        self._lines[1:] = sorted(
            (self._lines[place] for place in rows), key=lambda line: line[self._at[header]], reverse=is_descending
        )

    def bytes(self):
        into = io.StringIO()
        csv.writer(into, delimiter=";", lineterminator="\r\n").writerows(self._lines)
        return into.getvalue().encode("utf-8-sig")


def begun(path, wishes):
    """Make the workbook that a seller begins with: our headers, a column and a sheet of their own, and their wishes."""
    headers = [*HEADERS.values(), OWN_HEADER]
    if path.suffix == ".csv":
        path.write_text(";".join(headers) + "\r\n", encoding="utf-8-sig")
        return
    book = Workbook()
    book.active.title = "Stok"
    book.active.append(headers)
    book.create_sheet(OWN_SHEET)["B2"] = OWN_WORDS
    for sheet, (_member, headers) in SIDE_SHEETS.items():
        book.create_sheet(sheet).append(headers)
    for row in recipe_rows(wishes):
        book[RECIPES].append(row)
    book.save(path)


def recipe_rows(wishes):
    """The rows of the sheet ``Paket``."""
    return [(bundle, part, units) for bundle, recipe in wishes.recipes.items() for part, units in recipe.items()]


def rule_rows(wishes):
    """The rows of the sheet ``Alokasi``; a cell is empty where it says no more than the shop's settings."""
    for (sku, shop), rule in wishes.single.items():
        said = zip(astuple(rule), astuple(wishes.by_shop[shop]), strict=True)
        yield (sku, shop, *(None if here == otherwise else here for here, otherwise in said))


def mark_own(path):
    """Fill the seller's own column: each row's place in the storeroom."""
    book = opened(path.read_bytes(), path.suffix)
    put_own_marks(book)
    put_in_place(path, book.bytes())


def put_own_marks(book):
    """Write each row's mark into an open workbook."""
    for place, row in book.rows().items():
        book.put(place, OWN_HEADER, own_mark(row["SKU"]))


def own_mark(sku):
    return f"R-{sku}"


def own_in(path):
    """Read what is the seller's own, in another reader: the marks by SKU, and the words in the own sheet."""
    if path.suffix == ".csv":
        rows = opened(path.read_bytes(), path.suffix).rows().values()
        return {row["SKU"]: row[OWN_HEADER] for row in rows}, OWN_WORDS
    book = load_workbook(path)
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    own, sku = header.index(OWN_HEADER), header.index(HEADERS["sku"])
    return {row[sku]: row[own] for row in rows if row[sku]}, book[OWN_SHEET]["B2"].value


def put_in_place(path, content):
    """Save as office programs do: a temporary file, renamed."""
    temporary = path.with_name(f"lu{token_hex(4)}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)


def lock_of(path):
    """The lock file of LibreOffice."""
    return path.with_name(f".~lock.{path.name}#")
