"""Sheets that the fuzzing found to be read or written wrongly, each cut down to a few lines."""

import pytest
from fidelity.added_parts import SHEET, WORKBOOK, unzipped, zipped
from fidelity.books import workbook
from fidelity.goods import NOTE, PRODUCT, SKU, STOCK
from lxml import etree

from bridge.errors import FileRefusedError
from bridge.patch import Change, patch
from bridge.read import table_in
from bridge.values import Words


def changed(part: str, old: str, new: str, *, book: str = "inline_strings") -> bytes:
    parts = unzipped(workbook(book))
    text = parts[part].decode()
    assert old in text
    parts[part] = text.replace(old, new, 1).encode()
    return zipped(parts)


@pytest.mark.parametrize(
    "cell",
    [
        '<c x="a > b" r="B5" s="2" t="inlineStr">',
        '<c r="B5" x="a > b" t="inlineStr">',
        '<c r="B5" s="2" t="&#105;nlineStr">',
    ],
)
def test_a_text_behind_odd_attributes_is_read_or_refused_and_never_taken_for_a_blank(cell):
    content = changed(SHEET, '<c r="B5" s="2" t="inlineStr">', cell)
    assert product_in(content) in {Words("Teh melati"), "workbook.odd_markup"}


def product_in(content):
    """The product of the fourth goods, or the code of the refusal."""
    try:
        return table_in(content, "w.xlsx").rows[3].cells[PRODUCT]
    except FileRefusedError as error:
        return error.code


@pytest.mark.parametrize(
    "damage",
    [
        "<c r='D2'><v>9</v></c><is><t>Teh melati</t>",  # well-formed, and in no place where a cell may be
        "<v><is><t>Teh melati</t>",
        "<is><t>Teh melati</t></is></c><c r='C5'>",
    ],
)
def test_a_row_whose_cells_are_not_well_nested_is_refused_rather_than_written(damage):
    content = changed(SHEET, "<is><t>Teh melati</t>", damage)
    with pytest.raises(FileRefusedError, match=r"workbook\.(odd_markup|not_verified)"):
        patch(table_in(content, "w.xlsx"), [Change(5, STOCK, 1), Change(5, NOTE, "x")])


def test_a_malformed_sheet_is_refused_rather_than_written():
    content = changed(SHEET, "</worksheet>", "<a></b></worksheet>")
    with pytest.raises(FileRefusedError, match=r"workbook\.odd_markup"):
        patch(table_in(content, "w.xlsx"), [Change(2, STOCK, 1)])


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (WORKBOOK, "$A$1:$I$7", "$XFE$1:$I$7"),
        (WORKBOOK, "</sheets>", "</sheets ><!--</sheets>-->"),
        (WORKBOOK, "<sheets>", "<?x y?><sheets>"),
    ],
)
def test_an_odd_workbook_part_is_refused_or_written_and_nothing_else(part, old, new):
    table = table_in(changed(part, old, new, book="autofilter"), "w.xlsx")
    try:
        result = patch(table, [Change(2, STOCK, 1)], [{SKU: "BARU"}])
    except FileRefusedError:
        return
    assert etree.fromstring(unzipped(result.content)[WORKBOOK]) is not None


def test_a_workbook_part_in_two_bytes_a_character_is_refused_and_nothing_else():
    parts = unzipped(workbook("names"))
    text = parts[WORKBOOK].decode().partition("?>")[2].replace(' fullCalcOnLoad="1"', "")
    content = zipped({**parts, WORKBOOK: text.encode("utf-16-le")})
    with pytest.raises(FileRefusedError, match=r"workbook\.(odd_(markup|encoding)|not_a_workbook)"):
        patch(table_in(content, "w.xlsx"), [Change(2, STOCK, 1)])


def test_the_seller_s_own_formula_goes_on_in_rows_that_are_there_but_empty():
    content = changed(SHEET, "</sheetData>", '<row r="8" ht="20"><c r="A8" s="2"/></row></sheetData>')
    result = patch(table_in(content, "w.xlsx"), [], [{SKU: "BARU", STOCK: 1}])
    assert b"<f>C8*D8</f>" in unzipped(result.content)[SHEET]


def test_the_seller_s_own_formula_goes_on_under_one_that_libreoffice_wrote():
    content = changed(SHEET, "<f>C7*D7</f>", '<f aca="false">C7*D7</f>')
    result = patch(table_in(content, "w.xlsx"), [], [{SKU: "BARU", STOCK: 1}])
    assert b">C8*D8</f>" in unzipped(result.content)[SHEET]
