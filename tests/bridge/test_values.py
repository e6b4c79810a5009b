"""What a cell means; nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.columns import Column
from bridge.values import BLANK, Blank, Cell, Grouped, Kind, Look, Unclear, Whole, Words, grouped, meaning


def text(shown: str) -> Cell:
    return Cell(Kind.TEXT, shown)


def number(shown: str, look: Look = Look.PLAIN, zeros: int = 0) -> Cell:
    return Cell(Kind.NUMBER, shown, look=look, zeros=zeros)


@pytest.mark.parametrize(
    "shown",
    [
        "1250000",
        "1.250.000",
        "1,250,000",
        "Rp 1.250.000",
        "Rp1.250.000,00",
        "rp. 1.250.000,-",
        "Rp\u00a01,250,000.00",
        "IDR 1250000",
        "1250000,00",
        " 1.250.000 ",
        "\u200b1.250.000",
        "1 250 000",
        "1\u00a0250\u00a0000",
        "Rp 1\u202f250\u202f000,00",
        "1\u2009250\u2009000",
        "１．２５０．０００",
        "Ｒｐ　１２５００００",
        "'1250000",
        "'Rp 1.250.000,-",
    ],
)
def test_rupiah_typed_in_any_usual_way_is_the_same_price(shown):
    assert meaning(Column.PRICE, text(shown)) == Whole(1_250_000)


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        ("1,25 jt", "cell.abbreviated"),
        ("Rp 1.5jt", "cell.abbreviated"),
        ("1,2 Juta", "cell.abbreviated"),
        ("25 ribu", "cell.abbreviated"),
        ("55rb", "cell.abbreviated"),
        ("55k", "cell.abbreviated"),
        ("1jt2", "cell.not_a_price"),
        ("1.250.000,50", "cell.not_whole"),
        ("1 250,5", "cell.not_a_price"),
        ("1 25 000", "cell.not_a_price"),
        ("0 250", "cell.not_a_price"),
        ("12²", "cell.not_a_price"),
        ("1.250.00", "cell.not_a_price"),
        ("1.25", "cell.not_whole"),
        ("12,5", "cell.not_whole"),
        ("0.250", "cell.not_whole"),
        ("Rp 1.250,50", "cell.not_whole"),
        ("-5000", "cell.negative"),
        ("Rp -5.000", "cell.negative"),
        ("Rp", "cell.not_a_price"),
        ("tanya", "cell.not_a_price"),
        ("٥٥٠٠٠", "cell.not_a_price"),
        ("9" * 30, "cell.not_a_price"),
    ],
)
def test_a_price_that_could_be_read_in_two_ways_is_unclear(shown, code):
    assert meaning(Column.PRICE, text(shown)) == Unclear(code, shown)


@pytest.mark.parametrize(
    ("stored", "value"),
    [("55000", 55000), ("55000.0", 55000), ("5.5E4", 55000), ("60500.00000000001", 60500), ("0", 0)],
)
def test_a_number_is_read_as_the_seller_sees_it(stored, value):
    assert meaning(Column.PRICE, number(stored)) == Whole(value)


@pytest.mark.parametrize("stored", ["1.25", "0.5", "99.99"])
@pytest.mark.parametrize("column", [Column.PRICE, Column.STOCK, Column.COUNT, Column.ADJUSTMENT])
def test_a_fraction_is_never_rounded(column, stored):
    assert meaning(column, number(stored)) == Unclear("cell.not_whole", stored)


@pytest.mark.parametrize("stored", ["1E+300", "NaN", "INF", "1E+999999999", "x"])
def test_a_number_beyond_all_sense_is_unclear(stored):
    assert isinstance(meaning(Column.STOCK, number(stored)), Unclear)
    assert isinstance(meaning(Column.SKU, number(stored)), Unclear)


@pytest.mark.parametrize(
    ("shown", "value"),
    [("+5", 5), ("5", 5), ("-3", -3), ("−3", -3), ("–3", -3), ("+ 5", 5), ("1.000", 1000), ("-0", 0)],
)
def test_an_adjustment_keeps_its_sign(shown, value):
    assert meaning(Column.ADJUSTMENT, text(shown)) == Whole(value)


@pytest.mark.parametrize("column", [Column.STOCK, Column.COUNT])
def test_stock_and_counts_below_zero_are_unclear(column):
    assert meaning(column, number("-1")) == Unclear("cell.negative", "-1")
    assert meaning(column, text("−1")) == Unclear("cell.negative", "−1")
    assert meaning(column, text("12 pcs")) == Unclear("cell.not_whole", "12 pcs")


@pytest.mark.parametrize("column", list(Column))
@pytest.mark.parametrize("shown", ["", " ", "\n\t", "\u00a0", "\u200b"])
def test_a_cell_without_visible_text_is_blank_and_never_zero(column, shown):
    assert meaning(column, text(shown)) == Blank()
    assert meaning(column, Cell(Kind.NOTHING, "")) == Blank()


@pytest.mark.parametrize("column", list(Column))
@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (Cell(Kind.NOTHING, "", has_formula=True), "cell.formula_without_value"),
        (Cell(Kind.ERROR, "#N/A", has_formula=True), "cell.error"),
        (Cell(Kind.BOOLEAN, "TRUE"), "cell.boolean"),
        (number("45000", Look.DATE), "cell.date"),
    ],
)
def test_what_no_column_can_use_is_unclear_everywhere(column, cell, code):
    expected = "cell.sku_date" if (code, column) == ("cell.date", Column.SKU) else code
    assert meaning(column, cell) == Unclear(expected, cell.text)


@pytest.mark.parametrize(
    ("stored", "day"),
    [("46112", "46112"), ("46112.0", "46112"), ("2026-03-31", "46112"), ("2026-03-31T00:00:00", "46112"), ("x", "x")],
)
def test_a_code_that_became_a_date_comes_as_the_number_of_the_day(stored, day):
    assert meaning(Column.SKU, number(stored, Look.DATE)) == Unclear("cell.sku_date", day)


@pytest.mark.parametrize("column", [Column.STOCK, Column.COUNT, Column.ADJUSTMENT])
@pytest.mark.parametrize("shown", ["25rb", "1,5 jt", "2 ribu", "3K"])
def test_an_abbreviated_quantity_is_asked_about(column, shown):
    assert meaning(column, text(shown)) == Unclear("cell.abbreviated", shown)


@pytest.mark.parametrize("shown", ["KOSONG", "kosong", " Empty ", "'Kosong"])
def test_the_word_for_empty_means_zero_where_a_number_can_be_emptied(shown):
    assert meaning(Column.STOCK, text(shown)) == Whole(0)
    assert meaning(Column.COUNT, text(shown)) == Whole(0)
    assert meaning(Column.ADJUSTMENT, text(shown)) is BLANK
    assert meaning(Column.PRICE, text(shown)) == Unclear("cell.price_emptied", shown.strip())
    assert meaning(Column.NOTE, text(shown)) == Words(shown.strip())


@pytest.mark.parametrize("shown", ["Sold out", "habis", " HABIS "])
def test_the_words_for_sold_out_mean_zero_and_are_never_ignored(shown):
    assert meaning(Column.STOCK, text(shown)) == meaning(Column.COUNT, text(shown)) == Whole(0)
    assert meaning(Column.ADJUSTMENT, text(shown)) == Unclear("cell.not_whole", shown.strip())
    assert meaning(Column.PRICE, text(shown)) == Unclear("cell.not_a_price", shown.strip())


def test_a_percentage_is_no_quantity():
    assert meaning(Column.STOCK, number("1", Look.PERCENT)) == Unclear("cell.percent", "1")


@pytest.mark.parametrize(
    "shown",
    ["00123", "A-1", "1E5", "=X", "6,9", "123456789012345678", "1234567890123450", "10000000000", "A.0", "'00123"],
)
def test_a_code_kept_as_text_stays_as_it_is(shown):
    assert meaning(Column.SKU, text(f" {shown} ")) == Words(shown)


@pytest.mark.parametrize(
    ("stored", "zeros", "sku"),
    [("123", 0, "123"), ("123.0", 0, "123"), ("123", 5, "00123"), ("8991234567890", 0, "8991234567890")],
)
def test_a_code_kept_as_a_number_is_its_digits(stored, zeros, sku):
    assert meaning(Column.SKU, number(stored, zeros=zeros)) == Words(sku)


@pytest.mark.parametrize("stored", ["6.9E+12", "6900000000000", "123456789012345", "1.5", "-4", "899123456789000000"])
def test_a_code_that_lost_digits_as_a_number_is_damaged(stored):
    assert meaning(Column.SKU, number(stored)) == Unclear("cell.sku_damaged", stored)


@pytest.mark.parametrize(
    "shown",
    ["6.9E+12", "6,9E+12", "8.99123E+12", "1e+15", "12345.0", "12345,0", "6900000000000", "89912345678901200"],
)
def test_a_code_that_was_shown_short_and_kept_as_text_is_damaged(shown):
    assert meaning(Column.SKU, text(shown)) == Unclear("cell.sku_damaged", shown)


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ("12.000", Grouped(".", is_sure=False)),
        ("12,000", Grouped(",", is_sure=False)),
        ("'+12,000", Grouped(",", is_sure=False)),
        ("１２，０００", Grouped(",", is_sure=False)),
        ("1.250.000", Grouped(".", is_sure=True)),
        ("1,250,000", Grouped(",", is_sure=True)),
        ("1.250,00", Grouped(".", is_sure=True)),
        ("1.250,-", Grouped(".", is_sure=True)),
        ("1,250.5", Grouped(",", is_sure=True)),
        ("Rp 55.000", Grouped(".", is_sure=True)),
        ("Rp\u00a055.000", Grouped(".", is_sure=True)),
        ("idr 55,000", Grouped(",", is_sure=True)),
        ("12", None),
        ("12,5", None),
        ("1250,000", None),
        ("0,500", None),
        ("1.250.00", None),
        ("1 250 000", None),
        ("12.000 pcs", None),
        ("", None),
    ],
)
def test_a_mark_surely_groups_thousands_only_where_it_can_be_no_decimal_mark(shown, found):
    assert grouped(shown) == found


def test_names_made_of_digits_are_words():
    assert meaning(Column.PRODUCT, number("2026.0")) == Words("2026")
    assert meaning(Column.NOTE, number("1.5")) == Words("1.5")


@given(st.integers(min_value=0, max_value=99_999_999_999_999), st.sampled_from("., \u00a0"), st.booleans())
def test_any_amount_written_with_either_thousands_mark_comes_back(amount, mark, has_decimals):
    shown = f"Rp {amount:,}".replace(",", mark) + ((",00" if mark == "." else ".00") if has_decimals else "")
    assert meaning(Column.PRICE, text(shown)) == Whole(amount)


@given(st.text(max_size=20), st.sampled_from(Column))
def test_any_text_has_a_meaning(shown, column):
    value = meaning(column, text(shown))
    assert isinstance(value, Blank | Whole | Words | Unclear)
    bare = shown.strip().strip("\u200b\u2060\ufeff").strip()
    assert isinstance(value, Blank) == (not bare)


@given(st.text("0123456789.,", min_size=1, max_size=12))
def test_digits_and_marks_are_never_read_as_fewer_or_more_digits(shown):
    value = meaning(Column.STOCK, text(shown))
    if isinstance(value, Whole):
        digits = shown.replace(".", "").replace(",", "")
        assert int(digits) in {value.value, value.value * 10, value.value * 100}
