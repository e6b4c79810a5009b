"""LibreOffice opens what was patched and agrees on every value; what it saves again says what it said before."""

import pytest
from fidelity.books import BOOKS, workbook
from fidelity.comparison import seen_by_openpyxl
from fidelity.goods import PRICE, STOCK
from fidelity.patches import ADDED, MARK, case, cell_name, changes

from bridge.columns import Layout
from bridge.patch import patch
from bridge.read import table_in

THEIRS = ("rich", "openpyxl_rich", "table", "autofilter", "conditional_formats", "with_pivot", "inline_strings")
RESAVED = (
    *THEIRS,
    "strict",
    "prefixed",
    "unpacked",
    "properties",
    "protection",
    "hidden",
    "openpyxl_streamed",
    "arrays",
)


def own_formulas(patched):
    """The formulas that go on in the added rows."""
    rows = range(patched.place.last_row + 2, patched.place.last_row + 2 + len(ADDED))
    place = patched.place
    return {f"I{row}": {"formula": f"={cell_name(place, row, PRICE)}*{cell_name(place, row, STOCK)}"} for row in rows}


def typed(patched):
    """What somebody would have to type to get what the patch writes."""
    return {patched.place.sheet: {**patched.targets, **patched.added, **own_formulas(patched)}}


@pytest.mark.parametrize("name", BOOKS)
def test_libreoffice_agrees_on_every_value_as_if_it_had_been_typed(name, seller, tmp_path):
    patched = case(name, "id", grows=True)
    suffix = "xlsm" if "macros" in name else "xlsx"
    (tmp_path / f"old.{suffix}").write_bytes(patched.old)
    (tmp_path / f"new.{suffix}").write_bytes(patched.new)
    expected = seller.values(file=str(tmp_path / f"old.{suffix}"), typed=typed(patched))
    assert seller.values(file=str(tmp_path / f"new.{suffix}"), typed={}) == expected


@pytest.mark.parametrize("name", THEIRS)
def test_a_workbook_of_libreoffice_s_own_is_patched_as_well(name, seller, tmp_path):
    (tmp_path / "first.xlsx").write_bytes(workbook(name))
    seller.resave(file=str(tmp_path / "first.xlsx"), to=str(tmp_path / "old.xlsx"))
    place = case(name, "id", grows=True).place
    table = table_in((tmp_path / "old.xlsx").read_bytes(), "old.xlsx", layout=Layout(sheet=place.sheet))
    result = patch(table, changes(place), ADDED, mark=MARK)
    (tmp_path / "new.xlsx").write_bytes(result.content)
    expected = seller.values(file=str(tmp_path / "old.xlsx"), typed=typed(case(name, "id", grows=True)))
    assert seller.values(file=str(tmp_path / "new.xlsx"), typed={}) == expected
    assert seen_by_openpyxl(result.content, values=False)


@pytest.mark.parametrize("name", RESAVED)
def test_what_libreoffice_saves_unchanged_is_no_edit_and_keeps_the_mark(name, seller, tmp_path):
    patched = case(name, "id", grows=True)
    (tmp_path / "ours.xlsx").write_bytes(patched.new)
    seller.resave(file=str(tmp_path / "ours.xlsx"), to=str(tmp_path / "theirs.xlsx"))
    layout = Layout(sheet=patched.place.sheet)  # LibreOffice fills in a pivot, whose headings look like ours
    ours, theirs = (
        table_in((tmp_path / each).read_bytes(), each, layout=layout) for each in ("ours.xlsx", "theirs.xlsx")
    )
    assert theirs.rows == ours.rows
    assert (theirs.columns, theirs.header_row) == (ours.columns, ours.header_row)
    assert theirs.mark == MARK
