"""The workbook a seller starts with: the known columns, ready to type into, how things stand, and a guide."""

import errno
import os
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml.etree import SerialisationError
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bridge.columns import Column, Language, header_text
from bridge.folder.files import write_new
from bridge.plan_sheet import NAMES
from bridge.plan_template import lay_out_plan
from bridge.side_sheets import ALLOCATION, BUNDLES, SideSheet
from bridge.status_sheet import HEADER_ROW, HEADERS, NAME, Choice, choice_text
from bridge.xlsx.sheet_xml import LAST_ROW

_WIDTHS = {
    Column.SKU: 18,
    Column.PRODUCT: 44,
    Column.PRICE: 14,
    Column.STOCK: 10,
    Column.ADJUSTMENT: 10,
    Column.COUNT: 10,
    Column.STATUS: 16,
    Column.PLATFORM: 18,
    Column.NOTE: 48,
    Column.KEY: 14,
}
_OFFERED: dict[Column, dict[Language, str]] = {
    Column.STATUS: {"id": "Aktif,Nonaktif", "en": "Active,Inactive"},
    Column.PLATFORM: {
        "id": "Keduanya,Hanya TikTok Shop,Hanya Tokopedia",
        "en": "Both,TikTok Shop only,Tokopedia only",
    },
}
_TYPED = frozenset({Column.PRICE, Column.STOCK, Column.ADJUSTMENT, Column.COUNT})
_GROUPED = {"id": "[$-421]#,##0", "en": "#,##0"}
"""Thousands with a dot in Indonesian, whatever language the office program itself speaks (LCID 0421)."""
_FONT = "Calibri"
_INK, _PAPER, _RULE, _HINT, _QUIET = "FFFFFFFF", "FF0F766E", "FFD6D3D1", "FFFFFBEB", "FF57534E"
_HELD, _ASKED = "FFFECACA", "FFFDE68A"

