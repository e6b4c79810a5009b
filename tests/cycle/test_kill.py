"""Killed with SIGKILL at any step of a cycle, the next start ends in the same state as an undisturbed run."""

import json
import multiprocessing
import signal
from functools import cache

import pytest
from cycle.house import found_house, open_town, opened
from cycle.reaper import run_one_cycle
from once import put_blank_mirror
from openpyxl import load_workbook

from bridge.columns import Column
from daemon.leftovers import put_right

FORKSERVER = multiprocessing.get_context("forkserver")
# The last two are what httpx imports with its first request.
FORKSERVER.set_forkserver_preload(
    ["daemon.connect", "daemon.cycle", "daemon.leftovers", "httpcore", "anyio._backends._asyncio"]
)


SLICES = 6
"""The steps are dealt out to so many tests, so that two workers share them."""

ONLY_BEFORE = ("before exchanged",)


def begin_empty(market, settings):
    """The first cycle ever, with orders from before."""
    for at in (0, 1):
        market.order(market.skus()[0], 2, at=at)


def begin_busy(market, settings):
    """All at once: typed stock, price, +/− and Opname; new orders, a cancelled one, and one that reserves."""
    typed, priced, adjusted, counted = market.skus()
    for at in (0, 1):
        market.edit(typed, at=at, quantity=12)
        market.edit(adjusted, at=at, quantity=31)
        market.edit(counted, at=at, quantity=17)
    cancelled = market.order(adjusted, 2)
    market.order(counted, 1, at=1)
    put_blank_mirror(settings.state_folder)
    with opened(settings, market) as house:
        house.cycle()
        market.cancel(cancelled)
        market.order(typed, 3)
        market.order(priced, 1, at=1)
        house.types_all(
            {typed: {"stock": 22}, priced: {"price": 91_000}, adjusted: {"adjustment": -4}, counted: {"count": 30}}
        )


def run_in_a_process(market, settings, fatal, steps_file):
    market.clock.move(5)
    process = FORKSERVER.Process(
        target=run_one_cycle, args=(str(settings.path), market.clock.now(), fatal, str(steps_file))
    )
    process.start()
    process.join()
    exit_code = process.exitcode
    process.close()
    return exit_code


def state_after_recovery(market, settings):
    """One cycle later, and what a second one finds to do: all that must not depend on when we were killed."""
    with opened(settings, market) as house:
        put_right(settings, house.parts.mirror)
        house.cycle()
        is_quiet = house.cycle().plan.is_quiet
        return {
            "ledger": house.query("SELECT sku, sum(delta) FROM movements GROUP BY sku ORDER BY sku"),
            "movements": house.query("SELECT cause, sku, delta FROM movements ORDER BY cause, sku, delta"),
            "outbox": house.outbox(),
            "revisions": house.query("SELECT count(*) FROM workbook_revisions WHERE state = 'writing'"),
            "shops": [(entry["seller_sku"], entry["quantity"], entry["price"]) for entry in market.listings()],
            "workbook": {sku: {**row, Column.NOTE: house.done(sku)} for sku, row in house.rows().items()},
            "orders": [line for path in sorted(settings.orders_folder.iterdir()) for line in lines(path)],
            "left behind": [path.name for path in settings.path.parent.rglob(".~selaras-*")],
            "is quiet": is_quiet,
        }


def lines(path):
    """An order sheet's rows without what differs between two shops: order, shop, buyer, times."""
    header, *rows = load_workbook(path).worksheets[0].iter_rows(values_only=True)
    kept = [header.index(name) for name in ("Status", "SKU", "Jumlah", "Harga", "Total")]
    return sorted([row[at] for at in kept] for row in rows)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """Tell for a beginning the steps of its cycle, and the state in the end when nothing happens."""

    @cache
    def lived(begin):
        folder = tmp_path_factory.mktemp("undisturbed")
        with open_town() as town:
            market = town.market(folder)
            settings = found_house(folder, market)
            begin(market, settings)
            assert run_in_a_process(market, settings, 0, folder / "steps") == 0
            return json.loads((folder / "steps").read_text()), state_after_recovery(market, settings)

    return lived


def deadly(steps):
    """The numbers of the steps worth dying at.

    Just before a commit, a call or a write the world is as it was after the step before. The one exception is the
    moment before two files trade places: then the new one lies beside the old one already.
    """
    return [number for number, step in enumerate(steps, start=1) if step.startswith("after") or step in ONLY_BEFORE]


@pytest.mark.parametrize("begin", [begin_empty, begin_busy])
def test_the_undisturbed_cycle_leaves_nothing_to_do(undisturbed, begin):
    steps, state = undisturbed(begin)
    assert (state["is quiet"], state["outbox"], state["left behind"]) == (True, [], [])
    assert {"after commit", "before exchanged", "after replace", "after write_new"} < set(steps)


