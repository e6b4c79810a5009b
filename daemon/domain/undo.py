"""Taking back what was decided: inverse movements, prices and windows from before, or the reasons why not.

The past is never changed. What is taken back are decisions of people, typed in the workbook or in Seller Center; what
buyers did is a fact, and whatever was decided later stands (decision 0010).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from daemon.domain.messages import Message, message
from daemon.domain.plan import Command, Plan, ProductChange, Switch, Target
from daemon.domain.stock import Booked, Cause, Movement
from daemon.domain.values import ListingId, Money, Sku

REVERSIBLE = frozenset(
    {Cause.SHEET_EDIT, Cause.ADJUSTMENT, Cause.COUNT, Cause.RETURN, Cause.MARKETPLACE_EDIT, Cause.UNDO}
)
"""Causes that somebody decided."""

ANEW = frozenset({Cause.COUNT, Cause.BUNDLE})
"""Causes that decide the stock of a SKU anew, whatever it was before."""


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A price that shops were told, minor units; ``before`` is ``None`` where there was not exactly one before it."""

    sku: Sku
    before: int | None
    after: int


@dataclass(frozen=True, slots=True)
class ToldPrice:
    """A listing whose price may have to go back: what it was told last, and whether a price for it is still to go."""

    listing: ListingId
    price: int | None
    is_commanded: bool


@dataclass(frozen=True, slots=True)
class Stand:
    """A product in its windows, as numbers: those that show it, and those that are to.

    ``listing`` is the one that names it in the outbox.
    """

    listing: ListingId
    shown: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Now:
    """How things stand: units available, products as agreed on, their listings and windows, and the ledger.

    ``since`` holds every movement of the SKUs concerned from the oldest one that is to be undone on, ``bundles`` are
    those of them whose stock follows from their parts: nothing can be given back to it. ``stands`` has the products
    that were switched, by shop and id, as far as they are still there.
    """

    available: Mapping[Sku, int] = field(default_factory=dict)
    products: Mapping[Sku, ProductChange] = field(default_factory=dict)
    told: Mapping[Sku, Sequence[ToldPrice]] = field(default_factory=dict)
    stands: Mapping[tuple[str, str], Stand] = field(default_factory=dict)
    since: Sequence[Booked] = ()
    bundles: Collection[Sku] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What is to be taken back."""

    booked: Sequence[Booked] = ()
    prices: Sequence[PriceStep] = ()
    switches: Sequence[Switch] = ()


def undo(decided: Decided, now: Now) -> Plan | tuple[Message, ...]:
    """Plan to take back what was decided, all of it or nothing; else every reason that stands in the way."""
    booked, prices, switches = decided.booked, decided.prices, decided.switches
    if not (booked or prices or switches):
        return (message("undo.nothing"),)
    refused = _against_movements(booked, now)
    free = [entry for entry in booked if entry.number not in refused]
    against = (*refused.values(), *_against_stock(free, now), *_against_prices(prices, now))
    if against := (*against, *_against_switches(switches, now)):
        return against
    restored = [(step, before) for step in prices if (before := step.before) is not None]
    told = (command for step, before in restored for command in _commands(step, before, now))
    return Plan(
        movements=tuple(inverse(entry) for entry in booked),
        products=tuple(_priced(now.products[step.sku], before) for step, before in restored),
        switches=tuple(replace(each, before=each.after, after=each.before) for each in switches),
        commands=(*told, *(_switched_back(each, now.stands[_product(each)]) for each in switches)),
    )


def inverse(entry: Booked) -> Movement:
    """Return the movement that takes another one back."""
    move = entry.movement
    return Movement(move.sku, -move.delta, Cause.UNDO, f"{entry.cycle}/{entry.number}")


def _against_movements(booked: Sequence[Booked], now: Now) -> Mapping[int, Message]:
    """The reasons by the number of the movement that they concern."""
    reasons = {}
    undone = {_meant(entry): entry.number for entry in now.since if entry.movement.cause is Cause.UNDO}
    chosen = {entry.number for entry in booked}
    others = (entry for entry in now.since if entry.number not in chosen and not _is_undone(entry.number, undone))
    decided = {entry.movement.sku: entry.number for entry in others if _is_anew(entry.movement)}
    for entry in booked:
        sku, cause, number = entry.movement.sku, entry.movement.cause, entry.number
        if cause not in REVERSIBLE:
            reasons[number] = message(f"undo.is_{cause}", number=number, sku=sku)
        elif number in undone:
            reasons[number] = message("undo.already", number=number, sku=sku, by=undone[number])
        elif sku in now.bundles:
            reasons[number] = message("undo.is_bundle", number=number, sku=sku)
        elif (later := decided.get(sku, 0)) > number:
            reasons[number] = message("undo.decided_since", number=number, sku=sku, later=later)
    return reasons


def _is_anew(movement: Movement) -> bool:
    """Whether a movement decides a stock anew; what parts get out of a bundle only adds to theirs."""
    return movement.cause in ANEW and not (movement.cause is Cause.BUNDLE and "/" in movement.reference)


def _is_undone(number: int, undone: Mapping[int, int]) -> bool:
    """Whether a movement is taken back, and its taking back is not taken back itself."""
    return number in undone and not _is_undone(undone[number], undone)


def _meant(entry: Booked) -> int:
    """The number of the movement that one of cause ``undo`` takes back."""
    return int(entry.movement.reference.rpartition("/")[2])


def _against_stock(booked: Sequence[Booked], now: Now) -> Iterator[Message]:
    taken = Counter[Sku]()
    for entry in booked:
        taken[entry.movement.sku] += entry.movement.delta
    for sku, units in taken.items():
        if units > max(now.available[sku], 0):
            short = units - max(now.available[sku], 0)
            yield message("undo.sold_since", sku=sku, units=units, available=now.available[sku], short=short)


def _against_prices(prices: Sequence[PriceStep], now: Now) -> Iterator[Message]:
    for step in prices:
        agreed = now.products[step.sku].price
        if agreed is None or agreed.amount != step.after:
            shown = agreed.amount if agreed else 0
            yield message("undo.price_changed_since", sku=step.sku, after=step.after, now=shown)
        elif step.before is None:
            yield message("undo.no_price_before", sku=step.sku, after=step.after)


def _against_switches(switches: Sequence[Switch], now: Now) -> Iterator[Message]:
    for each in switches:
        stand = now.stands.get(_product(each))
        if stand is None or stand.wanted != each.after:
            yield message("undo.status_changed_since", sku=each.sku, shop=each.listing.shop)


def _product(switch: Switch) -> tuple[str, str]:
    return switch.listing.shop, switch.listing.product_id


def _switched_back(switch: Switch, stand: Stand) -> Command:
    return Command(stand.listing, switch.sku, Target.STATUS, switch.before, stand.shown)


def _priced(product: ProductChange, price: int) -> ProductChange:
    return replace(product, price=Money(price, product.price.currency) if product.price else Money(price))


def _commands(step: PriceStep, before: int, now: Now) -> Iterator[Command]:
    """The listings that were told the price, or are still to be: they are told the one from before."""
    for told in now.told.get(step.sku, ()):
        if told.is_commanded or told.price == step.after:
            yield Command(told.listing, step.sku, Target.PRICE, before, told.price)
