"""What lies and happens around the workbook while the service runs."""

import signal
import time
from hashlib import sha256

from service.house import until

from bridge.folder.quiet import settled_for
from daemon.parts import QUIET_S

EAGER = "import daemon.service\ndaemon.service.ABANDONED_S = 0.0\n"


def test_a_displaced_save_is_put_back_while_the_service_runs(filled, start):
    daemon = start(filled, prelude=EAGER).until_ready()
    daemon.until_event("cycle.finished")
    content = filled.workbook.read_bytes()
    marks = [sha256(each).hexdigest()[:16] for each in (content + b"kami", b"rencana")]
    displaced = filled.workbook.with_name(f".~selaras-{marks[0]}-{marks[1]}-{filled.workbook.name}")
    displaced.write_bytes(b"simpanan penjual")
    daemon.send(signal.SIGUSR1)
    daemon.until_event("workbook.save_put_back")
    assert not displaced.exists()
    [rescued] = filled.folder.glob("toko (Selaras *).xlsx")
    assert (rescued.read_bytes(), filled.workbook.read_bytes()) == (b"simpanan penjual", content)


def test_a_viewer_without_a_lock_file_delays_the_write_without_a_cycle_every_other_second(filled, start):
    daemon = start(filled).until_ready()
    daemon.until_event("cycle.finished")
    sku = filled.goods(1)[0]
    left = filled.quantity(sku) - 1
    until(lambda: settled_for(filled.workbook) > QUIET_S, "the quiet after the first filling")
    with filled.workbook.open("rb"):
        filled.order(sku)
        daemon.send(signal.SIGUSR1)
        daemon.until_event("write.postponed")
        time.sleep(2.5)  # a second try would have come by then
    until(lambda: filled.stock(sku) == left, "the order in the workbook")
    assert len(daemon.events("write.postponed")) == 1
