"""How the service ends: the write in hand is finished and proven, the rest waits in the outbox."""

import signal

import pytest
from service.house import until

SHORT_GRACE = "import daemon.service; daemon.service.STOP_GRACE_S = 1"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_service_that_waits_ends_at_once_and_says_so(filled, start, number):
    daemon = start(filled).until_ready()
    daemon.until_event("cycle.finished")
    daemon.send(number)
    assert daemon.ended() == 0
    assert daemon.told()[-1] == "STOPPING=1"
    assert "Traceback" not in daemon.said()


def test_the_write_in_hand_is_finished_and_the_rest_goes_with_the_next_start(filled, start):
    wanted = {sku: 50 + at for at, sku in enumerate(filled.goods(10))}
    daemon = start(filled).until_ready()
    daemon.until_event("cycle.finished")
    # Four writes go out at once. They are applied, but their answers never come: they are in hand for two seconds.
    hanging = filled.served("/inventory/update").count(0)
    filled.control("faults", path="/inventory/update", kind="hang_after", delay_s=2, times=4)
    filled.type({sku: {"Stok": number} for sku, number in wanted.items()})
    until(lambda: filled.served("/inventory/update").count(0) > hanging, "a write in hand")
    assert daemon.end() == 0
    assert daemon.told()[-1].startswith("STATUS=")  # systemd was told of the end before the work was done
    assert "STOPPING=1" in daemon.told()

    reached = {sku for sku, number in wanted.items() if filled.quantity(sku) == number}
    proven = [line for line in daemon.events("push.read_back") if "is_proven=true" in line.lower()]
    assert len(proven) == len(reached)
    assert 0 < len(reached) < len(wanted)
    assert filled.outbox() == {"pending": len(wanted) - len(reached)}

    start(filled).until_ready()
    until(lambda: all(filled.quantity(sku) == number for sku, number in wanted.items()), "the rest")
    until(lambda: not filled.outbox(), "an empty outbox")


def test_a_shop_that_never_answers_does_not_hold_up_the_end(filled, start):
    filled.control("faults", path="/order/", kind="hang_before", delay_s=600, times=5)
    before = filled.served("/order/").count(0)
    daemon = start(filled, prelude=SHORT_GRACE).until_ready()
    until(lambda: filled.served("/order/").count(0) > before, "the call that hangs")
    daemon.send(signal.SIGTERM)
    # Left alone, the call is repeated for more than a minute.
    assert daemon.process.wait(12) == 0
    assert daemon.events("cycle.dropped")
    assert "Traceback" not in daemon.said()
