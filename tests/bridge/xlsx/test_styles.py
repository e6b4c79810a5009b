"""What number formats and the date system make of a number."""

from datetime import date, datetime
from io import BytesIO

import pytest
import xlsxwriter

from bridge.columns import Column
from bridge.read import table_in
from bridge.values import Unclear

DAY = "46115"
"""3 April 2026 in the 1900 system; a workbook of the 1904 system keeps 44653 for it (ECMA-376 part 1, 18.17.4.1)."""


def code_turned_into(moment: date, *, is_1904: bool) -> object:
    """Save a sheet in which a code became a date, and read the code."""
    out = BytesIO()
    workbook = xlsxwriter.Workbook(out, {"date_1904": is_1904})
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, ["SKU", "Stok"])
    sheet.write_datetime(1, 0, moment, workbook.add_format({"num_format": "d-mmm"}))
    sheet.write(1, 1, 5)
    workbook.close()
    return table_in(out.getvalue(), "w.xlsx").rows[0].cells[Column.SKU]


@pytest.mark.parametrize("is_1904", [False, True])
def test_a_day_has_the_same_number_in_both_date_systems(is_1904: bool) -> None:
    assert code_turned_into(date(2026, 4, 3), is_1904=is_1904) == Unclear("cell.sku_date", DAY)


def test_a_time_of_day_goes_with_its_day_in_the_1904_system_too() -> None:
    assert code_turned_into(datetime(2026, 4, 3, 12), is_1904=True) == Unclear("cell.sku_date", f"{DAY}.5")  # noqa: DTZ001 -- a workbook's times have no zone
