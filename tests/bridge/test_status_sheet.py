"""The sheet that tells how things stand, and asks."""

from dataclasses import replace

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.table import Table as ExcelTable

from bridge.columns import Column
from bridge.read import read_table
from bridge.status_sheet import Choice, Chosen, StatusLine, StatusPage, choice_text, filled, read_status
from bridge.template import write_template
from bridge.xlsx.archive import Archive
from bridge.xlsx.package import Package

CONFLICT = StatusLine("Harga", "00123", 2, 61_500, 48_000, "Di sini < & di toko > beda.", is_question=True)
MISSING = StatusLine("SKU", "KOPI-250", None, None, None, "Baris SKU KOPI-250 tidak ada.")
PAGE = StatusPage("Ditahan: 2", "Terakhir ditulis: 10 Mar 2026 10.00 WIB", (CONFLICT, MISSING))
QUIET = StatusPage("Semua selaras", "Terakhir ditulis: 10 Mar 2026 10.05 WIB")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "toko.xlsx"
    write_template(path, "id")
    return path


def package(path):
    return Package(Archive(path.read_bytes(), path.name))


def fill(path, page=PAGE):
    parts = filled(package(path), page)
    path.write_bytes(package(path).archive.rewritten({name: [xml] for name, xml in parts.items()}))
    return parts


def shown(path):
    return [list(row) for row in load_workbook(path)["Selaras"].iter_rows(max_col=7, values_only=True)]


def choose(path, choice, row=5):
    """The seller chooses in another program, which writes the whole file anew."""
    book = load_workbook(path)
    book["Selaras"].cell(row, 7, choice)
    book.save(path)


# Filling


def test_a_page_stands_under_the_headings_of_the_template(path):
    before = shown(path)
    fill(path)
    now = shown(path)
    assert [row[0] for row in now[:2]] == [PAGE.state, PAGE.written]
    assert now[2:4] == before[2:4]
    assert now[4:] == [
        ["Harga", "00123", 2, 61_500, 48_000, CONFLICT.reason, None],
        ["SKU", "KOPI-250", None, None, None, MISSING.reason, "–"],
    ]


def test_cells_take_the_looks_of_the_templates_columns_and_headings_keep_theirs(path):
    before = load_workbook(path)["Selaras"]
    fill(path)
    sheet = load_workbook(path)["Selaras"]
    assert [sheet.cell(5, column).number_format for column in (2, 4, 5)] == ["@", "[$-421]#,##0", "[$-421]#,##0"]
    assert sheet["F5"].alignment.wrap_text
    assert (sheet["A1"].font.b, sheet["A1"].font.sz) == (before["A1"].font.b, before["A1"].font.sz) == (True, 14)
    assert not sheet["A5"].font.bold


def test_only_the_part_of_the_sheet_changes(path):
    before = path.read_bytes()
    fill(path)
    old, new = Archive(before, "alt"), package(path).archive
    changed = [member.name for member in old.members if bytes(old.raw(member)) != bytes(new.raw(new.find(member.name)))]
    assert changed == ["xl/worksheets/sheet2.xml"]
    assert read_table(path).rows == ()


def test_lines_that_are_over_are_emptied(path):
    fill(path)
    fill(path, QUIET)
    assert [row for row in shown(path)[4:] if any(row)] == []
    assert read_status(package(path)).lines == {}


def test_what_the_seller_wrote_beside_our_columns_stays(path):
    fill(path)
    book = load_workbook(path)
    book["Selaras"]["I5"] = "tanya Bu Rina"
    book["Selaras"]["I9"] = "=1+1"
    book.save(path)
    fill(path, QUIET)
    sheet = load_workbook(path)["Selaras"]
    assert (sheet["A5"].value, sheet["I5"].value, sheet["I9"].value) == (None, "tanya Bu Rina", "=1+1")


def test_columns_that_were_moved_are_filled_where_they_are(path):
    book = load_workbook(path)
    book["Selaras"].insert_cols(1)
    book["Selaras"].insert_rows(1)
    book.save(path)
    fill(path)
    rows = shown(path)
    assert (rows[1][1], rows[5][1:4]) == (PAGE.state, ["Harga", "00123", 2])


@pytest.mark.parametrize("text", ["=1+1", "_x000D_", "a\x0bb", "half \ud83d", "two\nlines", "kopi ☕ <b>"])
def test_any_text_can_be_told(path, text):
    page = StatusPage("x", "y", (StatusLine("SKU", text, None, None, None, text),))
    assert fill(path, page)
    assert read_status(package(path)).says(page)
    assert filled(package(path), page).keys() == {"xl/worksheets/sheet2.xml"}


# Whether there is news


