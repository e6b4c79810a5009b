"""Cached values leave the cells they must leave, and not one other byte changes."""

import pytest

from bridge.xlsx.markup import OddMarkupError
from bridge.xlsx.sheet_xml import cell_name
from bridge.xlsx.stale import cleared, with_full_calculation

HEAD = b"<?xml version='1.0'?><worksheet xmlns='x'><cols/><sheetData>"
TAIL = b"</sheetData><pageMargins/><!-- ujung --></worksheet>"


def after(rows: str, cells, *, chunk: int = 0) -> str:
    data = HEAD + rows.encode() + TAIL
    chunks = [data[at : at + chunk] for at in range(0, len(data), chunk)] if chunk else [data]
    found = b"".join(cleared(chunks, cells))
    assert found.startswith(HEAD)
    assert found.endswith(TAIL)
    return found[len(HEAD) : -len(TAIL)].decode()


@pytest.mark.parametrize(
    ("cell", "left"),
    [
        ('<c r="B2"><f>A2*2</f><v>8</v></c>', '<c r="B2"><f>A2*2</f></c>'),
        ('<c r="B2" s="3" t="str"><f>A2&amp;"x"</f><v>8x</v></c>', '<c r="B2" s="3"><f>A2&amp;"x"</f></c>'),
        ('<c r="B2" t="e" vm="1" cm="1"><f>A2</f><v>#N/A</v></c>', '<c r="B2" cm="1"><f>A2</f></c>'),
        ('<c r="B2"><f aca="false">A2</f><v xml:space="preserve"> </v></c>', '<c r="B2"><f aca="false">A2</f></c>'),
        ('<c r="B2" t="str"><f>A2</f><v/></c>', '<c r="B2"><f>A2</f></c>'),
        ('<c r="B2"><f t="shared" si="0"/><v>8</v><extLst/></c>', '<c r="B2"><f t="shared" si="0"/><extLst/></c>'),
        ('<c r="B2"><f>A2</f></c>', '<c r="B2"><f>A2</f></c>'),
        ('<c r="B2"><v>8</v></c>', '<c r="B2"></c>'),
        ('<c r="B2" t="inlineStr"><is><t>spill</t></is></c>', '<c r="B2"></c>'),
        ('<c r="B2" s="1"/>', '<c r="B2" s="1"/>'),
        ("<c s='1' r='B2' t='n' ><f>A2</f >\n<v >8</v ></c >", "<c s='1' r='B2' ><f>A2</f >\n</c >"),
        ("<c/><c t='n'><f>A2</f><v>8</v></c>", "<c/><c><f>A2</f></c>"),
        ('<c r="B2"><f>A2</f><!-- <v>7</v> --><v><![CDATA[8]]></v></c>', '<c r="B2"><f>A2</f><!-- <v>7</v> --></c>'),
    ],
)
def test_a_cell_loses_its_value_and_keeps_its_formula_and_style(cell, left):
    rows = '<row r="1"><c r="B1"><f>A1</f><v>1</v></c></row><row r="2">{}<c r="C2"><v>2</v></c></row><row r="3"/>'
    assert after(rows.format(cell), [(2, 2)]) == rows.format(left)


def sheet(numbers, *, is_stale) -> str:
    text = ""
    for row in numbers:
        value = "" if is_stale(row) else f"<v>{row * 2}</v>"
        text += f'<row r="{row}"><c r="A{row}"><v>{row}</v></c><c r="AB{row}"><f>A{row}*2</f>{value}</c></row>'
    return text


@pytest.mark.parametrize("chunk", [0, 7, 1000, 4096])
@pytest.mark.parametrize("step", [1, 3, 50, 1000])
def test_few_and_many_cells_are_cleared_wherever_the_stream_is_cut(step, chunk):
    numbers = [*range(2, 300), *range(400, 500)]
    cells = {(row, 28) for row in range(2, 600, step)}
    before = sheet(numbers, is_stale=lambda _: False)
    assert after(before, cells, chunk=chunk) == sheet(numbers, is_stale=lambda row: (row, 28) in cells)


def test_rows_without_numbers_are_counted_across_the_pieces_of_a_stream():
    rows = "<row><c><f>B1</f><v>1</v></c></row>" * 100
    expected = rows.split("</row>")
    expected[41] = expected[41].replace("<v>1</v>", "")
    assert after(rows, {(42, 1)}, chunk=100) == "</row>".join(expected)


def test_a_prefix_for_the_tags_changes_nothing():
    row = "<x:row r='4'><x:c r=\"{}\"><x:f>B4</x:f>{}</x:c></x:row>"
    data = "<x:worksheet><x:sheetData>{}</x:sheetData></x:worksheet>"
    stale, clean = (data.format(row.format(cell_name(4, 1), value)) for value in ("<x:v>1</x:v>", ""))
    assert b"".join(cleared([stale.encode()], [(4, 1)])) == clean.encode()


def test_without_cells_the_stream_stays_as_it_is():
    rows = sheet(range(2, 9), is_stale=lambda _: False)
    assert after(rows, []) == rows
    assert b"".join(cleared([b"<worksheet><sheetData/></worksheet>"], [])) == (
        b"<worksheet><sheetData></sheetData></worksheet>"
    )


def test_a_sheet_we_cannot_read_is_an_error():
    with pytest.raises(OddMarkupError):
        b"".join(cleared(["<worksheet/>".encode("utf-16")], [(1, 1)]))


@pytest.mark.parametrize(
    "parts",
    [
        "<sheets/>{}<extLst/>",
        "<sheets></sheets><definedNames><definedName name='a'>1</definedName></definedNames>{}<oleSize/>",
        "<sheets></sheets><externalReferences/><definedNames/>{}<pivotCaches/>",
        "<!-- <calcPr/> --><sheets></sheets >{}<!-- </sheets> -->",
    ],
)
def test_a_workbook_without_calculation_settings_gets_them_in_their_place(parts):
    part = f"<workbook><workbookPr/>{parts}</workbook>"
    expected = part.format('<calcPr fullCalcOnLoad="1"/>')
    assert with_full_calculation(part.format("").encode()) == expected.encode()


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ('<calcPr calcId="191029"/>', '<calcPr calcId="191029" fullCalcOnLoad="1"/>'),
        ("<calcPr fullCalcOnLoad='0' calcId='5' />", "<calcPr calcId='5' fullCalcOnLoad=\"1\" />"),
        ('<calcPr fullCalcOnLoad="1" calcId="5"/>', '<calcPr fullCalcOnLoad="1" calcId="5"/>'),
        ('<calcPr fullCalcOnLoad="true"></calcPr>', '<calcPr fullCalcOnLoad="true"></calcPr>'),
    ],
)
def test_calculation_settings_that_are_there_are_kept(before, expected):
    part = "<workbook><sheets/>{}<extLst/></workbook>"
    assert with_full_calculation(part.format(before).encode()) == part.format(expected).encode()


def test_the_settings_take_the_prefix_of_the_workbook():
    part = b"<x:workbook><x:sheets><x:sheet/></x:sheets></x:workbook>"
    assert b'</x:sheets><x:calcPr fullCalcOnLoad="1"/></x:workbook>' in with_full_calculation(part)


def test_a_workbook_without_sheets_is_not_understood():
    with pytest.raises(OddMarkupError):
        with_full_calculation(b"<workbook/>")
