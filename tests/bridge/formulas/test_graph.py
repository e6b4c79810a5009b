"""Which formulas are stale after a change: every one that depends on it, and no other."""

import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import product
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import FileRefusedError
from bridge.formulas.graph import carry_over, dependents
from bridge.xlsx.archive import Archive
from bridge.xlsx.areas import area_of
from bridge.xlsx.package import Package
from bridge.xlsx.sheet_xml import cell_name

NS = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'"
RELS = "xmlns='http://schemas.openxmlformats.org/package/2006/relationships'"
BARANG = (
    f"<table {NS} id='1' name='Barang' displayName='Barang' ref='A1:C5' totalsRowCount='1'><tableColumns count='3'>"
    "<tableColumn id='1' name='SKU'/><tableColumn id='2' name='Harga [Rp]'/><tableColumn id='3' name='Stok'/>"
    "</tableColumns></table>"
)
GROWING = BARANG.replace("Barang", "Tumbuh").replace("A1:C5", "E1:G5").replace("totalsRowCount='1'", "")


def cells(formulas: Mapping[str, str]) -> str:
    """Write one row for each row of these cells; a formula that begins with ``<`` is markup already."""
    rows: dict[int, dict[int, str]] = {}
    for name, formula in formulas.items():
        place = area_of(name)
        rows.setdefault(place.first_row, {})[place.first_column] = formula
    xml = ""
    for row in sorted(rows):
        xml += f'<row r="{row}">'
        for column in sorted(rows[row]):
            formula = rows[row][column]
            inner = formula if formula.startswith("<") else f"<f>{escape(formula)}</f><v>1</v>"
            xml += f'<c r="{cell_name(row, column)}">{inner}</c>'
        xml += "</row>"
    return xml


def saved(sheets: Mapping[str, str], *, names: str = "", tables: Sequence[str] = ()) -> bytes:
    """Pack a workbook around these rows by sheet name; the tables lie on the first sheet."""
    listed = "".join(f"<sheet name={quoteattr(name)} sheetId='{n}' r:id='r{n}'/>" for n, name in enumerate(sheets, 1))
    links = "".join(
        f"<Relationship Id='r{n}' Type='x/worksheet' Target='worksheets/s{n}.xml'/>" for n in range(1, len(sheets) + 1)
    )
    table_links = "".join(f"<Relationship Id='t{n}' Type='x/table' Target='t{n}.xml'/>" for n in range(len(tables)))
    parts = {
        "_rels/.rels": f"<Relationships {RELS}><Relationship Id='r1' Type='x/officeDocument' Target='xl/w.xml'/>"
        "</Relationships>",
        "xl/w.xml": f"<workbook {NS} xmlns:r='r'><sheets>{listed}</sheets><definedNames>{names}</definedNames>"
        "</workbook>",
        "xl/_rels/w.xml.rels": f"<Relationships {RELS}>{links}</Relationships>",
        "xl/worksheets/_rels/s1.xml.rels": f"<Relationships {RELS}>{table_links}</Relationships>",
        **{f"xl/worksheets/t{n}.xml": table for n, table in enumerate(tables)},
        **{
            f"xl/worksheets/s{n}.xml": f"<worksheet {NS}><sheetData>{rows}</sheetData></worksheet>"
            for n, rows in enumerate(sheets.values(), 1)
        },
    }
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return content.getvalue()


def opened(content: bytes) -> Package:
    return Package(Archive(content, "stok.xlsx"))


def part(number: int) -> str:
    return f"xl/worksheets/s{number}.xml"


def place(name: str) -> tuple[int, int]:
    area = area_of(name)
    return area.first_row, area.first_column


def stale(content: bytes, changed: Mapping[int, Sequence[str]]) -> dict[int, set[str]]:
    """Give the names of the stale cells by the number of their sheet."""
    asked = {part(number): {place(name) for name in names} for number, names in changed.items()}
    found = dependents(opened(content), asked)
    return {
        int(name[len("xl/worksheets/s") : -4]): {cell_name(*each) for each in cells} for name, cells in found.items()
    }


