"""How a world begins: the same seed gives the same shops, ids, goods and keys."""

import base64
from random import Random

from daemon.domain.values import Platform
from daemon.marketplaces.sandbox.catalogue import Goods, make_goods
from daemon.marketplaces.sandbox.goods import IdSequence, Listing, Product, Stock, Warehouse
from daemon.marketplaces.sandbox.people import invent_name, invent_place
from daemon.marketplaces.sandbox.world import Clock, Shop, World

DAY_S = 86_400


def found_world(seed: int, *, shops: int, listings: int, clock: Clock) -> World:
    """Found ``shops`` shops that sell the same goods: ``listings`` SKUs each, under ids of their own."""
    goods = make_goods(seed, listings)
    founded = [_found_shop(seed, number, goods, opened_at=int(clock()) - 30 * DAY_S) for number in range(1, shops + 1)]
    return World({shop.name: shop for shop in founded}, rng=Random(f"{seed}/orders"), clock=clock)  # noqa: S311  # a pretended world, nothing secret


def invent_key(rng: Random, prefix: str = "ROW_", *, size: int = 24) -> str:
    """Invent an opaque key as the marketplace would print it."""
    return prefix + base64.urlsafe_b64encode(rng.randbytes(size)).decode().rstrip("=")


def _found_shop(seed: int, number: int, goods: list[Goods], *, opened_at: int) -> Shop:
    rng = Random(f"{seed}/shop/{number}")  # noqa: S311  # a pretended world, nothing secret
    warehouses = _found_warehouses(rng)
    product_ids = IdSequence(rng, prefix=f"173{number % 10}", digits=19)
    sku_ids = IdSequence(rng, prefix=f"172{number % 10}", digits=19)
    products = [
        _list_goods(entry, product_ids.next(), sku_ids, warehouses=warehouses, listed_at=opened_at + place * 60)
        for place, entry in enumerate(goods)
    ]
    return Shop(
        name=f"toko-{number}",
        id=IdSequence(rng, prefix="7496", digits=19).next(),
        code=f"IDLC{rng.randrange(16**6):06X}",
        cipher=invent_key(rng),
        warehouses=warehouses,
        products={product.id: product for product in products},
    )


def _found_warehouses(rng: Random) -> tuple[Warehouse, ...]:
    """Two warehouses to sell from and one for returns, in the building of the first."""
    ids = IdSequence(rng, prefix="732", digits=19)
    main, second = invent_place(rng), invent_place(rng)
    contact, entity = invent_name(rng), ids.next()
    return (
        Warehouse(ids.next(), entity, f"Gudang {main.district}", main, contact, is_default=True),
        Warehouse(ids.next(), ids.next(), f"Gudang {second.district}", second, invent_name(rng), is_default=False),
        Warehouse(
            ids.next(), entity, f"Gudang {main.district} (retur)", main, contact, is_default=True, is_for_returns=True
        ),
    )


def _list_goods(
    goods: Goods, product_id: str, sku_ids: IdSequence, *, warehouses: tuple[Warehouse, ...], listed_at: int
) -> Product:
    listed = {Platform.TIKTOK_SHOP: goods.is_on_tiktok, Platform.TOKOPEDIA: goods.is_on_tokopedia}
    return Product(
        id=product_id,
        title=goods.title,
        description=goods.description,
        category=goods.category,
        windows={platform: goods.status for platform, is_listed in listed.items() if is_listed},
        created_at=listed_at,
        updated_at=listed_at,
        listings=[
            Listing(
                id=sku_ids.next(),
                product_id=product_id,
                seller_sku=item.seller_sku,
                attributes=item.attributes,
                price=item.price,
                stocks=_spread(item.quantity, [warehouse.id for warehouse in warehouses[: goods.warehouses]]),
            )
            for item in goods.items
        ],
    )


def _spread(quantity: int, warehouse_ids: list[str]) -> dict[str, Stock]:
    """Put a third of the stock into each further warehouse, the rest into the first."""
    further = {warehouse_id: Stock(quantity // 3) for warehouse_id in warehouse_ids[1:]}
    first = quantity - sum(stock.available for stock in further.values())
    return {warehouse_ids[0]: Stock(first), **further}
