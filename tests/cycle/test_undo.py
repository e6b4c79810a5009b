"""An undo with a real mirror and shops: the next cycle brings it to the shops and the sheet, orders stand."""

from itertools import islice

from cycle.house import writes_in

from daemon.domain.plan import Plan
from daemon.mirror import holds, story
from daemon.undo import carry_out, undo


def taken_back(house, given):
    """As the command does it, beside a service that has nothing to do."""
    with house.parts.mirror.transaction() as tx:
        found = undo(tx, str(given), is_running=True)
        if isinstance(found, Plan):
            carry_out(tx, found, house.parts.texts, now=house.parts.now())
    return found


def test_a_typed_stock_and_price_go_back_in_every_shop_and_the_sheet_and_orders_stand(market, sku, house):
    house.types(sku, stock=22, price=60_000)
    typed = house.save_cycle()
    assert (market.stock(sku), market.price(sku)) == ((22, 22), (60_000, 60_000))
    market.order(sku, 3)
    assert isinstance(taken_back(house, typed.cycle), Plan)
    house.cycle()
    assert (market.stock(sku), market.price(sku)) == ((9, 9), (55_000, 55_000))
    assert (house.stock(sku), house.price(sku)) == (9, 55_000)
    again = {reason.code for reason in taken_back(house, typed.cycle)}
    assert again == {"undo.already", "undo.price_changed_since"}
    house.settle()
    paths, result = house.calls_during(house.cycle)
    assert (writes_in(paths), result.plan.is_quiet) == ([], True)


def test_the_writes_of_an_undo_count_in_its_own_run_alone(sku, house):
    house.types(sku, price=60_000)
    typed = house.save_cycle()
    assert isinstance(taken_back(house, typed.cycle), Plan)
    house.cycle()
    with house.parts.mirror.transaction() as tx:
        counted = {run.trigger: run.commands for run in islice(story.runs(tx), 3)}
    assert counted == {"save": 2, "undo": 2, "command": 0}


def test_what_is_typed_over_a_number_that_was_taken_back_still_counts_as_the_difference(market, sku, house):
    house.types(sku, stock=22)
    typed = house.save_cycle()
    taken_back(house, typed.cycle)
    house.types(sku, stock=25)
    house.save_cycle()
    assert (market.stock(sku), house.stock(sku)) == ((15, 15), 15)


def test_a_price_that_never_reached_the_shops_is_taken_back_without_a_write(market, sku, house):
    market.trouble("/prices/update", "status_500", times=99)
    house.types(sku, price=60_000)
    typed = house.save_cycle()
    assert isinstance(taken_back(house, typed.cycle), Plan)
    market.peace()
    paths, result = house.calls_during(house.cycle)
    assert (writes_in(paths), result.is_complete) == ([], True)
    assert (market.price(sku), house.price(sku), house.outbox()) == ((55_000, 55_000), 55_000, [])


def test_an_accepted_edit_in_seller_center_is_taken_back_in_every_shop(market, sku, house):
    market.edit(sku, at=0, quantity=40)
    house.cycle()
    house.settle()
    accepted = house.cycle()
    assert market.stock(sku) == (40, 40)
    assert isinstance(taken_back(house, accepted.cycle), Plan)
    house.cycle()
    assert (market.stock(sku), house.stock(sku)) == ((12, 12), 12)


def test_a_price_that_still_waits_for_a_shop_belongs_to_the_run_that_decided_it(market, sku, house):
    with house.parts.mirror.transaction() as tx:
        holds.hold(tx, market.shops[1], now=house.parts.now())
    house.types(sku, price=60_000)
    house.save_cycle()
    house.types(sku, stock=22)
    later = house.save_cycle()
    assert isinstance(taken_back(house, later.cycle), Plan)
    house.cycle()
    assert (house.price(sku), house.stock(sku), market.price(sku)) == (60_000, 12, (60_000, 55_000))
