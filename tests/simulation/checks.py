"""The seven invariants (design 6), looked at when the world is at rest."""

from collections import Counter
from itertools import chain

from tests.simulation import seller
from tests.simulation.allowance import MOST_SHOWN, faults_in_dealing, shown_together
from tests.simulation.office import ADJUSTMENT, COUNT, PRICE, STOCK

EXPECTED_HELD = {"stock.oversold"}
"""What may be told on such a day: nothing that was typed waits for an answer, but buyers can be quicker than we."""


def all_is_right(day):
    """List what is wrong with a day at rest."""
    with day.home.parts.mirror.transaction() as tx:
        ask = lambda sql: [tuple(row) for row in tx.exec_driver_sql(sql)]  # noqa: E731
        movements = ask("SELECT sku, cause, reference, delta FROM movements")
        held = ask("SELECT sku, row, field, code, params FROM held")
        outbox = ask("SELECT state, target, desired FROM outbox WHERE state NOT IN ('done', 'withdrawn')")
    return [
        *_shops_and_sheet(day),
        *_ledger(day, movements),
        *(f"held: {entry}" for entry in held if entry[3] not in EXPECTED_HELD),
        *(f"left in the outbox: {entry}" for entry in outbox),
        *_orders(day, movements),
        *(f"oversold because of us: {what}" for what in day.knowledge.oversold_by_us),
        *_workbook(day),
        *_secrets(day),
    ]


def _shops_and_sheet(day):
    """1: what every listing and every row shows."""
    rows = day.office.rows()
    in_all = {sku: sum(day.town.listing(shop, sku).available for shop in day.town.shops) for sku in day.town.skus}
    for sku, goods in day.shelf.goods.items():
        pool = day.shelf.pool(sku)
        listings = {shop: day.town.listing(shop, sku) for shop in day.town.shops}
        rules = {shop: day.shelf.wanted.rule(sku, shop) for shop in day.town.shops}
        shown = {shop: listing.available for shop, listing in listings.items()}
        if day.is_exclusive:
            own = day.shelf.to_deal(sku, in_all)
            yield from (f"dealt: of {sku} {shown}: {what}" for what in faults_in_dealing(own, rules, shown))
        elif shown != shown_together(pool, rules):
            yield f"shown: of {sku} {shown}, the shelf says {shown_together(pool, rules)} of {pool}"
        for shop, listing in listings.items():
            if listing.price != goods.price:
                yield f"price: {shop} {sku} costs {listing.price}, not {goods.price}"
        cells = {header: rows[sku][header] for header in (STOCK, PRICE, ADJUSTMENT, COUNT)}
        if cells != {STOCK: min(pool, MOST_SHOWN), PRICE: goods.price, ADJUSTMENT: None, COUNT: None}:
            yield f"row: of {sku} shows {cells}, the shelf says {pool} at {goods.price}"


def _ledger(day, movements):
    """2: the movements add up."""
    for sku, goods in day.shelf.goods.items():
        booked = [(cause, delta, reference) for code, cause, reference, delta in movements if code == sku]
        total = sum(delta for _, delta, _ in booked)
        if total != goods.available:
            told = ", ".join(f"{cause} {delta:+d} ({reference[-12:]})" for cause, delta, reference in booked)
            yield f"ledger: of {sku} says {total}, the shelf {goods.available}: {told}"


def _orders(day, movements):
    """4: every ordered unit is booked once, and given back once if it never left; of a bundle each of its parts."""
    booked = Counter(move for move in movements if move[1] in {"order", "cancel"})
    expected = Counter()
    for promise in day.shelf.promises:
        reference = f"{promise.shop}/{promise.order}/{promise.line}"
        for sku, units in promise.takes.items():
            expected[sku, "order", reference, -units] += 1
            expected[sku, "cancel", reference, units] += promise.is_cancelled
    if booked != expected:
        yield f"orders: booked {booked - expected} too often, {expected - booked} not at all"


def _workbook(day):
    """6: the workbook can be read, and what is the seller's own is still in it."""
    marks, words = seller.own_in(day.home.workbook)
    if marks != {sku: seller.own_mark(sku) for sku in day.town.skus} or words != seller.OWN_WORDS:
        yield f"workbook: the seller's own column or sheet was changed: {marks}, {words}"
    left = [path.name for path in day.home.workbook.parent.iterdir() if path.name.startswith((".~", "toko ("))]
    if left:
        yield f"left behind: {left}"


def _secrets(day):
    """7: no secret and no buyer's data in what was logged or in a file's name."""
    names = (path.name for path in day.home.settings.path.parent.rglob("*"))
    said = "\n".join(chain((repr(event) for event in day.said), names))
    for secret in day.town.secrets:
        if secret in said:
            yield "secret: one was told"
    for order in day.town.world.orders.values():
        buyer = order.buyer
        for private in (buyer.name, buyer.phone_number, buyer.place.street):
            if private in said:
                yield f"secret: buyers' data, {private}"
