"""What the ledger took for units that buyers give back, and whether it has them again."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import and_, func, select

from daemon.domain.after_sales import Return
from daemon.domain.returned import SoldLine, sold_line
from daemon.domain.stock import GIVING_BACK, Booked, Cause
from daemon.domain.undo import inverse
from daemon.domain.values import ListingStatus, Sku
from daemon.mirror import ledger
from daemon.mirror.in_step import SWEEPS_UNTIL_GONE
from daemon.mirror.schema import listings, movements, orders
from daemon.mirror.store import Transaction


def sold_lines(tx: Transaction, asked: Return) -> tuple[SoldLine, ...]:
    """Look up every line of a return, in its order; one that is named twice is one unit all the same."""
    lines = {f"{asked.shop}/{asked.order_id}/{line.order_line_id}": line for line in asked.lines}
    causes = [cause.value for cause in (Cause.OPENING, Cause.ORDER, *GIVING_BACK)]
    booked: dict[str, list[Booked]] = defaultdict(list)
    for entry in ledger.booked(tx, and_(movements.c.reference.in_(lines), movements.c.cause.in_(causes))):
        booked[entry.movement.reference].append(entry)
    is_read = _is_read(tx, asked)
    return tuple(
        sold_line(line, asked, booked=found, undone=_undone(tx, found), is_read=is_read)
        for reference, line in lines.items()
        for found in (booked[reference],)
    )


def _is_read(tx: Transaction, asked: Return) -> bool:
    order = select(orders.c.order_id).where(orders.c.shop == asked.shop, orders.c.order_id == asked.order_id)
    return tx.execute(order).first() is not None


def _undone(tx: Transaction, booked: Sequence[Booked]) -> Iterator[Booked]:
    """Find the movements in force that take back what was given back: an undo can be undone in turn."""
    for entry in booked:
        last, is_undone = entry, False
        while entry.movement.cause in GIVING_BACK and (found := _taking_back(tx, last)):
            last, is_undone = found, not is_undone
        if is_undone:
            yield last


def _taking_back(tx: Transaction, entry: Booked) -> Booked | None:
    move = inverse(entry)
    is_it = and_(movements.c.reference == move.reference, movements.c.cause == move.cause.value)
    return next(ledger.booked(tx, is_it), None)


def listed_nowhere(tx: Transaction, skus: Collection[Sku]) -> list[Sku]:
    """Name those of ``skus`` that no shop lists any more."""
    meant = select(func.json_each(json.dumps(sorted(skus))).table_valued("value").c.value)
    is_there = and_(listings.c.status != ListingStatus.DELETED.value, listings.c.missed_sweeps < SWEEPS_UNTIL_GONE)
    listed = set(tx.execute(select(listings.c.sku).where(listings.c.sku.in_(meant), is_there)).scalars())
    return sorted(set(skus) - listed)