NAMES = (
    "<definedName name='Laba'>Stok!$D$2:$D$3</definedName>"
    "<definedName name='Laba' localSheetId='1'>Stok!$D$9</definedName>"
    "<definedName name='Semua'>Laba+Stok!$E$1</definedName>"
    "<definedName name='SebelahKiri'>Stok!XFD1</definedName>"
    "<definedName name='Atas'>Stok!A1048576</definedName>"
    "<definedName name='Hidup'>OFFSET(Stok!$A$1,1,1)</definedName>"
    "<definedName name='Putar'>Putar2</definedName><definedName name='Putar2'>Putar+1</definedName>"
    "<definedName name='Untung'>_xlfn.LAMBDA(_xlpm.x,_xlpm.x*Stok!$H$1)</definedName>"
    "<definedName name='SKU1234567'>Stok!$D$2</definedName>"
    "<definedName name='Rusak'>#REF!</definedName>"
)
SHEETS = ("Stok", "Toko 'A'", "Mei", "Juni")


@pytest.mark.parametrize(
    ("formula", "read", "not_read"),
    [
        ("C2*D2", "1!C2 1!D2", "1!C1 1!C3 1!D3 1!B2 1!E2 2!C2"),
        ("c$2*$d2", "1!C2 1!D2", "1!C3"),
        ("SUM(C2:D4)", "1!C2 1!D4", "1!C5 1!E2 1!B3"),
        ("SUM(D4:$C$2)", "1!C2 1!D4 1!C4", "1!C5"),
        ("SUM(C:D)", "1!C1 1!D1048576", "1!B1 1!E9"),
        ("SUM(3:$4)", "1!A3 1!XFD4", "1!A2 1!A5"),
        ("Mei!C2+'Toko ''A'''!D3", "3!C2 2!D3", "1!C2 1!D3 2!C2"),
        ("mei!C2", "3!C2", "1!C2"),
        ("SUM(Mei:Juni!B2)+SUM('Toko ''A'':Mei'!B3)", "3!B2 4!B2 2!B3 3!B3", "1!B2 2!B2 4!B3"),
        ("Laba", "1!D2 1!D3", "1!D4 1!D9"),
        ("laba*2", "1!D2", "1!D9"),
        ("'Toko ''A'''!Laba", "1!D9", "1!D2"),
        ("[0]!Laba", "1!D2", "1!D4"),
        ("Semua", "1!D3 1!E1", "1!E2"),
        ("SebelahKiri+Atas", "1!Y20 1!Z19", "1!Z20 1!XFD20 1!A20 1!Z18"),
        ("Untung(C2)", "1!C2 1!H1", "1!H2"),
        ("SKU1234567", "1!D2", "1!D3"),
        ("SUM(Barang[Stok])", "1!C2 1!C4", "1!C1 1!C5 1!C6 1!B2"),
        ("SUM(Barang[Harga '[Rp']])", "1!B2 1!B4", "1!A2 1!C2"),
        ("Barang[[#Totals],[Stok]]", "1!C5", "1!C4"),
        ("Barang[[#Headers],[SKU]:[Stok]]", "1!A1 1!C1", "1!A2"),
        ("SUM(Barang[[#Data],[#Totals],[Stok]])", "1!C2 1!C5", "1!C1"),
        ("ROWS(Barang[#All])", "1!A1 1!C5", "1!D1 1!A6"),
        ("COUNTA(Barang[])+COUNTA(Barang)", "1!A2 1!C4", "1!A1 1!A5"),
        ("SUM(Tumbuh[Stok])", "1!G2 1!G5 1!G6", "1!G1 1!F6"),
        ("Barang[[#This Row],[Stok]]+Barang[@SKU]", "1!C20 1!A20", "1!B20 1!C2"),
        ('SUMIF(A2:A9,"x",C2)', "1!A9 1!C2 1!C9", "1!C1 1!B2"),
        ("SUMIF(A2:A9,D1,C2:C9)", "1!A9 1!D1 1!C9", "1!C10 1!D2"),
        ('SUMIF(A$2:A20,"x",C$2:C20)', "1!A9 1!C9 1!C20", "1!C21"),
        ("SUMIFS(Mei!$D:$D,Mei!$A:$A,A2)", "3!D7 3!A7 1!A2", "3!B7 1!D7"),
        ('IF(A1="B1","say ""C1""",D1)', "1!A1 1!D1", "1!B1 1!C1"),
        ("[1]Stok!C2+'[1]Stok'!C3+'C:\\[x.xlsx]Stok'!C4+[1]!Laba", "", "1!C2 1!C3 1!C4 1!D2"),
        ("#REF!+Stok!#REF!+#REF!A1+#N/A/B2+Rusak", "1!B2", "1!A1"),
        ("LOG10(A4)+ATAN2(B4,1)+1.5E4+TRUE", "1!A4 1!B4", "1!E4"),
        ("_xlfn.LET(_xlpm.A2,C2,_xlpm.A2*2)", "1!C2", "1!A2"),
        ("SUM(_xlfn.ANCHORARRAY(C2),{1,2;3,4})", "1!C2", "1!A1"),
        ("XFD1+1048576:1048576", "1!XFD1 1!A1048576", "1!A1"),
        ("SUM((C2,D2) (C2:D3))", "1!C2 1!D2 1!D3", "1!C4"),
        ('B$2:B$3\n + C2 % ^ -1 & "" <> 2', "1!B3 1!C2", "1!B4"),
    ],
)
def test_a_formula_depends_on_what_it_reads_and_on_nothing_else(formula, read, not_read):
    content = saved(
        {SHEETS[0]: cells({"Z20": formula}), **dict.fromkeys(SHEETS[1:], "")}, names=NAMES, tables=[BARANG, GROWING]
    )
    for names, answer in ((read, {1: {"Z20"}}), (not_read, {})):
        for name in names.split():
            sheet, _, cell = name.partition("!")
            assert (name, stale(content, {int(sheet): [cell]})) == (name, answer)


