import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.columns import Column
from bridge.values import Look, Unclear, Whole, Words
from bridge.xlsx.cells import CellReader, _strings
from bridge.xlsx.markup import OddMarkupError
from bridge.xlsx.sheet_xml import CellSpan, escaped, joined_text, tags_for
from bridge.xlsx.styles import PLAIN, Style

STYLES = [PLAIN, Style(Look.DATE, 0), Style(Look.PERCENT, 0), Style(Look.PLAIN, 5)]
TEXTS = ["KOPI-1", " 1.250.000 ", "", "6.9E+12", "kosong", "-5", "12", "\u200bbatik\u200b", "１２", "0" * 18]
TAGS = tags_for(b"")
READER = CellReader(STYLES, TEXTS)

contents = st.one_of(
    st.from_regex(rb"[0-9]{1,18}", fullmatch=True),
    st.sampled_from([b"-3", b"0007", b"1.5", b"1E3", b"60500.00000000001", b"", b" 4 ", b"7_0"]),
)
texts = st.one_of(st.sampled_from(TEXTS), st.text(max_size=8)).map(escaped)
kinds = st.sampled_from([b"", b' t="n"', b' t="s"', b' t="str"', b' t="b"', b' t="e"', b' t="d"'])
styles = st.sampled_from([b"", b' s="0"', b' s="1"', b' s="2"', b' s="3"', b' s="99"'])
cells = st.one_of(
    st.builds(b"%s%s><v>%s</v></c>".__mod__, st.tuples(styles, kinds, contents)),
    st.builds(b'%s t="inlineStr"><is><t>%s</t></is></c>'.__mod__, st.tuples(styles, texts)),
    st.builds(b"%s%s><f>A1+1</f><v>%s</v></c>".__mod__, st.tuples(styles, kinds, contents)),
    st.builds(b'%s t="s"><v>%d</v></c>'.__mod__, st.tuples(styles, st.integers(0, len(TEXTS)))),
)


def by_the_plain_pattern(column: Column, raw: bytes) -> object:
    try:
        return READER.raw_values(column, TAGS)(raw)
    except (OddMarkupError, ValueError):
        return OddMarkupError


def by_the_cell(column: Column, raw: bytes) -> object:
    attributes, _, inner = raw.partition(b">")
    try:
        return READER.value(column, CellSpan(0, 0, 0, attributes, inner), TAGS)
    except (OddMarkupError, ValueError):
        return OddMarkupError


@given(st.sampled_from(list(Column)), cells)
@settings(max_examples=100)
def test_a_cell_means_the_same_whether_or_not_it_is_plain_enough_for_the_short_way(column: Column, raw: bytes) -> None:
    assert by_the_plain_pattern(column, raw) == by_the_cell(column, raw)


def test_every_kind_of_number_format_is_heeded_in_a_column_of_units() -> None:
    value = READER.raw_values(Column.STOCK, TAGS)
    assert [value(b' s="%d"><v>12</v></c>' % style) for style in range(4)] == [
        Whole(12),
        Unclear("cell.date", "12"),
        Unclear("cell.percent", "12"),
        Whole(12),
    ]


@pytest.mark.parametrize("stored", [b' t="b"><v>1</v></c>', b' t="e"><v>#N/A</v></c>', b"><v>1E+999999999</v></c>"])
def test_what_is_no_day_is_not_moved_to_the_other_date_system(stored: bytes) -> None:
    moved, plain = (
        CellReader([Style(Look.DATE, 0, days)], TEXTS).raw_values(Column.STOCK, TAGS)(stored) for days in (1462, 0)
    )
    assert moved == plain


def test_a_code_stored_as_a_number_keeps_the_zeros_its_format_shows() -> None:
    assert READER.raw_values(Column.SKU, TAGS)(b' s="3"><v>12</v></c>') == Words("00012")


@pytest.mark.parametrize(
    "text", ['<t x="a > b" xml:space="preserve">Roti </t>', "<t x='>'>Roti </t>", '<t\ny=">">Roti </t>', "<t>Roti </t>"]
)
def test_an_attribute_may_hold_what_looks_like_the_end_of_its_tag(text):
    """Found by the fuzz target (seed 11, input 3204)."""
    assert joined_text(f"<r>{text}</r><r><rPr><b/></rPr><t/><t>isi</t></r>".encode(), TAGS) == "Roti isi"


def test_an_attribute_of_a_shared_string_may_hold_what_looks_like_the_end_of_its_tag():
    assert _strings('<sst><si x=">"><t y=">">Roti</t></si><si/><si z="/>"><t>isi</t></si></sst>') == ["Roti", "", "isi"]
