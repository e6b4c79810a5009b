"""The one door: what is asked of it reaches every kind of file."""

import pytest
from openpyxl import Workbook

from bridge.columns import Column
from bridge.formats import patch_file, read_file


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_added_rows_come_after_the_row_that_the_caller_names_in_every_kind_of_file(tmp_path, kind):
    path, rows = tmp_path / f"stok.{kind}", [["SKU", "Stok"], ["K1", 5], ["", ""], ["TOTAL", 5]]
    if kind == "csv":
        path.write_text("".join(f"{sku};{stok}\n" for sku, stok in rows))
    else:
        workbook = Workbook()
        for row in rows:
            workbook.active.append([value or None for value in row])
        workbook.save(path)
    result = patch_file(read_file(path), [], [{Column.SKU: "K2", Column.STOCK: 3}], after=2)
    assert result.appended_rows == (3,)