@pytest.mark.parametrize(
    "formula",
    [
        "NOW()",
        "IF(TODAY()>1,1,2)",
        'INDIRECT("B"&2)',
        "SUM(OFFSET(A1,0,0,2,2))",
        'CELL("contents",A1)',
        "_xlfn.RANDARRAY(2)",
        "Hidup",
        "Putar",
        "TidakAda+1",
        "Hapus!A1",
        "SUM(Hilang[Stok])",
        "SUM(Barang[Hilang])",
        "SUM(Barang[[#Aneh],[Stok]])",
        "SUM(A1:INDEX(A:A,5))",
        "SUMIF(A2:A9,1,IF(A1,B2,C2))",
        "SUM(A1",
        "A1)",
        '"A1',
        "A1|B1",
        "cmd|'/c x'!A1",
        "A" * 9000,
        "",
    ],
)
def test_a_formula_that_does_not_say_what_it_reads_is_stale_after_any_change(formula):
    content = saved({"Stok": cells({"Z20": formula, "Y1": "B1"}), "Mei": ""}, names=NAMES, tables=[BARANG])
    assert stale(content, {2: ["Q99"]}) == {1: {"Z20"}}
    assert stale(content, {2: []}) == {}


def test_staleness_passes_through_any_number_of_formulas_and_sheets():
    content = saved({"A": cells({"A1": "B!A1*2", "C9": "C1"}), "B": cells({"A1": "A!B1", "A2": "SUM(A!A:A)"})})
    assert stale(content, {1: ["B1"]}) == {1: {"A1"}, 2: {"A1", "A2"}}
    assert stale(content, {1: ["C1"]}) == {1: {"C9"}}


