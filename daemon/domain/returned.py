"""Goods that came back: what a seller puts on sale again, having looked at it (decision 0018)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from daemon.domain.after_sales import Return, ReturnLine
from daemon.domain.messages import Message, message
from daemon.domain.stock import GIVING_BACK, Booked, Cause, Movement
from daemon.domain.undo import inverse
from daemon.domain.values import Sku


class Fate(StrEnum):
    """What became of a returned unit.

    ``OUT``: the ledger took it; ``BACK``: and has it again. ``UNREAD``: its order was not read yet; ``NOT_SOLD``: the
    ledger never took it; ``COUNTED``: the return was asked for before its stock was first seen, so that the unit may
    be in that number.
    """

    OUT = "out"
    BACK = "back"
    UNREAD = "unread"
    NOT_SOLD = "not_sold"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A returned unit as the ledger knows it: ``reference`` is the natural key of its order line.

    ``taken`` are the units that the ledger took for it by SKU, several for a bundle; ``undone`` are the movements that
    took it out again after it was back.
    """

    line: ReturnLine
    reference: str
    fate: Fate
    taken: Mapping[Sku, int]
    undone: Sequence[Booked] = ()


def sold_line(
    line: ReturnLine, asked: Return, *, booked: Sequence[Booked], undone: Iterable[Booked], is_read: bool
) -> SoldLine:
    """Tell the fate of a line by what was ``booked`` for it; ``undone`` as there, ``is_read``: its order is known."""
    taken = {entry.movement.sku: -entry.movement.delta for entry in booked if entry.movement.cause is Cause.ORDER}
    again = tuple(undone)
    if not taken:
        fate = Fate.NOT_SOLD if is_read else Fate.UNREAD
    elif not again and any(entry.movement.cause in GIVING_BACK for entry in booked):
        fate = Fate.BACK
    elif any(entry.movement.cause is Cause.OPENING and asked.asked_at < entry.at for entry in booked):
        fate = Fate.COUNTED
    else:
        fate = Fate.OUT
    return SoldLine(line, f"{asked.shop}/{asked.order_id}/{line.order_line_id}", fate, taken, again)


def restock(asked: Return, sold: Sequence[SoldLine], good: Mapping[Sku, int]) -> tuple[Movement, ...] | Message:
    """Give back what was taken for ``good`` units of a return, by the SKU in the order, or say why not.

    Without ``good`` all that is not back yet is meant. It is all or nothing, and each line comes back once.
    """
    if not asked.is_received:
        return message("returns.not_received", request=asked.id)
    left = sorted((each for each in sold if each.fate is not Fate.BACK), key=lambda each: each.fate is not Fate.OUT)
    if not left:
        return message("returns.already", request=asked.id)
    units = Counter(each.line.sku for each in left)
    for sku, wanted in good.items():
        if wanted > units[sku]:
            return message("returns.too_many", request=asked.id, sku=sku, count=units[sku])
    chosen = list(_chosen(left, good or units))
    strange = next((each for each in chosen if each.fate is not Fate.OUT), None)
    if strange is not None:
        return message(f"returns.{strange.fate}", sku=strange.line.sku, order=asked.order_id)
    return tuple(move for each in chosen for move in _giving_back(each))


def _giving_back(sold: SoldLine) -> Iterator[Movement]:
    """Book it, or where that was done and undone before, take back the undo: the ledger takes each key once."""
    if sold.undone:
        yield from map(inverse, sold.undone)
    else:
        for sku, units in sold.taken.items():
            yield Movement(sku, units, Cause.RETURN, sold.reference)


def _chosen(left: Sequence[SoldLine], good: Mapping[Sku, int]) -> Iterator[SoldLine]:
    wanted = Counter(good)
    for each in left:
        if wanted[each.line.sku] > 0:
            wanted[each.line.sku] -= 1
            yield each
