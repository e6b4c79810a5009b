from dataclasses import replace

from domain.world import (
    KOPI,
    LAG,
    LONG_AGO,
    NOW,
    SECOND,
    World,
    as_left,
    codes,
    line,
    listing,
    moved,
    product,
    row,
    saved,
    say,
    sent,
    snapshot,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.domain.edits import UNLINKED_QUESTIONS
from daemon.domain.messages import message
from daemon.domain.plan import Target
from daemon.domain.reconcile import reconcile
from daemon.domain.rows import Field, Number, RowBase, Text, Unclear
from daemon.domain.snapshot import MarketplaceEdit, PriceConflict, ShopPolicy
from daemon.domain.stock import Cause, Told, shown_for
from daemon.domain.values import ListingStatus, Money, Sku

quickly = settings(max_examples=30, deadline=None)
SKUS = (KOPI, Sku("TEH-100"))
UNCLEAR = Unclear(message("cell.error", shown="#N/A"))
TYPED = {Field.STOCK: Cause.SHEET_EDIT, Field.ADJUSTMENT: Cause.ADJUSTMENT, Field.COUNT: Cause.COUNT}
units = st.integers(0, 30)
prices = st.sampled_from([50_000, 55_000, 60_000, 65_000])

policies = st.builds(
    ShopPolicy,
    sends_stock=st.booleans(),
    marketplace_edit=st.sampled_from(MarketplaceEdit),
    price_conflict=st.sampled_from(PriceConflict),
)
tolds = st.none() | st.builds(Told, units, st.integers(0, 2))


def listings_of(shop, sku):
    return st.builds(
        listing,
        st.just(shop),
        st.just(sku),
        shown=units,
        told=tolds,
        price=st.none() | prices.map(Money),
        told_price=st.none() | prices.map(Money),
        status=st.sampled_from(ListingStatus),
    )


lines = st.builds(
    line,
    st.integers(1, 9),
    st.sampled_from(["toko", "mall"]),
    st.sampled_from(SKUS),
    created_at=st.sampled_from([LONG_AGO - SECOND, NOW - SECOND]),
    is_cancelled=st.booleans(),
    has_shipped=st.booleans(),
    is_taken=st.booleans(),
)
stocks = st.none() | st.integers(-1, 40) | st.just(UNCLEAR)
rows = st.builds(
    row,
    sku=st.sampled_from([*SKUS, "TAK-ADA", None, UNCLEAR]),
    stock=stocks,
    adjustment=st.none() | st.integers(-5, 5),
    count=st.none() | units,
    price=st.none() | prices | st.just(7),
    status=st.sampled_from([None, "status.active", "libur"]),
    note=st.sampled_from([None, "Selaras: old", "punya saya"]),
)
bases = st.builds(
    RowBase,
    price=st.none() | prices,
    stock=st.none() | units,
    status=st.just("status.active"),
    note=st.none() | st.just("Selaras: old"),
    asked_price=st.none() | prices,
    asked_stock=st.none() | units,
)


@st.composite
def pictures(draw):
    """Any picture, likely or not; only the price of a SKU is always that of some listing.

    What was never opened was never agreed on either. Sets are sorted: text hashes differ from process to process.
    """
    drawn = [draw(listings_of(shop, sku)) for shop in ("toko", "mall") for sku in SKUS]
    known = sorted(draw(st.sets(st.sampled_from(SKUS))))
    shown = [state if state.sku in known else replace(state, told=None, told_price=None) for state in drawn]
    alive = [state for state in shown if state.told_price and state.status is not ListingStatus.DELETED]
    told = {sku: [state.told_price for state in alive if state.sku == sku] for sku in SKUS}
    agreed = {sku: draw(st.sampled_from(told[sku] or [None])) for sku in SKUS}
    facts = {fact.reference: fact for fact in draw(st.lists(lines, max_size=4))}
    return snapshot(
        *draw(st.permutations(shown)),
        shops={"toko": draw(policies), "mall": draw(policies)},
        products={
            sku: product(sku, draw(st.integers(-3, 30)), reserved=draw(st.integers(0, 4)), price=agreed[sku])
            for sku in known
        },
        lines=tuple(fact for fact in facts.values() if fact.sku in known or not fact.is_taken),
        rows=tuple(replace(cells, number=place) for place, cells in enumerate(draw(st.lists(rows, max_size=4)), 2)),
        bases={sku: draw(bases) for sku in sorted(draw(st.sets(st.sampled_from(SKUS)))) if sku in known},
    )


def linked_rows(given):
    """Rows whose SKU stands in no other row."""
    names = [cells.sku.value for cells in given.rows if isinstance(cells.sku, Text)]
    return [cells for cells in given.rows if isinstance(cells.sku, Text) and names.count(cells.sku.value) == 1]


def result(plan):
    return plan.movements, plan.commands, plan.products, plan.withdrawn


# Examples of the whole


def test_a_first_cycle_fills_the_workbook_and_the_next_one_is_quiet():
    world = World.of(snapshot(listing(told=None, told_price=None), products={}, rows=()))
    assert moved(world.cycle()) == [(Cause.OPENING, 10)]
    assert [world.rows[0].cell(field) for field in (Field.SKU, Field.STOCK)] == [Text(KOPI), Number(10)]
    assert world.cycle().is_quiet


def test_ten_more_typed_while_three_were_sold_in_two_shops_is_nineteen_everywhere():
    orders = tuple(line(number, shop) for number, shop in enumerate(("toko", "mall", "mall")))
    home = listing("toko", shown=11, told=Told(12)), listing("mall", told=Told(12))
    bases = {KOPI: as_left(stock=12)}
    goods = {KOPI: product(available=12)}
    world = World.of(snapshot(*home, products=goods, lines=orders, rows=(saved(stock=22),), bases=bases))
    world.cycle()
    assert set(world.shows.values()) == {19}
    assert world.rows[0].stock == Number(19)
    assert world.cycle().is_quiet


def test_an_order_seen_in_many_cycles_is_booked_once():
    world = World.of(snapshot(listing(shown=9), lines=(line(),), rows=(saved(),), bases={KOPI: as_left()}))
    plans = [world.cycle() for _ in range(3)]
    assert [moved(plan) for plan in plans] == [[(Cause.ORDER, -1)], [], []]


def test_a_waiting_price_is_kept_over_the_cycles_and_sent_once_the_seller_has_decided():
    state = listing(price=Money(58_000))
    world = World.of(snapshot(state, rows=(saved(price=70_000),), bases={KOPI: as_left()}))
    for plan in (world.cycle(), world.cycle(), world.cycle()):
        assert codes(plan) == ["price.conflict"]
        assert sent(plan, Target.PRICE) == {"toko": 70_000}
        assert world.asks[state.id] == Money(58_000)
    assert plan.is_quiet
    world.type(KOPI, note=None)
    world.cycle()
    assert world.asks[state.id] == Money(70_000)
    assert world.cycle().held == ()


def test_nothing_to_send_or_write_is_quiet_even_while_a_price_waits():
    state = listing(price=Money(58_000), commanded=frozenset({Target.PRICE}))
    note = "Selaras: price.conflict shop=toko shown=58000 typed=70000"
    base = as_left(price=70_000, status="status.held", note=note, asked_price=70_000)
    cells = saved(price=70_000, status="status.held", note=note)
    goods = {KOPI: product(price=Money(70_000))}
    plan = reconcile(snapshot(state, products=goods, rows=(cells,), bases={KOPI: base}), say)
    assert [command.is_waiting for command in plan.commands] == [True]
    assert plan.is_quiet


# Laws, for any picture


@quickly
@given(pictures())
def test_the_ledger_moves_by_what_facts_and_the_seller_said(given_picture):
    plan = reconcile(given_picture, say)
    for sku in {movement.sku for movement in plan.movements}:
        by_cause = {cause: sum(m.delta for m in plan.movements if (m.sku, m.cause) == (sku, cause)) for cause in Cause}
        fresh = [fact for fact in given_picture.lines if fact.sku == sku and not fact.is_taken]
        sold = [fact for fact in fresh if not (fact.is_cancelled and fact.created_at < NOW - SECOND)]
        if sku in given_picture.products:
            assert by_cause[Cause.ORDER] == -len(sold)
        came_back = [f for f in given_picture.lines if f.sku == sku and f.is_cancelled and not f.has_shipped]
        assert 0 <= by_cause[Cause.CANCEL] <= len(came_back)
        typed = sum(by_cause[cause] for cause in (Cause.SHEET_EDIT, Cause.ADJUSTMENT, Cause.COUNT))
        assert not typed or any(cells.sku == Text(sku) for cells in linked_rows(given_picture))
        assert by_cause[Cause.MARKETPLACE_EDIT] == 0  # nothing has stood for long


@quickly
@given(pictures())
def test_any_picture_comes_to_rest_in_step(given_picture):
    world = World.of(given_picture)
    for _ in range(6):
        world.cycle()
        world.now += LAG
    plan = world.cycle()
    assert plan.is_quiet
    asked = {entry.sku for entry in plan.held if entry.reason.code in UNLINKED_QUESTIONS | {"stock.edit_asked"}}
    for state in world.listings.values():
        is_there = state.told is not None and state.status is not ListingStatus.DELETED and state.sku in world.products
        if is_there and state.sku not in asked:
            assert world.shows[state.id] == shown_for(world.products[state.sku].available)


@quickly
@given(pictures())
def test_a_second_reconcile_finds_nothing_more_to_do(given_picture):
    explained = {
        key: replace(state, told=Told(state.shown) if state.told else None)
        for key, state in given_picture.listings.items()
    }
    world = World.of(replace(given_picture, listings=explained, lines=()))
    world.cycle()
    second = world.cycle()
    assert second.movements == ()
    assert all(command.is_waiting for command in second.commands)
    assert world.cycle().is_quiet  # what is said beside a row may follow one cycle later


@quickly
@given(pictures())
def test_blank_and_missing_rows_change_nothing(given_picture):
    unread = reconcile(replace(given_picture, rows=None), say)
    blank = tuple(row(place, sku) for place, sku in enumerate(SKUS, 2))
    unasked = {sku: base._replace(asked_price=None) for sku, base in given_picture.bases.items()}
    for kept in (blank, blank[:1], ()):
        assert result(reconcile(replace(given_picture, rows=kept, bases=unasked), say)) == result(unread)


@quickly
@given(pictures())
def test_rows_held_for_their_sku_are_in_no_movement_and_no_command(given_picture):
    linked = linked_rows(given_picture)
    others = tuple(cells for cells in given_picture.rows if cells not in linked)
    plan = reconcile(replace(given_picture, rows=others), say)
    assert result(plan) == result(reconcile(replace(given_picture, rows=None), say))
    told_of = {held.row for held in plan.held}
    assert {cells.number for cells in others} <= told_of


@quickly
@given(pictures())
def test_a_shop_with_stock_sync_off_gets_no_stock(given_picture):
    plan = reconcile(given_picture, say)
    assert all(given_picture.shops[shop].sends_stock for shop in sent(plan))


@quickly
@given(pictures(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(given_picture, random):
    shuffled = list(given_picture.rows)
    random.shuffle(shuffled)
    plans = [reconcile(replace(given_picture, rows=tuple(kept)), say) for kept in (given_picture.rows, shuffled)]
    assert sorted(map(repr, plans[0].movements)) == sorted(map(repr, plans[1].movements))
    assert plans[0].commands == plans[1].commands


@quickly
@given(pictures())
def test_every_typed_number_is_in_effect_or_held_beside_its_cell(given_picture):
    plan = reconcile(given_picture, say)
    products = given_picture.products | {change.sku: change for change in plan.products}
    held = {(entry.row, entry.field) for entry in plan.held}
    for cells in linked_rows(given_picture):
        sku = Sku(cells.sku.value)
        if sku not in products or (cells.number, Field.SKU) in held:
            continue
        base = given_picture.bases.get(sku, RowBase())
        booked = {movement.cause: movement.delta for movement in plan.movements if movement.sku == sku}
        count = cells.cell(Field.COUNT)
        is_counted = isinstance(count, Number) and count.value != base.count and (cells.number, Field.COUNT) not in held
        for field, cause in TYPED.items():
            cell, seen = cells.cell(field), getattr(base, field.value)
            if isinstance(cell, Unclear):
                assert (cells.number, field) in held
            if not isinstance(cell, Number) or cell.value == seen or (cells.number, field) in held:
                continue
            assert getattr(plan.bases[sku], field.value) == cell.value
            if field is Field.ADJUSTMENT and is_counted:
                continue  # what was added beside a count is in what was counted
            if field is Field.ADJUSTMENT or (field is Field.STOCK and seen is not None):
                assert booked.get(cause, 0) == cell.value - (seen or 0 if field is Field.STOCK else 0)


@quickly
@given(pictures())
def test_every_typed_price_is_agreed_or_held_or_yields_to_a_shop_that_wins(given_picture):
    plan = reconcile(given_picture, say)
    agreed = {sku: goods.price for sku, goods in given_picture.products.items()}
    agreed |= {change.sku: change.price for change in plan.products}
    shops_win = any(policy.price_conflict is PriceConflict.SHOP for policy in given_picture.shops.values())
    for cells in linked_rows(given_picture):
        sku = Sku(cells.sku.value)
        stood = {given_picture.bases.get(sku, RowBase()).price}
        stood |= {state.told_price.amount for state in given_picture.listings.values() if state.told_price}
        if shops_win or sku not in agreed or not isinstance(cells.price, Number) or cells.price.value in stood:
            continue
        is_held = any(held.row == cells.number and held.field in (Field.PRICE, Field.SKU) for held in plan.held)
        assert is_held or agreed[sku] == Money(cells.price.value)
