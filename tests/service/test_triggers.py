"""What starts a cycle: saves, signals, the interval, and a workbook that was closed."""

import signal

from service.house import until

FEW_AT_ONCE = "import daemon.push.course; daemon.push.course.PRODUCTS_AT_ONCE = 4"


def test_a_save_reaches_the_shop(filled, start):
    daemon = start(filled).until_ready()
    daemon.until_event("cycle.finished")
    sku = filled.goods(1)[0]
    filled.type({sku: {"Stok": 73}})
    until(lambda: filled.quantity(sku) == 73, "the stock that was typed")
    assert "trigger=save" in daemon.said()


def test_usr1_syncs_now(filled, start):
    daemon = start(filled).until_ready()
    daemon.until_event("cycle.finished")
    sku = filled.goods(1)[0]
    left = filled.quantity(sku) - 2
    filled.order(sku, 2)
    daemon.send(signal.SIGUSR1)
    until(lambda: filled.stock(sku) == left, "the order in the workbook")
    assert "trigger=signal" in daemon.said()


def test_the_interval_finds_orders_by_itself(filled, start):
    filled.configure(interval="1s")
    daemon = start(filled).until_ready()
    daemon.until_event("cycle.finished")
    sku = filled.goods(1)[0]
    left = filled.quantity(sku) - 1
    filled.order(sku)
    until(lambda: filled.stock(sku) == left, "the order in the workbook")
    assert "trigger=interval" in daemon.said()


def test_while_the_workbook_is_open_the_write_waits_and_comes_soon_after(filled, start):
    daemon = start(filled).until_ready()
    daemon.until_event("cycle.finished")
    sku = filled.goods(1)[0]
    left = filled.quantity(sku) - 1
    filled.lock.write_text(",sari,laptop,,;", encoding="utf-8")
    filled.order(sku)
    daemon.send(signal.SIGUSR1)
    daemon.until_event("write.postponed")
    assert filled.stock(sku) == left + 1
    daemon.until_status("toko.xlsx")
    filled.lock.unlink()
    until(lambda: filled.stock(sku) == left, "the order in the workbook")
    # The interval is a day: nothing but the closing can have brought it.
    until(lambda: "Selaras" in daemon.statuses()[-1], "in step again")


def test_a_save_does_not_wait_until_all_prices_are_sent(filled, start):
    *dear, falls = filled.goods(10)
    daemon = start(filled, prelude=FEW_AT_ONCE).until_ready()
    daemon.until_event("cycle.finished")
    before = filled.served("/prices/update").count(0)
    filled.control("faults", path="/prices/update", kind="hang_before", delay_s=4, times=4)
    shown = filled.listings()
    filled.type({sku: {"Harga": shown[sku]["price"] + 500} for sku in dear})
    until(lambda: filled.served("/prices/update").count(0) > before, "prices on their way")
    filled.type({falls: {"Stok": 1}})
    until(lambda: filled.quantity(falls) == 1, "the stock that was typed")
    left = filled.outbox()["pending"]
    until(lambda: not filled.outbox(), "all the prices")
    assert left > 0
    assert "trigger=save" in daemon.said()
