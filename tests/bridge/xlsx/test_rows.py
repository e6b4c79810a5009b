"""Rows at speed: the pattern and the tokenizer read the same, whatever the row looks like."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.columns import Column
from bridge.read import read_table
from bridge.values import Blank, Look, Whole, Words
from bridge.xlsx.cells import CellReader
from bridge.xlsx.markup import OddMarkupError
from bridge.xlsx.rows import RowReader
from bridge.xlsx.styles import PLAIN, Style

COLUMNS = {Column.SKU: 2, Column.PRODUCT: 3, Column.STOCK: 5, Column.NOTE: 28}
LETTERS = {1: "A", 2: "B", 3: "C", 5: "E", 7: "G", 28: "AB", 29: "AC"}
CELLS = CellReader([PLAIN, Style(Look.DATE, 0), Style(Look.PLAIN, 5)], ["polos", "", "a & b", "12"])


def read(rows: str) -> list:
    sheet = f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode()
    return list(RowReader(1, COLUMNS, CELLS).rows([sheet]))


def spaced(rows: str) -> str:
    """The same XML with a blank that keeps the pattern from taking any row whole."""
    return rows.replace('<c r="', '<c  r="').replace("</row>", " </row>")


CELL = st.tuples(
    st.sampled_from(["", ' s="1"', ' s="2"', ' s="9"']),
    st.sampled_from(
        [
            "/>",
            "></c>",
            "><v>12</v></c>",
            "><v>1.5</v></c>",
            "><v/></c>",
            "><f>A1</f><v>12</v></c>",
            "><f>A1</f></c>",
            ' t="s"><v>0</v></c>',
            ' t="s"><v>1</v></c>',
            ' t="s"><v>2</v></c>',
            ' t="s"><f>A1</f><v>3</v></c>',
            ' t="str"><f>A1</f><v>x&lt;y</v></c>',
            ' t="inlineStr"><is><t>00123</t></is></c>',
            ' t="inlineStr"><is><t xml:space="preserve"> K </t></is></c>',
            ' t="inlineStr"><is><r><t>te</t></r><r><t>bal</t></r></is></c>',
            ' t="e"><v>#N/A</v></c>',
            ' t="b"><v>1</v></c>',
            ' t="d"><v>2026-11-21</v></c>',
        ]
    ),
)
ROWS = st.lists(st.dictionaries(st.sampled_from(sorted(LETTERS)), CELL, max_size=6), max_size=5)


@settings(max_examples=100)
@given(ROWS)
def test_pattern_and_tokenizer_agree(rows):
    xml = "".join(
        f'<row r="{number}" spans="1:29">'
        + "".join(f'<c r="{LETTERS[at]}{number}"{style}{rest}' for at, (style, rest) in sorted(row.items()))
        + "</row>"
        for number, row in enumerate(rows, start=2)
    )
    assert read(xml) == read(spaced(xml))


def test_rows_the_pattern_does_not_take_stand_between_rows_it_takes():
    plain = '<row r="{0}"><c r="B{0}" t="inlineStr"><is><t>K{0}</t></is></c><c r="E{0}"><v>{0}</v></c></row>'
    odd = "<row r='3' ><c r='B3' t='inlineStr'><is><t>K3</t></is></c>\n<c r = 'E3'><v>3</v></c></row >"
    rows = read(plain.format(2) + odd + '<row r="4" ht="9"/>\n' + plain.format(5))
    assert [(number, cells[Column.SKU], cells[Column.STOCK]) for number, cells in rows] == [
        (number, Words(f"K{number}"), Whole(number)) for number in (2, 3, 5)
    ]
    assert rows[0][1][Column.NOTE] == Blank()


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="B3"><v>1</v></c></row>',
        '<row r="2"><c r="E2"><v>1</v></c><c r="B2"><v>1</v></c></row>',
        '<row r="2"><c r="B2"><v>1</v></c><c r="B2"><v>2</v></c></row>',
        '<row r="3"><c r="B3"><v>1</v></c></row><row r="2"><c r="B2"><v>1</v></c></row>',
        '<row r="2"><c r="B2"><v>1</v></c></row><row r="2"><c r="B2"><v>1</v></c></row>',
        '<row r="1048577"><c r="B1048577"><v>1</v></c></row>',
        '<row r="2"><c r="B2" t="s"><v>4</v></c></row>',
        '<row r="2"><c r="B2" t="s"><v>-1</v></c></row>',
        '<row r="2"><c r="B2" t="inlineStr"><is><t>&e;</t></is></c></row>',
    ],
)
def test_damage_is_refused_by_either(rows):
    for xml in (rows, spaced(rows)):
        with pytest.raises(OddMarkupError):
            read(xml)


def test_a_row_may_be_cut_anywhere_by_the_stream():
    row = '<row r="{0}"><c r="B{0}" t="s"><v>0</v></c></row>'
    sheet = f"<worksheet><sheetData>{''.join(map(row.format, range(2, 6)))}</sheetData></worksheet>".encode()
    for size in range(1, 60, 7):
        chunks = [sheet[at : at + size] for at in range(0, len(sheet), size)]
        assert [number for number, _ in RowReader(1, COLUMNS, CELLS).rows(chunks)] == [2, 3, 4, 5]


def test_more_contents_than_are_remembered_are_read_all_the_same(raw_workbook):
    header = '<row r="1"><c r="A1" t="str"><v>SKU</v></c><c r="B1" t="str"><v>Stok</v></c></row>'
    row = '<row r="{0}"><c r="A{0}" t="str"><v>K{0}</v></c><c r="B{0}"><v>{0}</v></c></row>'
    body = "".join(map(row.format, range(2, 9002)))
    table = read_table(raw_workbook(f"<worksheet><sheetData>{header}{body}</sheetData></worksheet>"))
    assert [row.cells for row in table.rows] == [
        {Column.SKU: Words(f"K{number}"), Column.STOCK: Whole(number)} for number in range(2, 9002)
    ]


def test_a_row_without_end_is_refused_before_it_fills_the_memory():
    endless = [b"<worksheet><sheetData><row r='1'>", *([b"<c/>" * (1 << 20)] * 12)]
    with pytest.raises(OddMarkupError):
        list(RowReader(1, COLUMNS, CELLS).rows(endless))
