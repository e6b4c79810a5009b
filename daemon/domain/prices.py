"""Prices are registers: a three-way merge per listing of what we agreed on, the workbook's wish, and the shop's price.

``told`` is the price that workbook and listing last agreed on. Only one side changed: that side wins. Both changed
alike: agreed. Both changed to different values: the shop's policy decides, and by default the seller is asked.
"""

from dataclasses import dataclass, replace

from daemon.domain.brakes import is_far, lowest_price
from daemon.domain.choices import Answer, Choice
from daemon.domain.draft import Draft, LinkedRow
from daemon.domain.messages import Message, message
from daemon.domain.plan import Command, Target
from daemon.domain.rows import Absent, Blank, Field, Number, Text, Unclear
from daemon.domain.snapshot import ListingState, PriceConflict
from daemon.domain.typed import ask, is_answer
from daemon.domain.values import ListingId, Money, Sku

LOWEST_PRICE = 100
HIGHEST_PRICE = 100_000_000
"""What Indonesian shops may charge, in rupiah (facts of the files and APIs, pains.md section 3)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the workbook says about one price.

    ``amount`` is a newly typed price or ``None``. ``overrules`` means that the seller has seen a conflict and
    decided for the workbook, by an ``answer`` for the shops of that or in the row for all; ``yields`` that they took
    the shop's price.
    """

    amount: int | None = None
    overrules: bool = False
    yields: bool = False
    answer: Answer | None = None

    def overrules_in(self, shop: str) -> bool:
        """Whether the seller decided for the workbook, and against the price of this shop."""
        return self.overrules and (self.answer is None or self.answer.is_for(shop))


def merge_prices(draft: Draft, rows: list[LinkedRow]) -> list[Command]:
    """Agree on one price per SKU and tell which listings are to be written."""
    by_sku = {row.sku: row for row in rows}
    commands: list[Command] = []
    for sku in draft.skus():
        if sku in draft.products:
            commands += _merge(draft, sku, by_sku.get(sku))
    return commands


def _merge(draft: Draft, sku: Sku, row: LinkedRow | None) -> list[Command]:
    if len(strays := _strays(draft, sku)) == 1:
        draft.set_price(sku, *strays)
    before = draft.products[sku].price
    wish = _wish(draft, row) if row else Wish()
    if row and isinstance(row.cells.cost, Text | Unclear) and not draft.given.copy:
        draft.hold(sku, row.cells.number, Field.COST, message("price.cost_unclear"))
    if wish.amount is not None:
        draft.set_price(sku, Money(wish.amount, before.currency if before else "IDR"))
    followers = [listing.id for listing in draft.linked(sku) if _follows(listing, before, wish)]
    blocked, edits = _merge_listings(draft, sku, row, wish=wish, before=before)
    _take_shop_prices(draft, sku, row, set(edits.values()))
    commands = [
        command
        for listing_id in followers
        if listing_id not in edits and (command := _command(draft, sku, listing_id, is_waiting=listing_id in blocked))
    ]
    if not (commands or edits):
        _take_shop_prices(draft, sku, row, _strays(draft, sku))
    return commands


def _follows(listing: ListingState, before: Money | None, wish: Wish) -> bool:
    """Whether a listing takes the SKU's price: it agreed with it so far, or the seller typed a price just now."""
    has_agreed = listing.told_price is not None and listing.told_price == before
    return wish.amount is not None or has_agreed or Target.PRICE in listing.commanded


def _command(draft: Draft, sku: Sku, listing_id: ListingId, *, is_waiting: bool) -> Command | None:
    listing = draft.listings[listing_id]
    price, told = draft.products[sku].price, listing.told_price
    # A write without an answer may have put another price there: the wish stays open until it was read back.
    if price is None or (told == price and not is_waiting and not listing.is_price_sending):
        return None
    return Command(listing_id, sku, Target.PRICE, price.amount, told.amount if told else None, is_waiting)


def _merge_listings(
    draft: Draft,
    sku: Sku,
    row: LinkedRow | None,
    *,
    wish: Wish,
    before: Money | None,
) -> tuple[set[ListingId], dict[ListingId, Money]]:
    """Merge each listing; returns those that wait for the seller's decision, and the prices that shops win with."""
    ours = draft.products[sku].price
    blocked: set[ListingId] = set()
    edits: dict[ListingId, Money] = {}
    for listing in draft.linked(sku):
        theirs, told = listing.price, listing.told_price
        if theirs is None or theirs == told:
            continue
        wants = wish.amount is not None or Target.PRICE in listing.commanded
        policy = draft.given.shops[listing.id.shop].price_conflict
        ours_wins = wants and not wish.yields and (wish.overrules_in(listing.id.shop) or policy is PriceConflict.SHEET)
        if told is None or theirs == ours or ours_wins:
            draft.change_listing(replace(listing, told_price=theirs))
        elif not wants or wish.yields or policy is PriceConflict.SHOP:
            if wants or told == before:
                edits[listing.id] = theirs
            draft.change_listing(replace(listing, told_price=theirs))
        else:
            blocked.add(listing.id)
            _ask(draft, row, sku, listing)
    return blocked, edits or (_unchanged(draft, sku) if wish.yields else {})


def _unchanged(draft: Draft, sku: Sku) -> dict[ListingId, Money]:
    """Prices of the shops that were to be written: what to go back to when the conflict is over by itself."""
    return {
        listing.id: listing.told_price
        for listing in draft.linked(sku)
        if Target.PRICE in listing.commanded and listing.told_price is not None
    }


