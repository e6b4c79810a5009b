"""What an order came to, line by line (reference 5.4)."""

from daemon.marketplaces.sandbox.goods import CURRENCY
from daemon.marketplaces.sandbox.refusals import RefusedError
from daemon.marketplaces.sandbox.visits import Visit
from daemon.marketplaces.sandbox.wire import JsonObject

SERVICE_FEE = 1000
NOTHING = (
    "subtotal_deduction_seller",
    "subtotal_deduction_platform",
    "subtotal_tax_amount",
    "voucher_deduction_platform",
    "voucher_deduction_seller",
    "shipping_fee_deduction_seller",
    "shipping_fee_deduction_platform",
    "shipping_fee_deduction_platform_voucher",
    "tax_amount",
    "tax_rate",
    "distance_fee",
    "distance_shipping_fee",
)
"""Nobody gives a discount here, and nothing is taxed."""


def get_price_detail(visit: Visit) -> JsonObject:
    """Get Order Price Detail."""
    own = {order.id: order for order in visit.world.orders_of(visit.shop.name)}
    order = own.get(visit.names["order_id"])
    if order is None:
        raise RefusedError(21008111, "The order does not belong to this shop.")
    shares = _shares(order.buyer.shipping_fee, len(order.lines))
    lines: list[JsonObject] = [
        {"id": line.id, **_amounts(line.price, share, fee=0)} for line, share in zip(order.lines, shares, strict=True)
    ]
    whole = _amounts(sum(line.price for line in order.lines), order.buyer.shipping_fee, fee=SERVICE_FEE)
    return {**whole, "line_items": lines}


def _shares(amount: int, count: int) -> list[int]:
    """Share an amount out over the lines; the first take what cannot be divided."""
    return [amount // count + (place < amount % count) for place in range(count)]


def _amounts(goods: int, shipping: int, *, fee: int) -> JsonObject:
    return {
        "currency": CURRENCY,
        "total": str(goods + shipping),
        "payment": str(goods + shipping + fee),
        **dict.fromkeys(("sku_list_price", "sku_sale_price", "subtotal", "net_price_amount"), str(goods)),
        **dict.fromkeys(("shipping_list_price", "shipping_sale_price"), str(shipping)),
        **dict.fromkeys(NOTHING, "0"),
    }
