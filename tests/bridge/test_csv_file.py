"""Reading CSV: every dialect of real programs exactly, and a clear refusal of what could be read in two ways."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.columns import Column, Layout
from bridge.csv_file import csv_table, escaped, shown
from bridge.errors import FileRefusedError
from bridge.values import Blank, Unclear, Value, Whole, Words

HEADER = "SKU;Nama Produk;Harga;Stok"


def rows(content: bytes):
    return [
        (row.number, *(row.cells[column] for column in (Column.SKU, Column.STOCK)))
        for row in csv_table(content, "stok.csv").rows
    ]


def refusal(content: bytes) -> FileRefusedError:
    with pytest.raises(FileRefusedError) as caught:
        csv_table(content, "stok.csv")
    assert caught.value.params["name"] == "stok.csv"
    return caught.value


def test_the_table_says_where_everything_stands():
    content = f"{HEADER}\r\n00123;Kopi;1.250.000;12\r\n".encode()
    table = csv_table(content, "stok.csv")
    assert (table.name, table.sheet, table.header_row, table.content) == ("stok.csv", "", 1, content)
    assert table.columns == {Column.SKU: 1, Column.PRODUCT: 2, Column.PRICE: 3, Column.STOCK: 4}
    assert table.rows[0].cells == {
        Column.SKU: Words("00123"),
        Column.PRODUCT: Words("Kopi"),
        Column.PRICE: Whole(1_250_000),
        Column.STOCK: Whole(12),
    }


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
@pytest.mark.parametrize("sep", [False, True])
def test_every_dialect_is_read_exactly(encoding, mark, delimiter, line_end, sep):
    records = [["SKU", "Nama Produk", "Stok"], ["00123", '"Café ""A"";,|\t\r\nbaris 2"', "5"], ["K2", "–", '"6"'], [""]]
    lines = [f"sep={delimiter}"] * sep + [delimiter.join(record) for record in records]
    table = csv_table(mark + line_end.join(lines).encode(encoding), "stok.csv")
    assert [(row.number, *row.cells.values()) for row in table.rows] == [
        (2, Words("00123"), Words('Café "A";,|\t\r\nbaris 2'), Whole(5)),
        (3, Words("K2"), Words("–"), Whole(6)),
    ]


def test_a_separator_of_its_own_counts_and_its_line_is_no_row():
    assert rows(b'"sep=^"\r\nSKU^Stok\r\nK1^5\r\n') == [(2, Words("K1"), Whole(5))]


def test_rows_are_counted_as_a_spreadsheet_shows_them():
    content = b'Daftar barang\n\n"dua\nbaris";x\nSKU;Stok\n\n;;\nK1;5\nK2\n'
    table = csv_table(content, "stok.csv")
    assert table.header_row == 4
    assert [(row.number, row.cells[Column.STOCK]) for row in table.rows] == [(7, Whole(5)), (8, Blank())]


def test_the_layout_of_the_seller_wins():
    content = b"SKU;Stok;Sisa\nSKU;Stok;Sisa\nK1;5;7\n"
    table = csv_table(content, "stok.csv", layout=Layout(header_row=2, titles={Column.STOCK: "Sisa"}))
    assert (table.header_row, table.unknown_headers) == (2, ("Stok",))
    assert [row.cells[Column.STOCK] for row in table.rows] == [Whole(7)]
    with pytest.raises(FileRefusedError, match=r"workbook\.no_header_at .*row=3"):
        csv_table(content, "stok.csv", layout=Layout(header_row=3))


def test_a_quote_inside_a_field_is_a_character():
    assert csv_table(b'SKU;Nama Produk;Stok\nK1;pipa 5" x 3";5\n', "stok.csv").rows[0].cells[Column.PRODUCT] == Words(
        'pipa 5" x 3"'
    )


def test_codes_that_excel_was_asked_to_keep_as_text_are_read_as_it_shows_them():
    assert rows(b'SKU,Stok\n="00123",5\n"=""00124""",6\n') == [
        (2, Words("00123"), Whole(5)),
        (3, Words("00124"), Whole(6)),
    ]