def test_formulas_that_need_each_other_end_the_search():
    content = saved({"A": cells({"A1": "B1+C1", "B1": "A1"})})
    assert stale(content, {1: ["C1"]}) == {1: {"A1", "B1"}}


def test_a_changed_cell_is_not_stale_itself():
    content = saved({"A": cells({"A1": "B1", "B1": "C1", "D1": "A1"})})
    assert stale(content, {1: ["C1", "A1"]}) == {1: {"B1", "D1"}}


def test_a_column_filled_down_is_stale_in_the_changed_rows_only():
    formulas = {f"E{row}": f"C{row}*$D{row}+$H$1+C$2" for row in range(2, 40)}
    content = saved({"Stok": cells({**formulas, "E15": "C3", "F1": "SUM(E:E)", "F2": "SUM(E20:E30)"})})
    assert stale(content, {1: ["D7", "C9"]}) == {1: {"E7", "E9", "F1"}}
    assert stale(content, {1: ["D15"]}) == {}
    assert stale(content, {1: ["C3", "C22"]}) == {1: {"E3", "E15", "E22", "F1", "F2"}}
    assert stale(content, {1: ["H1"]}) == {1: {*formulas, "F1", "F2"} - {"E15"}}


def test_a_running_total_is_stale_from_the_changed_row_on():
    content = saved({"Kas": cells({"C2": "B2", **{f"C{row}": f"C{row - 1}+B{row}" for row in range(3, 30)}})})
    assert stale(content, {1: ["B20"]}) == {1: {f"C{row}" for row in range(20, 30)}}
    assert stale(content, {1: ["C2"]}) == {1: {f"C{row}" for row in range(3, 30)}}
    assert stale(content, {1: ["C1"]}) == {}


def test_a_formula_that_goes_on_from_two_rows_above_skips_every_other_row():
    content = saved({"Kas": cells({f"C{row}": f"C{row - 2}+B{row}" for row in range(3, 30)})})
    assert stale(content, {1: ["B20"]}) == {1: {f"C{row}" for row in range(20, 30, 2)}}
    assert stale(content, {1: ["C1"]}) == {1: {f"C{row}" for row in range(3, 30, 2)}}


def test_bounds_that_cross_within_a_column_read_what_lies_between_them():
    content = saved({"A": cells({f"C{row}": f"SUM(B$10:B{row + 2})" for row in range(5, 15)})})
    assert stale(content, {1: ["B8"]}) == {1: {"C5", "C6"}}
    assert stale(content, {1: ["B10"]}) == {1: {f"C{row}" for row in range(5, 15)}}
    assert stale(content, {1: ["B13"]}) == {1: {"C11", "C12", "C13", "C14"}}
    assert stale(content, {1: ["B6", "B17"]}) == {}


SHARED = "<f t='shared' ref='{}' si='{}'>{}</f><v>1</v>"
CHILD = "<f t='shared' si='{}'/><v>1</v>"


def test_shared_formulas_move_with_their_cells():
    content = saved(
        {
            "A": cells(
                {
                    "E2": SHARED.format("E2:F4", 0, "C2*$D2+B$1"),
                    **dict.fromkeys(("E3", "E4", "F2", "F3"), CHILD.format(0)),
                    "F4": "C4",
                    "G2": SHARED.format("G2:G3", 1, "C2"),
                    "G3": CHILD.format(1),
                }
            )
        }
    )
    assert stale(content, {1: ["C3"]}) == {1: {"E3", "G3"}}
    assert stale(content, {1: ["D3"]}) == {1: {"E3", "F3"}}
    assert stale(content, {1: ["C1"]}) == {1: {"F2", "F3"}}
    assert stale(content, {1: ["D4"]}) == {1: {"E4"}}
    assert stale(content, {1: ["C4"]}) == {1: {"E4", "F4"}}