_TITLES = {"id": ("Stok", "Petunjuk"), "en": ("Stock", "Guide")}
_SIDE_WIDTHS = {False: 24, True: 12}
_STATUS_WIDTHS = (14, 18, 8, 12, 12, 84, 16)
_STATUS_HEIGHT = 45
"""Three lines of text: programs do not fit the height of rows that they did not write themselves."""
_STATUS_NUMBERS = range(3, 6)
_BY_USE = (Choice.SHEET, Choice.SHOP, Choice.SUM)
"""The last answers only lines about the stock of a row, not those about the number of one shop."""
_STATUS: dict[Language, tuple[str, str, str]] = {
    "id": (
        "Belum pernah diisi",
        "Diisi saat Selaras menulis ke file ini.",
        "Di mana ada pertanyaan, pilih di kolom Pilihan lalu simpan. Isi lembar ini ditulis ulang oleh Selaras.",
    ),
    "en": (
        "Not filled yet",
        "Filled when Selaras writes to this file.",
        "Where something is asked, choose in the column Choice and save. Selaras writes this sheet anew.",
    ),
}
_NO_SUCH_CHOICE = {
    "id": "Pilih salah satu dari daftar, atau kosongkan sel ini.",
    "en": "Choose one from the list, or empty this cell.",
}
_GUIDE: dict[Language, tuple[tuple[str, str], ...]] = {
    "id": (
        ("Cara pakai", "Ubah angka di lembar Stok, lalu simpan (Ctrl+S). Toko ikut berubah dalam beberapa detik."),
        ("SKU", "Kode barang Anda, sama seperti di toko. Satu baris untuk satu SKU. Jangan diubah setelah terhubung."),
        ("Nama Produk", "Diisi dari toko agar mudah dibaca. Boleh Anda ganti; nama di toko tidak ikut berubah."),
        ("Harga", "Harga jual dalam rupiah: 55000, 55.000 dan Rp 55.000 dibaca sama."),
        ("Stok", "Sisa yang boleh dijual. Ketik angka baru; yang terjual selagi Anda mengetik ikut dihitung."),
        (
            "+/−",
            "Tambah atau kurangi stok: 10 untuk barang masuk, −2 untuk barang rusak. Dikosongkan setelah dihitung.",
        ),
        ("Opname", "Hasil hitung fisik di rak, termasuk pesanan yang belum dikirim. Dikosongkan setelah dihitung."),
        ("Status", "Keadaan barang di toko. Ketik Aktif atau Nonaktif, di semua varian, untuk mengubahnya."),
        ("Platform", "Tempat barang tampil. Ketik Keduanya, Hanya TikTok Shop atau Hanya Tokopedia untuk mengubahnya."),
        ("Keterangan", "Diisi Selaras: apa yang sudah dilakukan, atau mengapa sebuah baris ditahan."),
        ("Kunci Selaras", "Kolom tersembunyi: mengenali barang saat baris diurutkan atau SKU rusak. Biarkan saja."),
        ("Modal", "Kolom pilihan Anda sendiri: harga beli barang. Harga jual yang di bawah modal ditanyakan dulu."),
        (
            "Lembar Selaras",
            "Diisi Selaras: apa yang ditahan atau menunggu, dan daftar pilihan di mana Anda perlu memutuskan.",
        ),
        ("Lembar Rencana", "Simpanan yang dihentikan Selaras, lama → baru. Pilih ya lalu simpan untuk menyetujuinya."),
        ("Lembar Alokasi", "Berapa yang tampil di satu toko, bila lain dari pengaturan toko. Kosong: ikut pengaturan."),
        ("Lembar Paket", "Isi sebuah paket, satu baris untuk satu isi. Stok paket dihitung dari stok isinya."),
        ("Sel kosong", "Artinya tidak ada perubahan, bukan nol. Untuk habis, ketik 0."),
        ("Kolom Anda", "Kolom, warna, rumus dan lembar Anda sendiri dibiarkan apa adanya. Urutan kolom bebas."),
        ("Sedang dibuka", "Selama file ini terbuka, Selaras membaca setiap simpanan dan menulis setelah ditutup."),
    ),
    "en": (
        ("How to use it", "Change a number in the sheet Stock and save (Ctrl+S). The shop follows within seconds."),
        ("SKU", "Your own code, as in the shop. One row for one SKU. Do not change it once it is linked."),
        ("Product", "Filled from the shop to make rows readable. You may change it; the shop keeps its own name."),
        ("Price", "The selling price in rupiah: 55000, 55.000 and Rp 55.000 mean the same."),
        ("Stock", "What may still be sold. Type the new number; what is sold while you type is taken into account."),
        ("+/−", "Add to the stock or take from it: 10 for goods received, −2 for broken ones. Cleared once counted."),
        ("Count", "What you counted on the shelf, unshipped orders included. Cleared once it is taken over."),
        ("Status", "How the goods stand in the shop. Type Active or Inactive, for all variants, to change it."),
        ("Platform", "Where the goods are shown. Type Both, TikTok Shop only or Tokopedia only to change it."),
        ("Note", "Filled by Selaras: what was done, or why a row is held."),
        ("Selaras Key", "A hidden column: it knows the goods when rows are sorted or a SKU is damaged. Leave it."),
        (
            "Cost",
            "A column of your own, if you like: what the goods cost you. A price below cost is asked about first.",
        ),
        (
            "Sheet Selaras",
            "Filled by Selaras: what is held or waits, and a choice list where you have to decide.",
        ),
        ("Sheet Plan", "A save that Selaras has stopped, old → new. Choose yes and save to agree to it."),
        (
            "Sheet Allocation",
            "What one shop shows of single goods, if not as in its settings. Empty: as in the settings.",
        ),
        ("Sheet Bundles", "What a bundle is made of, one row per part. Its stock is counted from that of its parts."),
        ("Empty cell", "It means no change, not zero. For sold out, type 0."),
        (
            "Your columns",
            "Columns, colours, formulas and sheets of your own stay as they are. Any column order will do.",
        ),
        ("While it is open", "As long as this file is open, Selaras reads every save and writes once it is closed."),
    ),
}


