"""The watchdog's pings tell of the control task's health, not of an idle loop's."""

import signal
import time

from service.house import until, with_timing

IMPATIENT = with_timing(read_s=7) + "import daemon.pulse; daemon.pulse.LONGEST_SILENCE_S = 2.5"


def test_pings_stop_while_a_cycle_is_stuck_and_come_back_when_it_gets_on(filled, start):
    daemon = start(filled, prelude=IMPATIENT, WATCHDOG_USEC="1000000").until_ready()
    daemon.until_event("cycle.finished")
    # Idle for longer than a cycle may be silent: waiting for something to do is healthy.
    idle_since = time.monotonic()
    until(lambda: daemon.pings() and daemon.pings()[-1] > idle_since + 3, "pings while idle")

    stuck_before = filled.served("/order/").count(0)
    filled.control("faults", path="/order/", kind="hang_before", delay_s=600)
    daemon.send(signal.SIGUSR1)
    until(lambda: filled.served("/order/").count(0) > stuck_before, "the call that hangs")
    begun = time.monotonic()
    until(lambda: daemon.pings()[-1] > begun, "a ping in a cycle that has only begun")
    until(lambda: time.monotonic() - daemon.pings()[-1] > 3, "silence while stuck")
    silent = time.monotonic()
    until(lambda: daemon.pings()[-1] > silent, "pings after the shop answered")
    daemon.until_event("cycle.finished", count=2)


def test_without_a_watchdog_nothing_is_pinged(filled, start):
    daemon = start(filled).until_ready()
    daemon.until_event("cycle.finished")
    assert daemon.end() == 0
    assert not daemon.pings()
