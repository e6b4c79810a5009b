"""Reading a workbook: every way programs write cells, and everything that is refused."""

import os
import time
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from bridge.columns import Column
from bridge.errors import BridgeError, FileBusyError, FileRefusedError
from bridge.read import read_table
from bridge.values import Blank, Unclear, Whole, Words

NS = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'"
HEADER = (
    "<row r='1'><c r='A1' t='inlineStr'><is><t>SKU</t></is></c><c r='B1' t='inlineStr'><is><t>Stok</t></is></c></row>"
)


def sheet(rows: str, *, head: str = "", tail: str = "") -> str:
    return f"<?xml version='1.0'?><worksheet {NS}>{head}<sheetData>{rows}</sheetData>{tail}</worksheet>"


def cells(path, row=0):
    found = read_table(path).rows[row].cells
    return found[Column.SKU], found[Column.STOCK]


def test_a_column_of_costs_is_read_and_is_none_that_nobody_looks_at(rich_workbook):
    book = load_workbook(rich_workbook)
    for number, value in enumerate(("Harga Modal", 40_000, "murah"), start=1):
        book["Stok"].cell(number, 20, value)
    book.save(rich_workbook)
    table = read_table(rich_workbook)
    assert [row.cells[Column.COST] for row in table.rows[:2]] == [Whole(40_000), Words("murah")]
    assert "Harga Modal" not in table.unknown_headers


def test_the_table_says_where_everything_stands(rich_workbook):
    table = read_table(rich_workbook)
    assert (table.sheet, table.header_row, table.name) == ("Stok", 1, "stok toko.xlsx")
    absent = {Column.PLATFORM, Column.KEY, Column.COST}
    assert list(table.columns) == [column for column in Column if column not in absent]
    assert [row.number for row in table.rows] == [2, 3, 4]
    assert table.rows[1].cells == {
        Column.SKU: Words("00123"),
        Column.PRODUCT: Words("Batik tulis"),
        Column.PRICE: Whole(1_250_000),
        Column.STOCK: Whole(3),
        Column.ADJUSTMENT: Blank(),
        Column.COUNT: Blank(),
        Column.STATUS: Words("Aktif"),
        Column.NOTE: Words("lama"),
    }
    assert table.rows[2].cells[Column.ADJUSTMENT] == Whole(5)


def test_the_header_may_stand_lower_and_on_a_later_sheet(tmp_path):
    workbook = Workbook()
    workbook.active.append(["SKU", "ini catatan saja"])
    stock = workbook.create_sheet("Gudang Bandung")
    stock["B3"], stock["B7"], stock["D7"], stock["D9"], stock["B9"] = "Daftar barang", "Stock", "sku", "K1", 4
    stock.merge_cells("D7:E7")
    workbook.save(tmp_path / "w.xlsx")
    table = read_table(tmp_path / "w.xlsx")
    assert (table.sheet, table.header_row) == ("Gudang Bandung", 7)
    assert table.columns == {Column.SKU: 4, Column.STOCK: 2}
    assert [(row.number, row.cells) for row in table.rows] == [(9, {Column.SKU: Words("K1"), Column.STOCK: Whole(4)})]


def test_a_header_below_the_twentieth_row_is_none(tmp_path):
    workbook = Workbook()
    for row, _ in enumerate(range(2), start=20):
        workbook.active.cell(row, 1, "SKU" if row == 21 else "x")
        workbook.active.cell(row, 2, "Stok")
    workbook.save(tmp_path / "w.xlsx")
    assert refusal(tmp_path / "w.xlsx").code == "workbook.no_header"


def test_rows_blank_in_every_known_column_are_left_out_and_keep_their_numbers(tmp_path):
    workbook = Workbook()
    for row in (["SKU", "Stok", "Rak"], ["A", 1], [], [None, None, "rak kosong"], [None, 7]):
        workbook.active.append(row)
    workbook.save(tmp_path / "w.xlsx")
    assert [row.number for row in read_table(tmp_path / "w.xlsx").rows] == [2, 5]


