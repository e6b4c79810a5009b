"""Workbooks as XlsxWriter makes them: one for each feature of Excel, and a rich one that has nearly all of them."""

import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO

import xlsxwriter
from fidelity.goods import COUNT, GOODS, ORDER, PRICE, PRODUCT, SKU, STOCK, Place
from xlsxwriter.utility import xl_rowcol_to_cell as name
from xlsxwriter.worksheet import Worksheet

MACROS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 invented for a test, no program runs it " * 40
Feature = Callable[[xlsxwriter.Workbook, Worksheet, Place], None]


def png(side: int = 8) -> BytesIO:
    """Draw a small grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    size = struct.pack(">2L5B", side, side, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\x00" + b"\x99" * side) * side)
    return BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def book(*features: Feature, place: Place | None = None, options: Mapping[str, object] | None = None) -> bytes:
    """Save the goods with these features, and a second sheet that counts on the first."""
    at = place or Place()
    out = BytesIO()
    workbook = xlsxwriter.Workbook(out, options or {"in_memory": True})
    sheet = workbook.add_worksheet(at.sheet)
    money = workbook.add_format({"num_format": "#,##0", "locked": False})
    text = workbook.add_format({"num_format": "@", "locked": False})
    open_cell = workbook.add_format({"bg_color": "#FFF2CC", "locked": False})
    looks = {PRICE: money, SKU: text, STOCK: open_cell, COUNT: open_cell}
    sheet.write_row(at.row, at.column, at.header, workbook.add_format({"bold": True}))
    for number, row in enumerate(at.rows, start=at.row + 1):
        for column, value in zip(at.order, row, strict=True):
            sheet.write(number, at.column_of(column), value, looks.get(column, text))
        cells = name(number, at.column_of(PRICE)), name(number, at.column_of(STOCK))
        price, stock = (GOODS[number - at.row - 1][ORDER.index(each)] for each in (PRICE, STOCK))
        sheet.write_formula(number, at.last_column, "={}*{}".format(*cells), money, price * stock)
    own = workbook.add_worksheet("Hitungan saya")
    stocks = stock_area(at)
    own.write_formula("A1", f"=SUM({stocks})", None, 212)
    own.write_formula("A2", "=A1*2", None, 424)
    own.write_formula("A3", "=1+1", None, 2)
    own.write("B1", "pajak 11%")
    for feature in features:
        feature(workbook, sheet, at)
    workbook.close()
    return out.getvalue()


def stock_area(at: Place) -> str:
    """Name the cells of the stock, with their sheet."""
    first, last = (name(row, at.column_of(STOCK), True, True) for row in (at.row + 1, at.last_row))
    return f"{at.quoted}!{first}:{last}"


def charts(workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    for kind in ("column", "line", "pie"):
        chart = workbook.add_chart({"type": kind})
        chart.add_series({"values": f"={stock_area(at)}"})
        sheet.insert_chart(at.last_row + 30, at.last_column + 2, chart)


def chart_sheet(workbook: xlsxwriter.Workbook, _sheet: Worksheet, at: Place) -> None:
    chart = workbook.add_chart({"type": "bar"})
    chart.add_series({"values": f"={stock_area(at)}"})
    workbook.add_chartsheet("Grafik").set_chart(chart)


def images(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    sheet.insert_image(at.row + 1, at.last_column + 3, "a.png", {"image_data": png(), "description": "foto"})
    sheet.set_background(png(16))


def image_in_cell(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    sheet.embed_image(at.row + 1, at.last_column + 4, "b.png", {"image_data": png(12)})


def shapes(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    sheet.insert_textbox(at.row + 40, 1, "jangan lupa opname")
    sheet.insert_button(at.row + 45, 1, {"caption": "Hitung"})
    sheet.insert_checkbox(at.row + 2, at.last_column + 5, True)


def sparklines(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    for row in range(at.row + 1, at.last_row + 1):
        left, right = name(row, at.column_of(PRICE)), name(row, at.column_of(STOCK))
        sheet.add_sparkline(row, at.last_column + 6, {"range": f"{at.quoted}!{left}:{right}", "type": "column"})


def comments(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    sheet.write_comment(at.row + 1, at.column_of(STOCK), "hitung ulang", {"author": "Sari"})
    sheet.write_comment(at.row + 2, at.column_of(PRODUCT), "梱包注意 📦", {"visible": True})


def validations(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    column = at.column_of(STOCK)
    rule = {"validate": "integer", "criteria": ">=", "value": 0, "error_message": "stok < 0 & salah"}
    sheet.data_validation(at.row + 1, column, at.last_row, column, rule)
    side = at.last_column + 7
    sheet.data_validation(at.row + 1, side, at.last_row, side, {"validate": "list", "source": ["A1", "B1"]})


def conditional_formats(workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    column = at.column_of(STOCK)
    red = workbook.add_format({"bg_color": "#FFC7CE"})
    for rule in (
        {"type": "cell", "criteria": "<", "value": 5, "format": red},
        {"type": "data_bar", "data_bar_2010": True, "bar_negative_color": "#FF0000"},
        {"type": "icon_set", "icon_style": "3_traffic_lights"},
        {"type": "3_color_scale"},
    ):
        sheet.conditional_format(at.row + 1, column, at.last_row, column, rule)


def table(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    columns = [{"header": each} for each in at.header]
    sheet.add_table(at.row, at.column, at.last_row, at.last_column, {"name": "Barang", "columns": columns})


def table_with_totals(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    columns: list[dict[str, object]] = [{"header": each} for each in at.header]
    columns[at.order.index(STOCK)]["total_function"] = "sum"
    columns[at.order.index(PRODUCT)]["total_string"] = "Jumlah"
    options = {"total_row": True, "columns": columns}
    sheet.add_table(at.row, at.column, at.last_row + 1, at.last_column, options)


def names(workbook: xlsxwriter.Workbook, _sheet: Worksheet, at: Place) -> None:
    workbook.define_name("Persediaan", f"={stock_area(at)}")
    workbook.define_name("'Hitungan saya'!Lokal", "='Hitungan saya'!$A$1")


def macros(workbook: xlsxwriter.Workbook, _sheet: Worksheet, _at: Place) -> None:
    workbook.add_vba_project(BytesIO(MACROS), is_stream=True)


def properties(workbook: xlsxwriter.Workbook, _sheet: Worksheet, _at: Place) -> None:
    workbook.set_properties({"title": "Stok toko", "author": "Bu Sari", "comments": "jangan diubah"})
    for key, value in {"Gudang": "Bandung", "Rak": 12, "Dicek": True}.items():
        workbook.set_custom_property(key, value)


def protection(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    sheet.protect("rahasia", {"sort": True})
    sheet.unprotect_range(f"{name(at.row + 1, at.last_column + 2)}:{name(at.last_row, at.last_column + 2)}", "catatan")


def rich_text(workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    bold, red = workbook.add_format({"bold": True}), workbook.add_format({"color": "red"})
    sheet.write_rich_string(at.row + 1, at.column_of(PRODUCT), bold, "Kopi ", red, "Gayo", " 250 g")
    sheet.write_rich_string(at.row + 1, at.last_column + 8, "a", bold, "b\n", "c")


def right_to_left(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    sheet.right_to_left()
    sheet.write(at.row + 1, at.last_column + 9, "مخزون")


def hidden(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    sheet.set_row(at.row + 3, None, None, {"hidden": True})
    sheet.set_column(at.last_column + 1, at.last_column + 1, 9, None, {"hidden": True})


def outlines(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    sheet.set_row(at.row + 4, 25, None, {"level": 1})
    sheet.set_row(at.row + 5, 25, None, {"level": 1, "hidden": True})
    sheet.set_column(at.last_column + 10, at.last_column + 12, 7, None, {"level": 1, "collapsed": True})


def panes(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    sheet.freeze_panes(at.row + 1, at.column + 1)
    sheet.set_selection(at.row + 2, at.column, at.row + 3, at.column + 2)
    sheet.set_zoom(85)
    sheet.set_tab_color("#00B050")


def printing(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(at.row, at.column, at.last_row, at.last_column)
    sheet.repeat_rows(at.row)
    sheet.set_margins(0.4, 0.4)
    sheet.print_row_col_headers()
    sheet.set_header("&L&G&CStok &D", {"image_left": "kop.png", "image_data_left": png(10)})
    sheet.set_footer("&P dari &N")
    sheet.set_h_pagebreaks([20, 40])
    sheet.set_v_pagebreaks([12])


def hyperlinks(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    sheet.write_url(at.row + 1, at.last_column + 13, "https://example.com/?a=1&b=2", string="toko")
    sheet.write_url(at.row + 2, at.last_column + 13, "internal:'Hitungan saya'!A1")


def merged(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    left = at.last_column + 17
    sheet.merge_range(at.row + 1, left, at.last_row + 3, left + 2, "catatan panjang")


def ignored_errors(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    column = at.column_of(SKU)
    area = f"{name(at.row + 1, column)}:{name(at.last_row, column)}"
    sheet.ignore_errors({"number_stored_as_text": area})


def autofilter(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    sheet.autofilter(at.row, at.column, at.last_row, at.last_column)
    sheet.filter_column(at.column_of(STOCK), "x > 5")
    for number, row in enumerate(GOODS, start=at.row + 1):
        if row[ORDER.index(STOCK)] <= 5:
            sheet.set_row(number, None, None, {"hidden": True})


def dates(workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    day = workbook.add_format({"num_format": "dd/mm/yyyy"})
    for row in range(at.row + 1, at.last_row + 1):
        sheet.write_datetime(row, at.last_column + 14, date(2026, 11, 21), day)


def arrays(_workbook: xlsxwriter.Workbook, sheet: Worksheet, at: Place) -> None:
    sheet.write_dynamic_array_formula(at.row + 1, at.last_column + 15, at.row + 1, at.last_column + 15, "=SORT(B2:B4)")
    cells = f"={stock_area(at)}*2"
    sheet.write_array_formula(
        at.row + 1, at.last_column + 16, at.last_row, at.last_column + 16, f"{{{cells}}}", None, 24
    )


def other_sheets(workbook: xlsxwriter.Workbook, _sheet: Worksheet, _at: Place) -> None:
    secret = workbook.add_worksheet("rahasia 💎")
    secret.write("A1", "SKU lama")
    secret.very_hidden()
    workbook.add_worksheet("在庫 メモ").hide()


FEATURES: Mapping[str, Feature] = {
    each.__name__: each
    for each in (
        charts, chart_sheet, images, image_in_cell, shapes, sparklines, comments, validations, conditional_formats,
        table, names, macros, properties, protection, rich_text, right_to_left, hidden, outlines, panes, printing,
        hyperlinks, merged, ignored_errors, autofilter, dates, arrays, other_sheets,
    )
}  # fmt: skip
_NOT_IN_RICH = {autofilter, macros}
RICH = tuple(each for each in FEATURES.values() if each not in _NOT_IN_RICH)
"""A table has a filter of its own, and macros make another kind of file."""
