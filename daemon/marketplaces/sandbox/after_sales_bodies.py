"""Request bodies of the after-sales calls (reference 7)."""

from typing import Annotated, Literal

from pydantic import Field

from daemon.marketplaces.sandbox.after_sales_returns import ReturnStatus, ReturnType
from daemon.marketplaces.sandbox.bodies import Body
from daemon.marketplaces.sandbox.orders import CancelStatus

MOST_RESTOCK_IDS = 500


class CancelLine(Body):
    """One line of an order."""

    order_line_item_id: str


class CancelOrder(Body):
    """Body of a seller's cancellation."""

    order_id: str
    cancel_reason: str
    order_line_item_ids: tuple[str, ...] = ()
    order_line_list: tuple[CancelLine, ...] = ()


class SearchAfterSales(Body):
    """What searches for cancellations and returns share. Times are Unix seconds; ``lt`` is exclusive."""

    order_ids: tuple[str, ...] = ()
    buyer_user_ids: tuple[str, ...] = ()
    create_time_ge: int | None = None
    create_time_lt: int | None = None
    update_time_ge: int | None = None
    update_time_lt: int | None = None
    locale: str = ""


class SearchCancellations(SearchAfterSales):
    """Body of cancellation search."""

    cancel_ids: tuple[str, ...] = ()
    cancel_types: tuple[Literal["CANCEL", "BUYER_CANCEL"], ...] = ()
    cancel_status: tuple[CancelStatus, ...] = ()


class SearchReturns(SearchAfterSales):
    """Body of return search."""

    return_ids: tuple[str, ...] = ()
    return_types: tuple[ReturnType | Literal["EXCHANGE"], ...] = ()
    return_status: tuple[ReturnStatus, ...] = ()


class RejectCancellation(Body):
    """Body of a seller's refusal."""

    reject_reason: str


class Amount(Body):
    """Money; ``amount`` is decimal text."""

    currency: str
    amount: Annotated[str, Field(pattern=r"^[0-9]{1,12}$")]


class ApproveReturn(Body):
    """Body of approving a return."""

    decision: Literal[
        "APPROVE_REFUND",
        "APPROVE_RETURN",
        "APPROVE_RECEIVED_PACKAGE",
        "APPROVE_REPLACEMENT",
        "ISSUE_REPLACEMENT_REFUND",
        "DIRECT_REFUND",
        "OFFER_PARTIAL_REFUND",
    ]
    buyer_keep_item: bool = False
    partial_refund: Amount | None = None


class RejectReturn(Body):
    """Body of rejecting a return."""

    decision: Literal[
        "REJECT_REFUND",
        "REJECT_RETURN",
        "REJECT_RECEIVED_PACKAGE",
        "REJECT_REPLACEMENT",
        "OFFER_PARTIAL_REFUND_AFTER_RECEIVING_PKG",
    ]
    reject_reason: str
    comment: str = ""


class RestockSetting(Body):
    """What shall happen with units of cancelled orders; left out, it is switched off (reference 3.9)."""

    enable_auto_restock: bool = False


class SetRestock(Body):
    """Body of the stock operation settings."""

    seller_id: str
    sku_ids: Annotated[list[str], Field(min_length=1, max_length=MOST_RESTOCK_IDS)]
    stock_operation_setting: RestockSetting = RestockSetting()