def write_template(path: Path, language: Language) -> None:
    """Create an empty workbook in the seller's language at ``path``, whole or not at all.

    An existing file is overwritten: whoever asks decides about that.
    """
    workbook = Workbook()
    stock, status = workbook.worksheets[0], workbook.create_sheet(NAME)
    lay_out_plan(workbook.create_sheet(NAMES[language]), language)
    for kind in (ALLOCATION, BUNDLES):
        _lay_out_side(workbook.create_sheet(kind.names[language]), kind, language)
    guide = workbook.create_sheet()
    stock.title, guide.title = _TITLES[language]
    _lay_out_stock(stock, language)
    _lay_out_status(status, language)
    _lay_out_guide(guide, language)
    written = BytesIO()
    try:
        workbook.save(written)
    except SerialisationError as error:  # openpyxl writes sheets to temporary files, and lxml hides what the disk said
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
    write_new(path, written.getvalue())


def _lay_out_stock(sheet: Worksheet, language: Language) -> None:
    line = Side(style="thin", color=_RULE)
    for position, column in enumerate(_WIDTHS, start=1):
        look: Any = sheet.column_dimensions[get_column_letter(position)]
        look.width = _WIDTHS[column]
        # The last one: a block pasted over the visible columns must not fall into it.
        look.hidden = column is Column.KEY
        look.number_format = _number_format(column, language)
        look.border = Border(bottom=line)
        if column in _TYPED:
            look.fill = PatternFill("solid", fgColor=_HINT)
        look.alignment = Alignment(horizontal="left", indent=1) if column in _OFFERED else Alignment()
        look.font = Font(name=_FONT, color=_QUIET if column in {*_OFFERED, Column.NOTE} else None)
        head: Any = sheet.cell(1, position)
        head.value, head.data_type, head.number_format = header_text(column, language), "s", "@"
        head.font = Font(name=_FONT, bold=True, color=_INK)
        head.fill = PatternFill("solid", fgColor=_PAPER)
        head.alignment = _header_alignment(column)
    sheet.row_dimensions[1].height = 24
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_WIDTHS))}1"
    sheet.print_title_rows = "1:1"
    _offer_words(sheet, language)
    _colour_held_rows(sheet)
    _fit_to_width(sheet)


def _offer_words(sheet: Worksheet, language: Language) -> None:
    """Offer what can be typed over status and platform; whatever else stands there is ours."""
    for column, words in _OFFERED.items():
        letter = get_column_letter(list(_WIDTHS).index(column) + 1)
        offered = DataValidation(type="list", formula1=f'"{words[language]}"', allow_blank=True)
        offered.add(f"{letter}2:{letter}{LAST_ROW}")
        sheet.add_data_validation(offered)


def _colour_held_rows(sheet: Worksheet) -> None:
    """Colour rows that are held, and notes of ours that are no ``✓``: down to the last row, for rows yet to come."""
    letters = {column: get_column_letter(position) for position, column in enumerate(_WIDTHS, start=1)}
    status, note, last = letters[Column.STATUS], letters[Column.NOTE], letters[Column.NOTE]
    is_held = f'OR(${status}2="Ditahan",${status}2="Held")'
    is_noted = f'AND(LEFT(${note}2,8)="Selaras:",MID(${note}2,10,1)<>"✓")'
    for formula, colour in ((is_held, _HELD), (is_noted, _ASKED)):
        rule: Any = FormulaRule(formula=[formula], fill=PatternFill("solid", bgColor=colour), stopIfTrue=True)
        sheet.conditional_formatting.add(f"A2:{last}{LAST_ROW}", rule)


def _lay_out_status(sheet: Worksheet, language: Language) -> None:
    for position, (header, width) in enumerate(zip(HEADERS[language], _STATUS_WIDTHS, strict=True), start=1):
        is_number = position in _STATUS_NUMBERS
        look: Any = sheet.column_dimensions[get_column_letter(position)]
        look.width, look.number_format = width, _GROUPED[language] if is_number else "@"
        look.font, look.border = Font(name=_FONT), Border(bottom=Side(style="thin", color=_RULE))
        side = {"horizontal": "right"} if is_number else {"horizontal": "left", "indent": 1}
        look.alignment = Alignment(vertical="top", wrap_text=not is_number, **side)
        head: Any = sheet.cell(HEADER_ROW, position, header)
        head.font, head.fill = Font(name=_FONT, bold=True, color=_INK), PatternFill("solid", fgColor=_PAPER)
        head.alignment = Alignment(vertical="center", **side)
    looks = (Font(name=_FONT, bold=True, size=14, color=_PAPER), Font(name=_FONT, color=_QUIET))
    for number, words in enumerate(_STATUS[language], start=1):
        cell: Any = sheet.cell(number, 1, words)
        cell.font, cell.number_format = looks[min(number, 2) - 1], "@"
        cell.alignment = Alignment(vertical="center", horizontal="left", indent=1)
        sheet.row_dimensions[number].height = 20
    sheet.row_dimensions[HEADER_ROW].height = 24
    sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = _STATUS_HEIGHT, True
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.sheet_view.showGridLines = False
    _offer_choices(sheet, language)
    _fit_to_width(sheet)


