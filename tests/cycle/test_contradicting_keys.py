"""A row whose hidden key names other goods than its SKU, and cells that moved away from their rows."""

from cycle.house import found_house, open_town, opened

from bridge.columns import Column


def lines(sheet):
    """Where each SKU stands."""
    return {line[0].value: line[0].row for line in sheet.iter_rows(min_row=2) if line[0].value}


def exchange(house, one, other):
    """Only the cells with the codes change places."""
    with house.editing() as (sheet, _at):
        at = lines(sheet)
        sheet.cell(at[one], 1, other)
        sheet.cell(at[other], 1, one)


def shown(market, *skus):
    return {sku: (market.stock(sku), market.price(sku)) for sku in skus}


def keys(house):
    return {sku: row[Column.KEY] for sku, row in house.rows().items()}


def test_goods_that_change_places_in_the_sku_column_alone_are_asked_about(market, sku, other, house):
    before, keys_before = shown(market, sku, other), keys(house)
    exchange(house, sku, other)
    result = house.save_cycle()
    assert [entry.reason.code for entry in result.plan.held] == ["row.key_of_other"] * 2
    assert (house.movements(sku), house.movements(other)) == ([], [])
    assert shown(market, sku, other) == before
    assert (keys(house)[sku], keys(house)[other]) == (keys_before[other], keys_before[sku])
    assert house.note(sku).startswith("Selaras: ")


def test_an_exchange_that_is_undone_leaves_nothing_behind(market, sku, other, house):
    before = shown(market, sku, other)
    exchange(house, sku, other)
    house.save_cycle()
    market.order(sku, 2)
    house.cycle()
    exchange(house, other, sku)
    assert house.save_cycle().plan.held == ()
    assert shown(market, sku, other) == before | {sku: ((10, 10), before[sku][1])}
    assert (house.stock(sku), house.note(sku), house.note(other)) == (10, None, None)


def test_rows_that_get_numbers_of_their_own_are_used_again(market, sku, other, house):
    exchange(house, sku, other)
    house.save_cycle()
    house.types_all({sku: {"stock": 15, "price": 56_000}, other: {"stock": 41, "price": 81_000}})
    assert house.save_cycle().plan.held == ()
    assert shown(market, sku, other) == {sku: ((15, 15), (56_000,) * 2), other: ((41, 41), (81_000,) * 2)}
    assert house.cycle().plan.rows == ()


def test_a_code_that_becomes_that_of_goods_without_a_row_is_asked_about(market, sku, other, house):
    with house.editing() as (sheet, _at):
        at = lines(sheet)
        sheet.cell(at[sku], 1, other)
        sheet.delete_rows(at[other])
    result = house.save_cycle()
    assert [entry.reason.code for entry in result.plan.held if entry.row] == ["row.key_of_other"]
    assert shown(market, sku, other) == {sku: ((12, 12), (55_000,) * 2), other: ((40, 40), (80_000,) * 2)}


def test_a_row_copied_for_goods_that_no_shop_has_yet_takes_nothing_from_its_pattern(market, sku, house):
    with house.editing() as (sheet, _at):
        pattern = [cell.value for cell in sheet[lines(sheet)[sku]]]
        sheet.append(["BARU-1", *pattern[1:]])
    result = house.save_cycle()
    assert [(entry.sku, entry.reason.code) for entry in result.plan.held] == [("BARU-1", "row.no_listing")]
    house.types(sku, stock=13)
    house.save_cycle()
    assert market.stock(sku) == (13, 13)


def test_a_stock_cell_deleted_with_the_ones_below_moving_up_stops_the_sheet(tmp_path):
    with open_town(products=10) as town:
        market = town.market(tmp_path)
        for place, sku in enumerate(market.skus()):
            for at in (0, 1):
                market.edit(sku, at=at, quantity=20 + place * place % 37)
        with opened(found_house(tmp_path, market), market) as house:
            house.cycle()
            before = shown(market, *market.skus())
            with house.editing() as (sheet, at):
                stocks = [sheet.cell(line, at[Column.STOCK]) for line in lines(sheet).values()]
                for cell, value in zip(stocks[2:], [each.value for each in stocks[3:]] + [None], strict=True):
                    cell.value = value
            result = house.save_cycle()
            assert [entry.reason.code for entry in result.plan.held] == ["sheet.scrambled"]
            assert shown(market, *market.skus()) == before
