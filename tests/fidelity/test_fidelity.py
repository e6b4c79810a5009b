"""After a patch a workbook is the old one, but for the cells that were wished and what must follow from them."""

import re
import zipfile
from io import BytesIO

import pytest
from fidelity.added_parts import unzipped, zipped
from fidelity.books import BOOKS, workbook
from fidelity.comparison import SheetDifferences, calculated, seen_by_calamine, seen_by_openpyxl, sheet_differences
from fidelity.goods import Place
from fidelity.patches import ADDED, MARK, Case, case, changes, formulas
from fidelity.schema import loose_ends, misplaced
from fidelity.xlsxwriter_books import book, table_with_totals
from lxml import etree

from bridge.patch import patch
from bridge.read import table_in
from bridge.refusals import TargetsRefusedError

_ELSEWHERE = ("rich", "openpyxl_rich", "table", "autofilter", "conditional_formats", "inline_strings", "prefixed")
CASES = [
    *((name, "id", False) for name in ("rich", "strict", "openpyxl_rich", "table", "autofilter", "properties")),
    *((name, "id", True) for name in BOOKS),
    *((name, place, True) for name in _ELSEWHERE for place in ("en", "starts_at_c5", "other_order")),
]
SHEET, OTHER, WORKBOOK = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/workbook.xml"
_GROWING = {"dimension", "autoFilter", "conditionalFormatting", "dataValidations", "ignoredErrors", "extLst"}
_WITHOUT_VALUES = {"openpyxl_plain", "openpyxl_rich", "openpyxl_streamed"}
"""openpyxl leaves formulas uncalculated; there is nothing to clear."""
_MARK_PARTS = {"docProps/custom.xml", "[Content_Types].xml", "_rels/.rels"}


@pytest.fixture(params=CASES, ids=str)
def patched(request) -> Case:
    name, place, grows = request.param
    return case(name, place, grows=grows)


def differing(patched: Case) -> set[str]:
    old, new = patched.parts
    return {name for name in new if old.get(name) != new[name]}


def in_sheet(patched: Case) -> SheetDifferences:
    old, new = patched.parts
    return sheet_differences(old[SHEET], new[SHEET])


def test_only_the_parts_that_must_change_do_and_the_others_lie_in_the_file_as_before(patched):
    old, new = patched.parts
    allowed = {SHEET}
    if patched.name not in _WITHOUT_VALUES:
        allowed.add(OTHER)
    if b'fullCalcOnLoad="1"' not in old[WORKBOOK] or (patched.added and b"_FilterDatabase" in old[WORKBOOK]):
        allowed.add(WORKBOOK)
    if patched.added:
        allowed |= _MARK_PARTS if "docProps/custom.xml" not in old else {"docProps/custom.xml"}
        allowed |= {name for name in old if name.startswith("xl/tables/")}
    assert differing(patched) == allowed
    assert [name for name in new if name in old] == list(old)
    with zipfile.ZipFile(BytesIO(patched.old)) as before, zipfile.ZipFile(BytesIO(patched.new)) as after:
        assert after.testzip() is None
        for each in before.infolist():
            copy = after.getinfo(each.filename)
            assert (copy.date_time, copy.external_attr, copy.extra) == (each.date_time, each.external_attr, each.extra)
            if each.filename not in allowed:
                ends = [place.header_offset + 30 + len(each.filename.encode()) for place in (each, copy)]
                raw = [
                    data[at : at + each.compress_size]
                    for data, at in zip((patched.old, patched.new), ends, strict=True)
                ]
                assert raw[0] == raw[1]


