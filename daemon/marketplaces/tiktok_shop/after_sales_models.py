"""The fields of cancellations and returns that Selaras uses (reference 3.9 and 7). Tolerant as :mod:`models`."""

from daemon.marketplaces.tiktok_shop.models import Page, Seconds, Wire


class NextStep(Wire):
    """What the seller has to do, and until when."""

    deadline: Seconds = 0


class Cancellation(Wire):
    """A cancellation of a search page."""

    cancel_id: str
    order_id: str
    cancel_status: str = ""
    role: str = ""
    cancel_reason: str = ""
    cancel_reason_text: str = ""
    should_replenish_stock: bool = False
    update_time: Seconds = 0
    seller_next_action_response: tuple[NextStep, ...] = ()


class CancellationPage(Page):
    """A page of Search Cancellations."""

    cancellations: tuple[Cancellation, ...] = ()


class ReturnPart(Wire):
    """One unit that a returned bundle is made of."""

    sub_order_line_item_id: str = ""
    seller_sku: str = ""
    product_name: str = ""
    sku_name: str = ""


class ReturnLineItem(Wire):
    """One unit of a return."""

    order_line_item_id: str = ""
    seller_sku: str = ""
    product_name: str = ""
    sku_name: str = ""
    return_sub_line_items: tuple[ReturnPart, ...] = ()


class Return(Wire):
    """A return of a search page."""

    return_id: str
    order_id: str
    return_type: str = ""
    return_status: str = ""
    return_reason: str = ""
    return_reason_text: str = ""
    can_buyer_keep_item: bool = False
    create_time: Seconds = 0
    update_time: Seconds = 0
    seller_next_action_response: tuple[NextStep, ...] = ()
    return_line_items: tuple[ReturnLineItem, ...] = ()


class ReturnPage(Page):
    """A page of Search Returns."""

    return_orders: tuple[Return, ...] = ()


class Nothing(Wire):
    """An answer that says no more than that it was done."""


class Reason(Wire):
    """A reason to refuse."""

    name: str
    text: str = ""


class RejectReasons(Wire):
    """Answer of Get Reject Reasons."""

    reasons: tuple[Reason, ...] = ()


class Possible(Wire):
    """What may be done with some lines of an order."""

    request_type: str = ""
    eligible: bool = False
    available_reason_names: tuple[str, ...] = ()


class Eligibility(Wire):
    """What may be done with one SKU of an order."""

    line_item_eligibility: tuple[Possible, ...] = ()


class Eligibilities(Wire):
    """Answer of Get Aftersale Eligibility."""

    sku_eligibility: tuple[Eligibility, ...] = ()


class StockOperation(Wire):
    """SKUs for which the setting was not taken."""

    failed_sku_ids: tuple[str, ...] = ()


class StockOperationResult(Wire):
    """Answer of Update Stock Operation Settings."""

    stock_operation: StockOperation = StockOperation()
