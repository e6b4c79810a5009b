"""The pool with real shops and a real workbook: what each of them shows of one stock."""

from openpyxl import load_workbook


def in_shops(*stock):
    """Add settings to ``stock:`` of every shop."""
    return lambda text: text.replace("{sync: update", f"{{sync: update, {', '.join(stock)}")


def exclusive(text):
    return f"sharing: exclusive\n{text}"


def rules(house, *rows, title=None):
    """The seller writes these rows into the sheet Alokasi, or gives it another title, and saves."""
    house.clock.move(2)
    book = load_workbook(house.workbook)
    sheet = book["Alokasi"]
    sheet.delete_rows(2, sheet.max_row)
    for row in rows:
        sheet.append(row)
    sheet.title = title or sheet.title
    temporary = house.workbook.with_name("sementara.tmp")
    book.save(temporary)
    temporary.replace(house.workbook)


def held(result):
    return [entry.reason.code for entry in result.plan.held]


def test_a_buffer_reaches_every_shop_and_the_workbook_shows_the_whole_stock(market, sku, open_house):
    house = open_house(change=in_shops("buffer: 2"))
    assert (market.stock(sku), house.stock(sku)) == ((10, 10), 12)
    market.order(sku, 3)
    house.cycle()
    assert (market.stock(sku), house.stock(sku)) == ((7, 7), 9)
    house.types(sku, stock=2)
    house.save_cycle()
    assert (market.stock(sku), house.stock(sku)) == ((0, 0), 2)
    result = house.cycle()
    assert (result.plan.is_quiet, result.is_complete) == (True, True)


def test_units_added_in_seller_center_are_added_to_the_pool_behind_the_buffer(market, sku, open_house):
    house = open_house(change=in_shops("buffer: 2"))
    market.edit(sku, at=0, quantity=15)
    house.cycle()
    house.settle()
    house.cycle()
    assert (market.stock(sku), house.stock(sku)) == ((15, 15), 17)


def test_rules_of_the_sheet_alokasi_hold_until_their_row_is_gone(market, sku, other, house):
    first, second = market.shops
    rules(house, [sku, first, 4], [sku, second, None, "50%"], [other, second, None, None, None, 5])
    assert held(house.save_cycle()) == []
    assert (market.stock(sku), market.stock(other)) == ((8, 6), (40, 5))
    rules(house, [sku, first, "empat"])
    assert held(house.save_cycle()) == ["allocation.not_whole"]
    assert (market.stock(sku), market.stock(other)) == ((8, 12), (40, 40))
    assert f"{sku} di {first}" in house.note(sku)
    rules(house)
    assert held(house.save_cycle()) == []
    assert market.stock(sku) == (12, 12)


def test_rules_stay_when_their_sheet_is_taken_away_or_loses_its_header(market, sku, house):
    rules(house, [sku, market.shops[0], 4])
    house.cycle()
    rules(house, title="Arsip")
    assert held(house.cycle()) == ["allocation.no_sheet"]
    assert market.stock(sku) == (8, 12)
    with house.editing() as (sheet, _at):
        sheet.parent.create_sheet("Alokasi").append(["Kode", "Toko"])
    assert held(house.cycle()) == ["workbook.side_sheet_header"]
    assert market.stock(sku) == (8, 12)


def test_an_exclusive_stock_is_divided_and_dealt_anew_after_an_order(market, sku, open_house):
    house = open_house(change=exclusive)
    assert market.stock(sku) == (6, 6)
    market.order(sku, 3, at=1)
    house.cycle()
    # Nine are left, five for the first shop: it showed six and falls, and only then the second one rises.
    assert market.stock(sku) == (5, 3)
    house.cycle()
    assert (market.stock(sku), house.stock(sku)) == ((5, 4), 9)
    assert house.cycle().plan.is_quiet


def test_units_of_an_exclusive_stock_that_a_failing_shop_still_shows_are_offered_nowhere_else(market, sku, open_house):
    house = open_house(change=exclusive)
    product = house.query("SELECT product_id FROM listings WHERE sku = ? AND shop = ?", sku, market.shops[1])[0][0]
    market.trouble(f"/{product}/inventory/update", "status_500", times=99)
    market.order(sku, 3, at=0)
    for _ in range(3):
        house.cycle()
        assert market.stock(sku) == (3, 6)
    market.peace()
    house.settle(3600)
    house.cycle()
    house.cycle()
    assert (market.stock(sku), house.stock(sku)) == ((5, 4), 9)