def test_the_sheet_differs_in_the_target_cells_and_in_values_that_are_stale(patched):
    found = in_sheet(patched)
    touched = {cell for cell in patched.targets if cell in found.changed | found.added | found.emptied}
    rows = re.compile(rf"[A-Z]+(?:{patched.place.last_row + 2}|{patched.place.last_row + 3})")
    assert found.changed <= patched.targets.keys()
    assert found.removed == set()
    assert {cell for cell in found.added if not rows.fullmatch(cell)} <= patched.targets.keys()
    assert any(map(rows.fullmatch, found.added)) == bool(patched.added)
    assert touched == patched.targets.keys()
    assert found.outside <= (_GROWING if patched.added else {"dimension"})


def test_values_of_formulas_that_depend_on_a_target_are_gone_and_others_stay(patched):
    if patched.name in _WITHOUT_VALUES:
        assert not in_sheet(patched).emptied - patched.targets.keys()
        return
    old, new = patched.parts
    first = patched.place.row + 2
    own = patched.own_formulas
    emptied = in_sheet(patched).emptied - patched.targets.keys()
    assert {own[row] for row in (first, first + 1, first + 2)} <= emptied
    assert not {own[row] for row in (first + 3, first + 4, first + 5)} & emptied
    assert sheet_differences(old[OTHER], new[OTHER]) == SheetDifferences(emptied={"A1", "A2"})


def test_excel_is_asked_to_calculate_and_nothing_else_of_the_workbook_part_changes(patched):
    old, new = (etree.fromstring(parts[WORKBOOK]) for parts in patched.parts)
    assert new.find("{*}calcPr").attrib.pop("fullCalcOnLoad") == "1"
    for tree in (old, new):
        calculation = tree.find("{*}calcPr")
        if calculation is not None:
            calculation.attrib.pop("fullCalcOnLoad", None)
        for name in tree.iterfind("{*}definedNames/{*}definedName[@name='_xlnm._FilterDatabase']"):
            name.text = ""
    if old.find("{*}calcPr") is None:
        new.remove(new.find("{*}calcPr"))
    assert etree.tostring(old, method="c14n") == etree.tostring(new, method="c14n")


@pytest.mark.parametrize("patched", [each for each in CASES if each[0] != "strict"], ids=str, indirect=True)
def test_openpyxl_sees_the_wishes_and_otherwise_the_old_workbook(patched):
    sheet = patched.place.sheet
    wished = {(sheet, cell): value for cell, value in (patched.targets | patched.added).items()}
    for values in (False, True):
        old, new = (seen_by_openpyxl(content, values=values) for content in (patched.old, patched.new))
        for place, cell in old.items():
            now = new.get(place, (None, *cell[1:]))
            assert now[1:] == cell[1:], place
            is_stale = now[0] is None and place in calculated(patched.old)
            assert place in wished or is_stale or now[0] == cell[0], place
        for place, value in wished.items():
            assert _unescaped(new.get(place, (None,))[0]) == value, place


def _unescaped(value):
    """What openpyxl does not do itself (ECMA-376 part 1, 22.9.2.19)."""
    decoded = re.compile(r"_x([0-9A-F]{4})_")
    return decoded.sub(lambda found: chr(int(found[1], 16)), value) if isinstance(value, str) else value


def test_calamine_sees_the_wishes_and_otherwise_the_old_workbook(patched):
    old, new = seen_by_calamine(patched.old), seen_by_calamine(patched.new)
    sheet = patched.place.sheet
    for cell, value in (patched.targets | patched.added).items():
        letters, number = re.fullmatch(r"([A-Z]+)(\d+)", cell).groups()
        place = sheet, int(number), sum((ord(each) - 64) * 26**power for power, each in enumerate(reversed(letters)))
        old.pop(place, None)
        assert new.pop(place, None) == value, cell
    gone = {place: old.pop(place) for place in old.keys() - new.keys()}
    assert old == new
    assert all(isinstance(value, float) for value in gone.values()), "only numbers of formulas can be stale here"


def test_the_bridge_reads_its_own_mark_from_then_on(patched):
    assert table_in(patched.new, patched.name).mark == (MARK if patched.added else None)


