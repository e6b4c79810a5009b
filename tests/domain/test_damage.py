"""What spreadsheets leave of codes: every form leads back to its code, and never is the code itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.columns import Column
from bridge.values import Cell, Kind, Look, Unclear, meaning
from daemon.domain.damage import damaged_forms


@pytest.mark.parametrize(
    ("sku", "form"),
    [
        ("00123", "123"),
        ("00123", "123.0"),
        ("12345", "12345.0"),
        ("6900123456789", "6.90012E+12"),
        ("6900123456789", "6,90012E+12"),
        ("6900123456789", "6.90E+12"),
        ("6900123456789", "6.900123456789E+12"),
        ("6900000000000", "6.9E+12"),
        ("6900001234567", "6.9E+12"),
        ("8999999999999", "9E+12"),
        ("6900000000000", "6.9E+012"),
        ("0006900000000000", "6900000000000"),
        ("1234567890123456789", "1234567890123450000"),
        ("1234567890123456789", "1234567890123460000"),
        ("1234567890123456789", "1.23457E+18"),
        ("1234567890123456789", "1.2345678901234568e+18"),
        ("90.750", "90.75"),
        ("90.750", "90750"),
        ("90,750", "90,75"),
        ("1.250.000", "1250000"),
        ("1E5", "100000"),
        ("1e5", "1.00E+05"),
        ("12E-3", "0.012"),
        ("+62811", "62811"),
        ("007", "7"),
        ("000", "0"),
    ],
)
def test_a_code_taken_for_a_number_is_known_by_what_is_left(sku, form):
    assert form in damaged_forms(sku)


@pytest.mark.parametrize(
    ("sku", "form"),
    [
        ("1-2-2026", "46054"),  # 1 February
        ("1-2-2026", "46024"),  # 2 January
        ("1.2.2026", "46054"),
        ("2026-02-01", "46054"),
        ("1-2-26", "46054"),
        ("3-4", "46115"),  # 3 April 2026
        ("3/4", "46085"),  # 4 March 2026
        ("MAR1", "46082"),
        ("1MAR", "46082"),
        ("mar-01", "46082"),
        ("1-DES", "46357"),
        ("DEC2026", "46357"),
        ("12-99", "36495"),  # December 1999
        ("SEP-99", "36404"),
        ("2026-3", "46082"),
        ("3-4", "03-Apr"),
        ("3-4", "4-Mar"),
        ("1-5", "01-Mei"),
        ("1-2-2026", "01/02/2026"),
        ("SEPT-1999", "Sep-99"),
    ],
)
def test_a_code_taken_for_a_date_is_known_by_its_day_or_by_how_it_is_shown(sku, form):
    assert form in damaged_forms(sku)


@pytest.mark.parametrize(
    "sku", ["KOPI-250", "A-1", "ABC", "", "MAR", "1-2-3-4", "12-MARKET", "45-60-70", "1E400", "K00123", "1,2,3", "٣-٤"]
)
def test_a_code_that_no_spreadsheet_changes_has_no_damaged_form(sku):
    assert damaged_forms(sku) == frozenset()


def test_one_form_can_come_from_several_codes():
    assert "6.90012E+12" in damaged_forms("6900123456789") & damaged_forms("6900120000001")
    assert damaged_forms("3-4") & damaged_forms("4/3")


def test_a_damaged_cell_shows_what_the_forms_know():
    code = meaning(Column.SKU, Cell(Kind.NUMBER, "6.9E+12"))
    assert isinstance(code, Unclear)
    assert code.shown in damaged_forms("6900000000000")
    day = meaning(Column.SKU, Cell(Kind.NUMBER, "46115.0", look=Look.DATE))
    assert isinstance(day, Unclear)
    assert day.shown in damaged_forms("3-4")


_CODES = st.one_of(
    st.text(max_size=12),
    st.text("0123456789", min_size=1, max_size=25),
    st.from_regex(r"\d{1,4}[-/ .]?[A-Za-z0-9]{1,4}([-/ .]\d{1,4})?", fullmatch=True),
    st.from_regex(r"\d{1,4}[.,]?\d{0,3}[Ee]\d{1,3}", fullmatch=True),
)


@given(_CODES)
def test_the_intact_code_is_never_one_of_its_forms(sku):
    assert sku not in damaged_forms(sku)


@given(st.text(st.characters(exclude_categories=["Nd"])))
def test_a_code_without_digits_has_no_damaged_form(sku):
    assert damaged_forms(sku) == frozenset()


@settings(max_examples=60)
@given(st.text("0123456789", min_size=1, max_size=15))
def test_a_code_of_digits_is_known_by_its_number(sku):
    number = str(int(sku))
    assert number == sku or number in damaged_forms(sku)
    assert f"{number}.0" in damaged_forms(sku)