def _lay_out_side(sheet: Worksheet, kind: SideSheet, language: Language) -> None:
    for position, (column, header) in enumerate(zip(kind.columns, kind.headers(language), strict=True), start=1):
        is_number = column.column is Column.STOCK
        look: Any = sheet.column_dimensions[get_column_letter(position)]
        look.width, look.number_format = _SIDE_WIDTHS[is_number], _GROUPED[language] if is_number else "@"
        look.font, look.border = Font(name=_FONT), Border(bottom=Side(style="thin", color=_RULE))
        look.fill = PatternFill("solid", fgColor=_HINT)
        head: Any = sheet.cell(1, position, header)
        head.font, head.fill = Font(name=_FONT, bold=True, color=_INK), PatternFill("solid", fgColor=_PAPER)
        head.alignment = Alignment(horizontal="right" if is_number else "left", vertical="center")
    sheet.row_dimensions[1].height = 24
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    _fit_to_width(sheet)


def _offer_choices(sheet: Worksheet, language: Language) -> None:
    """Offer in each line what can answer its question."""
    first, choice = HEADER_ROW + 1, get_column_letter(len(_STATUS_WIDTHS))
    words = get_column_letter(len(_STATUS_WIDTHS) + 2)
    for number, each in enumerate(_BY_USE, start=1):  # a list that depends on a cell must stand in cells itself
        sheet[f"{words}{number}"] = choice_text(each, language)
    sheet.column_dimensions[words].hidden = True
    # The settings can get another language than the workbook was made in.
    stock = ",".join(f'$A{first}="{header_text(Column.STOCK, each)}"' for each in _STATUS)
    count = f"IF(OR({stock}),{len(_BY_USE)},{len(_BY_USE) - 1})"
    listed = f"OFFSET(${words}$1,0,0,{count},1)"
    offered = DataValidation(type="list", formula1=listed, allow_blank=True, showErrorMessage=True)
    offered.error = _NO_SUCH_CHOICE[language]
    offered.add(f"{choice}{first}:{choice}{LAST_ROW}")
    sheet.add_data_validation(offered)
    is_open = f'AND($A{first}<>"",${choice}{first}="")'
    rule: Any = FormulaRule(formula=[is_open], fill=PatternFill("solid", bgColor=_ASKED))
    sheet.conditional_formatting.add(f"A{first}:{choice}{LAST_ROW}", rule)


def _header_alignment(column: Column) -> Alignment:
    indent = 1 if column in _OFFERED else 0
    return Alignment(horizontal="right" if column in _TYPED else "left", vertical="center", indent=indent)


def _number_format(column: Column, language: Language) -> str:
    if column is Column.ADJUSTMENT:
        return "+#,##0;-#,##0;0"
    return _GROUPED[language] if column in _TYPED else "@"


def _lay_out_guide(sheet: Worksheet, language: Language) -> None:
    sheet.column_dimensions["A"].width = 20
    sheet.column_dimensions["B"].width = 96
    sheet.sheet_view.showGridLines = False
    _fit_to_width(sheet)
    for number, (topic, text) in enumerate(_GUIDE[language], start=1):
        heading, body = sheet.cell(number, 1, topic), sheet.cell(number, 2, text)
        heading.font, body.font = Font(name=_FONT, bold=True, color=_PAPER), Font(name=_FONT)
        heading.alignment = body.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[number].height = 20


def _fit_to_width(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
