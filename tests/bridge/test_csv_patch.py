"""Writing CSV: the fields that must change, in the habits of the file, and not one byte more."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.columns import ANYWHERE, Column, Layout
from bridge.csv_file import csv_table
from bridge.csv_patch import csv_patch
from bridge.errors import FileRefusedError
from bridge.patch import Change
from bridge.values import Blank, Whole, Words

HEADER = "SKU;Nama Produk;Harga;Stok;+/-;Keterangan"


def patched(content: bytes, changes=(), appended=(), layout=ANYWHERE) -> bytes:
    return csv_patch(csv_table(content, "stok.csv", layout=layout), changes, appended).content


def refusal(content: bytes, changes=(), appended=()) -> FileRefusedError:
    with pytest.raises(FileRefusedError) as caught:
        patched(content, changes, appended)
    assert (caught.value.params["name"], caught.value.params["sheet"]) == ("stok.csv", "CSV")
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-8", b""),
        ("cp1252", b""),
    ],
)
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("has_final", [True, False])
def test_only_the_changed_field_changes_in_every_dialect(encoding, mark, delimiter, line_end, has_final):
    lines = ["sep={0}", 'SKU{0}"Nama"{0}Stok{0}Rak', '00123{0}"Café, ""A"";\n2"{0}5{0}"x"', "{0}", "K2{0}–{0}6"]
    text = line_end.join(lines).format(delimiter) + line_end * has_final
    new = text.replace(f"{delimiter}5{delimiter}", f"{delimiter}19{delimiter}")
    assert patched(mark + text.encode(encoding), [Change(2, Column.STOCK, 19)]) == mark + new.encode(encoding)


@pytest.mark.parametrize(
    ("record", "change", "expected"),
    [
        ("K1;x;1;5;;", Change(2, Column.STOCK, 0), "K1;x;1;0;;"),
        ('K1;x;1;"5";;', Change(2, Column.STOCK, 0), 'K1;x;1;"0";;'),
        ("K1;x;1;5;;", Change(2, Column.STOCK, None), "K1;x;1;;;"),
        ('K1;x;1;"5";;', Change(2, Column.STOCK, None), 'K1;x;1;"";;'),
        ("K1;x;1;5;;", Change(2, Column.ADJUSTMENT, -5), "K1;x;1;5;-5;"),
        ("K1;x;1.250.000;5;;", Change(2, Column.PRICE, 1_300_000), "K1;x;1.300.000;5;;"),
        ("K1;x;1.250.000;5;;", Change(2, Column.PRICE, 1_250_000), "K1;x;1.250.000;5;;"),
        ('K1;x;"Rp 55.000";5;;', Change(2, Column.PRICE, 56_000), 'K1;x;"Rp 56.000";5;;'),
        ("K1;x;Rp1,250,000.00;5;;", Change(2, Column.PRICE, 900), "K1;x;Rp900.00;5;;"),
        ("K1;x;rp. 55.000,-;5;;", Change(2, Column.PRICE, 1_056_000), "K1;x;rp. 1.056.000,-;5;;"),
        ("K1;x;IDR 55000;5;;", Change(2, Column.PRICE, 56_000), "K1;x;IDR 56000;5;;"),
        ("K1;x;55000,00;5;;", Change(2, Column.PRICE, 56_000), "K1;x;56000,00;5;;"),
        ("K1;x;Rp 55.000;5;;", Change(2, Column.PRICE, None), "K1;x;;5;;"),
        ("K1;x;1;1.250.000;;", Change(2, Column.STOCK, 12_000), "K1;x;1;12000;;"),
        ("K1;x;1;12.000;;", Change(2, Column.STOCK, 13_000), "K1;x;1;13000;;"),
        ("K1;x;1;12,000;;", Change(2, Column.STOCK, 1_250_000), "K1;x;1;1250000;;"),
        ("K1;x;1.250,000;5;;", Change(2, Column.PRICE, 56_000), "K1;x;56000;5;;"),
        ("K1;x;1;5", Change(2, Column.NOTE, "baru"), "K1;x;1;5;;baru"),
        ("K1;x;1;5", Change(2, Column.NOTE, None), "K1;x;1;5"),
        ("K1;x;1;5;;", Change(2, Column.NOTE, "a;b"), 'K1;x;1;5;;"a;b"'),
        ("K1;x;1;5;;", Change(2, Column.NOTE, 'a "b"\nc'), 'K1;x;1;5;;"a ""b""\nc"'),
        ("K1;x;1;5;;", Change(2, Column.NOTE, "=1+1"), "K1;x;1;5;;'=1+1"),
        ("K1;x;1;5;;", Change(2, Column.NOTE, "-5"), "K1;x;1;5;;'-5"),
        ("K1;x;1;5;;", Change(2, Column.NOTE, "'=1"), "K1;x;1;5;;''=1"),
        ("K1;x;1;5;;", Change(2, Column.SKU, 42), "42;x;1;5;;"),
        ("K1;=A1;1;5;;", Change(2, Column.PRODUCT, "=A1"), "K1;=A1;1;5;;"),
        ("K1;x;1;5;;", Change(2, Column.COUNT, 5), "K1;x;1;5;;"),
        ("", Change(2, Column.STOCK, 5), ";;;5"),
    ],
)
def test_a_field_is_written_as_the_file_writes_it(record, change, expected):
    content = f"{HEADER}\r\n{record}\r\nK2;y;2;6;;\r\n"
    assert patched(content.encode(), [change]).decode() == f"{HEADER}\r\n{expected}\r\nK2;y;2;6;;\r\n"


def test_a_new_field_is_quoted_as_its_neighbours_are():
    content = b'SKU;Stok;Keterangan\n"K1";5;\n"K2";6;"lama"\n'
    assert patched(content, [Change(2, Column.NOTE, "baru")], [{Column.SKU: "K3", Column.STOCK: 7}]) == (
        b'SKU;Stok;Keterangan\n"K1";5;"baru"\n"K2";6;"lama"\n"K3";7;\n'
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("K1;5;x\r\n", "K1;5;x\r\nK9;3;\r\n"),
        ("K1;5;x", "K1;5;x\r\nK9;3;"),
        ("K1;5;x\r\n;;\r\n\r\n", "K1;5;x\r\nK9;3;\r\n;;\r\n\r\n"),
        ("K1;5\r\n;;catatan saya\r\n", "K1;5\r\n;;catatan saya\r\nK9;3;\r\n"),
        ("", "K9;3;\r\n"),
    ],
)
def test_added_rows_come_after_the_last_content(body, expected):
    head = "SKU;Stok;Rak\r\n"
    table = csv_table((head + body).encode(), "stok.csv")
    result = csv_patch(table, [], [{Column.SKU: "K9", Column.STOCK: 3, Column.PRICE: 1}])
    assert result.content.decode() == head + expected
    again = csv_table(result.content, "stok.csv").rows
    assert [row.cells[Column.SKU] for row in again if row.number in result.appended_rows] == [Words("K9")]


def test_added_rows_come_after_the_row_that_the_caller_names_and_push_a_total_down():
    table = csv_table(b"SKU;Stok\nK1;5\nTOTAL;5\n\n", "stok.csv")
    goods = [{Column.SKU: "K8", Column.STOCK: 3}, {Column.SKU: "K9", Column.STOCK: 4}]
    result = csv_patch(table, [Change(2, Column.STOCK, 6), Change(3, Column.STOCK, 13)], goods, after=2)
    assert result.content == b"SKU;Stok\nK1;6\nK8;3\nK9;4\nTOTAL;13\n\n"
    assert result.appended_rows == (3, 4)


def test_added_rows_never_come_above_the_header():
    table = csv_table(b"Daftar\nSKU;Stok\nTOTAL;0\n", "stok.csv")
    assert csv_patch(table, [], [{Column.SKU: "K9", Column.STOCK: 3}], after=1).content == (
        b"Daftar\nSKU;Stok\nK9;3\nTOTAL;0\n"
    )


def test_a_change_in_an_empty_row_below_and_an_added_row_keep_their_order():
    content = patched(b"SKU;Stok\nK1;5\n\n", [Change(3, Column.STOCK, 8)], [{Column.SKU: "K9", Column.STOCK: 3}])
    assert content == b"SKU;Stok\nK1;5\nK9;3\n;8\n"


def test_a_header_alone_without_a_line_end_gets_rows_too():
    assert patched(b"SKU;Stok", [], [{Column.SKU: "K9", Column.STOCK: 3}]) == b"SKU;Stok\r\nK9;3"


def test_nothing_to_change_gives_the_same_file():
    content = b'SKU;Stok;Keterangan\n"K1";5;x'
    table = csv_table(content, "stok.csv")
    for changes in ([], [Change(2, Column.STOCK, 5), Change(2, Column.NOTE, "x"), Change(2, Column.PRICE, 9)]):
        result = csv_patch(table, changes)
        assert (result.content, result.content_hash) == (content, table.content_hash)


@pytest.mark.parametrize(
    ("encoding", "product", "expected"),
    [
        ("cp1252", "Café", "v 12 -> 19, −3 × é ?".replace("−", "-").replace("×", "×")),
        ("utf-8", "Kopi", "v 12 -> 19, -3 x e ?"),
        ("utf-8", "Café", "✓ 12 → 19, −3 × é 😀"),
        ("utf-16", "Kopi", "✓ 12 → 19, −3 × é 😀"),
    ],
)
def test_notes_are_spelled_in_what_the_encoding_has(encoding, product, expected):
    content = f"SKU;Nama Produk;Stok;Keterangan\nK1;{product};5;\n".encode(encoding)
    new = patched(content, [Change(2, Column.NOTE, "✓ 12 → 19, −3 × é 😀")])
    assert csv_table(new, "stok.csv").rows[0].cells[Column.NOTE] == Words(expected)
    assert new.decode(encoding).replace(expected, "") == content.decode(encoding)


@pytest.mark.parametrize(
    ("changes", "appended", "code", "params"),
    [
        ([Change(2, Column.PRODUCT, "Kopi 😀")], [], "workbook.csv_character", {"row": 2, "cell": "B2"}),
        ([], [{Column.SKU: "K→2"}], "workbook.csv_character", {"row": 3, "cell": "A3"}),
        ([Change(2, Column.PRODUCT, "a\0b")], [], "workbook.csv_character", {"row": 2, "cell": "B2"}),
        ([Change(2, Column.PRODUCT, "x" * 32_768)], [], "workbook.text_too_long", {"row": 2, "cell": "B2"}),
        ([Change(1, Column.STOCK, 5)], [], "workbook.target_header", {"row": 1}),
        ([Change(9, Column.STOCK, 5)], [], "workbook.target_missing", {"row": 9}),
        ([Change(2, Column.STOCK, -5)], [], "workbook.not_verified", {"row": 2}),
    ],
)
def test_what_cannot_be_written_is_refused_and_named(changes, appended, code, params):
    error = refusal("SKU;Nama Produk;Stok\nK1;Café;5\n".encode("cp1252"), changes, appended)
    assert error.code == code
    assert params.items() <= error.params.items()


def test_the_layout_of_the_seller_is_kept():
    layout = Layout(header_row=2, titles={Column.STOCK: "Sisa"})
    content = b"SKU;Stok;Sisa\nSKU;Stok;Sisa\nK1;5;7\n"
    assert patched(content, [Change(3, Column.STOCK, 9)], layout=layout) == b"SKU;Stok;Sisa\nSKU;Stok;Sisa\nK1;5;9\n"


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6) | st.text(
    "'=+-;,\t\"\r\n x", max_size=6
)
_QUOTED = _TEXTS.map(lambda text: '"' + text.replace('"', '""') + '"')
_BARE = st.text("ABC012-. é", max_size=5)
_RECORDS = st.lists(st.lists(_QUOTED | _BARE, min_size=1, max_size=6), max_size=6)
_CHANGES = st.lists(
    st.tuples(
        st.integers(2, 7),
        st.tuples(st.sampled_from([Column.STOCK, Column.COUNT]), st.none() | st.integers(0, 10**12))
        | st.tuples(st.sampled_from([Column.PRODUCT, Column.NOTE, Column.SKU]), st.none() | _TEXTS),
    ),
    max_size=6,
)


@settings(max_examples=100, deadline=None)
@given(
    records=_RECORDS,
    changes=_CHANGES,
    added=st.lists(st.tuples(_TEXTS, st.integers(0, 9)), max_size=3),
    delimiter=st.sampled_from(";,\t|"),
    line_end=st.sampled_from(["\r\n", "\n", "\r"]),
    encoding=st.sampled_from(["utf-8-sig", "utf-16"]),
    has_final=st.booleans(),
)
def test_reading_a_patched_file_gives_the_old_rows_with_the_changes(  # noqa: PLR0917 -- hypothesis draws them by name
    records, changes, added, delimiter, line_end, encoding, has_final
):
    header = ["SKU", "Rak", "Stok", "Nama Produk", "Keterangan", "Opname"]
    content = line_end.join(delimiter.join(each) for each in [header, *records]) + line_end * has_final
    table = csv_table(content.encode(encoding), "stok.csv")
    last_record = len(records) + 1 - (not has_final and records[-1:] == [[""]])
    asked = [Change(row, column, value) for row, (column, value) in changes if row <= last_record]
    goods = [{Column.SKU: sku, Column.STOCK: stock} for sku, stock in added]
    result = csv_patch(table, asked, goods)
    expected = {row.number: dict(row.cells) for row in table.rows}
    blank = dict.fromkeys(table.columns, Blank())
    shift = len(goods)
    final = {}
    for change in asked:
        expected.setdefault(change.row, dict(blank))[change.column] = _value(change.value)
    first_added = result.appended_rows[0] if goods else last_record + 1
    for number, cells in expected.items():
        final[number + shift * (number >= first_added)] = cells
    for number, row in zip(result.appended_rows, goods, strict=True):
        final[number] = blank | {column: _value(value) for column, value in row.items()}
    assert {row.number: row.cells for row in csv_table(result.content, "stok.csv").rows} == {
        number: cells for number, cells in final.items() if set(cells.values()) != {Blank()}
    }


def _value(wish):
    if isinstance(wish, int):
        return Whole(wish)
    bare = (wish or "").strip().strip("\u200b\u2060\ufeff").strip()
    return Words(bare) if bare else Blank()