def test_our_apostrophe_is_taken_away_and_the_sellers_stays():
    content = b"SKU;Stok\n'=A;'-5\n'A;'5\n''=B;5\n"
    assert rows(content) == [
        (2, Words("=A"), Unclear("cell.negative", "-5")),
        (3, Words("'A"), Whole(5)),
        (4, Words("'=B"), Whole(5)),
    ]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.text("'=+-@\t\r1", max_size=6))
def test_an_escaped_text_says_what_it_said_and_looks_like_no_formula(text):
    assert shown(escaped(text)) == text
    assert escaped(text)[:1] not in set("=+-@\t\r")


def counted(*records: str, delimiter: str) -> list[Value]:
    """Read the stocks of a file whose records give price and stock."""
    lines = delimiter.join(["SKU", "Harga", "Stok"]), *(delimiter.join(["K", each]) for each in records)
    return [row.cells[Column.STOCK] for row in csv_table("\n".join(lines).encode(), "stok.csv").rows]


@pytest.mark.parametrize("stock", ["12,000", "+12,000", '"12,000"', "'12,000"])
def test_three_decimals_in_a_file_of_semicolons_are_not_taken_for_thousands(stock):
    assert counted(f"55000;{stock}", delimiter=";") == [Unclear("cell.three_decimals", stock.strip('"'))]


@pytest.mark.parametrize("column", [Column.PRICE, Column.STOCK, Column.ADJUSTMENT, Column.COUNT])
def test_three_decimals_are_held_in_every_column_of_numbers_and_in_no_other(column):
    content = "SKU;Harga;Stok;+/-;Opname;Keterangan\n1,000;2,000;3,000;4,000;5,000;6,000\n"
    cells = csv_table(content.encode(), "stok.csv").rows[0].cells
    assert isinstance(cells[column], Unclear)
    assert (cells[Column.SKU], cells[Column.NOTE]) == (Words("1,000"), Words("6,000"))


@pytest.mark.parametrize(
    ("delimiter", "records"),
    [
        (";", ["55.000;12.000", "1.250.000;5"]),
        (";", ["Rp 1.250.000,00;12.000"]),
        (";", ["1,250,000;12,000"]),
        (";", ["Rp 55,000;12,000"]),
        (";", ["1,250,000;12,000", "1.250.000;5"]),
        (",", ["55.000,12.000"]),
        (",", ["1.250.000,12.000"]),
        (",", ['55000,"12,000"']),
        (",", ['"1,250,000","12,000"']),
        (",", ['"Rp 55,000.00","12,000"']),
        ("\t", ["55.000\t12.000"]),
        ("\t", ["1,250,000\t12,000"]),
    ],
)
def test_thousands_as_the_rest_of_the_file_writes_them_are_read(delimiter, records):
    assert counted(*records, delimiter=delimiter)[0] == Whole(12_000)


@pytest.mark.parametrize(
    ("delimiter", "records", "shown"),
    [
        (",", ['"1,250,000",12.000'], "12.000"),
        (",", ['1.250.000,"12,000"'], "12,000"),
        (",", ['Rp 55.000,"12,000"'], "12,000"),
        (";", ["1,250,000;12.000"], "12.000"),
        (";", ["Rp 55,000;12.000"], "12.000"),
        ("\t", ["1.250.000\t12,000"], "12,000"),
    ],
)
def test_a_mark_that_the_rest_of_the_file_leaves_for_decimals_is_asked_about(delimiter, records, shown):
    assert counted(*records, delimiter=delimiter) == [Unclear("cell.three_decimals", shown)]


@pytest.mark.parametrize(
    "price", ["1.250.000", "Rp 1.250.000,00", "1,250,000", "Rp 1.250.000,-", "1250000", "1250000,00"]
)
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_usual_ways_to_write_rupiah_are_read_in_every_file(price, delimiter):
    content = f"SKU{delimiter}Stok{delimiter}Harga\nK{delimiter}5{delimiter}{price}\n".encode()
    assert csv_table(content, "stok.csv").rows[0].cells[Column.PRICE] == Whole(1_250_000)


