"""The formulas of a sheet are found however it is written, and equal ones below each other are one."""

import pytest

from bridge.formulas.fills import Fill, fills_of
from bridge.formulas.references import ALWAYS_STALE, parsed
from bridge.xlsx.areas import Area
from bridge.xlsx.markup import OddMarkupError, without_asides


def found(rows: str, *, prefix: str = "", chunk: int = 1000) -> list[Fill]:
    data = f"<{prefix}worksheet><{prefix}sheetData>{rows}</{prefix}sheetData></{prefix}worksheet>".encode()
    chunks = [data[at : at + chunk] for at in range(0, len(data), chunk)]
    return sorted(fills_of(lambda: without_asides(chunks)))


@pytest.mark.parametrize(
    "rows",
    [
        "<row><c/><c/><c><f>B1</f><v>1</v></c></row><row r='7'><c><f>C1</f></c></row>",
        '<row r="1"><c r="C1" t="str"><f>B1</f><v>x</v></c></row><row r="7"><c r="A7"><f ca="0">C1</f></c></row>',
        "<row r='1'><c\tr='C1'><f>B1</f></c></row><row r='7' ><c s='1' r='A7' ><f aca='false' >C1</f ></c></row>",
        "<row><c r='C1'><!-- <f>Z1</f> --><f><![CDATA[B1]]></f></c></row><row r='7'><c r='A7'>\n<f>C1</f></c></row>",
        "<row><c><is><r><rPr><font/></rPr></r></is></c><c r='C1'><f>B1</f></c></row><row r='7'><c><f>C1</f></c></row>",
    ],
)
@pytest.mark.parametrize("chunk", [20, 1000])
def test_formulas_are_found_however_the_sheet_is_written(rows, chunk):
    assert found(rows, chunk=chunk) == [Fill(1, 7, 7, parsed("C1", 7, 1)), Fill(3, 1, 1, parsed("B1", 1, 3))]


def test_a_prefix_for_the_tags_changes_nothing():
    rows = "<x:row r='1'><x:c r='C1'><x:f>B1</x:f></x:c></x:row>"
    assert found(rows, prefix="x:") == [Fill(3, 1, 1, parsed("B1", 1, 3))]


def column(formulas: dict[int, str]) -> str:
    return "".join(f'<row r="{row}"><c r="C{row}">{formula}</c></row>' for row, formula in formulas.items())


@pytest.mark.parametrize("name", ['r="C{}"', ""])
def test_a_column_filled_down_is_one_until_a_gap_or_another_formula(name):
    rows = {row: f"<f>A{row}&amp;B$1</f>" for row in (2, 3, 4, 5, 7, 8, 9)}
    rows[8] = "<f>A8</f>"
    text = "".join(f'<row r="{row}"><c/><c/><c {name.format(row)}>{cell}</c></row>' for row, cell in rows.items())
    formula = parsed("A2&B$1", 2, 3)
    assert found(text) == [
        Fill(3, 2, 5, formula),
        Fill(3, 7, 7, formula),
        Fill(3, 8, 8, parsed("A8", 8, 3)),
        Fill(3, 9, 9, formula),
    ]


def test_a_shared_formula_and_its_copies_are_one():
    copy = "<f t='shared' si='4'/>"
    rows = column({2: "<f t='shared' ref='C2:C4' si='4'>A2</f>", 3: copy, 4: "<f>A4</f>", 5: copy})
    assert found(rows) == [Fill(3, 2, 5, parsed("A2", 2, 3))]


@pytest.mark.parametrize("cell", ["<f t='shared' si='7'/>", "<f/>", "<f ca='1'>FUNGSI(A1)</f>", "<f ca='true'>A1</f>"])
def test_what_its_cell_does_not_tell_is_always_stale(cell):
    assert found(column({3: cell})) == [Fill(3, 3, 3, ALWAYS_STALE)]


def test_an_array_and_a_data_table_know_all_that_they_fill():
    rows = column({2: "<f t='array' ref='C2:D3'>A2:B3</f>", 5: "<f t='dataTable' ref='C5:C6' r1='A1'/>"})
    assert found(rows) == [
        Fill(3, 2, 2, parsed("A2:B3", 2, 3), Area(2, 3, 3, 4)),
        Fill(3, 5, 5, ALWAYS_STALE, Area(5, 3, 6, 3)),
    ]


@pytest.mark.parametrize("ref", ["ref='nol'", "", "ref='E5:E9'", "ref='A1:XFD1048576'"])
def test_an_array_with_an_impossible_area_is_not_understood(ref):
    with pytest.raises(OddMarkupError):
        found(column({2: f"<f t='array' {ref}>A2</f>"}))


@pytest.mark.parametrize("cell", ["<c r='C2'><f>A2</c>", '<c r="C2"><f>A2<b/></f></c>'])
def test_a_formula_with_other_markup_inside_is_not_understood(cell):
    with pytest.raises(OddMarkupError):
        found(f"<row r='2'>{cell}</row>")