def test_an_array_is_stale_as_a_whole_and_so_is_what_reads_any_cell_of_it():
    spill = "<f t='array' ref='C2:D3'>A2:B3*2</f><v>1</v>"
    content = saved({"A": cells({"C2": spill, "D2": "<v>4</v>", "C3": "<v>4</v>", "F1": "D3", "F2": "E3"})})
    assert stale(content, {1: ["A3"]}) == {1: {"C2", "C3", "D2", "D3", "F1"}}
    assert stale(content, {1: ["A4"]}) == {}


def test_a_sheet_that_cannot_be_understood_refuses_the_file():
    with pytest.raises(FileRefusedError) as refused:
        stale(saved({"A": "", "B": cells({"C2": "<f t='array' ref='nol'>A2</f>"})}), {1: ["A2"]})
    assert (refused.value.code, refused.value.params["part"]) == ("workbook.odd_markup", part(2))


def test_a_data_table_is_stale_after_any_change():
    table = "<f t='dataTable' ref='B2:B3' dt2D='0' dtr='0' r1='A9'/><v>1</v>"
    content = saved({"A": cells({"B2": table, "B3": "<v>4</v>", "F1": "B3"})})
    assert stale(content, {1: ["Z9"]}) == {1: {"B2", "B3", "F1"}}


def test_many_formulas_that_stand_alone_are_found_like_few():
    lone = {f"{letters}{row}": f"$B${row}+Harga!$C${row * 3}" for row in range(1, 200, 2) for letters in ("E", "G")}
    content = saved({"Stok": cells({**lone, "H1": "SUM(E1:E199)"}), "Harga": ""})
    assert stale(content, {1: ["B7"], 2: ["C27", "C28"]}) == {1: {"E7", "G7", "E9", "G9", "H1"}}


def test_formulas_are_taken_apart_again_only_where_a_part_has_changed():
    before = saved({"A": cells({"C2": "B2"}), "B": cells({"C2": "A!C2"})})
    assert stale(before, {1: ["B2"]}) == {1: {"C2"}, 2: {"C2"}}
    after = saved({"A": cells({"C2": "B3"}), "B": cells({"C2": "A!C2"})})
    assert stale(after, {1: ["B2"]}) == {}
    assert stale(after, {1: ["B3"]}) == {1: {"C2"}, 2: {"C2"}}
    assert stale(before, {1: ["B3"]}) == {}


def test_a_graph_is_carried_over_to_the_file_that_was_written_from_it():
    before = Archive(saved({"A": cells({"C2": "B2", "B2": "<v>1</v>"}), "B": cells({"C2": "A!C2"})}), "stok.xlsx")
    other = saved({"A": cells({"C2": "B3", "B2": "<v>2</v>"}), "B": cells({"C2": "A!C3"})})
    assert stale(before.content, {1: ["B2"]}) == {1: {"C2"}, 2: {"C2"}}
    carry_over(before, Archive(other, "stok.xlsx"))
    assert stale(other, {1: ["B2"]}) == {1: {"C2"}, 2: {"C2"}}, "the formulas of the first file are still in use"


def test_nothing_is_carried_over_from_a_file_that_was_not_asked_about():
    asked, never_asked, after = (saved({"A": cells({"C2": formula})}) for formula in ("B2", "B3", "B4"))
    assert stale(asked, {1: ["B2"]}) == {1: {"C2"}}
    carry_over(Archive(never_asked, "stok.xlsx"), Archive(after, "stok.xlsx"))
    assert stale(after, {1: ["B2"]}) == {}
    assert stale(after, {1: ["B4"]}) == {1: {"C2"}}


ROWS, COLUMNS = 8, 4
ORDER = ("Hulu", "Hilir Toko")
"""Formulas read cells of the first sheet, of columns on their left and of rows above them: there are no circles."""