def test_every_way_of_storing_a_text_is_read(raw_workbook):
    strings = (
        f"<sst {NS}><si><t>polos</t></si>"
        "<si><r><t>te</t></r><r><rPr><b/></rPr><t xml:space='preserve'>bal </t></r></si>"
        "<si><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></si>"
        "<si><t>a&amp;b &lt;c&gt; &#x41;&#66;_x0041__x005F_x0042_</t></si>"
        "<si/></sst>"
    )
    rows = "".join(
        f"<row r='{n}'><c r='A{n}' t='s'><v>{n - 2}</v></c><c r='B{n}'><v>1</v></c></row>" for n in range(2, 7)
    )
    table = read_table(raw_workbook(sheet(HEADER + rows), strings=strings))
    assert [row.cells[Column.SKU] for row in table.rows] == [
        Words("polos"),
        Words("tebal"),
        Words("東京"),
        Words("a&b <c> ABA_x0042_"),
        Blank(),
    ]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<c r='B2'><v>12</v></c>", Whole(12)),
        ("<c r='B2' t='n' s='4'><v>1.2E1</v></c>", Whole(12)),
        ('<c\n  s="4"  r = "B2" ><v >12</v ></c >', Whole(12)),
        ("<c r='B2' t='str'><f>A1</f><v>12</v></c>", Whole(12)),
        ("<c r='B2'><f>6*2</f><v>12</v></c>", Whole(12)),
        ("<c r='B2'><f t='shared' si='0'/><v>12</v></c>", Whole(12)),
        ("<c r='B2'><f>6*2</f></c>", Unclear("cell.formula_without_value", "")),
        ("<c r='B2'><f>6*2</f><v/></c>", Unclear("cell.formula_without_value", "")),
        ("<c r='B2' t='str'><f>IF(1,\"\")</f><v></v></c>", Blank()),
        ("<c r='B2' t='e'><f>NA()</f><v>#N/A</v></c>", Unclear("cell.error", "#N/A")),
        ("<c r='B2' t='b'><v>1</v></c>", Unclear("cell.boolean", "TRUE")),
        ("<c r='B2' s='1'><v>46000</v></c>", Unclear("cell.date", "46000")),
        ("<c r='B2' t='d'><v>2026-11-21</v></c>", Unclear("cell.date", "2026-11-21")),
        ("<c r='B2' s='3'><v>0.5</v></c>", Unclear("cell.percent", "0.5")),
        ("<c r='B2' s='2'/>", Blank()),
        ("<c r='B2'></c>", Blank()),
        ("<c r='B2' t='inlineStr'><is/></c>", Blank()),
        ("", Blank()),
    ],
)
def test_every_kind_of_cell_has_its_meaning(raw_workbook, cell, value):
    row = f"<row r='2'><c r='A2' t='inlineStr'><is><t>K1</t></is></c>{cell}</row>"
    assert cells(raw_workbook(sheet(HEADER + row))) == (Words("K1"), value)


def test_a_code_shown_with_leading_zeros_is_read_with_them(raw_workbook):
    row = "<row r='2'><c r='A2' s='2'><v>123</v></c><c r='B2'><v>1</v></c></row>"
    assert cells(raw_workbook(sheet(HEADER + row)))[0] == Words("00123")


def test_rows_and_cells_without_references_follow_each_other(raw_workbook):
    row = "<row/><row><c t='inlineStr'><is><t>K1</t></is></c><c><v>3</v></c></row>"
    table = read_table(raw_workbook(sheet(HEADER + row)))
    assert [(each.number, each.cells[Column.STOCK]) for each in table.rows] == [(3, Whole(3))]


def test_a_prefixed_sheet_is_read(raw_workbook):
    xml = sheet(HEADER + "<row r='2'><c r='A2' t='inlineStr'><is><t>K1</t></is></c><c r='B2'><v>3</v></c></row>")
    for tag in ("worksheet", "sheetData", "row", "c", "is", "t", "v"):
        for before in (f"<{tag}", f"</{tag}"):
            for after in (" ", ">"):
                xml = xml.replace(before + after, before.replace("<", "<x:").replace("<x:/", "</x:") + after)
    assert "<x:row" in xml
    assert "</x:c>" in xml
    assert cells(raw_workbook(xml.replace("xmlns=", "xmlns:x="))) == (Words("K1"), Whole(3))


def test_one_stray_cell_in_the_farthest_corner_does_no_harm(raw_workbook):
    rows = HEADER + "<row r='2'><c r='B2'><v>3</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"
    assert cells(raw_workbook(sheet(rows))) == (Blank(), Whole(3))


def refusal(path) -> FileRefusedError:
    os.utime(path, (0, 0))
    with pytest.raises(FileRefusedError) as caught:
        read_table(path)
    return caught.value