def test_a_very_long_field_is_read_whole():
    long = "x" * 2_000_000
    content = f'SKU;Stok;Keterangan\nK1;5;"{long}"\nK2;6;{long}\n'.encode()
    assert [row.cells[Column.NOTE] for row in csv_table(content, "stok.csv").rows] == [Words(long), Words(long)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "workbook.zero_bytes"),
        (b"\xef\xbb\xbf", "workbook.no_header"),
        (b"SKU;Nama\nK1;x\n", "workbook.no_header"),
        (b"sep=,\nSKU;Stok\nK1;5\n", "workbook.no_header"),
        (b"PK\x03\x04rest", "workbook.not_csv"),
        (b"\xd0\xcf\x11\xe0rest", "workbook.not_csv"),
        (b"SKU;Stok\nK1;5\0\n", "workbook.not_csv"),
        ("SKU;Stok\nK1;5\n".encode("utf-16-le"), "workbook.not_csv"),
        ("SKU;Stok\nK1;5\n".encode("utf-32"), "workbook.not_csv"),
        (f"{HEADER}\nK1;Café;1;5\nK2;é".encode()[:-1], "workbook.truncated"),
        (f"{HEADER}\nK1;é".encode()[:-1], "workbook.truncated"),
        (b"\xef\xbb\xbf" + f"{HEADER}\nK1;é".encode()[:-1], "workbook.truncated"),
        ("\ufeffSKU;Stok\nK1;5\n".encode("utf-16-le")[:-1], "workbook.truncated"),
        (b"\xef\xbb\xbfSKU;Stok\nK\xe9;5\n", "workbook.csv_encoding"),
        ("SKU;Stok\né;5\n".encode() + b"K\xe9;5\n", "workbook.csv_encoding"),
        (b"SKU;Stok\nK\x81;5\n", "workbook.csv_encoding"),
        (b'SKU;Stok\nK1;5\n"K2;6\nK3;7\n', "workbook.csv_quotes"),
        (b'SKU;Stok\n"K1"x;5\n', "workbook.csv_quotes"),
        (b'SKU,Stok\nK1, "5,6"\n', "workbook.csv_quotes"),
        (b"SKU;Stok\nK1;5\rK2;6\n", "workbook.csv_line_ends"),
        (b"SKU;Stok\r\nK1;5\r\r\n", "workbook.csv_line_ends"),
        (b"SKU;Stok\rK1;5\r\n", "workbook.csv_line_ends"),
        (b"SKU;Stok;Stok\nK1;5;6\n", "workbook.doubled_header"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(content, code):
    assert refusal(content).code == code


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (b'SKU;Stok\nK1;5\n"K2;6\n', 3),
        (b'sep=;\nSKU;Stok\nK1;5\n"x\ny";1\nK1"";"5"5\n', 4),
        (b"SKU;Stok\n\nK1;5\rK2", 3),
    ],
)
def test_a_refusal_names_the_row(content, row):
    assert refusal(content).params["row"] == row


def test_line_feeds_with_and_without_carriage_returns_may_be_mixed():
    assert rows(b"SKU;Stok\nK1;5\r\nK2;6\n\r\nK3;7") == [
        (2, Words("K1"), Whole(5)),
        (3, Words("K2"), Whole(6)),
        (5, Words("K3"), Whole(7)),
    ]


_FIELDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(_FIELDS, _FIELDS), max_size=6),
    st.sampled_from(";,\t|"),
    st.sampled_from(["utf-8-sig", "utf-16"]),
)
def test_any_text_in_quotes_comes_back(records, delimiter, encoding):
    lines = [f'"SKU"{delimiter}"Keterangan"{delimiter}"Stok"']
    for sku, note in records:
        quoted = ('"' + escaped(text).replace('"', '""') + '"' for text in (sku, note))
        lines.append(delimiter.join([*quoted, "1"]))
    found = csv_table("\r\n".join(lines).encode(encoding), "stok.csv").rows
    assert [row.cells[Column.NOTE] for row in found] == [_words(note) for _, note in records]


def _words(text):
    bare = text.strip().strip("\u200b\u2060\ufeff").strip()
    return Words(bare) if bare else Blank()


@settings(max_examples=100)
@given(st.binary(max_size=40), st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"SKU;Stok\n", b'SKU,Stok\r\n"']))
def test_any_bytes_are_read_or_refused(content, before):
    try:
        table = csv_table(before + content, "stok.csv")
    except FileRefusedError:
        return
    assert table.columns.keys() >= {Column.SKU, Column.STOCK}
