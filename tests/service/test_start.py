"""How the service starts: what must stand before it says READY, and what it refuses."""

import signal
import sqlite3

from service.house import until, with_timing


def test_ready_is_said_once_watch_and_mirror_stand_though_the_shop_does_not_answer_yet(filled, start):
    # The shop stays silent, so that the first cycle cannot be what notices the save.
    filled.control("faults", path=r"/authorization/", kind="hang_before", delay_s=600)
    sku = filled.goods(1)[0]
    daemon = start(filled).until_ready()
    with sqlite3.connect(f"file:{filled.mirror}?mode=ro", uri=True) as mirror:
        assert mirror.execute("SELECT count(*) FROM products").fetchone() == (50,)
    filled.type({sku: {"Stok": 7}})
    daemon.until_event("workbook.saved")
    assert not daemon.events("cycle.decided")


def test_the_first_cycle_fills_the_workbook_and_the_status_says_in_step(house, start):
    daemon = start(house).until_ready()
    daemon.until_status("Selaras")
    until(lambda: len(house.rows()) == 50, "50 rows, as soon as the folder is quiet")
    assert daemon.end() == 0


def test_a_shop_that_is_away_is_said_and_does_not_keep_the_service_from_starting(filled, start):
    filled.configure(base_url="http://127.0.0.1:9")
    daemon = start(filled, prelude=with_timing(attempts=2, first_wait_s=0.01)).until_ready()
    daemon.until_status(f"{filled.shop.name}: ")
    assert daemon.process.poll() is None
    # Back again: the next cycle works.
    filled.configure(base_url=filled.ready.base_url)
    daemon.send(signal.SIGHUP)
    daemon.until_event("cycle.finished", count=2)
    daemon.until_status("Selaras")


def test_settings_that_cannot_be_used_end_with_78_and_never_say_ready(house, start):
    house.configure(language="klingon")
    daemon = start(house)
    assert daemon.ended() == 78
    assert "language" in daemon.said()
    assert "Traceback" not in daemon.said()
    assert "READY=1" not in daemon.told()


def test_a_missing_secret_ends_with_78_and_names_its_file(house, start):
    secret = house.folder / ".selaras/keys" / house.shop.name
    secret.unlink()
    daemon = start(house)
    assert daemon.ended() == 78
    assert str(secret) in daemon.said()
    assert not house.mirror.exists()


def test_a_second_service_says_who_is_there_and_touches_nothing(filled, start):
    first = start(filled).until_ready()
    first.until_event("cycle.finished")
    calls = len(filled.served("/"))
    second = start(filled)
    assert second.ended() == 1
    assert str(first.process.pid) in second.said()
    assert len(second.said().splitlines()) == 1
    assert "READY=1" not in second.told()
    assert len(filled.served("/")) == calls
    assert first.process.poll() is None


def test_after_a_kill_the_next_start_works(filled, start):
    killed = start(filled).until_ready()
    killed.until_event("cycle.finished")
    killed.send(signal.SIGKILL)
    killed.ended()
    sku = filled.goods(1)[0]
    filled.type({sku: {"Stok": 61}})
    start(filled).until_ready()
    until(lambda: filled.quantity(sku) == 61, "the edit made while nobody watched")


def test_a_workbook_folder_that_cannot_be_read_is_said_and_does_not_end_the_service(house, start):
    (house.folder / "file").write_text("", encoding="utf-8")
    house.configure(workbook="file/toko.xlsx")
    daemon = start(house).until_ready()
    daemon.until_status("toko.xlsx")
    assert "Traceback" not in daemon.said()
    assert daemon.end() == 0
