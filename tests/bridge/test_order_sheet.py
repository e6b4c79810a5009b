"""Orders as a sheet."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from bridge.errors import FileBusyError
from bridge.order_sheet import OrderRow, write_order_sheet

ROW = OrderRow(
    order_id="576461413038785752",
    invoice="INV/20261121/1",
    shop="kopi-utama",
    platform="Tokopedia",
    created=datetime(2026, 11, 21, 18, 30, 5, 999, tzinfo=UTC),
    status="Siap dikirim",
    buyer="S*** R***",
    courier="JNE",
    tracking_number="0012345",
    sku="00123",
    product="Kopi Gayo 250 g",
    quantity=3,
    price=55000,
    currency="IDR",
    deadline=None,
)
JAKARTA = ZoneInfo("Asia/Jakarta")


def written(tmp_path, *rows, language="id", zone=JAKARTA):
    path = tmp_path / "pesanan" / "pesanan-2026-11-22.xlsx"
    write_order_sheet(path, rows, language=language, zone=zone)
    return load_workbook(path).worksheets[0]


def test_one_row_per_line_with_real_numbers_and_local_times(tmp_path):
    sheet = written(tmp_path, ROW, replace(ROW, deadline=datetime(2026, 11, 23, 10, tzinfo=UTC)))
    values = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert values[0] == [
        "576461413038785752",
        "INV/20261121/1",
        "kopi-utama",
        "Tokopedia",
        datetime(2026, 11, 22, 1, 30, 5),  # noqa: DTZ001 - a workbook knows no zones
        "Siap dikirim",
        "S*** R***",
        "JNE",
        "0012345",
        "00123",
        "Kopi Gayo 250 g",
        3,
        55000,
        165000,
        None,
    ]
    assert values[1][-1] == datetime(2026, 11, 23, 17)  # noqa: DTZ001 - as above


@pytest.mark.parametrize(
    ("language", "zone", "headers", "title"),
    [
        ("id", "Asia/Jakarta", ("No. Pesanan", "Dibuat (WIB)", "Batas Kirim (WIB)"), "Pesanan"),
        ("en", "Asia/Makassar", ("Order ID", "Created (WITA)", "Ship by (WITA)"), "Orders"),
        ("en", "Europe/Berlin", ("Order ID", "Created (Europe/Berlin)", "Ship by (Europe/Berlin)"), "Orders"),
    ],
)
def test_headers_speak_the_language_and_name_the_zone(tmp_path, language, zone, headers, title):
    sheet = written(tmp_path, ROW, language=language, zone=ZoneInfo(zone))
    assert (sheet["A1"].value, sheet["E1"].value, sheet["O1"].value) == headers
    assert sheet.title == title
    assert sheet.max_column == 15


@pytest.mark.parametrize("text", ["=1+1", "+62812", "-5", "@SUM(A1)", "\t=x", "#N/A", "2026-11-21", "1E5"])
def test_a_text_never_acts_as_a_formula_or_number(tmp_path, text):
    sheet = written(tmp_path, replace(ROW, buyer=text, product=text))
    for name in ("G2", "K2"):
        assert (sheet[name].data_type, sheet[name].value) == ("s", text)
        assert sheet[name].quotePrefix == text.startswith(("=", "+", "-", "@", "\t"))


def test_control_characters_in_names_do_not_stop_the_sheet(tmp_path):
    assert written(tmp_path, replace(ROW, buyer="A\x00B\x07", courier="\x01"))["G2"].value == "AB"


def test_it_can_be_filtered_and_printed(tmp_path):
    sheet = written(tmp_path, ROW, ROW)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:O3")
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"
    assert sheet["M2"].number_format == '[$-421]"Rp" #,##0'


def test_a_day_without_orders_is_a_sheet_with_headers(tmp_path):
    assert written(tmp_path).max_row == 1


def test_an_open_sheet_is_left_alone(tmp_path):
    path = tmp_path / "pesanan.xlsx"
    write_order_sheet(path, [ROW], language="id", zone=JAKARTA)
    before = path.read_bytes()
    (tmp_path / ".~lock.pesanan.xlsx#").write_text(",sari,;")
    with pytest.raises(FileBusyError, match=r"workbook\.open"):
        write_order_sheet(path, [], language="id", zone=JAKARTA)
    assert path.read_bytes() == before