def test_every_part_keeps_the_order_of_the_standard_and_every_link_leads_somewhere(patched):
    _, new = patched.parts
    assert loose_ends(new) == []
    for name, data in new.items():
        if name.endswith((".xml", ".rels", ".vml")):
            assert misplaced(data) == [], name


def test_what_belongs_to_the_table_grows_with_it():
    patched = case("rich", "id", grows=True)
    _, new = patched.parts
    sheet = etree.fromstring(new[SHEET])
    areas = [each.get("sqref") for each in sheet.iterfind(".//{*}conditionalFormatting[@sqref]")]
    areas += [each.text for each in sheet.iterfind(".//{*}conditionalFormatting/{*}sqref")]
    areas += [each.get("sqref") for each in sheet.iterfind("{*}dataValidations/{*}dataValidation")]
    areas += [each.get("sqref") for each in sheet.iterfind("{*}ignoredErrors/{*}ignoredError")]
    assert len(areas) >= 5
    assert {area.rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for area in areas} == {"9"}
    table = etree.fromstring(new["xl/tables/table1.xml"])
    assert [table.get("ref"), table.find("{*}autoFilter").get("ref")] == ["A1:I9", "A1:I9"]


@pytest.mark.parametrize("name", ["sparklines", "rich"])
def test_a_sparkline_keeps_its_one_cell_when_rows_are_added(name):
    old, new = (etree.fromstring(parts[SHEET]) for parts in case(name, "id", grows=True).parts)
    cells, now = ([each.text for each in tree.iterfind(".//{*}sparkline/{*}sqref")] for tree in (old, new))
    assert "O7" in cells, "one stands in the last row"
    assert now == cells


def test_a_sheet_filter_grows_with_its_hidden_name_and_hides_no_added_row():
    _, new = case("autofilter", "starts_at_c5", grows=True).parts
    assert etree.fromstring(new[SHEET]).find("{*}autoFilter").get("ref") == "C5:K13"
    name = etree.fromstring(new[WORKBOOK]).find("{*}definedNames/{*}definedName")
    assert name.text.rpartition("!")[2] == "$C$5:$K$13"
    rows = etree.fromstring(new[SHEET]).findall("{*}sheetData/{*}row")
    assert [each.get("hidden") for each in rows[-2:]] == [None, None]


def test_a_totals_row_stops_added_rows_and_changes_go_on_above_it():
    table = table_in(book(table_with_totals), "w.xlsx")
    with pytest.raises(TargetsRefusedError, match=r"workbook\.target_fixed_row"):
        patch(table, [], ADDED)
    result = patch(table, changes(Place()))
    old, new = unzipped(table.content), unzipped(result.content)
    assert {name for name in new if old[name] != new[name]} == {SHEET, OTHER}
    assert "D8" in sheet_differences(old[SHEET], new[SHEET]).emptied, "the total of the stock"


def test_locked_cells_of_a_protected_sheet_are_refused_by_name():
    parts = unzipped(workbook("protection"))
    parts["xl/styles.xml"] = re.sub(rb"<protection locked=\"0\"\s*/>", b"", parts["xl/styles.xml"])
    with pytest.raises(TargetsRefusedError) as caught:
        patch(table_in(zipped(parts), "w.xlsx"), changes(Place()))
    assert {each.code for each in caught.value.refused} == {"workbook.protected"}
    assert {each.params["cell"] for each in caught.value.refused} == set(case("protection", "id", grows=True).targets)


@pytest.mark.parametrize("name", BOOKS.keys() - {"strict"})
def test_the_seller_s_own_formula_goes_on_in_added_rows(name):
    patched = case(name, "id", grows=True)
    added = formulas(patched.new).items() - formulas(patched.old).items()
    assert {each for each in added if each[0][1][0] == "I"} == {
        (("Stok", f"I{row}"), f"=C{row}*D{row}") for row in (8, 9)
    }
