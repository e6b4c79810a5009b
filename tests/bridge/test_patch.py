"""Patching: the wished cells change, and not one other byte."""

import re
import struct
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.table import Table as ExcelTable

from bridge.columns import Column
from bridge.errors import FileRefusedError
from bridge.patch import Change, patch
from bridge.read import read_table, table_in
from bridge.values import Blank, Whole, Words

NS = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'"
HEADER = (
    "<row r='1'><c r='A1' t='inlineStr'><is><t>SKU</t></is></c><c r='B1' t='inlineStr'><is><t>Stok</t></is></c></row>"
)
K1 = "<c r='A2' t='inlineStr'><is><t>K1</t></is></c>"
SHEET = "xl/worksheets/sheet1.xml"


def sheet(rows: str, *, head: str = "", tail: str = "") -> str:
    return f"<?xml version='1.0'?><worksheet {NS}>{head}<sheetData>{HEADER}{rows}</sheetData>{tail}</worksheet>"


def patched_sheet(path, changes, appended=()) -> str:
    """Patch a hand-written workbook and give back its sheet, without the header."""
    result = patch(read_table(path), changes, appended)
    with zipfile.ZipFile(BytesIO(result.content)) as archive:
        return archive.read("xl/worksheets/any.xml").decode().replace(HEADER, "")