@pytest.mark.parametrize(
    "xml",
    [
        "<!DOCTYPE x [<!ENTITY e 'K'>]>" + sheet(HEADER),
        sheet(HEADER + "<row r='3'/><row r='2'/>"),
        sheet(HEADER + "<row r='2'/><row r='2'/>"),
        sheet(HEADER + "<row r='2'><c r='B2'/><c r='A2'/></row>"),
        sheet(HEADER + "<row r='2'><c r='ABCD2'/></row>"),
        sheet(HEADER + "<row r='9999999'/>"),
        sheet(HEADER + "<row r='2'><c r='A2' t='s'><v>7</v></c></row>"),
        sheet(HEADER + "<row r='2'><c r='A2' t='rahasia'><v>7</v></c></row>"),
        sheet(HEADER + "<row r='2'><c r='A2' t='inlineStr'><is><t>&e;</t></is></c></row>"),
        f"<worksheet {NS}><sheetData>{HEADER}",
        f"<worksheet {NS}/>",
        "<!DOCTYPE x [<!ENTITY e 'K'>]>".encode("utf-16") + sheet(HEADER).encode("utf-16-le"),
        sheet(HEADER).replace("<?xml version='1.0'?>", "<?xml version='1.0' encoding='rahasia'?>"),
        sheet(HEADER).replace("<?xml version='1.0'?>", "<?xml version='1.0' encoding='base64'?>"),
        sheet(HEADER).replace("<?xml version='1.0'?>", "<?xml version='1.0' encoding='utf-16'?>"),
        sheet(HEADER + "<!-- tanpa akhir"),
        sheet(HEADER + "<row r='2'><c r='A2' t='inlineStr'><is><t>a\0b</t></is></c></row>"),
        sheet(HEADER + "<row r='2'><c r='A3'><v>7</v></c></row>"),
        sheet(HEADER + "<row r='2'><c r='2'><v>7</v></c></row>"),
        sheet(HEADER + f"<row r='{'9' * 5000}'/>"),
        sheet(HEADER + f"<row r='2'><c r='A2' t='s'><v>{'9' * 5000}</v></c></row>"),
        sheet(HEADER + "<row r='2'><c r='A2' t='inlineStr'><is><t>K\xff</t></is></c></row>").encode("latin-1"),
    ],
)
def test_markup_that_could_be_misread_is_refused(raw_workbook, xml):
    error = refusal(raw_workbook(xml))
    assert (error.code, error.params) == (
        "workbook.odd_markup",
        {"name": "mentah.xlsx", "part": "xl/worksheets/any.xml"},
    )


def test_a_doubled_header_names_the_place(raw_workbook):
    rows = HEADER.replace("</row>", "<c r='D1' t='inlineStr'><is><t>STOCK</t></is></c></row>")
    error = refusal(raw_workbook(sheet(rows)))
    assert error.code == "workbook.doubled_header"
    assert error.params == {"header": "STOCK", "column": "stock", "name": "mentah.xlsx", "sheet": "Stok", "row": 1}


def test_a_missing_file_and_a_folder_in_its_place_are_said(tmp_path):
    with pytest.raises(FileRefusedError, match=r"workbook\.missing name=w\.xlsx"):
        read_table(tmp_path / "w.xlsx")
    with pytest.raises(FileRefusedError, match=r"workbook\.is_folder"):
        read_table(tmp_path)


def test_a_file_that_cannot_be_opened_is_said(tmp_path):
    path = tmp_path / "w.xlsx"
    path.symlink_to(path)
    with pytest.raises(FileRefusedError, match=r"workbook\.unreadable"):
        read_table(path)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "workbook.zero_bytes"),
        (b"SKU;Stok\n", "workbook.not_zip"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "workbook.old_format"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "workbook.encrypted"),
        (b"PK\x03\x04" + bytes(100), "workbook.truncated"),
    ],
)
def test_what_is_no_workbook_is_named_for_what_it_is(tmp_path, content, code):
    (tmp_path / "w.xlsx").write_bytes(content)
    assert refusal(tmp_path / "w.xlsx").code == code


def test_another_zip_is_no_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "w.xlsx", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert refusal(tmp_path / "w.xlsx").code == "workbook.not_a_workbook"


@pytest.mark.parametrize("cut", [1, 22, 500, 3000])
def test_half_a_file_is_refused_when_old_and_waited_for_when_young(rich_workbook, cut):
    rich_workbook.write_bytes(rich_workbook.read_bytes()[:-cut])
    with pytest.raises(FileBusyError) as caught:
        read_table(rich_workbook)
    assert (caught.value.code, caught.value.params) == ("workbook.unfinished", {"name": "stok toko.xlsx"})
    assert refusal(rich_workbook).code == "workbook.truncated"


@pytest.mark.parametrize(
    ("content", "age_s", "code"),
    [
        (b"not a workbook at all", 0, "workbook.unfinished"),
        (b"not a workbook at all", 3, "workbook.not_zip"),
        (bytes(5000), 3, "workbook.unfinished"),
        (bytes(5000), 90, "workbook.truncated"),
        (b"PK\x03\x04" + bytes(100), 3, "workbook.unfinished"),
    ],
)
def test_what_does_not_begin_like_a_workbook_is_waited_for_only_while_it_changes(tmp_path, content, age_s, code):
    path = tmp_path / "w.xlsx"
    path.write_bytes(content)
    saved_at = time.time() - age_s
    os.utime(path, (saved_at, saved_at))
    with pytest.raises(BridgeError) as caught:
        read_table(path)
    assert caught.value.code == code


