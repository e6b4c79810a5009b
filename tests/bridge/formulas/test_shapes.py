"""Copies of a formula are known again, and never mistaken for another formula."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.formulas.references import parsed
from bridge.formulas.shapes import Shapes

NUMBERS = st.sampled_from([0, 1, 2, 3, 10, 12, 99, 1048576, 1048577, 12345678])
WORDS = st.sampled_from(
    [
        "A{}",
        "$B{}",
        "C${}",
        "A{}:B{}",
        "{}:{}",
        "${}:{}",
        "{}",
        "{}.5E{}",
        "Laba_{}",
        "AB{}C",
        "LOG{}(A{})",
        '"A{}"',
        "Toko{}!A{}",
        "'Toko_{}'!A{}",
        "Mei:Toko{}!A{}",
        "[{}]Toko!A{}",
        "Barang{}[Q{}]",
        "Barang[[#Totals],[Q{}]]",
        "SUMIF(A{}:A{},1,B{})",
        "#N/A",
        "XFE{}",
        "TODAY()-A{}",
        "{{{},{}}}",
        "'",
        "(A{}",
        ":",
        "0{}",
        "A0{}",
    ]
)


@st.composite
def formulas(draw):
    words = draw(st.lists(WORDS, min_size=1, max_size=3))
    return "+".join(word.format(*(draw(NUMBERS) for _ in range(word.count("{}")))) for word in words)


@given(st.lists(st.tuples(formulas(), st.integers(1, 20), st.integers(1, 3)), max_size=8))
@settings(max_examples=100, deadline=None)
def test_a_formula_reads_the_same_whatever_was_met_before(met):
    shapes = Shapes()
    for formula, row, column in met:
        assert shapes.formula(formula, row, column) == parsed(formula, row, column)


@given(st.text(alphabet="\0AZ019$:!'\"[](){}#@,. \n&\\éª²_%", max_size=30), st.integers(1, 9))
@settings(max_examples=100, deadline=None)
def test_any_text_can_be_asked_for_what_it_reads(text, row):
    shapes = Shapes()
    shapes.formula("A1+" + text, row, 1)
    assert shapes.formula(text, row, 1) == parsed(text, row, 1)


def test_copies_of_a_formula_are_one_object():
    shapes = Shapes()
    first = shapes.formula('IF(C2>5,D2*$H$1,"nomor 2")', 2, 5)
    assert shapes.formula('IF(C777>5,D777*$H$1,"nomor 777")', 777, 5) is first
    assert shapes.formula('IF(C777>5,D778*$H$1,"nomor 777")', 777, 5) is not first
    assert shapes.formula('IF(C777>5,D777*$H$2,"nomor 777")', 777, 5) is not first
