"""How the service ends: the write in hand is finished and proven, the rest waits in the outbox."""

import signal

import pytest
from service.house import until

LONG_GRACE = "import daemon.service; daemon.service.STOP_GRACE_S = 300"
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


def test_what_is_only_read_is_dropped_at_once_and_it_says_that_it_stops(filled, start):
    filled.control("faults", path="/order/", kind="hang_before", delay_s=600, times=5)
    before = filled.served("/order/").count(0)
    daemon = start(filled, prelude=LONG_GRACE).until_ready()
    until(lambda: filled.served("/order/").count(0) > before, "the call that hangs")
    daemon.send(signal.SIGTERM)
    # Left alone, the call is repeated for more than a minute, and the grace is longer still.
    assert daemon.process.wait(12) == 0
    assert daemon.events("service.stopping")
    assert any("Berhenti: kiriman yang sedang berjalan" in told for told in daemon.told())
    assert daemon.events("cycle.left_off")
    assert "Traceback" not in daemon.said()


def ended_while_hanging(filled, start, path, *, prelude):
    """A service that was asked to end, and did, while a call to ``path`` for a typed stock got no answer."""
    daemon = start(filled, prelude=prelude).until_ready()
    daemon.until_event("cycle.finished")
    before = filled.served(path).count(0)
    filled.control("faults", path=path, kind="hang_before", delay_s=600, times=5)
    filled.type({filled.goods(1)[0]: {"Stok": 66}})
    until(lambda: filled.served(path).count(0) > before, f"a call to {path} that hangs")
    daemon.send(signal.SIGTERM)
    assert daemon.process.wait(12) == 0
    assert "Traceback" not in daemon.said()
    return daemon


def test_a_read_before_a_write_is_dropped_as_well_and_the_write_waits(filled, start):
    ended_while_hanging(filled, start, "/inventory/search", prelude=LONG_GRACE)
    assert filled.outbox() == {"pending": 1}


def test_a_write_that_is_never_answered_holds_up_the_end_no_longer_than_the_grace(filled, start):
    daemon = ended_while_hanging(filled, start, "/inventory/update", prelude=SHORT_GRACE)
    assert daemon.events("cycle.dropped")
    assert filled.outbox() == {"sending": 1}
