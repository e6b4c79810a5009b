"""Sending goods through the connector, against the sandbox over real HTTP."""

import asyncio
import stat
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from daemon.domain.fulfilment import Document, DropOff, LabelState, OwnCourier, PackageStatus, Paper, PickUp
from daemon.domain.refusals import Cure
from daemon.domain.values import Money
from daemon.errors import ItemError, TryLaterError

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def sku(world):
    return next(each["seller_sku"] for each in world.listings() if each["quantity"] > 9)


@pytest.fixture
def use(world):
    """Run work with the connector's fulfilment, and close the connector."""

    def run(work, **how):
        async def working():
            connector = world.connector(**how)
            try:
                return await work(connector.fulfilment)
            finally:
                await connector.aclose()

        return asyncio.run(working())

    return run


async def packages(shop, since=LONG_AGO):
    return [package async for page in shop.packages(since) for package in page]


async def shipped(shop):
    """Ship everything there is."""
    return await shop.ship({package.id: DropOff() for package in await packages(shop)})


def test_a_package_tells_its_order_and_its_units(world, sku, use):
    order = world.order(sku, quantity=2)
    [package] = use(packages)
    assert (package.status, package.order_ids, len(package.line_ids)) == (PackageStatus.TO_SHIP, (order,), 2)
    assert package.tracking_number == ""


def test_all_packages_are_found_over_many_pages(world, sku, use):
    world.control(f"listings/{world.shop.name}/{sku}", quantity=60)
    orders = {world.order(sku) for _ in range(51)}
    assert {id_ for package in use(packages) for id_ in package.order_ids} == orders


def test_a_courier_comes_at_a_free_time(world, sku, use):
    world.order(sku)

    async def ship(shop):
        [package] = await packages(shop)
        choices = await shop.handover_choices(package.id)
        assert choices.can_pick_up
        assert choices.can_drop_off
        refused = await shop.ship({package.id: PickUp(choices.slots[0])})
        return refused, await shop.package(package.id)

    refused, detail = use(ship)
    assert refused == {}
    assert (detail.package.status, detail.label) == (PackageStatus.TO_COLLECT, LabelState.READY)
    assert detail.package.tracking_number
    assert not detail.needs_own_courier


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_shipped_already_counts_as_done(world, sku, use, count):
    for _ in range(count):
        world.order(sku)

    async def ship_twice(shop):
        return await shipped(shop), await shipped(shop)

    assert use(ship_twice) == ({}, {})


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "status_500", "status_429", "truncate"])
@pytest.mark.parametrize("count", [1, 3])
def test_a_shipment_without_an_answer_is_sent_again(world, sku, use, kind, count):
    for _ in range(count):
        world.order(sku)
    world.fault("/ship", kind)
    assert use(shipped) == {}
    assert {package.status for package in use(packages)} == {PackageStatus.TO_COLLECT}


def test_a_package_of_nobody_is_refused_and_the_others_are_shipped(world, sku, use):
    for _ in range(2):
        world.order(sku)
    unknown = "1150000000000000001"

    async def ship(shop):
        ids = [package.id for package in await packages(shop)]
        return await shop.ship({id_: DropOff() for id_ in (*ids, unknown)}), await packages(shop)

    refused, after = use(ship)
    assert list(refused) == [unknown]
    assert refused[unknown].startswith("21011001 ")
    assert {package.status for package in after} == {PackageStatus.TO_COLLECT}
    connector = world.connector()
    assert connector.cure(refused[unknown]) is Cure.GONE
    asyncio.run(connector.aclose())


def test_the_seller_sends_with_a_courier_of_their_own(world, sku, use):
    world.order(sku, sent_by_seller=True)

    async def ship(shop):
        [package] = await packages(shop)
        detail = await shop.package(package.id)
        assert detail.needs_own_courier
        options = await shop.delivery_options(detail.warehouse_id)
        assert [each.id for each in options if each.needs_own_courier] == [detail.delivery_option_id]
        assert (await shop.ship({package.id: DropOff()})).keys() == {package.id}
        courier = (await shop.couriers(detail.delivery_option_id))[-1]
        assert await shop.ship({package.id: OwnCourier(courier.id, "CGK-0012345")}) == {}
        return courier, (await shop.package(package.id)).package

    courier, package = use(ship)
    assert (package.courier, package.tracking_number) == (courier.name, "CGK-0012345")


def test_ways_of_sending_and_couriers_are_asked_for_once_a_day(world, sku, use):
    world.order(sku, sent_by_seller=True)

    async def look_up(shop):
        [package] = await packages(shop)
        detail = await shop.package(package.id)
        return await shop.delivery_options(detail.warehouse_id), await shop.couriers(detail.delivery_option_id)

    options, couriers = use(look_up)
    assert use(look_up) == (options, couriers)
    assert len(world.calls("logistics/202309/warehouses/")) == 1
    assert len(world.calls("shipping_providers")) == 1
    assert couriers


def test_a_label_is_a_pdf_of_the_size_asked_for(world, sku, use, tmp_path):
    world.order(sku, quantity=2)

    async def label(shop):
        await shipped(shop)
        [package] = await packages(shop)
        return package, await shop.label(package, Document.BOTH, paper=Paper.A5)

    package, pdf = use(label)
    file = tmp_path / "label.pdf"
    file.write_bytes(pdf)
    [page] = PdfReader(file).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (420, 595)
    assert package.tracking_number in page.extract_text()


def test_a_label_is_fetched_once_and_kept_for_a_day_for_this_user_alone(world, sku, use):
    world.order(sku)

    async def label(shop):
        [package] = await packages(shop)
        return await shop.label(package)

    use(shipped)
    first = use(label)
    assert use(label) == first
    assert len(world.calls("shipping_documents")) == 1
    files = list((world.folder / "cache").rglob("*"))
    assert files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((world.folder / "cache").stat().st_mode) == 0o700


def test_there_is_no_label_before_the_shipment(world, sku, use):
    world.order(sku)

    async def label(shop):
        [package] = await packages(shop)
        return await shop.label(package)

    with pytest.raises(ItemError) as caught:
        use(label)
    assert "21011048" in str(caught.value)


def test_sightings_come_newest_first(world, sku, use):
    order = world.order(sku)
    use(shipped)
    world.control(f"orders/{order}/advance")
    sightings = use(lambda shop: shop.sightings(order))
    assert len(sightings) == 2
    assert sightings[0].at >= sightings[1].at
    assert sightings[0].text


def test_the_price_of_an_order_adds_up(world, sku, use):
    order = world.order(sku, quantity=2)
    detail = use(lambda shop: shop.price_detail(order))
    price = next(each["price"] for each in world.listings() if each["seller_sku"] == sku)
    assert detail.goods.listed == Money(2 * price)
    assert sum(line.charged.amount for line in detail.lines.values()) == detail.goods.charged.amount
    for parts in (detail.goods, detail.shipping, *detail.lines.values()):
        assert parts.listed.amount - parts.by_seller.amount - parts.by_marketplace.amount == parts.charged.amount
    assert detail.paid.amount >= detail.goods.charged.amount + detail.shipping.charged.amount


@pytest.mark.parametrize("ask", ["sightings", "price_detail"])
def test_an_order_of_another_shop_is_refused(use, ask):
    with pytest.raises(ItemError, match="21008111"):
        use(lambda shop: getattr(shop, ask)("580000000000000001"))


def test_a_shop_that_is_away_is_tried_later(world, use):
    world.fault("/packages/search", "drop_before", times=3)
    with pytest.raises(TryLaterError):
        use(packages)
