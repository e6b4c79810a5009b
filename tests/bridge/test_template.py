"""The workbook a seller starts with."""

import pytest
from openpyxl import load_workbook

from bridge.columns import OWN, Column, header_text
from bridge.patch import patch
from bridge.read import read_table
from bridge.side_sheets import ALLOCATION, BUNDLES
from bridge.status_sheet import HEADERS, Choice, choice_text
from bridge.template import write_template
from bridge.values import Whole, Words
from bridge.xlsx.archive import Archive
from bridge.xlsx.package import Package
from daemon.domain.messages import message
from daemon.texts import Texts


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("id", ["Stok", "Selaras", "Rencana", "Alokasi", "Paket", "Petunjuk"]),
        ("en", ["Stock", "Selaras", "Plan", "Allocation", "Bundles", "Guide"]),
    ],
)
def test_it_reads_as_an_empty_table_in_either_language(tmp_path, language, titles):
    write_template(tmp_path / "stok.xlsx", language)
    table = read_table(tmp_path / "stok.xlsx")
    assert (table.sheet, table.header_row, table.rows) == (titles[0], 1, ())
    columns = [column for column in Column if column not in OWN]
    assert list(table.columns) == columns
    workbook = load_workbook(tmp_path / "stok.xlsx")
    assert workbook.sheetnames == titles
    sheet = workbook[titles[0]]
    assert [cell.value for cell in sheet[1]] == [header_text(column, language) for column in columns]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("B2", "A1:J1", "$1:$1")


@pytest.mark.parametrize("language", ["id", "en"])
def test_its_guide_explains_every_column_by_its_header(tmp_path, language):
    write_template(tmp_path / "stok.xlsx", language)
    guide = load_workbook(tmp_path / "stok.xlsx").worksheets[-1]
    topics = {row[0] for row in guide.iter_rows(values_only=True)}
    assert topics >= {header_text(column, language) for column in Column}
    assert all(text for row in guide.iter_rows(values_only=True) for text in row)
    assert 10 <= guide.max_row <= 20


def test_the_first_rows_take_the_looks_of_their_columns(tmp_path):
    path = tmp_path / "stok.xlsx"
    write_template(path, "id")
    goods = [{Column.SKU: "00123", Column.PRICE: 55000, Column.STOCK: n} for n in (1, 2)]
    path.write_bytes(patch(read_table(path), [], goods).content)
    rows = read_table(path).rows
    assert [(row.cells[Column.SKU], row.cells[Column.STOCK]) for row in rows] == [
        (Words("00123"), Whole(1)),
        (Words("00123"), Whole(2)),
    ]
    sheet = load_workbook(path)["Stok"]
    assert sheet.auto_filter.ref == "A1:J3"
    assert [str(each.sqref) for each in sheet.conditional_formatting] == ["A2:I1048576"]
    for row in (2, 3):
        assert sheet.cell(row, 1).number_format == "@"
        assert "#,##0" in sheet.cell(row, 3).number_format
        assert not sheet.cell(row, 1).font.bold


@pytest.mark.parametrize("language", ["id", "en"])
def test_its_status_sheet_offers_the_choices_in_every_line_to_come(tmp_path, language):
    write_template(tmp_path / "stok.xlsx", language)
    sheet = load_workbook(tmp_path / "stok.xlsx")["Selaras"]
    assert tuple(cell.value for cell in sheet["A4:G4"][0]) == HEADERS[language]
    (offered,) = sheet.data_validations.dataValidation
    assert (offered.type, str(offered.sqref)) == ("list", "G5:G1048576")
    # Lines are in the language of the settings, which can be another one later.
    assert offered.formula1 == 'OFFSET($I$1,0,0,IF(OR($A5="Stok",$A5="Stock"),3,2),1)'
    words = [choice_text(choice, language) for choice in (Choice.SHEET, Choice.SHOP, Choice.SUM)]
    assert [sheet[f"I{row}"].value for row in (1, 2, 3)] == words
    assert sheet.column_dimensions["I"].hidden
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A5", "$4:$4")
    assert [str(each.sqref) for each in sheet.conditional_formatting] == ["A5:G1048576"]


@pytest.mark.parametrize("kind", [ALLOCATION, BUNDLES], ids=["allocation", "bundles"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_its_other_sheets_are_read_back_with_what_is_typed_into_them(tmp_path, kind, language):
    path = tmp_path / "stok.xlsx"
    write_template(path, language)
    book = load_workbook(path)
    sheet = book[kind.names[language]]
    assert (sheet.freeze_panes, [cell.value for cell in sheet[1]]) == ("A2", list(kind.headers(language)))
    for position, column in enumerate(kind.columns, start=1):
        sheet.cell(2, position, 2 if column.column is Column.STOCK else "00123")
    book.save(path)
    (row,) = kind.read_from(Package(Archive(path.read_bytes(), path.name)), except_sheet="Stok").rows
    assert set(row.cells.values()) == {Words("00123"), Whole(2)}


def test_it_colours_held_rows_and_open_notes_by_the_words_that_are_written_there(tmp_path):
    write_template(tmp_path / "stok.xlsx", "id")
    (area,) = load_workbook(tmp_path / "stok.xlsx")["Stok"].conditional_formatting
    held, noted = (rule.formula[0] for rule in area.rules)
    assert all(f'$G2="{word}"' in held for word in ("Ditahan", "Held"))
    assert noted == 'AND(LEFT($I2,8)="Selaras:",MID($I2,10,1)<>"✓")'
    assert len({rule.dxf.fill.bgColor.rgb for rule in area.rules}) == 2


def test_the_key_column_is_hidden_and_the_others_are_wide_enough_to_read(tmp_path):
    write_template(tmp_path / "stok.xlsx", "id")
    looks = load_workbook(tmp_path / "stok.xlsx")["Stok"].column_dimensions
    assert [letter for letter, look in looks.items() if look.hidden] == ["J"]
    assert all(look.width >= 10 for look in looks.values())


@pytest.mark.parametrize("language", ["id", "en"])
def test_it_offers_the_words_for_status_and_platform_that_the_daemon_understands(tmp_path, language):
    write_template(tmp_path / "stok.xlsx", language)
    say = Texts(language).say
    words = {
        "G2:G1048576": [say(message(f"status.{each}")) for each in ("active", "inactive")],
        "H2:H1048576": [say(message(f"platform.{each}")) for each in ("both", "tiktok_shop", "tokopedia")],
    }
    offered = load_workbook(tmp_path / "stok.xlsx").worksheets[0].data_validations.dataValidation
    assert {str(each.sqref): each.formula1.strip('"').split(",") for each in offered} == words
    assert not any(each.showErrorMessage for each in offered)
