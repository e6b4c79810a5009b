"""The setting that decides what becomes of the units of cancelled orders (reference 3.9)."""

from daemon.marketplaces.sandbox.after_sales_bodies import SetRestock
from daemon.marketplaces.sandbox.bodies import read_body
from daemon.marketplaces.sandbox.refusals import RefusedError
from daemon.marketplaces.sandbox.visits import Visit
from daemon.marketplaces.sandbox.wire import JsonObject


def set_restock(visit: Visit) -> JsonObject:
    """Update Stock Operation Settings: SKUs that the shop does not have are named, the others are set."""
    body = read_body(SetRestock, visit.call.body)
    if body.seller_id != visit.shop.id:
        raise RefusedError(12052048, "The seller does not exist or is another one.")
    known = [visit.shop.listings[sku_id] for sku_id in body.sku_ids if sku_id in visit.shop.listings]
    for listing in known:
        listing.restocks = body.stock_operation_setting.enable_auto_restock
    failed = [sku_id for sku_id in body.sku_ids if sku_id not in visit.shop.listings]
    return {"stock_operation": {"success_sku_ids": [listing.id for listing in known], "failed_sku_ids": failed}}
