"""SIGHUP reads the settings again; wrong ones change nothing."""

import signal

from service.house import until


def test_new_settings_are_taken_over(filled, start):
    daemon = start(filled).until_ready()
    daemon.until_event("cycle.finished")
    filled.configure(language="en")
    daemon.send(signal.SIGHUP)
    daemon.until_status("In step")
    told = daemon.told()
    reloading = next(at for at, each in enumerate(told) if each.startswith("RELOADING=1\nMONOTONIC_USEC="))
    assert "READY=1" in told[reloading:]


def test_wrong_settings_are_said_and_the_old_ones_go_on(filled, start):
    daemon = start(filled).until_ready()
    daemon.until_event("cycle.finished")
    filled.configure(interval="often")
    daemon.send(signal.SIGHUP)
    daemon.until_event("config.reload_refused")
    until(lambda: "config.yaml" in daemon.statuses()[-1], "the refusal in the status")
    assert daemon.told().count("READY=1") == 2
    sku = filled.goods(1)[0]
    filled.type({sku: {"Stok": 42}})
    until(lambda: filled.quantity(sku) == 42, "the stock that was typed")


def test_another_state_folder_is_refused_in_words_and_the_old_one_stays(filled, start):
    daemon = start(filled).until_ready()
    daemon.until_event("cycle.finished")
    filled.configure(state_folder=".lain")
    daemon.send(signal.SIGHUP)
    daemon.until_event("cycle.finished", count=2)
    assert "state_folder" in daemon.said()
    assert not (filled.folder / ".lain").exists()