def test_a_flipped_byte_in_any_member_is_noticed(rich_workbook):
    whole = rich_workbook.read_bytes()
    with zipfile.ZipFile(rich_workbook) as archive:
        places = [each.header_offset + 30 + len(each.filename) + each.compress_size // 2 for each in archive.infolist()]
    for place in places:
        rich_workbook.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        assert refusal(rich_workbook).code in {"workbook.bad_crc", "workbook.odd_markup"}


def test_a_zip_bomb_is_refused_before_it_is_unpacked(raw_workbook):
    path = raw_workbook(sheet(HEADER), **{"xl/media/image1.png": "0" * (8 << 20)})
    assert refusal(path).code == "workbook.too_big"


def test_a_second_member_of_the_same_name_is_refused(raw_workbook):
    path = raw_workbook(sheet(HEADER), **{"XL\\Workbook.xml": "<x/>"})
    assert refusal(path).code == "workbook.damaged_zip"


def test_bytes_before_the_zip_are_refused(rich_workbook):
    with zipfile.ZipFile(rich_workbook) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with rich_workbook.open("wb") as file:
        file.write(b"PK\x03\x04 bukan bagian dari zip")
        with zipfile.ZipFile(file, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)
    assert refusal(rich_workbook).code == "workbook.damaged_zip"


def test_our_reading_agrees_with_openpyxl_cell_by_cell(rich_workbook):
    table = read_table(rich_workbook)
    theirs = load_workbook(rich_workbook)["Stok"]
    for row in table.rows:
        for column, position in table.columns.items():
            value = theirs.cell(row.number, position).value
            if value == "+5":
                value = 5
            expected = Blank() if value is None else Whole(value) if isinstance(value, int) else Words(value)
            assert row.cells[column] == expected


K1 = "<c r='A2' t='inlineStr'><is><t>K1</t></is></c>"
MC = "xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"


@pytest.mark.parametrize(
    "xml",
    [
        sheet(HEADER + f"<row r='2' hidden='1'>{K1}<c r='B2'><v>3</v></c></row>", tail="<autoFilter ref='A1:B2'/>"),
        sheet(HEADER + f"\n <row\n r='2' >\n {K1}\n <c r='B2' >\n<v>3</v>\n</c >\n</row >\n"),
        sheet(HEADER + f"<row r='2'>{K1}<c r='B2'><v>3</v><extLst><ext><x:c xmlns:x='x'/></ext></extLst></c></row>"),
        sheet(HEADER + f"<row r='2'>{K1}<c r='B2'><f t='array' ref='B2:B3'>X</f><v>3</v></c></row>"),
        sheet(
            HEADER + f"<row r='2'>{K1}<c r='B2'><v>3</v></c></row>",
            head=f"<mc:AlternateContent {MC}><mc:Choice Requires='x14'><a/></mc:Choice></mc:AlternateContent>",
            tail=f"<mc:AlternateContent {MC}><mc:Fallback><row r='3'/></mc:Fallback></mc:AlternateContent>",
        ),
        "\ufeff" + sheet(HEADER + f"<row r='2'>{K1}<c r='B2'><v>3</v></c></row>"),
        sheet(HEADER + f"<row r='2'>{K1}<c r='B2'><v>3</v></c></row>").replace(
            "schemas.openxmlformats.org/spreadsheetml/2006/main", "purl.oclc.org/ooxml/spreadsheetml/main"
        ),
    ],
)
def test_however_a_program_writes_a_row_it_is_the_same_row(raw_workbook, xml):
    (row,) = read_table(raw_workbook(xml)).rows
    assert (row.number, row.cells) == (2, {Column.SKU: Words("K1"), Column.STOCK: Whole(3)})


def test_a_merged_value_belongs_to_its_first_cell_alone(tmp_path):
    workbook = Workbook()
    for row in (["SKU", "Stok"], ["A", 7], ["B", None]):
        workbook.active.append(row)
    workbook.active.merge_cells("B2:B3")
    workbook.save(tmp_path / "w.xlsx")
    assert [row.cells[Column.STOCK] for row in read_table(tmp_path / "w.xlsx").rows] == [Whole(7), Blank()]


def test_the_sellers_own_columns_are_named(rich_workbook):
    assert read_table(rich_workbook).unknown_headers == ("Rak", "Nilai")