def test_only_the_target_cells_of_the_sheet_change(rich_workbook, zip_members):
    table = read_table(rich_workbook)
    changes = [Change(2, Column.STOCK, 19), Change(3, Column.NOTE, "✓ 12 → 19"), Change(4, Column.ADJUSTMENT, None)]
    before, after = zip_members(table.content), zip_members(patch(table, changes).content)
    assert list(before) == list(after)
    assert [name for name in before if before[name] != after[name]] == [SHEET]
    cell = re.compile(rb'<c r="(\w+)"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
    old, new = ({found[1]: found[0] for found in cell.finditer(each[SHEET])} for each in (before, after))
    assert {name for name in old if old[name] != new[name]} == {b"D2", b"E4", b"H3"}
    assert cell.sub(b"", before[SHEET]) == cell.sub(b"", after[SHEET])


def test_untouched_members_are_copied_byte_for_byte_as_they_were_packed(rich_workbook):
    table = read_table(rich_workbook)
    content = patch(table, [Change(2, Column.STOCK, 19)]).content
    with zipfile.ZipFile(BytesIO(table.content)) as old, zipfile.ZipFile(BytesIO(content)) as new:
        for before, after in zip(old.infolist(), new.infolist(), strict=True):
            assert (before.filename, before.date_time, before.external_attr) == (
                after.filename,
                after.date_time,
                after.external_attr,
            )
            if before.filename != SHEET:
                size = 30 + len(before.filename) + before.compress_size
                start, place = before.header_offset, after.header_offset
                assert table.content[start : start + size] == content[place : place + size]


def test_what_was_written_is_read_back_by_us_and_by_openpyxl(rich_workbook, tmp_path):
    table = read_table(rich_workbook)
    result = patch(table, [Change(2, Column.STOCK, 19), Change(2, Column.PRICE, 60000), Change(3, Column.NOTE, None)])
    (tmp_path / "new.xlsx").write_bytes(result.content)
    again = read_table(tmp_path / "new.xlsx")
    assert again.content_hash == result.content_hash
    assert again.rows[0].cells[Column.STOCK] == Whole(19)
    assert again.rows[1].cells[Column.NOTE] == Blank()
    theirs = load_workbook(tmp_path / "new.xlsx")["Stok"]
    assert (theirs["D2"].value, theirs["C2"].value, theirs["H3"].value) == (19, 60000, None)
    assert theirs["C2"].number_format == "#,##0"
    assert theirs["D2"].fill.fgColor.rgb == "FFFFF2CC"
    assert theirs["J2"].value == "=C2*D2"


def test_no_change_gives_the_very_same_bytes(rich_workbook):
    table = read_table(rich_workbook)
    result = patch(table, [])
    assert result.content is table.content
    assert (result.content_hash, result.appended_rows) == (table.content_hash, ())


def test_columns_the_sheet_lacks_are_left_out(raw_workbook):
    table = read_table(raw_workbook(sheet(f"<row r='2'>{K1}<c r='B2'><v>1</v></c></row>")))
    assert patch(table, [Change(2, Column.NOTE, "x")]).content is table.content


@pytest.mark.parametrize(
    ("row", "change", "expected"),
    [
        (f"<row r='2'>{K1}<c r='B2' s='4'><v>1</v></c></row>", 7, "<c r=\"B2\" s='4'><v>7</v></c>"),
        (
            f"<row r='2'>{K1}<c cm='1' r='B2' t='str' vm='2' s='4'><v>1</v></c></row>",
            7,
            "<c r=\"B2\" s='4'><v>7</v></c>",
        ),
        (f"<row r='2'>{K1}<c r='B2' s='4'><v>1</v></c></row>", None, "<c r=\"B2\" s='4'/>"),
        (f"<row r='2'>{K1}<c r='B2' s='4'/></row>", 7, "<c r=\"B2\" s='4'><v>7</v></c>"),
        (f"<row r='2' s='4' customFormat='1'>{K1}</row>", 7, '<c r="B2" s="4"><v>7</v></c>'),
        (f"<row r='2' s='4'>{K1}</row>", 7, '<c r="B2"><v>7</v></c>'),
        (
            f"<row r='2' spans='1:1'>{K1}<c r='D2'/></row>",
            7,
            f"spans='1:2'>{K1}<c r=\"B2\"><v>7</v></c><c r='D2'/></row>",
        ),
        (
            "<row><c t='inlineStr'><is><t>K1</t></is></c><c><v>1</v></c><c/></row>",
            7,
            '<c r="B2"><v>7</v></c><c/></row>',
        ),
        (f"<row r='2'>{K1}\n</row>\n", 7, f'{K1}\n<c r="B2"><v>7</v></c></row>\n'),
    ],
)
def test_a_cell_keeps_its_look_and_finds_its_place(raw_workbook, row, change, expected):
    assert expected in patched_sheet(raw_workbook(sheet(row)), [Change(2, Column.STOCK, change)])


def test_a_new_cell_takes_the_look_of_its_column_then_of_the_cell_above(raw_workbook):
    rows = f"<row r='2'>{K1}<c r='B2' s='2'><v>1</v></c></row><row r='3'><c r='A3'><v>5</v></c></row>"
    plain = raw_workbook(sheet(rows))
    assert '<c r="B3" s="2"><v>7</v></c>' in patched_sheet(plain, [Change(3, Column.STOCK, 7)])
    coloured = raw_workbook(sheet(rows, head="<cols><col min='2' max='9' width='9' style='4'/></cols>"))
    assert '<c r="B3" s="4"><v>7</v></c>' in patched_sheet(coloured, [Change(3, Column.STOCK, 7)])


def test_a_new_cell_under_the_header_does_not_take_the_look_of_the_header(raw_workbook):
    xml = sheet(f"<row r='2'>{K1}</row>").replace("<c r='B1' t", "<c r='B1' s='4' t")
    assert '<c r="B2"><v>7</v></c>' in patched_sheet(raw_workbook(xml), [Change(2, Column.STOCK, 7)])


def test_a_missing_row_is_put_where_it_belongs(raw_workbook):
    path = raw_workbook(sheet(f"<row r='2'>{K1}</row><row r='5'><c r='A5'><v>9</v></c></row>"))
    xml = patched_sheet(path, [Change(4, Column.STOCK, 7)])
    assert f"<row r='2'>{K1}</row><row r=\"4\"><c r=\"B4\"><v>7</v></c></row><row r='5'>" in xml


def test_codes_are_written_as_text_and_odd_characters_come_back(raw_workbook):
    table = read_table(raw_workbook(sheet(f"<row r='2'>{K1}<c r='B2'><v>1</v></c><c r='C2'/></row>")))
    content = patch(table, [Change(2, Column.SKU, 42)]).content
    assert table_in(content, "w").rows[0].cells[Column.SKU] == Words("42")
    odd = "a_x0041_b\x07<&>\r\n_x000"
    content = patch(table, [Change(2, Column.SKU, odd)]).content
    assert table_in(content, "w").rows[0].cells[Column.SKU] == Words(odd)


def test_a_prefixed_sheet_stays_prefixed(raw_workbook):
    xml = (
        "<x:worksheet xmlns:x='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><x:sheetData>"
        "<x:row r='1'><x:c r='A1' t='inlineStr'><x:is><x:t>SKU</x:t></x:is></x:c>"
        "<x:c r='B1' t='inlineStr'><x:is><x:t>Stok</x:t></x:is></x:c></x:row>"
        "<x:row r='2'><x:c r='A2'><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    new = patched_sheet(raw_workbook(xml), [Change(2, Column.STOCK, 7)], [{Column.SKU: "K9"}])
    assert '<x:c r="B2"><x:v>7</x:v></x:c></x:row><x:row r="3"><x:c r="A3" t="inlineStr"><x:is><x:t>K9</x:t>' in new


def test_added_rows_continue_the_looks_and_formulas_and_the_table_grows(rich_workbook, tmp_path):
    table = read_table(rich_workbook)
    goods = [{Column.SKU: f"BARU-{n}", Column.PRODUCT: "Baru", Column.PRICE: 1000, Column.STOCK: n} for n in (1, 2)]
    result = patch(table, [Change(4, Column.STOCK, 41)], goods)
    assert result.appended_rows == (5, 6)
    (tmp_path / "new.xlsx").write_bytes(result.content)
    assert [row.cells[Column.SKU] for row in read_table(tmp_path / "new.xlsx").rows[-2:]] == [
        Words("BARU-1"),
        Words("BARU-2"),
    ]
    theirs = load_workbook(tmp_path / "new.xlsx")["Stok"]
    assert theirs["J6"].value == "=C6*D6"
    assert theirs["I6"].value is None
    assert (theirs["A6"].number_format, theirs["D6"].fill.fgColor.rgb) == ("@", "FFFFF2CC")
    assert theirs.tables["Barang"].ref == "A1:J6"
    assert theirs.tables["Barang"].autoFilter.ref == "A1:J6"
    assert [str(each.sqref) for each in theirs.conditional_formatting] == ["D2:D6"]
    assert str(theirs.data_validations.dataValidation[0].sqref) == "I2:I6"
    assert theirs.dimensions == "A1:J6"


@pytest.mark.parametrize("last", [5, 7])
def test_a_table_beside_ours_is_not_continued_with_it(tmp_path, last):
    workbook = Workbook()
    sheet = workbook.active
    for row in (["SKU", "Stok", "Nilai"], *([f"K{n}", n, f"=B{n}*2"] for n in range(2, 6))):
        sheet.append(row)
    for number in range(1, last + 1):
        sheet.cell(number, 5, f"lain {number}" if number > 1 else "Lain")
        sheet.cell(number, 6, f'=E{number}&"x"' if number > 1 else "Hasil").number_format = "@"
    sheet["G5"] = "=B5*3"
    sheet.add_table(ExcelTable(displayName="Barang", ref="A1:C5"))
    sheet.add_table(ExcelTable(displayName="Lain", ref=f"E1:F{last}"))
    workbook.save(tmp_path / "w.xlsx")
    content = patch(read_table(tmp_path / "w.xlsx"), [], [{Column.SKU: "K9", Column.STOCK: 9}]).content
    old, new = sheet, load_workbook(BytesIO(content)).active
    assert [cell.value for cell in new[6]] == ["K9", 9, "=B6*2", None, old["E6"].value, old["F6"].value, "=B6*3"]
    assert (new["F6"].number_format, new.tables["Lain"].ref) == (old["F6"].number_format, f"E1:F{last}")
    assert new.tables["Barang"].ref == "A1:C6"


def test_a_sheet_filter_grows_with_its_hidden_name(tmp_path):
    workbook = Workbook()
    for row in (["SKU", "Stok"], ["A", 1], ["B", 2]):
        workbook.active.append(row)
    workbook.create_sheet("lain").auto_filter.ref = "A1:B3"
    workbook.active.auto_filter.ref = "A1:B3"
    workbook.save(tmp_path / "w.xlsx")
    content = patch(read_table(tmp_path / "w.xlsx"), [], [{Column.SKU: "C", Column.STOCK: 3}]).content
    again = load_workbook(BytesIO(content))
    assert [each.auto_filter.ref for each in again] == ["A1:B4", "A1:B3"]
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = re.findall(r"_FilterDatabase[^>]*>([^<]*)<", archive.read("xl/workbook.xml").decode())
    assert sorted(names) == ["'Sheet'!$A$1:$B$4", "'lain'!$A$1:$B$3"]


def test_the_first_rows_under_a_bare_header_need_no_model(raw_workbook):
    xml = patched_sheet(
        raw_workbook(sheet("", head="<dimension ref='A1:B1'/>")), [], [{Column.SKU: "K1", Column.STOCK: 0}]
    )
    assert "<dimension ref='A1:B2'/>" in xml
    assert '<row r="2"><c r="A2" t="inlineStr"><is><t>K1</t></is></c><c r="B2"><v>0</v></c></row></sheetData>' in xml


def test_a_hidden_or_grouped_last_row_does_not_hide_the_added_ones(raw_workbook):
    path = raw_workbook(sheet(f"<row r='2' hidden='1' ht='30' collapsed='1' spans='1:2'>{K1}</row>"))
    assert '<row r="3" ht=\'30\'><c r="A3"' in patched_sheet(path, [], [{Column.SKU: "K2"}])


def test_formatted_empty_rows_below_are_filled(raw_workbook):
    path = raw_workbook(sheet(f"<row r='2'>{K1}<c r='B2' s='4'/></row><row r='3'><c r='A3' s='2'/><c r='C3'/></row>"))
    xml = patched_sheet(path, [], [{Column.SKU: "K2", Column.STOCK: 5}])
    assert (
        '<c r="A3" s=\'2\' t="inlineStr"><is><t>K2</t></is></c><c r="B3" s="4"><v>5</v></c><c r=\'C3\'/></row>' in xml
    )


def test_formulas_filled_down_ahead_are_no_obstacle_to_an_added_row(raw_workbook):
    rows = f"<row r='2'>{K1}<c r='C2'><f>B2*2</f></c></row><row r='3'><c r='C3'><f>B3*2</f></c></row>"
    assert "<c r='C3'><f>B3*2</f></c></row>" in patched_sheet(raw_workbook(sheet(rows)), [], [{Column.SKU: "K2"}])


def refusal(path, changes, appended=()) -> FileRefusedError:
    with pytest.raises(FileRefusedError) as caught:
        patch(read_table(path), changes, appended)
    return caught.value


@pytest.mark.parametrize(
    ("rows", "tail", "code"),
    [
        (f"<row r='2'>{K1}<c r='B2'><f>1+1</f><v>2</v></c></row>", "", "workbook.target_formula"),
        (f"<row r='2'>{K1}<c r='B2'><f t='shared' si='0'/><v>2</v></c></row>", "", "workbook.target_formula"),
        (
            f"<row r='2'>{K1}<c r='B2'><v>2</v></c><c r='D2'><f t='array' ref='B2:D4'>X</f></c></row>",
            "",
            "workbook.target_array",
        ),
        (f"<row r='2'>{K1}</row>", "<mergeCells><mergeCell ref='A2:B2'/></mergeCells>", "workbook.target_merged"),
        (f"<row r='2'>{K1}<c r='B2' s='1'/></row>", "", "workbook.not_verified"),
    ],
)
def test_a_target_that_is_not_a_plain_cell_is_refused_and_named(raw_workbook, rows, tail, code):
    error = refusal(raw_workbook(sheet(rows, tail=tail)), [Change(2, Column.STOCK, 5)])
    assert error.code == code
    assert (error.params["name"], error.params["sheet"], error.params["row"]) == ("mentah.xlsx", "Stok", 2)


def test_the_first_cell_of_a_merged_area_may_be_written(raw_workbook):
    path = raw_workbook(sheet(f"<row r='2'>{K1}</row>", tail="<mergeCells><mergeCell ref='B2:C2'/></mergeCells>"))
    assert '<c r="B2"><v>5</v></c>' in patched_sheet(path, [Change(2, Column.STOCK, 5)])


def test_the_header_is_never_written(raw_workbook):
    error = refusal(raw_workbook(sheet(f"<row r='2'>{K1}</row>")), [Change(1, Column.STOCK, 5)])
    assert (error.code, error.params["row"]) == ("workbook.target_header", 1)


def test_a_total_under_the_rows_stops_added_rows_but_not_changes(raw_workbook):
    path = raw_workbook(sheet(f"<row r='2'>{K1}</row><row r='3'><c r='D3'><f>SUM(B2:B2)</f></c></row>"))
    error = refusal(path, [], [{Column.SKU: "K2"}])
    assert (error.code, error.params["cell"], error.params["row"]) == ("workbook.content_below", "D3", 3)
    assert patch(read_table(path), [Change(2, Column.STOCK, 1)]).appended_rows == ()


def test_a_totals_row_of_a_table_is_left_alone(tmp_path):
    workbook = Workbook()
    for row in (["SKU", "Stok", "Rak"], ["A", 1, None], ["Jumlah", 1, None]):
        workbook.active.append(row)
    table = ExcelTable(displayName="Barang", ref="A1:C3", totalsRowCount=1)
    workbook.active.add_table(table)
    workbook.save(tmp_path / "w.xlsx")
    for changes, appended in (([Change(3, Column.STOCK, 5)], ()), ([], [{Column.SKU: "B"}])):
        assert refusal(tmp_path / "w.xlsx", changes, appended).code == "workbook.target_fixed_row"
    assert patch(read_table(tmp_path / "w.xlsx"), [Change(2, Column.STOCK, 5)]).content


def test_a_text_longer_than_a_cell_holds_is_refused(raw_workbook):
    error = refusal(raw_workbook(sheet(f"<row r='2'>{K1}</row>")), [Change(2, Column.SKU, "😀" * 16_384)])
    assert (error.code, error.params["cell"]) == ("workbook.text_too_long", "A2")


def test_a_signed_workbook_is_refused_because_any_edit_breaks_the_signature(raw_workbook):
    rels = (
        "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
        "<Relationship Id='r1' Type='http://x/relationships/officeDocument' Target='xl/workbook.xml'/>"
        "<Relationship Id='r2' Type='http://x/digital-signature/origin' Target='_xmlsignatures/origin.sigs'/>"
        "</Relationships>"
    )
    path = raw_workbook(sheet(f"<row r='2'>{K1}</row>"), **{"_rels/.rels": rels})
    assert refusal(path, [Change(2, Column.STOCK, 5)]).code == "workbook.signed"


def test_a_member_written_with_a_data_descriptor_is_rewritten_without_one(rich_workbook):
    class Pipe:
        """A target that cannot seek: sizes are only known after the data."""

        def __init__(self) -> None:
            self.content = b""

        def write(self, data: bytes) -> int:
            self.content += data
            return len(data)

        def flush(self) -> None:
            pass

    out = Pipe()
    with zipfile.ZipFile(rich_workbook) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    table = table_in(out.content, "w.xlsx")
    content = patch(table, [Change(2, Column.STOCK, 19)]).content
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        flags = {each.filename: each.flag_bits & 8 for each in archive.infolist()}
    assert flags.pop(SHEET) == 0
    assert set(flags.values()) == {8}


def test_a_zip64_directory_is_refused(rich_workbook):
    content = bytearray(rich_workbook.read_bytes())
    end = content.rfind(b"PK\x05\x06")
    content[end + 16 : end + 20] = struct.pack("<L", 0xFFFFFFFF)
    with pytest.raises(FileRefusedError, match=r"workbook\.zip64"):
        table_in(bytes(content), "w.xlsx")


_SKUS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_WISHES = st.lists(
    st.tuples(
        st.integers(2, 12),
        st.one_of(
            st.tuples(st.sampled_from([Column.STOCK, Column.PRICE, Column.COUNT]), st.none() | st.integers(0, 10**12)),
            st.tuples(st.sampled_from([Column.NOTE, Column.PRODUCT]), st.none() | _SKUS),
        ),
    ),
    max_size=12,
)


def _built(rows) -> bytes:
    workbook = Workbook()
    workbook.active.append(["Nama Produk", "SKU", "punyaku", "Stok", "Harga", "Opname", "Keterangan"])
    for number, (sku, stock, note) in enumerate(rows, start=2):
        for position, value in ((2, sku), (4, stock), (7, note)):
            cell = workbook.active.cell(number, position)
            if value is not None:
                cell._value, cell.data_type = value, "n" if isinstance(value, int) else "s"
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def _is_seen(text):
    """Blanks alone are no row for the reader and something in the way for the patcher, which then refuses."""
    return not text or bool(text.strip())


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.text("AB0", max_size=5), st.none() | st.integers(0, 10**9), st.text("xy ", max_size=5).filter(_is_seen)
        ),
        max_size=8,
    ),
    wishes=_WISHES,
    added=st.lists(st.tuples(_SKUS, st.integers(0, 9)), max_size=3),
)
def test_reading_a_patched_file_gives_the_old_rows_with_the_changes(rows, wishes, added):
    table = table_in(_built(rows), "w.xlsx")
    last = table.rows[-1].number if table.rows else 1
    changes = [Change(row, column, value) for row, (column, value) in wishes if row <= last]
    goods = [{Column.SKU: sku, Column.STOCK: stock} for sku, stock in added]
    result = patch(table, changes, goods, after=last)
    again = table_in(result.content, "w.xlsx")
    expected = {row.number: dict(row.cells) for row in table.rows}
    blank = dict.fromkeys(table.columns, Blank())
    for change in changes:
        expected.setdefault(change.row, dict(blank))[change.column] = _value(change.value)
    for number, row in zip(result.appended_rows, goods, strict=True):
        expected[number] = blank | {column: _value(value) for column, value in row.items()}
    assert {row.number: row.cells for row in again.rows} == {
        number: cells for number, cells in expected.items() if set(cells.values()) != {Blank()}
    }


def _value(wish):
    if isinstance(wish, int):
        return Whole(wish)
    shown = (wish or "").strip().strip("\u200b\u2060\ufeff").strip()
    return Words(shown) if shown else Blank()


def test_a_formula_in_one_of_our_columns_is_not_continued_into_an_added_row(raw_workbook):
    rows = f"<row r='2'>{K1}<c r='B2' s='4'><f>C2*2</f><v>4</v></c><c r='C2'><f>1+1</f><v>2</v></c></row>"
    xml = patched_sheet(raw_workbook(sheet(rows)), [], [{Column.SKU: "K2"}])
    assert '</c><c r="B3" s="4"/><c r="C3"><f>1+1</f></c></row></sheetData>' in xml
