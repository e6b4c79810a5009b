"""Headers are found however the seller wrote them."""

import pytest

from bridge.columns import Column, header_text, mapped_columns
from bridge.errors import FileRefusedError


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_header_we_write_is_found_again(language):
    headers = {position: header_text(column, language) for position, column in enumerate(Column, start=1)}
    assert mapped_columns(headers) == {column: position for position, column in enumerate(Column, start=1)}


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (" s k u ", Column.SKU),
        ("nama  PRODUK", Column.PRODUCT),
        ("Hárga", Column.PRICE),
        ("harga (Rp)", Column.PRICE),
        ("+/-", Column.ADJUSTMENT),
        ("+ / –", Column.ADJUSTMENT),
        ("stock opname", Column.COUNT),
        ("KETERANGAN", Column.NOTE),
        ("Catatan", Column.NOTE),
    ],
)
def test_case_blanks_accents_and_synonyms_do_not_matter(text, column):
    headers = {1: "SKU", 2: "Stok"} if column != Column.SKU else {2: "Stok"}
    assert mapped_columns({**headers, 7: text})[column] == 7


def test_columns_may_come_in_any_order_between_own_ones():
    headers = {2: "Rak", 3: "Stock", 5: "Price", 8: "SKU", 9: "Pemasok"}
    assert mapped_columns(headers) == {Column.SKU: 8, Column.PRICE: 5, Column.STOCK: 3}


def test_a_row_without_sku_or_stock_is_no_header():
    assert mapped_columns({1: "SKU", 2: "Harga"}) == {}
    assert mapped_columns({1: "Stok", 2: "Harga"}) == {}


def test_our_own_header_wins_over_a_synonym():
    assert mapped_columns({1: "Kode Barang", 2: "SKU", 3: "Qty", 4: "Stok"}) == {Column.SKU: 2, Column.STOCK: 4}


@pytest.mark.parametrize("texts", [("Stok", "Stock"), ("Qty", "Jumlah Stok")])
def test_a_column_named_twice_is_for_the_seller_to_settle(texts):
    with pytest.raises(FileRefusedError) as caught:
        mapped_columns({1: "SKU", 2: texts[0], 3: texts[1]})
    assert caught.value.code == "workbook.doubled_header"
    assert caught.value.params == {"header": texts[1], "column": Column.STOCK}


@pytest.mark.parametrize("header", ["Modal", "HPP", "Harga Modal", "harga pokok", "Harga Beli", "Cost", "COGS"])
def test_the_cost_is_found_by_its_usual_names(header):
    assert mapped_columns({1: "SKU", 2: "Stok", 3: header})[Column.COST] == 3


def test_two_columns_of_costs_are_none_and_stop_nothing():
    headers = {1: "SKU", 2: "Stok", 3: "HPP", 4: "Harga Beli"}
    assert mapped_columns(headers) == {Column.SKU: 1, Column.STOCK: 2}
    assert mapped_columns(headers, {Column.COST: "HPP"})[Column.COST] == 3
    assert mapped_columns({**headers, 5: "Modal"})[Column.COST] == 5
