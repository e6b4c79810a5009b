"""What buyers cancel and give back, as the shops tell it now, beside what the ledger made of it."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from daemon.config import Settings
from daemon.connect import connected
from daemon.domain.after_sales import Cancellation, CancelState, Return
from daemon.domain.messages import Message, message
from daemon.domain.plan import Plan
from daemon.domain.returned import SoldLine
from daemon.domain.returned import restock as planned
from daemon.domain.values import Sku
from daemon.errors import SelarasError
from daemon.mirror import Transaction, journal
from daemon.mirror.returns import listed_nowhere, sold_lines
from daemon.parts import Shop
from daemon.texts import Texts
from daemon.undo import carry_out

LOOK_BACK = timedelta(days=60)
"""So long ago something must have changed last to be shown."""

_Entry = TypeVar("_Entry", Cancellation, Return)


@dataclass(frozen=True, slots=True)
class Returns:
    """Requests to cancel that wait for an answer, returns, and why shops could not be asked."""

    cancellations: Sequence[Cancellation]
    returns: Sequence[Return]
    errors: Sequence[SelarasError]

    def named(self, return_id: str) -> Return | None:
        """Find a return by its id; ``None`` when no shop told of it."""
        return next((asked for asked in self.returns if asked.id == return_id), None)


async def read_returns(settings: Settings) -> Returns:
    """Ask every shop; what cannot be asked does not keep the others from being shown."""
    cancellations: list[Cancellation] = []
    returns: list[Return] = []
    errors: list[SelarasError] = []
    async with connected(settings) as parts:
        for shop in parts.shops:
            try:
                since = await _since(shop)
                desk = shop.connector.after_sales
                found = await _newest(desk.cancellations(since)), await _newest(desk.returns(since))
            except SelarasError as error:
                errors.append(error)
                continue
            cancellations += (each for each in found[0] if each.state is CancelState.ASKED)
            returns += found[1]
    return Returns(cancellations, returns, errors)


async def _since(shop: Shop) -> datetime:
    """Tell from when on to look, by the marketplace's clock, which is known once it has answered."""
    await shop.connector.identify()
    return shop.connector.server_now() - LOOK_BACK


async def _newest(pages: AsyncIterator[Sequence[_Entry]]) -> Iterable[_Entry]:
    """Read all pages; of what comes twice the later one counts."""
    return {each.id: each async for page in pages for each in page}.values()


def restock(tx: Transaction, asked: Return, good: Mapping[Sku, int], texts: Texts, *, now: datetime) -> Plan | Message:
    """Book the ``good`` units of a return as a run of its own, all without ``good``; or tell why not."""
    movements = planned(asked, sold_lines(tx, asked), good)
    if isinstance(movements, Message):
        return movements
    plan = Plan(movements=movements)
    carry_out(tx, plan, texts, trigger=journal.RESTOCK, now=now)
    return plan


def notes_on(tx: Transaction, plan: Plan) -> Sequence[Message]:
    """Tell what the seller should know about what was booked: goods that no shop lists any more."""
    skus = {movement.sku for movement in plan.movements}
    return [message("returns.listed_nowhere", sku=sku) for sku in listed_nowhere(tx, skus)]


def lines_of(tx: Transaction, returns: Sequence[Return]) -> Mapping[str, Sequence[SoldLine]]:
    """Look up what the ledger made of each return, by its id."""
    return {asked.id: sold_lines(tx, asked) for asked in returns}