@dataclass(frozen=True)
class Corner:
    row: int
    column: int
    is_row_fixed: bool
    is_column_fixed: bool

    def moved(self, by: int) -> tuple[int, int]:
        return (self.row if self.is_row_fixed else self.row + by), self.column

    def text(self, by: int) -> str:
        row, column = self.moved(by)
        letter = "ABCDEFGH"[column - 1]
        return f"{'$' * self.is_column_fixed}{letter}{'$' * self.is_row_fixed}{row}"


@dataclass(frozen=True)
class Sum:
    """The sum of some rectangles (sheet, corner, corner), filled down over ``height`` rows."""

    areas: tuple[tuple[int, Corner, Corner], ...]
    row: int
    height: int
    is_shared: bool

    def reads(self, by: int) -> set[tuple[int, int, int]]:
        found = set()
        for sheet, one, other in self.areas:
            rows, columns = zip(one.moved(by), other.moved(by), strict=True)
            for row in range(min(rows), max(rows) + 1):
                found.update((sheet, row, column) for column in range(min(columns), max(columns) + 1))
        return found

    def markup(self, by: int, group: int) -> str:
        if self.is_shared and by:
            return CHILD.format(group)
        words = [f"'{ORDER[sheet]}'!{one.text(by)}:{other.text(by)}" for sheet, one, other in self.areas]
        formula = f"SUM({','.join(words)})"
        return SHARED.format("A1:Z99", group, formula) if self.is_shared else f"<f>{formula}</f><v>1</v>"


def corners(rows: range, columns: range):
    return st.sampled_from([Corner(*each) for each in product(rows, columns, (False, True), (False, True))])


@st.composite
def areas(draw, sheet: int, column: int, row: int):
    """Draw an area that the first cell of a fill may read; the cells below it read the same or further down."""
    places = [(sheet, range(1, ROWS + 1), range(1, column))]
    if row > 1:
        places.append((sheet, range(1, row), range(column, column + 1)))
    if sheet:
        places.append((0, range(1, ROWS + 1), range(1, COLUMNS + 1)))
    source, rows, columns = draw(st.sampled_from(places))
    return source, draw(corners(rows, columns)), draw(corners(rows, columns))


@st.composite
def sums(draw):
    """Draw columns of formulas by (sheet, column)."""
    found = defaultdict(list)
    for sheet in range(2):
        for column in range(2, COLUMNS + 1):
            row = draw(st.integers(1, 3))
            while row <= ROWS:
                height = draw(st.integers(1, ROWS + 1 - row))
                parts = tuple(draw(st.lists(areas(sheet, column, row), min_size=1, max_size=2)))
                found[sheet, column].append(Sum(parts, row, height, draw(st.booleans())))
                row += height + draw(st.integers(0, 2))
    return found


@given(sums(), st.sets(st.tuples(st.integers(0, 1), st.integers(1, ROWS), st.integers(1, COLUMNS)), max_size=6))
@settings(max_examples=40, deadline=None)
def test_exactly_the_formulas_whose_value_changes_are_stale(drawn, touched):
    formulas = {}
    sheets = [{}, {}]
    for (sheet, column), fills in drawn.items():
        for group, fill in enumerate(fills):
            for by in range(fill.height):
                formulas[sheet, fill.row + by, column] = fill.reads(by)
                sheets[sheet][cell_name(fill.row + by, column)] = fill.markup(by, group + 100 * column)
    changed = {cell: 1000 + n for n, cell in enumerate(sorted(touched)) if cell not in formulas}

    def values(inputs):
        @cache
        def value(cell):
            return 1 + sum(map(value, formulas[cell])) if cell in formulas else inputs.get(cell, 0)

        return {cell: value(cell) for cell in formulas}

    before, after = values({}), values(changed)
    content = saved(dict(zip(ORDER, map(cells, sheets), strict=True)))
    asked = {
        sheet: [cell_name(row, column) for place, row, column in changed if place == sheet - 1] for sheet in (1, 2)
    }
    found = {(sheet - 1, *place(name)) for sheet, names in stale(content, asked).items() for name in names}
    assert found == {cell for cell in formulas if before[cell] != after[cell]}