def _strays(draft: Draft, sku: Sku) -> set[Money]:
    """The shops' prices, where none of them has the price of the SKU or is about to: it stands for nothing any more."""
    shown = {listing.told_price for listing in draft.linked(sku) if listing.told_price is not None}
    is_wanted = any(Target.PRICE in listing.commanded for listing in draft.linked(sku))
    return set() if is_wanted or draft.products[sku].price in shown else shown


def _take_shop_prices(draft: Draft, sku: Sku, row: LinkedRow | None, prices: set[Money]) -> None:
    if len(prices) == 1:
        draft.set_price(sku, *prices)
    elif prices:
        shown = ", ".join(str(price.amount) for price in sorted(prices))
        reason = message("price.differs_between_shops", shown=shown)
        draft.hold(sku, row.cells.number if row else None, Field.PRICE, reason)


def _ask(draft: Draft, row: LinkedRow | None, sku: Sku, listing: ListingState) -> None:
    ours = draft.products[sku].price
    typed, shown = (ours.amount if ours else 0), (listing.price.amount if listing.price else 0)
    reason = message("price.conflict", shop=listing.id.shop, shown=shown, typed=typed)
    cell = row.cells.price if row else Absent()
    if isinstance(cell, Blank) or (isinstance(cell, Number) and cell.value != typed):
        # Older than the question, as in a stale copy: it is no answer, and the cell gets the price asked about.
        row = None
    draft.hold(sku, row.cells.number if row else None, Field.PRICE, reason)
    if row:
        draft.bases[sku] = draft.bases.get(sku, row.base)._replace(asked_price=typed)


def _wish(draft: Draft, row: LinkedRow) -> Wish:
    base = draft.bases.get(row.sku, row.base)
    asked, cell, answer = base.asked_price, row.cells.price, row.answers.get(Field.PRICE)
    draft.bases[row.sku] = base._replace(asked_price=None)
    price = draft.products[row.sku].price
    yields = Wish(yields=price is not None and asked == price.amount and not draft.given.is_stale)
    match cell:
        case Number(value) if answer and answer.choice is Choice.SHOP and not draft.given.is_stale:
            draft.bases[row.sku] = base._replace(asked_price=None, price=value)
            return yields
        case Number(value) if LOWEST_PRICE <= value <= HIGHEST_PRICE:
            return _number_wish(draft, row, value, asked)
        case Number(value):
            reason = message("price.out_of_range", typed=value, lowest=LOWEST_PRICE, highest=HIGHEST_PRICE)
        case Blank():
            return yields
        case Absent():
            return Wish()
        case Unclear(reason):
            pass
        case Text(words):
            reason = message("cell.not_a_price", shown=words)
    draft.hold(row.sku, row.cells.number, Field.PRICE, reason)
    return Wish()


def _number_wish(draft: Draft, row: LinkedRow, typed: int, asked: int | None) -> Wish:
    base, known = draft.bases[row.sku], draft.products[row.sku].price
    is_stale = draft.given.is_stale
    answers = is_answer(row, Field.PRICE, typed=typed, asked=asked)
    has_not_seen = known is not None and base.price not in (typed, known.amount)
    if known is not None and typed != known.amount and (is_stale if answers else has_not_seen):
        # The present price never stood in this cell, or was decided since: the seller cannot mean to replace it.
        ask(draft, row, Field.PRICE, message("price.unseen", typed=typed, shown=known.amount))
        draft.bases[row.sku] = base._replace(price=None if is_stale else base.price, asked_price=typed)
        return Wish()
    doubt = None if known is None or typed == known.amount else _doubt(draft, row, typed=typed, known=known.amount)
    if doubt is not None and typed != base.price and not (answers and typed == asked):
        ask(draft, row, Field.PRICE, doubt)
        draft.bases[row.sku] = base._replace(asked_price=typed)
        return Wish()
    draft.bases[row.sku] = base._replace(price=typed)
    is_decision = answers and not is_stale
    if is_decision or (typed != base.price and (known is None or typed != known.amount)):
        return Wish(typed, overrules=is_decision, answer=row.answers.get(Field.PRICE))
    return Wish()


def _doubt(draft: Draft, row: LinkedRow, *, typed: int, known: int) -> Message | None:
    """What there is to ask about a typed price: it brings in less than the goods cost, or is far from all others."""
    lowest = _lowest(draft, row)
    if typed < lowest:
        return message("price.below_cost", typed=typed, lowest=lowest, shown=known)
    is_far_off = is_far(typed, _present(draft, row.sku), draft.given.limits)
    return message("price.big_step", typed=typed, shown=known) if is_far_off else None


def _lowest(draft: Draft, row: LinkedRow) -> int:
    """The lowest price that covers the cost in every shop; one that cannot be read is held."""
    fees = max((draft.given.shops[listing.id.shop].fees for listing in draft.linked(row.sku)), default=0)
    return lowest_price(row.cells.cost.value, fees) if isinstance(row.cells.cost, Number) else 0


def _present(draft: Draft, sku: Sku) -> set[int]:
    """The prices that stand somewhere now: a typed one that is near any of them is no slip."""
    agreed = draft.products[sku].price
    shown = {listing.price.amount for listing in draft.linked(sku) if listing.price is not None}
    return shown | ({agreed.amount} if agreed else set())
