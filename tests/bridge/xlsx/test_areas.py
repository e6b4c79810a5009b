"""Areas, and how they grow with a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.xlsx.areas import Area, Growth, area_of, grow_filter_name, grow_filters, grow_lists, widen_dimension
from bridge.xlsx.sheet_xml import LAST_COLUMN, LAST_ROW, column_letters, column_number

GROWTH = Growth(header_row=1, last_row=5, new_last_row=8, columns=frozenset({1, 2, 4}))


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("A1", Area(1, 1, 1, 1)),
        ("$B$2:C10", Area(2, 2, 10, 3)),
        ("C10:B2", Area(2, 2, 10, 3)),
        ("B:C", Area(1, 2, LAST_ROW, 3)),
        ("3:4", Area(3, 1, 4, LAST_COLUMN)),
        ("#REF!", None),
        ("", None),
    ],
)
def test_an_area_is_read(text, area):
    assert area_of(text) == area


@pytest.mark.parametrize(
    ("ref", "grown"),
    [
        ("A1:H5", "A1:H8"),
        ("A1:H6", "A1:H8"),
        ("A1:H4", "A1:H4"),
        ("A1:H9", "A1:H9"),
        ("K1:M5", "K1:M5"),
        ("A3:H5", "A3:H5"),
    ],
)
def test_a_table_grows_only_when_it_holds_our_rows_to_the_last(ref, grown):
    assert GROWTH.table(ref) == grown


@pytest.mark.parametrize(
    ("refs", "grown"),
    [
        ("D2:D5", "D2:D8"),
        ("D5", "D5:D8"),
        ("A1:A5 C2:C4 D2:D5", "A1:A8 C2:C4 D2:D8"),
        ("D:D", "D:D"),
        ("A1:H1", "A1:H1"),
        ("$D$2:$D$5", "D2:D8"),
    ],
)
def test_rules_that_reach_the_last_row_grow(refs, grown):
    assert GROWTH.list(refs) == grown


def test_rules_in_extensions_grow_and_quoted_signs_do_not_confuse():
    xml = (
        b'<dataValidation prompt="a > b" sqref="D2:D5"/>'
        b"<x14:conditionalFormatting><x14:cfRule/><xm:sqref>D2:D5</xm:sqref>\n</x14:conditionalFormatting >"
        b"<x14:dataValidation><xm:sqref>D2:D5</xm:sqref></x14:dataValidation>"
        b"<ignoredError sqref='A2:A5'/><other sqref=\"D2:D5\"/>"
    )
    assert grow_lists(xml, GROWTH) == xml.replace(b"D5", b"D8", 3).replace(b"A5", b"A8")


@pytest.mark.parametrize("element", ["sparkline", "ignoredError", "protectedRange"])
def test_a_place_in_an_extension_that_is_no_rule_stays_where_it_is(element):
    xml = f"<x14:{element}><xm:f>Stok!A5:C5</xm:f><xm:sqref>D5</xm:sqref></x14:{element}>".encode()
    assert grow_lists(xml, GROWTH) == xml


def test_a_filter_without_rows_grows_from_its_header():
    first = Growth(header_row=1, last_row=1, new_last_row=4, columns=frozenset({1}))
    assert grow_filters(b'<autoFilter ref="A1:H1"/>', first) == b'<autoFilter ref="A1:H4"/>'
    assert first.list("A1:H1") == "A1:H1"


def test_only_the_hidden_name_of_this_sheet_grows():
    xml = (
        b'<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">\'Toko Saya\'!$A$1:$H$5</definedName>'
        b'<definedName name="_xlnm._FilterDatabase" localSheetId="10" hidden="1">B!$A$1:$H$5</definedName>'
        b'<definedName name="_xlnm.Print_Area" localSheetId="0">\'Toko Saya\'!$A$1:$H$5</definedName>'
    )
    assert grow_filter_name(xml, 0, GROWTH) == xml.replace(b"$H$5", b"$H$8", 1)


def test_the_used_area_covers_what_was_written():
    assert widen_dimension(b'<dimension ref="B2:C3"/>', Area(1, 3, 9, 4)) == b'<dimension ref="B1:D9"/>'
    assert widen_dimension(b"<sheetViews/>", Area(1, 3, 9, 4)) == b"<sheetViews/>"


@given(st.integers(1, LAST_COLUMN))
def test_column_letters_count_like_the_sheet_does(number):
    assert column_number(column_letters(number).encode()) == number
