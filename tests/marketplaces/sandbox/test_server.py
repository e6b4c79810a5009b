import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from daemon.errors import PersonNeededError
from daemon.marketplaces.sandbox.server import SandboxOptions, running


def world(options):
    with running(options, clock=lambda: 1_790_000_000.0) as ready, httpx.Client(base_url=ready.base_url) as http:
        return [shop.model_dump() for shop in ready.shops], http.get("/_sandbox/state").json()


def test_the_same_seed_gives_the_same_world_and_another_seed_another():
    one, same, other = (world(SandboxOptions(seed=seed, shops=2)) for seed in (5, 5, 6))
    assert one == same
    assert one[0] != other[0]
    assert one[1]["listings"] != other[1]["listings"]


def test_the_ready_file_tells_how_to_call_and_nobody_else_may_read_it(tmp_path):
    path = tmp_path / "ready.json"
    path.write_text("old")
    path.chmod(0o644)
    with running(SandboxOptions(shops=2, ready_file=path)) as ready:
        assert path.stat().st_mode & 0o777 == 0o600
        written = json.loads(path.read_text())
        assert set(written) == {"base_url", "auth_url", "authorize_url", "service_id", "shops"}
        assert httpx.get(f"{written['base_url']}/_sandbox/state").status_code == 200
    assert written == ready.model_dump(mode="json")
    assert [(shop["name"], shop["marketplace"]) for shop in written["shops"]] == [
        ("toko-1", "tiktok_shop"),
        ("toko-2", "tiktok_shop"),
    ]
    assert set(written["shops"][0]) == {
        "name", "marketplace", "app_key", "app_secret", "access_token", "refresh_token", "shop_cipher", "shop_id"
    }  # fmt: skip
    assert len({shop["app_key"] for shop in written["shops"]}) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["ready.json"]


def test_keys_that_could_not_be_put_in_their_place_are_left_nowhere_else(tmp_path):
    (tmp_path / "ready.json").mkdir()
    options = SandboxOptions(ready_file=tmp_path / "ready.json")
    with pytest.raises(PersonNeededError, match=r"sandbox\.ready_file"), running(options):
        pytest.fail("started nevertheless")
    assert [each.name for each in tmp_path.iterdir()] == ["ready.json"]


def test_a_ready_file_that_cannot_be_written_needs_a_person(tmp_path):
    options = SandboxOptions(ready_file=tmp_path / "missing" / "ready.json")
    with pytest.raises(PersonNeededError, match=r"sandbox\.ready_file"), running(options):
        pytest.fail("started without its ready file")


def test_a_taken_port_needs_a_person():
    with running(SandboxOptions()) as ready:
        port = int(ready.base_url.rsplit(":", 1)[1])
        with pytest.raises(PersonNeededError, match=f"port={port}"), running(SandboxOptions(port=port)):
            pytest.fail("two sandboxes on one port")


def test_buyers_order_by_themselves_when_asked_to():
    with running(SandboxOptions(buyers_per_minute=6000)) as ready, httpx.Client(base_url=ready.base_url) as http:
        while len(http.get("/_sandbox/state").json()["orders"]) < 3:
            time.sleep(0.02)


def test_a_call_left_hanging_does_not_keep_the_sandbox_from_stopping(caplog):
    def call_and_wait(url):
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{url}/product", timeout=60)

    with ThreadPoolExecutor() as pool:
        with running(SandboxOptions()) as ready:
            httpx.post(f"{ready.base_url}/_sandbox/faults", json={"kind": "hang_before", "delay_s": 600})
            waiting = pool.submit(call_and_wait, ready.base_url)
            while not httpx.get(f"{ready.base_url}/_sandbox/log").json():
                time.sleep(0.02)
        waiting.result()
    assert not [record for record in caplog.records if record.name.startswith("uvicorn")]


SERVE = """
import sys
from pathlib import Path
from daemon.marketplaces.sandbox.server import SandboxOptions, serve
serve(SandboxOptions(ready_file=Path(sys.argv[1])), on_ready=lambda ready: print(ready.base_url, flush=True))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(tmp_path, number):
    command = [sys.executable, "-W", "error", "-c", SERVE, str(tmp_path / "ready.json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        base_url = process.stdout.readline().strip()
        assert httpx.get(f"{base_url}/_sandbox/state").status_code == 200
        os.kill(process.pid, number)
        _, complaints = process.communicate(timeout=20)
    assert (process.returncode, complaints) == (0, "")
