"""Returns: what buyers want back, and how far it is (reference 7.6, 7.7)."""

from dataclasses import dataclass, field
from enum import StrEnum

from daemon.marketplaces.sandbox.orders import Order, OrderLine


class ReturnType(StrEnum):
    """What the buyer asks for: the money only, the money for the goods, or other goods."""

    REFUND = "REFUND"
    RETURN_AND_REFUND = "RETURN_AND_REFUND"
    REPLACEMENT = "REPLACEMENT"


class ReturnStatus(StrEnum):
    """The marketplace's words."""

    PENDING = "RETURN_OR_REFUND_REQUEST_PENDING"
    REJECTED = "REFUND_OR_RETURN_REQUEST_REJECT"
    AWAITING_BUYER_SHIP = "AWAITING_BUYER_SHIP"
    BUYER_SHIPPED_ITEM = "BUYER_SHIPPED_ITEM"
    PACKAGE_REJECTED = "REJECT_RECEIVE_PACKAGE"
    AWAITING_BUYER_RESPONSE = "AWAITING_BUYER_RESPONSE"
    SUCCESS = "RETURN_OR_REFUND_REQUEST_SUCCESS"
    COMPLETE = "RETURN_OR_REFUND_REQUEST_COMPLETE"
    CANCEL = "RETURN_OR_REFUND_REQUEST_CANCEL"
    REPLACEMENT_PENDING = "REPLACEMENT_REQUEST_PENDING"
    REPLACEMENT_REJECTED = "REPLACEMENT_REQUEST_REJECT"
    REPLACEMENT_REFUNDED = "REPLACEMENT_REQUEST_REFUND_SUCCESS"
    REPLACEMENT_COMPLETE = "REPLACEMENT_REQUEST_COMPLETE"


FIRST_STATUS = {
    ReturnType.REFUND: ReturnStatus.PENDING,
    ReturnType.RETURN_AND_REFUND: ReturnStatus.PENDING,
    ReturnType.REPLACEMENT: ReturnStatus.REPLACEMENT_PENDING,
}
OPEN = frozenset(
    {
        ReturnStatus.PENDING,
        ReturnStatus.AWAITING_BUYER_SHIP,
        ReturnStatus.BUYER_SHIPPED_ITEM,
        ReturnStatus.AWAITING_BUYER_RESPONSE,
        ReturnStatus.REPLACEMENT_PENDING,
    }
)
REFUNDED = frozenset({ReturnStatus.SUCCESS, ReturnStatus.COMPLETE, ReturnStatus.REPLACEMENT_REFUNDED})


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of a return's history, at Unix seconds."""

    event: str
    role: str
    description: str
    note: str
    at: int


@dataclass(slots=True)
class Return:
    """One return of lines of ``order``; all times are Unix seconds.

    ``until`` is when the marketplace decides for whoever has to act; 0: nobody has to. ``item_ids`` are its own ids of
    the lines, in their order; ``partial_refund`` is whole Rupiah, ``keeps_goods``: the buyer need not send them.
    """

    id: str
    order: Order
    kind: ReturnType
    reason_name: str
    reason: str
    lines: tuple[OrderLine, ...]
    item_ids: tuple[str, ...]
    status: ReturnStatus
    created_at: int
    updated_at: int
    until: int = 0
    tracking_number: str = ""
    keeps_goods: bool = False
    partial_refund: int | None = None
    records: list[Record] = field(default_factory=list)

    @property
    def refund(self) -> int:
        """What the buyer gets back, in whole Rupiah."""
        return sum(line.price for line in self.lines) if self.partial_refund is None else self.partial_refund