def test_a_page_is_no_news_when_only_its_time_has_changed(path):
    assert not read_status(package(path)).says(PAGE)
    fill(path)
    later = StatusPage(PAGE.state, "Terakhir ditulis: besok", tuple(reversed(PAGE.lines)))
    assert read_status(package(path)).says(later)


@pytest.mark.parametrize(
    "other",
    [
        StatusPage("Ditahan: 3", PAGE.written, PAGE.lines),
        StatusPage(PAGE.state, PAGE.written, (CONFLICT,)),
        StatusPage(PAGE.state, PAGE.written, (MISSING, MISSING)),
        QUIET,
    ],
)
def test_anything_else_is_news(path, other):
    fill(path)
    assert not read_status(package(path)).says(other)


def test_a_choice_that_still_stands_there_is_news(path):
    fill(path)
    choose(path, "pakai toko")
    assert not read_status(package(path)).says(PAGE)
    fill(path)
    assert read_status(package(path)).says(PAGE)
    assert read_status(package(path)).choices() == ()


# Choices


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("choice", Choice)
def test_a_choice_is_read_with_its_goods_and_numbers(path, choice, language):
    fill(path)
    words = choice_text(choice, language).upper()
    choose(path, f" {words} ")
    assert read_status(package(path)).choices() == (Chosen("00123", Column.PRICE, choice, 61_500, 48_000, words),)


def test_a_line_about_one_shops_number_names_the_shop_and_its_choice_is_that_shops(path):
    line = replace(CONFLICT, shop="toko-2")
    fill(path, StatusPage("x", "y", (line,)))
    assert shown(path)[4][0] == "Harga (toko-2)"
    choose(path, "pakai toko")
    choice = Chosen("00123", Column.PRICE, Choice.SHOP, 61_500, 48_000, "pakai toko", "toko-2")
    assert read_status(package(path)).choices() == (choice,)


@pytest.mark.parametrize("what", ["Harga toko-2", "Harga (toko 2", "Alokasi (toko-2)", "Barang di toko"])
def test_a_line_that_is_about_no_column_takes_no_choice(path, what):
    fill(path, StatusPage("x", "y", (replace(CONFLICT, what=what),)))
    choose(path, "pakai toko")
    assert read_status(package(path)).choices() == ()


def test_other_words_are_told_as_they_stand(path):
    fill(path)
    choose(path, "mungkin")
    assert read_status(package(path)).choices() == (Chosen("00123", Column.PRICE, None, 61_500, 48_000, "mungkin"),)


@pytest.mark.parametrize(("row", "words"), [(5, None), (5, "–"), (7, "pakai toko")])
def test_what_is_no_choice_for_a_line_is_left_out(path, row, words):
    fill(path)
    choose(path, words, row)
    assert read_status(package(path)).choices() == ()


# Sheets that are not ours to fill


def test_a_workbook_without_the_sheet_is_given_none(path):
    book = load_workbook(path)
    del book["Selaras"]
    book.save(path)
    assert read_status(package(path)) is None
    assert filled(package(path), PAGE) == {}


def test_a_sheet_of_that_name_that_the_seller_made_is_left_alone(tmp_path):
    book = Workbook()
    book.active.title = "selaras"
    book.active.append(["SKU", "Alasan", "catatan saya"])
    book.save(tmp_path / "milik.xlsx")
    assert read_status(package(tmp_path / "milik.xlsx")) is None
    assert filled(package(tmp_path / "milik.xlsx"), PAGE) == {}


def formula(sheet):
    sheet["F5"] = "=A1"


def merged(sheet):
    sheet.merge_cells("B5:C6")


def locked(sheet):
    sheet.protection.sheet = True


@pytest.mark.parametrize("hinder", [formula, merged, locked])
def test_a_sheet_in_which_something_stands_in_our_place_is_left_alone(path, hinder):
    book = load_workbook(path)
    hinder(book["Selaras"])
    book.save(path)
    assert filled(package(path), PAGE) == {}


def test_a_table_that_the_seller_made_of_it_is_filled_all_the_same(path):
    book = load_workbook(path)
    book["Selaras"].add_table(ExcelTable(displayName="Keadaan", ref="A4:G6"))
    book.save(path)
    assert fill(path)
    assert read_status(package(path)).says(PAGE)


def test_a_sheet_written_by_a_program_that_shares_its_strings_reads_the_same(path, tmp_path):
    fill(path)
    resaved = tmp_path / "lagi.xlsx"
    with xlsxwriter.Workbook(resaved) as book:
        book.add_worksheet("Stok").write_row(0, 0, ["SKU", "Stok"])
        sheet = book.add_worksheet("Selaras")
        for number, row in enumerate(shown(path)):
            sheet.write_row(number, 0, row)
    assert "xl/sharedStrings.xml" in {member.name for member in package(resaved).archive.members}
    assert read_status(package(resaved)).says(PAGE)
    assert fill(resaved, QUIET)
