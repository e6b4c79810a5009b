"""Comments, CDATA, processing instructions and other encodings: read right, and put back where they were."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.columns import Column
from bridge.errors import FileRefusedError
from bridge.patch import Change, patch
from bridge.read import read_table, table_in
from bridge.values import Whole, Words
from bridge.xlsx.markup import Asides, OddMarkupError, as_utf8, without_asides

NS = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'"
HEADER = (
    "<row r='1'><c r='A1' t='inlineStr'><is><t>SKU</t></is></c><c r='B1' t='inlineStr'><is><t>Stok</t></is></c></row>"
)
K1 = "<row r='2'><c r='A2' t='inlineStr'><is><t>K1</t></is></c><c r='B2'><v>3</v></c></row>"


def sheet(rows: str, *, declaration: str = "<?xml version='1.0'?>") -> str:
    return f"{declaration}<worksheet {NS}><sheetData>{HEADER}{rows}</sheetData></worksheet>"


@pytest.mark.parametrize(
    "rows",
    [
        K1 + "<!-- <row r='2'><c r='B2'><v>9</v></c></row> -->",
        K1.replace("<c r='B2'>", "<!-- <c r='B2'><v>9</v></c> --><c r='B2'>"),
        K1.replace("<v>3</v>", "<v><!-- 9 -->3<!----></v>"),
        K1.replace("K1", "<![CDATA[K1]]>"),
        K1.replace("K1", "<![CDATA[K]]>1"),
        K1.replace("<row", "<?excel <row r='2'>?><row"),
    ],
)
def test_comments_cdata_and_instructions_do_not_change_what_is_read(raw_workbook, rows):
    (row,) = read_table(raw_workbook(sheet(rows))).rows
    assert (row.number, row.cells) == (2, {Column.SKU: Words("K1"), Column.STOCK: Whole(3)})


def test_markup_inside_cdata_is_text_in_cells_and_in_shared_strings(raw_workbook):
    rows = K1.replace("K1", "<![CDATA[a<b>&amp;]]>") + "<row r='3'><c r='A3' t='s'><v>0</v></c></row>"
    table = read_table(
        raw_workbook(sheet(rows), strings=f"<sst {NS}><!-- <si/> --><si><t><![CDATA[</t>&]]></t></si></sst>")
    )
    assert [row.cells[Column.SKU] for row in table.rows] == [Words("a<b>&amp;"), Words("</t>&")]


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UTF-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("UTF-16", "utf-16-be"),
        ("iso-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
    ],
)
def test_another_encoding_is_read_and_not_written(raw_workbook, declared, encoding):
    xml = sheet(K1.replace("K1", "KOPÉ"), declaration=f"<?xml version='1.0' encoding='{declared}'?>")
    path = raw_workbook(xml.encode(encoding))
    table = read_table(path)
    assert table.rows[0].cells == {Column.SKU: Words("KOPÉ"), Column.STOCK: Whole(3)}
    if encoding == "utf-8-sig":
        assert table_in(patch(table, [Change(2, Column.STOCK, 4)]).content, "w").rows[0].cells[Column.STOCK] == Whole(4)
        return
    with pytest.raises(FileRefusedError) as caught:
        patch(table, [Change(2, Column.STOCK, 4)])
    assert (caught.value.code, caught.value.params["part"]) == ("workbook.odd_encoding", "xl/worksheets/any.xml")


def test_shared_strings_may_be_in_another_encoding_without_hindering_a_change(raw_workbook):
    strings = f"<?xml version='1.0' encoding='UTF-16'?><sst {NS}><si><t>KOPÉ</t></si></sst>".encode("utf-16")
    path = raw_workbook(sheet("<row r='2'><c r='A2' t='s'><v>0</v></c></row>"), strings=strings)
    table = read_table(path)
    assert table.rows[0].cells[Column.SKU] == Words("KOPÉ")
    assert table_in(patch(table, [Change(2, Column.STOCK, 4)]).content, "w").rows[0].cells[Column.STOCK] == Whole(4)


def test_a_change_leaves_comments_and_cdata_where_they_were(raw_workbook, zip_members):
    rows = "<!-- <row r='9'> --><?x y?>" + K1.replace("K1", "<![CDATA[K&1]]>").replace("</row>", "<!-- akhir --></row>")
    before = sheet(rows + "<row r='3'><c r='A3'><v>5</v></c></row>")
    path = raw_workbook(before)
    content = patch(read_table(path), [Change(2, Column.STOCK, 7)]).content
    after = zip_members(content)["xl/worksheets/any.xml"].decode()
    assert after == before.replace("<c r='B2'><v>3</v></c>", '<c r="B2"><v>7</v></c>')


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(["<a>", "teks & <b/>", "<!-- - <c> -->", "<!---->", "<![CDATA[<&]]]>", "<?p <!-- ?>", "]]>"]),
        max_size=6,
    ),
    st.integers(1, 9),
)
def test_however_the_stream_is_cut_asides_come_out_and_go_back(parts, size):
    xml = "".join(parts).encode()
    chunks = [xml[at : at + size] for at in range(0, len(xml), size)]
    asides = Asides()
    bare = b"".join(asides.taken(iter(chunks)))
    assert b"<!" not in bare
    assert b"".join(asides.restored([bare])) == xml
    plain = b"".join(without_asides(iter(chunks))).decode()
    assert plain == "".join(
        {"<![CDATA[<&]]]>": "&lt;&amp;]"}.get(part, part) for part in parts if part[:3] not in {"<!-", "<?p"}
    )


@pytest.mark.parametrize(
    "xml", [b"<!DOCTYPE x>", b"<a><!ENTITY e 'x'></a>", b"<!-- a", b"<![CDATA[a]]", b"<a", b"a\0b"]
)
def test_document_types_and_unfinished_asides_are_refused(xml):
    if xml == b"<a":
        assert b"".join(without_asides([xml])) == xml
        return
    with pytest.raises(OddMarkupError):
        list(without_asides([xml]))


def test_a_comment_without_end_is_not_searched_for_ever():
    with pytest.raises(OddMarkupError):
        list(without_asides([b"<!--<!--" * 32_000] * 64))


def test_bytes_that_their_encoding_does_not_have_are_refused():
    with pytest.raises(OddMarkupError):
        list(as_utf8([b"<?xml version='1.0' encoding='utf-16-le'?>".decode().encode("utf-16") + b"\x00"]))
