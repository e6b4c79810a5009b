"""Workbooks as large sellers have them, the same on every machine."""

import random
from pathlib import Path

import xlsxwriter

from bridge.columns import Column

HEADERS = (
    *("SKU", "Nama Produk", "Kategori", "Harga", "Stok", "Berat (g)"),
    *("Rak", "Pemasok", "Modal", "Kondisi", "Keterangan", "Catatan saya"),
)
COLUMNS = {Column.SKU: 1, Column.PRODUCT: 2, Column.PRICE: 4, Column.STOCK: 5, Column.NOTE: 11}
"""The five columns that Selaras knows among the twelve."""
KINDS = ("shared", "inline", "formulas")
_GOODS = ("Kopi", "Batik", "Casing", "Tas", "Sepatu", "Mainan")
_COLOURS = ("merah", "hijau", "biru & putih", "hitam")
_SUPPLIERS = ("CV Maju", "UD Sinar", "PT Laut")
_NOTES = ("✓ 12 → 19", "harga ditahan", "stok lama")


def write_goods(path: Path, rows: int, kind: str) -> Path:
    """Save ``rows`` rows of goods under a header, in one of ``KINDS``.

    Texts lie in the shared strings or in the cells; with formulas every row has one that reads the first stock.
    """
    draw = random.Random(rows)  # noqa: S311 -- goods, not secrets
    workbook = xlsxwriter.Workbook(path, {"constant_memory": kind == "inline"})
    sheet = workbook.add_worksheet("Stok")
    money, code = workbook.add_format({"num_format": "#,##0"}), workbook.add_format({"num_format": "@"})
    sheet.write_row(0, 0, HEADERS)
    for number in range(1, rows + 1):
        goods = draw.choice(_GOODS)
        sheet.write_string(number, 0, f"{goods[:3].upper()}-{number:06d}", code)
        sheet.write_string(number, 1, f"{goods} {draw.choice(_COLOURS)} ukuran {draw.choice('SML')} seri {number}")
        sheet.write_string(number, 2, goods)
        sheet.write_number(number, 3, draw.randrange(5, 900) * 500, money)
        sheet.write_number(number, 4, draw.randrange(500))
        sheet.write_number(number, 5, draw.randrange(1, 90) * 50)
        sheet.write_string(number, 6, f"{draw.choice('ABCD')}{draw.randrange(1, 40)}")
        sheet.write_string(number, 7, draw.choice(_SUPPLIERS))
        capital = draw.randrange(5, 900) * 300
        if kind == "formulas":
            sheet.write_formula(number, 8, f"=D{number + 1}*$E$2", money, capital)
        else:
            sheet.write_number(number, 8, capital, money)
        sheet.write_string(number, 9, draw.choice(("baru", "bekas")))
        if draw.random() < 0.5:
            sheet.write_string(number, 10, draw.choice(_NOTES))
        if draw.random() < 0.8:
            sheet.write_string(number, 11, f"catatan {draw.randrange(1000)}")
    workbook.close()
    return path