def test_the_busy_cycle_has_every_kind_of_change_in_it(undisturbed):
    steps, state = undisturbed(begin_busy)
    assert {"after set_quantities", "after set_prices"} < set(steps)
    causes = {"opening", "sheet_edit", "adjustment", "count", "order", "cancel"}
    assert {cause for cause, _, _ in state["movements"]} == causes
    half = len(state["shops"]) // 2
    assert state["shops"][:half] == state["shops"][half:]


@pytest.mark.parametrize("begin", [begin_empty, begin_busy])
@pytest.mark.parametrize("part", range(SLICES))
def test_whatever_step_it_is_killed_at_the_next_start_ends_as_if_nothing_had_happened(
    undisturbed, begin, part, tmp_path
):
    steps, state = undisturbed(begin)
    fatal_steps = deadly(steps)[part::SLICES]
    with open_town(shops=2 * len(fatal_steps)) as town:
        for fatal in fatal_steps:
            folder = tmp_path / str(fatal)
            folder.mkdir()
            market = town.market(folder)
            settings = found_house(folder, market)
            begin(market, settings)
            assert run_in_a_process(market, settings, fatal, folder / "steps") == -signal.SIGKILL
            assert (fatal, state_after_recovery(market, settings)) == (fatal, state)


@pytest.mark.parametrize("step", ["before replace", "before exchanged", "after exchanged", "after replace"])
def test_what_the_seller_saves_after_the_kill_is_measured_against_what_they_saw(town, tmp_path, step):
    market = town.market(tmp_path)
    settings = found_house(tmp_path, market)
    sold, typed = market.skus()[:2]
    with opened(settings, market) as house:
        house.cycle()
        market.order(sold, 3)
        assert run_in_a_process(market, settings, step, tmp_path / "steps") == -signal.SIGKILL
        before = market.stock(typed)
        house.types(typed, stock=house.stock(typed) + 5)
        put_right(settings, house.parts.mirror)
        house.cycle()
        assert market.stock(typed) == tuple(units + 5 for units in before)
        assert sorted(house.movements(sold)) == [("order", -1)] * 3
        assert house.stock(sold) == market.stock(sold)[0] == market.stock(sold)[1]


@pytest.mark.parametrize("step", ["before exchanged", "after exchanged", "after replace"])
def test_a_plain_text_saved_after_the_kill_is_measured_against_what_the_seller_saw(town, tmp_path, step):
    market = town.market(tmp_path)
    settings = found_house(tmp_path, market, change=lambda text: text.replace("toko.xlsx", "toko.csv"))
    settings.workbook.write_text("SKU;Nama Produk;Harga;Stok;Keterangan\r\n", encoding="utf-8-sig")
    sold, priced = market.skus()[:2]
    with opened(settings, market) as house:
        house.cycle()
        market.order(sold, 3)
        assert run_in_a_process(market, settings, step, tmp_path / "steps") == -signal.SIGKILL
        text = settings.workbook.read_bytes().decode("utf-8-sig")
        price = str(market.price(priced)[0])
        settings.workbook.write_bytes(text.replace(f";{price};", ";91000;").encode("utf-8-sig"))
        put_right(settings, house.parts.mirror)
        result = house.cycle()
        assert (result.plan.held, market.price(priced)) == ((), (91_000, 91_000))
        assert sorted(house.movements(sold)) == [("order", -1)] * 3


@pytest.mark.parametrize("step", ["before switch", "after switch"])
def test_products_that_were_half_way_from_one_window_to_the_other_arrive_there(town, tmp_path, step):
    market = town.market(tmp_path)
    settings = found_house(tmp_path, market)
    skus = market.skus()
    for sku in skus:
        for at in (0, 1):
            market.edit(sku, at=at, status="SELLER_DEACTIVATED", platform="TOKOPEDIA")
    with opened(settings, market) as house:
        with house.editing() as (sheet, columns):
            if Column.PLATFORM not in columns:
                sheet.cell(1, max(columns.values()) + 1, "Platform")
        house.cycle()
        house.types_all({sku: {"platform": "Hanya Tokopedia"} for sku in skus})
        assert run_in_a_process(market, settings, step, tmp_path / "steps") == -signal.SIGKILL
        put_right(settings, house.parts.mirror)
        house.cycle()
        moved = {"TIKTOK_SHOP": "SELLER_DEACTIVATED", "TOKOPEDIA": "PENDING"}
        assert [entry["windows"] for entry in market.listings()] == [moved] * len(market.listings())
        assert house.outbox() == []
        assert {house.row(sku)[Column.PLATFORM] for sku in skus} == {"Hanya Tokopedia"}
