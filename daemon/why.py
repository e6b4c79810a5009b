"""Why a number is what it is: the whole story of one SKU out of the mirror, for ``selaras why``."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, tzinfo
from itertools import groupby
from operator import attrgetter
from typing import Any

from daemon.domain.edits import QUESTIONS
from daemon.domain.messages import Message, message
from daemon.domain.plan import Held, Target
from daemon.domain.refusals import as_plain, told
from daemon.domain.stock import Booked, Cause, Movement
from daemon.domain.values import ListingId, Sku
from daemon.mirror import Transaction, bundles, journal, story
from daemon.mirror.story import Reserving, Shown, Wanted
from daemon.plan_view import held_as_json, say_held, shown_value
from daemon.texts import Texts
from daemon.why_bundle import MadeOf, say_made_of
from daemon.why_bundle import as_plain as parts_as_plain
from daemon.why_shown import Allotted, say_allotted

MOST_STEPS = 200
"""Movements told one by one; the older ones are summed up, unless all are asked for."""


@dataclass(frozen=True, slots=True)
class Step:
    """One movement of the story; ``balance`` is what was available after it, ``source`` says where it came from."""

    number: int
    at: datetime
    cycle: int
    cause: Cause
    units: int
    balance: int
    source: Message


@dataclass(frozen=True, slots=True)
class Answer:
    """The story of one SKU.

    ``earlier`` counts movements that are not among the ``steps``, which go on from the balance that they left.
    ``sums`` holds the units of every cause that moved the stock, ``allotted`` what the shops show of it by the rules.
    """

    sku: Sku
    steps: tuple[Step, ...]
    earlier: int
    earlier_units: int
    sums: Mapping[Cause, int]
    listings: tuple[Shown, ...]
    orders: tuple[Reserving, ...]
    held: tuple[Held, ...]
    allotted: Mapping[ListingId, Allotted] = field(default_factory=dict)
    made_of: MadeOf = field(default_factory=MadeOf)

    @property
    def available(self) -> int:
        """What may still be sold: all movements together, or what the parts of a bundle allow."""
        return sum(self.sums.values()) if self.made_of.available is None else self.made_of.available

    @property
    def reserved(self) -> int:
        """Units that are promised to open orders."""
        return sum(order.units for order in self.orders)


def answer(tx: Transaction, sku: Sku, *, is_complete: bool = False) -> Answer:
    """Look up everything about ``sku``; every movement one by one when ``is_complete``."""
    booked = story.movements_of(tx, sku)
    earlier = 0 if is_complete else max(0, len(booked) - MOST_STEPS)
    before = sum(entry.movement.delta for entry in booked[:earlier])
    sums = Counter[Cause]()
    for entry in booked:
        sums[entry.movement.cause] += entry.movement.delta
    recipe = bundles.recipes(tx).get(sku, {})
    return Answer(
        sku,
        steps=tuple(_steps(booked[earlier:], before, bundles.ordered_as(tx, sku))),
        earlier=earlier,
        earlier_units=before,
        sums={cause: sums[cause] for cause in Cause if cause in sums},
        listings=story.listings_of(tx, sku),
        orders=(*story.reserving_orders(tx, sku), *bundles.reserving_orders(tx, sku)),
        held=tuple(entry for entry in journal.held_entries(tx) if _concerns(entry, sku)),
        made_of=MadeOf(recipe, bundles.stock_of_parts(tx, recipe)),
    )


def _concerns(entry: Held, sku: Sku) -> bool:
    """Whether something held is of these goods; what stops the whole sheet stops them too."""
    return entry.sku == sku or (entry.sku is None and entry.row is None)


def _steps(booked: tuple[Booked, ...], balance: int, ordered_as: Mapping[str, Sku]) -> Iterator[Step]:
    for entry in booked:
        move = entry.movement
        balance += move.delta
        source = source_of(move)
        if move.cause in {Cause.ORDER, Cause.CANCEL, Cause.RETURN} and move.reference in ordered_as:
            source = message(f"why.{move.cause}_part", bundle=ordered_as[move.reference], **source.params)
        yield Step(entry.number, entry.at, entry.cycle, move.cause, move.delta, balance, source)


def source_of(movement: Movement) -> Message:
    """Tell what moved the stock, and where, from the natural key that was given to the movement."""
    cause, reference = movement.cause, movement.reference
    match cause, reference.split("/"):
        case Cause.OPENING | Cause.MARKETPLACE_EDIT, [shop, _]:
            return message(f"why.{cause}", shop=shop)
        case Cause.OPENING | Cause.ORDER | Cause.CANCEL | Cause.RETURN, [shop, order, _]:
            code = "why.opening_order" if cause is Cause.OPENING else f"why.{cause}"
            return message(code, order=order, shop=shop)
        case Cause.SHEET_EDIT | Cause.ADJUSTMENT | Cause.COUNT, [cycle, *copy, row]:
            typed = message(f"why.{cause}", row=int(row), cycle=int(cycle))
            return message(f"why.{cause}_copy", file=copy[0], **typed.params) if copy else typed
        case Cause.BUNDLE, [cycle, *bundle]:
            became = message("why.bundle", cycle=int(cycle))
            return message("why.out_of_bundle", bundle="/".join(bundle), **became.params) if bundle else became
        case Cause.UNDO, [cycle, number]:
            return message("why.undo", number=int(number), cycle=int(cycle))
        case _:
            return message("why.other", cause=cause.value, reference=reference)


def tell(answer: Answer, texts: Texts, zone: tzinfo) -> Iterator[str]:
    """The lines for a person; the last one adds up. Units of one order or edit are one line."""
    if answer.earlier:
        yield texts.say(message("why.earlier", count=answer.earlier, balance=answer.earlier_units))
    for _, steps in groupby(answer.steps, key=attrgetter("cycle", "source")):
        *_, last = alike = tuple(steps)
        units, source = f"{sum(step.units for step in alike):+d}", texts.say(last.source)
        time, number = texts.moment(last.at, zone), last.number
        step = message("why.step", time=time, number=number, units=units, source=source, balance=last.balance)
        yield texts.say(step)
    asked = {entry.reason.params["shop"] for entry in answer.held if entry.reason.code in QUESTIONS}
    for listing in answer.listings:
        yield from _tell_listing(listing, texts, zone, is_asked=listing.id.shop in asked)
        if (found := answer.allotted.get(listing.id)) and not found.is_full_pool:
            yield say_allotted(listing.id.shop, found, texts)
    for entry in answer.held:
        yield say_held(entry, texts)
    yield texts.say(message("why.reserved", count=answer.reserved))
    yield from say_made_of(answer.made_of, texts)
    if answer.made_of.available is None:
        yield texts.say(message("why.sum", terms=_terms(answer, texts), available=answer.available))


def _tell_listing(listing: Shown, texts: Texts, zone: tzinfo, *, is_asked: bool) -> Iterator[str]:
    def words(code: str, units: int | None, at: datetime | None) -> str:
        if units is None:
            return texts.say(message(f"why.not_{code}"))
        known = texts.say(message(f"why.{code}", count=units))
        return known if at is None else texts.say(message("why.at", what=known, time=texts.moment(at, zone)))

    shop = listing.id.shop
    if listing.is_gone:
        yield texts.say(message("why.gone", shop=shop, title=listing.title))
        return
    told, shown = words("told", listing.told, listing.told_at), words("shown", listing.shown, listing.shown_at)
    yield texts.say(message("why.listing", shop=shop, title=listing.title, told=told, shown=shown))
    if listing.unexplained and not is_asked:
        yield texts.say(message("why.unexplained", shop=shop, units=f"{listing.unexplained:+d}"))
    for wanted in listing.wanted:
        yield texts.say(_wanted(wanted, shop, texts))


def _wanted(wanted: Wanted, shop: str, texts: Texts) -> Message:
    if wanted.target is Target.STATUS:
        what = texts.say(message(f"why.to_status_{wanted.desired}"))
    else:
        is_price = wanted.target is Target.PRICE
        number = texts.money(wanted.desired, wanted.currency) if is_price else texts.number(wanted.desired)
        what = texts.say(message(f"why.to_{wanted.target}", number=number))
    refusal = wanted.refusal
    if refusal is None:
        return message(f"why.outbox_{wanted.state}", shop=shop, what=what)
    if not refusal.is_dead:
        return message("why.outbox_refused", shop=shop, what=what, reason=refusal.reason)
    return message("why.outbox_dead", shop=shop, what=what, said=texts.say(told(shop, refusal)))


def _terms(answer: Answer, texts: Texts) -> str:
    """The sum in words: the opening, and every other cause with its sign."""
    opening = answer.sums.get(Cause.OPENING, 0)
    terms = [texts.say(message("why.sum_opening", count=opening))]
    for cause, units in answer.sums.items():
        if cause is not Cause.OPENING:
            terms += ["−" if units < 0 else "+", texts.say(message(f"why.sum_{cause}", count=abs(units)))]
    return " ".join(terms)


def as_json(answer: Answer, texts: Texts) -> dict[str, Any]:
    """Show the same as plain data; times are ISO 8601, UTC."""
    return {
        "sku": answer.sku,
        "available": answer.available,
        "reserved": answer.reserved,
        "earlier": {"movements": answer.earlier, "units": answer.earlier_units},
        "movements": [_step(step, texts) for step in answer.steps],
        "sums": {cause.value: units for cause, units in answer.sums.items()},
        "listings": [_listing(listing, answer.allotted.get(listing.id)) for listing in answer.listings],
        "orders": [
            {"shop": order.shop, "order": order.order_id, "status": order.status.value, "units": order.units}
            for order in answer.orders
        ],
        "held": [held_as_json(entry, texts) for entry in answer.held],
        "parts": parts_as_plain(answer.made_of),
    }


def _step(step: Step, texts: Texts) -> dict[str, Any]:
    return {
        "number": step.number,
        "at": step.at.isoformat(),
        "cycle": step.cycle,
        "cause": step.cause.value,
        "units": step.units,
        "balance": step.balance,
        "from": step.source.params,
        "text": texts.say(step.source),
    }


def _listing(listing: Shown, allotted: Allotted | None) -> dict[str, Any]:
    return {
        "shop": listing.id.shop,
        "product_id": listing.id.product_id,
        "sku_id": listing.id.sku_id,
        "title": listing.title,
        "is_gone": listing.is_gone,
        "allotted": allotted and {"units": allotted.units, "sharing": allotted.sharing.value} | asdict(allotted.rule),
        "told": listing.told,
        "told_at": listing.told_at.isoformat() if listing.told_at else None,
        "shown": listing.shown,
        "shown_at": listing.shown_at.isoformat() if listing.shown_at else None,
        "unexplained": listing.unexplained,
        "outbox": [
            {
                "sets": wanted.target.value,
                "to": shown_value(wanted.target, wanted.desired),
                "state": wanted.state,
                "refusal": as_plain(wanted.refusal) if wanted.refusal else None,
                "changed_at": wanted.changed_at.isoformat(),
            }
            for wanted in listing.wanted
        ],
    }
